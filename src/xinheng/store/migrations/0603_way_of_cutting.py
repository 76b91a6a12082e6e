from django.db import migrations, models


class Migration(migrations.Migration):
    """In which way the names of a subject were cut for the search; those cut in another are cut anew by night."""

    dependencies = [
        ("store", "0602_uncleared_files_closed"),
    ]

    operations = [
        migrations.AddField(
            model_name="subjectsearch",
            name="cut",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
    ]
