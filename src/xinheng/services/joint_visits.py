"""Visits that organs have agreed to make as one: one notice, one arrival, a record and a result for each organ.

Visits saved are counted once the teams were at the door, not when they were proposed (进一次门、查多项事).
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from xinheng.core.refusal import Refusal
from xinheng.services.cases import are_all
from xinheng.services.reach import tree
from xinheng.store.casework import Case
from xinheng.store.joint_checks import JointCheck, JointMember
from xinheng.store.visits import NEVER_MADE, Visit, VisitArrival

_CITATION = "《优化营商环境条例》第五十四条"


@dataclass(frozen=True, slots=True)
class Together:
    """``visits``: all that go, the leading one in front."""

    day: date
    visits: tuple[Visit, ...]

    @property
    def leading(self) -> Visit:
        return self.visits[0]


def together_with(visit: Visit) -> Together | None:
    """With whom the visit is made; None where it goes alone. Who was withdrawn or declined is out of it."""
    joint = JointCheck.objects.filter(
        members__visit=visit, members__left_at__isnull=True, tied_at__isnull=False, ended_at__isnull=True
    ).first()
    if joint is None or visit.case.state in NEVER_MADE:
        return None
    going = Visit.objects.filter(joints__joint=joint, joints__left_at__isnull=True)
    going = going.exclude(case__state__in=NEVER_MADE).select_related("case", "plan", "subject")
    visits = tuple(going.order_by("joints__position"))
    return Together(joint.day, visits) if len(visits) > 1 else None


def notice_cases(visit: Visit) -> tuple[int, ...]:
    """Cases any of whose notices announces this visit: its own, and those it is made one with."""
    joint = together_with(visit)
    return tuple(one.case_id for one in joint.visits) if joint else (visit.case_id,)


def hold_to_day(visit: Visit, *, on: date) -> None:
    """Refusal JC8 for an arrival on another day than the one all agreed to: the enterprise receives everybody once."""
    joint = together_with(visit)
    if joint is not None and on != joint.day:
        raise Refusal(
            "JC8",
            f"这次检查已经约定在 {joint.day} 联合进行，不能在 {on} 单独入企。",
            citation=_CITATION,
            advice="请在约定的日子入企；不能的，请先在“联合检查”中写明理由退出。",
        )


def first_arrival(visit: Visit) -> VisitArrival | None:
    """The arrival that stands for all teams: how and when the first of them was checked in."""
    joint = together_with(visit)
    if joint is None:
        return None
    return VisitArrival.objects.filter(visit__in=joint.visits).order_by("at", "pk").first()


def refuse_second_notice(case: Case) -> None:
    """Refusal JC9 where another organ tells the enterprise for all."""
    visit = Visit.objects.select_related("case").filter(case=case).first()
    joint = together_with(visit) if visit else None
    if joint is not None and joint.leading.case_id != case.pk:
        raise Refusal(
            "JC9",
            f"联合检查的通知书由{tree().name(joint.leading.organisation_id)}一并出具，不再单独通知企业。",
            citation=_CITATION,
            advice=f"通知书见事项 {joint.leading.case.number}，写明全部机关和事项；请带到现场出示。",
        )


def saved_by_month(organisations: Collection[int]) -> dict[str, int]:
    """Visits that enterprises were spared, by month (2026-11): teams at the door in one visit, less one. Joint checks in
    which one of these organs took part."""
    mine = Q() if are_all(list(organisations)) else Q(members__visit__organisation__in=organisations)
    part = JointCheck.objects.filter(mine, tied_at__isnull=False).values("pk")
    there = JointMember.objects.filter(joint__in=part, left_at__isnull=True, visit__arrival__isnull=False)
    there = there.exclude(visit__case__state__in=NEVER_MADE)
    teams = there.values("joint", "joint__day").annotate(teams=Count("pk")).filter(teams__gt=1)
    found: Counter[str] = Counter()
    for day, count in teams.values_list("joint__day", "teams"):
        found[f"{day:%Y-%m}"] += count - 1
    return dict(sorted(found.items()))
