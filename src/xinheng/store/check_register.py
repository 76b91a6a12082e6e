"""The register of checks before an act (事前核查): which organ asked for what applies to an enterprise, in which matter and field,
and what it then decided.

Rows only grow; what was found stands with the answer, not here (legal guard G13).
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from xinheng.core.check_decisions import CheckOutcome
from xinheng.store.accounts import User
from xinheng.store.organisations import Organisation
from xinheng.store.public_ids import new_public_id
from xinheng.store.senders import SenderKey
from xinheng.store.sharing import SharingCall
from xinheng.store.subjects import Subject

DESK, SYSTEM = "desk", "system"


class CheckMade(models.Model):
    """One check, by somebody at a desk or by a system with its key; a ``call`` may check many. ``field`` is that of the matter;
    empty where the organ is in charge of several and did not say. ``as_of``: the past day asked for; none: the day itself."""

    public_id = models.CharField(max_length=16, unique=True, null=True, default=new_public_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    way = models.CharField(max_length=8, choices=[(DESK, "窗口核查"), (SYSTEM, "业务系统核查")])
    occasion = models.CharField(max_length=16)
    field = models.CharField(max_length=40, blank=True, default="")
    reference = models.CharField(max_length=300)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    call = models.ForeignKey(SharingCall, on_delete=models.PROTECT, null=True, related_name="checks")
    day = models.DateField()
    at = models.DateTimeField()
    as_of = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(way=DESK, by__isnull=False, call__isnull=True)
                | Q(way=SYSTEM, by__isnull=True, call__isnull=False),
                name="checkmade_by_person_or_system",
            ),
            models.CheckConstraint(condition=~Q(reference=""), name="checkmade_says_for_what"),
        ]
        indexes = [models.Index(fields=["organisation", "day"], name="checkmade_of_organ_and_day")]


class CheckDecision(models.Model):
    """What the organ decided in the matter after a check, as its system (``key``) or a person at its desk says it.
    ``grounds``: numbers of the decisions that applied and were used; ``by`` names the officer as the organ does."""

    made = models.OneToOneField(CheckMade, on_delete=models.PROTECT, related_name="decision")
    outcome = models.CharField(max_length=12, choices=[(one.value, one.label) for one in CheckOutcome])
    reason = models.CharField(max_length=500)
    by = models.CharField(max_length=60)
    grounds = ArrayField(models.CharField(max_length=60), default=list)
    decided_on = models.DateField()
    key = models.ForeignKey(SenderKey, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    person = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=[one.value for one in CheckOutcome]),
                name="checkdecision_outcome_known",
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(by=""), name="checkdecision_says_who_and_why"
            ),
            models.CheckConstraint(
                condition=~Q(outcome__in=[one.value for one in CheckOutcome if one.needs_ground])
                | ~Q(grounds=[]),
                name="checkdecision_rests_on_something",
            ),
            models.CheckConstraint(
                condition=Q(key__isnull=False, person__isnull=True)
                | Q(key__isnull=True, person__isnull=False),
                name="checkdecision_by_person_or_system",
            ),
        ]


class CheckCorrection(models.Model):
    """What a desk entered in place of the decision before it, and ``why``; the older entries stay. ``sequence`` from 1."""

    made = models.ForeignKey(CheckMade, on_delete=models.PROTECT, related_name="corrections", db_index=False)
    sequence = models.IntegerField()
    outcome = models.CharField(max_length=12, choices=[(one.value, one.label) for one in CheckOutcome])
    reason = models.CharField(max_length=500)
    by = models.CharField(max_length=60)
    grounds = ArrayField(models.CharField(max_length=60), default=list)
    decided_on = models.DateField()
    why = models.CharField(max_length=300)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["made", "sequence"], name="checkcorrection_sequence"),
            models.CheckConstraint(
                condition=Q(outcome__in=[one.value for one in CheckOutcome]),
                name="checkcorrection_outcome_known",
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(by="") & ~Q(why=""), name="checkcorrection_says_who_and_why"
            ),
            models.CheckConstraint(
                condition=~Q(outcome__in=[one.value for one in CheckOutcome if one.needs_ground])
                | ~Q(grounds=[]),
                name="checkcorrection_rests_on_something",
            ),
        ]
