"""Decided breaches of commitments as they were handed on to the city: when, in what words, and who took note of them.

No word is kept beside the record: the table is written from what stands, so that a breach that was repaired or
overturned is in it no more (淮政办发〔2020〕80号二（一）; legal guard G9).
"""

from django.db import models
from django.db.models import Q

from xinheng.store.accounts import User
from xinheng.store.commitments import Commitment
from xinheng.store.organisations import Organisation
from xinheng.store.public_ids import new_public_id


class BreachReport(models.Model):
    """One decided breach handed on by the unit that decided it. ``digest``: of its line in the uniform table; ``withdrawn_at``:
    the decision was overturned, and another may follow."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="+")
    receiver = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    digest = models.CharField(max_length=71)
    reported_at = models.DateTimeField()
    received_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    received_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["commitment"], condition=Q(withdrawn_at__isnull=True), name="breach_report_once"
            ),
            models.CheckConstraint(
                condition=Q(received_at__isnull=True, received_by__isnull=True)
                | Q(received_at__isnull=False, received_by__isnull=False),
                name="breach_report_receiver_named",
            ),
        ]
        indexes = [
            models.Index(
                fields=["receiver", "-id"],
                condition=Q(withdrawn_at__isnull=True),
                name="breach_report_standing",
            ),
        ]
