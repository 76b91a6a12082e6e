"""Versions of policy published in the office: immutable rows of canonical JSON with their approver."""

from django.db import models
from django.db.models import Q

from xinheng.store.accounts import User


class PolicyVersion(models.Model):
    """``kind`` is feed, calendar, model, catalogue or grading; ``key`` its name. ``from_on`` is the first day in force.

    An earlier content may come back: the same digest then stands in a second version, by a case of its own.
    """

    kind = models.CharField(max_length=16)
    key = models.CharField(max_length=80)
    digest = models.CharField(max_length=71)
    body = models.JSONField()
    from_on = models.DateField()
    drafted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField()
    case = models.ForeignKey("store.Case", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case"], name="policy_version_one_a_case"),
            models.CheckConstraint(condition=~Q(digest=""), name="policy_version_has_digest"),
            models.CheckConstraint(
                condition=~Q(drafted_by=models.F("approved_by")), name="policy_version_two_persons"
            ),
        ]
        indexes = [models.Index(fields=["kind", "key", "-from_on"], name="policy_version_in_force")]
