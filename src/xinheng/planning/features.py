"""What a points table may look at, each as one number or word for a visit, known before a day.

Three families: the enterprise's own visits before; how visits went before in the same area or kind; and what the
table says of the visit itself. Each looks only at days before the cutoff, which is the day of the visit or an
earlier day on which the history ended.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np

from xinheng.planning.past import Known, Past
from xinheng.planning.visits import Floats, Ints, Visits

ENTITY_HALF_LIVES = (0, 1095, 365, 120)
GROUP_HALF_LIVES = (0, 365)
ENTITY_WEIGHT, GROUP_WEIGHT = 2.0, 20.0
"""As if by so many visits more a rate is drawn to the rate of all: few visits say little."""


class Kind(StrEnum):
    """What is looked at. LEVEL and MONTH are words, all others numbers."""

    RATE = "rate"
    FAILURES = "failures"
    VISITS = "visits"
    LAST = "last"
    SINCE_VISIT = "since_visit"
    SINCE_FAILURE = "since_failure"
    CLEAN = "clean"
    KNOWN_FOR = "known_for"
    GROUP_RATE = "group_rate"
    OWN_KIND_RATE = "own_kind_rate"
    LEVEL = "level"
    NUMBER = "number"
    AGE = "age"
    MONTH = "month"

    @property
    def worded(self) -> bool:
        return self in (Kind.LEVEL, Kind.MONTH)


@dataclass(frozen=True, slots=True)
class Feature:
    """``column`` is empty where only the enterprise's own visits count. ``half_life`` in days, 0 for none."""

    kind: Kind
    column: str = ""
    half_life: int = 0

    @property
    def title(self) -> str:
        return _TITLES[self.kind].format(column=self.column, fading=_fading(self.half_life))


_TITLES = {
    Kind.RATE: "该主体此前的不合格率{fading}",
    Kind.FAILURES: "该主体此前不合格次数",
    Kind.VISITS: "该主体此前被检查的次数",
    Kind.LAST: "该主体上一次检查的结果与间隔",
    Kind.SINCE_VISIT: "距该主体上一次检查的天数",
    Kind.SINCE_FAILURE: "距该主体上一次不合格的天数",
    Kind.CLEAN: "该主体连续合格的次数",
    Kind.KNOWN_FOR: "距该主体第一次检查的天数",
    Kind.GROUP_RATE: "“{column}”相同者此前的不合格率{fading}",
    Kind.OWN_KIND_RATE: "该主体在“{column}”相同的检查中此前的不合格率",
    Kind.LEVEL: "{column}",
    Kind.NUMBER: "{column}",
    Kind.AGE: "“{column}”距检查日的天数",
    Kind.MONTH: "检查月份",
}


def _fading(half_life: int) -> str:
    return f"（每{half_life}天影响减半）" if half_life else ""


class History:
    """A history with what is asked of it again and again. ``base``: failures per visit in all of it."""

    def __init__(self, visits: Visits, *, base: float) -> None:
        self.visits, self.base = visits, base
        self._codes: dict[str, dict[str, int]] = {}
        self._keys: dict[str, Ints] = {}
        self._past: dict[tuple[str, str], Past] = {}

    def keys(self, column: str, cells: Sequence[str] | None = None) -> Ints:
        """Numbers of the cells (of the history itself where none are given); −1 for what the history never saw."""
        own = self.visits.columns[column] if column else self.visits.entities
        if column not in self._codes:
            codes: dict[str, int] = {}
            found = [codes.setdefault(cell, len(codes)) for cell in own]
            self._codes[column], self._keys[column] = codes, np.array(found, dtype=np.int64)
        if cells is None:
            return self._keys[column]
        codes = self._codes[column]
        return np.array([codes.get(cell, -1) for cell in cells], dtype=np.int64)

    def known(self, asked: Visits, cutoffs: Ints, *, column: str = "", own: bool = False) -> Known:
        """Of the enterprise, of a column's cell, or (``own``) of the enterprise among visits with the same cell."""
        name = (column, "own" if own else "")
        keys = self._joined(column, own, None)
        if name not in self._past:
            lives = GROUP_HALF_LIVES if column and not own else ENTITY_HALF_LIVES if not own else (0,)
            self._past[name] = Past(keys, self.visits.days, self.visits.results, half_lives=lives)
        mine = asked is self.visits
        return self._past[name].at(keys if mine else self._joined(column, own, asked), cutoffs)

    def _joined(self, column: str, own: bool, asked: Visits | None) -> Ints:
        cells = None if asked is None else asked.columns[column] if column else asked.entities
        keys = self.keys(column, cells)
        if not own:
            return keys
        entities = self.keys("", None if asked is None else asked.entities)
        joined = entities * (len(self._codes[column]) + 1) + keys
        return np.where((keys < 0) | (entities < 0), -1, joined)


def numbers_of(feature: Feature, asked: Visits, cutoffs: Ints, history: History) -> Floats:
    """One number a visit, NaN where nothing is known. For worded kinds see ``words_of``."""
    kind, column = feature.kind, feature.column
    if kind is Kind.NUMBER:
        return parsed_numbers(asked.columns[column])
    if kind is Kind.AGE:
        return asked.days - parsed_days(asked.columns[column])
    if kind is Kind.GROUP_RATE:
        known = history.known(asked, cutoffs, column=column)
        return known.rate(asked.days, half_life=feature.half_life, base=history.base, weight=GROUP_WEIGHT)
    if kind is Kind.OWN_KIND_RATE:
        known = history.known(asked, cutoffs, column=column, own=True)
        return known.rate(asked.days, half_life=0, base=history.base, weight=ENTITY_WEIGHT)
    return _own(feature, asked, cutoffs, history)


def _own(feature: Feature, asked: Visits, cutoffs: Ints, history: History) -> Floats:
    known = history.known(asked, cutoffs)
    match feature.kind:
        case Kind.RATE:
            return known.rate(
                asked.days, half_life=feature.half_life, base=history.base, weight=ENTITY_WEIGHT
            )
        case Kind.FAILURES:
            return known.failures()
        case Kind.VISITS:
            return known.visits()
        case Kind.SINCE_VISIT:
            return known.days_since(asked.days)
        case Kind.SINCE_FAILURE:
            return known.days_since_failure(asked.days)
        case Kind.CLEAN:
            return known.clean_since_failure()
        case Kind.KNOWN_FOR:
            return known.days_since_first(asked.days)
        case Kind.LAST:
            since = known.days_since(asked.days)
            return np.where(known.last_failed() > 0, -since, since)
        case _:
            raise AssertionError(feature.kind)


def words_of(feature: Feature, asked: Visits) -> Sequence[str]:
    """The word of each visit for a worded kind."""
    if feature.kind is Kind.MONTH:
        return [str(date.fromordinal(int(day)).month) for day in asked.days]
    return asked.columns[feature.column]


def parsed_numbers(cells: Sequence[str]) -> Floats:
    """NaN for blank and for what is no finite number."""
    seen: dict[str, float] = {}
    return np.array([seen[cell] if cell in seen else seen.setdefault(cell, _number(cell)) for cell in cells])


def _number(cell: str) -> float:
    try:
        value = float(cell.replace(",", ""))
    except ValueError:
        return np.nan
    return value if np.isfinite(value) else np.nan


def parsed_days(cells: Sequence[str]) -> Floats:
    """Ordinals of ISO days, with or without a time; NaN for anything else."""
    seen: dict[str, float] = {}
    return np.array([seen[cell] if cell in seen else seen.setdefault(cell, _day(cell)) for cell in cells])


def _day(cell: str) -> float:
    try:
        return date.fromisoformat(cell[:10].replace("/", "-")).toordinal()
    except ValueError:
        return np.nan


Values = Mapping[Feature, Floats | Sequence[str]]


def values_of(features: Sequence[Feature], asked: Visits, cutoffs: Ints, history: History) -> Values:
    """All features of all visits."""
    return {
        one: words_of(one, asked) if one.kind.worded else numbers_of(one, asked, cutoffs, history)
        for one in features
    }
