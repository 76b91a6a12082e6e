"""Arrears of government bodies and state-owned enterprises that are shown to the public by decision of the competent organ
(宛政办〔2020〕17号 五（五）; legal guard G14): the unit alone, never a person.
"""

from django.db import models
from django.db.models import F, Q

from xinheng.store.accounts import User
from xinheng.store.public_ids import new_public_id
from xinheng.store.records import Record
from xinheng.store.subjects import Subject


class ArrearsNotice(models.Model):
    """One showing. ``decision_no``, ``decided_by_organ`` and ``decided_on``: the decision that the arrears be public;
    ``told_on``: when the unit was told before; ``heard``: what it said; ``shown_at``: since when it is public."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+", db_index=False)
    ground = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+", db_index=False)
    record_key = models.BigIntegerField(db_index=True)
    decision_no = models.CharField(max_length=120)
    decided_by_organ = models.CharField(max_length=120)
    decided_on = models.DateField()
    told_on = models.DateField()
    told_proof = models.CharField(max_length=200)
    policy_digest = models.CharField(max_length=71)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    proposed_at = models.DateTimeField()
    heard = models.CharField(max_length=1000, blank=True, default="")
    shown_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    shown_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(decision_no="") & ~Q(decided_by_organ="") & ~Q(told_proof=""),
                name="arrearsnotice_rests_on_a_decision",
            ),
            models.CheckConstraint(
                condition=Q(shown_at__isnull=True, shown_by__isnull=True)
                | (
                    Q(shown_at__isnull=False, shown_by__isnull=False)
                    & ~Q(shown_by=F("proposed_by"))
                    & ~Q(heard="")
                ),
                name="arrearsnotice_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | ~Q(ended_why=""), name="arrearsnotice_ended_with_reason"
            ),
            models.UniqueConstraint(
                fields=["record_key"], condition=Q(ended_at__isnull=True), name="arrearsnotice_once"
            ),
        ]
