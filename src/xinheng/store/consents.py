"""The register of consent: what an enterprise agreed to, on paper or online, who entered it, and when it was taken back.

A consent is never changed: other terms are another consent. Its scan is an encrypted file of the store.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from xinheng.store.accounts import User
from xinheng.store.batches import StoredFile
from xinheng.store.enterprises import EnterpriseAccount
from xinheng.store.organisations import Organisation
from xinheng.store.public_ids import new_public_id
from xinheng.store.subjects import Subject


class ConsentWay(models.TextChoices):
    PAPER = "paper", "书面"
    ONLINE = "online", "网上"


class Consent(models.Model):
    """``items`` may be used, ``feeds`` may bring more; without ``fields`` all of them. ``until_on`` is the last day.

    Without ``receiver`` any organisation may use it for the purpose. ``ended_at``: the moment from which nothing that
    rests on it is used, be it revoked or run out. Either an officer entered it or the enterprise's own ``account``.
    """

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="consents")
    items = ArrayField(models.CharField(max_length=40))
    feeds = ArrayField(models.CharField(max_length=80), default=list)
    fields = ArrayField(models.CharField(max_length=80), default=list)
    purpose = models.CharField(max_length=20)
    receiver = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    from_on = models.DateField()
    until_on = models.DateField()
    way = models.CharField(max_length=8, choices=ConsentWay)
    scan = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    entered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    account = models.ForeignKey(
        EnterpriseAccount, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    entered_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    revoked_account = models.ForeignKey(
        EnterpriseAccount, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    revoke_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(items=[]), name="consent_has_items"),
            models.CheckConstraint(condition=Q(until_on__gte=F("from_on")), name="consent_period"),
            models.CheckConstraint(condition=Q(way__in=ConsentWay.values), name="consent_way_known"),
            models.CheckConstraint(
                condition=~Q(way="paper") | Q(scan__isnull=False), name="consent_paper_has_scan"
            ),
            models.CheckConstraint(
                condition=Q(revoked_by__isnull=True, revoked_account__isnull=True)
                | (Q(ended_at__isnull=False) & ~Q(revoke_reason="")),
                name="consent_revoked_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(entered_by__isnull=False, account__isnull=True)
                | Q(entered_by__isnull=True, account__isnull=False, way="online"),
                name="consent_entered_by_one",
            ),
        ]
        indexes = [
            models.Index(fields=["until_on"], condition=Q(ended_at__isnull=True), name="consent_running"),
        ]
