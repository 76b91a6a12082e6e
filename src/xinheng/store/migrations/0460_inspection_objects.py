from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    """Plans keep the rule of their objects and their scope; a subject keeps the code of its industry."""

    dependencies = [
        ("store", "0450_discarded_releases"),
    ]

    operations = [
        migrations.AddField(model_name="plan", name="object_rule", field=models.JSONField(null=True)),
        migrations.AddField(
            model_name="plan", name="scope", field=models.JSONField(db_default={}, default=dict)
        ),
        migrations.AddField(
            model_name="subject",
            name="industry_code",
            field=models.CharField(blank=True, db_default="", default="", max_length=4),
        ),
        migrations.RunSQL(
            (SQL / "public_plans_of_rules.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop
        ),
    ]
