"""What the public takes in bulk: which rows were touched, the numbered changes, and the snapshots that were published.

Triggers (sql/open_tables.sql) note a touch in the transaction that makes it; one writer gives committed touches their numbers,
so that a number never appears below one that somebody has read. Keys alone, no word of what a row said (legal guard G9).
"""

from django.db import models
from django.db.models import Q

from xinheng.store.public_ids import new_public_id

KINDS = ("added", "changed", "deleted", "retracted")


class OpenTouch(models.Model):
    """A public row that a transaction touched, until it has its number. ``stale``: what a published file says of it may
    not be handed out any more."""

    dataset = models.CharField(max_length=20)
    key = models.CharField(max_length=40)
    kind = models.CharField(max_length=10)
    stale = models.BooleanField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(kind__in=KINDS), name="opentouch_kind_known")]
        indexes = [models.Index(fields=["dataset"], condition=Q(stale=True), name="opentouch_stale")]


class OpenChange(models.Model):
    """A touch with its number; kept for ever, so that a copy of any age can catch up."""

    number = models.BigIntegerField(primary_key=True)
    day = models.DateField()
    dataset = models.CharField(max_length=20)
    key = models.CharField(max_length=40)
    kind = models.CharField(max_length=10)
    stale = models.BooleanField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(kind__in=KINDS), name="openchange_kind_known")]
        indexes = [
            models.Index(fields=["dataset", "number"], condition=Q(stale=True), name="openchange_stale")
        ]


class OpenRelease(models.Model):
    """A published snapshot; the newest one is handed out. ``last`` is the number of the last change that it holds,
    ``cleaned`` the last one whose row was taken out of its files; ``manifest`` is signed."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    day = models.DateField()
    edition = models.SmallIntegerField()
    published_at = models.DateTimeField()
    last = models.BigIntegerField()
    cleaned = models.BigIntegerField()
    manifest = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "edition"], name="openrelease_one_edition"),
            models.CheckConstraint(
                condition=Q(edition__gte=1) & Q(cleaned__gte=models.F("last")), name="openrelease_in_order"
            ),
        ]
