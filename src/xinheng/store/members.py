"""The members of an industry association, as the association itself tells; it delivers records of these alone.

Membership gives the association no sight of a member's file, and is no fact of public credit information.
"""

from django.db import models
from django.db.models import F, Q

from xinheng.store.accounts import User
from xinheng.store.organisations import Organisation
from xinheng.store.subjects import Subject


class Member(models.Model):
    """One membership. ``to_on``: the first day on which it holds no more. ``source``: the association's own roll."""

    association = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="members")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="memberships")
    from_on = models.DateField()
    to_on = models.DateField(null=True)
    source = models.CharField(max_length=200)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    entered_at = models.DateTimeField()
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    ended_at = models.DateTimeField(null=True)
    ended_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(source=""), name="member_says_whence"),
            models.CheckConstraint(
                condition=Q(to_on__isnull=True) | Q(to_on__gte=F("from_on")), name="member_period"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True)
                | (Q(ended_by__isnull=False) & Q(to_on__isnull=False) & ~Q(ended_reason="")),
                name="member_end_says_why",
            ),
            models.UniqueConstraint(
                fields=["association", "subject"], condition=Q(ended_at__isnull=True), name="member_once"
            ),
        ]
