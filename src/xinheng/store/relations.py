"""Persons whom a listing decision names: sealed, tied to the living listing of one enterprise, gone at its exit.

Name and number are sealed with a key of their own; there is no index, no view and no digest by which a person could
be found (《河南省社会信用条例》第三十五条; legal guard G11). Destroying the key is what forgetting means.
"""

from django.db import models
from django.db.models import F, Q

from xinheng.store.accounts import User
from xinheng.store.public_ids import new_public_id
from xinheng.store.records import Record
from xinheng.store.subjects import Subject


class RelationKind(models.TextChoices):
    LEGAL_REPRESENTATIVE = "legal_representative", "法定代表人"
    PERSON_IN_CHARGE = "person_in_charge", "主要负责人"
    ACTUAL_CONTROLLER = "actual_controller", "实际控制人"


class Relation(models.Model):
    """One person named by the listing ``ground``. ``sealed`` holds what is known of the person, else nothing does."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="relations")
    ground = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+", db_index=False)
    record_key = models.BigIntegerField(db_index=True)
    kind = models.CharField(max_length=20, choices=RelationKind)
    sealed = models.BinaryField(null=True)
    wrapped_key = models.BinaryField(null=True)
    source = models.CharField(max_length=300)
    from_on = models.DateField()
    to_on = models.DateField(null=True)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    entered_at = models.DateTimeField()
    forgotten_at = models.DateTimeField(null=True)
    forgotten_why = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=RelationKind.values), name="relation_kind_known"),
            models.CheckConstraint(condition=~Q(source=""), name="relation_says_whence"),
            models.CheckConstraint(
                condition=Q(to_on__isnull=True) | Q(to_on__gte=F("from_on")), name="relation_period"
            ),
            models.CheckConstraint(
                condition=Q(forgotten_at__isnull=True, sealed__isnull=False, wrapped_key__isnull=False)
                | (
                    Q(forgotten_at__isnull=False, sealed__isnull=True, wrapped_key__isnull=True)
                    & ~Q(forgotten_why="")
                ),
                name="relation_sealed_until_forgotten",
            ),
        ]
