"""Declared platforms above and below, what goes to and comes from them, every package, and what both sides hold.

The secret of a platform is named here and kept in the file of secrets alone. A record that went over is known by a
random mark; of one that has ended nothing is kept but that it has (legal guards G9, G13).
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from xinheng.store.accounts import User
from xinheng.store.batches import Batch, StoredFile
from xinheng.store.organisations import Organisation
from xinheng.store.public_ids import new_public_id
from xinheng.store.senders import SenderKey


class PeerRelation(models.TextChoices):
    """Where the other platform stands."""

    ABOVE = "above", "上级"
    BELOW = "below", "下级"


class PeerLevel(models.TextChoices):
    """Whose platform it is."""

    COUNTY = "county", "县（区）"
    CITY = "city", "市"
    PROVINCE = "province", "省"
    NATION = "nation", "国家"


class PeerTransport(models.TextChoices):
    """How packages travel."""

    FOLDER = "folder", "文件夹（摆渡）"
    HTTP = "http", "HTTP 接口"


class PeerState(models.TextChoices):
    """A declared platform exchanges only after a second person agreed."""

    PROPOSED = "proposed", "待决定"
    STANDING = "standing", "交换中"
    REFUSED = "refused", "不同意"
    ENDED = "ended", "已停用"


class ExchangePeer(models.Model):
    """Another platform. ``own_code`` and ``peer_code`` are what both sides call each other in manifests; ``secret`` names
    the common one, ``bearer`` the key with which its interface is called. ``stream`` is that of what we send.

    ``sealed_through`` is the last batch of the ledger whose records went into packages, ``last_line`` the last line of
    our stream; ``taken_*`` is how far we received theirs.
    """

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    name = models.CharField(max_length=120)
    relation = models.CharField(max_length=5, choices=PeerRelation)
    level = models.CharField(max_length=8, choices=PeerLevel)
    own_code = models.CharField(max_length=40)
    peer_code = models.CharField(max_length=40)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    transport = models.CharField(max_length=6, choices=PeerTransport)
    url = models.CharField(max_length=500, blank=True)
    networks = ArrayField(models.CharField(max_length=43), default=list)
    secret = models.CharField(max_length=60)
    bearer = models.CharField(max_length=60, blank=True)
    key = models.ForeignKey(SenderKey, on_delete=models.PROTECT, null=True, related_name="+")
    receipt_hours = models.IntegerField()
    ground = models.CharField(max_length=200)
    state = models.CharField(max_length=8, choices=PeerState, default=PeerState.PROPOSED)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_reason = models.CharField(max_length=300, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_reason = models.CharField(max_length=300, blank=True)
    stream = models.CharField(max_length=16, default=new_public_id)
    sealed_through = models.BigIntegerField(default=0)
    last_line = models.BigIntegerField(default=0)
    taken_stream = models.CharField(max_length=16, blank=True)
    taken_number = models.BigIntegerField(default=0)
    taken_chain = models.CharField(max_length=71, blank=True)
    taken_line = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["peer_code"],
                condition=Q(state__in=["proposed", "standing"]),
                name="exchange_peer_once",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["standing", "refused"])
                | (Q(decided_by__isnull=False) & ~Q(decided_reason="")),
                name="exchange_peer_decided_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="exchange_peer_two_persons",
            ),
            models.CheckConstraint(
                condition=~Q(state="ended") | (Q(ended_by__isnull=False) & ~Q(ended_reason="")),
                name="exchange_peer_ended_with_reason",
            ),
            models.CheckConstraint(condition=~Q(ground=""), name="exchange_peer_says_ground"),
        ]


class Way(models.TextChoices):
    """From here or to here."""

    OUT = "out", "发出"
    IN = "in", "接收"


class ExchangeItem(models.Model):
    """A catalogue item that goes over, and since when what was collected of it does."""

    peer = models.ForeignKey(ExchangePeer, on_delete=models.PROTECT, related_name="items")
    way = models.CharField(max_length=3, choices=Way)
    item = models.SmallIntegerField()
    from_on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["peer", "way", "item"], name="exchange_item_once")]


class PackageState(models.TextChoices):
    """What became of a package that we made."""

    WAITING = "waiting", "待发送"
    SENT = "sent", "已发送，待回执"
    RECEIVED = "received", "已回执"


class ExchangePackage(models.Model):
    """A package of either way with its manifest. ``receipt``: what the receiver said of it, with its seal; of one that
    came to us it is our own answer, given again when the package comes again."""

    peer = models.ForeignKey(ExchangePeer, on_delete=models.PROTECT, related_name="packages", db_index=False)
    way = models.CharField(max_length=3, choices=Way)
    number = models.BigIntegerField()
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    retractions = models.IntegerField()
    chain = models.CharField(max_length=71)
    manifest = models.JSONField()
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=PackageState, default=PackageState.WAITING)
    attempts = models.IntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=300, blank=True)
    receipt = models.JSONField(null=True)
    received_at = models.DateTimeField(null=True)
    returned = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["peer", "way", "number"], name="exchange_package_once"),
            models.CheckConstraint(condition=Q(state__in=PackageState.values), name="exchange_package_state"),
            models.CheckConstraint(
                condition=~Q(state="received") | Q(receipt__isnull=False), name="exchange_package_receipt"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=Q(way="out") & ~Q(state="received"),
                name="exchange_package_due",
            )
        ]


class ExchangeEntry(models.Model):
    """A record that went over, by its mark: its last line, whether it stands, and the record here.

    ``body`` is the digest of its last put, ``said`` that of what it says; both are empty once it has ended. A record that
    came and was not accepted has the batch and row in which it waits or was sent back.
    """

    peer = models.ForeignKey(ExchangePeer, on_delete=models.PROTECT, related_name="entries", db_index=False)
    way = models.CharField(max_length=3, choices=Way)
    mark = models.CharField(max_length=16)
    item = models.SmallIntegerField()
    n = models.BigIntegerField()
    flag = models.CharField(max_length=8)
    record_key = models.BigIntegerField(null=True)
    body = models.CharField(max_length=64, blank=True)
    said = models.CharField(max_length=64, blank=True)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    row_no = models.IntegerField(null=True)
    code = models.CharField(max_length=8, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["peer", "way", "mark"], name="exchange_entry_once"),
            models.UniqueConstraint(
                fields=["peer", "record_key"], condition=Q(way="out"), name="exchange_entry_of_record"
            ),
            models.CheckConstraint(
                condition=Q(flag="standing") | (Q(body="") & Q(said="")) | Q(flag="returned"),
                name="exchange_entry_ended_says_nothing",
            ),
        ]
        indexes = [models.Index(fields=["peer", "way", "item", "n"], name="exchange_entry_block")]


class ExchangeComparison(models.Model):
    """What a comparison of both holdings found. ``found`` holds the blocks that differ and the lines where they were told."""

    peer = models.ForeignKey(ExchangePeer, on_delete=models.PROTECT, related_name="comparisons")
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    through = models.BigIntegerField()
    blocks = models.JSONField(default=list)
    found = models.JSONField(default=list)
