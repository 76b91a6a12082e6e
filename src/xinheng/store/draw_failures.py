"""Announced draws that could not be made: why, in public words, and the two persons who say so.

Only after both may the plan be announced again; the failed announcement stays public (《优化营商环境条例》第五十四条).
"""

from django.db import models
from django.db.models import F, Q

from xinheng.store.accounts import User
from xinheng.store.inspections import DrawAnnouncement


class FailureCause(models.TextChoices):
    """Why nothing was drawn; there are no others."""

    NO_REVEAL = "no_reveal", "承诺方没有公开原值"
    NO_TEAM = "no_team", "分派不出检查组"


class DrawFailure(models.Model):
    """``party`` did not reveal, or no team could be formed. Without ``agreed_at`` it is a proposal, and the draw may
    still be made."""

    announcement = models.OneToOneField(DrawAnnouncement, on_delete=models.PROTECT, related_name="failure")
    cause = models.CharField(max_length=12, choices=FailureCause)
    party = models.CharField(max_length=100, blank=True, default="")
    reason = models.CharField(max_length=500)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    proposed_at = models.DateTimeField()
    agreed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    agreed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="drawfailure_says_why"),
            models.CheckConstraint(
                condition=(Q(cause=FailureCause.NO_REVEAL.value) & ~Q(party=""))
                | Q(cause=FailureCause.NO_TEAM.value, party=""),
                name="drawfailure_names_who_kept_silent",
            ),
            models.CheckConstraint(
                condition=Q(agreed_at__isnull=True, agreed_by__isnull=True)
                | (Q(agreed_at__isnull=False, agreed_by__isnull=False) & ~Q(agreed_by=F("proposed_by"))),
                name="drawfailure_agreed_by_another",
            ),
        ]
