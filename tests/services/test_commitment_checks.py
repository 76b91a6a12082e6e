"""What was not kept is proposed by one, told to the enterprise, heard, decided by another, and ends with its record."""

from datetime import date, timedelta

import pytest
from tests.people import NOW, TODAY, People
from tests.services.promises import PLAN, Desk, a_firm, a_list, an_item, make_desk

from xinheng.core.collection_cycle import Span
from xinheng.core.commitment_items import Material, Variant
from xinheng.core.commitment_register import Outcome
from xinheng.core.policy import Policy
from xinheng.core.records import RecordState
from xinheng.core.refusal import Refusal
from xinheng.services.cases import start_on_service, take_step
from xinheng.services.commitments import accept, lodge
from xinheng.services.commitments_bulk import take_with_repair
from xinheng.services.commitments_checks import (
    Finding,
    begin_check,
    can_be_revoked,
    determine_breach,
    find_kept,
    notify_breach,
    overturn_breach,
    propose_breach,
)
from xinheng.services.commitments_figures import breaches_of, of_month
from xinheng.services.commitments_hints import credit_hint
from xinheng.services.commitments_records import record_of
from xinheng.services.commitments_tasks import late_count, task_of, waiting
from xinheng.services.letters import possible
from xinheng.services.letters_begun import begun
from xinheng.services.records import Change, change_state
from xinheng.store.models import Case, CaseDeadline, Commitment

NOVEMBER = Span(date(2026, 11, 1), date(2026, 12, 1))
LATER = NOW + timedelta(days=2)
PROJECT = {"project": "年产万吨食品加工", "project_code": "2026-410202-13-01-000001", "until": "2026-12-31"}
FALSE = Finding(outcome=Outcome.FALSE, unperformed="经营场所不存在", evidence="现场笔录 1 号")


@pytest.fixture
def desk(people: People, policy: Policy, home: object) -> Desk:
    made = make_desk(people, policy)
    made.publish()
    return made


def _proposed(desk: Desk, commitment: Commitment, finding: Finding = FALSE) -> Case:
    case = desk.case(commitment)
    return propose_breach(
        case, finding, actor=desk.people.wang, policy=desk.policy, now=NOW, reason="现场核查不符"
    )


def _heard(desk: Desk, commitment: Commitment) -> Case:
    case = _proposed(desk, commitment)
    notify_breach(case, actor=desk.people.zhao, policy=desk.policy, now=NOW, reason="依法告知")
    desk.serve_notice(case)
    return take_step(
        case.public_id, "hear", actor=desk.people.wang, policy=desk.policy, now=NOW, reason="企业表示属实"
    )


def _determined(desk: Desk, commitment: Commitment) -> Commitment:
    case = _heard(desk, commitment)
    return determine_breach(
        case, pursued="撤销许可 1 号", actor=desk.people.zhao, policy=desk.policy, now=NOW, reason="属实"
    )


@pytest.mark.row("M4-08")
@pytest.mark.row("M3-03")
def test_what_is_kept_stands_as_kept_in_the_file(desk: Desk) -> None:
    done = desk.take()
    find_kept(desk.case(done), actor=desk.people.wang, policy=desk.policy, now=NOW, reason="条件具备")
    record = record_of(done)
    assert record is not None
    assert (record.result, record.seriousness) == ("kept", 0)
    assert record.detail.fields["承诺履行状态"] == "全部履行"


@pytest.mark.row("M4-09")
def test_a_false_promise_is_told_heard_and_decided_by_another_person(desk: Desk) -> None:
    done = desk.take()
    case = _proposed(desk, done)
    assert not breaches_of([desk.people.city.pk], NOVEMBER)
    with pytest.raises(Refusal, match="需要的角色"):
        notify_breach(case, actor=desk.people.wang, policy=desk.policy, now=NOW, reason="x")
    notify_breach(case, actor=desk.people.zhao, policy=desk.policy, now=NOW, reason="依法告知")
    case.refresh_from_db()
    assert "breach_notice" in {kind.kind for kind in possible(case)}
    with pytest.raises(Refusal, match="不能“认定未履行”"):
        determine_breach(
            case, pursued="x", actor=desk.people.zhao, policy=desk.policy, now=NOW, reason="未听取意见"
        )
    take_step(case.public_id, "hear", actor=desk.people.wang, policy=desk.policy, now=NOW, reason="陈述")
    case.refresh_from_db()
    with pytest.raises(Refusal, match="还没有送达"):
        determine_breach(
            case, pursued="x", actor=desk.people.zhao, policy=desk.policy, now=NOW, reason="没有送达"
        )
    desk.serve_notice(case)
    with pytest.raises(Refusal, match="怎样追究"):
        determine_breach(case, pursued=" ", actor=desk.people.zhao, policy=desk.policy, now=NOW, reason="x")
    determine_breach(
        case, pursued="撤销许可 1 号", actor=desk.people.zhao, policy=desk.policy, now=NOW, reason="属实"
    )
    record = record_of(done)
    assert record is not None
    assert (record.result, record.seriousness) == ("broken", 1)
    assert record.detail.fields["违诺责任追究内容"] == "撤销许可 1 号"
    assert [one.code for one in breaches_of([desk.people.city.pk], NOVEMBER)] == [done.code]
    assert credit_hint(desk.firm, actor=desk.sun, policy=desk.policy, now=NOW).careful


@pytest.mark.row("M4-09")
@pytest.mark.guard("G15")
@pytest.mark.guard("G17")
def test_silence_counts_only_after_the_notice_was_served(desk: Desk) -> None:
    case = _proposed(desk, desk.take())
    notify_breach(case, actor=desk.people.zhao, policy=desk.policy, now=NOW, reason="依法告知")
    case.refresh_from_db()
    assert not CaseDeadline.objects.filter(case=case, key="letters.statement_workdays").exists()
    start_on_service(case, "notify", on=date(2026, 11, 20), policy=desk.policy)
    assert CaseDeadline.objects.get(case=case, key="letters.statement_workdays").due_on is not None


@pytest.mark.row("M4-09")
def test_a_repaired_breach_leaves_table_and_hint_at_once(desk: Desk) -> None:
    done = _determined(desk, desk.take())
    assert done.record_key is not None
    change_state(
        record_key=done.record_key,
        change=Change(deed="repair", reason="已改正", ground="修复决定 1 号"),
        actor=desk.people.zhao,
        policy=desk.policy,
        now=NOW,
    )
    assert record_of(done).state == RecordState.REPAIRED  # type: ignore[union-attr]
    assert not breaches_of([desk.people.city.pk], NOVEMBER)
    assert not credit_hint(desk.firm, actor=desk.sun, policy=desk.policy, now=NOW).careful


@pytest.mark.row("M4-09")
def test_a_wrong_finding_is_overturned_and_says_nothing_any_more(desk: Desk) -> None:
    done = _determined(desk, desk.take())
    overturn_breach(desk.case(done), actor=desk.qian, policy=desk.policy, now=NOW, reason="复核后事实不成立")
    record = record_of(done)
    assert record is not None
    assert (record.result, record.seriousness, Commitment.objects.get().outcome) == ("", 0, "")


@pytest.mark.row("M4-09")
@pytest.mark.parametrize(
    ("finding", "words"),
    [
        (Finding(outcome=Outcome.FULL, unperformed="x", evidence="x"), "不需要认定"),
        (Finding(outcome=Outcome.PART, unperformed="x", evidence=" "), "没有写明"),
    ],
)
def test_a_finding_says_what_and_how_it_is_known(desk: Desk, finding: Finding, words: str) -> None:
    with pytest.raises(Refusal, match=words):
        _proposed(desk, desk.take(), finding)


@pytest.mark.row("M4-09")
def test_nothing_is_decided_on_a_record_that_lives_no_more(desk: Desk) -> None:
    done = desk.take()
    case = _heard(desk, done)
    assert done.record_key is not None
    change_state(
        record_key=done.record_key,
        change=Change(deed="withdraw", reason="登记有误", ground="更正单 1 号"),
        actor=desk.people.zhao,
        policy=desk.policy,
        now=NOW,
    )
    with pytest.raises(Refusal, match="已经失效"):
        determine_breach(case, pursued="x", actor=desk.people.zhao, policy=desk.policy, now=NOW, reason="x")


@pytest.mark.row("M4-14")
def test_what_was_granted_on_a_variant_can_be_revoked_and_is_named(desk: Desk) -> None:
    item = an_item(
        key="proof",
        title="场所证明告知承诺",
        kind="notification",
        variant=Variant.PROOF,
        letter="proof-standard",
        materials=[Material(name=PLAN), Material(name="场所证明", promised=True)],
    )
    desk.publish(a_list(item, key="proofs"))
    made = lodge(
        desk.promise(
            list_key="proofs",
            item="proof",
            answers={"proof": "场所证明", "matter": "食品经营许可"},
            handed_in=frozenset(),
        ),
        actor=desk.sun,
        policy=desk.policy,
        now=NOW,
    )
    with pytest.raises(Refusal, match="还缺“平面图”"):
        accept(desk.case(made), actor=desk.sun, policy=desk.policy, now=NOW)
    done = accept(
        desk.case(made), actor=desk.sun, policy=desk.policy, now=NOW, received=[PLAN], act="汴食许〔2026〕1号"
    )
    assert can_be_revoked(done) == "汴食许〔2026〕1号"
    assert can_be_revoked(desk.take()) == ""


@pytest.mark.row("M4-09")
def test_what_was_got_by_a_false_promise_is_not_passed_over_in_silence(desk: Desk) -> None:
    act = "汴食许〔2026〕1号"
    taken = lodge(desk.promise(), actor=desk.sun, policy=desk.policy, now=NOW)
    done = accept(desk.case(taken), actor=desk.sun, policy=desk.policy, now=NOW, act=act)
    case = _heard(desk, done)
    given = {"actor": desk.people.zhao, "policy": desk.policy, "now": NOW, "reason": "属实"}
    with pytest.raises(Refusal) as refused:
        determine_breach(case, pursued="通报批评", **given)  # type: ignore[arg-type]
    assert refused.value.code == "CM35" and act in refused.value.advice
    assert desk.case(done).state == "heard"
    determine_breach(case, pursued=f"撤销{act}（汴食许撤〔2026〕1号）", **given)  # type: ignore[arg-type]
    said = begun(desk.case(done), "decision", policy=desk.policy, on=TODAY)
    assert said["statement"] == "企业表示属实"
    assert "虚假承诺" in str(said["decision"]) and f"撤销{act}" in str(said["decision"])


@pytest.mark.row("M4-14")
def test_an_investment_project_starts_on_its_commitment_and_is_checked_afterwards(desk: Desk) -> None:
    item = an_item(
        key="plant",
        title="工业项目承诺制开工",
        variant=Variant.INVESTMENT,
        letter="investment-standard",
        materials=[Material(name=PLAN), Material(name="施工许可", promised=True)],
    )
    desk.publish(a_list(item, key="projects"))
    given = {"list_key": "projects", "item": "plant", "answers": PROJECT, "handed_in": frozenset({PLAN})}
    kept, broken = (
        accept(
            desk.case(
                lodge(
                    desk.promise(**given), actor=desk.sun, policy=desk.policy, now=NOW + timedelta(days=days)
                )
            ),
            actor=desk.sun,
            policy=desk.policy,
            now=NOW + timedelta(days=days),
            act=f"汴投备〔2026〕{days}号",
        )
        for days in (0, 1)
    )
    find_kept(desk.case(kept), actor=desk.people.wang, policy=desk.policy, now=LATER, reason="达到承诺的标准")
    assert (kept.variant, can_be_revoked(broken)) == ("investment", "汴投备〔2026〕1号")
    case = propose_breach(
        desk.case(broken), FALSE, actor=desk.people.wang, policy=desk.policy, now=LATER, reason="未达标准"
    )
    notify_breach(case, actor=desk.people.zhao, policy=desk.policy, now=LATER, reason="依法告知")
    take_step(case.public_id, "hear", actor=desk.people.wang, policy=desk.policy, now=LATER, reason="属实")
    determine_breach(
        case,
        pursued="撤销 汴投备〔2026〕1号",
        actor=desk.people.zhao,
        policy=desk.policy,
        now=LATER,
        reason="属实",
    )
    results = [record.result for one in (kept, broken) if (record := record_of(one)) is not None]
    assert results == ["kept", "broken"]


@pytest.mark.row("M4-12")
def test_a_repair_brings_its_commitment_into_the_register(desk: Desk) -> None:
    done = take_with_repair(
        desk.firm,
        document="汴市监罚〔2026〕1号",
        unit=desk.people.city,
        actor=None,
        policy=desk.policy,
        now=NOW,
    )
    assert (done.kind, done.source) == ("repair", "repair")
    assert [one.code for one in of_month([desk.people.city.pk], NOVEMBER)] == [done.code]
    case = begin_check(done, actor=desk.people.wang, policy=desk.policy, now=NOW)
    assert (case.state, begin_check(done, actor=desk.people.wang, policy=desk.policy, now=NOW)) == (
        "accepted",
        case,
    )


@pytest.mark.guard("G1")
@pytest.mark.row("M3-03")
def test_a_sole_trader_promises_and_stands_in_the_register_as_one(desk: Desk) -> None:
    from xinheng.services.commitments_records import row_of

    trader = a_firm(desk.people, 5, "鼓楼区小李食品店", kind="sole_trader")
    done = desk.take(subject=trader)
    assert row_of(done, policy=desk.policy).subject_category == "个体工商户"


@pytest.mark.row("M4-08")
def test_what_was_granted_on_a_commitment_is_a_task_of_its_organ_until_it_was_checked(desk: Desk) -> None:
    taken = desk.take()
    units = {taken.organisation_id}
    (one,) = waiting(units)
    task = task_of(one, policy=desk.policy, on=NOW.date())
    assert (one, task.workdays_left, task.late) == (taken, 20, False)
    assert not waiting({desk.people.market.pk} - units).exists()
    late = task.due_on + timedelta(days=1)
    assert late_count(units, on=late) == 1 and late_count(units, on=task.due_on) == 0
    assert task_of(one, policy=desk.policy, on=late + timedelta(days=7)).late
    find_kept(
        desk.case(taken),
        actor=desk.people.wang,
        policy=desk.policy,
        now=NOW,
        reason="核对登记和许可，全部履行",
    )
    assert not waiting(units).exists()


@pytest.mark.row("M4-08")
@pytest.mark.guard("G15")
def test_a_task_whose_term_nobody_set_is_shown_without_one(
    people: People, policy: Policy, home: object
) -> None:
    desk = make_desk(people, policy)
    desk.publish(a_list(an_item(check_workdays=None)))
    taken = desk.take()
    (one,) = waiting({taken.organisation_id})
    task = task_of(one, policy=policy, on=NOW.date())
    assert task.due_on is None and task.workdays_left is None and not task.late
    assert late_count({taken.organisation_id}, on=date(2099, 1, 1)) == 0


@pytest.mark.row("M4-08")
def test_of_whom_the_organ_trusted_first_the_tasks_can_be_had_apart(desk: Desk) -> None:
    taken = desk.take()
    units = {taken.organisation_id}
    assert not waiting(units, afterwards=True).exists()
    Commitment.objects.filter(pk=taken.pk).update(variant=Variant.LICENCE.value)
    assert list(waiting(units, afterwards=True)) == [taken]
