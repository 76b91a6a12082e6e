"""Departments respond, report and stop; desks read what applies; figures, typical cases and hand-outs."""

import csv
import io
from dataclasses import fields, replace
from datetime import timedelta

import pytest
from tests.people import NOW, TODAY, People
from tests.refusals import code_of
from tests.services.measure_cases import BAN, HONOURS, SUPERVISION, Measures, make_measures
from tests.services.test_measures import repair

from xinheng.core.catalogue import Item
from xinheng.core.measures import Occasion
from xinheng.core.policy import Policy
from xinheng.core.records import Seriousness
from xinheng.core.roles import Role
from xinheng.services.measures import decide
from xinheng.services.measures_applying import Applies, check_at_desk, what_applies
from xinheng.services.measures_ending import follow_ended
from xinheng.services.measures_figures import effects_of_measures
from xinheng.services.measures_handouts import LICENCE, hand_out
from xinheng.services.measures_tasks import (
    Use,
    answer_task,
    late_tasks,
    report_use,
    review_use,
    waiting_tasks,
)
from xinheng.store.models import LedgerEvent, MeasureApplied, MeasureTask, Publication, RoleGrant

USE = Use(occasion="honours", acted_on=TODAY, outcome="limited", what="未列入评选名单")


@pytest.fixture
def measures(people: People, policy: Policy, home: object) -> Measures:
    return make_measures(people, policy)


def banned(measures: Measures) -> MeasureApplied:
    record = measures.listed()
    case = measures.step(measures.proposed(record, BAN), "notify", measures.people.wang)
    heard = measures.step(measures.served(case, "prior_notice"), "hear", measures.people.wang)
    decided = decide(
        heard, actor=measures.people.zhao, policy=measures.policy, now=NOW, reason="x", seen=heard.version
    )
    return measures.started(measures.served(decided))[0]


@pytest.mark.row("M10-03")
def test_a_department_is_asked_with_a_term_and_answers_once(measures: Measures) -> None:
    measures.in_force()
    task = waiting_tasks([measures.housing.pk]).get()
    assert task.due_on == measures.policy.calendar.add_workdays(TODAY, 7).on
    later = task.due_on + timedelta(days=1)
    assert late_tasks(today=task.due_on).count() == 0
    assert late_tasks(today=later).get() == task
    call = {"actor": measures.sun, "now": NOW}
    assert code_of(answer_task, task.public_id, "elsewhere", said=" ", **call) == "MT3"
    answer_task(task.public_id, "done", said="已列入", **call)
    assert code_of(answer_task, task.public_id, "done", said="", **call) == "MT1"
    assert not waiting_tasks([measures.housing.pk]).exists()
    assert not late_tasks(today=later).exists()


@pytest.mark.row("M10-03")
@pytest.mark.row("M10-09")
def test_an_ended_measure_is_not_applied_any_more_but_its_stop_is_acknowledged(measures: Measures) -> None:
    record = measures.record()
    measure = measures.in_force(record)
    repair(record, measures)
    follow_ended([measure.pk], policy=measures.policy, now=NOW)
    apply, stop = MeasureTask.objects.filter(measure=measure).order_by("pk")
    call = {"said": "", "actor": measures.sun, "now": NOW}
    assert code_of(answer_task, apply.public_id, "done", **call) == "MT2"
    answer_task(stop.public_id, "done", **call)
    stop.refresh_from_db()
    assert (stop.answer, stop.answered_by) == ("done", measures.sun)


@pytest.mark.row("M10-04")
def test_a_use_is_reported_and_a_typical_case_is_accepted_by_another(measures: Measures) -> None:
    measure = measures.in_force()
    call = {"organisation": measures.housing, "actor": measures.sun, "now": NOW}
    early = replace(USE, acted_on=TODAY - timedelta(days=1))
    assert code_of(report_use, measure, early, **call) == "MU1"
    assert code_of(report_use, measure, replace(USE, occasion="funds"), **call) == "MU2"
    assert code_of(report_use, measure, replace(USE, text=f"{measure.subject.name}失信"), **call) == "MU3"
    plain = report_use(measure, USE, **call)
    used = report_use(measure, replace(USE, text="某食品公司履行义务后恢复参评"), **call)
    judged = {"accepted": True, "review": "采用", "now": NOW}
    assert code_of(review_use, plain.public_id, actor=measures.people.zhao, **judged) == "MU4"
    assert code_of(review_use, used.public_id, actor=measures.sun, **judged) == "MU5"
    assert code_of(review_use, used.public_id, actor=measures.people.wang, **judged | {"review": ""}) == "MU6"
    assert review_use(used.public_id, actor=measures.people.wang, **judged).accepted


@pytest.mark.row("M10-04")
def test_a_repaired_enterprise_is_no_example(measures: Measures) -> None:
    record = measures.record()
    measure = measures.in_force(record)
    call = {"organisation": measures.housing, "actor": measures.sun, "now": NOW}
    used = report_use(measure, replace(USE, text="某公司"), **call)
    repair(record, measures)
    judged = {"accepted": True, "review": "采用", "actor": measures.people.wang, "now": NOW}
    assert code_of(review_use, used.public_id, **judged) == "MU7"


@pytest.mark.row("M10-05")
def test_the_figures_count_what_was_applied_answered_used_and_repaired(measures: Measures) -> None:
    first, second = measures.record(), measures.record()
    measure = measures.in_force(first)
    measures.in_force(second)
    report_use(
        measure,
        replace(USE, outcome="performed"),
        organisation=measures.housing,
        actor=measures.sun,
        now=NOW,
    )
    task = MeasureTask.objects.get(measure=measure)
    answer_task(task.public_id, "done", said="", actor=measures.sun, now=NOW)
    repair(first, measures)
    (row,) = effects_of_measures(policy=measures.policy, from_on=TODAY, to_on=TODAY + timedelta(days=1))
    assert (row.measure, row.applied, row.standing, row.repaired) == ("limit_honours", 2, 1, 1)
    assert (row.asked, row.answered, row.in_time, row.uses, row.performed) == (2, 1, 1, 1, 1)
    assert row.days == 0
    assert effects_of_measures(policy=measures.policy, from_on=TODAY - timedelta(days=9), to_on=TODAY) == []


@pytest.mark.row("M10-08")
@pytest.mark.guard("G14")
@pytest.mark.guard("G16")
def test_a_desk_reads_what_applies_and_is_never_told_yes_or_no(measures: Measures) -> None:
    ban = banned(measures)
    found = what_applies(
        ban.subject, Occasion.PROCUREMENT, measures.housing, policy=measures.policy, on=TODAY
    )
    (line,) = found.bans
    assert "禁止参加政府采购" in line.title
    assert (line.from_on, line.until_on) == (TODAY, TODAY.replace(year=2028))
    assert "第七十七条" in line.basis
    assert "汴市监罚〔2026〕7号" in line.ground
    assert found.lists[0].title == "处罚决定"
    assert found.persons == "未核查自然人任职资格（登记机关核查）"
    verdicts = {"allowed", "refused", "passed", "verdict", "result", "ok", "grade", "score"}
    assert not verdicts & {field.name for field in fields(Applies)}
    assert not any(isinstance(getattr(found, field.name), bool) for field in fields(Applies))
    elsewhere = what_applies(
        ban.subject, Occasion.HONOURS, measures.housing, policy=measures.policy, on=TODAY
    )
    assert elsewhere.bans == ()


@pytest.mark.row("M10-08")
def test_only_what_fits_the_body_and_lives_is_read(measures: Measures) -> None:
    record = measures.record()
    measure = measures.in_force(record, HONOURS)
    read = {"policy": measures.policy, "on": TODAY}
    for body, count in ((measures.people.market, 1), (measures.housing, 1), (measures.people.city, 0)):
        assert len(what_applies(record.subject, Occasion.HONOURS, body, **read).measures) == count
    task = MeasureTask.objects.get(measure=measure)
    answer_task(task.public_id, "elsewhere", said="无评选", actor=measures.sun, now=NOW)
    assert not what_applies(record.subject, Occasion.HONOURS, measures.housing, **read).measures
    repair(record, measures)
    assert not what_applies(record.subject, Occasion.HONOURS, measures.people.market, **read).measures


@pytest.mark.guard("G9")
def test_a_commitment_is_read_until_it_ends(measures: Measures) -> None:
    over = measures.record(item=Item.COMMITMENT, seriousness=Seriousness.NONE, valid_to=TODAY)
    kept = {"item": Item.COMMITMENT, "seriousness": Seriousness.NONE, "subject": over.subject}
    measures.record(record_key=1_000_001, valid_to=TODAY + timedelta(days=1), **kept)
    found = what_applies(
        over.subject, Occasion.TENDER, measures.housing, policy=measures.policy, on=TODAY
    ).commitments
    assert [line.until_on for line in found] == [TODAY + timedelta(days=1)]


@pytest.mark.row("M10-06")
def test_an_incentive_is_read_with_its_ground(measures: Measures) -> None:
    measures.reviewed()
    incentive = measures.granted()
    found = what_applies(
        incentive.subject, Occasion.LICENSING, measures.housing, policy=measures.policy, on=TODAY
    )
    assert [line.title for line in found.incentives] == ["行政审批绿色通道和容缺受理"]
    assert found.measures == ()


@pytest.mark.row("M10-08")
def test_a_desk_states_its_reason_and_the_ledger_keeps_it(measures: Measures) -> None:
    subject = measures.record().subject
    call = {"body": measures.people.market, "policy": measures.policy, "now": NOW}
    wang, li = measures.people.wang, measures.people.li
    at = (subject, Occasion.LICENSING)
    assert code_of(check_at_desk, *at, reason=" ", actor=wang, **call) == "MW1"
    assert code_of(check_at_desk, *at, reason="受理1号", actor=li, **call) == "MW2"
    RoleGrant.objects.create(
        user=li, role=Role.REGISTRAR_DESK, organisation=measures.people.market, from_on=TODAY
    )
    check_at_desk(*at, reason="受理1号", actor=li, **call)
    event = LedgerEvent.objects.get(kind="subject.checked")
    assert event.actor_id == li.pk


@pytest.mark.row("M10-07")
@pytest.mark.guard("G16")
def test_only_the_public_part_is_handed_out_and_is_called_back(measures: Measures) -> None:
    record = measures.record()
    measure = measures.in_force(record)
    hidden = measures.in_force(None, SUPERVISION)
    call = {"actor": measures.people.wang, "now": NOW}
    assert code_of(hand_out, "某某银行", "授信参考", **call) == "MH2"
    assert code_of(hand_out, " ", "授信参考", **call) == "MH1"
    Publication.objects.create(
        record_key=record.record_key,
        ground=record,
        subject=record.subject,
        item=4,
        calendar_version="x",
        reviewed_by=measures.people.zhou,
        published_at=NOW,
    )
    file = hand_out("某某银行", "授信参考", **call)
    rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert rows[0] == [LICENCE]
    assert [row[0] for row in rows[2:]] == [measure.public_id]
    assert hidden.public_id not in file.content.decode()
    repair(record, measures)
    follow_ended([measure.pk], policy=measures.policy, now=NOW)
    told = MeasureTask.objects.filter(measure=measure, kind="stop")
    assert {task.recipient for task in told} == {"", "某某银行"}


@pytest.mark.row("M10-07")
@pytest.mark.guard("G1")
def test_a_sole_trader_is_not_handed_out(measures: Measures) -> None:
    subject = measures.rows.subject(kind="sole_trader")
    record = measures.record(subject=subject, seriousness=Seriousness.GENERAL)
    measures.in_force(record)
    Publication.objects.create(
        record_key=record.record_key,
        ground=record,
        subject=subject,
        item=4,
        calendar_version="x",
        reviewed_by=measures.people.zhou,
        published_at=NOW,
    )
    assert code_of(hand_out, "某某银行", "授信参考", actor=measures.people.wang, now=NOW) == "MH2"
