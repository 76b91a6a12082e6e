"""Figures of the city's collection: what should come and came, what was in order at once, what is late.

Serves the assessment of departments (归集覆盖率、及时率、合格率: 平政办〔2023〕7号, 宛政办〔2020〕17号). Every figure can be
followed to its batches; nothing is counted per natural person or per sole trader.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import connection
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Trim

from xinheng.core.feeds import ITEMS
from xinheng.core.parameters import Status
from xinheng.core.policy import Policy
from xinheng.core.publication import OPEN, OPENNESS
from xinheng.core.records import STANDING, Finality, Seriousness
from xinheng.services.publication import term_of
from xinheng.store.batches import Batch, BatchState, ReturnedRow, ReturnedState
from xinheng.store.organisations import Organisation
from xinheng.store.quality import BatchCount
from xinheng.store.records import Record, RecordDetail
from xinheng.store.scores import EvaluationRun

ANYBODY = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Half-open; None is open."""

    start: datetime | None = None
    end: datetime | None = None

    def batches(self, organisations: Iterable[int]) -> QuerySet[Batch]:
        """Loaded batches of the organisations that were received in the period."""
        found = Batch.objects.filter(state=BatchState.LOADED, organisation__in=list(organisations))
        if self.start is not None:
            found = found.filter(received_at__gte=self.start)
        return found if self.end is None else found.filter(received_at__lt=self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What one organisation delivered in a period. ``due`` and ``received`` are numbers of catalogue items; ``late``
    are rows reported after their term, of those of which it is known (``timed``; services.quality counts them)."""

    organisation: int
    due: frozenset[int] = frozenset()
    received: frozenset[int] = frozenset()
    batches: int = 0
    rows: int = 0
    accepted: int = 0
    duplicates: int = 0
    waiting: int = 0
    timed: int = 0
    late: int = 0
    problems: Mapping[str, int] = field(default_factory=dict)

    @property
    def in_order(self) -> int:
        """Rows that needed no second attempt: accepted at once or known already."""
        return self.accepted + self.duplicates


def delivered(
    organisations: Iterable[Organisation], *, period: Period, policy: Policy
) -> tuple[Delivered, ...]:
    """One entry an organisation, in the order given."""
    units = list(organisations)
    ids = [unit.pk for unit in units]
    batches = period.batches(ids)
    sums = {organisation: numbers for organisation, *numbers in _sums(batches)}
    received = _items(batches)
    ever = _items(Period().batches(ids))
    problems = _problems(ids, period)
    waiting, timed = _waiting(ids), _timed(ids, period)
    return tuple(
        Delivered(
            organisation=unit.pk,
            due=due_items(unit.key, policy) | ever[unit.pk],
            received=frozenset(received[unit.pk]),
            **dict(zip(_SUMMED, sums.get(unit.pk, (0, 0, 0, 0)), strict=True)),
            waiting=waiting.get(unit.pk, 0),
            timed=timed.get(unit.pk, (0, 0))[0],
            late=timed.get(unit.pk, (0, 0))[1],
            problems=problems[unit.pk],
        )
        for unit in units
    )


_SUMMED = ("batches", "rows", "accepted", "duplicates")


def _sums(batches: QuerySet[Batch]) -> Iterable[tuple[int, int, int, int, int]]:
    """Organisation, batches, rows, accepted, duplicates."""
    return batches.values_list("organisation").annotate(
        Count("pk"), Sum("rows"), Sum("accepted"), Sum("duplicates")
    )


def due_items(key: str, policy: Policy) -> frozenset[int]:
    """Numbers of the catalogue items for which the catalogue names this department; not those that anybody supplies."""
    agency = policy.agencies.agencies.get(key)
    if agency is None:
        return frozenset()
    sectors = set(agency.sectors)
    return frozenset(
        item.number
        for item in policy.catalogue.items.values()
        if ANYBODY not in item.providers and sectors & set(item.providers)
    )


def _items(batches: QuerySet[Batch]) -> defaultdict[int, set[int]]:
    found: defaultdict[int, set[int]] = defaultdict(set)
    for organisation, item in (
        batches.filter(item__isnull=False).values_list("organisation", "item").distinct()
    ):
        if item is not None:
            found[organisation].add(item)
    return found


_BY_CODE = """
SELECT b.organisation_id, p.key, sum(p.value::int)
FROM store_batch b, jsonb_each_text(b.report->'problems') p
WHERE b.state = 'loaded' AND b.organisation_id = ANY(%(organisations)s)
  AND (%(start)s::timestamptz IS NULL OR b.received_at >= %(start)s)
  AND (%(end)s::timestamptz IS NULL OR b.received_at < %(end)s)
GROUP BY 1, 2
"""


def _problems(organisations: list[int], period: Period) -> defaultdict[int, Counter[str]]:
    found: defaultdict[int, Counter[str]] = defaultdict(Counter)
    with connection.cursor() as cursor:
        cursor.execute(_BY_CODE, {"organisations": organisations, "start": period.start, "end": period.end})
        for organisation, code, number in cursor.fetchall():
            found[organisation][code] = int(number)
    return found


def _timed(organisations: list[int], period: Period) -> dict[int, tuple[int, int]]:
    """Rows whose lateness is known, and the late ones, by organisation."""
    counts = BatchCount.objects.filter(batch__state=BatchState.LOADED, batch__organisation__in=organisations)
    if period.start is not None:
        counts = counts.filter(batch__received_at__gte=period.start)
    if period.end is not None:
        counts = counts.filter(batch__received_at__lt=period.end)
    rows = counts.order_by().values_list("batch__organisation").annotate(Sum("timed"), Sum("late"))
    return {organisation: (timed, late) for organisation, timed, late in rows}


def _waiting(organisations: list[int]) -> dict[int, int]:
    waiting = ReturnedRow.objects.filter(state=ReturnedState.WAITING, batch__organisation__in=organisations)
    return dict(waiting.values_list("batch__organisation").annotate(number=Count("pk")))


@dataclass(frozen=True, slots=True)
class Overdue:
    """Records that should be public by law and are not, of one batch."""

    batch: Batch
    records: int
    due_on: date


def overdue_publications(organisations: Iterable[int], *, policy: Policy, today: date) -> tuple[Overdue, ...]:
    """Batches with records past the day on which they were due to be public, earliest first."""
    batches = {batch.pk: batch for batch in unreviewed(organisations, policy=policy, today=today)}
    late: Counter[int] = Counter()
    first: dict[int, date] = {}
    for batch, due, number in publication_days(batches, policy=policy, today=today):
        if due < today:
            late[batch] += number
            first[batch] = min(due, first.get(batch, due))
    found = [Overdue(batches[pk], number, first[pk]) for pk, number in late.items()]
    return tuple(sorted(found, key=lambda one: (one.due_on, one.batch.pk)))


def unreviewed(organisations: Iterable[int], *, policy: Policy, today: date) -> QuerySet[Batch]:
    """Loaded batches of kinds of act with a term of publication that nobody has reviewed yet."""
    return (
        Batch.objects.filter(
            state=BatchState.LOADED,
            published_at__isnull=True,
            organisation__in=list(organisations),
            item__in=acts_with_term(policy, today=today),
        )
        .select_related("organisation")
        .order_by("pk")
    )


def acts_with_term(policy: Policy, *, today: date) -> list[int]:
    """Numbers of the items whose acts must be public within a known term."""
    return [
        ITEMS[act.item]
        for key, act in policy.acts.acts.items()
        if any(clock.status is Status.KNOWN for clock in policy.act_clocks(key, on=today))
    ]


_CLOSED = (
    RecordDetail.objects.alias(openness=Trim(KT(f"fields__{OPENNESS}")))
    .filter(record=OuterRef("pk"))
    .exclude(openness__in=("", *OPEN))
    .exclude(openness=None)
)
"""The words of a record whose provider does not open it to everybody (core.publication)."""


def publication_days(
    batches: Iterable[int], *, policy: Policy, today: date
) -> Iterable[tuple[int, date, int]]:
    """(batch, day due, records) for what of these batches may be public at all and has a day."""
    for batch, due_on, number in to_publish(batches, policy=policy, today=today):
        if due_on is not None:
            yield batch, due_on, number


def to_publish(
    batches: Iterable[int], *, policy: Policy, today: date
) -> Iterable[tuple[int, date | None, int]]:
    """The same with what has no day, because no text sets one."""
    asking = [entry.number for entry in policy.catalogue.items.values() if OPENNESS in entry.fields]
    of_persons = [number for number in ITEMS.values() if policy.kept_from_traders(number)]
    rows = (
        Record.objects.filter(batch__in=list(batches), known_until__isnull=True, state__in=list(STANDING))
        .exclude(finality=Finality.REVOKED)
        .exclude(Q(item__in=asking) & Exists(_CLOSED))
        .exclude(item__in=of_persons, subject__kind="sole_trader")
        .order_by()
        .values_list("batch", "item", "seriousness", "decided_on")
        .annotate(number=Count("pk"))
    )
    for batch, item, seriousness, decided_on, number in rows:
        term = term_of(
            policy, item=item, seriousness=Seriousness(seriousness), decided_on=decided_on, today=today
        )
        if term is not None and batch is not None:
            yield batch, term.due_on, number


@dataclass(frozen=True, slots=True)
class Distribution:
    """Grades of the run in force of a model, and of the run before where there was one."""

    run: EvaluationRun
    counts: Mapping[str, int]
    before: Mapping[str, int] | None


def distribution(model: str) -> Distribution | None:
    """None where the model has not been run."""
    runs = EvaluationRun.objects.filter(model=model).order_by("-pk")
    run = runs.filter(current=True).first()
    if run is None:
        return None
    earlier = runs.filter(pk__lt=run.full.pk, published=run.published, base__isnull=True).first()
    return Distribution(run, run.distribution, earlier.distribution if earlier else None)


def current_runs() -> list[EvaluationRun]:
    """The runs in force, published ones first."""
    return list(EvaluationRun.objects.filter(current=True).order_by("-published", "model"))


def last_received(organisations: Iterable[int]) -> dict[tuple[int, int], datetime]:
    """The last loaded delivery by organisation and item."""
    rows = (
        Batch.objects.filter(
            Q(item__isnull=False), state=BatchState.LOADED, organisation__in=list(organisations)
        )
        .values_list("organisation", "item")
        .annotate(last=Max("received_at"))
    )
    return {(organisation, item): last for organisation, item, last in rows if item is not None}
