from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import xinheng.store.public_ids

SQL = Path(__file__).resolve().parent.parent / "sql"
GUARDS = """
CREATE TRIGGER only_grows BEFORE UPDATE ON store_resultnotice FOR EACH ROW EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER never_removed BEFORE DELETE ON store_resultnotice FOR EACH ROW EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON store_resultnotice
    FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER only_grows BEFORE UPDATE ON store_noticestep FOR EACH ROW EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER never_removed BEFORE DELETE ON store_noticestep FOR EACH ROW EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON store_noticestep
    FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER never_removed BEFORE DELETE ON store_resultpush FOR EACH ROW EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON store_resultpush
    FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();
"""


class Migration(migrations.Migration):
    """Results reach people: notices to subjects before a bad grade is public, files to subscribers."""

    dependencies = [
        ("store", "0030_model_governance"),
    ]

    operations = [
        migrations.CreateModel(
            name="ResultNotice",
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
                ("source", models.CharField(max_length=90)),
                ("grade", models.CharField(blank=True, max_length=40)),
                ("bad", models.BooleanField(default=False)),
                ("reasons_digest", models.CharField(max_length=71)),
                ("title", models.CharField(max_length=120)),
                ("text", models.TextField()),
                ("written_at", models.DateTimeField()),
                (
                    "record",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.record",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.evaluationrun",
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to="store.subject",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="NoticeStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("served", "已送达"),
                            ("acknowledged", "已签收"),
                            ("released", "期满可公开"),
                        ],
                        max_length=12,
                    ),
                ),
                ("on", models.DateField()),
                ("method", models.CharField(blank=True, max_length=20)),
                ("at", models.DateTimeField()),
                (
                    "actor",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "notice",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="store.resultnotice",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ResultSubscription",
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
                ("recipient", models.CharField(max_length=120)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("department", "政府部门"),
                            ("bank", "金融机构"),
                            ("association", "行业协会商会"),
                        ],
                        max_length=12,
                    ),
                ),
                ("model", models.CharField(max_length=80)),
                ("purpose", models.CharField(max_length=200)),
                ("from_on", models.DateField()),
                ("to_on", models.DateField(null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ResultPush",
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
                ("digest", models.CharField(max_length=71)),
                ("rows", models.IntegerField()),
                ("withdrawn", models.IntegerField()),
                (
                    "shown",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                ("pushed_at", models.DateTimeField()),
                ("received_at", models.DateTimeField(null=True)),
                ("receipt", models.CharField(blank=True, max_length=200)),
                (
                    "file",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.storedfile",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.evaluationrun",
                    ),
                ),
                (
                    "subscription",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pushes",
                        to="store.resultsubscription",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="NoticeRound",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("written", models.IntegerField()),
                ("at", models.DateTimeField()),
                (
                    "batch",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.batch",
                    ),
                ),
                (
                    "run",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.evaluationrun",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("batch__isnull", True), ("run__isnull", False)),
                            models.Q(("batch__isnull", False), ("run__isnull", True)),
                            _connector="OR",
                        ),
                        name="notice_round_one_cause",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="resultnotice",
            index=models.Index(fields=["subject", "source", "-id"], name="result_notice_last"),
        ),
        migrations.AddConstraint(
            model_name="resultnotice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("record__isnull", True), ("run__isnull", False)),
                    models.Q(("record__isnull", False), ("run__isnull", True)),
                    _connector="OR",
                ),
                name="result_notice_one_ground",
            ),
        ),
        migrations.AddConstraint(
            model_name="resultnotice",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="result_notice_says_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="noticestep",
            constraint=models.UniqueConstraint(fields=("notice", "kind"), name="notice_step_once"),
        ),
        migrations.AddConstraint(
            model_name="noticestep",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["served", "acknowledged", "released"])),
                name="notice_step_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="noticestep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "served"), _negated=True),
                    models.Q(("method", ""), _negated=True),
                    _connector="OR",
                ),
                name="notice_step_served_by_a_method",
            ),
        ),
        migrations.AddConstraint(
            model_name="resultsubscription",
            constraint=models.UniqueConstraint(
                condition=models.Q(("to_on__isnull", True)),
                fields=("recipient", "model"),
                name="subscription_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="resultsubscription",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["department", "bank", "association"])),
                name="subscription_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="resultsubscription",
            constraint=models.CheckConstraint(
                condition=models.Q(("purpose", ""), _negated=True), name="subscription_has_purpose"
            ),
        ),
        migrations.AddConstraint(
            model_name="resultsubscription",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("to_on__isnull", True), ("from_on__lte", models.F("to_on")), _connector="OR"
                ),
                name="subscription_period",
            ),
        ),
        migrations.AddIndex(
            model_name="resultpush",
            index=models.Index(fields=["subscription", "-id"], name="push_last"),
        ),
        migrations.AddConstraint(
            model_name="resultpush",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("received_at__isnull", True), models.Q(("receipt", ""), _negated=True), _connector="OR"
                ),
                name="push_receipt_says_something",
            ),
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
        migrations.RunSQL(
            (SQL / "public_scores_told.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop
        ),
    ]
