from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """The public view of accepted typical cases of measures."""

    dependencies = [
        ("store", "0430_public_names"),
    ]

    operations = [
        migrations.CreateModel(
            name="PublicMeasureCase",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(max_length=16)),
                ("measure", models.CharField(max_length=120)),
                ("measure_group", models.SmallIntegerField()),
                ("occasion", models.CharField(max_length=16)),
                ("outcome", models.CharField(max_length=10)),
                ("year", models.IntegerField()),
                ("organisation", models.CharField(max_length=120, null=True)),
                ("text", models.CharField(max_length=2000)),
                ("reviewed_at", models.DateTimeField()),
            ],
            options={"db_table": "public_measure_case", "managed": False},
        ),
        migrations.RunSQL(
            (SQL / "public_measure_cases.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop
        ),
    ]
