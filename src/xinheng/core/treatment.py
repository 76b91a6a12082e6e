"""Whether a recorded fact weighs in an evaluation at all: by rule of law, never by choice of a model's author.

Disputed, shielded, repaired, withdrawn, revoked and ended records, and penalties that are not final, are judged
here for every model alike (《河南省社会信用条例》第十九、二十、四十一条;《信用修复管理办法》国家发展改革委令第36号).
Figures come from ``policy/models/treatment.yml`` and from the terms of publication that it names, so that a record
weighs no longer than it may be published; a province's own lines never serve another (G15).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool, StrictInt

from xinheng.core.canonical import digest_of
from xinheng.core.days import last_day_held
from xinheng.core.feeds import ITEMS
from xinheng.core.parameters import Series, Unit
from xinheng.core.policy_file import PolicyError, PolicyModel, parse, read_strict
from xinheng.core.records import Finality, RecordState
from xinheng.core.sources import NATION, Citation, Source, citation_causes


@dataclass(frozen=True, slots=True)
class Fact:
    """One record of one subject as it stands in a snapshot. Integers as in core.records, money in fen."""

    record_id: int
    item: int
    decided_on: date
    valid_to: date | None = None
    amount_fen: int | None = None
    headcount: int | None = None
    seriousness: int = 0
    finality: int = 0
    state: int = 1
    result: str = ""


MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

Terms = tuple[int, int, int, int]
"""Days by class of seriousness: none, minor, general, serious."""


@dataclass(frozen=True)
class Treatment:
    """The rules as they hold in one place on one day. Items are catalogue numbers.

    ``longest_days``: items with a term by class of seriousness; from that age on a record weighs no more. Other
    items weigh up to ``otherwise_days``, those of ``until_removed`` as long as they are valid.
    ``presumed_final_days``: from that age on a decision of unstated finality is final; None, then it never is.
    """

    disputed_weighs: bool
    final_items: frozenset[int]
    presumed_final_days: int | None
    longest_days: tuple[tuple[int, Terms], ...]
    otherwise_days: int
    until_removed: frozenset[int]
    outlive_validity: frozenset[int]

    @cached_property
    def states(self) -> frozenset[int]:
        """States of a record in which it weighs."""
        standing = {RecordState.ACTIVE, RecordState.ANNOTATED}
        return frozenset(standing | {RecordState.DISPUTED} if self.disputed_weighs else standing)

    @cached_property
    def terms(self) -> dict[int, Terms]:
        return dict(self.longest_days)

    def longest(self, *, item: int, seriousness: int) -> int | None:
        """From which age a record weighs no more; None: as long as it is valid. A class that is none gives 0."""
        if item in self.until_removed:
            return None
        terms = self.terms.get(item)
        if terms is None:
            return self.otherwise_days
        return terms[seriousness] if 0 <= seriousness < len(terms) else 0

    @cached_property
    def digest(self) -> str:
        return digest_of(
            {
                "disputed_weighs": self.disputed_weighs,
                "final_items": sorted(self.final_items),
                "presumed_final_days": self.presumed_final_days,
                "longest_days": [[item, *terms] for item, terms in self.longest_days],
                "otherwise_days": self.otherwise_days,
                "until_removed": sorted(self.until_removed),
                "outlive_validity": sorted(self.outlive_validity),
            }
        )


FINAL = frozenset({Finality.UPHELD, Finality.FINAL})
"""Stated to be final."""
OPEN = frozenset({Finality.UNKNOWN, Finality.WITHIN_TERM})
"""Nobody has said that the decision is contested; it becomes final by the passing of time."""


def weighing(treatment: Treatment, *, as_of: date) -> Callable[[Fact], bool]:
    """The predicate for one day: rules looked up once, asked for every fact."""
    states, ended = treatment.states, treatment.outlive_validity
    final_items, presumed = treatment.final_items, treatment.presumed_final_days

    def weighs(fact: Fact) -> bool:
        age = (as_of - fact.decided_on).days
        longest = treatment.longest(item=fact.item, seriousness=fact.seriousness)
        if age < 0 or (longest is not None and age >= longest):
            return False
        if fact.state not in states or fact.finality == Finality.REVOKED:
            return False
        if fact.valid_to is not None and fact.valid_to <= as_of and fact.item not in ended:
            return False
        if fact.item not in final_items or fact.finality in FINAL:
            return True
        return fact.finality in OPEN and presumed is not None and age >= presumed

    return weighs


def why_not(fact: Fact, *, treatment: Treatment, as_of: date) -> str:
    """The first rule, in words, by which a fact does not weigh; empty if it does."""
    age = (as_of - fact.decided_on).days
    if age < 0:
        return "作出日期在评价日之后"
    if fact.state not in treatment.states:
        return f"记录状态为{RecordState(fact.state).label}"
    if fact.finality == Finality.REVOKED:
        return "所依据的决定已被撤销"
    if fact.valid_to is not None and fact.valid_to <= as_of and fact.item not in treatment.outlive_validity:
        return f"有效期已于{last_day_held(fact.valid_to, began=fact.decided_on)}届满"
    longest = treatment.longest(item=fact.item, seriousness=fact.seriousness)
    if longest is not None and age >= longest:
        return "公示期满，移出评价窗口"
    if not weighing(treatment, as_of=as_of)(fact):
        return f"决定尚未终局（{Finality(fact.finality).label}），不作为评价依据"
    return ""


Item = Annotated[str, Field(pattern=r"^[a-z_]+$")]


class DayFigure(Citation):
    """A number of days with its source."""

    days: Annotated[StrictInt, Field(ge=0, le=36_500)] | None
    note: str = ""


class Disputed(Citation):
    weighs: StrictBool


class FinalityRule(Citation):
    """Items whose decisions weigh only once final."""

    items: tuple[Item, ...]
    presumed_after: DayFigure


class ParameterTerm(PolicyModel):
    """A term that stands in the policy already: key of a parameter in months or years."""

    parameter: Annotated[str, Field(pattern=r"^[a-z_]+\.[a-z_]+$")]
    note: str = ""


Term = DayFigure | ParameterTerm


class TermsRule(PolicyModel):
    """Terms by class of seriousness of the records of some items: as long as they may be published."""

    items: tuple[Item, ...] = Field(min_length=1)
    none: Term
    minor: Term
    general: Term
    serious: Term

    @property
    def terms(self) -> tuple[Term, Term, Term, Term]:
        return self.none, self.minor, self.general, self.serious


class Rules(PolicyModel):
    """One level of the file; a province states only what differs."""

    disputed: Disputed | None = None
    finality: FinalityRule | None = None
    longest: tuple[TermsRule, ...] = ()
    otherwise: DayFigure | None = None
    until_removed: tuple[Item, ...] = ()
    outlive_validity: tuple[Item, ...] = ()


class TreatmentFile(PolicyModel):
    format: Literal[1]
    nation: Rules
    provinces: dict[Annotated[str, Field(pattern=r"^[1-9][0-9]0000$")], Rules] = {}

    def on(self, day: date, *, parameters: Mapping[str, Series], province: str | None = None) -> Treatment:
        """The rules of a place on a day; ``parameters``: the figures of that place. Raises PolicyError without any."""
        own = self.provinces.get(province or "", Rules())
        nation = self.nation
        disputed = own.disputed or nation.disputed
        finality = own.finality or nation.finality
        longest = _terms(own.longest or nation.longest, parameters, day)
        otherwise = own.otherwise or nation.otherwise
        if disputed is None or longest is None or otherwise is None:
            raise PolicyError(
                [f"treatment.yml：{day}没有生效的记录处理规则；请补上 disputed、longest 和 otherwise"]
            )
        return Treatment(
            disputed_weighs=disputed.weighs,
            final_items=_numbers(finality.items if finality else ()),
            presumed_final_days=finality.presumed_after.days if finality else None,
            longest_days=longest,
            otherwise_days=otherwise.days or 0,
            until_removed=_numbers(own.until_removed or nation.until_removed),
            outlive_validity=_numbers(own.outlive_validity or nation.outlive_validity),
        )

    @property
    def parameters(self) -> tuple[tuple[str, str], ...]:
        """(place in the file, key) of every figure that is read from the policy's parameters."""
        levels = [
            ("nation", self.nation),
            *((f"provinces.{code}", own) for code, own in self.provinces.items()),
        ]
        return tuple(
            (f"{level}.longest.{'、'.join(rule.items)}", term.parameter)
            for level, rules in levels
            for rule in rules.longest
            for term in rule.terms
            if isinstance(term, ParameterTerm)
        )


def _numbers(items: tuple[str, ...]) -> frozenset[int]:
    unknown = [item for item in items if item not in ITEMS]
    if unknown:
        raise PolicyError([f"treatment.yml：目录中没有“{'、'.join(unknown)}”"])
    return frozenset(ITEMS[item] for item in items)


def _terms(
    rules: tuple[TermsRule, ...], parameters: Mapping[str, Series], day: date
) -> tuple[tuple[int, Terms], ...] | None:
    """None where no term is in force. An unknown figure lets nothing weigh: an adverse effect needs a known clock."""
    found: dict[int, Terms] = {}
    in_force = not rules
    for rule in rules:
        days = [_days(term, parameters, day) for term in rule.terms]
        named = [
            figure for term, figure in zip(rule.terms, days, strict=True) if isinstance(term, ParameterTerm)
        ]
        in_force = in_force or not named or any(figure is not None for figure in named)
        none, minor, general, serious = (figure or 0 for figure in days)
        for number in _numbers(rule.items):
            found[number] = (none, minor, general, serious)
    return tuple(sorted(found.items())) if in_force else None


def _days(term: Term, parameters: Mapping[str, Series], day: date) -> int | None:
    if isinstance(term, DayFigure):
        return term.days
    series = parameters.get(term.parameter)
    if series is None:
        raise PolicyError([f"treatment.yml：没有参数“{term.parameter}”"])
    reading = series.on(day)
    months = {Unit.MONTH: 1, Unit.YEAR: 12}.get(reading.unit)
    if months is None:
        raise PolicyError([f"treatment.yml：“{reading.title}”不是以月或年计的期限"])
    return None if reading.value is None else fewest_days(reading.value * months)


def fewest_days(months: int) -> int:
    """The days that so many months have at least, whatever day they begin on."""
    years, rest = divmod(months, 12)
    return years * 365 + min(
        sum(MONTH_DAYS[(first + more) % 12] for more in range(rest)) for first in range(12)
    )


def treatment_causes(file: TreatmentFile, *, sources: Mapping[str, Source]) -> list[tuple[str, str]]:
    """(place in the file, Chinese cause) for every citation that does not carry its rule."""
    levels: list[tuple[str, Rules, tuple[str, ...]]] = [("nation", file.nation, (NATION,))]
    levels += [(f"provinces.{code}", rules, (NATION, code)) for code, rules in file.provinces.items()]
    return [
        (f"{level}.{place}", cause)
        for level, rules, area in levels
        for place, citation in _citations(rules)
        for cause in citation_causes(citation, sources=sources, area=area)
    ]


def _citations(rules: Rules) -> Iterator[tuple[str, Citation]]:
    """(place, citation)"""
    if rules.disputed:
        yield "disputed", rules.disputed
    if rules.finality:
        yield "finality", rules.finality
        yield "finality.presumed_after", rules.finality.presumed_after
    if rules.otherwise:
        yield "otherwise", rules.otherwise
    for rule in rules.longest:
        for name, term in zip(("none", "minor", "general", "serious"), rule.terms, strict=True):
            if isinstance(term, DayFigure):
                yield f"longest.{'、'.join(rule.items)}.{name}", term


def parse_treatment(content: Any, *, file: Path | str) -> TreatmentFile:
    """Raises PolicyError, one Chinese line a mistake."""
    return parse(TreatmentFile, content, file=file)


def read_treatment(path: Path) -> TreatmentFile:
    return parse_treatment(read_strict(path), file=path)
