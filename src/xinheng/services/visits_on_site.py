"""Takes in what inspectors write on site, from the office page or from a phone that was offline: once, however often it is sent.

A result is taken only for a visit that was sent out and checked in to, by its own certified team (legal guard G7).
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from xinheng.core.canonical import digest_of
from xinheng.core.inspection_matters import ENTERPRISE_CHECKS, Point
from xinheng.core.masking import mask_personal
from xinheng.core.phone_clock import PhoneTime
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.visits import TEAM, Arrival, Sheet, check_sheet, check_team
from xinheng.services.cases import Hand, Standing, courses_of, refuse_stale, standing_of, take_held
from xinheng.services.draw_substitutes import changed_at
from xinheng.services.joint_visits import first_arrival, hold_to_day, notice_cases, together_with
from xinheng.services.ledger import event_of, note_all
from xinheng.services.time import SHANGHAI, day_of
from xinheng.services.visits import officer_of, officers_of, points_of, results_of
from xinheng.store.accounts import User
from xinheng.store.casework import Case
from xinheng.store.inspections import Inspector
from xinheng.store.ledger import LedgerEvent
from xinheng.store.letters import IssuedLetter
from xinheng.store.visits import Visit, VisitArrival, VisitPoint, VisitSheet

SKEW = timedelta(minutes=10)
"""So far the clock of a phone may be ahead; what it wrote counts as written now."""
_EXPECTED = {"approved": "check_in", "notified": "check_in", "rushed": "arrive"}
_WRITING = {"on_site": "record", "rush_on_site": "record_rush"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """That the team stood at the door; ``client_id`` is made where it is written. ``code``: what was scanned or typed there,
    empty unless ``way`` is by code; ``joined``: it is the arrival of another organ's team, whose code was looked at. ``phone``: the clock ``at`` was read from, where that is not ours."""

    client_id: str
    way: Arrival
    at: datetime
    code: str = ""
    joined: bool = False
    phone: PhoneTime | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """A visit with its case under lock in the transaction of whoever asks, and the ``hand`` of who writes. ``library``:
    inspectors by certificate; ``arrivals`` and ``sheets``: what was written so far of all visits that are held together, by
    ``client_id``, sheets in their order."""

    visit: Visit
    hand: Hand
    library: Mapping[str, Inspector]
    arrivals: dict[str, VisitArrival]
    sheets: dict[str, VisitSheet]

    @property
    def case(self) -> Case:
        return self.visit.case

    @property
    def arrival(self) -> VisitArrival | None:
        return next((one for one in self.arrivals.values() if one.visit_id == self.visit.pk), None)

    @property
    def written(self) -> list[VisitSheet]:
        return [one for one in self.sheets.values() if one.visit_id == self.visit.pk]


def sites_of(
    public_ids: Collection[str], *, sent: Collection[str], standing: Standing, notes: list[LedgerEvent]
) -> dict[str, Site]:
    """Those that were sent out, by address, all locked in one order. ``sent``: each ``client_id`` that somebody is about to
    write; ``notes``: what the ledger is still to be told by who asks."""
    found = Visit.objects.select_related("subject", "case__subject").select_for_update(of=("case",))
    visits = list(found.filter(case__public_id__in=public_ids).order_by("case_id"))
    team = officers_of([one for visit in visits for one in visit.certificates])
    near = Q(visit__in=visits) | Q(client_id__in=sent)
    arrivals = VisitArrival.objects.select_related("by").filter(near)
    sheets = VisitSheet.objects.select_related("recorded_by").filter(near).order_by("sequence")
    shared = (
        {one.certificate_no: one for one in team},
        {one.client_id: one for one in arrivals},
        {one.client_id: one for one in sheets},
    )
    courses = courses_of([visit.case for visit in visits])
    hands = {key: Hand(standing, course, notes) for key, course in courses.items()}
    return {one.case.public_id: Site(one, hands[one.case_id], *shared) for one in visits}


def site_of(public_id: str, *, client_id: str, actor: User, seen: int | None = None) -> Site:
    """Refusals VO1 where none was sent out, C02 somebody moved it since ``seen``."""
    site = sites_of([public_id], sent=[client_id], standing=standing_of(actor), notes=[]).get(public_id)
    if site is None:
        raise not_sent_out()
    refuse_stale(site.case, seen_version=seen)
    return site


@transaction.atomic
def check_in(
    public_id: str, arrived: Arrived, *, actor: User, policy: Policy, now: datetime, seen: int | None = None
) -> Visit:
    """Note that the team has arrived; the same one again changes nothing.

    Refusals: VF1 a code of something else, VO1 no such visit, VO2 not of its team, VO4 another one of the same id, VO5 no notice was issued, VO8 one that
    names other officers, VO6 a moment that cannot be, JC8 another day than the organs agreed on, those of team and flow.
    """
    site = site_of(public_id, client_id=arrived.client_id, actor=actor, seen=seen)
    take_arrival(site, arrived, actor=actor, policy=policy, now=now)
    note_all(site.hand.notes)
    return site.visit


def take_arrival(site: Site, arrived: Arrived, *, actor: User, policy: Policy, now: datetime) -> None:
    """As ``check_in``, for whoever holds the visit and undoes what is refused."""
    visit, case = site.visit, site.case
    met = site.arrivals.get(arrived.client_id)
    if met is not None:
        if met.visit_id != visit.pk or met.way != arrived.way:
            raise _other(arrived.client_id)
        return
    demand_member(site, actor)
    if not arrived.joined:
        _demand_code(arrived, visit)
    at = _moment(arrived.at, site=site, now=now)
    verb = _EXPECTED.get(case.state, "check_in")
    if verb == "check_in":
        hold_to_day(visit, on=day_of(at))
        _demand_notice(visit)
    _check_team(site, visit.certificates, policy=policy, at=at)
    details = {"way": arrived.way.value, **_told(arrived.phone)}
    _step(site, verb, actor=actor, policy=policy, now=now, details=details)
    site.arrivals[arrived.client_id] = VisitArrival.objects.create(
        visit=visit, client_id=arrived.client_id, way=arrived.way.value, at=at, by=actor, received_at=now
    )
    payload = {"way": arrived.way.value, "at": at.isoformat()}
    _tell(site, "visit.checked_in", payload, actor=actor, now=now)


def _step(site: Site, verb: str, **given: Any) -> None:
    take_held(site.case, verb, hand=site.hand, **given)


def _tell(site: Site, kind: str, payload: Mapping[str, object], *, actor: User, now: datetime) -> None:
    subject, matter = site.visit.subject.public_id, f"case:{site.case.number}"
    site.hand.notes.append(
        event_of(kind, now=now, actor=actor, subject=subject, object=matter, payload=dict(payload))
    )


@transaction.atomic
def record_visit(
    public_id: str,
    sheet: Sheet,
    *,
    actor: User,
    policy: Policy,
    now: datetime,
    arrived: Arrived | None = None,
    seen: int | None = None,
    phone: PhoneTime | None = None,
) -> VisitSheet:
    """Take in what was written on site. ``arrived``: where the check-in comes with it; ``phone``: the clock of the sheet,
    where that is not ours.

    Sent again it is answered with what was taken in then. Refusals: those of ``check_in``, VO3 without a check-in, VS1–VS7, VT1–VT3.
    """
    site = site_of(public_id, client_id=sheet.client_id, actor=actor)
    kept = take_sheet(
        site, sheet, actor=actor, policy=policy, now=now, arrived=arrived, seen=seen, phone=phone
    )
    note_all(site.hand.notes)
    return kept


def take_sheet(
    site: Site,
    sheet: Sheet,
    *,
    actor: User,
    policy: Policy,
    now: datetime,
    arrived: Arrived | None = None,
    seen: int | None = None,
    phone: PhoneTime | None = None,
) -> VisitSheet:
    """As ``record_visit``, for whoever holds the visit and undoes what is refused."""
    visit, case, digest = site.visit, site.case, _digest(sheet)
    met = site.sheets.get(sheet.client_id)
    if met is not None:
        if met.visit_id != visit.pk or met.digest != digest:
            raise _other(sheet.client_id)
        return met
    refuse_stale(case, seen_version=seen)
    if site.arrival is None and (arrived := arrived or _arrived_with_others(visit)):
        take_arrival(site, arrived, actor=actor, policy=policy, now=now)
    demand_member(site, actor)
    at, points = _checked(site, site.arrival, sheet, policy=policy, now=now)
    details, verb = {"result": sheet.result, **_told(phone)}, _WRITING.get(case.state, "record")
    _step(site, verb, actor=actor, policy=policy, now=now, details=details, counted_from=day_of(at))
    number = len(site.written) + 1
    kept = _kept(visit, sheet, digest=digest, at=at, actor=actor, now=now, sequence=number)
    site.sheets[sheet.client_id] = kept
    _tell(site, "visit.recorded", {"sheet": digest, "sequence": kept.sequence}, actor=actor, now=now)
    VisitPoint.objects.bulk_create(
        VisitPoint(
            sheet=kept,
            key=key,
            text=points[key].text[:400],
            finding=one.finding.value,
            note=_masked(one.note, 500),
        )
        for key, one in sheet.points.items()
    )
    return kept


def _arrived_with_others(visit: Visit) -> Arrived | None:
    """Where organs come together the arrival of the first team is that of all."""
    first = first_arrival(visit)
    if first is None:
        return None
    return Arrived(
        client_id=f"joint:{visit.case.public_id}", way=Arrival(first.way), at=first.at, joined=True
    )


def _checked(
    site: Site, arrival: VisitArrival | None, sheet: Sheet, *, policy: Policy, now: datetime
) -> tuple[datetime, dict[str, Point]]:
    """The moment at which it was written and the checklist it answers, once team, time and content hold."""
    visit = site.visit
    if arrival is None:
        raise Refusal(
            "VO3",
            "这次检查还没有入企登记，不能登记结果。",
            citation=ENTERPRISE_CHECKS,
            advice="请先扫码或者出示证件完成入企登记。",
        )
    at = _moment(sheet.recorded_at, site=site, now=now, after=arrival.at)
    _check_team(site, sheet.present, policy=policy, at=at)
    points = points_of(visit, policy=policy)
    failing = {key: one.failing for key, one in results_of(visit, policy=policy).items()}
    check_sheet(sheet, points=list(points), results=failing, arrival=Arrival(arrival.way))
    return at, points


def _kept(
    visit: Visit, sheet: Sheet, *, digest: str, at: datetime, actor: User, now: datetime, sequence: int
) -> VisitSheet:
    return VisitSheet.objects.create(
        visit=visit,
        sequence=sequence,
        client_id=sheet.client_id,
        digest=digest,
        result=sheet.result,
        found=_masked(sheet.found, 4000),
        views=_masked(sheet.views, 2000),
        present=sorted(set(sheet.present)),
        recorded_at=at,
        recorded_by=actor,
        received_at=now,
    )


def _told(phone: PhoneTime | None) -> Mapping[str, object]:
    return {} if phone is None else phone.told


def last_sheet(visit: Visit) -> VisitSheet | None:
    """What was written last; earlier ones were sent back."""
    return visit.sheets.order_by("-sequence").first()


def _masked(words: str, most: int) -> str:
    return mask_personal(words.strip()).text[:most]


def _digest(sheet: Sheet) -> str:
    points = {key: [one.finding.value, one.note] for key, one in sheet.points.items()}
    return digest_of(
        {
            "result": sheet.result,
            "found": sheet.found,
            "views": sheet.views,
            "present": sorted(sheet.present),
            "recorded_at": sheet.recorded_at.isoformat(),
            "points": points,
        }
    )


def demand_member(site: Site, actor: User) -> None:
    """Refusal VO2 for somebody who is not sent."""
    team = (site.library.get(one) for one in site.visit.certificates)
    if not any(one is not None and one.user_id == actor.pk for one in team):
        raise not_of_team()


def not_sent_out() -> Refusal:
    """There is no such visit."""
    return Refusal(
        "VO1", "没有派出过这次检查，不能登记结果。", advice="没有派出的检查不得进行；请核对检查编号。"
    )


def not_of_team() -> Refusal:
    """For somebody who is not sent."""
    return Refusal("VO2", "您不是这次检查的检查人员，不能登记。", advice="请由抽取、批准的检查人员登记。")


def _other(client_id: str) -> Refusal:
    return Refusal(
        "VO4",
        f"编号 {client_id[:20]} 已经收到过另一份内容，没有覆盖。",
        advice="请在页面上核对已经收到的内容；确需改正的，请审核人退回后重新登记。",
    )


def _demand_code(arrived: Arrived, visit: Visit) -> None:
    """By code only the one of this visit, of one it is made one with, or of this enterprise opens (扫码入企)."""
    if arrived.way is not Arrival.CODE:
        return
    joint = together_with(visit)
    codes = {visit.code, visit.subject.code, *(one.code for one in (joint.visits if joint else ()))}
    if re.sub(r"\s", "", arrived.code).upper() not in codes:
        raise Refusal(
            "VF1",
            "扫到或者填写的不是这次检查的检查码，也不是这家企业的统一社会信用代码，没有登记入企。",
            citation=ENTERPRISE_CHECKS,
            advice="请核对是否走错了企业；扫不了码的，出示执法证件和通知书后按出示证件登记。",
        )


def _demand_notice(visit: Visit) -> None:
    """Refusals VO5 without a notice, VO8 where the officers were changed after it."""
    issued = IssuedLetter.objects.filter(case__in=notice_cases(visit), kind="inspection_notice")
    newest = issued.order_by("-issued_at").values_list("issued_at", flat=True).first()
    changed = changed_at(visit) if newest else None
    if newest and changed and newest < changed:
        raise Refusal(
            "VO8",
            "检查人员已经更换，行政检查通知书写的还是原来的人员，不能入企。",
            citation=ENTERPRISE_CHECKS,
            advice="请经办人重新签发通知书，带新的通知书到现场出示。",
        )
    if newest is None:
        raise Refusal(
            "VO5",
            "还没有签发行政检查通知书，不能入企。",
            citation=ENTERPRISE_CHECKS,
            advice="请经办人在“文书”一节签发通知书，带到现场出示；紧急情况请按紧急检查办理。",
        )


def _moment(at: datetime, *, site: Site, now: datetime, after: datetime | None = None) -> datetime:
    """The moment as it counts. Refusal VO6 before the minute of the approval or of the arrival, or to come."""
    if after is None:
        first = site.hand.course.last("approve", "rush")
        after = first.at if first else None
    moment = now if now < at <= now + SKEW else at
    if moment > now or (after is not None and moment < after.replace(second=0, microsecond=0)):
        raise Refusal(
            "VO6",
            f"时间 {at.astimezone(SHANGHAI):%Y-%m-%d %H:%M} 早于批准、入企或者晚于现在，不能登记。",
            advice="请核对设备的时间；先检查、后审批的，只能按紧急检查办理。",
        )
    return moment


def _check_team(site: Site, present: Sequence[str], *, policy: Policy, at: datetime) -> None:
    visit = site.visit
    if strange := sorted(set(present) - set(visit.certificates)):
        raise Refusal(
            "VT3",
            f"执法证号 {strange[0]} 不在本次检查的人员中。",
            citation=ENTERPRISE_CHECKS,
            advice="检查人员由抽取、审批确定，不得自行更换；请由批准的人员检查。",
        )
    check_team(
        [officer_of(site.library[one]) for one in sorted(set(present) & site.library.keys())],
        needed=policy.parameter(TEAM, on=day_of(at)).required(),
        organisation=visit.organisation_id,
        on=day_of(at),
        named=present,
    )
