"""Two organs that have approved visits at one enterprise in the same days, so that a joint check can be proposed and agreed to.

Both plans are drawn as any other; who stands in the strictest band is drawn by both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from xinheng.core.inspection_objects import ObjectParts
from xinheng.core.policy import Policy
from xinheng.services.cases import take_step
from xinheng.services.draw_secrets import reveal_secret
from xinheng.services.inspection_plans import BatchDraft, PlanDraft, approve_plan, draft_plan
from xinheng.services.inspections import announce_draw, commit_to, make_draw
from xinheng.services.people import enter_inspectors
from xinheng.services.time import day_of
from xinheng.services.visits import MOST, dispatch
from xinheng.store.models import Draw, DrawnObject, Inspector, Organisation, Plan, User, Visit

WINDOW = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Organ:
    """Who plans for an organ, who goes, and what it checks of whom."""

    organisation: Organisation
    planner: str
    inspector: str
    matter: str
    line: str
    title: str
    scope: ObjectParts
    offsite: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """By whom, under which policy, when; ``model``: whose grades decide the bands."""

    model: str
    people: Mapping[str, User]
    policy: Policy
    now: datetime


def leave_joint(organs: tuple[Organ, Organ], scene: Together) -> None:
    """Once: both visits at the first enterprise that both drew, whose place is known. None where they drew nobody in common."""
    if Plan.objects.filter(title=organs[0].title).exists():
        return
    with transaction.atomic():
        draws = [_drawn(one, scene) for one in organs]
        drawn = [DrawnObject.objects.filter(draw=one).exclude(subject__address="") for one in draws]
        both = drawn[0].filter(subject__in=drawn[1].values("subject"))
        chosen = both.order_by("position").values_list("subject", flat=True).first()
        for organ, draw in zip(organs, draws, strict=True):
            if chosen is not None:
                _sent(organ, draw, chosen, scene)


def _sent(organ: Organ, draw: Draw, subject: int, scene: Together) -> None:
    by: dict[str, Any] = {"policy": scene.policy, "now": scene.now}
    sent = Visit.objects.select_related("case").filter(drawn__draw=draw, subject=subject)
    for _ in range(draw.drawn // MOST + 1):
        if not sent.exists():
            dispatch(draw.public_id, offsite=organ.offsite, actor=scene.people[organ.planner], **by)
    visit = sent.get()
    decider = scene.people["liqiang"]
    take_step(visit.case.public_id, "approve", actor=decider, reason="计划内，理由成立", **by)


def _drawn(organ: Organ, scene: Together) -> Draw:
    """The draw of a plan of the organ, with a team of two."""
    today, planner, policy = day_of(scene.now), scene.people[organ.planner], scene.policy
    enter_inspectors(
        Inspector(
            organisation=organ.organisation,
            certificate_no=f"{policy.city.code}{organ.matter[:4]}{number}",
            name=f"执法员{organ.line[:1]}{number}",
            lines=[organ.line],
            certified_until=today + timedelta(days=700),
            max_load=2000,
            user=scene.people[organ.inspector] if number == 1 else None,
        )
        for number in (1, 2)
    )
    batch = BatchDraft(
        scope="按信用等级抽取", planned=50, from_on=today - timedelta(days=1), until_on=today + WINDOW
    )
    draft = PlanDraft(
        organisation=organ.organisation,
        title=organ.title,
        matter=organ.matter,
        basis="年度双随机抽查计划",
        line=organ.line,
        year=today.year,
        scope=organ.scope,
        batches=(batch,),
    )
    plan = draft_plan(draft, actor=planner, policy=policy, now=scene.now)
    plan = approve_plan(plan.public_id, actor=scene.people["liqiang"], policy=policy, now=scene.now)
    party, words = policy.city.government, f"demonstration of {organ.title}"
    given: dict[str, Any] = {"actor": planner, "now": scene.now}
    parties = {party: commit_to(plan, party=party, reveal=words)}
    announced = announce_draw(plan.public_id, model=scene.model, parties=parties, policy=policy, **given)
    given["now"] = scene.now + timedelta(seconds=1)
    speaker = scene.people["hejun"]
    reveal_secret(announced, party=party, words=words, actor=speaker, now=given["now"])
    return make_draw(announced.public_id, **given)
