"""Visits of enterprises: who goes where on which plan, what was found point by point, and what the enterprise says of it.

What was written on site is never changed: a record that was sent back is followed by another (国办发〔2024〕54号; legal guards
G6, G7). Photos and signatures are attachments of the case.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from xinheng.core.visits import Arrival, Finding, Kind
from xinheng.store.accounts import User
from xinheng.store.batches import Batch
from xinheng.store.casework import Case
from xinheng.store.inspections import DrawnObject, Plan
from xinheng.store.organisations import Organisation
from xinheng.store.subjects import Subject

NEVER_MADE = ("withdrawn", "declined")
"""States of a visit that entered no enterprise; it does not count towards the ceiling."""


class Visit(models.Model):
    """One visit, a case of its own. ``number`` of ``limit``: the how-manieth of this organ at this enterprise in the year;
    above the limit only for ``beyond``, a reason of the closed list. ``code`` is what the enterprise checks. ``batch``
    brought the result into its file, ``record_key`` names it there.
    """

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="visit")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="visits")
    drawn = models.ForeignKey(
        DrawnObject, on_delete=models.PROTECT, null=True, related_name="visits", db_index=False
    )
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="visits")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=12, choices=[(one.value, one.label) for one in Kind])
    urgent = models.BooleanField(default=False)
    matter = models.CharField(max_length=200)
    matter_key = models.CharField(max_length=40, blank=True, default="")
    offsite = models.CharField(max_length=500)
    certificates = ArrayField(models.CharField(max_length=40))
    year = models.IntegerField()
    number = models.PositiveIntegerField()
    limit = models.PositiveIntegerField()
    beyond = models.CharField(max_length=40, blank=True, default="")
    code = models.CharField(max_length=12, unique=True)
    batch = models.OneToOneField(Batch, on_delete=models.PROTECT, null=True, related_name="visit")
    record_key = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["drawn"], name="visit_once_a_drawn"),
            models.CheckConstraint(
                condition=Q(kind__in=[one.value for one in Kind]), name="visit_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(urgent=False) | Q(kind=Kind.CASE.value), name="visit_urgent_on_a_lead"
            ),
            models.CheckConstraint(condition=~Q(offsite=""), name="visit_says_why_on_site"),
            models.CheckConstraint(
                condition=Q(number__lte=F("limit")) | ~Q(beyond=""), name="visit_within_ceiling_or_reason"
            ),
            models.CheckConstraint(
                condition=Q(drawn__isnull=False) | Q(kind=Kind.CASE.value), name="visit_drawn_or_on_a_lead"
            ),
            models.CheckConstraint(
                condition=Q(record_key__isnull=True) | Q(batch__isnull=False), name="visit_record_has_batch"
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "year", "subject"], name="visit_of_organ_and_year"),
            models.Index(fields=["organisation", "-id"], name="visit_of_organ"),
        ]


class VisitArrival(models.Model):
    """That the team stood at the door. ``client_id`` is made where it is written; sent twice it is one."""

    visit = models.OneToOneField(Visit, on_delete=models.PROTECT, related_name="arrival")
    client_id = models.CharField(max_length=64, unique=True)
    way = models.CharField(max_length=8, choices=[(one.value, one.label) for one in Arrival])
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(way__in=[one.value for one in Arrival]), name="visit_arrival_way_known"
            ),
            models.CheckConstraint(
                condition=Q(received_at__gte=F("at")), name="visit_arrival_before_receipt"
            ),
        ]


class VisitSheet(models.Model):
    """What was written on site; ``digest`` is that of the sheet as sent. ``sequence`` 2 and more follow a return."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="sheets")
    sequence = models.PositiveIntegerField()
    client_id = models.CharField(max_length=64, unique=True)
    digest = models.CharField(max_length=71)
    result = models.CharField(max_length=40)
    found = models.CharField(max_length=4000)
    views = models.CharField(max_length=2000, blank=True)
    present = ArrayField(models.CharField(max_length=40))
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit", "sequence"], name="visit_sheet_sequence"),
            models.CheckConstraint(condition=~Q(found=""), name="visit_sheet_says_what"),
            models.CheckConstraint(
                condition=Q(received_at__gte=F("recorded_at")), name="visit_sheet_before_receipt"
            ),
        ]


class VisitPoint(models.Model):
    """One point of the checklist as it was found, in the words it had that day."""

    sheet = models.ForeignKey(VisitSheet, on_delete=models.PROTECT, related_name="points")
    key = models.CharField(max_length=40)
    text = models.CharField(max_length=400)
    finding = models.CharField(max_length=8, choices=[(one.value, one.label) for one in Finding])
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sheet", "key"], name="visit_point_once"),
            models.CheckConstraint(
                condition=Q(finding__in=[one.value for one in Finding]), name="visit_point_finding_known"
            ),
            models.CheckConstraint(
                condition=~Q(finding=Finding.UNFIT.value, note=""), name="visit_point_unfit_says_what"
            ),
        ]


class VisitRating(models.Model):
    """What the enterprise says of a visit, once: 1 to 5, words, and whether it complains. No person is kept."""

    visit = models.OneToOneField(Visit, on_delete=models.PROTECT, related_name="rating")
    stars = models.PositiveSmallIntegerField()
    words = models.CharField(max_length=1000, blank=True)
    complains = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(stars__gte=1, stars__lte=5), name="visit_rating_one_to_five"),
            models.CheckConstraint(
                condition=Q(complains=False) | ~Q(words=""), name="visit_complaint_says_what"
            ),
        ]
        indexes = [
            models.Index(fields=["-id"], condition=Q(complains=True), name="visit_complaints"),
        ]
