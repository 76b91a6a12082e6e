"""A check of one named enterprise: a reason of the closed list, a second person, the supervisor told, nothing drawn."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.people import NOW, TODAY, People, make_user
from tests.store.rows import Rows

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Role
from xinheng.services.case_checks import (
    CaseCheckDraft,
    begin_emergency,
    draft_case_check,
    may_go,
    paper_missing,
    revise_case_check,
)
from xinheng.services.inspection_plans import (
    BatchDraft,
    PlanDraft,
    approve_plan,
    refuse_outside_time,
    return_plan,
    revise_plan,
    withdraw_plan,
)
from xinheng.services.oversight import take_note
from xinheng.store.models import CaseCheck, LedgerEvent, OversightNotice, PublicPlan, RoleGrant, User


@pytest.fixture
def draft(people: People) -> CaseCheckDraft:
    RoleGrant.objects.create(
        user=people.li, role=Role.REVIEWER, organisation=people.market, from_on=date(2026, 1, 1)
    )
    plan = PlanDraft(
        organisation=people.market,
        title="个案检查：食品经营监督检查",
        matter="food_operation",
        line="food",
        year=2026,
    )
    return CaseCheckDraft(
        plan=plan,
        subject=Rows(people).subject(),
        reason="complaint",
        explanation="12315 于 11 月 19 日转来投诉，反映销售过期食品",
    )


def _drafted(draft: CaseCheckDraft, people: People, policy: Policy) -> CaseCheck:
    return draft_case_check(draft, actor=people.li, policy=policy, now=NOW)


def _supervisor(people: People) -> User:
    return make_user("wu", "吴监督", people.city, Role.ENFORCEMENT_SUPERVISOR)


@pytest.mark.row("X-06")
@pytest.mark.guard("G7")
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"reason": "curiosity"}, "CASE-REASON"),
        ({"explanation": "有问题"}, "CASE-WORDS"),
    ],
)
def test_without_a_listed_reason_and_its_words_nobody_is_named(
    draft: CaseCheckDraft, people: People, policy: Policy, change: dict[str, str], code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        _drafted(replace(draft, **change), people, policy)  # type: ignore[arg-type]
    assert refused.value.code == code


@pytest.mark.guard("G7")
def test_the_matter_must_be_listed_here_as_well(
    draft: CaseCheckDraft, people: People, policy: Policy
) -> None:
    with pytest.raises(Refusal) as refused:
        _drafted(replace(draft, plan=replace(draft.plan, matter="customers")), people, policy)
    assert refused.value.code == "MATTER-UNLISTED"


@pytest.mark.row("X-06")
@pytest.mark.guard("G7")
def test_the_approval_of_another_is_told_to_the_supervisor_who_takes_note(
    draft: CaseCheckDraft, people: People, policy: Policy
) -> None:
    check = _drafted(draft, people, policy)
    assert not may_go(check)
    with pytest.raises(Refusal):
        approve_plan(check.plan.public_id, actor=people.li, policy=policy, now=NOW)
    approve_plan(check.plan.public_id, actor=people.zhao, policy=policy, now=NOW)
    check = CaseCheck.objects.get()
    assert may_go(check)
    notice = OversightNotice.objects.get()
    assert notice.occasion == "approved" and "司法行政" in notice.told_to
    take_note(notice.pk, actor=_supervisor(people), now=NOW)
    with pytest.raises(Refusal) as again:
        take_note(notice.pk, actor=people.zhao, now=NOW)
    assert again.value.code == "OVERSIGHT-SEEN"
    assert LedgerEvent.objects.filter(kind__in=("oversight.told", "oversight.seen")).count() == 2


@pytest.mark.guard("G7")
def test_it_is_neither_drawn_from_nor_announced(
    draft: CaseCheckDraft, people: People, policy: Policy
) -> None:
    check = _drafted(draft, people, policy)
    approve_plan(check.plan.public_id, actor=people.zhao, policy=policy, now=NOW)
    assert not PublicPlan.objects.exists()
    with pytest.raises(Refusal) as refused:
        refuse_outside_time(check.plan, policy=policy, on=TODAY)
    assert refused.value.code == "PLAN-NAMED"


@pytest.mark.row("X-06")
@pytest.mark.guard("G7")
def test_an_emergency_begins_on_the_word_of_another_and_is_approved_afterwards(
    draft: CaseCheckDraft, people: People, policy: Policy
) -> None:
    check = _drafted(replace(draft, emergency=True), people, policy)
    with pytest.raises(Refusal) as own:
        begin_emergency(check.plan.public_id, actor=people.li, policy=policy, now=NOW)
    assert own.value.code == "CASE-SECOND"
    begun = begin_emergency(check.plan.public_id, actor=people.wang, policy=policy, now=NOW)
    assert may_go(begun)
    assert OversightNotice.objects.get().occasion == "begun"
    with pytest.raises(Refusal) as twice:
        begin_emergency(check.plan.public_id, actor=people.wang, policy=policy, now=NOW)
    assert twice.value.code == "CASE-BEGUN"
    approve_plan(check.plan.public_id, actor=people.zhao, policy=policy, now=NOW + timedelta(days=1))
    assert OversightNotice.objects.filter(occasion="approved").exists()


def test_a_check_is_withdrawn_before_it_begins_and_not_afterwards(
    draft: CaseCheckDraft, people: People, policy: Policy
) -> None:
    given_up, begun = (_drafted(replace(draft, emergency=True), people, policy) for _ in range(2))
    words = {"actor": people.li, "policy": policy, "now": NOW, "reason": "投诉已经撤回"}
    withdraw_plan(given_up.plan.public_id, **words)
    with pytest.raises(Refusal) as refused:
        begin_emergency(given_up.plan.public_id, actor=people.wang, policy=policy, now=NOW)
    assert refused.value.code == "CASE-NO-EMERGENCY"
    begin_emergency(begun.plan.public_id, actor=people.wang, policy=policy, now=NOW)
    with pytest.raises(Refusal) as too_late:
        withdraw_plan(begun.plan.public_id, **words)
    assert too_late.value.code == "PLAN-BEGUN"


def test_what_is_no_emergency_waits_for_its_approval(
    draft: CaseCheckDraft, people: People, policy: Policy
) -> None:
    check = _drafted(draft, people, policy)
    with pytest.raises(Refusal) as refused:
        begin_emergency(check.plan.public_id, actor=people.wang, policy=policy, now=NOW)
    assert refused.value.code == "CASE-NO-EMERGENCY"


@pytest.mark.guard("G15")
def test_an_unknown_term_makes_nothing_late_and_a_known_one_does(
    draft: CaseCheckDraft, people: People, policy: Policy
) -> None:
    check = _drafted(replace(draft, emergency=True), people, policy)
    begun = begin_emergency(check.plan.public_id, actor=people.wang, policy=policy, now=NOW)
    assert begun.paper_due_on is None
    assert not paper_missing(begun, on=TODAY + timedelta(days=300))
    series = policy.parameters["inspections.emergency_approval_workdays"]
    layer = series.layers[-1]
    known = {day: line.model_copy(update={"value": 5}) for day, line in layer.values.items()}
    own = replace(series, layers=(*series.layers[:-1], replace(layer, values=known)))
    dated = replace(policy, parameters={**policy.parameters, series.key: own})
    second = _drafted(replace(draft, emergency=True, subject=Rows(people).subject()), people, dated)
    second = begin_emergency(second.plan.public_id, actor=people.wang, policy=dated, now=NOW)
    assert second.paper_due_on == date(2026, 11, 27)
    assert not paper_missing(second, on=date(2026, 11, 27))
    assert paper_missing(second, on=date(2026, 11, 28))


def test_what_came_back_goes_again_for_the_same_enterprise(
    draft: CaseCheckDraft, people: People, policy: Policy
) -> None:
    check = _drafted(draft, people, policy)
    public_id = check.plan.public_id
    return_plan(public_id, actor=people.zhao, policy=policy, now=NOW, reason="写明投诉日期")
    other = replace(draft, subject=Rows(people).subject())
    with pytest.raises(Refusal) as refused:
        revise_case_check(public_id, other, actor=people.li, policy=policy, now=NOW)
    assert refused.value.code == "CASE-OTHER"
    with pytest.raises(Refusal) as kind:
        batch = BatchDraft(scope="全市", planned=1, from_on=TODAY, until_on=TODAY)
        daily = replace(draft.plan, batches=(batch,))
        revise_plan(public_id, daily, actor=people.li, policy=policy, now=NOW)
    assert kind.value.code == "PLAN-KIND"
    better = replace(draft, explanation="2026年11月19日投诉，反映销售过期食品")
    revise_case_check(public_id, better, actor=people.li, policy=policy, now=NOW)
    check.refresh_from_db()
    assert check.explanation.startswith("2026年11月19日")
    assert check.plan.case.state == "submitted"


def test_names_and_numbers_of_persons_do_not_stay_in_the_words(
    draft: CaseCheckDraft, people: People, policy: Policy
) -> None:
    told = replace(draft, explanation="投诉人电话13812345678，反映销售过期食品和变质肉制品")
    assert "13812345678" not in _drafted(told, people, policy).explanation
