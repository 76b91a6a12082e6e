"""Notices that tell a subject of its result (提示信息), and what became of each: served, acknowledged, its wait over.

A notice is written once. A bad grade of ours is public only when the subject was told first and the days of policy
have passed (view ``public_score``).
"""

from django.db import models
from django.db.models import Q

from xinheng.store.accounts import User
from xinheng.store.batches import Batch
from xinheng.store.public_ids import new_public_id
from xinheng.store.records import Record
from xinheng.store.scores import EvaluationRun
from xinheng.store.subjects import Subject


class ResultNotice(models.Model):
    """``source``: ``model:<id>`` for a run, ``feed:<id>`` for an imported record. ``reasons_digest``: of grade and reasons,
    so that a subject is told again only when either changes. ``bad``: to be told before it is public.
    """

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="notices", db_index=False)
    source = models.CharField(max_length=90)
    run = models.ForeignKey(
        EvaluationRun, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    record = models.ForeignKey(Record, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    grade = models.CharField(max_length=40, blank=True)
    bad = models.BooleanField(default=False)
    reasons_digest = models.CharField(max_length=71)
    title = models.CharField(max_length=120)
    text = models.TextField()
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(run__isnull=False, record__isnull=True)
                | Q(run__isnull=True, record__isnull=False),
                name="result_notice_one_ground",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="result_notice_says_something"),
        ]
        indexes = [models.Index(fields=["subject", "source", "-id"], name="result_notice_last")]


class NoticeStepKind(models.TextChoices):
    """What became of a notice."""

    SERVED = "served", "已送达"
    ACKNOWLEDGED = "acknowledged", "已签收"
    RELEASED = "released", "期满可公开"


class NoticeStep(models.Model):
    """One step of a notice, each at most once. ``on``: the day it took place; ``method``: how it was served."""

    notice = models.ForeignKey(ResultNotice, on_delete=models.PROTECT, related_name="steps", db_index=False)
    kind = models.CharField(max_length=12, choices=NoticeStepKind)
    on = models.DateField()
    method = models.CharField(max_length=20, blank=True)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notice", "kind"], name="notice_step_once"),
            models.CheckConstraint(condition=Q(kind__in=NoticeStepKind.values), name="notice_step_known"),
            models.CheckConstraint(
                condition=~Q(kind="served") | ~Q(method=""), name="notice_step_served_by_a_method"
            ),
        ]


class NoticeRound(models.Model):
    """A run or a loaded batch whose subjects have been told."""

    run = models.OneToOneField(EvaluationRun, on_delete=models.PROTECT, null=True, related_name="+")
    batch = models.OneToOneField(Batch, on_delete=models.PROTECT, null=True, related_name="+")
    written = models.IntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(run__isnull=False, batch__isnull=True) | Q(run__isnull=True, batch__isnull=False),
                name="notice_round_one_cause",
            )
        ]
