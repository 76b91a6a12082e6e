"""Leads from devices and what an officer did with each. They belong to no file, and no image is kept: of what the device's
system holds only digests are named, and the words go once their days are over (legal guard G13)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from xinheng.core.leads import Device, Handover, Outcome
from xinheng.store.accounts import User
from xinheng.store.casework import Case
from xinheng.store.inspection_plans import CaseCheck
from xinheng.store.organisations import Organisation
from xinheng.store.public_ids import new_public_id
from xinheng.store.senders import SenderKey
from xinheng.store.subjects import Subject


class Lead(models.Model):
    """``external`` is the sender's number: sent again it is one. ``case``: the prompt that went out; ``check_made``: the check
    that was put to the decider."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+", db_index=False)
    sender = models.ForeignKey(SenderKey, on_delete=models.PROTECT, related_name="+", db_index=False)
    external = models.CharField(max_length=80)
    digest = models.CharField(max_length=71)
    device = models.CharField(max_length=8, choices=[(one.value, one.label) for one in Device])
    device_no = models.CharField(max_length=80, blank=True)
    what = models.CharField(max_length=120)
    said = models.CharField(max_length=1000, blank=True)
    attachments = ArrayField(models.CharField(max_length=71), default=list)
    persons_masked = models.BooleanField(default=False)
    observed_at = models.DateTimeField()
    received_at = models.DateTimeField()
    outcome = models.CharField(
        max_length=8, choices=[(one.value, one.label) for one in Outcome], default=Outcome.OPEN.value
    )
    reason = models.CharField(max_length=500, blank=True, default="")
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    closed_at = models.DateTimeField(null=True)
    case = models.OneToOneField(Case, on_delete=models.PROTECT, null=True, related_name="lead")
    check_made = models.OneToOneField(CaseCheck, on_delete=models.PROTECT, null=True, related_name="lead")
    emptied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sender", "external"], name="lead_once_a_sender"),
            models.CheckConstraint(
                condition=Q(device__in=[one.value for one in Device]), name="lead_device_known"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=[one.value for one in Outcome]), name="lead_outcome_known"
            ),
            models.CheckConstraint(
                condition=Q(attachments=[]) | Q(persons_masked=True), name="lead_shows_no_person"
            ),
            models.CheckConstraint(
                condition=Q(received_at__gte=F("observed_at")), name="lead_seen_before_told"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["open", "expired"], closed_by__isnull=True)
                | Q(closed_by__isnull=False, closed_at__isnull=False) & ~Q(reason=""),
                name="lead_closed_by_somebody_with_reason",
            ),
            models.CheckConstraint(
                condition=(Q(outcome="prompted") | Q(case__isnull=True))
                & (Q(outcome="check") | Q(check_made__isnull=True)),
                name="lead_leads_where_it_says",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "-id"], name="lead_of_organ")]


class LeadHandover(models.Model):
    """A lead handed to another organ with a reason, and what that organ said: taken, or sent back. Nothing of the lead moves
    before it was taken."""

    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="handovers")
    from_organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    to_organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    handed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    handed_at = models.DateTimeField()
    answer = models.CharField(
        max_length=8, choices=[(one.value, one.label) for one in Handover], default=Handover.WAITING.value
    )
    answer_reason = models.CharField(max_length=500, blank=True, default="")
    answered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(from_organisation=F("to_organisation")),
                name="leadhandover_to_another_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(answer__in=[one.value for one in Handover]), name="leadhandover_answer_known"
            ),
            models.CheckConstraint(
                condition=Q(answer=Handover.WAITING.value, answered_by__isnull=True, answered_at__isnull=True)
                | ~Q(answer=Handover.WAITING.value)
                & Q(answered_by__isnull=False, answered_at__isnull=False)
                & ~Q(answered_by=F("handed_by")),
                name="leadhandover_answered_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(answer=Handover.BACK.value) | ~Q(answer_reason=""),
                name="leadhandover_back_says_why",
            ),
            models.UniqueConstraint(
                fields=["lead"],
                condition=Q(answer=Handover.WAITING.value),
                name="leadhandover_one_at_a_time",
            ),
        ]
