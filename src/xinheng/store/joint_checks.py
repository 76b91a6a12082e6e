"""Visits of several organs at one place that are proposed as one, and what each organ says to it (进一次门、查多项事).

A visit stands in one proposal at a time. Each organ keeps its own visit, record and result; who answered is kept by name.
"""

from django.db import models
from django.db.models import F, Q

from xinheng.core.joint_checks import Answer
from xinheng.store.accounts import User
from xinheng.store.public_ids import new_public_id
from xinheng.store.subjects import Subject
from xinheng.store.visits import Visit


class JointCheck(models.Model):
    """``day`` suits all, as any work-day from ``first_on`` to ``last_on``. ``tied_at``: once all who go had agreed.

    ``version`` grows with every answer.
    """

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+", db_index=False)
    place = models.CharField(max_length=300)
    first_on = models.DateField()
    last_on = models.DateField()
    day = models.DateField()
    proposed_at = models.DateTimeField()
    tied_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=200, blank=True, default="")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(day__gte=F("first_on"), day__lte=F("last_on")), name="jointcheck_day_suits_all"
            ),
            models.CheckConstraint(condition=~Q(place=""), name="jointcheck_has_a_place"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | ~Q(ended_why=""), name="jointcheck_end_says_why"
            ),
        ]
        indexes = [
            models.Index(fields=["day"], condition=Q(ended_at__isnull=True), name="jointcheck_running_by_day")
        ]


class JointMember(models.Model):
    """One visit of a proposal; the first still in it leads. ``left_at``: from then on it is a visit of its own."""

    joint = models.ForeignKey(JointCheck, on_delete=models.PROTECT, related_name="members", db_index=False)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="joints")
    position = models.PositiveSmallIntegerField()
    answer = models.CharField(
        max_length=8, choices=[(one.value, one.label) for one in Answer], default=Answer.WAITING.value
    )
    answered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    answered_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True, default="")
    left_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["joint", "position"], name="jointmember_place_once"),
            models.UniqueConstraint(
                fields=["visit"], condition=Q(left_at__isnull=True), name="jointmember_in_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(answer__in=[one.value for one in Answer]), name="jointmember_answer_known"
            ),
            models.CheckConstraint(
                condition=Q(answer=Answer.WAITING.value, answered_by__isnull=True, answered_at__isnull=True)
                | Q(answered_by__isnull=False, answered_at__isnull=False) & ~Q(answer=Answer.WAITING.value),
                name="jointmember_answered_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(answer=Answer.REFUSED.value) | ~Q(reason="") & Q(left_at__isnull=False),
                name="jointmember_refusal_says_why",
            ),
        ]
