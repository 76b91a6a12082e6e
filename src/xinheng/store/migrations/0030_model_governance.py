import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

from xinheng.store.public_ids import new_public_id

GUARDS = """
CREATE TRIGGER only_grows BEFORE UPDATE ON store_modelfeedback
    FOR EACH ROW EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER never_removed BEFORE DELETE ON store_modelfeedback
    FOR EACH ROW EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON store_modelfeedback
    FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER never_removed BEFORE DELETE ON store_modeltrial
    FOR EACH ROW EXECUTE FUNCTION store_only_grows();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON store_modeltrial
    FOR EACH STATEMENT EXECUTE FUNCTION store_only_grows();
"""


def _protected(to: str, related: str = "+") -> models.ForeignKey:
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name=related, to=to)


class Migration(migrations.Migration):
    """Trials of drafted models on the city's records, and feedback on models in force."""

    dependencies = [("store", "0021_receipt_a_sender")]
    operations = [
        migrations.CreateModel(
            name="ModelFeedback",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("model", models.CharField(max_length=80)),
                ("version", models.IntegerField()),
                ("digest", models.CharField(max_length=71)),
                ("written_at", models.DateTimeField()),
                ("use", models.CharField(max_length=100)),
                ("verdict", models.CharField(max_length=8)),
                ("text", models.CharField(max_length=1000)),
                ("organisation", _protected("store.organisation")),
                ("written_by", _protected(settings.AUTH_USER_MODEL)),
            ],
            options={
                "indexes": [models.Index(fields=["model", "-id"], name="model_feedback_of_model")],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(verdict__in=("fits", "fails", "wish")),
                        name="model_feedback_verdict_known",
                    ),
                    models.CheckConstraint(condition=~Q(text=""), name="model_feedback_says_something"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ModelTrial",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.CharField(default=new_public_id, editable=False, max_length=16, unique=True),
                ),
                ("digest", models.CharField(max_length=71)),
                ("base_digest", models.CharField(blank=True, max_length=71)),
                ("as_of", models.DateField()),
                ("history_on", models.DateField()),
                ("state", models.CharField(default="waiting", max_length=8)),
                ("progress", models.SmallIntegerField(default=0)),
                ("reason", models.CharField(blank=True, max_length=1000)),
                ("report", models.JSONField(null=True)),
                ("ordered_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
                ("case", _protected("store.case", "trials")),
                ("ordered_by", _protected(settings.AUTH_USER_MODEL)),
            ],
            options={
                "indexes": [models.Index(fields=["case", "digest"], name="model_trial_of_draft")],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(state__in=("waiting", "running", "done", "refused")),
                        name="model_trial_state_known",
                    ),
                    models.CheckConstraint(
                        condition=~Q(state="done") | Q(report__isnull=False), name="model_trial_has_report"
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
