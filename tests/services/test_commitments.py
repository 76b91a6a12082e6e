"""A commitment is taken at once or with material to come, registered with its code, checked, and contested by two persons."""

from datetime import timedelta

import pytest
from tests.people import NOW, TODAY, People
from tests.services.promises import ANSWERS, FORM, PLAN, PROMISED, Desk, make_desk

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.case_deadlines import overdue, remind, run_out
from xinheng.services.case_lookup import progress_of
from xinheng.services.cases import take_step
from xinheng.services.commitments import accept, latest_promise, lodge, supplement, text_of, tolerate
from xinheng.services.commitments_hints import credit_hint
from xinheng.services.commitments_records import record_of
from xinheng.services.letters_begun import begun
from xinheng.store.models import CaseDeadline, CaseReminder, Commitment, LedgerEvent, Record, Subject


@pytest.fixture
def desk(people: People, policy: Policy, home: object) -> Desk:
    made = make_desk(people, policy)
    made.publish()
    return made


@pytest.mark.row("M4-04")
@pytest.mark.row("M3-03")
def test_whole_material_is_taken_at_once_and_stands_in_the_file(desk: Desk) -> None:
    done = desk.take()
    assert done.code == "41020020261120000001"
    case = desk.case(done)
    assert (case.state, case.number) == ("accepted", "CN-2026-000001")
    record = record_of(done)
    assert record is not None
    assert (record.subject_id, record.detail.document_no, record.result) == (desk.firm.pk, done.code, "")
    check = CaseDeadline.objects.get(case=case, key="commitments.check")
    assert check.due_on == desk.policy.calendar.add_workdays(TODAY, 20).on


@pytest.mark.row("M4-04")
def test_missing_material_is_not_taken_at_once(desk: Desk) -> None:
    with pytest.raises(Refusal, match="还缺“平面图”"):
        desk.take(handed_in=frozenset({FORM}))
    assert not Commitment.objects.exists()
    with pytest.raises(Refusal, match="清单没有要求“户口簿”"):
        desk.take(handed_in=frozenset({FORM, PLAN, "户口簿"}))


@pytest.mark.row("M4-04")
def test_who_was_struck_off_the_register_promises_nothing_more(desk: Desk) -> None:
    Subject.objects.filter(pk=desk.firm.pk).update(status="cancelled")
    desk.firm.refresh_from_db()
    with pytest.raises(Refusal, match="“注销”") as refused:
        desk.take()
    assert refused.value.code == "CM24" and "登记机关更正" in refused.value.advice
    assert not Commitment.objects.exists()
    Subject.objects.filter(pk=desk.firm.pk).update(status="revoked")
    desk.firm.refresh_from_db()
    assert desk.take().code


@pytest.mark.row("M4-05")
def test_material_to_come_is_followed_to_its_day_and_registered_when_it_came(desk: Desk) -> None:
    done = desk.take(handed_in=frozenset({FORM}), promised_on=PROMISED)
    case = desk.case(done)
    assert (case.state, done.missing, done.code) == ("tolerated", [PLAN], None)
    assert CaseDeadline.objects.get(case=case, key="commitments.supplement").due_on == PROMISED
    (term,) = progress_of(case, policy=desk.policy, today=TODAY).terms
    assert term.due is not None and term.due.on == PROMISED
    assert str(term.rule) == f"{term.workdays_left}个工作日"
    assert term.rule.citation == "以企业承诺的日期为准"
    assert remind(policy=desk.policy, now=NOW + timedelta(days=4)) >= 1
    assert CaseReminder.objects.filter(deadline__case=case).exists()
    came = supplement(case, actor=desk.sun, policy=desk.policy, now=NOW + timedelta(days=6), reason="已补交")
    assert (came.missing, came.handed_in, desk.case(came).state) == ([], [FORM, PLAN], "accepted")
    assert came.code is not None


@pytest.mark.row("M4-05")
def test_what_does_not_come_is_late_by_the_clock_and_ends_by_another_person(desk: Desk) -> None:
    case = desk.case(desk.take(handed_in=frozenset({FORM}), promised_on=PROMISED))
    assert run_out(policy=desk.policy, now=NOW + timedelta(days=7)) == 0
    assert run_out(policy=desk.policy, now=NOW + timedelta(days=8)) == 1
    case.refresh_from_db()
    assert case.state == "late"
    after = (NOW + timedelta(days=8)).date()
    assert [one.case for one in overdue([case.organisation_id], today=after)] == [case]
    assert run_out(policy=desk.policy, now=NOW + timedelta(days=9)) == 0
    assert remind(policy=desk.policy, now=NOW + timedelta(days=40)) == 1
    with pytest.raises(Refusal):
        take_step(case.public_id, "drop", actor=desk.sun, policy=desk.policy, now=NOW, reason="未补")
    dropped = take_step(
        case.public_id, "drop", actor=desk.people.zhao, policy=desk.policy, now=NOW, reason="未补"
    )
    assert dropped.state == "dropped"
    assert not overdue([case.organisation_id], today=after).exists()
    said = begun(dropped, "refusal", policy=desk.policy, on=TODAY)
    assert "2026年11月27日前补齐“平面图”，期满没有补齐" in str(said["facts"])
    assert said["reasons"] == "未补"
    assert not Record.objects.exists()


@pytest.mark.row("M4-05")
@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"promised_on": TODAY}, "不是今天以后的工作日"),
        ({"promised_on": TODAY + timedelta(days=1)}, "不是今天以后的工作日"),
        ({"handed_in": frozenset({PLAN}), "promised_on": PROMISED}, "没有把它列为可以后补"),
        ({"handed_in": frozenset({FORM, PLAN}), "promised_on": PROMISED}, "不需要容缺受理"),
    ],
)
def test_tolerance_is_for_listed_material_and_a_work_day_to_come(
    desk: Desk, given: dict[str, object], words: str
) -> None:
    with pytest.raises(Refusal, match=words):
        desk.take(**{"handed_in": frozenset({FORM})} | given)


@pytest.mark.row("M4-05")
def test_a_promised_day_beyond_the_longest_term_is_refused_with_the_last_day(desk: Desk) -> None:
    last, rule = latest_promise(desk.policy, today=TODAY)
    assert last is not None and rule.value is not None
    assert last == desk.policy.calendar.add_workdays(TODAY, rule.value).on
    with pytest.raises(Refusal, match=f"最迟 {last}") as refused:
        desk.take(handed_in=frozenset({FORM}), promised_on=desk.policy.calendar.add_workdays(last, 1).on)
    assert (refused.value.code, refused.value.citation) == ("CM26", rule.citation)
    assert str(last) in refused.value.advice
    assert desk.case(desk.take(handed_in=frozenset({FORM}), promised_on=last)).state == "tolerated"


@pytest.mark.guard("G16")
@pytest.mark.guard("G1")
@pytest.mark.row("M4-05")
def test_a_bad_record_is_a_hint_with_reasons_and_never_a_gate(desk: Desk) -> None:
    from tests.store.rows import Rows

    assert not credit_hint(desk.firm, actor=desk.sun, policy=desk.policy, now=NOW).careful
    Rows(desk.people).record(subject=desk.firm, seriousness=3)
    hint = credit_hint(desk.firm, actor=desk.sun, policy=desk.policy, now=NOW)
    assert hint.careful
    assert hint.reasons
    assert LedgerEvent.objects.filter(kind="subject.checked", subject=desk.firm.public_id).count() == 2
    taken = desk.take(handed_in=frozenset({FORM}), promised_on=PROMISED)
    assert desk.case(taken).state == "tolerated"


@pytest.mark.guard("G13")
@pytest.mark.row("M4-02")
def test_what_is_not_public_is_sealed_and_stands_in_no_register(desk: Desk) -> None:
    done = desk.take()
    place = ANSWERS["place"]
    assert place not in done.content
    assert "（不公开）" in done.content
    assert place in text_of(done)["content"]
    record = record_of(done)
    assert record is not None
    assert place not in str(record.detail.fields)


@pytest.mark.row("M4-03")
def test_a_field_that_is_missing_or_of_another_kind_is_refused(desk: Desk) -> None:
    with pytest.raises(Refusal, match="没有填写“经营场所”"):
        desk.take(answers={"matter": "食品经营许可"})
    with pytest.raises(Refusal, match="没有这份承诺书"):
        desk.take(item="", list_key="", letter="approval-standard")
    with pytest.raises(Refusal, match="没有这个事项"):
        desk.take(item="unknown")


@pytest.mark.row("M4-06")
def test_one_promises_of_the_own_accord(desk: Desk) -> None:
    done = desk.take(item="", list_key="", letter="voluntary-standard", answers={"more": ""})
    assert (done.kind, done.item, desk.case(done).state) == ("voluntary", "", "accepted")
    with pytest.raises(Refusal, match="没有容缺受理"):
        again = lodge(
            desk.promise(item="", list_key="", letter="quality-standard", answers={"product": "面粉", "standard": "GB/T 1355"}),
            actor=desk.sun, policy=desk.policy, now=NOW,
        )  # fmt: skip
        tolerate(
            desk.case(again), promised_on=PROMISED, actor=desk.sun, policy=desk.policy, now=NOW, reason="x"
        )


def test_the_same_matter_is_not_lodged_twice(desk: Desk) -> None:
    lodge(desk.promise(), actor=desk.sun, policy=desk.policy, now=NOW)
    with pytest.raises(Refusal, match="正在办理"):
        lodge(desk.promise(), actor=desk.sun, policy=desk.policy, now=NOW)


def test_two_at_once_leave_one(desk: Desk) -> None:
    case = desk.case(lodge(desk.promise(), actor=desk.sun, policy=desk.policy, now=NOW))
    accept(case, actor=desk.sun, policy=desk.policy, now=NOW, seen=case.version)
    with pytest.raises(Refusal, match="刚刚被别人办理过"):
        accept(case, actor=desk.people.wang, policy=desk.policy, now=NOW, seen=case.version)
