from django.db import migrations, models


class Migration(migrations.Migration):
    """One open version a record; serves the public views, which look a record up by its key."""

    dependencies = [("store", "0003_say_why_and_keep_homes")]
    operations = [
        migrations.AddConstraint(
            model_name="record",
            constraint=models.UniqueConstraint(
                condition=models.Q(known_until__isnull=True), fields=("record_key",), name="record_one_open_key"
            ),
        ),
    ]
