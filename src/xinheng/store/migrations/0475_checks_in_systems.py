import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

import xinheng.store.public_ids

OUTCOMES = [
    ("unaffected", "核查内容没有影响办理"),
    ("favoured", "依据激励措施给予便利"),
    ("limited", "依法限制或者从严办理"),
    ("refused", "依法不予办理"),
    ("withdrawn", "申请人撤回或者事项终止"),
]
GUARDS = """
CREATE TRIGGER only_grows BEFORE UPDATE ON store_checkdecision FOR EACH ROW EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER never_removed BEFORE DELETE ON store_checkdecision FOR EACH ROW EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON store_checkdecision
    FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();
"""


class Migration(migrations.Migration):
    """Checks of many by one call, as of a past day, and what was decided after them."""

    dependencies = [
        ("store", "0465_draw_secrets"),
    ]

    operations = [
        migrations.AddField(
            model_name="sharingcall",
            name="idempotency_key",
            field=models.CharField(blank=True, db_default="", default="", max_length=100),
        ),
        migrations.AddField(
            model_name="sharingcall",
            name="asked",
            field=models.CharField(blank=True, db_default="", default="", max_length=71),
        ),
        migrations.AddField(
            model_name="sharingcall",
            name="event",
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.ledgerevent"),
        ),
        migrations.AddConstraint(
            model_name="sharingcall",
            constraint=models.UniqueConstraint(
                condition=~Q(idempotency_key=""),
                fields=("key", "idempotency_key"),
                name="sharing_call_idempotent",
            ),
        ),
        migrations.AddField(
            model_name="checkmade",
            name="public_id",
            field=models.CharField(max_length=16, null=True),
        ),
        migrations.AlterField(
            model_name="checkmade",
            name="public_id",
            field=models.CharField(default=xinheng.store.public_ids.new_public_id, editable=False, max_length=16, null=True, unique=True),
        ),
        migrations.AddField(model_name="checkmade", name="as_of", field=models.DateField(null=True)),
        migrations.AlterField(
            model_name="checkmade",
            name="call",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="checks", to="store.sharingcall"),
        ),
        migrations.CreateModel(
            name="CheckDecision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("outcome", models.CharField(choices=OUTCOMES, max_length=12)),
                ("reason", models.CharField(max_length=500)),
                ("by", models.CharField(max_length=60)),
                ("grounds", django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), default=list, size=None)),
                ("decided_on", models.DateField()),
                ("at", models.DateTimeField()),
                ("key", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.senderkey")),
                ("made", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="decision", to="store.checkmade")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(("outcome__in", ["unaffected", "favoured", "limited", "refused", "withdrawn"])),
                        name="checkdecision_outcome_known",
                    ),
                    models.CheckConstraint(
                        condition=~Q(reason="") & ~Q(by=""), name="checkdecision_says_who_and_why"
                    ),
                    models.CheckConstraint(
                        condition=~Q(outcome__in=["favoured", "limited", "refused"]) | ~Q(grounds=[]),
                        name="checkdecision_rests_on_something",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
