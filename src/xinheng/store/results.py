"""Who is sent the public part of results, and each file that was sent (KF-9; 淮安区方案三（二）).

A push keeps its file for a term and what it said for good: number of rows, digest, receipt.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from xinheng.store.accounts import User
from xinheng.store.batches import StoredFile
from xinheng.store.public_ids import new_public_id
from xinheng.store.scores import EvaluationRun


class RecipientKind(models.TextChoices):
    """Who may be sent results."""

    DEPARTMENT = "department", "政府部门"
    BANK = "bank", "金融机构"
    ASSOCIATION = "association", "行业协会商会"


class ResultSubscription(models.Model):
    """One recipient of the results of one model, for a half-open period of days."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    recipient = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=RecipientKind)
    model = models.CharField(max_length=80)
    purpose = models.CharField(max_length=200)
    from_on = models.DateField()
    to_on = models.DateField(null=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "model"], condition=Q(to_on__isnull=True), name="subscription_one_open"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=RecipientKind.values), name="subscription_kind_known"
            ),
            models.CheckConstraint(condition=~Q(purpose=""), name="subscription_has_purpose"),
            models.CheckConstraint(
                condition=Q(to_on__isnull=True) | Q(from_on__lte=F("to_on")), name="subscription_period"
            ),
        ]


class ResultPush(models.Model):
    """One file sent to one recipient. ``shown`` holds the subjects told of; from it the next file says who is gone."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    subscription = models.ForeignKey(ResultSubscription, on_delete=models.PROTECT, related_name="pushes")
    run = models.ForeignKey(EvaluationRun, on_delete=models.PROTECT, related_name="+", db_index=False)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", db_index=False)
    digest = models.CharField(max_length=71)
    rows = models.IntegerField()
    withdrawn = models.IntegerField()
    shown = ArrayField(models.BigIntegerField())
    pushed_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True)
    receipt = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(received_at__isnull=True) | ~Q(receipt=""), name="push_receipt_says_something"
            )
        ]
        indexes = [models.Index(fields=["subscription", "-id"], name="push_last")]
