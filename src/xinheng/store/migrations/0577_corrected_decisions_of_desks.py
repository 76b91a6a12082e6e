import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

OUTCOMES = [
    ("unaffected", "核查内容没有影响办理"),
    ("favoured", "依据激励措施给予便利"),
    ("limited", "依法限制或者从严办理"),
    ("refused", "依法不予办理"),
    ("withdrawn", "申请人撤回或者事项终止"),
]
GUARDS = """
CREATE TRIGGER only_grows BEFORE UPDATE ON store_checkcorrection FOR EACH ROW EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER never_removed BEFORE DELETE ON store_checkcorrection FOR EACH ROW EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON store_checkcorrection
    FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();
"""


class Migration(migrations.Migration):
    """What a desk enters in place of a decision that it entered wrongly."""

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("store", "0576_numbers_of_replies"),
    ]

    operations = [
        migrations.CreateModel(
            name="CheckCorrection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sequence", models.IntegerField()),
                ("outcome", models.CharField(choices=OUTCOMES, max_length=12)),
                ("reason", models.CharField(max_length=500)),
                ("by", models.CharField(max_length=60)),
                ("grounds", django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), default=list, size=None)),
                ("decided_on", models.DateField()),
                ("why", models.CharField(max_length=300)),
                ("at", models.DateTimeField()),
                ("made", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="corrections", to="store.checkmade")),
                ("person", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("made", "sequence"), name="checkcorrection_sequence"),
                    models.CheckConstraint(condition=Q(outcome__in=[one for one, _ in OUTCOMES]), name="checkcorrection_outcome_known"),
                    models.CheckConstraint(condition=~Q(reason="") & ~Q(by="") & ~Q(why=""), name="checkcorrection_says_who_and_why"),
                    models.CheckConstraint(
                        condition=~Q(outcome__in=["favoured", "limited", "refused"]) | ~Q(grounds=[]),
                        name="checkcorrection_rests_on_something",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
