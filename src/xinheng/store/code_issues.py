"""Wrong and duplicate codes as matters with a course: who must put them right, what was done, who verified it.

A matter is known by its kind and key, so that the same fault found again is the same matter; its steps only grow.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from xinheng.core.code_issues import IssueKind, IssueState, Registrar
from xinheng.store.accounts import User
from xinheng.store.organisations import Organisation
from xinheng.store.public_ids import new_public_id

_KINDS = [(kind.value, kind.label) for kind in IssueKind]
_STATES = [(state.value, state.label) for state in IssueState]
_REGISTRARS = [(one.value, one.label) for one in Registrar]


class CodeIssue(models.Model):
    """``key`` names the matter within its kind: the code as written, a name, or the body of a code.

    ``members`` are the codes or names that are entangled. ``cleared_at``: since when data no longer show it.
    ``distinct``: a person found the members to be different subjects, which is no fault.
    """

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    kind = models.CharField(max_length=12, choices=_KINDS)
    key = models.CharField(max_length=220)
    code = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=200, blank=True)
    members = ArrayField(models.CharField(max_length=220), default=list)
    rows = ArrayField(models.BigIntegerField(), default=list)
    occurrences = models.IntegerField(default=0)
    registrar = models.CharField(max_length=24, choices=_REGISTRARS)
    division = models.CharField(max_length=6, blank=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="code_issues")
    state = models.CharField(max_length=10, choices=_STATES, default=IssueState.OPEN.value)
    found_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)
    assigned_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    assigned_at = models.DateTimeField(null=True)
    due_on = models.DateField(null=True)
    fixed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    fixed_at = models.DateTimeField(null=True)
    remedy = models.CharField(max_length=300, blank=True)
    distinct = models.BooleanField(default=False)
    verified_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    verified_at = models.DateTimeField(null=True)
    reopened = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="code_issue_once"),
            models.CheckConstraint(
                condition=Q(kind__in=[one.value for one in IssueKind]), name="code_issue_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[one.value for one in IssueState]), name="code_issue_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("fixed", "verified")) | (Q(fixed_by__isnull=False) & ~Q(remedy="")),
                name="code_issue_fixed_by_a_person",
            ),
            models.CheckConstraint(
                condition=~Q(state="verified")
                | (Q(verified_by__isnull=False) & ~Q(verified_by=F("fixed_by"))),
                name="code_issue_two_persons",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organisation", "id"], condition=~Q(state="verified"), name="code_issue_living"
            )
        ]


class CodeIssueStep(models.Model):
    """One step in the course of a matter; ``actor`` is none where data moved it."""

    issue = models.ForeignKey(CodeIssue, on_delete=models.PROTECT, related_name="steps")
    state = models.CharField(max_length=10, choices=_STATES)
    deed = models.CharField(max_length=12)
    remark = models.CharField(max_length=300, blank=True)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["issue", "id"], name="code_issue_course")]
