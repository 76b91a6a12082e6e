"""An interview is called by two persons on a living record, minuted without names, confirmed by another, kept in the file."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.people import NOW, TODAY, People
from tests.refusals import code_of
from tests.services.letter_cases import draft_of
from tests.services.orders import Orders, later, make_orders

from xinheng.core.interviews import Manner
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.service_proof import Try, Way
from xinheng.services.case_grounds import states_fault
from xinheng.services.interviews import (
    Call,
    Minutes,
    call_interview,
    draft_interview,
    facts_of,
    put_off,
    register_missed,
    revise_call,
    write_minutes,
)
from xinheng.services.letters import issue_letter
from xinheng.services.letters_serving import serve
from xinheng.store.models import Case, Record

MINUTES = Minutes(
    held_on=TODAY + timedelta(days=3),
    attended="企业负责人；市市场监管局科长",
    said="说明检查中发现的问题",
    views="没有意见",
    agreed="十日内改正标签",
)


@pytest.fixture
def orders(people: People, policy: Policy) -> Orders:
    return make_orders(people, policy)


@pytest.fixture
def record(orders: Orders) -> Record:
    return orders.rows.record()


def _wanted(record: Record) -> Call:
    return Call(
        subject=record.subject,
        record=record.record_key,
        manner=Manner.WARNING,
        cause="两次抽检不合格",
        meeting_on=TODAY + timedelta(days=3),
        place="上午9时，信用办会议室",
        reason="抽检报告属实",
    )


def _draft(orders: Orders, record: Record) -> Case:
    return draft_interview(_wanted(record), actor=orders.people.wang, policy=orders.policy, now=NOW)


def _called(orders: Orders, record: Record) -> Case:
    case = _draft(orders, record)
    return call_interview(
        case, actor=orders.people.zhao, policy=orders.policy, now=NOW, reason="同意", seen=case.version
    )


def _done(record: Record) -> list[Case]:
    return list(Case.objects.filter(subject=record.subject, kind="interview", state="done"))


def _minute(orders: Orders, case: Case, minutes: Minutes = MINUTES, *, days: int = 3) -> Case:
    return write_minutes(
        case,
        "minute",
        minutes,
        actor=orders.people.wang,
        policy=orders.policy,
        now=later(days),
        reason="双方在场",
        seen=case.version,
    )


@pytest.mark.row("M11-03")
@pytest.mark.row("M3-04")
def test_an_interview_ends_in_minutes_in_the_file(orders: Orders, record: Record) -> None:
    case = _minute(orders, _called(orders, record))
    assert not _done(record)
    with pytest.raises(Refusal, match="核对记录"):
        orders.take(case, "confirm", orders.people.wang)
    done = orders.take(case, "confirm", orders.sun, on=later(4))
    assert (done.number, done.state, done.title) == (
        "YT-2026-000001",
        "done",
        f"警示约谈：{record.subject.name}",
    )
    assert _done(record) == [done]
    assert facts_of(done)["said"] == "说明检查中发现的问题"
    assert Record.objects.filter(subject=record.subject).count() == 1


@pytest.mark.row("M11-03")
@pytest.mark.guard("G2")
def test_minutes_keep_no_numbers_of_persons(orders: Orders, record: Record) -> None:
    told = replace(MINUTES, attended="负责人（身份证 11010519491231002X，手机 13800138000）")
    facts = facts_of(_minute(orders, _called(orders, record), told))
    assert "11010519491231002X" not in facts["attended"]
    assert "13800138000" not in facts["attended"]


@pytest.mark.row("M11-03")
def test_nobody_calls_an_interview_alone_or_without_a_living_record(orders: Orders, record: Record) -> None:
    case = _draft(orders, record)
    alone = {"policy": orders.policy, "now": NOW, "reason": "x", "seen": case.version}
    with pytest.raises(Refusal, match="不能“决定约谈”"):
        call_interview(case, actor=orders.people.wang, **alone)  # type: ignore[arg-type]
    Record.objects.filter(pk=record.pk).update(known_until=later(1))
    with pytest.raises(Refusal, match="失效"):
        call_interview(case, actor=orders.people.zhao, **alone)  # type: ignore[arg-type]


@pytest.mark.row("M11-03")
def test_a_plain_fact_is_no_reason_for_an_interview_when_it_is_drafted_nor_when_it_is_called(
    orders: Orders, record: Record
) -> None:
    registration = orders.rows.record(item=1)
    assert code_of(_draft, orders, registration) == "IV11"
    assert not states_fault(registration, policy=orders.policy)
    case = _draft(orders, record)
    Record.objects.filter(pk=record.pk).update(known_until=later(1))
    again = {"record_key": record.record_key, "subject": record.subject, "item": 1}
    orders.rows.record(**again)
    call = {"actor": orders.people.zhao, "policy": orders.policy, "now": NOW, "reason": "x"}
    assert code_of(call_interview, case, seen=case.version, **call) == "IV11"


@pytest.mark.row("M11-03")
def test_a_draft_is_corrected_before_it_is_decided(orders: Orders, record: Record) -> None:
    case = _draft(orders, record)
    words = {"cause": "三次抽检不合格", "place": "二楼", "reason": "日期有误", "seen": case.version}
    given = {"actor": orders.people.wang, "policy": orders.policy, "now": NOW} | words
    with pytest.raises(Refusal, match="今天之后"):
        revise_call(case, meeting_on=TODAY, **given)  # type: ignore[arg-type]
    case = revise_call(case, meeting_on=date(2026, 12, 1), **given)  # type: ignore[arg-type]
    facts = facts_of(case)
    assert (facts["cause"], facts["meeting_on"], facts["place"]) == ("三次抽检不合格", "2026-12-01", "二楼")


@pytest.mark.row("M11-03")
@pytest.mark.guard("G17")
def test_nobody_is_invited_before_a_second_person_decided(
    orders: Orders, record: Record, home: object
) -> None:
    case = _draft(orders, record)
    by = {"actor": orders.people.wang, "policy": orders.policy, "now": NOW}
    assert code_of(issue_letter, case.public_id, draft_of("interview_invitation"), **by) == "LI1"


@pytest.mark.row("M11-03")
@pytest.mark.guard("G17")
def test_nobody_has_stayed_away_before_the_day_or_without_an_invitation(
    orders: Orders, record: Record, home: object
) -> None:
    case = _called(orders, record)
    given = {"actor": orders.people.wang, "policy": orders.policy, "reason": "x", "seen": case.version}
    assert code_of(register_missed, case, now=later(2), **given) == "IV8"
    assert code_of(register_missed, case, now=later(3), **given) == "IV9"
    _invite(orders, case)
    assert register_missed(case, now=later(3), **given).state == "missed"  # type: ignore[arg-type]


def _invite(orders: Orders, case: Case) -> None:
    by = {"actor": orders.people.wang, "policy": orders.policy, "now": NOW}
    letter = issue_letter(case.public_id, draft_of("interview_invitation"), **by)  # type: ignore[arg-type]
    made = Try(way=Way.DIRECT, on=TODAY, proof="送达回证 1 号")
    serve(letter.public_id, made, **by)  # type: ignore[arg-type]


@pytest.mark.row("M11-03")
def test_who_did_not_come_is_called_again(orders: Orders, record: Record) -> None:
    case = orders.take(_called(orders, record), "miss", orders.people.wang)
    again = {
        "actor": orders.people.wang,
        "policy": orders.policy,
        "now": NOW,
        "reason": "x",
        "seen": case.version,
    }
    assert code_of(put_off, case, meeting_on=date(2026, 11, 29), place="另一处", **again) == "IV6"
    case = put_off(case, meeting_on=date(2026, 12, 1), place="另一处", **again)  # type: ignore[arg-type]
    assert (case.state, facts_of(case)["meeting_on"]) == ("called", "2026-12-01")
    ended = orders.take(case, "end", orders.people.zhao)
    assert ended.closed_at is not None
    assert not _done(record)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"cause": " "}, "IV1"),
        ({"place": ""}, "IV1"),
        ({"meeting_on": TODAY}, "IV2"),
        ({"meeting_on": date(2026, 12, 5)}, "IV6"),
        ({"meeting_on": date(2099, 1, 1)}, "IV7"),
        ({"record": 987654}, "RE2"),
    ],
)
def test_an_incomplete_call_is_refused(
    orders: Orders, record: Record, change: dict[str, object], code: str
) -> None:
    with pytest.raises(Refusal) as caught:
        draft_interview(
            replace(_wanted(record), **change),  # type: ignore[arg-type]
            actor=orders.people.wang,
            policy=orders.policy,
            now=NOW,
        )
    assert caught.value.code == code


def test_the_same_interview_is_not_begun_twice(orders: Orders, record: Record) -> None:
    first = _draft(orders, record)
    with pytest.raises(Refusal, match=first.number):
        _draft(orders, record)


@pytest.mark.parametrize(
    ("change", "days", "code"),
    [
        ({}, 2, "IV3"),
        ({"held_on": TODAY - timedelta(days=1)}, 3, "IV10"),
        ({"views": " "}, 3, "IV4"),
        ({"attended": ""}, 3, "IV4"),
        ({"said": ""}, 3, "IV4"),
    ],
)
def test_minutes_are_written_after_the_meeting_and_whole(
    orders: Orders, record: Record, change: dict[str, object], days: int, code: str
) -> None:
    case = _called(orders, record)
    with pytest.raises(Refusal) as caught:
        _minute(orders, case, replace(MINUTES, **change), days=days)  # type: ignore[arg-type]
    assert caught.value.code == code
