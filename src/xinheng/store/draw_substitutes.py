"""Inspectors who were replaced after a draw: who, instead of whom, for which public reason, and the two persons who decided.

The row of the draw stays as it was; what goes now is the draw with its changes (docs/draw.md).
"""

from django.db import models
from django.db.models import F, Q

from xinheng.core.draw_substitute import Cause
from xinheng.store.accounts import User
from xinheng.store.inspections import Draw, DrawnObject


class DrawSubstitute(models.Model):
    """``absent_no`` and ``substitute_no`` are certificate numbers, for the organ alone; ``content`` is what is published, once
    another person agreed. ``sequence`` counts the changes of a draw."""

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="substitutes", db_index=False)
    drawn = models.ForeignKey(DrawnObject, on_delete=models.PROTECT, related_name="substitutes")
    absent_no = models.CharField(max_length=40)
    cause = models.CharField(max_length=8, choices=[(one.value, one.label) for one in Cause])
    reason = models.CharField(max_length=500)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    proposed_at = models.DateTimeField()
    agreed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    agreed_at = models.DateTimeField(null=True)
    sequence = models.PositiveIntegerField(null=True)
    substitute_no = models.CharField(max_length=40, blank=True, default="")
    content = models.JSONField(null=True)
    digest = models.CharField(max_length=71, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="drawsubstitute_says_why"),
            models.CheckConstraint(
                condition=Q(cause__in=[one.value for one in Cause]), name="drawsubstitute_cause_known"
            ),
            models.CheckConstraint(
                condition=Q(agreed_at__isnull=True, agreed_by__isnull=True, sequence__isnull=True)
                | Q(agreed_at__isnull=False, agreed_by__isnull=False, sequence__isnull=False)
                & ~Q(agreed_by=F("proposed_by"))
                & ~Q(substitute_no="")
                & ~Q(substitute_no=F("absent_no")),
                name="drawsubstitute_agreed_by_another",
            ),
            models.UniqueConstraint(fields=["draw", "sequence"], name="drawsubstitute_sequence_once"),
            models.UniqueConstraint(
                fields=["drawn", "absent_no"],
                condition=Q(agreed_at__isnull=True),
                name="drawsubstitute_proposed_once",
            ),
        ]
