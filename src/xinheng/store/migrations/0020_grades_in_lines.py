from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

SQL = Path(__file__).resolve().parent.parent / "sql"
PROTECT = django.db.models.deletion.PROTECT
OWN_LINES = "DROP TRIGGER only_grows ON store_score; UPDATE store_score SET line_id = run_id"


def _run(related: str = "+", **options: object) -> models.ForeignKey:
    return models.ForeignKey(on_delete=PROTECT, related_name=related, to="store.evaluationrun", **options)


class Migration(migrations.Migration):
    """Scores hold from run to run; runs keep their rules; whose file has changed is noted for a refresh."""

    dependencies = [("store", "0011_ledger_eras")]
    operations = [
        migrations.CreateModel(
            "EvaluationRule",
            [
                ("digest", models.CharField(max_length=71, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=12)),
                ("body", models.JSONField()),
            ],
        ),
        migrations.CreateModel(
            "Regrade",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "subject",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=PROTECT,
                        related_name="+",
                        to="store.subject",
                    ),
                ),
            ],
        ),
        migrations.AddField("evaluationrun", "line", _run(null=True)),
        migrations.AddField("evaluationrun", "base", _run("refreshed", null=True)),
        migrations.AddField(
            "evaluationrun",
            "treatment_digest",
            models.CharField(blank=True, default="", max_length=71),
            False,
        ),
        migrations.AddField(
            "evaluationrun",
            "population_digest",
            models.CharField(blank=True, default="", max_length=71),
            False,
        ),
        migrations.AddField("evaluationrun", "record_mark", models.BigIntegerField(null=True)),
        migrations.RemoveConstraint("score", "score_once"),
        migrations.AddField("score", "line", _run(db_index=False, db_constraint=False, null=True)),
        migrations.AddField("score", "until", _run("ended", db_index=False, null=True)),
        migrations.RunSQL(OWN_LINES, migrations.RunSQL.noop),
        migrations.AlterField("score", "line", _run(db_index=False, db_constraint=False)),
        migrations.AlterField("score", "run", _run("given", db_index=False, db_constraint=False)),
        migrations.AddConstraint(
            "score",
            models.UniqueConstraint(
                fields=["line", "subject"], condition=Q(until__isnull=True), name="score_one_in_force"
            ),
        ),
        migrations.AddConstraint(
            "score",
            models.CheckConstraint(
                condition=Q(line__lte=F("run")) & (Q(until__isnull=True) | Q(until__gt=F("run"))),
                name="score_order_of_runs",
            ),
        ),
        migrations.AddIndex(
            "score", models.Index(fields=["until"], condition=Q(until__isnull=False), name="score_ended_by")
        ),
        migrations.RunSQL((SQL / "grades.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop),
        migrations.RunSQL((SQL / "public_grades.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
