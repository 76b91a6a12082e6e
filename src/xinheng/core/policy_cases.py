"""Worked examples of the law: given a city and a day, what must come out, and which clause says so.

``policy/cases`` is written with legal staff; ``xinheng policy check`` and the tests run every case, so that
a changed figure shows whose situation it changes.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StrictInt

from xinheng.core.policy import Policy
from xinheng.core.policy_file import PolicyModel
from xinheng.core.policy_layers import Report
from xinheng.core.records import Seriousness
from xinheng.core.sources import Citation


class FigureCase(PolicyModel):
    """A parameter on the day: its number, or the words shown where there is none."""

    key: str
    expect: StrictInt | Literal["待确认", "没有规定"]


class PublicationCase(PolicyModel):
    """A failing record decided on the day: first day of repair, first day without publication."""

    seriousness: Literal["minor", "general", "serious"]
    sector: str | None = None
    published: bool
    earliest_repair_on: date | None
    stops_on: date | None


class DueCase(PolicyModel):
    """An act decided on the day: last day of its binding publication clock; None where it has none."""

    act: str
    expect: date | None


class Case(PolicyModel):
    """Exactly one of ``figure``, ``publication`` and ``due`` is asked."""

    title: str
    city: str
    on: date
    figure: FigureCase | None = None
    publication: PublicationCase | None = None
    due: DueCase | None = None
    because: tuple[Citation, ...] = Field(min_length=1)


class CaseFile(PolicyModel):
    cases: Annotated[tuple[Case, ...], Field(min_length=1)]


def load_cases(root: Path) -> Mapping[str, Case]:
    """All cases by ``file:title``; raises PolicyError with every mistake."""
    report, found = Report(root.resolve()), dict[str, Case]()
    for path in sorted((report.root / "cases").glob("*.yml")):
        file = report.parse(CaseFile, report.read(path), path)
        for case in file.cases if file else ():
            name = f"{path.stem}：{case.title}"
            if name in found:
                report.add(path, case.title, "案例标题重复")
            if sum(part is not None for part in (case.figure, case.publication, case.due)) != 1:
                report.add(path, case.title, "figure、publication、due 须恰写一项")
            found[name] = case
    report.raise_if_any()
    return found


def case_causes(cases: Mapping[str, Case], policy_of: Callable[[str], Policy]) -> Iterator[str]:
    """Cases that do not come out, one Chinese line each."""
    for name, case in cases.items():
        policy = policy_of(case.city)
        for citation in case.because:
            if citation.source not in policy.sources:
                yield f"policy/cases/{name}：来源“{citation.source}”不在 policy/sources 中"
        for what, expected, actual in _outcomes(case, policy):
            if expected != actual:
                yield f"policy/cases/{name}：{what}应为{_text(expected)}，按现行政策得到{_text(actual)}"


def _outcomes(case: Case, policy: Policy) -> Iterator[tuple[str, object, object]]:
    if case.figure is not None:
        reading = policy.parameter(case.figure.key, on=case.on)
        yield reading.title, case.figure.expect, reading.value if reading.value is not None else str(reading)
    if case.publication is not None:
        given = case.publication
        period = policy.publication_period(
            Seriousness[given.seriousness.upper()], decided_on=case.on, sector=given.sector
        )
        yield "是否公示", given.published, period.published
        yield "最早可申请修复日", given.earliest_repair_on, period.earliest_repair_on
        yield "停止公示日", given.stops_on, period.stops_on
    if case.due is not None:
        clocks = policy.act_clocks(case.due.act, on=case.on)
        days = clocks[0].value if clocks else None
        due = None if days is None else policy.calendar.add_workdays(case.on, days).on
        yield "公示截止日", case.due.expect, due


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return "没有" if value is None else str(value)
