"""Reports that an organ took in place of a certificate, or did not take (发改财金〔2025〕565号 on 应替尽替). Rows only grow."""

from django.db import models
from django.db.models import Q

from xinheng.store.accounts import User
from xinheng.store.organisations import Organisation
from xinheng.store.reports import MadeReport
from xinheng.store.subjects import Subject


class ReportSource(models.TextChoices):
    """Who made the report."""

    CITY = "city", "本平台"
    PROVINCE = "province", "省级平台"


class ReportAcceptance(models.Model):
    """``matter``: key in policy; ``number``: as it stands on the paper; ``made``: the report, if this platform made it;
    ``reason``: why it was not taken."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+", db_index=False)
    matter = models.CharField(max_length=20)
    source = models.CharField(max_length=8, choices=ReportSource)
    number = models.CharField(max_length=40)
    made = models.ForeignKey(
        MadeReport, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    accepted = models.BooleanField()
    reason = models.CharField(max_length=300, blank=True)
    received_on = models.DateField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "matter", "number"], name="reportacceptance_once_a_matter"
            ),
            models.CheckConstraint(
                condition=Q(source="city", made__isnull=False) | Q(source="province", made__isnull=True),
                name="reportacceptance_of_a_report_that_is_known",
            ),
            models.CheckConstraint(
                condition=Q(accepted=True, reason="") | (Q(accepted=False) & ~Q(reason="")),
                name="reportacceptance_refused_with_reason",
            ),
        ]
