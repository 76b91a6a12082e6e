import django.db.models.deletion
import xinheng.store.public_ids
from django.conf import settings
from django.db import migrations, models

GUARDS = "".join(
    f"CREATE TRIGGER never_removed BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION store_only_grows();"
    f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();"
    for table in ("store_upreport", "store_uprow")
)


class Migration(migrations.Migration):
    """What went upwards of permits and penalties, with the answer to each row."""

    dependencies = [
        ("store", "0530_webhooks"),
    ]

    operations = [
        migrations.CreateModel(
            name="UpReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=xinheng.store.public_ids.new_public_id, editable=False, max_length=16, unique=True)),
                ("act", models.CharField(max_length=12)),
                ("withdraws", models.BooleanField(default=False)),
                ("rows", models.IntegerField()),
                ("digest", models.CharField(max_length=71)),
                ("policy_digest", models.CharField(max_length=71)),
                ("made_at", models.DateTimeField()),
                ("handed_at", models.DateTimeField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("receipt", models.CharField(blank=True, default="", max_length=200)),
                ("answered_by", models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("file", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.storedfile")),
                ("handed_by", models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("act__in", ["permit", "penalty"])), name="upreport_act_known"),
                    models.CheckConstraint(condition=models.Q(("rows__gt", 0)), name="upreport_not_empty"),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("handed_at__isnull", True), ("handed_by__isnull", True)), models.Q(("handed_at__isnull", False), ("handed_by__isnull", False)), _connector="OR"),
                        name="upreport_handed_by_somebody",
                    ),
                    models.CheckConstraint(condition=models.Q(models.Q(("answered_at__isnull", True), ("answered_by__isnull", True), ("receipt", "")), models.Q(("answered_at__isnull", False), ("answered_by__isnull", False), ("handed_at__isnull", False), models.Q(("receipt", ""), _negated=True)), _connector="OR"), name="upreport_answered_after_handing"),
                ],
            },
        ),
        migrations.CreateModel(
            name="UpRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row_no", models.IntegerField()),
                ("record_key", models.BigIntegerField()),
                ("withdraws", models.BooleanField(default=False)),
                ("state", models.CharField(choices=[("waiting", "待回执"), ("accepted", "已接受"), ("refused", "已退回"), ("again", "重新上报")], default="waiting", max_length=8)),
                ("reason", models.CharField(blank=True, default="", max_length=300)),
                ("ground", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.record")),
                ("report", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="store.upreport")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["record_key"], name="uprow_of_record"),
                    models.Index(condition=models.Q(("state", "refused")), fields=["id"], name="uprow_sent_back"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("report", "row_no"), name="uprow_once_a_file"),
                    models.UniqueConstraint(condition=models.Q(("state", "again"), _negated=True), fields=("ground", "withdraws"), name="uprow_version_once"),
                    models.CheckConstraint(condition=models.Q(("state__in", ["waiting", "accepted", "refused", "again"])), name="uprow_state_known"),
                    models.CheckConstraint(condition=models.Q(models.Q(("state", "refused"), _negated=True), models.Q(("reason", ""), _negated=True), _connector="OR"), name="uprow_refused_with_reason"),
                ],
            },
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
