"""What went upwards of permits and penalties (双公示上报): each file, each row with its answer.

A file holds acts as they are public, or what must be taken down above; a version of a record is on its way once.
"""

from django.db import models
from django.db.models import Q

from xinheng.store.accounts import User
from xinheng.store.batches import StoredFile
from xinheng.store.public_ids import new_public_id
from xinheng.store.records import Record


class UpState(models.TextChoices):
    """What became of a row above. Again: somebody said that it goes once more."""

    WAITING = "waiting", "待回执"
    ACCEPTED = "accepted", "已接受"
    REFUSED = "refused", "已退回"
    AGAIN = "again", "重新上报"


class UpReport(models.Model):
    """One file. ``act``: the kind in policy; ``withdraws``: it names what is public no more. ``handed_at``: when a person
    gave it to the platform above; ``receipt``: what that platform calls its answer."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    act = models.CharField(max_length=12)
    withdraws = models.BooleanField(default=False)
    rows = models.IntegerField()
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", db_index=False)
    digest = models.CharField(max_length=71)
    policy_digest = models.CharField(max_length=71)
    made_at = models.DateTimeField()
    handed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    handed_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    answered_at = models.DateTimeField(null=True)
    receipt = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(act__in=["permit", "penalty"]), name="upreport_act_known"),
            models.CheckConstraint(condition=Q(rows__gt=0), name="upreport_not_empty"),
            models.CheckConstraint(
                condition=Q(handed_at__isnull=True, handed_by__isnull=True)
                | Q(handed_at__isnull=False, handed_by__isnull=False),
                name="upreport_handed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, receipt="")
                | (
                    Q(answered_at__isnull=False, answered_by__isnull=False, handed_at__isnull=False)
                    & ~Q(receipt="")
                ),
                name="upreport_answered_after_handing",
            ),
        ]


class UpRow(models.Model):
    """One row of a file. ``ground``: the version of the record that it tells; ``reason``: why it was refused."""

    report = models.ForeignKey(UpReport, on_delete=models.PROTECT, related_name="lines")
    row_no = models.IntegerField()
    record_key = models.BigIntegerField()
    ground = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+", db_index=False)
    withdraws = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=UpState, default=UpState.WAITING)
    reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "row_no"], name="uprow_once_a_file"),
            models.UniqueConstraint(
                fields=["ground", "withdraws"], condition=~Q(state="again"), name="uprow_version_once"
            ),
            models.CheckConstraint(condition=Q(state__in=UpState.values), name="uprow_state_known"),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(reason=""), name="uprow_refused_with_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["record_key"], name="uprow_of_record"),
            models.Index(fields=["id"], condition=Q(state="refused"), name="uprow_sent_back"),
        ]
