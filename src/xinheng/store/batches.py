"""What departments delivered: one batch a file, the rows that were not accepted, and the files themselves."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from xinheng.core.provenance import Provenance
from xinheng.store.accounts import User
from xinheng.store.organisations import Organisation
from xinheng.store.public_ids import new_public_id


class StoredFile(models.Model):
    """An encrypted, content-addressed file under ``$XINHENG_HOME/files``; ``digest`` is of the clear content."""

    digest = models.CharField(max_length=71)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=100)
    name = models.CharField(max_length=255)
    wrapped_key = models.BinaryField(null=True)
    stored_at = models.DateTimeField()
    destroy_on = models.DateField(null=True)
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(wrapped_key__isnull=False) | Q(destroyed_at__isnull=False),
                name="stored_file_key_until_destroyed",
            ),
            models.CheckConstraint(
                condition=Q(destroyed_at__isnull=True) | Q(wrapped_key__isnull=True),
                name="stored_file_no_key_once_destroyed",
            ),
        ]
        indexes = [models.Index(fields=["digest"], name="stored_file_digest")]


class BatchState(models.TextChoices):
    """A batch is previewed, then loaded; unmapped and unreadable files are kept for the policy's term."""

    PREVIEW = "preview", "待确认"
    LOADED = "loaded", "已入库"
    UNMAPPED = "unmapped", "未识别"
    UNREADABLE = "unreadable", "无法读取"
    CANCELLED = "cancelled", "已撤销"


class Batch(models.Model):
    """One delivered file. ``report`` is the intake report of the file; ``receipt`` the digest the sender keeps.

    ``provenance``: the class of its feed, and so of every record that came in it; fixed once it is loaded.
    """

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="batches")
    received_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    received_at = models.DateTimeField()
    file_name = models.CharField(max_length=255)
    file_digest = models.CharField(max_length=71)
    feed = models.CharField(max_length=80, blank=True)
    item = models.SmallIntegerField(null=True)
    policy_digest = models.CharField(max_length=71)
    state = models.CharField(max_length=12, choices=BatchState)
    rows = models.IntegerField(default=0)
    accepted = models.IntegerField(default=0)
    returned = models.IntegerField(default=0)
    duplicates = models.IntegerField(default=0)
    report = models.JSONField(default=dict)
    receipt = models.CharField(max_length=71, blank=True)
    loaded_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    original = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    workbook = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    provenance = models.SmallIntegerField(default=1, db_default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=BatchState.values), name="batch_state_known"),
            models.CheckConstraint(
                condition=Q(provenance__in=[one.number for one in Provenance]), name="batch_provenance_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="loaded") | Q(loaded_at__isnull=False), name="batch_loaded_has_moment"
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True) | Q(published_by__isnull=False),
                name="batch_published_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["file_digest", "organisation", "feed"],
                condition=Q(state="loaded"),
                name="batch_file_loaded_once",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "-received_at"], name="batch_of_organisation"),
            models.Index(fields=["id"], condition=~Q(provenance=1), name="batch_kept_apart"),
        ]


class ReturnedState(models.TextChoices):
    """What became of a row that was not accepted at first."""

    WAITING = "waiting", "待处理"
    RETURNED = "returned", "已退回"
    ACCEPTED = "accepted", "已采纳"
    REFUSED = "refused", "已拒收"


class ReturnedRow(models.Model):
    """A row that was refused or quarantined. ``original`` is masked and absent for rows on natural persons (G2)."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="returned_rows")
    row_no = models.IntegerField()
    codes = ArrayField(models.CharField(max_length=3))
    problems = models.JSONField()
    original = models.JSONField(null=True)
    normalised = models.JSONField(null=True)
    state = models.CharField(max_length=10, choices=ReturnedState)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "row_no"], name="returned_row_once"),
            models.CheckConstraint(condition=Q(state__in=ReturnedState.values), name="returned_state_known"),
            models.CheckConstraint(
                condition=~Q(state="accepted") | (Q(decided_by__isnull=False) & ~Q(reason="")),
                name="returned_accepted_by_a_person",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(state="waiting"), name="returned_waiting"),
        ]
