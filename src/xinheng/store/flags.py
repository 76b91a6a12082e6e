"""Marks on subjects that are government bodies or state-owned enterprises, with superior unit and audit office.

The mark has a source and days in force; ``Subject.state_body`` and ``Subject.state_owned`` say what holds now
(汴政办〔2020〕46号第17项: their failures are told to the superior unit and the audit office).
"""

from django.db import models
from django.db.models import F, Q

from xinheng.store.accounts import User
from xinheng.store.public_ids import new_public_id
from xinheng.store.records import Record
from xinheng.store.subjects import Subject


class FlagKind(models.TextChoices):
    STATE_BODY = "state_body", "机关事业单位"
    STATE_OWNED = "state_owned", "国有企业"


class SubjectFlag(models.Model):
    """One mark. ``to_on``: the first day on which it holds no more. Contacts are those of offices, not of persons."""

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="flags")
    kind = models.CharField(max_length=12, choices=FlagKind)
    superior = models.CharField(max_length=200)
    audit_contact = models.CharField(max_length=200)
    source = models.CharField(max_length=300)
    from_on = models.DateField()
    to_on = models.DateField(null=True)
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    set_at = models.DateTimeField()
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    ended_at = models.DateTimeField(null=True)
    ended_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=FlagKind.values), name="subject_flag_kind_known"),
            models.CheckConstraint(
                condition=~Q(source="") & ~Q(superior=""), name="subject_flag_says_whence"
            ),
            models.CheckConstraint(
                condition=Q(to_on__isnull=True) | Q(to_on__gte=F("from_on")), name="subject_flag_period"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True)
                | (Q(ended_by__isnull=False) & Q(to_on__isnull=False) & ~Q(ended_reason="")),
                name="subject_flag_end_says_why",
            ),
            models.UniqueConstraint(
                fields=["subject", "kind"], condition=Q(ended_at__isnull=True), name="subject_flag_one_open"
            ),
        ]


class Addressee(models.TextChoices):
    SUPERIOR = "superior", "上级单位"
    AUDIT = "audit", "审计机关"


class DeliveryWay(models.TextChoices):
    """How a letter from one public body reaches another: exchange of documents, not service upon a party."""

    EXCHANGE = "exchange", "公文交换"
    ELECTRONIC = "electronic", "电子公文系统"
    POST = "post", "机要或挂号邮寄"
    BY_HAND = "by_hand", "专人送交"


class VoidWay(models.TextChoices):
    """How the receiver learnt that a letter is void: as letters travel between public bodies, or the letter never left."""

    EXCHANGE = "exchange", "公文交换"
    ELECTRONIC = "electronic", "电子公文系统"
    POST = "post", "机要或挂号邮寄"
    BY_HAND = "by_hand", "专人送交"
    KEPT = "kept", "没有寄出，原件已收回"


class SuperiorLetter(models.Model):
    """A letter that tells superior unit or audit office of a failure of a marked subject.

    It rests on ``ground``, goes out by a second person's word, and is withdrawn when the ground ends. ``served_on`` is
    the day on which the other body received it, ``served_proof`` the number of its receipt. ``void_told_on`` is the day
    on which the receiver of a withdrawn letter was told that it is void, ``void_told_to`` the office that was told.
    """

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    flag = models.ForeignKey(SubjectFlag, on_delete=models.PROTECT, related_name="letters")
    ground = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+", db_index=False)
    record_key = models.BigIntegerField(db_index=True)
    addressee = models.CharField(max_length=10, choices=Addressee)
    addressed_to = models.CharField(max_length=200)
    title = models.CharField(max_length=200)
    text = models.TextField()
    reason = models.CharField(max_length=300)
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    written_at = models.DateTimeField()
    released_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    released_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_why = models.CharField(max_length=300, blank=True)
    served_on = models.DateField(null=True)
    served_way = models.CharField(max_length=12, choices=DeliveryWay, blank=True, default="", db_default="")
    served_proof = models.CharField(max_length=200, blank=True, default="", db_default="")
    served_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    served_at = models.DateTimeField(null=True)
    void_told_on = models.DateField(null=True)
    void_told_to = models.CharField(max_length=200, blank=True, default="", db_default="")
    void_told_way = models.CharField(max_length=12, choices=VoidWay, blank=True, default="", db_default="")
    void_told_proof = models.CharField(max_length=200, blank=True, default="", db_default="")
    void_told_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    void_told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(void_told_on__isnull=True, void_told_at__isnull=True, void_told_by__isnull=True)
                | (
                    Q(void_told_on__isnull=False, void_told_at__isnull=False, void_told_by__isnull=False)
                    & Q(released_at__isnull=False, withdrawn_at__isnull=False)
                    & Q(void_told_way__in=VoidWay.values)
                    & ~Q(void_told_to="")
                    & ~Q(void_told_proof="")
                ),
                name="superior_letter_void_told_with_proof",
            ),
            models.CheckConstraint(
                condition=Q(served_on__isnull=True, served_at__isnull=True, served_by__isnull=True)
                | (
                    Q(served_on__isnull=False, served_at__isnull=False, served_by__isnull=False)
                    & Q(released_at__isnull=False, served_way__in=DeliveryWay.values)
                    & ~Q(served_proof="")
                ),
                name="superior_letter_served_with_proof",
            ),
            models.CheckConstraint(
                condition=Q(addressee__in=Addressee.values), name="letter_addressee_known"
            ),
            models.CheckConstraint(
                condition=~Q(text="") & ~Q(addressed_to="") & ~Q(reason=""), name="letter_says_why"
            ),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True, released_by__isnull=True)
                | (Q(released_at__isnull=False, released_by__isnull=False) & ~Q(released_by=F("written_by"))),
                name="letter_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | ~Q(withdrawn_why=""), name="letter_withdrawn_why"
            ),
            models.UniqueConstraint(
                fields=["flag", "record_key", "addressee"],
                condition=Q(withdrawn_at__isnull=True),
                name="letter_once_a_ground",
            ),
        ]
