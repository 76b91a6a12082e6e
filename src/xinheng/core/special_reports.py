"""Composes the special report (专项信用报告) of what this platform holds: chosen fields, a chosen period, four kinds of facts.

The report that replaces a certificate of no offences is the province's (发改财金〔2025〕565号; legal guard G10): this one says
that it covers this platform alone, what was delivered to it and until when, and certifies nothing. Minor failings, which
no page shows, stand in it, for it goes to the subject alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from xinheng.core.catalogue import Item, item_code
from xinheng.core.days import add_months
from xinheng.core.policy import Policy
from xinheng.core.records import STANDING, Finality, Seriousness
from xinheng.core.refusal import Refusal
from xinheng.core.report_rules import SPECIAL, Information
from xinheng.core.reports import About, Dated, Fact, Head, Report, Section, line_of, runs, section_of

YEARS = "reports.substitute_years"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """``fields``: widest sectors, none for all of them; both days included."""

    fields: tuple[str, ...]
    from_on: date
    until_on: date

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """As ``kept`` gave it."""
        return cls(
            fields=tuple(kept["fields"]),
            from_on=date.fromisoformat(kept["from_on"]),
            until_on=date.fromisoformat(kept["until_on"]),
        )

    @property
    def kept(self) -> dict[str, Any]:
        """As it is kept beside a report."""
        return {
            "fields": list(self.fields),
            "from_on": self.from_on.isoformat(),
            "until_on": self.until_on.isoformat(),
        }

    def covers(self, fact: Fact) -> bool:
        """Whether it was decided in the period, in one of the fields. What nobody can place is in none but all of them."""
        if fact.decided_on is None or not self.from_on <= fact.decided_on <= self.until_on:
            return False
        return not self.fields or bool(fact.sectors & set(self.fields))


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of a field: names of the units that answer for it, and the last day on which one of them delivered such facts."""

    field: str
    units: tuple[str, ...]
    delivered_on: date | None


def fields_of(policy: Policy) -> dict[str, str]:
    """Sectors to choose from: the widest ones for which a unit of the city answers."""
    held = {widest(key, policy) for key in policy.agencies.sectors_in_charge()}
    return {key: one.title for key, one in policy.sectors.sectors.items() if key in held}


def chosen_of(scope: Scope, policy: Policy) -> dict[str, str]:
    """The sectors of a scope, by key, in the order in which they are offered."""
    return {key: title for key, title in fields_of(policy).items() if not scope.fields or key in scope.fields}


def widest(sector: str, policy: Policy) -> str:
    """The sector within which it lies, over all."""
    while (wider := policy.sectors.sectors[sector].within) is not None:
        sector = wider
    return sector


def check_scope(scope: Scope, *, policy: Policy, on: date) -> None:
    """Refusals BG10 fields that are none, BG11 a period that is none, or lies ahead, or reaches back too far."""
    if set(scope.fields) - set(fields_of(policy)):
        raise Refusal("BG10", "没有这个领域。", advice="请从列出的领域中选择。")
    if scope.from_on > scope.until_on or scope.until_on > on:
        raise Refusal("BG11", "时段的起止日期不对。", advice="起始日不晚于截止日，截止日不晚于今天。")
    longest = policy.parameter(YEARS, on=on)
    earliest = add_months(scope.until_on, -12 * longest.value) if longest.value is not None else scope.from_on
    if scope.from_on < earliest:
        raise Refusal(
            "BG11",
            f"时段超过 {longest.value} 年。",
            citation=longest.citation,
            advice=f"请把起始日改为 {earliest} 或者以后。",
        )


def compose_special(
    scope: Scope,
    *,
    about: About,
    facts: Iterable[Fact],
    coverage: Iterable[Coverage],
    head: Head,
    policy: Policy,
    on: date,
) -> Report:
    """The report as of a day, its lines by day, newest first."""
    rule = policy.reports.special
    may = [fact for fact in facts if _may_stand(fact, policy, on=on)]
    held = [fact for fact in may if scope.covers(fact)]
    everywhere = Scope(fields=(), from_on=scope.from_on, until_on=scope.until_on)
    unplaced = sum(1 for fact in may if not fact.sectors and everywhere.covers(fact)) if scope.fields else 0
    records = [
        section_of(key, of, _lines(held, of, about, policy), says=of.says)
        for key, of in sorted(rule.information.items(), key=lambda one: one[1].number)
    ]
    return Report(
        kind=SPECIAL,
        title=rule.title,
        says=rule.says,
        head=head,
        about=about,
        sections=(
            Section(key="registration", number=1, title="登记注册基础信息", facts=about.facts),
            _chosen(scope, policy),
            *records,
            _coverage(coverage, unplaced, number=len(records) + 3, policy=policy),
        ),
        edition=rule.edition,
        notes=rule.notes,
    )


def _may_stand(fact: Fact, policy: Policy, *, on: date) -> bool:
    """What stands and may burden: a minor failing within the chosen period, any other as long as it may be shown."""
    told = {item for of in policy.reports.special.information.values() for item in of.items}
    if item_code(fact.item) not in told or fact.state not in STANDING or fact.finality is Finality.REVOKED:
        return False
    if fact.seriousness is Seriousness.MINOR:
        return True
    return fact.shown or item_code(fact.item) == Item.COMPULSION.code or runs(fact, policy, on)


def _lines(facts: Iterable[Fact], of: Information, about: About, policy: Policy) -> Iterable[Dated]:
    for fact in facts:
        if item_code(fact.item) in of.items:
            line = line_of(fact, policy, wanted=of, sole_trader=about.sole_trader)
            yield fact.decided_on or date.min, fact.key, line


def _chosen(scope: Scope, policy: Policy) -> Section:
    fields = "、".join(chosen_of(scope, policy).values()) if scope.fields else "全部领域"
    facts = (("领域", fields), ("时段", f"{scope.from_on} 至 {scope.until_on}（以作出决定的日期计）"))
    return Section(key="chosen", number=2, title="企业自选的领域和时段", facts=facts)


def _coverage(coverage: Iterable[Coverage], unplaced: int, *, number: int, policy: Policy) -> Section:
    titles = fields_of(policy)
    rows = [(titles[one.field], _delivered(one)) for one in coverage]
    if unplaced:
        rows.append(("领域不明", f"时段内另有 {unplaced} 条信息不能确定属于哪个领域，选择全部领域时列入。"))
    return Section(key="coverage", number=number, title="归集范围", facts=tuple(rows), stated=False)


def _delivered(one: Coverage) -> str:
    units = "、".join(one.units)
    if one.delivered_on is None:
        return f"{units}：还没有报送过上列各类信息"
    return f"{units}：最近一次报送于 {one.delivered_on}"
