"""What has ended, and who was told of it: ids alone, no word of what it said (legal guard G9).

An ending is written in the transaction that ends the effects; the tellings follow within a minute, one a receiver, each
with the moment it was told and its receipt.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from xinheng.core.grounds import EndCause, GroundKind
from xinheng.store.accounts import User
from xinheng.store.public_ids import new_public_id


class Channel(models.TextChoices):
    """By which way receivers have what they have."""

    RESULTS = "results", "评价结果推送"
    EXCHANGE = "exchange", "平台间交换"
    SHARING = "sharing", "数据共享"
    WEBHOOK = "webhook", "回调通知"


class Ending(models.Model):
    """One cause that befell one ground, or one night of expired publications (no ground). ``effects`` counts the stored
    effects by kind; ``spread_at`` is when its receivers had been found."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    ground_kind = models.CharField(max_length=12, blank=True)
    ground_key = models.BigIntegerField(null=True)
    cause = models.CharField(max_length=24)
    at = models.DateTimeField()
    subjects = ArrayField(models.BigIntegerField())
    records = ArrayField(models.BigIntegerField())
    effects = models.JSONField(default=dict)
    spread_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(cause__in=[cause.value for cause in EndCause]), name="ending_cause_known"
            ),
            models.CheckConstraint(
                condition=Q(ground_kind="", ground_key__isnull=True)
                | Q(ground_kind__in=[kind.value for kind in GroundKind], ground_key__isnull=False),
                name="ending_ground_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(spread_at__isnull=True), name="ending_to_spread"),
            models.Index(fields=["ground_kind", "ground_key"], name="ending_of_ground"),
        ]


class Telling(models.Model):
    """One receiver of one ending. ``receiver`` is the id of the subscription, platform, grant or address."""

    ending = models.ForeignKey(Ending, on_delete=models.PROTECT, related_name="tellings")
    channel = models.CharField(max_length=10, choices=Channel)
    receiver = models.BigIntegerField()
    told_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    receipt = models.CharField(max_length=200, blank=True)
    confirmed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    late_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ending", "channel", "receiver"], name="telling_once"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="telling_channel_known"),
            models.CheckConstraint(
                condition=Q(received_at__isnull=True) | ~Q(receipt=""), name="telling_receipt_says_something"
            ),
            models.CheckConstraint(
                condition=Q(told_at__isnull=True)
                | Q(received_at__isnull=True)
                | Q(received_at__gte=F("told_at")),
                name="telling_received_after_told",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(received_at__isnull=True), name="telling_open"),
        ]
