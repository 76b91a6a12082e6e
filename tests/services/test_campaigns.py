"""A campaign is planned by one and started by another, takes in only living records, and never holds on to anybody."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from tests.people import NOW, TODAY, People
from tests.refusals import code_of
from tests.services.campaign_cases import PLAN, RULE, UNTIL, Campaigns
from tests.services.orders import Orders, make_orders
from tests.store.rows import Rows

from xinheng.core.campaigns import CampaignField, LineState
from xinheng.core.catalogue import Item
from xinheng.core.grounds import EndCause, Ground, GroundKind
from xinheng.core.interviews import Manner
from xinheng.core.policy import Policy
from xinheng.core.provenance import Provenance
from xinheng.core.records import Finality, RecordState, Seriousness
from xinheng.core.roles import Role
from xinheng.interfaces.jobs import tasks
from xinheng.services.campaigns import draft_campaign, end_due, halt_campaign, report_of, start_campaign
from xinheng.services.campaigns_board import board_of, cases_on, states_of
from xinheng.services.campaigns_lines import finish_line, leave_line, may_act, proposals, take_in
from xinheng.services.campaigns_told import tell_ended
from xinheng.services.cases import take_step
from xinheng.services.effects import end_effects, revive_effects
from xinheng.services.effects_audit import audit_effects
from xinheng.services.interviews import Call, Minutes, call_interview, draft_interview, write_minutes
from xinheng.services.records import Change, change_state, correct
from xinheng.services.rectification import confirm_order
from xinheng.store.effect_kinds import CAMPAIGN_LINES
from xinheng.store.models import (
    CampaignLine,
    Case,
    LedgerEvent,
    ListEntry,
    MeasureApplied,
    Publication,
    Record,
    Regrade,
    ResultNotice,
    RoleGrant,
    Subject,
    User,
)

pytestmark = pytest.mark.row("M11-04")
LATER = NOW + timedelta(days=3)


@pytest.fixture
def city(people: People, policy: Policy) -> Campaigns:
    return Campaigns(people, policy, Rows(people))


@pytest.fixture
def orders(city: Campaigns) -> Orders:
    return replace(make_orders(city.people, city.policy), rows=city.rows)


def _by(city: Campaigns, **more: Any) -> dict[str, Any]:
    return {"actor": city.people.wang, "policy": city.policy, "now": NOW, **more}


def test_one_plans_and_another_starts_and_only_then_somebody_is_taken_in(city: Campaigns) -> None:
    campaign, record = city.planned(), city.record()
    taking = _by(city, reason="处罚后未改正")
    assert code_of(lambda: take_in(campaign, [record.record_key], **taking)) == "CP7"
    case = campaign.case
    start = {"policy": city.policy, "now": NOW, "reason": "同意", "seen": case.version}
    assert code_of(lambda: start_campaign(case, actor=city.people.wang, **start)) == "flow_role"
    start_campaign(case, actor=city.people.zhao, **start)
    case.refresh_from_db()
    assert (case.number, case.state, campaign.until_on) == (
        "ZX-2026-000001",
        "running",
        UNTIL + timedelta(days=1),
    )
    (line,) = take_in(campaign, [record.record_key], **taking)
    assert (line.subject_id, line.ground_key, line.proposed) == (record.subject_id, record.record_key, True)
    assert line.organisation == city.people.market
    assert LedgerEvent.objects.filter(kind="campaign.taken", subject=record.subject.public_id).count() == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"document_no": " "}, "CP1"),
        ({"until_on": TODAY - timedelta(days=1), "from_on": TODAY - timedelta(days=9)}, "CP2"),
        ({"from_on": UNTIL + timedelta(days=1)}, "CP2"),
        ({"rule": replace(RULE, items=())}, "CP3"),
        ({"rule": replace(RULE, least=Seriousness.NONE)}, "CP3"),
        ({"rule": replace(RULE, since=TODAY + timedelta(days=1))}, "CP3"),
        ({"rule": replace(RULE, counties=("999999",))}, "CP4"),
    ],
)
def test_an_incomplete_plan_is_refused(city: Campaigns, change: dict[str, Any], code: str) -> None:
    plan = replace(PLAN, **change)
    assert code_of(lambda: city.planned(plan)) == code
    assert not Case.objects.exists()


def test_a_rule_of_good_records_is_refused(city: Campaigns) -> None:
    assert code_of(lambda: city.planned(replace(PLAN, rule=replace(RULE, items=(4, Item.HONOUR))))) == "CP3"


def test_a_campaign_whose_time_is_over_is_not_started(city: Campaigns) -> None:
    case = city.planned().case
    late = NOW + timedelta(days=40)
    start = {"actor": city.people.zhao, "policy": city.policy, "reason": "同意", "seen": case.version}
    assert code_of(lambda: start_campaign(case, now=late, **start)) == "CP5"


@pytest.mark.guard("G3")
@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"state": RecordState.REPAIRED}, "RE2"),
        ({"state": RecordState.SHIELDED}, "RE2"),
        ({"finality": Finality.REVOKED}, "RE2"),
        ({"finality": Finality.WITHIN_TERM}, "ground_not_final"),
        ({"item": Item.HONOUR, "seriousness": Seriousness.NONE}, "CP10"),
    ],
)
def test_no_line_without_a_living_failing_final_record(
    city: Campaigns, given: dict[str, Any], code: str
) -> None:
    campaign, record = city.running(), city.record(**given)
    taking = _by(city, reason="未改正")
    assert code_of(lambda: take_in(campaign, [record.record_key], **taking)) == code
    assert proposals(campaign, policy=city.policy, on=TODAY) == []
    assert not CampaignLine.objects.exists()


@pytest.mark.guard("G3")
def test_a_complaint_or_what_the_market_says_grounds_no_line(city: Campaigns) -> None:
    batch = city.rows.batch(state="loaded", item=4, loaded_at=NOW, provenance=Provenance.COMPLAINT.number)
    record = city.record(batch=batch)
    assert code_of(lambda: city.taken(record)) == "ground_kept_apart"


def test_what_does_not_exist_is_twice_or_without_reason_is_refused_and_nothing_is_half_done(
    city: Campaigns,
) -> None:
    campaign, record, other = city.running(), city.record(), city.record()
    city.taken(record, campaign)
    wanted = {
        "CP8": [[record.record_key + 999], [], [other.record_key, record.record_key + 999]],
        "CP9": [[record.record_key], [other.record_key, record.record_key]],
    }
    for code, tried in wanted.items():
        for keys in tried:
            assert code_of(lambda keys=keys: take_in(campaign, keys, **_by(city, reason="x"))) == code
    assert code_of(lambda: take_in(campaign, [other.record_key], **_by(city, reason=" "))) == "CP8"
    assert CampaignLine.objects.count() == 1


def test_only_officers_of_the_unit_take_in_and_a_decider_does_not(city: Campaigns) -> None:
    campaign, record = city.running(), city.record()
    for person in (city.people.zhao, city.people.li, city.people.chen):
        taking = _by(city, actor=person, reason="x")
        assert code_of(lambda taking=taking: take_in(campaign, [record.record_key], **taking)) == "CP6"


def test_a_campaign_on_government_bodies_takes_in_no_enterprise(city: Campaigns) -> None:
    campaign = city.running(replace(PLAN, field=CampaignField.GOVERNMENT))
    body, firm = city.record(), city.record()
    Subject.objects.filter(pk=body.subject_id).update(state_body=True)
    assert [one.record_key for one in proposals(campaign, policy=city.policy, on=TODAY)] == [body.record_key]
    assert code_of(lambda: city.taken(firm, campaign)) == "CP11"
    assert city.taken(body, campaign).subject_id == body.subject_id


@pytest.mark.row("M16-07")
def test_a_campaign_on_arrears_takes_in_bodies_and_state_owned_enterprises(city: Campaigns) -> None:
    body, owned = city.record(), city.record()
    Subject.objects.filter(pk=body.subject_id).update(state_body=True)
    Subject.objects.filter(pk=owned.subject_id).update(state_owned=True)
    campaign = city.running(replace(PLAN, field=CampaignField.ARREARS, title="拖欠账款清理"))
    made = take_in(campaign, [body.record_key, owned.record_key], **_by(city, reason="生效裁判未履行"))
    assert {line.subject_id for line in made} == {body.subject_id, owned.subject_id}
    assert ResultNotice.objects.filter(text__contains="拖欠账款清理").count() == 2


def test_the_worker_tells_who_left_with_the_record(city: Campaigns) -> None:
    line = city.taken(city.record())
    change = Change(deed="repair", reason="已履行", ground="决定〔2026〕1号")
    change_state(record_key=line.ground_key, change=change, **_by(city, now=LATER))
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = %s", [CAMPAIGN_LINES.job])
        ((args,),) = cursor.fetchall()
    assert json.loads(args) == {"ended": [line.pk]}
    tasks.app.tasks[CAMPAIGN_LINES.job](ended=[line.pk])
    assert ResultNotice.objects.filter(subject=line.subject, title__startswith="退出").count() == 1


def test_a_machine_proposes_by_rule_and_takes_nobody_in(city: Campaigns) -> None:
    old = {"decided_on": RULE.since - timedelta(days=1)}
    keys = [city.record().record_key for _ in range(2)]
    for given in ({"seriousness": Seriousness.MINOR}, old, {"item": 9}, {"state": RecordState.REPAIRED}):
        city.record(**given)
    campaign = city.running()
    assert [one.record_key for one in proposals(campaign, policy=city.policy, on=TODAY)] == keys
    assert not CampaignLine.objects.exists()
    for given in ({"seriousness": Seriousness.MINOR}, old):
        lighter = city.record(**given)
        assert code_of(lambda lighter=lighter: city.taken(lighter, campaign)) == "CP14"
    line = take_in(campaign, keys[:1], **_by(city, reason="未改正"))[0]
    assert [one.record_key for one in proposals(campaign, policy=city.policy, on=TODAY)] == keys[1:]
    leave_line(line, actor=city.people.wang, now=LATER, reason="已由省级办理")
    assert [one.record_key for one in proposals(campaign, policy=city.policy, on=TODAY)] == keys[1:]


def test_a_rule_may_keep_to_counties(city: Campaigns) -> None:
    county = next(code for code, one in city.policy.counties.items() if one.until is None)
    here, there = city.record(), city.record()
    Subject.objects.filter(pk=here.subject_id).update(division_code=county)
    Subject.objects.filter(pk=there.subject_id).update(division_code="")
    campaign = city.running(replace(PLAN, rule=replace(RULE, counties=(county,))))
    assert [one.record_key for one in proposals(campaign, policy=city.policy, on=TODAY)] == [here.record_key]


@pytest.mark.row("M12-04")
@pytest.mark.guard("G9")
@pytest.mark.parametrize("deed", ["repair", "withdraw", "correct"])
def test_a_line_ends_in_the_transaction_in_which_its_record_ends(city: Campaigns, deed: str) -> None:
    line = city.taken(city.record())
    cause = {"repair": EndCause.REPAIRED, "withdraw": EndCause.WITHDRAWN, "correct": EndCause.CORRECTED}[deed]
    if deed == "correct":
        change = Change(deed=deed, reason="金额有误", ground="更正函")
        correct(
            record_key=line.ground_key, change=change, values={"amount_fen": 5}, fields={},
            **_by(city, now=LATER, actor=city.people.wang),
        )  # fmt: skip
    else:
        change = Change(deed=deed, reason="已履行", ground="决定〔2026〕1号")
        change_state(record_key=line.ground_key, change=change, **_by(city, now=LATER))
    line.refresh_from_db()
    assert (line.end_cause, line.ended_why, line.ended_by) == (cause.value, deed, None)
    assert states_of([line], policy=city.policy) == {line.pk: LineState.LEFT}
    assert audit_effects(today=TODAY, now=LATER).orphans == ()
    assert tell_ended([line.pk], now=LATER) == 1
    assert tell_ended([line.pk], now=LATER) == 0
    said = ResultNotice.objects.get(title__startswith="退出").text
    assert "随即退出" in said
    assert "汴市监罚" not in said


@pytest.mark.row("X-03")
def test_a_line_rests_while_its_record_rests(city: Campaigns) -> None:
    line = city.taken(city.record())
    for deed, resting in (("shield", True), ("restore", False)):
        change = Change(deed=deed, reason="法院裁定", ground="（2026）豫02破1号")
        change_state(record_key=line.ground_key, change=change, **_by(city, now=LATER))
        line.refresh_from_db()
        assert (line.suspended_at is not None, line.ended_at) == (resting, None)


def test_the_enterprise_is_told_why_and_how_it_ends(city: Campaigns) -> None:
    line = city.taken(city.record())
    told = ResultNotice.objects.get()
    assert (told.subject_id, told.grade, told.bad) == (line.subject_id, "", False)
    for words in (
        PLAN.title,
        PLAN.document_no,
        "汴市监罚〔2026〕7号",
        "处罚后未改正",
        "不是名单",
        "异议",
        "修复",
    ):
        assert words in told.text


def test_being_in_a_campaign_is_no_list_no_measure_and_moves_no_score(city: Campaigns) -> None:
    record = city.record()
    before = Subject.objects.get(pk=record.subject_id).version
    Regrade.objects.all().delete()
    line = city.taken(record)
    finish_line(line, actor=city.people.wang, now=LATER, reason="已改正")
    assert Subject.objects.get(pk=record.subject_id).version == before
    assert not Regrade.objects.exists()
    for table in (ListEntry, MeasureApplied, Publication):
        assert not table.objects.exists()
    assert Record.objects.count() == 1


@pytest.mark.row("M11-01")
@pytest.mark.row("M11-03")
def test_a_line_follows_the_interview_and_the_order_on_its_record(city: Campaigns, orders: Orders) -> None:
    record = city.record()
    line = city.taken(record)
    states = lambda: states_of([line], policy=city.policy)[line.pk]  # noqa: E731
    assert states() is LineState.WAITING
    wanted = Call(
        subject=record.subject, record=record.record_key, manner=Manner.WARNING, cause="未改正",
        meeting_on=TODAY + timedelta(days=3), place="会议室", reason="属实",
    )  # fmt: skip
    case = draft_interview(wanted, **_by(city))
    case = call_interview(case, **_by(city, actor=city.people.zhao, reason="同意", seen=case.version))
    assert states() is LineState.WAITING
    minutes = Minutes(held_on=TODAY + timedelta(days=1), attended="负责人", said="说明", views="没有意见")
    day_after = NOW + timedelta(days=1)
    write_minutes(case, "minute", minutes, **_by(city, now=day_after, reason="在场", seen=case.version))
    assert states() is LineState.INTERVIEWED
    order = orders.draft(record=record)
    confirm_order(order, **_by(city, actor=city.people.zhao, reason="同意", seen=order.version))
    assert states() is LineState.ORDERED
    assert [one.kind for one in cases_on(line)] == ["interview", "rectification"]
    orders.take(Case.objects.get(pk=order.pk), "revoke", city.people.zhao)
    assert states() is LineState.INTERVIEWED


def test_a_case_that_was_over_before_does_not_count(city: Campaigns, orders: Orders) -> None:
    record = city.record()
    order = orders.draft(record=record)
    orders.take(order, "withdraw", city.people.wang)
    line = city.taken(record)
    assert cases_on(line) == []


def test_a_line_is_finished_or_left_by_a_person_with_a_reason(city: Campaigns) -> None:
    campaign = city.running()
    first, second = city.taken(city.record(), campaign), city.taken(city.record(), campaign)
    assert code_of(lambda: finish_line(first, actor=city.people.wang, now=LATER, reason=" ")) == "CP13"
    assert code_of(lambda: finish_line(first, actor=city.people.zhao, now=LATER, reason="好")) == "CP6"
    assert (may_act(first, city.people.wang, on=TODAY), may_act(first, city.people.zhao, on=TODAY)) == (
        True,
        False,
    )
    finish_line(first, actor=city.people.wang, now=LATER, reason="已改正，经复查")
    leave_line(second, actor=city.people.wang, now=LATER, reason="由省级办理")
    assert code_of(lambda: leave_line(first, actor=city.people.wang, now=LATER, reason="x")) == "CP12"
    board = board_of(campaign, policy=city.policy, now=LATER)
    assert (board.total[LineState.DONE], board.total[LineState.LEFT], board.subjects) == (1, 1, 2)
    assert ResultNotice.objects.filter(title__startswith="退出").count() == 2


def test_the_board_counts_by_county_by_department_and_by_week(city: Campaigns) -> None:
    campaign = city.running()
    first = city.taken(city.record(), campaign)
    city.taken(city.record(), campaign)
    week = NOW + timedelta(days=7)
    finish_line(first, actor=city.people.wang, now=week, reason="已改正")
    board = board_of(campaign, policy=city.policy, now=week)
    assert [(unit, sum(some.values())) for unit, some in board.by_unit] == [(city.people.market.pk, 2)]
    assert sum(sum(some.values()) for _, some in board.by_county) == 2
    assert [(some[LineState.WAITING], some[LineState.DONE]) for _, some in board.weekly] == [(2, 0), (1, 1)]
    none = board_of(campaign, policy=city.policy, now=week, units=[city.people.city.pk])
    assert sum(none.total.values()) == 0


@pytest.mark.parametrize("early", [True, False])
def test_when_a_campaign_is_over_no_line_stands_and_a_report_closes_it(city: Campaigns, early: bool) -> None:
    campaign = city.running()
    line, case = city.taken(city.record(), campaign), campaign.case
    over = LATER if early else NOW + timedelta(days=31)
    if early:
        halt = {"actor": city.people.zhao, "policy": city.policy, "reason": "任务完成", "seen": case.version}
        halt_campaign(case, now=over, **halt)
    else:
        assert end_due(policy=city.policy, now=NOW + timedelta(days=30)) == 0
        assert end_due(policy=city.policy, now=over) == 1
        assert end_due(policy=city.policy, now=over) == 0
    line.refresh_from_db()
    case.refresh_from_db()
    assert (case.state, line.ended_at, line.ended_why) == ("reporting", over, "closed")
    assert ResultNotice.objects.filter(title__startswith="退出").count() == 1
    closed = take_step(
        case.public_id,
        "report",
        actor=city.people.wang,
        policy=city.policy,
        now=over,
        reason="治理1家，已结束",
    )
    assert (closed.state, report_of(closed)) == ("closed", "治理1家，已结束")
    assert audit_effects(today=TODAY + timedelta(days=40), now=over).orphans == ()


def test_a_line_that_outlives_its_campaign_is_found(city: Campaigns) -> None:
    city.taken(city.record())
    found = audit_effects(today=TODAY + timedelta(days=40), now=NOW).orphans
    assert [one.cause for one in found] == ["期限已满，没有终止"]


def test_a_department_runs_its_own_campaign_on_its_own_findings(city: Campaigns) -> None:
    other = city.rows.organisation(key="kaifeng.housing", parent=city.people.city)
    housing = User.objects.create_user("tang", "x" * 20, display_name="唐住建", organisation=other)
    RoleGrant.objects.create(user=housing, role=Role.REVIEWER, organisation=other, from_on=RULE.since)
    campaign = draft_campaign(PLAN, organisation=other, **_by(city, actor=housing, reason="按通知"))
    case = campaign.case
    start_campaign(case, **_by(city, actor=city.people.zhao, reason="同意", seen=case.version))
    record = city.record()
    assert (
        code_of(lambda: take_in(campaign, [record.record_key], **_by(city, actor=housing, reason="x")))
        == "RE3"
    )


def test_what_rests_on_the_ground_for_a_while_lives_again(city: Campaigns) -> None:
    line = city.taken(city.record())
    ground = Ground(GroundKind.RECORD, line.ground_key)
    with transaction.atomic():
        closing = end_effects(ground, EndCause.SHIELDED, subject=line.subject_id, now=LATER)
    assert [one.id for one in closing.suspended] == [line.pk]
    assert revive_effects(ground, subject=line.subject_id) == 1
