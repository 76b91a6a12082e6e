"""The subject master (经营主体): one row an enterprise, its names through time, every code it ever had.

Keyed by the unified social credit code of GB 32100; older codes lead to the same subject.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Substr

from xinheng.core.models import SubjectKind as Kind
from xinheng.store.public_ids import new_public_id


class SubjectKind(models.TextChoices):
    """Kinds of subject; sole traders are also natural persons (legal guard G1)."""

    ENTERPRISE = Kind.ENTERPRISE.value, Kind.ENTERPRISE.label
    BRANCH = Kind.BRANCH.value, Kind.BRANCH.label
    SOLE_TRADER = Kind.SOLE_TRADER.value, Kind.SOLE_TRADER.label
    COOPERATIVE = Kind.COOPERATIVE.value, Kind.COOPERATIVE.label
    SOCIAL_ORGANISATION = Kind.SOCIAL_ORGANISATION.value, Kind.SOCIAL_ORGANISATION.label
    PUBLIC_INSTITUTION = Kind.PUBLIC_INSTITUTION.value, Kind.PUBLIC_INSTITUTION.label
    GOVERNMENT = Kind.GOVERNMENT.value, Kind.GOVERNMENT.label
    OTHER = Kind.OTHER.value, Kind.OTHER.label


class SubjectStatus(models.TextChoices):
    """Registration state as the registrar reports it."""

    ACTIVE = "active", "存续"
    SUSPENDED = "suspended", "歇业"
    REVOKED = "revoked", "吊销"
    CANCELLED = "cancelled", "注销"
    MOVED = "moved", "迁出"
    UNKNOWN = "unknown", "未注明"


class SubjectSize(models.TextChoices):
    """Size of an enterprise as its registrar states it (《中小企业划型标准规定》); compared by, never scored."""

    LARGE = "大型"
    MEDIUM = "中型"
    SMALL = "小型"
    MICRO = "微型"


class Subject(models.Model):
    """``version`` grows with every change of the file; whatever is derived from it is stale from then on.
    ``industry_code``: digits of 国民经济行业分类 as the registrar sends them, empty where it sends none.

    ``merged_into``: the subject under which its records are filed while a merge is in force; its id leads there.
    """

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    code = models.CharField(max_length=18, null=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=SubjectKind)
    status = models.CharField(max_length=12, choices=SubjectStatus, default=SubjectStatus.UNKNOWN)
    division_code = models.CharField(max_length=6, blank=True)
    registrar = models.CharField(max_length=120, blank=True)
    address = models.CharField(max_length=300, blank=True)
    sector = models.CharField(max_length=40, blank=True)
    industry_code = models.CharField(max_length=4, blank=True, db_default="", default="")
    established_on = models.DateField(null=True)
    size = models.CharField(max_length=4, choices=SubjectSize, blank=True, db_default="", default="")
    state_body = models.BooleanField(default=False)
    state_owned = models.BooleanField(default=False)
    version = models.BigIntegerField(default=1)
    last_known_at = models.DateTimeField()
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="absorbed", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=Q(code__isnull=False), name="subject_code_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=SubjectKind.values), name="subject_kind_known"),
            models.CheckConstraint(condition=Q(status__in=SubjectStatus.values), name="subject_status_known"),
            models.CheckConstraint(
                condition=Q(size__in=["", *SubjectSize.values]), name="subject_size_known"
            ),
            models.CheckConstraint(
                condition=Q(code__isnull=True) | Q(code__regex=r"^[0-9A-HJ-NP-RTUWXY]{18}$"),
                name="subject_code_form",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
                name="subject_not_into_itself",
            ),
        ]
        indexes = [
            models.Index(Substr("code", 9, 9), name="subject_body_of_code"),
            models.Index(
                fields=["merged_into"], condition=Q(merged_into__isnull=False), name="subject_merged_into"
            ),
        ]


class SubjectName(models.Model):
    """A name of a subject and when it was known; ``normalised`` is what comparison uses."""

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="names")
    name = models.CharField(max_length=200)
    normalised = models.CharField(max_length=200)
    from_on = models.DateField(null=True)
    to_on = models.DateField(null=True)
    batch = models.ForeignKey("store.Batch", on_delete=models.PROTECT, null=True, related_name="+")
    known_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "normalised"], name="subject_name_once"),
            models.CheckConstraint(
                condition=Q(from_on__isnull=True) | Q(to_on__isnull=True) | Q(from_on__lte=F("to_on")),
                name="subject_name_period",
            ),
        ]
        indexes = [models.Index(fields=["normalised"], name="subject_name_lookup")]


class SubjectCode(models.Model):
    """Crosswalk: registration number, organisation code or tax number → subject."""

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="codes")
    kind = models.CharField(max_length=16)
    value = models.CharField(max_length=20)
    batch = models.ForeignKey("store.Batch", on_delete=models.PROTECT, null=True, related_name="+")
    from_on = models.DateField(null=True)
    to_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "value"], name="subject_code_kind_value"),
            models.CheckConstraint(
                condition=Q(from_on__isnull=True) | Q(to_on__isnull=True) | Q(from_on__lte=F("to_on")),
                name="subject_code_period",
            ),
        ]


SEARCH_PLACE = models.Func(
    F("subject"),
    template="((%(expressions)s & 2147483647) * 2654435761 & 4294967295)",
    output_field=models.BigIntegerField(),
)
"""Where a subject stands in long results of the search: its number, scattered over 0 … 2³² so that names which were entered
together do not lie together, and a word is met at the same rate all along. Another number for each subject."""


class SubjectSearch(models.Model):
    """Search tokens (pairs of characters and of syllables, threes of initials) of current and former names; serves the
    portal's search box. ``cut``: the way in which the names were cut (matching.tokens.CUT)."""

    subject = models.OneToOneField(Subject, on_delete=models.CASCADE, primary_key=True, related_name="search")
    tokens = ArrayField(models.TextField())
    cut = models.PositiveSmallIntegerField(db_default=0, default=0)

    class Meta:
        indexes = [
            GinIndex(fields=["tokens"], name="subject_search_tokens"),
            models.Index(SEARCH_PLACE, name="subject_search_place"),
        ]
