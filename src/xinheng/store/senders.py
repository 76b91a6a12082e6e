"""Keys with which departments' systems deliver, the places they were used from, and every delivery they made."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from xinheng.store.accounts import User
from xinheng.store.batches import Batch
from xinheng.store.organisations import Organisation
from xinheng.store.public_ids import new_public_id


class SenderKey(models.Model):
    """A key of one organisation, to deliver some ``feeds`` or to read by one ``grant``. ``digest`` is of its secret, which
    is kept nowhere.

    Without ``networks`` it may be used from anywhere. ``minute_calls`` counts the calls since ``minute_at``. ``sandbox``: it
    is to try out checks and reads made-up enterprises alone.
    """

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    prefix = models.CharField(max_length=10, unique=True)
    digest = models.CharField(max_length=71)
    feeds = ArrayField(models.CharField(max_length=80))
    grant = models.ForeignKey(
        "store.SharingGrant", on_delete=models.PROTECT, null=True, related_name="keys", db_index=False
    )
    networks = ArrayField(models.CharField(max_length=43), default=list)
    per_minute = models.IntegerField()
    sandbox = models.BooleanField(default=False, db_default=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_on = models.DateField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    revoke_reason = models.CharField(max_length=200, blank=True)
    last_used_at = models.DateTimeField(null=True)
    last_used_from = models.CharField(max_length=45, blank=True)
    minute_at = models.DateTimeField(null=True)
    minute_calls = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(grant__isnull=True) ^ Q(feeds=[]), name="sender_key_delivers_or_reads"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | (Q(revoked_by__isnull=False) & ~Q(revoke_reason="")),
                name="sender_key_revoked_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(sandbox=False) | Q(grant__isnull=False), name="sender_key_tries_by_a_grant"
            ),
        ]


class SenderPlace(models.Model):
    """A place from which a key was used. ``refused``: it lies outside the declared networks.

    The first place and declared networks need nobody; a further one waits until a person has settled it.
    """

    key = models.ForeignKey(SenderKey, on_delete=models.PROTECT, related_name="places")
    place = models.CharField(max_length=45)
    refused = models.BooleanField(default=False)
    waiting = models.BooleanField(default=False)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    settled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "place"], name="sender_place_once"),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True) | (Q(settled_by__isnull=False) & ~Q(reason="")),
                name="sender_place_settled_with_reason",
            ),
        ]
        indexes = [models.Index(fields=["key"], condition=Q(waiting=True), name="sender_place_waiting")]


class SenderCall(models.Model):
    """One delivery by a key. The same ``idempotency_key`` leads to the same ``answer``, without one it is under way."""

    key = models.ForeignKey(SenderKey, on_delete=models.PROTECT, related_name="calls")
    idempotency_key = models.CharField(max_length=100)
    body_digest = models.CharField(max_length=71)
    called_at = models.DateTimeField()
    status = models.SmallIntegerField(null=True)
    answer = models.JSONField(null=True)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, null=True, related_name="sender_calls")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "idempotency_key"], name="sender_call_once"),
            models.CheckConstraint(
                condition=Q(answer__isnull=True) | Q(status__isnull=False),
                name="sender_call_answer_has_status",
            ),
        ]
