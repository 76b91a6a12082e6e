"""Which delivered rows came late, noted while the file is at hand, and the departments to be named for it.

A row is late that was reported more than the term of policy after its decision (迟报). A file may say itself on which
day its rows were reported; where it does not, they were reported on the day of receipt.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, Substr

from xinheng.core.catalogue import Item
from xinheng.core.feeds import Feed, Target
from xinheng.core.policy import Policy
from xinheng.core.quality_score import LATE_CODE, Tally
from xinheng.intake.prepare import Prepared
from xinheng.services.previews import LABELS, normal_header, reading
from xinheng.services.quality import Scope
from xinheng.services.time import day_of
from xinheng.store.batches import Batch
from xinheng.store.quality import BatchMarks
from xinheng.store.records import Record

JUDGED = frozenset({Item.PERMIT.value, Item.PENALTY.value})
"""Items whose lateness the city is rated by; other feeds may have a term of their own."""
IRREGULAR, DOUBTFUL = ("E10", "E15"), ("E07",)


def note_marks(
    batch: Batch, prepared: Prepared, *, conflicts: Collection[tuple[int, str, str]], policy: Policy
) -> None:
    """Keep what intake found in accepted rows. ``conflicts``: rows that loading set aside."""
    rows = pq.read_table(prepared.accepted_path, columns=["row_no", "code", "flags"])
    if conflicts:
        aside = pa.array([row_no for row_no, *_ in conflicts], type=rows["row_no"].type)
        rows = rows.filter(pc.invert(pc.is_in(rows["row_no"], value_set=aside)))
    feed = policy.feeds[batch.feed]
    told = _tells_day(feed, prepared.header)
    last = cutoff(day_of(batch.received_at), feed, policy)
    timed = (batch.item in JUDGED or feed.lateness is not None) and (told or last is not None)
    BatchMarks.objects.update_or_create(
        batch=batch,
        defaults={
            "timed": timed,
            "cutoff": last if timed and not told else None,
            "late": _flagged(rows, (LATE_CODE,)),
            "irregular": _flagged(rows, IRREGULAR),
            "doubtful": _flagged(rows, DOUBTFUL),
            "places": _places(rows),
            "counted_at": None,
        },
    )


def cutoff(received_on: date, feed: Feed, policy: Policy) -> date | None:
    """The last day of decision that is too late for what is received on a day; None while the term is to be
    confirmed, for then nothing is late."""
    known = policy.parameter("quality.late_workdays", on=received_on).value
    term = feed.lateness.workdays if feed.lateness else known
    if term is None:
        return None
    day, passed = received_on, 0
    while passed <= term:
        passed += policy.calendar.is_workday(day)
        day -= timedelta(days=1)
    return day


def _tells_day(feed: Feed, header: Iterable[str]) -> bool:
    """Whether the file has the column by which intake judged each row."""
    if feed.lateness is None or Target.REPORTED_ON not in feed.columns:
        return False
    labels = reading(feed)
    return any(labels.get(normal_header(name)) == LABELS[Target.REPORTED_ON] for name in header)


def _flagged(rows: pa.Table, codes: Iterable[str]) -> list[int]:
    pattern = "|".join(codes)
    found: list[int] = rows.filter(pc.match_substring_regex(rows["flags"], pattern))["row_no"].to_pylist()
    return found


def _places(rows: pa.Table) -> dict[str, int]:
    """Rows by the division in the code; empty where there is no code."""
    places = pc.fill_null(pc.utf8_slice_codeunits(rows["code"], 2, 8), "")
    return {entry["values"].as_py(): entry["counts"].as_py() for entry in pc.value_counts(places)}


@dataclass(frozen=True, slots=True)
class Named:
    """Who is named for correction: the share of late rows lies above the threshold."""

    key: str
    tally: Tally


def named_for_lateness(tallies: Iterable[tuple[str, Tally]], *, policy: Policy, today: date) -> list[Named]:
    """Of departments or counties those above the alert of policy (``late_alert_per_mille``), worst first."""
    threshold = policy.parameter("quality.late_alert_per_mille", on=today).value
    if threshold is None:
        return []
    found = [Named(key, tally) for key, tally in tallies if tally.lateness.above(threshold)]
    return sorted(found, key=lambda one: -(one.tally.lateness.per_mille or 0))


def late_batches(scope: Scope) -> QuerySet[Batch]:
    """The deliveries with late rows."""
    late = scope.counts().filter(late__gt=0)
    return Batch.objects.filter(pk__in=late.values("batch"))


def late_records(batches: Collection[int], *, divisions: Collection[str] | None = None) -> QuerySet[Record]:
    """Late records of some deliveries: marked at intake, or decided on or before the cutoff of their batch."""
    marked = RawSQL('"store_record"."row_no" = ANY("store_batchmarks"."late")', [])
    found = (
        Record.objects.filter(batch__in=list(batches), batch__marks__timed=True, record_key=F("id"))
        .annotate(marked=ExpressionWrapper(marked, output_field=BooleanField()))
        .filter(Q(marked=True) | Q(decided_on__lte=F("batch__marks__cutoff")))
        .select_related("batch", "subject", "detail")
    )
    if divisions is None:
        return found
    return found.alias(division=Coalesce(Substr("subject__code", 3, 6), Value(""))).filter(
        division__in=list(divisions)
    )
