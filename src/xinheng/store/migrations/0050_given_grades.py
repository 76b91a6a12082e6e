from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

SQL = Path(__file__).resolve().parent.parent / "sql"
PROTECT = django.db.models.deletion.PROTECT


class Migration(migrations.Migration):
    """Published grades are facts of their cycle; superseded results are kept for a term."""

    dependencies = [("store", "0080_quality_of_deliveries")]
    operations = [
        migrations.AddField("evaluationrun", "cycle_on", models.DateField(null=True)),
        migrations.AddField("evaluationrun", "grade_mark", models.BigIntegerField(null=True)),
        migrations.AddField("evaluationrun", "forgotten_at", models.DateTimeField(null=True)),
        migrations.AddConstraint(
            "evaluationrun",
            models.CheckConstraint(
                condition=~Q(current=True) | Q(forgotten_at__isnull=True), name="run_in_force_not_forgotten"
            ),
        ),
        migrations.CreateModel(
            "GivenGrade",
            [
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("until", models.BigIntegerField(null=True)),
                ("decided_on", models.DateField()),
                ("cycle_on", models.DateField()),
                ("cycle_to", models.DateField()),
                ("model", models.CharField(max_length=80)),
                ("grade", models.CharField(max_length=1)),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False, on_delete=PROTECT, related_name="+", to="store.evaluationrun"
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        db_index=False, on_delete=PROTECT, related_name="+", to="store.subject"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            "givengrade",
            models.UniqueConstraint(
                fields=["subject", "model", "cycle_on"],
                condition=Q(until__isnull=True),
                name="given_grade_one_a_cycle",
            ),
        ),
        migrations.AddConstraint(
            "givengrade",
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("id")), name="given_grade_order"
            ),
        ),
        migrations.AddConstraint(
            "givengrade", models.CheckConstraint(condition=~Q(grade=""), name="given_grade_says_one")
        ),
        migrations.AddConstraint(
            "givengrade",
            models.CheckConstraint(condition=Q(cycle_on__lt=F("cycle_to")), name="given_grade_cycle"),
        ),
        migrations.AddIndex(
            "givengrade", models.Index(fields=["model", "cycle_on"], name="given_grade_of_cycle")
        ),
        migrations.AddIndex(
            "givengrade",
            models.Index(fields=["until"], condition=Q(until__isnull=False), name="given_grade_ended"),
        ),
        migrations.RunSQL((SQL / "given_grades.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
