"""What the public may see: read-only views, the only part of the store that the portal knows.

The portal's database role can SELECT from these views and from nothing else, so a fault in a page cannot show
what is not lawfully public. Sole traders' addresses and grades are not in the views (legal guard G1).
"""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, Q, QuerySet, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, TruncDate

from xinheng.core.canonical import canonical
from xinheng.core.draw_record import record_text
from xinheng.core.models import SubjectKind
from xinheng.core.open_tables import Column, Kind, Source, Table
from xinheng.core.publication import OPEN, OPENNESS
from xinheng.core.records import Finality
from xinheng.core.refusal import Refusal

CHUNK = 1024 * 1024
DATABASE = "portal"
"""The connection whose role can read the public views and nothing else."""


def published_path(digest: str) -> Path:
    """Where a file lies that everybody may read: by the digest of its content, in clear."""
    home: Path = settings.HOME
    return home / "files" / "public" / f"{digest.partition(':')[2]}.json"


def published(digest: str) -> Iterator[bytes]:
    """A published file in chunks; opened at once. Raises Refusal where it is gone."""
    try:
        file = published_path(digest).open("rb")
    except OSError as error:
        raise Refusal(
            "F06",
            "这份公开文件暂时无法取得。",
            advice="请稍后再试；仍不能取得的，请告知主办单位从备份恢复。",
        ) from error
    return _chunks(file)


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        yield from iter(partial(file.read, CHUNK), b"")


class PublicSubject(models.Model):
    """An enterprise as anybody may see it."""

    public_id = models.CharField(max_length=16)
    code = models.CharField(max_length=18, null=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)
    status = models.CharField(max_length=12)
    division_code = models.CharField(max_length=6)
    registrar = models.CharField(max_length=120)
    sector = models.CharField(max_length=40)
    established_on = models.DateField(null=True)
    version = models.BigIntegerField()
    address = models.CharField(max_length=300)

    class Meta:
        managed = False
        db_table = "public_subject"


class PublicMoved(models.Model):
    """A subject that is shown under another one, and the id of that one."""

    public_id = models.CharField(max_length=16)
    code = models.CharField(max_length=18, null=True)
    leads_to = models.CharField(max_length=16)

    class Meta:
        managed = False
        db_table = "public_moved"


class PublicName(models.Model):
    """A current or former name."""

    subject = models.ForeignKey(PublicSubject, on_delete=models.DO_NOTHING, related_name="names")
    name = models.CharField(max_length=200)
    from_on = models.DateField(null=True)
    to_on = models.DateField(null=True)

    class Meta:
        managed = False
        db_table = "public_name"


class PublicSearch(models.Model):
    """Search tokens of the names. ``place``: in long results, scattered over 0 … 2³²."""

    subject = models.OneToOneField(
        PublicSubject, on_delete=models.DO_NOTHING, primary_key=True, related_name="search"
    )
    tokens = ArrayField(models.TextField())
    place = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "public_search"


class PublicAct(models.Model):
    """A published record with its clocks, source file and row."""

    subject = models.ForeignKey(PublicSubject, on_delete=models.DO_NOTHING, related_name="acts")
    item = models.SmallIntegerField()
    decided_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    provisional = models.BooleanField()
    published_at = models.DateTimeField()
    earliest_repair_on = models.DateField(null=True)
    stop_on = models.DateField(null=True)
    seriousness = models.SmallIntegerField()
    state = models.SmallIntegerField()
    finality = models.SmallIntegerField()
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    amount_fen = models.BigIntegerField(null=True)
    result = models.CharField(max_length=40)
    document_no = models.CharField(max_length=200)
    authority = models.CharField(max_length=200)
    title = models.CharField(max_length=200)
    fields = models.JSONField()
    file_name = models.CharField(max_length=255)
    row_no = models.IntegerField()
    provider = models.CharField(max_length=120, null=True)

    class Meta:
        managed = False
        db_table = "public_act"


class PublicComplaint(models.Model):
    """A consumer complaint whose handling is over: of whom, what about, by whom handled, with which outcome."""

    subject = models.ForeignKey(PublicSubject, on_delete=models.DO_NOTHING, related_name="complaints")
    received_on = models.DateField(null=True)
    category = models.CharField(max_length=200)
    outcome = models.CharField(max_length=40)
    authority = models.CharField(max_length=200)

    class Meta:
        managed = False
        db_table = "public_complaint"


class PublicCorrection(models.Model):
    """A published correction of an error, while it is shown. ``shown_until`` is the first day without it."""

    subject = models.ForeignKey(PublicSubject, on_delete=models.DO_NOTHING, related_name="corrections")
    what = models.CharField(max_length=200)
    text = models.CharField(max_length=1000)
    wrong_from = models.DateField()
    wrong_to = models.DateField()
    shown_until = models.DateField()
    at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "public_correction"


class PublicListing(models.Model):
    """A subject that stands on a list. ``act``: the published record of the listing; none on a list of good faith.
    ``until_on`` is the first day off the list."""

    subject = models.ForeignKey(PublicSubject, on_delete=models.DO_NOTHING, related_name="listings")
    list_key = models.CharField(max_length=60)
    kind = models.CharField(max_length=12)
    from_on = models.DateField()
    until_on = models.DateField(null=True)
    organisation = models.CharField(max_length=120, null=True)
    act = models.BigIntegerField(null=True)
    disputed = models.BooleanField()
    public_id = models.CharField(max_length=16)

    class Meta:
        managed = False
        db_table = "public_listing"


class PublicNotice(models.Model):
    """A proposal for a list of good faith during its publicity. ``due_on`` is the last day of it, none while the term is
    unknown; ``objected``: the clock has ended and somebody looks into what was said."""

    subject = models.ForeignKey(PublicSubject, on_delete=models.DO_NOTHING, related_name="notices")
    list_key = models.TextField()
    matter = models.TextField()
    objected = models.BooleanField()
    since = models.DateTimeField()
    due_on = models.DateField(null=True)
    provisional = models.BooleanField()
    organisation = models.CharField(max_length=120, null=True)

    class Meta:
        managed = False
        db_table = "public_notice"


class PublicRelease(models.Model):
    """A regular release of a list. ``entries`` are those that stood then, as ids of ``PublicListing`` while they stand."""

    public_id = models.CharField(max_length=16)
    list_key = models.CharField(max_length=60)
    period = models.CharField(max_length=20)
    released_at = models.DateTimeField()
    entries = ArrayField(models.BigIntegerField())
    digest = models.CharField(max_length=71)
    organisation = models.CharField(max_length=120, null=True)

    class Meta:
        managed = False
        db_table = "public_release"


class PublicDisputedGrade(models.Model):
    """The grade of a subject by a model, while an objection to it is open."""

    subject = models.ForeignKey(PublicSubject, on_delete=models.DO_NOTHING, related_name="disputed_grades")
    model = models.CharField(max_length=80)
    marked_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "public_disputed_grade"


class PublicRun(models.Model):
    """The evaluation run in force of a published model."""

    public_id = models.CharField(max_length=16)
    model = models.CharField(max_length=80)
    model_version = models.IntegerField()
    model_digest = models.CharField(max_length=71)
    as_of = models.DateField()
    subjects = models.IntegerField()
    distribution = models.JSONField()

    class Meta:
        managed = False
        db_table = "public_run"


class PublicScore(models.Model):
    """A grade that may be shown: of an enterprise whose file has not changed since the run."""

    run = models.ForeignKey(PublicRun, on_delete=models.DO_NOTHING, related_name="scores")
    subject = models.ForeignKey(PublicSubject, on_delete=models.DO_NOTHING, related_name="scores")
    points_milli = models.IntegerField()
    grade = models.CharField(max_length=1)
    veto = models.CharField(max_length=60)
    contributions = ArrayField(models.IntegerField())

    class Meta:
        managed = False
        db_table = "public_score"


class PublicPlan(models.Model):
    """An approved plan of checks with its filing; ``batches`` are scope, planned, from_on and until_on."""

    public_id = models.CharField(max_length=16)
    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=8)
    matter_key = models.CharField(max_length=40)
    matter = models.CharField(max_length=200)
    basis = models.CharField(max_length=300)
    year = models.IntegerField()
    approved_at = models.DateTimeField()
    organisation = models.CharField(max_length=120, null=True)
    filed_with = models.CharField(max_length=120, null=True)
    filing_number = models.CharField(max_length=100, null=True)
    filed_on = models.DateField(null=True)
    batches = models.JSONField()
    object_rule = models.JSONField(null=True)
    scope = models.JSONField()

    class Meta:
        managed = False
        db_table = "public_plan"


class PublicMeasureCase(models.Model):
    """An accepted typical case of a measure that still lies on its ground; nothing in it names an enterprise."""

    public_id = models.CharField(max_length=16)
    measure = models.CharField(max_length=120)
    measure_group = models.SmallIntegerField()
    occasion = models.CharField(max_length=16)
    outcome = models.CharField(max_length=10)
    year = models.IntegerField()
    organisation = models.CharField(max_length=120, null=True)
    text = models.CharField(max_length=2000)
    reviewed_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "public_measure_case"


class PublicClassification(models.Model):
    """The yearly classification of a field; ``counts`` are county, grades, ungraded and sole_traders."""

    model = models.CharField(max_length=80)
    year = models.IntegerField()
    as_of = models.DateField()
    counts = models.JSONField()
    digest = models.CharField(max_length=71)
    published_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "public_classification"


class PublicAnnouncement(models.Model):
    """What was fixed before a draw."""

    public_id = models.CharField(max_length=16)
    title = models.CharField(max_length=120)
    matter = models.CharField(max_length=200)
    basis = models.CharField(max_length=300)
    year = models.IntegerField()
    attempt = models.IntegerField()
    announced_at = models.DateTimeField()
    digest = models.CharField(max_length=71)
    content = models.JSONField()
    organisation = models.CharField(max_length=120, null=True)

    class Meta:
        managed = False
        db_table = "public_announcement"


class PublicDrawFailure(models.Model):
    """That an announced draw was given up, and why; nobody of those who said so is shown."""

    announcement = models.OneToOneField(
        PublicAnnouncement, on_delete=models.DO_NOTHING, related_name="failure"
    )
    cause = models.CharField(max_length=12)
    party = models.CharField(max_length=100)
    reason = models.CharField(max_length=500)
    agreed_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "public_draw_failure"


class PublicDraw(models.Model):
    """A draw and its verifiable record: ``record`` is its head, ``pool_digest`` names the published file of its pool."""

    public_id = models.CharField(max_length=16)
    announcement = models.OneToOneField(PublicAnnouncement, on_delete=models.DO_NOTHING, related_name="drawn")
    drawn_at = models.DateTimeField()
    population = models.IntegerField()
    drawn = models.IntegerField()
    seed = models.CharField(max_length=71)
    digest = models.CharField(max_length=71)
    record = models.JSONField()
    pool_digest = models.CharField(max_length=71, null=True)

    class Meta:
        managed = False
        db_table = "public_draw"

    def text(self) -> Iterator[bytes]:
        """The record as published (format 1), in pieces. Raises Refusal where the file of its pool is gone."""
        if self.pool_digest is None:
            return iter((canonical(self.record),))
        return record_text(self.record, published(self.pool_digest))


class PublicDrawSubstitute(models.Model):
    """An inspector who was replaced after a draw, as docs/draw.md has it; ``content`` holds keys and no person."""

    draw = models.ForeignKey(PublicDraw, on_delete=models.DO_NOTHING, related_name="substitutes")
    sequence = models.IntegerField()
    content = models.JSONField()
    agreed_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "public_draw_substitute"


class PublicOpenRelease(models.Model):
    """A snapshot for everybody, as store.open_tables has it."""

    public_id = models.CharField(max_length=16)
    day = models.DateField()
    edition = models.SmallIntegerField()
    published_at = models.DateTimeField()
    last = models.BigIntegerField()
    cleaned = models.BigIntegerField()
    manifest = models.JSONField()

    class Meta:
        managed = False
        db_table = "public_open_release"

    def file(self, name: str) -> Path:
        """Where a file of it lies, in clear, while it is the newest one."""
        home: Path = settings.HOME
        return home / "open-data" / self.public_id / name


class PublicOpenChange(models.Model):
    """A numbered change of a public row: its key, no word of it."""

    number = models.BigIntegerField(primary_key=True)
    day = models.DateField()
    dataset = models.CharField(max_length=20)
    key = models.CharField(max_length=40)
    kind = models.CharField(max_length=10)
    stale = models.BooleanField()

    class Meta:
        managed = False
        db_table = "public_open_change"


class PublicOpenWaiting(models.Model):
    """A change without a number yet that makes a published file of its table stale."""

    dataset = models.CharField(max_length=20)

    class Meta:
        managed = False
        db_table = "public_open_waiting"


class PublicPolicy(models.Model):
    """A published version of a model, grading policy, catalogue or calendar."""

    kind = models.CharField(max_length=16)
    key = models.CharField(max_length=80)
    digest = models.CharField(max_length=71)
    body = models.JSONField()
    from_on = models.DateField()

    class Meta:
        managed = False
        db_table = "public_policy"


def shown_acts(*, items: Sequence[int], kept_back: Sequence[int], on: date) -> QuerySet[PublicAct]:
    """All acts that may be shown on a day: of these items, but for classes of failing records that are kept back."""
    return (
        PublicAct.objects.using(DATABASE)
        .filter(Q(stop_on__isnull=True) | Q(stop_on__gt=on), item__in=items)
        .exclude(seriousness__in=kept_back)
        .exclude(finality=Finality.REVOKED)
        .filter(Q(**{f"fields__{OPENNESS}__isnull": True}) | Q(**{f"fields__{OPENNESS}__in": ("", *OPEN)}))
    )


def open_rows(table: Table, *, on: date, keys: Sequence[str] | None = None) -> QuerySet[Any, Any]:
    """The rows of a table that stands in the database, as tuples of its columns; of these ``keys``, or all."""
    rows: QuerySet[Any]
    if table.source is Source.SUBJECT:
        rows, whose = PublicSubject.objects.using(DATABASE), "kind"
    elif table.source is Source.ACT:
        rows, whose = shown_acts(items=table.items, kept_back=table.kept_back, on=on), "subject__kind"
    elif table.source is Source.LISTING:
        listed = PublicListing.objects.using(DATABASE).filter(list_key__in=table.lists)
        rows, whose = listed, "subject__kind"
    else:
        rows, whose = PublicPlan.objects.using(DATABASE), ""
    if whose and not table.sole_traders:
        rows = rows.exclude(**{whose: SubjectKind.SOLE_TRADER.value})
    if keys is not None:
        rows = rows.filter(**{f"{table.columns[0].path}__in": keys})
    return rows.values_list(*(_value(one) for one in table.columns))


def _value(column: Column) -> Any:
    if column.either:
        return Case(*(When(item__in=items, then=_value(one)) for items, one in column.either))
    if column.field:
        told = KeyTextTransform(column.path, "fields")
        return Coalesce(told, KeyTextTransform(column.also, "fields")) if column.also else told
    if column.kind is Kind.DAY_OF:
        return TruncDate(column.path)
    return Cast(column.path, models.TextField()) if column.kind is Kind.JSON else F(column.path)
