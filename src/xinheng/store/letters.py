"""Letters that went out, and every try to serve them (文书与送达; legal guard G17).

Both only grow: a letter is never edited, a wrong one is followed by another. Paper and signed twin are encrypted files;
the row holds no words of the letter but its title.
"""

from django.db import models
from django.db.models import F, Q

from xinheng.store.accounts import User
from xinheng.store.batches import StoredFile
from xinheng.store.casework import Case
from xinheng.store.organisations import Organisation
from xinheng.store.public_ids import new_public_id
from xinheng.store.signing_keys import SigningKey


class IssuedLetter(models.Model):
    """``step``: verb of the step of the case on which it rests, empty for a letter that needs none. ``digest``: of the
    paper. ``confirmed_terms``: the issuer compared terms that policy marks as not compared."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    number = models.CharField(max_length=80, unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="letters", db_index=False)
    step = models.CharField(max_length=24, blank=True)
    event = models.IntegerField(default=0)
    kind = models.CharField(max_length=24)
    version = models.IntegerField()
    title = models.CharField(max_length=80)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    addressee = models.CharField(max_length=200)
    issued_on = models.DateField()
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    issued_at = models.DateTimeField()
    confirmed_terms = models.BooleanField(default=False)
    policy_digest = models.CharField(max_length=71)
    digest = models.CharField(max_length=71)
    paper = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", db_index=False)
    twin = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.ForeignKey(SigningKey, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(addressee=""), name="letter_has_addressee"),
            models.CheckConstraint(
                condition=Q(step="", event=0) | (~Q(step="") & Q(event__gt=0)), name="letter_step_has_event"
            ),
            models.UniqueConstraint(
                fields=["case", "event", "kind"], condition=~Q(step=""), name="letter_once_a_step"
            ),
        ]
        indexes = [
            models.Index(fields=["case", "id"], name="letter_of_case"),
            models.Index(fields=["organisation", "id"], name="letter_of_organisation"),
        ]


class ServiceOutcome(models.TextChoices):
    """As core.service_proof.Outcome; ``served`` is written once a letter."""

    SERVED = "served", "已送达"
    FAILED = "failed", "未能送达"
    ANNOUNCED = "announced", "公告期内"


class ServiceTry(models.Model):
    """One try to serve a letter. ``on``: the day it was made, received or announced; ``served_on``: the legal moment, for a
    public notice the day on which its days are over. ``proof`` names the paper that proves it, ``file`` is a scan."""

    letter = models.ForeignKey(IssuedLetter, on_delete=models.PROTECT, related_name="tries", db_index=False)
    sequence = models.IntegerField()
    way = models.CharField(max_length=12)
    outcome = models.CharField(max_length=10, choices=ServiceOutcome)
    on = models.DateField()
    served_on = models.DateField(null=True)
    proof = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=400, blank=True)
    file = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["letter", "sequence"], name="service_try_sequence"),
            models.UniqueConstraint(
                fields=["letter"], condition=Q(outcome="served"), name="service_try_served_once"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["served", "failed", "announced"]), name="service_try_outcome_known"
            ),
            models.CheckConstraint(
                condition=Q(outcome="failed", served_on__isnull=True) & ~Q(reason="")
                | ~Q(outcome="failed") & Q(served_on__gte=F("on")) & ~Q(proof=""),
                name="service_try_has_its_proof",
            ),
            models.CheckConstraint(
                condition=Q(way__in=["direct", "left", "electronic", "post", "announcement"]),
                name="service_try_way_known",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="announced") | Q(way="announcement"),
                name="service_try_announced_by_notice",
            ),
        ]
