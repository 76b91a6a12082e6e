"""What is kept on the quality of deliveries: counts a batch and place, statements that there was nothing, rows sent
again, contradictions between sources, look-ups at the source, and how many subjects each item covers.

Counts are derived and made again at will; statements, contradictions and look-ups are acts of persons.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from xinheng.store.accounts import User
from xinheng.store.batches import Batch, ReturnedRow
from xinheng.store.organisations import Organisation
from xinheng.store.public_ids import new_public_id
from xinheng.store.subjects import Subject


class BatchMarks(models.Model):
    """What intake noted on accepted rows, by their numbers. ``timed``: lateness is judged in this batch.

    Where the file says on which day its rows were reported, ``late`` are those too late; where it does not, they were
    reported on the day of receipt and are late if decided on or before ``cutoff``. ``places`` counts the rows that
    intake accepted by the division in their code, ``months`` are those in which the records were decided.
    """

    batch = models.OneToOneField(Batch, on_delete=models.PROTECT, primary_key=True, related_name="marks")
    timed = models.BooleanField(default=False)
    cutoff = models.DateField(null=True)
    late = ArrayField(models.IntegerField(), default=list)
    irregular = ArrayField(models.IntegerField(), default=list)
    doubtful = ArrayField(models.IntegerField(), default=list)
    places = models.JSONField(default=dict)
    counted_at = models.DateTimeField(null=True)
    months = ArrayField(models.DateField(), default=list)

    class Meta:
        indexes = [
            models.Index(fields=["batch"], condition=Q(counted_at__isnull=True), name="batch_marks_uncounted")
        ]


class BatchCount(models.Model):
    """Rows of one batch in one place: the division in the subject's code, empty where there is none."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="counts")
    division = models.CharField(max_length=6, blank=True)
    accepted = models.IntegerField(default=0)
    adopted = models.IntegerField(default=0)
    returned = models.IntegerField(default=0)
    repeated = models.IntegerField(default=0)
    timed = models.IntegerField(default=0)
    late = models.IntegerField(default=0)
    incomplete = models.IntegerField(default=0)
    irregular = models.IntegerField(default=0)
    inaccurate = models.IntegerField(default=0)
    inconsistent = models.IntegerField(default=0)
    wrong_codes = models.IntegerField(default=0)
    corrected_codes = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "division"], name="batch_count_once"),
            models.CheckConstraint(
                condition=Q(late__lte=F("timed"), adopted__lte=F("accepted")), name="batch_count_parts"
            ),
        ]


class Resubmission(models.Model):
    """A row that went back and came again: the row of the first attempt, and where it came again."""

    row = models.OneToOneField(
        ReturnedRow, on_delete=models.PROTECT, primary_key=True, related_name="resubmission"
    )
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="resubmissions")
    row_no = models.IntegerField()
    found_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["batch"], name="resubmission_of_batch")]


class ConflictKind(models.TextChoices):
    """CONTENT: one act, two contents. DOCUMENT: one document number, two acts. STATUS: two states of a subject."""

    CONTENT = "content", "同一行为，内容不同"
    DOCUMENT = "document", "同一文号，两种说法"
    STATUS = "status", "登记状态不同"


class ConflictState(models.TextChoices):
    """Who is right: the first, the second, both, or it is not known yet."""

    OPEN = "open", "待处理"
    FIRST = "first", "以先报的为准"
    SECOND = "second", "以后报的为准"
    BOTH = "both", "两者都成立"
    MOOT = "moot", "已不存在"


class Conflict(models.Model):
    """Two departments disagree on one fact. Both are kept: ``record_key`` and ``other_key`` are records, ``row`` is
    one that loading set aside."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    kind = models.CharField(max_length=10, choices=ConflictKind)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="conflicts")
    item = models.SmallIntegerField()
    record_key = models.BigIntegerField()
    other_key = models.BigIntegerField(null=True)
    row = models.OneToOneField(ReturnedRow, on_delete=models.PROTECT, null=True, related_name="conflict")
    first_sender = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    second_sender = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=ConflictState, default=ConflictState.OPEN)
    found_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    ground = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ConflictKind.values), name="conflict_kind_known"),
            models.CheckConstraint(condition=Q(state__in=ConflictState.values), name="conflict_state_known"),
            models.CheckConstraint(
                condition=Q(other_key__isnull=True) ^ Q(row__isnull=True), name="conflict_of_two"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("open", "moot")) | (Q(decided_by__isnull=False) & ~Q(reason="")),
                name="conflict_decided_by_a_person",
            ),
            models.UniqueConstraint(
                fields=["record_key", "other_key"],
                condition=Q(other_key__isnull=False),
                name="conflict_once",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(state="open"), name="conflict_open"),
            models.Index(fields=["subject"], name="conflict_of_subject"),
        ]


class NothingStatement(models.Model):
    """A person of a department signed that the department had nothing of an item in a period (无数据报送说明).

    ``digest`` is over the words and who signed them when; withdrawn by a person, or by data that came after all.
    """

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="statements")
    item = models.SmallIntegerField()
    start_on = models.DateField()
    end_on = models.DateField()
    text = models.CharField(max_length=500)
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()
    digest = models.CharField(max_length=71)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_for = models.ForeignKey(Batch, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "item", "start_on"],
                condition=Q(withdrawn_at__isnull=True),
                name="nothing_statement_once",
            ),
            models.CheckConstraint(condition=Q(start_on__lt=F("end_on")), name="nothing_statement_period"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | ~Q(reason=""),
                name="nothing_statement_end_has_reason",
            ),
        ]


class SpotCheck(models.Model):
    """Rows of a department looked up at their source (抽查核对): how many, and where."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="spot_checks")
    item = models.SmallIntegerField()
    checked_on = models.DateField()
    place = models.CharField(max_length=200)
    sampled = models.IntegerField()
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(sampled__gt=0), name="spot_check_has_sample"),
        ]
        indexes = [models.Index(fields=["organisation", "-id"], name="spot_check_of_organisation")]


class FindingKind(models.TextChoices):
    """CONCEALED: at the source, never reported. WRONG: reported otherwise than it stands at the source."""

    CONCEALED = "concealed", "应报未报"
    WRONG = "wrong", "报送有误"


class SpotFinding(models.Model):
    """One row of a look-up that was not in order."""

    check_made = models.ForeignKey(SpotCheck, on_delete=models.PROTECT, related_name="findings")
    kind = models.CharField(max_length=10, choices=FindingKind)
    document_no = models.CharField(max_length=200)
    remark = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["check_made", "document_no"], name="spot_finding_once"),
            models.CheckConstraint(condition=Q(kind__in=FindingKind.values), name="spot_finding_kind_known"),
        ]


class SubjectCount(models.Model):
    """Subjects of a kind in a place, and how many of them an item covers. Item 0 counts all of them."""

    item = models.SmallIntegerField()
    division = models.CharField(max_length=6, blank=True)
    kind = models.CharField(max_length=20)
    subjects = models.IntegerField()
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "division", "kind"], name="subject_count_once"),
        ]


__all__ = [
    "BatchCount",
    "BatchMarks",
    "Conflict",
    "ConflictKind",
    "ConflictState",
    "FindingKind",
    "NothingStatement",
    "Resubmission",
    "SpotCheck",
    "SpotFinding",
    "SubjectCount",
]
