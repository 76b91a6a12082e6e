"""Recorded facts: append-only, bitemporal, each with its source.

Valid time is when the fact holds; known time is when Xinheng was told. A change is a new version with the
same ``record_key``; the earlier one is closed by ``known_until`` and nothing else in it ever changes.
Columns are ordered by width so that a row stays under 200 bytes.
"""

from datetime import date
from typing import Any

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Model, Q
from django.db.models.fields.json import KeyTextTransform
from django.db.models.fields.related_descriptors import ReverseOneToOneDescriptor

from xinheng.core.catalogue import Item
from xinheng.core.days import last_day_held
from xinheng.core.grounds import lives
from xinheng.core.provenance import Provenance, provenance_of
from xinheng.core.records import Finality, RecordState, Seriousness
from xinheng.store.accounts import User
from xinheng.store.batches import Batch
from xinheng.store.subjects import Subject


class Record(models.Model):
    """One version of one fact about one subject. ``item`` is the catalogue number."""

    record_key = models.BigIntegerField()
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="records", db_index=False)
    batch = models.ForeignKey(
        Batch, on_delete=models.PROTECT, null=True, related_name="records", db_index=False
    )
    amount_fen = models.BigIntegerField(null=True)
    known_at = models.DateTimeField()
    known_until = models.DateTimeField(null=True)
    row_no = models.IntegerField()
    headcount = models.IntegerField(null=True)
    decided_on = models.DateField(null=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    item = models.SmallIntegerField()
    seriousness = models.SmallIntegerField(default=0)
    finality = models.SmallIntegerField(default=0)
    state = models.SmallIntegerField(default=RecordState.ACTIVE)
    natural_hash = models.BinaryField(max_length=16)
    content_hash = models.BinaryField(max_length=16)
    result = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["natural_hash"], condition=Q(known_until__isnull=True), name="record_one_open_version"
            ),
            models.UniqueConstraint(
                fields=["record_key"], condition=Q(known_until__isnull=True), name="record_one_open_key"
            ),
            models.CheckConstraint(
                condition=Q(known_until__isnull=True) | Q(known_until__gt=F("known_at")),
                name="record_known_period",
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_to__isnull=True)
                | Q(valid_from__lte=F("valid_to")),
                name="record_valid_period",
            ),
            models.CheckConstraint(condition=Q(state__in=list(RecordState)), name="record_state_known"),
            models.CheckConstraint(
                condition=Q(seriousness__in=list(Seriousness)), name="record_seriousness_known"
            ),
            models.CheckConstraint(condition=Q(finality__in=list(Finality)), name="record_finality_known"),
        ]
        indexes = [
            models.Index(fields=["subject", "known_at"], name="record_file_of_subject"),
            models.Index(
                fields=["subject"],
                condition=Q(
                    known_until__isnull=True,
                    item__in=[Item.ABNORMAL_OPERATION.value, Item.SERIOUS_LIST.value, Item.COMMITMENT.value],
                ),
                include=[
                    "id",
                    "record_key",
                    "decided_on",
                    "valid_from",
                    "valid_to",
                    "item",
                    "state",
                    "finality",
                ],
                name="record_answering_checks",
            ),
            BrinIndex(fields=["batch"], name="record_of_batch"),
        ]

    @property
    def last_on(self) -> date | None:
        """The last day on which the fact holds; ``valid_to`` is the first on which it does no more."""
        return last_day_held(self.valid_to, began=self.valid_from or self.decided_on)

    @property
    def alive(self) -> bool:
        """Whether this version may ground anything."""
        return lives(RecordState(self.state), Finality(self.finality))

    @property
    def provenance(self) -> Provenance:
        """The class of what its batch brought; a record without one came from a public body."""
        return provenance_of(self.batch.provenance) if self.batch else Provenance.PUBLIC


WEIGHABLE = Q(item=Item.COMPLAINT) | Q(batch__isnull=True) | Q(batch__provenance=Provenance.PUBLIC.number)
"""Records that an evaluation may look at: those of public bodies, and complaints, which burden nobody."""


class _Words(ReverseOneToOneDescriptor):  # type: ignore[type-arg]
    """``record.detail``: empty words where a row was put in past the loaders, so that its file can be opened."""

    def __get__(self, instance: Model | None, cls: type[Model] | None = None) -> Any:
        try:
            return super().__get__(instance, cls)
        except RecordDetail.DoesNotExist:
            return RecordDetail(record_id=instance.pk) if instance is not None else None


class _OneToWords(models.OneToOneField[Record, Record]):
    related_accessor_class = _Words

    def deconstruct(self) -> Any:
        """To the database an ordinary key."""
        name, _, given, named = super().deconstruct()
        return name, "django.db.models.OneToOneField", given, named


class RecordDetail(models.Model):
    """The words of a record version: document, authority, title and the masked fields by their Chinese names."""

    record = _OneToWords(Record, on_delete=models.PROTECT, primary_key=True, related_name="detail")
    document_no = models.CharField(max_length=200, blank=True)
    authority = models.CharField(max_length=200, blank=True)
    authority_code = models.CharField(max_length=18, blank=True)
    title = models.CharField(max_length=200, blank=True)
    fields = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(
                KeyTextTransform("许可证书名称", "fields"),
                name="record_of_certificate",
                condition=Q(fields__has_key="许可证书名称"),
            )
        ]


def open_versions() -> models.QuerySet[Record]:
    """The versions that hold now, with their words. Callers narrow them and add what else they read."""
    return Record.objects.filter(known_until__isnull=True).select_related("detail")


class RecordNote(models.Model):
    """Why a version superseded another: the deed, the reason, the person and the document it rests on."""

    record = models.OneToOneField(Record, on_delete=models.PROTECT, primary_key=True, related_name="note")
    deed = models.CharField(max_length=16)
    reason = models.CharField(max_length=500)
    ground = models.CharField(max_length=200)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason="") & ~Q(ground=""), name="record_note_says_why"),
        ]
