"""The closed loop of one field in one year: pre-check, commitment, grading, visits, measures, repair.

Counts nothing of its own: each figure is that of the stage's own page, narrowed to the field (平信用〔2021〕1号第10项). What is
not connected to a field says so, and so does a figure of organs that are responsible for other fields too.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from xinheng.core.policy import Policy
from xinheng.services.check_register import checks_in
from xinheng.services.commitments_figures import counted
from xinheng.services.measures_figures import effects_of_measures
from xinheng.services.statistics import distribution
from xinheng.services.visits_effect import Scope, effect_of
from xinheng.store.casework import Case
from xinheng.store.check_register import SYSTEM
from xinheng.store.organisations import Organisation

REPAIR = "repair"


@dataclass(frozen=True, slots=True)
class Stage:
    """``figures``: words and counts. ``gap``: what is not connected, or not of this field alone."""

    key: str
    title: str
    figures: tuple[tuple[str, int], ...] = ()
    gap: str = ""


def fields_of(policy: Policy) -> dict[str, str]:
    """Fields of which an organ of the city is in charge, by key."""
    held = policy.agencies.sectors_in_charge()
    return {key: one.title for key, one in policy.sectors.sectors.items() if key in held}


def units_of(field: str, *, policy: Policy, among: Collection[int]) -> frozenset[int]:
    """The organs in charge of a field, of those within reach."""
    keys = policy.agencies.of_sector(field)
    found = Organisation.objects.filter(key__in=keys, pk__in=list(among)).values_list("pk", flat=True)
    return frozenset(found)


def loop_of(
    field: str, *, policy: Policy, on: date, cases: Collection[int], visits: Collection[int]
) -> tuple[Stage, ...]:
    """The stages in the year of ``on``. ``cases`` and ``visits``: organs whose cases and visits the reader may see."""
    units = units_of(field, policy=policy, among=cases)
    start, end = date(on.year, 1, 1), date(on.year + 1, 1, 1)
    whole = _whole(field, units, policy)
    return (
        _checks(field, cases, start, end, policy),
        _commitments(units, start, end, whole),
        _grading(field, policy),
        _visits(field, visits, policy, on),
        _measures(units, policy, start, end, whole),
        _repairs(units, start, end, whole),
    )


def _whole(field: str, units: Collection[int], policy: Policy) -> str:
    """That organs of the field are in charge of others as well; empty where they are not."""
    if not units:
        return "您的授权范围内没有这个领域的主管单位，或者您没有查看事项的权限。"
    keys = policy.agencies.of_sector(field)
    other = {key for one in keys for key in policy.agencies.agencies[one].sectors} - {field}
    if not other:
        return ""
    titles = "、".join(policy.sectors.sectors[key].title for key in sorted(other))
    return f"按主管单位计，含这些单位主管的其他领域（{titles}），不能再分。"


def _checks(field: str, cases: Collection[int], start: date, end: date, policy: Policy) -> Stage:
    """Whoever checks in a matter of the field, in charge of it or not; what named no field is told apart."""
    found = checks_in(field, cases, start=start, end=end)
    figures = (
        ("办事核查", found.count()),
        ("其中业务系统核查", found.filter(way=SYSTEM).count()),
        ("涉及主体", found.values("subject").distinct().count()),
    )
    units = units_of(field, policy=policy, among=cases)
    silent = checks_in("", units, start=start, end=end).count()
    gap = f"另有 {silent} 次主管单位的核查没有写明领域，没有计入。" if silent else ""
    return Stage("check", "事前核查", figures, gap if cases else "您没有查看事项的权限，核查不计。")


def _commitments(units: Collection[int], start: date, end: date, gap: str) -> Stage:
    rows = counted(units, from_on=start, to_on=end)
    figures = (
        ("登记的承诺", sum(row.taken for row in rows)),
        ("已核查", sum(row.checked for row in rows)),
        ("未履行", sum(row.breached for row in rows)),
    )
    return Stage("commitments", "信用承诺", figures, gap)


def _grading(field: str, policy: Policy) -> Stage:
    models = {key: one for key, one in policy.models.items() if field in one.population.sectors}
    runs = {key: found for key in models if (found := distribution(key)) and not found.run.trial}
    if not models:
        gap = "这个领域还没有自己的评价模型。"
    elif not runs:
        gap = "这个领域的模型还没有现行的评价结果。"
    else:
        gap = "" if all(one.run.published for one in runs.values()) else "评价结果还没有公布。"
    figures = tuple((models[key].title, sum(found.counts.values())) for key, found in sorted(runs.items()))
    return Stage("grading", "分级分类", figures, gap)


def _visits(field: str, units: Collection[int], policy: Policy, on: date) -> Stage:
    found = effect_of(Scope(units, on.year, field), policy=policy, on=on)
    hits = sum(one.tally.hits for one in found.bands) + found.leads.hits
    return Stage("visits", "入企检查", (("已检查", found.made), ("发现问题", hits)))


def _measures(units: Collection[int], policy: Policy, start: date, end: date, gap: str) -> Stage:
    rows = effects_of_measures(policy=policy, from_on=start, to_on=end, units=units)
    figures = (
        ("生效的措施", sum(row.applied for row in rows)),
        ("执行中", sum(row.standing for row in rows)),
        ("修复终止", sum(row.repaired for row in rows)),
    )
    return Stage("measures", "奖惩措施", figures, gap)


def _repairs(units: Collection[int], start: date, end: date, gap: str) -> Stage:
    found = Case.objects.filter(
        kind=REPAIR, organisation__in=list(units), opened_at__date__gte=start, opened_at__date__lt=end
    )
    figures = (
        ("受理的修复申请", found.count()),
        ("其中准予修复", found.filter(state="granted").count()),
    )
    return Stage("repair", "信用修复", figures, gap)
