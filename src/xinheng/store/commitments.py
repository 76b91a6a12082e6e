"""Commitments as the units take them: under which item and letter, by whom, and what became of them.

The twenty columns of the register are made from a row; what was filled in stands sealed in ``paper`` and is public only
as far as the letter says (legal guard G13).
"""

from django.db import models
from django.db.models import Q

from xinheng.store.batches import StoredFile
from xinheng.store.casework import Case
from xinheng.store.enterprises import EnterpriseAccount
from xinheng.store.organisations import Organisation
from xinheng.store.policy_versions import PolicyVersion
from xinheng.store.public_ids import new_public_id
from xinheng.store.subjects import Subject

OUTCOMES = ["full", "part", "none", "false"]
SOURCES = ["window", "own", "association", "repair"]


class Commitment(models.Model):
    """``code`` is given with the registration, ``record_key`` names its record. ``content`` and ``liability`` are the public
    copy; ``paper`` holds all that was signed and ``digest`` its digest. ``promised_on``: when what is ``missing`` comes."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    code = models.CharField(max_length=20, unique=True, null=True)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="commitments")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    association = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    case = models.OneToOneField(Case, on_delete=models.PROTECT, null=True, related_name="commitment")
    source = models.CharField(max_length=12)
    kind = models.CharField(max_length=16)
    variant = models.CharField(max_length=12, default="plain")
    item_list = models.ForeignKey(
        PolicyVersion, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    item = models.CharField(max_length=40, blank=True)
    letter = models.CharField(max_length=60)
    letter_digest = models.CharField(max_length=71)
    title = models.CharField(max_length=120)
    reason = models.CharField(max_length=512)
    content = models.TextField()
    liability = models.TextField()
    paper = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    digest = models.CharField(max_length=71)
    account = models.ForeignKey(
        EnterpriseAccount, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    lodged_at = models.DateTimeField()
    committed_on = models.DateField()
    valid_until = models.DateField(null=True)
    registered_at = models.DateTimeField(null=True)
    handed_in = models.JSONField(default=list)
    missing = models.JSONField(default=list)
    promised_on = models.DateField(null=True)
    completed_on = models.DateField(null=True)
    act = models.CharField(max_length=200, blank=True)
    outcome = models.CharField(max_length=8, blank=True)
    unperformed = models.TextField(blank=True)
    pursued = models.TextField(blank=True)
    determined_on = models.DateField(null=True)
    determined_by = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    record_key = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="") | Q(outcome__in=OUTCOMES), name="commitment_outcome_known"
            ),
            models.CheckConstraint(condition=Q(source__in=SOURCES), name="commitment_source_known"),
            models.CheckConstraint(
                condition=Q(outcome="") | (Q(determined_on__isnull=False) & Q(determined_by__isnull=False)),
                name="commitment_outcome_says_who",
            ),
            models.CheckConstraint(
                condition=~Q(outcome__in=["part", "none", "false"]) | (~Q(unperformed="") & ~Q(pursued="")),
                name="commitment_breach_says_what",
            ),
            models.CheckConstraint(
                condition=Q(registered_at__isnull=True, code__isnull=True, record_key__isnull=True)
                | Q(registered_at__isnull=False, code__isnull=False, record_key__isnull=False),
                name="commitment_registered_with_record",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "-id"], name="commitment_of_unit"),
            models.Index(fields=["committed_on", "organisation"], name="commitment_of_month"),
            models.Index(fields=["record_key"], name="commitment_of_record"),
        ]
