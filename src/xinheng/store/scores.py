"""Results of evaluation runs. A run is reproducible: data as of a day, known on a moment, one model digest.

A full run grades everybody; a refresh between two full runs grades those whose files have changed, by the rules and
the day of the full run. Runs that follow one another by the same model form a line: a score holds from the run that
gave it until the run that ended it, so that only what changes is written and the results of every run stay readable.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q, QuerySet

from xinheng.store.accounts import User
from xinheng.store.public_ids import new_public_id
from xinheng.store.subjects import Subject


class EvaluationRule(models.Model):
    """The content of a model or of the rules of treatment under its digest, so that a run can be made again."""

    digest = models.CharField(max_length=71, primary_key=True)
    kind = models.CharField(max_length=12)
    body = models.JSONField()


class EvaluationRun(models.Model):
    """``current`` marks the one run of a model whose results are in force: once published, until the next published.

    ``line``: the run that opened the line, none for that run itself. ``base``: the full run that this one refreshes,
    none for a full run. ``record_mark``: the highest record number that was known; ``grade_mark``: the highest number
    of a given grade. ``cycle_on``: first day of the cycle whose official result this is, none for what is only tried.
    ``forgotten_at``: since when its scores are no longer kept.
    """

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    model = models.CharField(max_length=80)
    model_version = models.IntegerField()
    model_digest = models.CharField(max_length=71)
    policy_digest = models.CharField(max_length=71)
    snapshot_digest = models.CharField(max_length=71)
    result_digest = models.CharField(max_length=71)
    as_of = models.DateField()
    known_at = models.DateTimeField()
    subjects = models.IntegerField()
    distribution = models.JSONField()
    trial = models.BooleanField()
    published = models.BooleanField(default=False)
    current = models.BooleanField()
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    line = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    base = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="refreshed")
    treatment_digest = models.CharField(max_length=71, blank=True)
    population_digest = models.CharField(max_length=71, blank=True)
    record_mark = models.BigIntegerField(null=True)
    grade_mark = models.BigIntegerField(null=True)
    cycle_on = models.DateField(null=True)
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["model"], condition=Q(current=True), name="run_one_current"),
            models.CheckConstraint(
                condition=~Q(current=True) | Q(forgotten_at__isnull=True), name="run_in_force_not_forgotten"
            ),
            models.CheckConstraint(
                condition=~(Q(trial=True) & Q(published=True)), name="run_trial_not_published"
            ),
        ]

    @property
    def line_key(self) -> int:
        """The number of the line."""
        return int(self.line_id or self.pk)

    @property
    def full(self) -> "EvaluationRun":
        """The full run that this one is or refreshes."""
        return self.base or self


class Score(models.Model):
    """What ``run`` found for a subject; it holds until ``until``, a later run of the line, finds something else.

    Points are thousandths; ``contributions`` follows the order of the model's indicators.
    """

    line = models.ForeignKey(
        EvaluationRun, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    run = models.ForeignKey(
        EvaluationRun, on_delete=models.PROTECT, related_name="given", db_index=False, db_constraint=False
    )
    until = models.ForeignKey(
        EvaluationRun, on_delete=models.PROTECT, null=True, related_name="ended", db_index=False
    )
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="scores", db_index=False)
    subject_version = models.BigIntegerField()
    points_milli = models.IntegerField()
    grade = models.CharField(max_length=1, blank=True)
    veto = models.CharField(max_length=60, blank=True)
    contributions = ArrayField(models.IntegerField())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["line", "subject"], condition=Q(until__isnull=True), name="score_one_in_force"
            ),
            models.CheckConstraint(
                condition=Q(line__lte=F("run")) & (Q(until__isnull=True) | Q(until__gt=F("run"))),
                name="score_order_of_runs",
            ),
            models.CheckConstraint(
                condition=Q(points_milli__gte=0) & Q(points_milli__lte=1_000_000), name="score_scale"
            ),
        ]
        indexes = [
            models.Index(fields=["subject"], name="score_of_subject"),
            models.Index(fields=["until"], condition=Q(until__isnull=False), name="score_ended_by"),
        ]


def scores_of(run: EvaluationRun) -> QuerySet[Score]:
    """The scores that hold by a run, whichever earlier run of its line gave them; none once they are forgotten."""
    if run.forgotten_at is not None:
        return Score.objects.none()
    own = Score.objects.filter(line=run.line_key)
    if run.current:
        return own.filter(until__isnull=True)
    return own.filter(Q(until__isnull=True) | Q(until__gt=run.pk), run__lte=run.pk)


class GivenGrade(models.Model):
    """The grade that an official model gave a subject in one cycle, as a fact of the item ``evaluation``.

    Numbers are drawn from those of records, so that both may stand in one file. ``until``: the number from which on
    it is known no longer, because another grade of the cycle took its place. ``run`` found it; ``decided_on`` is the
    day on which the subject was first graded in the cycle, which runs from ``cycle_on`` up to ``cycle_to``.
    ``earned_by``: whose grade it was where a merge files it under another.
    """

    id = models.BigIntegerField(primary_key=True)
    until = models.BigIntegerField(null=True)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+", db_index=False)
    earned_by = models.ForeignKey(
        Subject, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    run = models.ForeignKey(EvaluationRun, on_delete=models.PROTECT, related_name="+", db_index=False)
    decided_on = models.DateField()
    cycle_on = models.DateField()
    cycle_to = models.DateField()
    model = models.CharField(max_length=80)
    grade = models.CharField(max_length=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "model", "cycle_on"],
                condition=Q(until__isnull=True),
                name="given_grade_one_a_cycle",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("id")), name="given_grade_order"
            ),
            models.CheckConstraint(condition=Q(cycle_on__lt=F("cycle_to")), name="given_grade_cycle"),
            models.CheckConstraint(condition=~Q(grade=""), name="given_grade_says_one"),
        ]
        indexes = [
            models.Index(fields=["model", "cycle_on"], name="given_grade_of_cycle"),
            models.Index(fields=["until"], condition=Q(until__isnull=False), name="given_grade_ended"),
        ]


class Regrade(models.Model):
    """A subject whose file has changed, noted by a trigger in the transaction of the change; taken by a refresh."""

    subject = models.ForeignKey(
        Subject, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
