"""Stored effects on a subject: each points to the record version or decision it rests on, never to nothing.

When the ground ends the effect ends in the same transaction (services.effects). Publications are the first kind; every
other kind takes its columns from ``Grounded`` and is named in ``store.effect_kinds``.
"""

from django.db import models
from django.db.models import F, Q

from xinheng.core.grounds import EndCause, GroundKind
from xinheng.store.accounts import User
from xinheng.store.records import Record
from xinheng.store.subjects import Subject


class Grounded(models.Model):
    """What every stored effect says: on whom it lies, what it rests on, whether it rests for a while, and its end.

    ``ground_key`` is the key of a record, the case of a decision, or a list entry; ``ended_why`` is the deed in a word.
    """

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    ground_kind = models.CharField(max_length=12)
    ground_key = models.BigIntegerField()
    suspended_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_cause = models.CharField(max_length=24, blank=True, default="")
    ended_why = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(ground_kind__in=[kind.value for kind in GroundKind]),
                name="%(class)s_ground_known",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, end_cause="")
                | Q(ended_at__isnull=False, end_cause__in=[cause.value for cause in EndCause]),
                name="%(class)s_end_has_cause",
            ),
        ]
        indexes = [
            models.Index(
                fields=["ground_kind", "ground_key"],
                condition=Q(ended_at__isnull=True),
                name="%(class)s_on_ground",
            )
        ]


class Publication(models.Model):
    """The showing of one record to the public: due day, the calendar it was computed with, last day, and end."""

    record_key = models.BigIntegerField()
    ground = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    subject = models.ForeignKey(
        Subject, on_delete=models.PROTECT, related_name="publications", db_index=False
    )
    item = models.SmallIntegerField()
    decided_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    provisional = models.BooleanField(default=False)
    calendar_version = models.CharField(max_length=71)
    reviewed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    published_at = models.DateTimeField()
    earliest_repair_on = models.DateField(null=True)
    stop_on = models.DateField(null=True)
    stopped_at = models.DateTimeField(null=True)
    stop_reason = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["record_key"], condition=Q(stopped_at__isnull=True), name="publication_one_open"
            ),
            models.CheckConstraint(
                condition=Q(stopped_at__isnull=True) | ~Q(stop_reason=""), name="publication_end_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(stopped_at__isnull=True) | Q(stopped_at__gte=F("published_at")),
                name="publication_period",
            ),
        ]
        indexes = [
            models.Index(
                fields=["subject"], condition=Q(stopped_at__isnull=True), name="publication_of_subject"
            ),
            models.Index(
                fields=["item", "-decided_on", "-id"],
                condition=Q(stopped_at__isnull=True),
                name="publication_latest",
            ),
            models.Index(
                fields=["stop_on"],
                condition=Q(stopped_at__isnull=True) & Q(stop_on__isnull=False),
                name="publication_to_stop",
            ),
        ]
