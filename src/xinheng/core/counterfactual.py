"""Which lawful ways lead to a better grade, and from which day: what ends by itself, and what may be repaired.

Every way is an evaluation by the reference on the day named; nothing is promised that an evaluation does not give,
and no right to repair is assumed that the caller, who knows policy, does not name (《信用修复管理办法》国家发展改革委令
第36号; 国办发〔2025〕22号). Counts on no new record.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from xinheng.core.evaluation import Evaluation, Evaluator, Fact
from xinheng.core.explanation import points_text
from xinheng.core.models import Measure, ScoringModel, Window
from xinheng.core.records import RecordState
from xinheng.core.treatment import Treatment

MOST_DAYS = 60
"""Days to come that are tried for one subject."""

MOST_REPAIRS = 12
"""Records whose repair is tried one by one."""

RepairDay = Callable[[Fact], date | None]
"""First day on which repair of a record may be applied for by policy; None where none is known."""


@dataclass(frozen=True, slots=True)
class Hint:
    """What the file gives on a later day if nothing is added to it."""

    on: date
    records: tuple[int, ...]
    points_milli: int
    grade: str | None
    better: bool
    sentence: str


class WayKind(StrEnum):
    """By the passing of time alone, or by repair of the records named."""

    TIME = "time"
    REPAIR = "repair"

    @property
    def label(self) -> str:
        return {"time": "到期自然变化", "repair": "信用修复"}[self.value]


@dataclass(frozen=True, slots=True)
class Way:
    """One way to a better grade: what must happen to which records, and what an evaluation on that day gives.

    ``repairs`` holds (record, first day on which repair may be applied for).
    """

    kind: WayKind
    on: date
    records: tuple[int, ...]
    repairs: tuple[tuple[int, date], ...]
    points_milli: int
    grade: str
    sentence: str


def next_grade_hints(
    model: ScoringModel, facts: Iterable[Fact], *, as_of: date, treatment: Treatment
) -> tuple[Hint, ...]:
    """Days on which a record that takes points or lowers the grade ceases to weigh, and what follows.

    A day on which points only fade is named where it lifts the grade. The first day with a better grade is marked
    ``better``; it is the last hint.
    """
    known = tuple(facts)
    evaluator = Evaluator(model, treatment=treatment)
    now = evaluator.evaluate(known, as_of=as_of)
    if now.grade is None:
        return ()
    leaving, fading = _changes(model, now, known, as_of=as_of, treatment=treatment)
    hints: list[Hint] = []
    for day in sorted({*leaving, *fading})[:MOST_DAYS]:
        then = evaluator.evaluate(known, as_of=day)
        better = _is_better(model, then, now)
        if day in leaving:
            hints.append(_hint(model, day, leaving[day], "移出评价窗口", then, better=better))
        elif better:
            hints.append(_hint(model, day, fading[day], "按时间衰减", then, better=better))
        if better:
            break
    return tuple(hints)


def ways_up(
    model: ScoringModel,
    facts: Iterable[Fact],
    *,
    as_of: date,
    treatment: Treatment,
    repair_from: RepairDay,
) -> tuple[Way, ...]:
    """The nearest ways to a better grade, the earliest first; empty where none is known or there is no grade.

    By time alone; by repair of one record; where no single repair suffices, by repair of several, none of which can
    be left out.
    """
    known = tuple(facts)
    evaluator = Evaluator(model, treatment=treatment)
    now = evaluator.evaluate(known, as_of=as_of)
    if now.grade is None or model.rank(now.grade) == 0:
        return ()
    leaving, fading = _changes(model, now, known, as_of=as_of, treatment=treatment)
    search = _Search(model, evaluator, known, now, as_of)
    ways = [way for way in (search.by_time(leaving, fading),) if way]
    adverse = {record for _, record in _adverse(model, now)}
    repairable = [
        (fact, max(as_of, day))
        for fact in known
        if fact.record_id in adverse and (day := repair_from(fact)) is not None
    ]
    repairable = sorted(repairable, key=lambda pair: (pair[1], pair[0].record_id))[:MOST_REPAIRS]
    single = [way for pair in repairable if (way := search.by_repair([pair]))]
    if not single and len(repairable) > 1:
        several = search.by_fewest(repairable)
        single = [several] if several else []
    by_itself = ways[0].on if ways else date.max
    ways += [way for way in single if way.on < by_itself]
    return tuple(sorted(ways, key=lambda way: (way.on, way.records)))


@dataclass(frozen=True, slots=True)
class _Search:
    model: ScoringModel
    evaluator: Evaluator
    facts: tuple[Fact, ...]
    now: Evaluation
    as_of: date

    def by_time(
        self, leaving: dict[date, tuple[int, ...]], fading: dict[date, tuple[int, ...]]
    ) -> Way | None:
        for day in sorted({*leaving, *fading})[:MOST_DAYS]:
            then = self.evaluator.evaluate(self.facts, as_of=day)
            if _is_better(self.model, then, self.now):
                records = leaving.get(day) or fading[day]
                verb = "移出评价窗口" if day in leaving else "按时间衰减"
                return self._way(WayKind.TIME, day, then, f"{_named(records)}将于 {day} {verb}", records)
        return None

    def by_repair(self, repairs: list[tuple[Fact, date]]) -> Way | None:
        """With these repaired, on the first day on which all of them may be applied for."""
        day = max(day for _, day in repairs)
        ids = frozenset(fact.record_id for fact, _ in repairs)
        then = self.evaluator.evaluate(_repaired(self.facts, ids), as_of=day)
        if not _is_better(self.model, then, self.now):
            return None
        words = "、".join(f"记录 {fact.record_id} 自 {first} 起" for fact, first in repairs)
        sentence = f"{words}可以依法申请信用修复；全部准予修复的"
        days = tuple((fact.record_id, first) for fact, first in repairs)
        return self._way(WayKind.REPAIR, day, then, sentence, tuple(sorted(ids)), days)

    def by_fewest(self, repairable: list[tuple[Fact, date]]) -> Way | None:
        """The earliest so many as suffice, then without those of them that are not needed."""
        for count in range(2, len(repairable) + 1):
            kept = repairable[:count]
            way = self.by_repair(kept)
            if way is not None:
                return self._shortened(kept, way)
        return None

    def _shortened(self, kept: list[tuple[Fact, date]], way: Way) -> Way:
        for pair in tuple(kept):
            fewer = [each for each in kept if each is not pair]
            shorter = self.by_repair(fewer)
            if shorter is not None:
                kept, way = fewer, shorter
        return way

    def _way(
        self,
        kind: WayKind,
        day: date,
        then: Evaluation,
        what: str,
        records: tuple[int, ...],
        repairs: tuple[tuple[int, date], ...] = (),
    ) -> Way:
        grade = then.grade or ""
        result = f"得分 {points_text(then.points_milli)}，等级 {grade} {self.model.label_of(grade)}"
        return Way(
            kind=kind,
            on=day,
            records=records,
            repairs=repairs,
            points_milli=then.points_milli,
            grade=grade,
            sentence=f"{what}，届时{result}（按现有记录推算）",
        )


def _repaired(facts: tuple[Fact, ...], ids: frozenset[int]) -> tuple[Fact, ...]:
    return tuple(
        replace(fact, state=int(RecordState.REPAIRED)) if fact.record_id in ids else fact for fact in facts
    )


def _is_better(model: ScoringModel, then: Evaluation, now: Evaluation) -> bool:
    if then.grade is None or now.grade is None:
        return False
    return model.rank(then.grade) < model.rank(now.grade)


def _named(records: tuple[int, ...]) -> str:
    return f"记录 {'、'.join(str(record) for record in records)} "


def _hint(
    model: ScoringModel, day: date, records: tuple[int, ...], what: str, then: Evaluation, *, better: bool
) -> Hint:
    grade = "暂不评级" if then.grade is None else f"等级 {then.grade} {model.label_of(then.grade)}"
    return Hint(
        on=day,
        records=records,
        points_milli=then.points_milli,
        grade=then.grade,
        better=better,
        sentence=(
            f"{_named(records)}将于 {day.isoformat()} {what}，"
            f"届时得分 {points_text(then.points_milli)}，{grade}（按现有记录推算）"
        ),
    )


Days = dict[date, tuple[int, ...]]


def _changes(
    model: ScoringModel, now: Evaluation, facts: tuple[Fact, ...], *, as_of: date, treatment: Treatment
) -> tuple[Days, Days]:
    """Days to come on which adverse records leave, and on which their points fade."""
    return (
        _leaving(model, now, facts, as_of=as_of, treatment=treatment),
        _fading(model, now, facts, as_of=as_of),
    )


def _leaving(
    model: ScoringModel, now: Evaluation, facts: tuple[Fact, ...], *, as_of: date, treatment: Treatment
) -> Days:
    """Records by the day on which each leaves the last adverse rule that uses it."""
    by_id = {fact.record_id: fact for fact in facts}
    ends: dict[int, date] = {}
    for window, record in _adverse(model, now):
        end = _end(by_id[record], window=window, treatment=treatment)
        if end is not None:
            ends[record] = max(end, ends.get(record, end))
    return _by_day((end, record) for record, end in ends.items() if end > as_of)


def _fading(model: ScoringModel, now: Evaluation, facts: tuple[Fact, ...], *, as_of: date) -> Days:
    """Records by the days to come on which a decay table or a band by age takes off some of what they cost."""
    by_id = {fact.record_id: fact for fact in facts}
    found: set[tuple[date, int]] = set()
    for indicator, contribution in zip(model.indicators, now.contributions, strict=True):
        if model.family_of[indicator.family].effect is not model.burden or not contribution.points_milli:
            continue
        ages = [step.from_day for step in indicator.decay.table] if indicator.decay else []
        if indicator.measure is Measure.DAYS_SINCE:
            ages = [step.start for step in indicator.bands]
        for record, _ in contribution.uses:
            days = (by_id[record].decided_on + timedelta(days=age) for age in ages)
            found.update((day, record) for day in days if day > as_of)
    return _by_day(found)


def _by_day(pairs: Iterable[tuple[date, int]]) -> Days:
    days: dict[date, list[int]] = {}
    for day, record in sorted(pairs):
        days.setdefault(day, []).append(record)
    return {day: tuple(records) for day, records in days.items()}


def _adverse(model: ScoringModel, now: Evaluation) -> Iterator[tuple[Window, int]]:
    """(window, record) of everything that made the result worse."""
    for indicator, contribution in zip(model.indicators, now.contributions, strict=True):
        if contribution.points_milli and model.family_of[indicator.family].effect is model.burden:
            records = {record for record, _ in contribution.uses}
            records.update(record for slot in contribution.slots for record in slot.records)
            yield from ((indicator, record) for record in sorted(records))
    rules = {rule.id: rule for rule in model.rules}
    for triggered in now.vetoes:
        yield from ((rules[triggered.ceiling], record) for record in triggered.records)
    for lowered in now.downgrades:
        yield from ((rules[lowered.downgrade], record) for record in lowered.records)
    if now.start is not None and _lowers(model, now.start.switch):
        yield from ((rules[now.start.switch], record) for record in now.start.records)


def _lowers(model: ScoringModel, key: str) -> bool:
    """Whether a switch starts at a worse point than the model does."""
    points = next(switch.points for switch in model.starts if switch.id == key)
    return points < model.scale.start if model.scale.rises else points > model.scale.start


def _end(fact: Fact, *, window: Window, treatment: Treatment) -> date | None:
    """The first day on which the fact no longer weighs in a window; None if no day is known."""
    longest = treatment.longest(item=fact.item, seriousness=fact.seriousness)
    ends = [
        fact.decided_on + timedelta(days=days) for days in (window.window_days, longest) if days is not None
    ]
    if window.calendar_years is not None:
        ends.append(date(fact.decided_on.year + window.calendar_years[0] + 1, 1, 1))
    if fact.valid_to is not None and fact.item not in treatment.outlive_validity:
        ends.append(fact.valid_to)
    return min(ends, default=None)
