"""What departments may take of the records, and every time they did: for which purpose, of whom, how much.

Calls and readings only grow. They name organisations, never persons, and hold no word of a record (legal guard G13).
"""

from django.db import models
from django.db.models import F, Q

from xinheng.store.accounts import User
from xinheng.store.casework import Case
from xinheng.store.consents import Consent
from xinheng.store.ledger import LedgerEvent
from xinheng.store.organisations import Organisation
from xinheng.store.public_ids import new_public_id
from xinheng.store.senders import SenderKey
from xinheng.store.subjects import Subject


class SharingGrant(models.Model):
    """What one organisation may take. ``items``: fields by catalogue code; ``until_on`` is the last day.

    ``day_calls`` counts the calls on ``day``.
    """

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="sharing_grant")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    items = models.JSONField()
    purpose = models.CharField(max_length=20)
    matter = models.CharField(max_length=200)
    legal_basis = models.CharField(max_length=300)
    daily_quota = models.IntegerField()
    from_on = models.DateField()
    until_on = models.DateField()
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    approved_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    revoke_reason = models.CharField(max_length=200, blank=True)
    day = models.DateField(null=True)
    day_calls = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(items={}), name="sharing_grant_has_items"),
            models.CheckConstraint(condition=Q(until_on__gte=F("from_on")), name="sharing_grant_period"),
            models.CheckConstraint(condition=Q(daily_quota__gt=0), name="sharing_grant_quota"),
            models.CheckConstraint(
                condition=~Q(purpose="") & ~Q(matter="") & ~Q(legal_basis=""),
                name="sharing_grant_says_what_for",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | (Q(revoked_by__isnull=False) & ~Q(revoke_reason="")),
                name="sharing_grant_revoked_with_reason",
            ),
        ]


class SharingCall(models.Model):
    """One call by a reading key. ``refused`` is the code of the refusal, empty where it was answered.

    ``idempotency_key`` and ``asked``, the digest of what was asked, are of checks; ``event`` is that of a check of many.
    """

    grant = models.ForeignKey(SharingGrant, on_delete=models.PROTECT, related_name="calls")
    key = models.ForeignKey(SenderKey, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    day = models.DateField()
    purpose = models.CharField(max_length=20, blank=True)
    changes = models.BooleanField(default=False)
    refused = models.CharField(max_length=8, blank=True)
    records = models.IntegerField(default=0)
    idempotency_key = models.CharField(max_length=100, blank=True, default="", db_default="")
    asked = models.CharField(max_length=71, blank=True, default="", db_default="")
    event = models.ForeignKey(
        LedgerEvent, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key", "idempotency_key"],
                condition=~Q(idempotency_key=""),
                name="sharing_call_idempotent",
            ),
        ]
        indexes = [models.Index(fields=["day"], name="sharing_call_day")]


class SharingReading(models.Model):
    """Of whom a call read how many records of an item, and by which consent; 0 where it learnt that there are none."""

    call = models.ForeignKey(SharingCall, on_delete=models.PROTECT, related_name="readings")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+", db_index=False)
    item = models.SmallIntegerField()
    records = models.IntegerField()
    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, null=True, related_name="readings")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["call", "subject", "item"], name="sharing_reading_once"),
        ]
        indexes = [models.Index(fields=["subject", "-id"], name="sharing_reading_of_subject")]
