"""Who is who: merges of rows of the subject master, decisions on rows without a code, and names remembered by them.

Everything here is a person's word that another person may take back; nothing is overwritten or removed.
"""

from django.db import models
from django.db.models import F, Q

from xinheng.core.subject_merge import MergeState
from xinheng.store.accounts import User
from xinheng.store.batches import ReturnedRow
from xinheng.store.public_ids import new_public_id
from xinheng.store.subjects import Subject

_STATES = [(state.value, state.label) for state in MergeState]


class SubjectMerge(models.Model):
    """``absorbed`` and ``survivor`` are one subject. What happened to the proposal to split stands beside it."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    absorbed = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="merges_away")
    survivor = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="merges_here")
    state = models.CharField(max_length=10, choices=_STATES, default=MergeState.PROPOSED.value)
    reason = models.CharField(max_length=300)
    ground = models.CharField(max_length=200)
    evidence = models.JSONField(default=list)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=300, blank=True)
    split_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    split_at = models.DateTimeField(null=True)
    split_reason = models.CharField(max_length=300, blank=True)
    undone_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undone_decision = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[one.value for one in MergeState]), name="subject_merge_state_known"
            ),
            models.CheckConstraint(condition=~Q(absorbed=F("survivor")), name="subject_merge_of_two"),
            models.UniqueConstraint(
                fields=["absorbed"],
                condition=Q(state__in=("proposed", "merged", "splitting")),
                name="subject_merge_one_open",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed")
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by"))),
                name="subject_merge_two_persons",
            ),
            models.CheckConstraint(
                condition=~Q(state="undone")
                | (Q(undone_by__isnull=False, split_by__isnull=False) & ~Q(undone_by=F("split_by"))),
                name="subject_split_two_persons",
            ),
        ]
        indexes = [models.Index(fields=["survivor"], name="subject_merge_of_survivor")]


class NameAlias(models.Model):
    """A way of writing that a person found to mean a subject; proposed for later rows, never joined by itself."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="aliases")
    name = models.CharField(max_length=200)
    normalised = models.CharField(max_length=200)
    reason = models.CharField(max_length=300)
    remembered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    remembered_at = models.DateTimeField()
    revoked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)
    revoked_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["normalised"], condition=Q(revoked_at__isnull=True), name="name_alias_one_living"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | (Q(revoked_by__isnull=False) & ~Q(revoked_reason="")),
                name="name_alias_end_says_why",
            ),
        ]


class Verdict(models.TextChoices):
    """What a person says of a row without a code."""

    YES = "yes", "是这一家"
    NO = "no", "都不是"
    UNKNOWN = "unknown", "不能确定"


class RowIdentity(models.Model):
    """A person's word on whom a row means, with the evidence that was shown; it may be taken back."""

    row = models.ForeignKey(ReturnedRow, on_delete=models.PROTECT, related_name="identities")
    verdict = models.CharField(max_length=8, choices=Verdict)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True, related_name="+")
    score = models.IntegerField(null=True)
    evidence = models.JSONField(default=list)
    reason = models.CharField(max_length=300)
    alias = models.ForeignKey(NameAlias, on_delete=models.PROTECT, null=True, related_name="rows")
    record_key = models.BigIntegerField(null=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    reversed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    reversed_at = models.DateTimeField(null=True)
    reversed_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["row"], condition=Q(reversed_at__isnull=True), name="row_identity_one_standing"
            ),
            models.CheckConstraint(
                condition=Q(verdict__in=Verdict.values), name="row_identity_verdict_known"
            ),
            models.CheckConstraint(
                condition=~Q(verdict="yes") | (Q(subject__isnull=False, record_key__isnull=False)),
                name="row_identity_yes_names_one",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="row_identity_says_why"),
            models.CheckConstraint(
                condition=Q(reversed_at__isnull=True)
                | (Q(reversed_by__isnull=False) & ~Q(reversed_reason="")),
                name="row_identity_end_says_why",
            ),
        ]


def ever_one_with(subject: int) -> frozenset[int]:
    """The subject and all with which it was ever proposed to be one: a version of its records may lie under any."""
    found, new = {subject}, {subject}
    while new:
        pairs = SubjectMerge.objects.filter(Q(absorbed__in=new) | Q(survivor__in=new))
        new = {one for pair in pairs.values_list("absorbed", "survivor") for one in pair} - found
        found |= new
    return frozenset(found)
