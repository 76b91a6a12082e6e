"""Addresses to which systems with a key are told that something changed, and every message to them: numbers alone (legal guard G9).

The secret is sealed with the key of the installation and opened only to sign; its text is told once.
"""

from django.db import models
from django.db.models import Q

from xinheng.core.webhooks import Kind
from xinheng.store.accounts import User
from xinheng.store.public_ids import new_public_id
from xinheng.store.senders import SenderKey


class Webhook(models.Model):
    """``secret_before`` also signs until ``rotated_at`` is long enough ago. ``failing_since``: the first failure after the last
    message that arrived. ``told_through``: the sealed batch of the ledger up to which news were looked for. Ended by whom:
    nobody where its own system or the machine ended it."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    key = models.ForeignKey(SenderKey, on_delete=models.PROTECT, related_name="webhooks")
    url = models.CharField(max_length=500)
    secret = models.BinaryField()
    secret_before = models.BinaryField(null=True)
    rotated_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    failing_since = models.DateTimeField(null=True)
    told_through = models.BigIntegerField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    ended_reason = models.CharField(max_length=200, blank=True)
    dead = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key", "url"], condition=Q(ended_at__isnull=True), name="webhook_address_once_a_key"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | ~Q(ended_reason=""), name="webhook_ended_with_reason"
            ),
            models.CheckConstraint(
                condition=Q(dead=False) | Q(ended_at__isnull=False), name="webhook_dead_has_ended"
            ),
            models.CheckConstraint(
                condition=Q(secret_before__isnull=True) | Q(rotated_at__isnull=False),
                name="webhook_secret_before_since",
            ),
        ]


class WebhookMessage(models.Model):
    """``about`` names the occasion, of which an address is told once; ``ids`` are the numbers told. Without ``next_at`` it has
    arrived or was given up."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.PROTECT, related_name="messages", db_index=False)
    kind = models.CharField(max_length=16, choices=[(one.value, one.label) for one in Kind])
    about = models.CharField(max_length=60)
    ids = models.JSONField(default=list)
    made_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    status = models.SmallIntegerField(null=True)
    trouble = models.CharField(max_length=200, blank=True)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["webhook", "about"], name="webhook_message_once"),
            models.CheckConstraint(
                condition=Q(kind__in=[one.value for one in Kind]), name="webhook_message_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(delivered_at__isnull=True) | Q(status__range=(200, 299)),
                name="webhook_message_arrived_by_an_answer",
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="webhook_message_due"),
            models.Index(fields=["webhook", "-id"], name="webhook_message_of_address"),
        ]
