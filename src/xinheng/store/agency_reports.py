"""Credit agencies that filed with the authority, and their reports that organs received: what each is, never the paper itself.

A report of an agency stands beside the file of an enterprise and grounds nothing; of a bank's report only the use is kept
(《征信业管理条例》; 淮政办发〔2020〕80号 二（三）).
"""

from django.db import models
from django.db.models import F, Q

from xinheng.store.accounts import User
from xinheng.store.organisations import Organisation
from xinheng.store.public_ids import new_public_id
from xinheng.store.subjects import Subject


class AgencyAnswer(models.TextChoices):
    """What the agency said when it was asked whether the report is its own."""

    CONFIRMED = "confirmed", "确认为其出具"
    DENIED = "denied", "否认为其出具"


class CreditAgency(models.Model):
    """``filing_no`` is that of its filing (备案), ``filed_with`` the authority; struck off with a reason."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    name = models.CharField(max_length=120)
    code = models.CharField(max_length=18, unique=True)
    filing_no = models.CharField(max_length=60, unique=True)
    filed_with = models.CharField(max_length=120)
    filed_on = models.DateField()
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    entered_at = models.DateTimeField()
    struck_at = models.DateTimeField(null=True)
    struck_reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(filing_no="") & ~Q(filed_with=""),
                name="creditagency_says_its_filing",
            ),
            models.CheckConstraint(
                condition=Q(struck_at__isnull=True, struck_reason="")
                | Q(struck_at__isnull=False) & ~Q(struck_reason=""),
                name="creditagency_struck_with_reason",
            ),
        ]


class AgencyReport(models.Model):
    """A report that came in. ``agency`` None: a bank's, of which neither number nor digest is kept. ``digest``: of the file
    that was shown; ``valid_until``: its last day."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    agency = models.ForeignKey(
        CreditAgency, on_delete=models.PROTECT, null=True, related_name="reports", db_index=False
    )
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="agency_reports")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.CharField(max_length=60, blank=True, default="")
    digest = models.CharField(max_length=71, blank=True, default="", db_index=True)
    purpose = models.CharField(max_length=200)
    made_on = models.DateField()
    valid_until = models.DateField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    answer = models.CharField(max_length=10, blank=True, default="", choices=AgencyAnswer)
    answer_said = models.CharField(max_length=300, blank=True, default="")
    answered_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(agency__isnull=True, number="", digest="", answer="")
                | Q(agency__isnull=False) & ~Q(number="") & ~Q(digest=""),
                name="agencyreport_nothing_of_a_bank_but_its_use",
            ),
            models.CheckConstraint(condition=~Q(purpose=""), name="agencyreport_says_what_for"),
            models.CheckConstraint(condition=Q(valid_until__gte=F("made_on")), name="agencyreport_period"),
            models.CheckConstraint(
                condition=Q(answer="", answer_said="", answered_at__isnull=True)
                | Q(answered_at__isnull=False) & ~Q(answer="") & ~Q(answer_said=""),
                name="agencyreport_answer_says_how",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_reason="")
                | Q(withdrawn_at__isnull=False) & ~Q(withdrawn_reason=""),
                name="agencyreport_withdrawn_with_reason",
            ),
            models.UniqueConstraint(
                fields=["organisation", "agency", "number"],
                condition=Q(withdrawn_at__isnull=True, agency__isnull=False),
                name="agencyreport_once_an_organ",
            ),
        ]
