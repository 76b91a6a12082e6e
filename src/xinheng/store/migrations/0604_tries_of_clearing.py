from django.db import migrations, models


class Migration(migrations.Migration):
    """How often a file of an article could not be cleared for a reason that may pass, and when it is tried again."""

    dependencies = [
        ("store", "0605_first_days_off"),
    ]

    operations = [
        migrations.AddField(
            "articlefile", "tries", models.PositiveSmallIntegerField(db_default=0, default=0)
        ),
        migrations.AddField(
            "articlefile", "trouble", models.CharField(blank=True, db_default="", default="", max_length=8)
        ),
        migrations.AddField("articlefile", "next_at", models.DateTimeField(null=True)),
    ]
