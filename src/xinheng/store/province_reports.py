"""Requests of enterprises for the special report of the province, what became of each, and the report that came back.

The report is the province's: kept sealed for its subject alone, with the receipt, and never read for anything else
(发改财金〔2025〕565号; legal guard G10).
"""

from django.db import models
from django.db.models import F, Q

from xinheng.core.attachments import Checked
from xinheng.core.province_reports import RequestState
from xinheng.store.batches import StoredFile
from xinheng.store.enterprises import EnterpriseAccount
from xinheng.store.public_ids import new_public_id
from xinheng.store.subjects import Subject


class ProvinceRequest(models.Model):
    """``agreed``: the words to which the enterprise agreed. ``number``: of the request there, ``report`` of the report;
    ``trouble``: why the last try failed, in words; ``tries`` those that failed one after another; ``checked``: what the
    virus scanner said of the report."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="province_requests")
    account = models.ForeignKey(EnterpriseAccount, on_delete=models.PROTECT, related_name="+", db_index=False)
    scope = models.JSONField()
    purpose = models.CharField(max_length=20)
    agreed = models.CharField(max_length=300)
    state = models.CharField(max_length=8, choices=[(one.value, one.label) for one in RequestState])
    asked_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True)
    tries = models.IntegerField(default=0)
    trouble = models.CharField(max_length=300, blank=True, default="")
    number = models.CharField(max_length=60, blank=True, default="")
    report = models.CharField(max_length=60, blank=True, default="")
    why = models.CharField(max_length=300, blank=True, default="")
    simulated = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True)
    content = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    checked = models.CharField(
        max_length=10,
        choices=[(one.value, one.label) for one in Checked],
        default=Checked.UNCHECKED.value,
        db_default=Checked.UNCHECKED.value,
    )
    checked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(agreed=""), name="provincerequest_agreed_to"),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "sent"], next_at__isnull=False, ended_at__isnull=True)
                | Q(state__in=["done", "refused"], next_at__isnull=True, ended_at__isnull=False),
                name="provincerequest_open_or_ended",
            ),
            models.CheckConstraint(
                condition=Q(state="done", content__isnull=False) & ~Q(report="")
                | ~Q(state="done") & Q(content__isnull=True, report=""),
                name="provincerequest_done_with_its_report",
            ),
            models.CheckConstraint(
                condition=Q(state="refused") & ~Q(why="") | ~Q(state="refused") & Q(why=""),
                name="provincerequest_refused_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(checked__in=[one.value for one in Checked]), name="provincerequest_checked_known"
            ),
        ]
        indexes = [
            models.Index(F("next_at"), condition=Q(next_at__isnull=False), name="provincerequest_due"),
            models.Index(
                fields=["id"],
                condition=Q(checked="unchecked", content__isnull=False),
                name="provincerequest_to_check",
            ),
        ]
