"""Files put to a batch, a record, a statement or a case, and the monthly bundles of scans that were handed on.

An attachment says what a file belongs to; the file itself is a sealed blob with a key of its own (store.files). The same
content is kept once among files without personal data, and once a subject where it holds some, so that the key of one
subject's paper can be destroyed alone (《个人信息保护法》第四十七条).
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q

from xinheng.core.attachments import Checked, Kind
from xinheng.store.accounts import User
from xinheng.store.batches import Batch, StoredFile
from xinheng.store.casework import Case
from xinheng.store.enterprises import EnterpriseAccount
from xinheng.store.organisations import Organisation
from xinheng.store.public_ids import new_public_id
from xinheng.store.quality import NothingStatement
from xinheng.store.subjects import Subject

_TARGETS = ("batch", "record_key", "statement", "case")


def _one_target() -> Q:
    """Exactly one of the columns that name a target is filled."""
    found = Q()
    for target in _TARGETS:
        found |= Q(**{f"{one}__isnull": one != target for one in _TARGETS})
    return found


class Attachment(models.Model):
    """A file put to one thing. ``whole``: on a batch, that it holds the paper of all its rows. ``subject``: whose paper.
    ``material``: as what the enterprise handed it in; ``account``: where it did so itself.

    What is attached does not change; it is withdrawn with a reason, and its file is destroyed when its term is over.
    """

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="attachments")
    batch = models.ForeignKey(
        Batch, on_delete=models.PROTECT, null=True, related_name="attachments", db_index=False
    )
    statement = models.ForeignKey(
        NothingStatement, on_delete=models.PROTECT, null=True, related_name="attachments", db_index=False
    )
    record_key = models.BigIntegerField(null=True)
    subject = models.ForeignKey(
        Subject, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="attachments")
    title = models.CharField(max_length=120)
    kind = models.CharField(
        max_length=8,
        choices=[(one.value, one.label) for one in Kind],
        default=Kind.PDF.value,
        db_default=Kind.PDF.value,
    )
    pages = models.IntegerField(null=True)
    personal = models.BooleanField(default=True, db_default=True)
    whole = models.BooleanField(default=False, db_default=False)
    checked = models.CharField(
        max_length=10,
        choices=[(one.value, one.label) for one in Checked],
        default=Checked.UNCHECKED.value,
        db_default=Checked.UNCHECKED.value,
    )
    checked_at = models.DateTimeField(null=True)
    material = models.CharField(max_length=120, blank=True, default="", db_default="")
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    account = models.ForeignKey(
        EnterpriseAccount, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    added_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_why = models.CharField(max_length=300, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_one_target(), name="attachment_one_target"),
            models.CheckConstraint(
                condition=Q(kind__in=[one.value for one in Kind]), name="attachment_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(checked__in=[one.value for one in Checked]), name="attachment_checked_known"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | ~Q(withdrawn_why=""),
                name="attachment_withdrawn_says_why",
            ),
            models.CheckConstraint(
                condition=Q(whole=False) | Q(batch__isnull=False), name="attachment_whole_of_a_batch"
            ),
            models.CheckConstraint(
                condition=Q(account__isnull=True)
                | Q(added_by__isnull=True, case__isnull=False) & ~Q(material=""),
                name="attachment_of_account_in_a_case",
            ),
            *(
                models.UniqueConstraint(
                    fields=[target, "file"],
                    condition=Q(withdrawn_at__isnull=True),
                    name=f"attachment_once_a_{target}",
                )
                for target in _TARGETS
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=Q(checked="unchecked", withdrawn_at__isnull=True),
                name="attachment_to_check",
            ),
        ]


class ScanBundle(models.Model):
    """The scans of one item and month as they were handed on, with their index. ``receipt`` is the digest of the manifest
    in the bundle; ``missing`` counts records without a scan."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    item = models.SmallIntegerField()
    month = models.DateField()
    attachments = ArrayField(models.BigIntegerField())
    index = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", db_index=False)
    missing = models.IntegerField()
    files_size = models.BigIntegerField()
    receipt = models.CharField(max_length=71)
    reason = models.CharField(max_length=200)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    received_by = models.CharField(max_length=120, blank=True, default="", db_default="")
    received_at = models.DateTimeField(null=True)
    noted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="scan_bundle_has_reason"),
            models.CheckConstraint(
                condition=Q(received_at__isnull=True) | ~Q(received_by=""), name="scan_bundle_receiver_named"
            ),
        ]


def living() -> models.QuerySet[Attachment]:
    """Attachments that nobody has withdrawn."""
    return Attachment.objects.filter(withdrawn_at__isnull=True)


def has_scan() -> Q:
    """For records: whether a scan was put to the record, or to its batch for all rows of it."""
    own = living().filter(record_key=OuterRef("record_key"))
    shared = living().filter(batch=OuterRef("batch"), whole=True)
    return Q(Exists(own)) | Q(Exists(shared))
