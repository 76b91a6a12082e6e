"""The register of checks before an act (事前核查): which organ asked for what applies to an enterprise, in which matter and field.

Rows only grow; what was found stands with the answer, not here (legal guard G13).
"""

from django.db import models
from django.db.models import Q

from xinheng.store.accounts import User
from xinheng.store.organisations import Organisation
from xinheng.store.sharing import SharingCall
from xinheng.store.subjects import Subject

DESK, SYSTEM = "desk", "system"


class CheckMade(models.Model):
    """One check, by somebody at a desk or by a system with its key (``call``). ``field`` is that of the matter; empty where the
    organ is in charge of several and did not say."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    way = models.CharField(max_length=8, choices=[(DESK, "窗口核查"), (SYSTEM, "业务系统核查")])
    occasion = models.CharField(max_length=16)
    field = models.CharField(max_length=40, blank=True, default="")
    reference = models.CharField(max_length=300)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    call = models.OneToOneField(SharingCall, on_delete=models.PROTECT, null=True, related_name="check_made")
    day = models.DateField()
    at = models.DateTimeField()

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
