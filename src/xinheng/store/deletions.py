"""Proposals to delete a record: what one person proposed, another confirms or refuses; nothing is deleted before.

The row says who, why and by which document, never what the record said (《河南省社会信用条例》第四十一、四十二条;
legal guard G13).
"""

from django.db import models
from django.db.models import F, Q

from xinheng.store.accounts import User
from xinheng.store.organisations import Organisation
from xinheng.store.public_ids import new_public_id
from xinheng.store.subjects import Subject


class DeletionState(models.TextChoices):
    PROPOSED = "proposed", "待确认"
    CONFIRMED = "confirmed", "已删除"
    REFUSED = "refused", "不予删除"


class DeletionProposal(models.Model):
    """``organisation``: whose record it is, by which the proposal finds its decider. ``with_original``: the keys of
    the delivered file go too."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    record_key = models.BigIntegerField(db_index=True)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+", db_index=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=10, choices=DeletionState, default=DeletionState.PROPOSED.value)
    reason = models.CharField(max_length=500)
    ground = models.CharField(max_length=200)
    with_original = models.BooleanField(default=False)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=DeletionState.values), name="deletion_state_known"),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(ground=""), name="deletion_says_why"),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by__isnull=True)
                | (
                    ~Q(state="proposed")
                    & Q(decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(decided_by=F("proposed_by"))
                    & ~Q(decision="")
                ),
                name="deletion_two_persons",
            ),
            models.UniqueConstraint(
                fields=["record_key"], condition=Q(state="proposed"), name="deletion_one_open"
            ),
        ]
        indexes = [
            models.Index(
                fields=["organisation", "id"], condition=Q(state="proposed"), name="deletion_waiting"
            )
        ]
