from pathlib import Path

import django.contrib.postgres.fields
from django.db import migrations, models

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    """What the portal tells of lists and of grades that are objected to."""

    dependencies = [
        ("store", "0342_repair_reminders"),
    ]

    operations = [
        migrations.CreateModel(
            name="PublicListing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("list_key", models.CharField(max_length=60)),
                ("kind", models.CharField(max_length=12)),
                ("from_on", models.DateField()),
                ("until_on", models.DateField(null=True)),
                ("organisation", models.CharField(max_length=120, null=True)),
                ("act", models.BigIntegerField(null=True)),
                ("disputed", models.BooleanField()),
            ],
            options={
                "db_table": "public_listing",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="PublicNotice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("list_key", models.TextField()),
                ("matter", models.TextField()),
                ("objected", models.BooleanField()),
                ("since", models.DateTimeField()),
                ("due_on", models.DateField(null=True)),
                ("provisional", models.BooleanField()),
                ("organisation", models.CharField(max_length=120, null=True)),
            ],
            options={
                "db_table": "public_notice",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="PublicRelease",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.CharField(max_length=16)),
                ("list_key", models.CharField(max_length=60)),
                ("period", models.CharField(max_length=20)),
                ("released_at", models.DateTimeField()),
                (
                    "entries",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                ("digest", models.CharField(max_length=71)),
                ("organisation", models.CharField(max_length=120, null=True)),
            ],
            options={
                "db_table": "public_release",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="PublicDisputedGrade",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("model", models.CharField(max_length=80)),
                ("marked_at", models.DateTimeField()),
            ],
            options={
                "db_table": "public_disputed_grade",
                "managed": False,
            },
        ),
        migrations.RunSQL((SQL / "public_listings.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
