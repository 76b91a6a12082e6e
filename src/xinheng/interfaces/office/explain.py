"""The parts of an explained grade: each indicator with its caps, years and records, what lowered the grade, what was
left out by which rule, and the lawful ways up (《个人信息保护法》第二十四条).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache
from django.urls import reverse

from xinheng.core.counterfactual import Way, WayKind
from xinheng.core.explanation import Clause, Line, Slot, Verdict
from xinheng.interfaces.office.access import Call
from xinheng.interfaces.office.records_shown import record_url, title_of
from xinheng.interfaces.web.figures import points
from xinheng.services.evaluate import ExplainedGrade
from xinheng.services.what_if import Basis, ways_of
from xinheng.store.records import Record
from xinheng.store.scores import GivenGrade
from xinheng.store.subjects import Subject

KEPT = 24 * 3600
"""Seconds for which the ways up are kept: they hold for one state of the file, one run and one day."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Who reads whose file, and the records on it by version."""

    call: Call
    subject: Subject
    records: Mapping[int, Record]
    grades: Mapping[int, GivenGrade] = field(default_factory=dict)

    def linked(self, versions: Iterable[int]) -> list[dict[str, Any]]:
        found = []
        for one in versions:
            if one in self.records:
                found.append(self._link(self.records[one]))
            elif one in self.grades:
                found.append(self._given(self.grades[one]))
        return found

    def _given(self, grade: GivenGrade) -> dict[str, Any]:
        """A grade of another model is a fact without a record behind it; it leads to that model's own page."""
        model = self.call.policy.models.get(grade.model)
        return {
            "title": f"本市评价“{model.title if model else grade.model}”：{grade.grade or '信息不足'}",
            "url": reverse("office:grade", kwargs={"subject": self.subject.public_id, "model": grade.model}),
            "decided_on": grade.decided_on,
        }

    def _link(self, record: Record) -> dict[str, Any]:
        return {
            "title": title_of(self.call, record),
            "url": record_url(self.subject, record),
            "decided_on": record.decided_on or record.valid_from,
        }


def sheet_of(call: Call, basis: Basis) -> Sheet:
    wanted = [fact.record_id for fact in basis.facts]
    found = Record.objects.filter(subject=basis.subject, pk__in=wanted).select_related("detail")
    given = GivenGrade.objects.filter(subject=basis.subject, pk__in=wanted)
    records = {record.pk: record for record in found}
    return Sheet(call, basis.subject, records, {grade.pk: grade for grade in given})


def cite(call: Call, source: str, clause: str) -> str:
    known = call.policy.sources.get(source)
    return known.cite(clause) if known else source


def clauses(call: Call, given: tuple[Clause, ...]) -> str:
    return "；".join(
        cite(call, one.source, one.clause) + ("" if one.verified else "（依据待核）") for one in given
    )


def item(sheet: Sheet, line: Line) -> dict[str, Any]:
    """A row of the table of indicators."""
    sign = -1 if line.points_milli < 0 or line.effect == "扣分" else 1
    return {
        "label": line.label,
        "family": line.family,
        "value": line.value,
        "limit": _limit(line),
        "points_milli": line.points_milli,
        "cap_milli": sign * line.cap_milli,
        "clause": clauses(sheet.call, line.clauses),
        "slots": [_slot(slot) for slot in line.slots],
        "records": sheet.linked(one for one, _ in line.records),
    }


def _limit(line: Line) -> str:
    if line.cap_hit:
        return f"封顶：原为 {points(abs(line.uncapped_milli))} 分，计 {points(line.cap_milli)} 分"
    if line.floor_hit:
        return f"保底：原为 {points(abs(line.uncapped_milli))} 分，计 {points(line.floor_milli)} 分"
    return ""


def _slot(slot: Slot) -> str:
    return f"{slot.label}：{slot.sentence}"


def verdict(sheet: Sheet, given: Verdict) -> dict[str, Any]:
    """A veto, limit or downgrade with every record behind it."""
    return {
        "label": given.sentence,
        "decides": given.decides,
        "clause": clauses(sheet.call, given.clauses),
        "records": sheet.linked(given.records),
    }


def left_out(sheet: Sheet, basis: Basis) -> list[dict[str, Any]]:
    """Records on file that did not weigh. Those that ended are not told: they have left the file (legal guard G9)."""
    return [
        {**linked, "reason": reason}
        for version, reason in basis.left_out()
        if (record := sheet.records.get(version)) is not None and record.state in basis.treatment.states
        for linked in sheet.linked([version])
    ]


def ways(sheet: Sheet, basis: Basis, explained: ExplainedGrade) -> list[dict[str, Any]]:
    """The nearest lawful ways to a better grade, each with its first day."""
    call, model = sheet.call, basis.model
    return [
        {
            "kind": way.kind.label,
            "what": _what(way),
            "on": way.on,
            "now": way.on <= call.today,
            "records": sheet.linked(way.records),
            "letter": way.grade,
            "word": model.label_of(way.grade),
            "points_milli": way.points_milli,
        }
        for way in _kept_ways(call, basis, explained)
    ]


def _what(way: Way) -> str:
    if way.kind is WayKind.REPAIR:
        return (
            "可以申请信用修复（以全部准予为准）" if len(way.records) > 1 else "可以申请信用修复（以准予为准）"
        )
    return "移出评价窗口" if "移出评价窗口" in way.sentence else "的扣分随时间减轻"


def _kept_ways(call: Call, basis: Basis, explained: ExplainedGrade) -> tuple[Way, ...]:
    key = f"ways:{explained.run.public_id}:{basis.subject.pk}:{basis.subject.version}:{call.today}:{call.policy.digest}"
    found: tuple[Way, ...] | None = cache.get(key)
    if found is None:
        found = ways_of(basis, policy=call.policy, today=call.today)
        cache.set(key, found, KEPT)
    return found
