"""What the demonstration leaves of supervision: a check of the enterprise with the account, written down and not confirmed yet, a
device's lead about it, and a points table that waits for a second person.

The past from which the table is learnt is made up; the name of its file says so.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.db import transaction

from xinheng.core.leads import Device, Told
from xinheng.core.letters import newest
from xinheng.core.policy import Policy
from xinheng.core.service_proof import Try, Way
from xinheng.core.visits import Arrival, Finding, Seen, Sheet
from xinheng.planning.fitting import learn
from xinheng.planning.points import written
from xinheng.planning.visits import Visits
from xinheng.services.case_checks import CaseCheckDraft, draft_case_check
from xinheng.services.cases import take_step
from xinheng.services.inspection_plans import PlanDraft, approve_plan
from xinheng.services.leads import take_lead
from xinheng.services.letters import Draft, issue_letter, organ_of
from xinheng.services.letters_serving import serve
from xinheng.services.risk_order import propose_table
from xinheng.services.senders import KeyOrder, make_key
from xinheng.services.time import day_of
from xinheng.services.visit_history import COLUMNS
from xinheng.services.visits import follow_lead, points_of
from xinheng.services.visits_on_site import Arrived, record_visit
from xinheng.services.visits_papers import words_of
from xinheng.store.inspections import Inspector, PlanKind
from xinheng.store.models import Lead, Organisation, Subject, User, Visit

MATTER, LINE, FEED = "work_safety", "emergency", "inspection-safety"
PAST = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Oversight:
    """Who acts: ``organ`` plans by ``planner`` and goes by ``inspector``."""

    firm: Subject
    organ: Organisation
    planner: User
    inspector: User
    decider: User
    office: User
    policy: Policy
    now: datetime

    def by(self, actor: User) -> dict[str, Any]:
        return {"actor": actor, "policy": self.policy, "now": self.now}


@transaction.atomic
def leave_visits(scene: Oversight) -> None:
    """Once: a later run finds the lead."""
    if Lead.objects.filter(subject=scene.firm).exists():
        return
    _lead(scene)
    _table(scene)
    _visit(scene)


def _lead(scene: Oversight) -> None:
    until = day_of(scene.now) + timedelta(days=90)
    order = KeyOrder(organisation=scene.organ, name="（样例）储罐监测", feeds=(FEED,), expires_on=until)
    key, _ = make_key(order, **scene.by(scene.decider))
    told = Told(
        external="样例-1",
        code=scene.firm.code or "",
        device=Device.IOT,
        device_no="样例-储罐-07",
        what="（样例）储罐液位持续偏高",
        said="（样例）连续 3 小时高于报警值",
        observed_at=scene.now - timedelta(hours=1),
    )
    take_lead(key, told, now=scene.now)


def _table(scene: Oversight) -> None:
    content = written(learn(_made_up(day_of(scene.now)))).encode()
    propose_table(content, name="样例积分表（学自编造的检查）.yml", **scene.by(scene.office))


def _made_up(today: date) -> Visits:
    """Past visits in which two of three enterprises of the strictest band had faults, and one in ten of the best."""
    first, chance = (today - timedelta(days=2 * PAST)).toordinal(), np.random.default_rng(1)
    bands = ["e" if place % 3 == 0 else "a" for place in range(PAST)]
    failed = [int(chance.random() < (0.65 if band == "e" else 0.1)) for band in bands]
    cells = [["食品经营监督检查"] * PAST, ["food"] * PAST, ["daily"] * PAST, bands, ["0"] * PAST]
    return Visits(
        ids=[f"V{place}" for place in range(PAST)],
        entities=[f"firm{place % 51}" for place in range(PAST)],
        days=np.arange(first, first + PAST, dtype=np.int64),
        failed=np.array(failed, dtype=np.int64),
        columns=dict(zip(COLUMNS, cells, strict=True)),
    )


def _visit(scene: Oversight) -> None:
    """On a complaint; approved, told, checked in by the code, written down. The decider looks at the result next."""
    draft = PlanDraft(
        organisation=scene.organ,
        title="个案检查：（样例）生产经营单位安全生产检查",
        matter=MATTER,
        line=LINE,
        year=day_of(scene.now).year,
        kind=PlanKind.CASE,
    )
    words = "（样例）转来的投诉，反映消防通道堆放杂物"
    check = CaseCheckDraft(plan=draft, subject=scene.firm, reason="complaint", explanation=words)
    plan = draft_case_check(check, **scene.by(scene.planner)).plan
    approve_plan(plan.public_id, **scene.by(scene.decider))
    team = Inspector.objects.filter(organisation=scene.organ, lines__contains=[LINE]).order_by(
        "certificate_no"
    )
    visit = follow_lead(
        plan,
        certificates=list(team.values_list("certificate_no", flat=True)[:2]),
        offsite="（样例）通道和设备的隐患须当场查看，材料不能代替",
        **scene.by(scene.planner),
    )
    case = visit.case
    take_step(case.public_id, "approve", reason="理由成立", **scene.by(scene.decider))
    _notice(visit, scene)
    points = points_of(visit, policy=scene.policy)
    seen = {key: Seen(finding=Finding.FIT) for key in points}
    seen[next(iter(points))] = Seen(finding=Finding.UNFIT, note="（样例）消防通道堆放原料桶")
    sheet = Sheet(
        client_id=f"demo-sheet-{case.public_id}",
        result="ordered_to_correct",
        found="（样例）查看了厂区通道、设备和培训记录，消防通道堆放原料桶，已责令当场清理。",
        views="（样例）当天清理。",
        present=tuple(visit.certificates),
        recorded_at=scene.now,
        points=seen,
    )
    arrived = Arrived(client_id=f"demo-{case.public_id}", way=Arrival.CODE, at=scene.now, code=visit.code)
    record_visit(case.public_id, sheet, arrived=arrived, **scene.by(scene.inspector))


def _notice(visit: Visit, scene: Oversight) -> None:
    kind, day = "inspection_notice", day_of(scene.now)
    known = words_of(visit.case, kind, policy=scene.policy, on=day)
    words = {field.key: known.get(field.key, "（样例）") for field in newest(kind).fields}
    contact = organ_of(scene.organ, policy=scene.policy)
    draft = Draft(kind=kind, values=words, contact=contact, terms_confirmed=True)
    letter = issue_letter(visit.case.public_id, draft, **scene.by(scene.planner))
    serve(letter.public_id, Try(way=Way.DIRECT, on=day, proof="样例送达回证"), **scene.by(scene.planner))
