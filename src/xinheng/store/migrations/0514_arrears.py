from pathlib import Path

import django.db.models.deletion
import xinheng.store.public_ids
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"
GUARDS = (
    "CREATE TRIGGER never_removed BEFORE DELETE ON store_arrearsnotice FOR EACH ROW EXECUTE FUNCTION store_only_grows();"
    "CREATE TRIGGER never_emptied BEFORE TRUNCATE ON store_arrearsnotice FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();"
)


class Migration(migrations.Migration):
    """Arrears of government bodies and state-owned enterprises that are public by decision."""

    dependencies = [
        ("store", "0512_articles"),
    ]

    operations = [
        migrations.CreateModel(
            name="ArrearsNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=xinheng.store.public_ids.new_public_id, editable=False, max_length=16, unique=True)),
                ("record_key", models.BigIntegerField(db_index=True)),
                ("decision_no", models.CharField(max_length=120)),
                ("decided_by_organ", models.CharField(max_length=120)),
                ("decided_on", models.DateField()),
                ("told_on", models.DateField()),
                ("told_proof", models.CharField(max_length=200)),
                ("policy_digest", models.CharField(max_length=71)),
                ("proposed_at", models.DateTimeField()),
                ("heard", models.CharField(blank=True, default="", max_length=1000)),
                ("shown_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_why", models.CharField(blank=True, default="", max_length=300)),
                ("ground", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.record")),
                ("proposed_by", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("shown_by", models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("subject", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.subject")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("decision_no", ""), _negated=True), models.Q(("decided_by_organ", ""), _negated=True), models.Q(("told_proof", ""), _negated=True)),
                        name="arrearsnotice_rests_on_a_decision",
                    ),
                    models.CheckConstraint(condition=models.Q(models.Q(("shown_at__isnull", True), ("shown_by__isnull", True)), models.Q(("shown_at__isnull", False), ("shown_by__isnull", False), models.Q(("shown_by", models.F("proposed_by")), _negated=True), models.Q(("heard", ""), _negated=True)), _connector="OR"), name="arrearsnotice_two_persons"),
                    models.CheckConstraint(
                        condition=models.Q(("ended_at__isnull", True), models.Q(("ended_why", ""), _negated=True), _connector="OR"),
                        name="arrearsnotice_ended_with_reason",
                    ),
                    models.UniqueConstraint(condition=models.Q(("ended_at__isnull", True)), fields=("record_key",), name="arrearsnotice_once"),
                ],
            },
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
        migrations.CreateModel(
            name="PublicArrears",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(max_length=16)),
                ("name", models.CharField(max_length=200)),
                ("code", models.CharField(max_length=18, null=True)),
                ("state_owned", models.BooleanField()),
                ("amount_fen", models.BigIntegerField(null=True)),
                ("title", models.CharField(max_length=200)),
                ("document_no", models.CharField(max_length=200)),
                ("authority", models.CharField(max_length=200)),
                ("found_on", models.DateField(null=True)),
                ("decision_no", models.CharField(max_length=120)),
                ("decided_by_organ", models.CharField(max_length=120)),
                ("decided_on", models.DateField()),
                ("shown_at", models.DateTimeField()),
                ("disputed", models.BooleanField()),
            ],
            options={"db_table": "public_arrears", "managed": False},
        ),
        migrations.RunSQL((SQL / "public_arrears.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
