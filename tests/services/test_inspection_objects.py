"""Who is in the pool of a draw: those who fit the rule of its matter and what the plan narrows it to, and nobody else."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.people import NOW, TODAY, People, make_inspectors, make_organisation
from tests.services.deliveries import REGISTER, code, registration, write
from tests.services.draw_words import draw_with
from tests.store.commitment_rows import commitment
from tests.store.rows import Rows

from xinheng.core.catalogue import Item
from xinheng.core.draw_verify import remarks, verify
from xinheng.core.inspection_objects import EVERYBODY, ObjectParts, ObjectRule, names_of
from xinheng.core.policy import Policy
from xinheng.core.records import RecordState
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Role
from xinheng.core.sources import Citation
from xinheng.services.collect import Delivery, import_file
from xinheng.services.inspection_objects import count_objects
from xinheng.services.inspection_plans import BatchDraft, PlanDraft, approve_plan, draft_plan
from xinheng.services.inspections import announce_draw, commit_to, forecast_draw
from xinheng.services.pools import behind, kept_objects, whole_record
from xinheng.services.visit_sites import known_sites
from xinheng.store.models import (
    DrawAnnouncement,
    OrganisationKind,
    Plan,
    PublicPlan,
    RoleGrant,
    Subject,
)

pytestmark = pytest.mark.row("M8-03")
MODEL = "food/objects"
REVEALS = {"市场监管部门": "words of the regulator"}
BATCH = BatchDraft(scope="全市", planned=20, from_on=date(2026, 10, 1), until_on=date(2026, 12, 31))
CERTIFICATE = "食品经营许可证"


def _ruled(policy: Policy, **parts: Any) -> Policy:
    """A policy in which the matter of food has this rule."""
    ground = (Citation(source="xinheng-proposal", verified=False),)
    listed = policy.inspection_matters
    matter = listed.matters["food_operation"].model_copy(
        update={"objects": ObjectRule(**parts, basis=ground) if parts else None}
    )
    changed = listed.model_copy(update={"matters": {**listed.matters, "food_operation": matter}})
    return replace(policy, inspection_matters=changed)


@pytest.fixture
def rows(people: People, home: Path) -> Rows:
    RoleGrant.objects.create(
        user=people.li, role=Role.REVIEWER, organisation=people.market, from_on=date(2026, 1, 1)
    )
    make_inspectors(people.market, 3)
    return Rows(people)


def _subject(rows: Rows, number: int, **given: Any) -> Subject:
    """One that every rule of these tests fits, but for what is given."""
    fit = {"sector": "food", "division_code": "410202", "industry_code": "6210", "status": "active"}
    return rows.subject(code=code(number), **fit | given)


def _licence(rows: Rows, subject: Subject, name: str = CERTIFICATE, **given: Any) -> None:
    held = {"item": Item.PERMIT, "result": "granted", "valid_to": TODAY + timedelta(days=1)}
    record = rows.record(subject=subject, **held | given)
    rows.detail(record=record, title="准予行政许可决定书", fields={"许可证书名称": name})


def _graded(rows: Rows, *subjects: Subject) -> None:
    run = rows.run(model=MODEL, current=True)
    for subject in subjects:
        rows.score(run=run, subject=subject, grade="C")


def _plan(people: People, policy: Policy, *, approved: bool = True, **given: Any) -> Plan:
    draft = PlanDraft(
        organisation=people.market,
        title="食品抽查",
        matter="food_operation",
        line="food",
        year=2026,
        batches=(BATCH,),
        **given,
    )
    plan = draft_plan(draft, actor=people.li, policy=policy, now=NOW)
    return approve_plan(plan.public_id, actor=people.zhao, policy=policy, now=NOW) if approved else plan


def _announce(plan: Plan, people: People, policy: Policy) -> DrawAnnouncement:
    return announce_draw(
        plan.public_id,
        model=MODEL,
        parties={name: commit_to(plan, party=name, reveal=text) for name, text in REVEALS.items()},
        actor=people.li,
        policy=policy,
        now=NOW + timedelta(hours=1),
    )


def _members(announcement: DrawAnnouncement) -> set[int]:
    keys = [key for own in kept_objects(announcement).values() for key in own]
    return set(behind(announcement, keys)[0].values())


def _with(rows: Rows, name: str) -> tuple[Subject, list[Subject]]:
    """Whom a part of a rule takes in, and whom it leaves out."""
    fit = _subject(rows, 1)
    if name == "permits":
        _licence(rows, fit)
        others = [_subject(rows, number) for number in range(2, 8)]
        _licence(rows, others[0], valid_to=TODAY)
        _licence(rows, others[1], result="ended")
        _licence(rows, others[2], name="食品生产许可证")
        _licence(rows, others[3], state=RecordState.WITHDRAWN)
        _licence(rows, others[4], valid_from=TODAY + timedelta(days=1))
        return fit, others
    if name == "commitments":
        done = {"outcome": "full", "determined_on": TODAY, "determined_by": rows.people.city}
        others = [_subject(rows, number) for number in range(2, 6)]
        given: list[dict[str, Any]] = [
            {},
            {"valid_until": TODAY - timedelta(days=1)},
            done,
            {"kind": "repair"},
        ]
        for number, (subject, changes) in enumerate(zip([fit, *others], given, strict=False), start=1):
            entered = {"code": f"{number:020d}", "registered_at": NOW, "record_key": number}
            commitment(rows, subject=subject, **{"kind": "substitution", **entered, **changes})
        return fit, others
    other: dict[str, dict[str, Any]] = {
        "kinds": {"kind": "sole_trader"},
        "sectors": {"sector": "housing"},
        "industries": {"industry_code": "5210"},
        "districts": {"division_code": "410221"},
    }
    return fit, [_subject(rows, 2, **other[name])]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("kinds", ("enterprise", "branch")),
        ("sectors", ("market_regulation",)),
        ("industries", ("62", "6512")),
        ("permits", (CERTIFICATE, "食品经营备案证明")),
        ("commitments", ("substitution",)),
        ("districts", ("410202", "410203")),
    ],
)
def test_each_part_of_a_rule_makes_the_pool_and_the_forecast_alike(
    rows: Rows, people: People, policy: Policy, name: str, values: tuple[str, ...]
) -> None:
    fit, others = _with(rows, name)
    _graded(rows, fit, *others)
    own = _ruled(policy, **{name: values})
    plan = _plan(people, own)
    (stratum,) = forecast_draw(plan, model=MODEL, policy=own, on=TODAY)
    announcement = _announce(plan, people, own)
    assert _members(announcement) == {fit.pk}
    assert stratum.population == announcement.content["strata"][0]["population"] == 1
    assert count_objects(own, on=TODAY)["food_operation"] == 1


def test_all_parts_hold_together_and_none_takes_in_everybody_graded(
    rows: Rows, people: People, policy: Policy
) -> None:
    both, one, cancelled = _subject(rows, 1), _subject(rows, 2), _subject(rows, 3, status="cancelled")
    _licence(rows, both)
    _graded(rows, both, one, cancelled, _subject(rows, 4, sector="housing"))
    plan = _plan(people, _ruled(policy))

    def told(own: Policy) -> int:
        return sum(one.population for one in forecast_draw(plan, model=MODEL, policy=own, on=TODAY))

    assert told(_ruled(policy)) == 3
    assert told(_ruled(policy, sectors=("food",))) == 2
    assert told(_ruled(policy, sectors=("food",), permits=(CERTIFICATE,))) == 1
    assert EVERYBODY in _ruled(policy).inspection_matters.matters["food_operation"].rule.words(
        names_of(policy)
    )


def test_the_scope_of_a_plan_narrows_the_rule_of_its_matter(
    rows: Rows, people: People, policy: Policy
) -> None:
    here, there = _subject(rows, 1), _subject(rows, 2, division_code="410221")
    _graded(rows, here, there, _subject(rows, 3, sector="housing"))
    own = _ruled(policy, sectors=("food",))
    plan = _plan(people, own, scope=ObjectParts(districts=("410221",), sectors=("food", "housing")))
    announcement = _announce(plan, people, own)
    assert _members(announcement) == {there.pk}
    assert [rule["name"] for rule in announcement.content["pool_rules"]] == [
        "事项“食品经营监督检查”的对象规则",
        "本计划的范围",
    ]
    assert "杞县" in announcement.content["pool_rules"][1]["words"]
    shown = PublicPlan.objects.get()
    assert (shown.object_rule, shown.scope["districts"]) == ({"sectors": ["food"]}, ["410221"])


@pytest.mark.guard("G7")
def test_a_county_draws_from_its_own_area(rows: Rows, people: People, policy: Policy) -> None:
    county = make_organisation("kaifeng.410221", OrganisationKind.COUNTY, "杞县", people.city)
    county.division_code = "410221"
    county.save()
    RoleGrant.objects.create(
        user=people.li, role=Role.REVIEWER, organisation=county, from_on=date(2026, 1, 1)
    )
    draft = PlanDraft(
        organisation=county, title="抽查", matter="food_operation", line="food", year=2026, batches=(BATCH,)
    )
    assert draft_plan(draft, actor=people.li, policy=policy, now=NOW).scope == {"districts": ["410221"]}
    beyond = replace(draft, scope=ObjectParts(districts=("410202", "410221")))
    with pytest.raises(Refusal, match="410202") as refused:
        draft_plan(beyond, actor=people.li, policy=policy, now=NOW)
    assert refused.value.code == "PLAN-AREA"


def test_a_pool_of_nobody_is_refused_by_name_with_its_rule(
    rows: Rows, people: People, policy: Policy
) -> None:
    _graded(rows, _subject(rows, 1))
    own = _ruled(policy, permits=("食品生产许可证",))
    plan = _plan(people, own)
    for ask in (
        lambda: forecast_draw(plan, model=MODEL, policy=own, on=TODAY),
        lambda: _announce(plan, people, own),
    ):
        with pytest.raises(Refusal, match=r"食品抽查.*食品生产许可证") as refused:
            ask()
        assert refused.value.code == "PLAN-OBJECTS"
    assert not DrawAnnouncement.objects.exists()


@pytest.mark.guard("G7")
def test_an_approved_plan_takes_in_nobody_more_by_a_later_rule_and_drops_who_left_it(
    rows: Rows, people: People, policy: Policy
) -> None:
    food, building = _subject(rows, 1), _subject(rows, 2, sector="housing")
    trader = _subject(rows, 3, kind="sole_trader")
    _graded(rows, food, building, trader)
    plan = _plan(people, _ruled(policy, sectors=("food",)))

    def told(own: Policy) -> int:
        return sum(one.population for one in forecast_draw(plan, model=MODEL, policy=own, on=TODAY))

    assert told(_ruled(policy, sectors=("food", "housing"))) == 2
    assert told(_ruled(policy)) == 2
    narrower = _ruled(policy, sectors=("food",), kinds=("enterprise",))
    assert told(narrower) == 1
    announcement = _announce(plan, people, narrower)
    assert _members(announcement) == {food.pk}
    assert announcement.content["pool_rules"][-1]["name"] == "批准后改动的事项对象规则"


def test_the_record_says_of_whom_the_pool_was_made_and_a_changed_rule_is_found(
    rows: Rows, people: People, policy: Policy
) -> None:
    _graded(rows, *(_subject(rows, number) for number in range(1, 5)))
    own = _ruled(policy, sectors=("food",), kinds=("enterprise",))
    plan = _plan(people, own)
    announcement = _announce(plan, people, own)
    made = draw_with(announcement.public_id, reveals=REVEALS, actor=people.li, now=NOW + timedelta(hours=2))
    record = whole_record(made)
    (rule,) = record["announcement"]["pool_rules"]
    assert rule["parts"] == {"kinds": ["enterprise"], "sectors": ["food"]}
    assert rule["version"] == own.inspection_matters.matters["food_operation"].rule.version
    assert "主体类型为企业，并且登记行业属食品安全" in rule["words"]
    assert verify(record, announced=announcement.digest) == ()
    assert any("食品安全" in one for one in remarks(record))
    rule["parts"] = {"kinds": ["enterprise"]}
    assert any(problem.startswith("名录规则：") for problem in verify(record))


def test_the_registrar_s_code_of_the_industry_is_kept(
    rows: Rows, people: People, policy: Policy, tmp_path: Path
) -> None:
    sent = [f"{registration(number)},{told}" for number, told in ((1, "H6210"), (2, "62"), (3, "餐饮"))]
    path = write(tmp_path, *sent, header=f"{REGISTER},行业代码", called="登记注册.csv")
    import_file(path, Delivery(policy=policy, organisation=people.market, actor=people.li, now=NOW))
    kept = Subject.objects.order_by("code").values_list("code", "industry_code")
    assert dict(kept) == {code(1): "6210", code(2): "62", code(3): ""}


@pytest.mark.guard("G12")
@pytest.mark.parametrize("part", ["size", "state_owned", "taxes"])
def test_size_ownership_and_taxes_are_no_parts_of_a_rule(part: str) -> None:
    with pytest.raises(ValueError, match=r"未知的键|Extra inputs"):
        ObjectParts.model_validate({part: ["x"]})


def test_the_team_is_shown_the_sites_that_permits_in_force_name(rows: Rows, people: People) -> None:
    firm = _subject(rows, 1)
    absorbed = rows.subject(code=code(2), merged_into=firm)
    _licence(rows, firm, name="食品生产许可证")
    record = rows.record(subject=absorbed, item=Item.PERMIT, result="granted")
    held = {"许可证书名称": CERTIFICATE, "许可编号": "JY14102", "许可的经营地址": "龙亭区某街3号"}
    rows.detail(record=record, authority="龙亭区市场监督管理局", fields=held)
    _licence(rows, firm, valid_to=TODAY)
    first, second = known_sites(firm, on=TODAY)
    assert (first.certificate, first.number, first.address) == (CERTIFICATE, "JY14102", "龙亭区某街3号")
    assert (second.certificate, second.address) == ("食品生产许可证", "")
