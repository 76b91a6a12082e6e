"""Counts how far organs check before they decide (应查必查): decisions that were delivered, beside checks in the register.

A matter of which no decision is collected counts its checks alone and says so; nothing here weighs on an enterprise
(国办发〔2019〕35号; 平信用〔2021〕1号第10项).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Exists, F, OuterRef, Q

from xinheng.core.measure_rows import Occasion
from xinheng.core.policy import Policy
from xinheng.core.report_rules import MustCheck
from xinheng.services.check_register import alone
from xinheng.store.check_register import DESK, SYSTEM, CheckMade
from xinheng.store.records import Record

BEFORE = "reports.checked_before_days"


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyDone:
    """Of one organ in one matter. ``decisions``: delivered ones, None where none are collected; ``before``: of these, with a
    check of the enterprise by the organ beforehand; ``fed_back``: checks of which the decision came back; ``open``: checks by
    a system of which none did, ``desk_open``: those of one enterprise at a desk."""

    organisation: int
    matter: str
    decisions: int | None = None
    before: int | None = None
    desk: int = 0
    system: int = 0
    fed_back: int = 0
    open: int = 0
    desk_open: int = 0


def duties_done(units: Collection[int], *, start: date, end: date, policy: Policy) -> list[DutyDone]:
    """Each organ and matter of which there is anything in ``[start, end)``."""
    found: list[DutyDone] = []
    for matter, rule in policy.reports.must_check.items():
        checks = _checks(matter, units, start, end)
        decided = _decided(matter, rule, units, start, end, policy)
        for unit in sorted({*checks, *decided}):
            decisions, before = decided.get(unit, (0, 0))
            known = bool(rule.decided)
            found.append(
                DutyDone(
                    organisation=unit,
                    matter=matter.value,
                    decisions=decisions if known else None,
                    before=before if known else None,
                    **checks.get(unit, {}),
                )
            )
    return found


def _checks(matter: Occasion, units: Collection[int], start: date, end: date) -> dict[int, dict[str, int]]:
    made = CheckMade.objects.filter(
        occasion=matter.value, organisation__in=list(units), day__gte=start, day__lt=end
    )
    rows = made.values("organisation").annotate(
        desk=Count("pk", filter=Q(way=DESK)),
        system=Count("pk", filter=Q(way=SYSTEM)),
        fed_back=Count("decision"),
        open=Count("pk", filter=Q(way=SYSTEM, decision=None)),
        desk_open=Count("pk", filter=Q(decision=None) & alone()),
    )
    return {
        row["organisation"]: {key: row[key] for key in ("desk", "system", "fed_back", "open", "desk_open")}
        for row in rows
    }


def _decided(
    matter: Occasion, rule: MustCheck, units: Collection[int], start: date, end: date, policy: Policy
) -> dict[int, tuple[int, int]]:
    """Decisions by the organ that delivered them, and those before which it checked."""
    if not rule.decided:
        return {}
    days = policy.parameter(BEFORE, on=start).value or 0
    items = [policy.catalogue.items[key].number for key in rule.decided]
    checked = CheckMade.objects.filter(
        occasion=matter.value,
        organisation=OuterRef("batch__organisation"),
        subject=OuterRef("subject"),
        day__lte=OuterRef("decided_on"),
        day__gte=OuterRef("decided_on") - timedelta(days=days),
    )
    kept = Record.objects.filter(
        known_until=None,
        item__in=items,
        decided_on__gte=start,
        decided_on__lt=end,
        batch__organisation__in=list(units),
    )
    rows = (
        kept.values(unit=F("batch__organisation"))
        .annotate(decisions=Count("pk"), before=Count("pk", filter=Q(Exists(checked))))
        .values_list("unit", "decisions", "before")
    )
    return {unit: (decisions, before) for unit, decisions, before in rows}
