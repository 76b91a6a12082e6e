"""Results of evaluation runs. A run is reproducible: data as of a day, known on a moment, one model digest."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from xinheng.store.accounts import User
from xinheng.store.public_ids import new_public_id
from xinheng.store.subjects import Subject


class EvaluationRun(models.Model):
    """``current`` marks the one run of a model whose results are in force: once published, until the next published."""

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

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["model"], condition=Q(current=True), name="run_one_current"),
            models.CheckConstraint(
                condition=~(Q(trial=True) & Q(published=True)), name="run_trial_not_published"
            ),
        ]


class Score(models.Model):
    """Points in thousandths; ``contributions`` follows the order of the model's indicators."""

    run = models.ForeignKey(EvaluationRun, on_delete=models.PROTECT, related_name="scores", db_index=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="scores", db_index=False)
    subject_version = models.BigIntegerField()
    points_milli = models.IntegerField()
    grade = models.CharField(max_length=1, blank=True)
    veto = models.CharField(max_length=60, blank=True)
    contributions = ArrayField(models.IntegerField())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "subject"], name="score_once"),
            models.CheckConstraint(
                condition=Q(points_milli__gte=0) & Q(points_milli__lte=1_000_000), name="score_scale"
            ),
        ]
        indexes = [models.Index(fields=["subject"], name="score_of_subject")]
