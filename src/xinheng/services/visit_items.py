"""What grade and focus list decide about a check: the points that it carries, and why it carries no others.

A check that no draw chose (on a lead, of one named enterprise) carries every point of its matter, and so does what law demands
in every visit (《优化营商环境条例》第五十四条; 国办发〔2024〕54号; legal guard G7). Who stands on a focus list is spared no point as long
as it stands there: that is supervision and takes no right away, and no public draw shows it (M9-05).
"""

from dataclasses import dataclass

from xinheng.core.catalogue_change import cited
from xinheng.core.grading import Band, GradingPolicy, Watch, points_left
from xinheng.core.inspection_matters import Point
from xinheng.core.lists import ListKind
from xinheng.core.policy import Policy
from xinheng.services.merged_files import one_with
from xinheng.store.listings import ListEntry
from xinheng.store.visits import Visit


@dataclass(frozen=True, slots=True)
class Items:
    """``points`` are to be checked, ``left_out`` are not; ``band`` is that of the draw, None for a check on a lead. ``ground``
    says in words why, empty where no grade decides."""

    points: dict[str, Point]
    left_out: dict[str, Point]
    band: Band | None = None
    ground: str = ""


def items_of(visit: Visit, *, policy: Policy) -> Items:
    """The checklist of a visit by its band and the policy of its field; empty where the plan names no matter of the list."""
    matter = policy.inspection_matters.matters.get(visit.matter_key)
    if matter is None:
        return Items({}, {})
    drawn, grading = visit.drawn, policy.grading_for(visit.plan.sector)
    band = grading.known(drawn.band) if drawn else None
    if band is not None and grading.watch is not None and _watched(visit, grading.watch):
        return Items(dict(matter.points), {}, band, _watch_ground(grading, grading.watch, policy))
    points = points_left(matter, band)
    left_out = {key: point for key, point in matter.points.items() if key not in points}
    return Items(points, left_out, band, _ground(band, left_out, visit, policy))


def _watched(visit: Visit, watch: Watch) -> bool:
    """Whether the enterprise stands on one of these lists now; an entry that rests or has ended does nothing."""
    entries = ListEntry.objects.filter(
        subject__in=one_with(visit.subject), kind=ListKind.FOCUS.value, list_key__in=watch.lists
    )
    return entries.filter(ended_at__isnull=True, suspended_at__isnull=True).exists()


def _watch_ground(grading: GradingPolicy, watch: Watch, policy: Policy) -> str:
    titles = "、".join(policy.lists.lists[key].title for key in watch.lists if key in policy.lists.lists)
    return f"在“{titles}”上：{watch.items}。《{grading.title}》，依据：{cited(watch.basis, policy.sources)}"


def _ground(band: Band | None, left_out: dict[str, Point], visit: Visit, policy: Policy) -> str:
    if band is None:
        return "" if visit.drawn else "个案检查不按等级减免，全部检查。"
    grading = policy.grading_for(visit.plan.sector)
    spared = f"，免查 {len(left_out)} 项" if left_out else "，没有可以免查的内容"
    return f"“{band.name}”档：{band.items}{spared}。《{grading.title}》，依据：{cited(band.basis, policy.sources)}"
