"""Objections and their marks, published corrections of errors, and sealed complaints on misuse.

While an objection is open its row is the mark on what it is aimed at; an open one a thing. A correction is written once.
What a complaint says is sealed with the installation's key and stands in no list (legal guard G13).
"""

from django.db import models
from django.db.models import F, Q

from xinheng.core.misuse import Fault
from xinheng.core.objections import Aim, Answer, Channel
from xinheng.store.accounts import User
from xinheng.store.casework import Case
from xinheng.store.organisations import Organisation
from xinheng.store.public_ids import new_public_id
from xinheng.store.records import Record
from xinheng.store.subjects import Subject


class Objection(models.Model):
    """``reference``: key of the record, list entry or measure, or number of the run that gave the grade. ``record_key``: the
    record that bears the mark. ``state_before``: its state before. ``source``: who provided the information; none where it
    is the platform's own. ``pushed_number``: under which another platform sent it. ``mark_removed_at``: none while marked."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="objection")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="objections")
    aim = models.CharField(max_length=12)
    reference = models.CharField(max_length=40)
    record_key = models.BigIntegerField(null=True)
    state_before = models.SmallIntegerField(null=True)
    words = models.CharField(max_length=300)
    wrong = models.CharField(max_length=1000)
    wanted = models.CharField(max_length=1000, blank=True)
    channel = models.CharField(max_length=8)
    pushed_by = models.CharField(max_length=80, blank=True)
    pushed_number = models.CharField(max_length=80, blank=True)
    source = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    marked_at = models.DateTimeField()
    mark_removed_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=12, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "aim", "reference"],
                condition=Q(mark_removed_at__isnull=True),
                name="objection_one_open_a_thing",
            ),
            models.UniqueConstraint(
                fields=["pushed_by", "pushed_number"],
                condition=~Q(pushed_number=""),
                name="objection_pushed_once",
            ),
            models.CheckConstraint(
                condition=Q(aim__in=[one.value for one in Aim]), name="objection_aim_known"
            ),
            models.CheckConstraint(
                condition=Q(channel__in=[one.value for one in Channel]), name="objection_channel_known"
            ),
            models.CheckConstraint(
                condition=Q(answer__in=["", *(one.value for one in Answer)]), name="objection_answer_known"
            ),
            models.CheckConstraint(condition=~Q(wrong=""), name="objection_says_what_is_wrong"),
            models.CheckConstraint(
                condition=Q(mark_removed_at__isnull=True) | ~Q(answer=""),
                name="objection_mark_ends_by_answer",
            ),
        ]


class Correction(models.Model):
    """A published correction: what stood wrongly, from when to when. ``shown_until`` is the first day without it; none where
    the enterprise wants no publication or the term is unknown. ``lifted``: the record version by which it was lifted.

    ``scores``: for each result computed with the error, what it was and what it should have been.
    """

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="correction")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="corrections")
    lifted = models.ForeignKey(Record, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    what = models.CharField(max_length=200)
    text = models.CharField(max_length=1000)
    wrong_from = models.DateField()
    wrong_to = models.DateField()
    shown_until = models.DateField(null=True)
    scores = models.JSONField(default=list)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(wrong_from__lte=F("wrong_to")), name="correction_period"),
            models.CheckConstraint(condition=~Q(text=""), name="correction_says_something"),
        ]


class MisuseComplaint(models.Model):
    """``sealed`` holds what happened and how to reach the complainant; ``unit`` is complained of and never handles it."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="misuse")
    fault = models.CharField(max_length=12)
    sealed = models.BinaryField()
    subject = models.ForeignKey(
        Subject, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    unit = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(fault__in=[one.value for one in Fault]), name="misuse_fault_known"
            ),
        ]


class LedgerExtract(models.Model):
    """What the ledger says of one enterprise in a period, drawn for an investigation by the auditor: ``lines`` as drawn,
    ``digest`` over them, so that it can be drawn again and compared."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="extracts")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+", db_index=False)
    from_on = models.DateField()
    to_on = models.DateField()
    lines = models.JSONField()
    digest = models.CharField(max_length=71)
    drawn_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    drawn_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(from_on__lte=F("to_on")), name="ledger_extract_period"),
        ]
