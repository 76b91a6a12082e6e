from django.db import migrations, models

DRAWN = "UPDATE store_articlefile SET cleared = true WHERE kind = 'jpeg'"


class Migration(migrations.Migration):
    """Which files of articles were looked into for their makers. Pictures are drawn anew since they are taken; of another file
    that stands already nobody knows."""

    dependencies = [("store", "0590_day_counts")]

    operations = [
        migrations.AddField("articlefile", "cleared", models.BooleanField(db_default=False)),
        migrations.RunSQL(DRAWN, migrations.RunSQL.noop),
    ]
