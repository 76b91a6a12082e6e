"""Plans: only listed matters, by those who may check them, in batches; filed, and over when their time is over."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.people import NOW, TODAY, People, make_organisation

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Role
from xinheng.services.inspection_plans import (
    BatchDraft,
    PlanDraft,
    approve_plan,
    draft_plan,
    file_plan,
    matters_of,
    refuse_outside_time,
    return_plan,
    revise_plan,
)
from xinheng.store.models import OrganisationKind, Plan, PublicPlan, RoleGrant

BATCH = BatchDraft(scope="全市食品经营者", planned=20, from_on=date(2026, 10, 1), until_on=date(2026, 12, 31))


@pytest.fixture
def draft(people: People) -> PlanDraft:
    RoleGrant.objects.create(
        user=people.li, role=Role.REVIEWER, organisation=people.market, from_on=date(2026, 1, 1)
    )
    return PlanDraft(
        organisation=people.market,
        title="2026年食品经营抽查计划",
        matter="food_operation",
        line="food",
        year=2026,
        basis="汴市监〔2026〕9号",
        batches=(BATCH,),
    )


def _drafted(draft: PlanDraft, people: People, policy: Policy) -> Plan:
    return draft_plan(draft, actor=people.li, policy=policy, now=NOW)


def _file(plan: Plan, people: People, *, on: date = TODAY) -> None:
    file_plan(
        plan.public_id,
        filed_with="河南省市场监督管理局",
        number="豫市监备〔2026〕9号",
        filed_on=on,
        actor=people.li,
        now=NOW,
    )


@pytest.mark.row("M8-01")
@pytest.mark.row("X-06")
def test_a_plan_takes_matter_and_grounds_from_the_list(
    draft: PlanDraft, people: People, policy: Policy
) -> None:
    plan = _drafted(draft, people, policy)
    assert (plan.matter_key, plan.matter) == ("food_operation", "食品经营监督检查")
    assert "食品生产经营监督检查管理办法" in plan.basis and "汴市监〔2026〕9号" in plan.basis
    assert [batch.planned for batch in plan.batches.all()] == [20]
    assert not PublicPlan.objects.exists()


@pytest.mark.row("X-06")
@pytest.mark.guard("G7")
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"matter": "customers"}, "MATTER-UNLISTED"),
        ({"matter": "travel_agency", "line": "culture_tourism"}, "MATTER-BODY"),
        ({"line": "drugs"}, "PLAN-LINE"),
        ({"batches": ()}, "PLAN-BATCHES"),
        ({"batches": (replace(BATCH, until_on=date(2027, 1, 1)),)}, "PLAN-BATCH-TIME"),
        ({"batches": (replace(BATCH, until_on=date(2026, 9, 1)),)}, "PLAN-BATCH-TIME"),
    ],
)
def test_what_is_not_on_the_list_or_not_whole_is_no_plan(
    draft: PlanDraft, people: People, policy: Policy, change: dict[str, object], code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        _drafted(replace(draft, **change), people, policy)  # type: ignore[arg-type]
    assert refused.value.code == code
    assert not Plan.objects.exists()


@pytest.mark.guard("G7")
def test_a_matter_that_left_the_list_is_not_approved(
    draft: PlanDraft, people: People, policy: Policy
) -> None:
    plan = _drafted(draft, people, policy)
    matters = policy.inspection_matters
    gone = matters.matters["food_operation"].model_copy(update={"delisted_on": TODAY})
    without = matters.model_copy(update={"matters": {**matters.matters, "food_operation": gone}})
    with pytest.raises(Refusal) as refused:
        approve_plan(
            plan.public_id, actor=people.zhao, policy=replace(policy, inspection_matters=without), now=NOW
        )
    assert refused.value.code == "MATTER-UNLISTED"


def test_a_county_checks_in_all_its_fields_and_an_unnamed_department_in_none(
    people: People, policy: Policy
) -> None:
    county = make_organisation("kaifeng.410202", OrganisationKind.COUNTY, "龙亭区", people.city)
    strange = make_organisation("kaifeng.fishing", OrganisationKind.DEPARTMENT, "渔业所", people.city)
    assert len(matters_of(county, policy=policy, on=TODAY)) > 5
    assert set(matters_of(people.market, policy=policy, on=TODAY)) >= {"food_operation", "product_quality"}
    assert "travel_agency" not in matters_of(people.market, policy=policy, on=TODAY)
    assert not matters_of(strange, policy=policy, on=TODAY)


@pytest.mark.row("M8-03")
@pytest.mark.row("X-06")
def test_an_approved_plan_is_public_with_its_filing(draft: PlanDraft, people: People, policy: Policy) -> None:
    plan = _drafted(draft, people, policy)
    with pytest.raises(Refusal, match="已批准"):
        _file(plan, people)
    approve_plan(plan.public_id, actor=people.zhao, policy=policy, now=NOW)
    with pytest.raises(Refusal) as early:
        _file(plan, people, on=TODAY - timedelta(days=1))
    assert early.value.code == "PLAN-FILING-DAY"
    _file(plan, people)
    shown = PublicPlan.objects.get()
    assert shown.filing_number == "豫市监备〔2026〕9号"
    assert shown.batches[0]["planned"] == 20
    with pytest.raises(Refusal) as again:
        _file(plan, people)
    assert again.value.code == "PLAN-FILING"


def test_a_returned_plan_is_changed_and_its_batches_with_it(
    draft: PlanDraft, people: People, policy: Policy
) -> None:
    plan = _drafted(draft, people, policy)
    return_plan(plan.public_id, actor=people.zhao, policy=policy, now=NOW, reason="户数太多")
    changed = replace(draft, matter="food_production", batches=(replace(BATCH, planned=5),))
    plan = revise_plan(plan.public_id, changed, actor=people.li, policy=policy, now=NOW)
    assert plan.matter == "食品生产监督检查"
    assert [batch.planned for batch in plan.batches.all()] == [5]


@pytest.mark.guard("G7")
def test_nothing_is_drawn_after_the_last_batch(draft: PlanDraft, people: People, policy: Policy) -> None:
    plan = _drafted(draft, people, policy)
    refuse_outside_time(plan, policy=policy, on=date(2026, 12, 31))
    with pytest.raises(Refusal) as over:
        refuse_outside_time(plan, policy=policy, on=date(2027, 1, 1))
    assert over.value.code == "PLAN-OVER"


def test_a_plan_older_than_the_list_goes_on(people: People, policy: Policy, draft: PlanDraft) -> None:
    plan = _drafted(draft, people, policy)
    Plan.objects.filter(pk=plan.pk).update(matter_key="")
    plan.refresh_from_db()
    approve_plan(plan.public_id, actor=people.zhao, policy=policy, now=NOW)
    refuse_outside_time(plan, policy=policy, on=date(2027, 1, 1))
