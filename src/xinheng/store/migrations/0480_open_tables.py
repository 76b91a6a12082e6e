from pathlib import Path

from django.db import migrations, models

import xinheng.store.public_ids

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Open data: touches of public rows, their numbered changes, published snapshots, and what of them everybody reads."""

    dependencies = [
        ("store", "0470_measure_lists_sent"),
    ]

    operations = [
        migrations.CreateModel(
            name="PublicOpenChange",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("day", models.DateField()),
                ("dataset", models.CharField(max_length=20)),
                ("key", models.CharField(max_length=40)),
                ("kind", models.CharField(max_length=10)),
                ("stale", models.BooleanField()),
            ],
            options={
                "db_table": "public_open_change",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="PublicOpenRelease",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.CharField(max_length=16)),
                ("day", models.DateField()),
                ("edition", models.SmallIntegerField()),
                ("published_at", models.DateTimeField()),
                ("last", models.BigIntegerField()),
                ("cleaned", models.BigIntegerField()),
                ("manifest", models.JSONField()),
            ],
            options={
                "db_table": "public_open_release",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="PublicOpenWaiting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("dataset", models.CharField(max_length=20)),
            ],
            options={
                "db_table": "public_open_waiting",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="OpenChange",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("day", models.DateField()),
                ("dataset", models.CharField(max_length=20)),
                ("key", models.CharField(max_length=40)),
                ("kind", models.CharField(max_length=10)),
                ("stale", models.BooleanField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("stale", True)),
                        fields=["dataset", "number"],
                        name="openchange_stale",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ("added", "changed", "deleted", "retracted"))),
                        name="openchange_kind_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OpenRelease",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.CharField(
                        default=xinheng.store.public_ids.new_public_id,
                        editable=False,
                        max_length=16,
                        unique=True,
                    ),
                ),
                ("day", models.DateField()),
                ("edition", models.SmallIntegerField()),
                ("published_at", models.DateTimeField()),
                ("last", models.BigIntegerField()),
                ("cleaned", models.BigIntegerField()),
                ("manifest", models.JSONField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("day", "edition"), name="openrelease_one_edition"),
                    models.CheckConstraint(
                        condition=models.Q(("edition__gte", 1), ("cleaned__gte", models.F("last"))),
                        name="openrelease_in_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OpenTouch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("dataset", models.CharField(max_length=20)),
                ("key", models.CharField(max_length=40)),
                ("kind", models.CharField(max_length=10)),
                ("stale", models.BooleanField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("stale", True)), fields=["dataset"], name="opentouch_stale"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ("added", "changed", "deleted", "retracted"))),
                        name="opentouch_kind_known",
                    )
                ],
            },
        ),
        migrations.RunSQL((SQL / "open_tables.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
