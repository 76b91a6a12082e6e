"""Counts what departments delivered, and reads the rates and scores of departments, counties, items and feeds.

Counting follows loading: each batch is counted once, and again when one of its rows was decided or came again. Figures
are of the period in which a batch was received; every one leads to its rows (平政办〔2023〕7号 on the assessment).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from xinheng.core.feeds import ITEMS
from xinheng.core.policy import Policy
from xinheng.core.quality_score import (
    Dimension,
    Lateness,
    Rate,
    Sample,
    Score,
    Tally,
    lateness_of,
    score_of,
    total,
)
from xinheng.core.refusal import Refusal
from xinheng.services import quality_sql as sql
from xinheng.services.batches import number_of
from xinheng.services.ledger import note
from xinheng.services.loading import take_statistics
from xinheng.services.statements import withdraw_overtaken
from xinheng.services.statistics import Period
from xinheng.services.time import SHANGHAI, day_of
from xinheng.store import locks
from xinheng.store.accounts import User
from xinheng.store.batches import Batch, ReturnedRow, ReturnedState
from xinheng.store.organisations import Organisation
from xinheng.store.quality import BatchCount, SpotCheck, SpotFinding

MOST_BATCHES = 200
_CAME_AGAIN = "报送单位已在批次 {} 中更正重报"
_COLUMNS = tuple(one.name for one in fields(Tally))


@transaction.atomic
def count_batches(*, now: datetime, most_rows: int | None = None) -> int:
    """Count what has been loaded or decided since; returns how many batches.

    ``most_rows`` takes only what was just loaded and leaves larger work to the worker, so that no page waits for it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [locks.COUNTER])
        if not cursor.fetchone()[0]:
            return 0
        if most_rows is None:
            cursor.execute(sql.UNCOUNTED)
        else:
            cursor.execute(sql.FRESH, {"most": MOST_BATCHES})
        waiting = cursor.fetchall()
        if most_rows is not None and not waiting:
            return 0
        chosen = _within(waiting, most_rows)
        fresh = [pk for pk, _, is_fresh in waiting if is_fresh and pk in chosen]
        if fresh:
            take_statistics(cursor, sum(rows for pk, rows, _ in waiting if pk in chosen))
            cursor.execute(sql.COME_AGAIN, {"batches": fresh, "now": now})
            again = _settle(cursor.fetchall(), now=now)
            _find_conflicts(cursor, fresh, now=now)
            chosen |= again
        if chosen:
            given: dict[str, Any] = {"batches": sorted(chosen), "now": now}
            for statement in (sql.MARKED, sql.FORGET, sql.COUNT, sql.REPEATED, sql.COUNTED):
                cursor.execute(statement, given)
        cursor.execute(sql.MOOT, {"now": now})
    if fresh:
        withdraw_overtaken(fresh, now=now)
    return len(chosen)


def _within(waiting: Iterable[tuple[int, int, bool]], most_rows: int | None) -> set[int]:
    chosen: set[int] = set()
    rows = 0
    for pk, size, _ in waiting:
        rows += size
        if most_rows is not None and rows > most_rows:
            break
        chosen.add(pk)
    return chosen


def _settle(found: list[tuple[int, int]], *, now: datetime) -> set[int]:
    """Rows that came again in order need no decision any more; returns the batches of their first attempts."""
    by_batch: dict[int, list[int]] = defaultdict(list)
    for row, sent_in in found:
        by_batch[sent_in].append(row)
    for batch in Batch.objects.filter(pk__in=by_batch):
        waiting = ReturnedRow.objects.filter(pk__in=by_batch[batch.pk], state=ReturnedState.WAITING)
        waiting.update(
            state=ReturnedState.RETURNED, decided_at=now, reason=_CAME_AGAIN.format(number_of(batch))
        )
    rows = [row for row, _ in found]
    return set(ReturnedRow.objects.filter(pk__in=rows).values_list("batch", flat=True))


def _find_conflicts(cursor: Any, batches: list[int], *, now: datetime) -> None:
    given = {"batches": batches, "now": now, "registration": ITEMS["registration"]}
    for statement in (sql.SAME_ACT, sql.SAME_DOCUMENT, sql.OTHER_CODE, sql.OTHER_STATUS):
        cursor.execute(statement, given)


@transaction.atomic
def count_subjects(*, now: datetime) -> int:
    """Count subjects by place and kind, and those that each item covers; returns how many lines."""
    with connection.cursor() as cursor:
        cursor.execute(sql.FORGET_SUBJECTS)
        cursor.execute(sql.COUNT_SUBJECTS, {"now": now})
        return int(cursor.rowcount)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which deliveries are meant: of these organisations, in this period, perhaps of one item, feed or place."""

    organisations: frozenset[int]
    period: Period = field(default_factory=Period)
    item: int | None = None
    feed: str = ""
    divisions: frozenset[str] | None = None

    def batches(self) -> QuerySet[Batch]:
        found = self.period.batches(self.organisations)
        if self.item is not None:
            found = found.filter(item=self.item)
        return found.filter(feed=self.feed) if self.feed else found

    def counts(self) -> QuerySet[BatchCount]:
        counts = BatchCount.objects.filter(
            batch__state="loaded", batch__organisation__in=list(self.organisations)
        )
        if self.period.start is not None:
            counts = counts.filter(batch__received_at__gte=self.period.start)
        if self.period.end is not None:
            counts = counts.filter(batch__received_at__lt=self.period.end)
        if self.item is not None:
            counts = counts.filter(batch__item=self.item)
        if self.feed:
            counts = counts.filter(batch__feed=self.feed)
        return counts if self.divisions is None else counts.filter(division__in=list(self.divisions))


@dataclass(frozen=True, slots=True)
class Group:
    """Deliveries of one organisation, item, feed and place, summed."""

    organisation: int
    item: int
    feed: str
    division: str
    tally: Tally


def groups(scope: Scope) -> tuple[Group, ...]:
    """The finest sums; whoever asks adds them up by what is wanted."""
    rows = (
        scope.counts()
        .order_by()
        .values_list("batch__organisation", "batch__item", "batch__feed", "division")
        .annotate(**{f"sum_{name}": Sum(name) for name in _COLUMNS})
    )
    return tuple(
        Group(organisation, item or 0, feed, division, Tally(**dict(zip(_COLUMNS, numbers, strict=True))))
        for organisation, item, feed, division, *numbers in rows
    )


@dataclass(frozen=True, slots=True)
class Problem:
    """Rows that did not enter and have this defect; ``mended``: those that came again or that a person adopted."""

    code: str
    rows: int
    mended: int


def problems_in(scope: Scope) -> list[Problem]:
    """The distribution of defects over the deliveries, the most frequent first; a row with two counts under both."""
    batches = list(scope.batches().values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(sql.PROBLEMS, [batches])
        return [Problem(*row) for row in cursor.fetchall()]


def by_month(scope: Scope) -> dict[date, Tally]:
    """Tallies by the first day of the month in China in which deliveries were received."""
    rows = (
        scope.counts()
        .annotate(month=TruncMonth("batch__received_at", tzinfo=SHANGHAI))
        .order_by()
        .values_list("month")
        .annotate(**{f"sum_{name}": Sum(name) for name in _COLUMNS})
    )
    return {month.date(): Tally(**dict(zip(_COLUMNS, numbers, strict=True))) for month, *numbers in rows}


def summed(found: Iterable[Group], key: Callable[[Group], Any]) -> dict[Any, Tally]:
    """Tallies by whatever ``key`` reads from a group."""
    sums: defaultdict[Any, Tally] = defaultdict(Tally)
    for group in found:
        sums[key(group)] += group.tally
    return dict(sums)


def lateness(found: Iterable[Group]) -> Lateness:
    """迟报率, together and apart for permits and penalties."""
    return lateness_of(summed(found, lambda group: group.item))


def whole(found: Iterable[Group]) -> Tally:
    return total(group.tally for group in found)


def samples(organisations: Iterable[int], *, since: date | None, until: date | None) -> dict[int, Sample]:
    """What look-ups at the source found, by organisation, in a half-open period of days."""
    checks = SpotCheck.objects.filter(organisation__in=list(organisations))
    if since is not None:
        checks = checks.filter(checked_on__gte=since)
    if until is not None:
        checks = checks.filter(checked_on__lt=until)
    sampled = dict(checks.order_by().values_list("organisation").annotate(Sum("sampled")))
    found = (
        SpotFinding.objects.filter(check_made__in=checks)
        .order_by()
        .values_list("check_made__organisation")
        .annotate(
            concealed=Count("pk", filter=Q(kind="concealed")),
            wrong=Count("pk", filter=Q(kind="wrong")),
        )
    )
    sums = {organisation: Sample(number) for organisation, number in sampled.items()}
    for organisation, concealed, wrong in found:
        sums[organisation] += Sample(0, concealed, wrong)
    return sums


def weights(policy: Policy, *, on: date) -> dict[Dimension, int]:
    """What each dimension weighs, in per mille, by policy."""
    return {
        dimension: policy.parameter(f"quality.weight_{dimension}", on=on).required()
        for dimension in Dimension
    }


def scores(
    tallies: Mapping[str, Tally], covered: Mapping[str, Rate], *, policy: Policy, on: date
) -> dict[str, Score]:
    """The score of seven dimensions by the key of a department or county."""
    weighed = weights(policy, on=on)
    keys = dict.fromkeys([*tallies, *covered])
    return {
        key: score_of(tallies.get(key, Tally()), covered.get(key, Rate(0, 0)), weights=weighed)
        for key in keys
    }


@transaction.atomic
def enter_check(
    organisation: Organisation,
    *,
    item: int,
    checked_on: date,
    place: str,
    sampled: int,
    findings: Mapping[str, Iterable[str]],
    actor: User,
    now: datetime,
) -> SpotCheck:
    """Enter a look-up at the source. ``findings``: document numbers by kind. Refusals: Q21 more findings than rows
    looked up, Q22 one number twice, Q23 a day to come."""
    found = [
        (kind, number.strip()) for kind, numbers in findings.items() for number in numbers if number.strip()
    ]
    if checked_on > day_of(now):
        raise Refusal("Q23", "核对日期不能晚于今天。", advice="请改正核对日期。")
    if len(found) > sampled:
        raise Refusal("Q21", "有问题的行多于抽查的行。", advice="请核对抽查行数。")
    if len({number for _, number in found}) < len(found):
        raise Refusal("Q22", "同一文书号写了两次。", advice="每个文书号只写一次：或应报未报，或报送有误。")
    check = SpotCheck.objects.create(
        organisation=organisation,
        item=item,
        checked_on=checked_on,
        place=place.strip()[:200],
        sampled=sampled,
        checked_by=actor,
        entered_at=now,
    )
    SpotFinding.objects.bulk_create(
        SpotFinding(check_made=check, kind=kind, document_no=number[:200]) for kind, number in found
    )
    payload = {"sampled": sampled, "findings": found}
    note("spot_check.entered", now=now, actor=actor, object=f"check:{check.public_id}", payload=payload)
    return check
