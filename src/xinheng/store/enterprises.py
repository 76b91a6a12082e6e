"""Accounts with which enterprises enter their own space, and for which enterprise each acts, until when.

An account keeps no name, number or telephone of a person: a masked label stands on the slip that the window hands out.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from xinheng.core.mandates import Matter, Proof
from xinheng.core.roles import OF_ENTERPRISES
from xinheng.store.accounts import User
from xinheng.store.public_ids import new_public_id
from xinheng.store.subjects import Subject

ROLES = sorted(role.value for role in OF_ENTERPRISES)
PROOFS = [proof.value for proof in Proof]
MATTERS = [matter.value for matter in Matter]


class EnterpriseAccount(models.Model):
    """``number`` is what one signs in with; without a password the account waits to be activated with its code."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    number = models.CharField(max_length=10, unique=True)
    label = models.CharField(max_length=64)
    password = models.CharField(max_length=200, blank=True)
    activation_digest = models.CharField(max_length=71, blank=True)
    activation_until = models.DateTimeField(null=True)
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    close_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(activation_digest="", activation_until__isnull=True)
                | (~Q(activation_digest="") & Q(activation_until__isnull=False)),
                name="enterprise_activation_has_term",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | (Q(closed_by__isnull=False) & ~Q(close_reason="")),
                name="enterprise_account_closed_with_reason",
            ),
        ]


class Mandate(models.Model):
    """That an account acts for an enterprise in some matters, from a day to before another, and who saw the proof."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    account = models.ForeignKey(EnterpriseAccount, on_delete=models.PROTECT, related_name="mandates")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="mandates")
    role = models.CharField(max_length=40)
    matters = ArrayField(models.CharField(max_length=20))
    proof = models.CharField(max_length=20)
    from_on = models.DateField()
    to_on = models.DateField(null=True)
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    end_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "subject"], condition=Q(ended_at__isnull=True), name="mandate_one_open"
            ),
            models.CheckConstraint(condition=Q(role__in=ROLES), name="mandate_role_known"),
            models.CheckConstraint(condition=Q(proof__in=PROOFS), name="mandate_proof_known"),
            models.CheckConstraint(
                condition=~Q(matters=[]) & Q(matters__contained_by=MATTERS), name="mandate_matters_known"
            ),
            models.CheckConstraint(
                condition=Q(to_on__isnull=False, to_on__gt=F("from_on"))
                | Q(to_on__isnull=True, role="enterprise_owner"),
                name="mandate_period",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | (Q(ended_by__isnull=False) & ~Q(end_reason="")),
                name="mandate_ended_with_reason",
            ),
        ]
