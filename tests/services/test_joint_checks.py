"""Visits of several organs become one only where a named person of each agreed; nobody is bound, told twice or counted away."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.people import NOW, People
from tests.services.joints import FIRST, LAST, OTHER_CODE, OTHER_TEAM, PLACE, Joints, make_joints, window
from tests.services.letter_cases import draft_of
from tests.services.trips import SHEET, TEAM, make_trips

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.visits import Arrival
from xinheng.services.joint_checks import agree, decline, propose_joints, waiting_for
from xinheng.services.joint_visits import saved_by_month, together_with
from xinheng.services.letters import issue_letter
from xinheng.services.visit_counts import visits_so_far
from xinheng.services.visits_on_site import Arrived, check_in, record_visit
from xinheng.services.visits_papers import words_of
from xinheng.store.models import JointCheck, JointMember, PlanBatch, Visit

pytestmark = pytest.mark.row("M8-05")
THERE = datetime.combine(LAST, time(10), tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def joints(people: People, policy: Policy, home: object) -> Joints:
    return make_joints(make_trips(people, policy))


def _code(refused: pytest.ExceptionInfo[Refusal]) -> str:
    return refused.value.code


def _proposed(joints: Joints, now: datetime = NOW) -> int:
    return propose_joints(policy=joints.trips.policy, now=now).proposed


def _notice(joints: Joints, visit: Visit) -> None:
    issue_letter(
        visit.case.public_id, draft_of("inspection_notice"), **joints.trips.by(joints.trips.people.wang)
    )


def _arrive(joints: Joints, visit: Visit, user: Any, at: datetime = THERE, name: str = "a") -> Visit:
    arrived = Arrived(client_id=name, way=Arrival.CODE, at=at, code=visit.code)
    return check_in(visit.case.public_id, arrived, **joints.trips.by(user, at + timedelta(minutes=1)))


def test_two_organs_at_one_place_in_the_same_days_are_proposed_as_one(joints: Joints) -> None:
    joint = joints.proposed()
    assert (joint.first_on, joint.last_on, joint.day, joint.place) == (FIRST, LAST, LAST, PLACE)
    assert {one.organisation_id for one in joints.visits(joint)} == {joints.market.pk, joints.safety.pk}
    assert joint.tied_at is None and joint.subject == joints.subject
    assert _proposed(joints) == 0, "what is proposed is not proposed again"


def test_visits_that_share_no_day_place_or_enterprise_are_not_proposed(joints: Joints) -> None:
    PlanBatch.objects.filter(plan=joints.plan).delete()
    window(joints.trips, joints.plan, LAST + timedelta(days=3), LAST + timedelta(days=9))
    joints.both()
    other = joints.trips.subject(OTHER_CODE, address=PLACE)
    joints.approved(joints.plan, other, OTHER_TEAM)
    assert _proposed(joints) == 0


def test_an_enterprise_whose_place_nobody_knows_is_not_proposed(joints: Joints) -> None:
    joints.both(joints.trips.subject(OTHER_CODE))
    assert _proposed(joints) == 0


def test_a_visit_whose_notice_is_out_is_left_alone(joints: Joints) -> None:
    mine, _ = joints.both()
    joints.trips.letter(mine, "inspection_notice")
    assert _proposed(joints) == 0


def test_nothing_is_tied_before_a_person_of_each_organ_agreed(joints: Joints) -> None:
    joint = joints.proposed()
    mine = joints.visits(joint)[0]
    assert list(waiting_for([joints.safety.pk])) == [joint]
    assert joints.agree(joint, joints.market, joints.he).tied_at is None
    assert together_with(mine) is None and not waiting_for([joints.market.pk])
    assert joints.agree(joint, joints.safety, joints.liu).tied_at == NOW
    named = {one.answered_by for one in JointMember.objects.all()}
    assert named == {joints.he, joints.liu}
    joint_of = together_with(mine)
    assert joint_of is not None and joint_of.day == LAST and len(joint_of.visits) == 2


def test_whoever_agrees_first_chooses_the_day_and_the_other_agrees_to_it(joints: Joints) -> None:
    joint = joints.proposed()
    joints.agree(joint, joints.market, joints.he, FIRST)
    with pytest.raises(Refusal) as refused:
        joints.agree(joint, joints.safety, joints.liu, LAST)
    assert _code(refused) == "JC5"
    assert joints.agree(joint, joints.safety, joints.liu, FIRST).day == FIRST


@pytest.mark.parametrize("day", [date(2026, 11, 22), date(2026, 11, 28), date(2026, 11, 20)])
def test_a_day_outside_the_window_of_all_is_refused(joints: Joints, day: date) -> None:
    with pytest.raises(Refusal) as refused:
        joints.agree(joints.proposed(), joints.market, joints.he, day)
    assert _code(refused) == "JC4"


def test_two_officers_at_once_are_told_of_each_other(joints: Joints) -> None:
    joint = joints.proposed()
    seen = joint.version
    joints.agree(joint, joints.market, joints.he, FIRST)
    with pytest.raises(Refusal) as refused:
        agree(joint.public_id, joints.safety.pk, day=FIRST, seen=seen, **joints.trips.by(joints.liu))
    assert _code(refused) == "JC3"
    with pytest.raises(Refusal) as again:
        joints.agree(joint, joints.market, joints.he, FIRST)
    assert _code(again) == "JC7"


def test_an_organ_that_is_not_concerned_answers_nothing(joints: Joints) -> None:
    with pytest.raises(Refusal) as refused:
        joints.agree(joints.proposed(), joints.trips.people.city, joints.trips.people.wang)
    assert _code(refused) == "JC1"


def test_a_refusal_needs_a_reason_and_leaves_the_other_as_it_was(joints: Joints) -> None:
    joint = joints.proposed()
    given = {"seen": joint.version, "actor": joints.liu, "now": NOW}
    with pytest.raises(Refusal) as refused:
        decline(joint.public_id, joints.safety.pk, reason="不", **given)
    assert _code(refused) == "JC6"
    ended = decline(joint.public_id, joints.safety.pk, reason="须在夜间检查，不能同日", **given)
    assert ended.ended_at == NOW and ended.ended_why
    assert {one.case.state for one in Visit.objects.all()} == {"approved"}
    assert _proposed(joints) == 0, "who refused is not asked again"
    with pytest.raises(Refusal) as over:
        joints.agree(joint, joints.market, joints.he)
    assert _code(over) == "JC2"


def test_a_visit_that_is_withdrawn_leaves_the_others_their_own(joints: Joints) -> None:
    joint = joints.tied()
    mine, other = joints.visits(joint)
    joints.trips.take(other.case, "withdraw", joints.trips.people.zhao)
    assert together_with(mine) is None
    propose_joints(policy=joints.trips.policy, now=NOW)
    joint.refresh_from_db()
    assert joint.ended_why == "只剩一项检查"
    joints.trips.letter(mine, "inspection_notice")
    assert _arrive(joints, mine, joints.trips.li).case.state


def test_a_stale_proposal_ends_when_somebody_answers(joints: Joints) -> None:
    joint = joints.proposed()
    _, other = joints.visits(joint)
    joints.trips.take(other.case, "withdraw", joints.trips.people.zhao)
    answered = joints.agree(joint, joints.market, joints.he)
    assert answered.ended_at == NOW and answered.tied_at is None


def test_a_proposal_nobody_answered_ends_with_its_day(joints: Joints) -> None:
    joint = joints.proposed()
    propose_joints(policy=joints.trips.policy, now=NOW + timedelta(days=8))
    joint.refresh_from_db()
    assert "没有答复" in joint.ended_why


def test_the_enterprise_is_told_once_by_a_notice_that_names_all(joints: Joints) -> None:
    leading, other = joints.visits(joints.tied())
    words = words_of(leading.case, "inspection_notice", policy=joints.trips.policy, on=NOW.date())
    for part in ("市市场监管局：食品经营监督检查", "市应急管理局：安全生产监督检查"):
        assert part in str(words["matter"])
    assert words["visit_on"] == LAST and all(one in str(words["officers"]) for one in (*TEAM, *OTHER_TEAM))
    with pytest.raises(Refusal) as refused:
        _notice(joints, other)
    assert _code(refused) == "JC9"
    _notice(joints, leading)
    assert _arrive(joints, other, joints.sun).case.state


def test_all_come_on_the_day_they_agreed_to(joints: Joints) -> None:
    leading, _ = joints.visits(joints.tied())
    _notice(joints, leading)
    with pytest.raises(Refusal) as refused:
        _arrive(joints, leading, joints.trips.li, THERE - timedelta(days=1))
    assert _code(refused) == "JC8"


@pytest.mark.guard("G7")
def test_the_first_arrival_is_that_of_all_and_each_organ_keeps_its_own_record(joints: Joints) -> None:
    leading, other = joints.visits(joints.tied())
    _notice(joints, leading)
    _arrive(joints, leading, joints.trips.li)
    assert saved_by_month([joints.market.pk]) == {}, "one team alone saves nothing"
    from dataclasses import replace

    sheet = replace(
        SHEET, client_id="p2", present=OTHER_TEAM, points={}, recorded_at=THERE + timedelta(hours=1)
    )
    later = joints.trips.by(joints.sun, THERE + timedelta(hours=2))
    kept = record_visit(other.case.public_id, sheet, **later)
    assert kept.visit.arrival.at == leading.arrival.at and kept.visit.arrival.by == joints.sun
    leading.case.refresh_from_db()
    assert leading.case.state == "on_site" and not leading.sheets.exists()
    assert saved_by_month([joints.market.pk]) == {"2026-11": 1} == saved_by_month([joints.safety.pk])
    assert saved_by_month([joints.trips.people.city.pk]) == {}


@pytest.mark.guard("G7")
def test_a_joint_visit_counts_for_each_organ(joints: Joints) -> None:
    joints.tied()
    for organ in (joints.market, joints.safety):
        assert visits_so_far(organ, joints.subject, year=2026) == 1
    assert JointCheck.objects.count() == 1
