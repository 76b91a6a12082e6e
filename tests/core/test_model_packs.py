"""The model packs hold together: every pack is usable, its facts are delivered, and its figures do what they say."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.core.packs import PACKS, POLICY, citations, state_of, table, written
from tests.feeds import feeds_in

from xinheng.core.composition import composition_causes, parts_of
from xinheng.core.evaluation import Evaluation, Fact, evaluate
from xinheng.core.feeds import ITEMS, Feed
from xinheng.core.model_check import LARGEST, LARGEST_POINTS, model_causes, refuse_publication
from xinheng.core.model_feeds import undelivered
from xinheng.core.models import GRADES, ModelKind, ScoringModel, Use, milli, parse_model, read_model
from xinheng.core.policy import Policy, known_cities, load_policy
from xinheng.core.refusal import Refusal

AS_OF = date(2026, 11, 20)
LAST_YEAR = date(2025, 6, 2)
MODELS = {model.id: model for model in map(read_model, PACKS)}
EIGHT = {"education", "health", "drugs", "financial_affairs", "transport", "housing", "ecology", "food"}
"""Fields that 石家庄 asks to be monitored (（六）: 8 个重点行业领域), as sectors here."""
IMPORTED = {"tax/tax-credit", "market-regulation/credit-risk"}
"""Packs beside results that others give and that are imported (G4)."""

shipped = pytest.mark.parametrize("path", PACKS, ids=lambda path: f"{path.parent.name}-{path.stem}")


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(POLICY, city="kaifeng")


@pytest.fixture(scope="module")
def feeds() -> dict[str, Feed]:
    return feeds_in(POLICY)


def fact(item: str, result: str, **changes: Any) -> Fact:
    known: dict[str, Any] = {
        "record_id": 1,
        "item": ITEMS[item],
        "decided_on": AS_OF - timedelta(days=40),
        "valid_to": None,
        "amount_fen": None,
        "headcount": None,
        "seriousness": 0,
        "finality": 6,
        "state": 1,
        "result": result,
    }
    return Fact(**(known | changes))


def graded(policy: Policy, model_id: str, *facts: Fact) -> Evaluation:
    return evaluate(MODELS[model_id], facts, as_of=AS_OF, treatment=policy.treatment(on=AS_OF))


# ---- every pack -------------------------------------------------------------------------------------


@pytest.mark.row("M7-03")
@pytest.mark.row("M7-06")
@pytest.mark.parametrize("city", known_cities(POLICY))
def test_the_packs_are_part_of_the_policy_of_every_city(city: str) -> None:
    loaded = load_policy(POLICY, city=city)
    assert set(loaded.models) == set(MODELS)
    sectors, treatment = loaded.sectors.sectors, loaded.treatment(on=AS_OF)
    for model in loaded.models.values():
        causes = model_causes(
            model, sources=loaded.sources, sectors=sectors, treatment=treatment, area=loaded.city.area
        )
        assert causes == (), model.id
    assert list(composition_causes(loaded.models)) == []


@pytest.mark.row("M7-12")
def test_everything_a_pack_asks_for_is_delivered_by_a_feed(feeds: dict[str, Feed]) -> None:
    assert list(undelivered(MODELS, feeds)) == []


@pytest.mark.row("M7-03")
@pytest.mark.row("M7-05")
@shipped
def test_a_scoring_pack_has_the_city_scale_and_a_warning_pack_its_own(path: Path) -> None:
    model = read_model(path)
    grades = {band.grade: band.label for band in model.scale.bands}
    if model.kind is ModelKind.WARNING:
        assert grades != GRADES
    else:
        assert (int(model.scale.max), grades) == (1000, GRADES)


@pytest.mark.row("M7-12")
@shipped
def test_a_pack_names_ground_cycle_and_state(path: Path, policy: Policy) -> None:
    model = read_model(path)
    assert model.cycle_months is not None
    assert model.cycle_months <= 12
    assert state_of(model) in ("complete", "first version")
    assert not any(citation.verified for citation in citations(model) if not citation.clause)
    for _, part in parts_of(model):
        assert {citation.source for citation in part.basis} <= set(policy.sources)


@shipped
def test_the_points_of_a_pack_fit_every_engine(path: Path) -> None:
    model = read_model(path)
    most = milli(model.scale.max) + sum(milli(indicator.cap) for indicator in model.indicators)
    assert most < LARGEST_POINTS < LARGEST


@pytest.mark.row("M7-06")
def test_the_priority_fields_have_packs_that_their_departments_may_publish(policy: Policy) -> None:
    owners = {
        model.owner
        for model in MODELS.values()
        if model.kind is ModelKind.SECTOR and state_of(model) == "complete"
    }
    assert owners >= EIGHT
    for model in MODELS.values():
        if model.use is Use.PUBLISHABLE:
            refuse_publication(model, publisher_sectors={model.owner}, sources=policy.sources)


@pytest.mark.guard("G4")
@pytest.mark.parametrize("model_id", sorted(IMPORTED | {"general/trial"}))
def test_results_that_others_give_are_imported_and_never_published_as_ours(model_id: str) -> None:
    model = MODELS[model_id]
    with pytest.raises(Refusal, match="只作试算"):
        refuse_publication(model, publisher_sectors={model.owner})


def test_risk_classes_of_market_regulation_are_points_in_no_pack() -> None:
    named = {word for model in MODELS.values() for _, part in parts_of(model) for word in part.facts.words}
    assert not named & {"risk_a", "risk_b", "risk_c", "risk_d"}


def test_the_table_of_packs_is_up_to_date() -> None:
    assert written() == table(), "python -m tests.core.packs"


# ---- facts that nobody delivers ---------------------------------------------------------------------


@pytest.mark.row("M7-12")
@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"items": ["commitment"], "results": ["kept", "forgotten"]}, "“forgotten”没有数据源"),
        ({"items": ["interview"]}, "目录事项“interview”"),
        ({"items": ["abnormal_operation"], "not_results": ["gone"]}, "“gone”没有数据源"),
        ({"items": ["complaint"], "seriousness": ["serious"]}, "没有数据源给出程度“serious”"),
        ({"items": ["complaint"], "amount_from_yuan": 5}, "没有数据源交来金额"),
        ({"items": ["complaint"], "headcount_below": 5}, "没有数据源交来人数"),
        (
            {"items": ["evaluation"], "grades_of": "general/trial", "grades": ["D"]},
            "模型“general/trial”只作试算",
        ),
    ],
)
def test_a_fact_that_no_feed_delivers_is_named(
    feeds: dict[str, Feed], facts: dict[str, Any], said: str
) -> None:
    content = MODELS["food/food-operators"].model_dump(mode="json")
    content["indicators"][0] |= {"facts": facts, "window_days": 365}
    changed = parse_model(content, file="food-operators.yml")
    causes = list(undelivered({**MODELS, changed.id: changed}, feeds))
    assert [(place, said in cause) for _, place, cause in causes] == [(causes[0][1], True)]
    assert causes[0][1].startswith("indicators.penalty_minor")


@pytest.mark.row("M7-04")
def test_grades_of_a_published_model_need_no_feed(feeds: dict[str, Feed]) -> None:
    content = MODELS["real-estate/developers"].model_dump(mode="json")
    read = {"items": ["evaluation"], "grades_of": "food/food-operators", "grades": ["D"]}
    content["indicators"][0] |= {"facts": read, "window_days": 365}
    changed = parse_model(content, file="developers.yml")
    assert list(undelivered({**MODELS, changed.id: changed}, feeds)) == []


# ---- what single packs say --------------------------------------------------------------------------


@pytest.mark.row("M7-04")
@pytest.mark.parametrize(
    ("model_id", "excellent", "good"),
    [("real-estate/developers", 80_000, 40_000), ("food/food-operators", 50_000, 25_000)],
)
def test_the_comprehensive_result_and_sector_facts_give_one_grade(
    policy: Policy, model_id: str, excellent: int, good: int
) -> None:
    own = [fact("permit", "granted", record_id=7), fact("inspection", "passed", record_id=8)]
    without = graded(policy, model_id, *own)
    for word, more in (("public_excellent", excellent), ("public_good", good), ("public_fair", 0)):
        found = graded(policy, model_id, *own, fact("evaluation", word))
        assert found.points_milli - without.points_milli == more


@pytest.mark.row("M7-04")
@pytest.mark.parametrize("model_id", ["real-estate/developers", "food/food-operators"])
def test_the_latest_comprehensive_result_counts_and_a_poor_one_bounds_the_grade(
    policy: Policy, model_id: str
) -> None:
    old = fact("evaluation", "public_excellent", decided_on=date(2026, 1, 10))
    new = fact("evaluation", "public_good", decided_on=date(2026, 4, 10), record_id=2)
    assert graded(policy, model_id, old, new).points_milli == graded(policy, model_id, new).points_milli
    merits = [
        fact("honour", "A", decided_on=date(year, 4, 20), record_id=year) for year in (2024, 2025, 2026)
    ]
    kept = [fact("commitment", "kept", record_id=number) for number in range(3000, 3005)]
    passed = [fact("inspection", "passed", record_id=number) for number in range(4000, 4005)]
    good = [fact("permit", "granted", record_id=9), *merits, *kept, *passed]
    assert graded(policy, model_id, *good).grade in ("A", "B")
    poor = graded(policy, model_id, *good, fact("evaluation", "public_poor"))
    assert (poor.grade, poor.decided_by) == ("C", "public_poor")


@pytest.mark.guard("G4")
def test_the_trial_model_does_not_rest_on_the_results_it_is_compared_with() -> None:
    words = {word for _, part in parts_of(MODELS["general/trial"]) for word in part.facts.words}
    assert not {word for word in words if word.startswith("public_")}


@pytest.mark.row("M7-03")
def test_a_developer_has_600_200_200_less_adverse() -> None:
    model = MODELS["real-estate/developers"]
    caps = {family.id: (family.effect, family.cap) for family in model.families}
    assert model.scale.start == 600
    assert caps["business"] == caps["merit"] == ("plus", Decimal(200))
    assert caps["basic"] == ("minus", Decimal(600))


@pytest.mark.row("M7-05")
def test_tax_points_start_at_90_or_100_and_carry_a_d_over(policy: Policy) -> None:
    def tax(word: str, number: int = 1, **changes: Any) -> Fact:
        return fact("compliance", word, decided_on=LAST_YEAR, record_id=number, **changes)

    late = [tax("tax_late_filing", number) for number in (1, 2, 3)]
    assert graded(policy, "tax/tax-credit", *late).points_milli == 75_000
    audited = graded(policy, "tax/tax-credit", *late, tax("tax_audited", 9))
    assert (audited.points_milli, audited.grade) == (85_000, "B")
    small, large = (tax("tax_arrears", amount_fen=yuan * 100) for yuan in (49_999, 50_000))
    assert graded(policy, "tax/tax-credit", small).points_milli == 87_000
    assert graded(policy, "tax/tax-credit", large).points_milli == 79_000
    was_d = fact("evaluation", "tax_d", decided_on=date(2025, 12, 31))
    carried = graded(policy, "tax/tax-credit", was_d, tax("tax_audited", 9))
    assert (carried.points_milli, carried.grade) == (89_000, "B")
    evaded = fact("compliance", "tax_evasion", seriousness=3)
    assert graded(policy, "tax/tax-credit", evaded).grade == "D"


@pytest.mark.row("M7-05")
@pytest.mark.parametrize("headcount", [0, 4, 5, 9, 10, 40])
@pytest.mark.parametrize("yuan", [0, 19_999, 20_000, 49_999, 50_000, 900_000])
def test_a_labour_violation_takes_the_graver_of_persons_and_amount(
    policy: Policy, headcount: int, yuan: int
) -> None:
    def tier(value: int, some: int, many: int) -> int:
        return 10 if value >= many else 8 if value >= some else 5

    violation = fact(
        "compliance",
        "labour_violation",
        decided_on=LAST_YEAR,
        headcount=headcount,
        amount_fen=yuan * 100,
        seriousness=1,
    )
    wanted = max(tier(headcount, 5, 10), tier(yuan, 20_000, 50_000))
    found = graded(policy, "labour/labour-protection", violation)
    assert (found.points_milli, found.grade) == ((100 - wanted) * 1000, "B")


@pytest.mark.row("M7-05")
def test_three_labour_decisions_in_a_year_are_class_c_and_none_is_class_a(policy: Policy) -> None:
    def decided(times: int) -> str | None:
        facts = [
            fact("compliance", "labour_decision", decided_on=LAST_YEAR, record_id=number)
            for number in range(times)
        ]
        return graded(
            policy, "labour/labour-protection", fact("permit", "granted", record_id=99), *facts
        ).grade

    assert [decided(times) for times in (0, 1, 2, 3)] == ["A", "B", "B", "C"]


@pytest.mark.row("M7-05")
def test_food_risk_adds_static_and_dynamic_points_and_low_is_good(policy: Policy) -> None:
    static = fact("evaluation", "food_static_2")
    failed = fact("inspection", "failed", record_id=2, seriousness=1)
    upheld = fact("complaint", "upheld", record_id=3)
    at_30 = graded(policy, "food/food-risk", static, failed)
    above = graded(policy, "food/food-risk", static, failed, upheld)
    assert (at_30.points_milli, at_30.grade) == (30_000, "A")
    assert (above.points_milli, above.grade) == (34_000, "B")
    stopped = fact("penalty", "stoppage", record_id=4, seriousness=1, decided_on=AS_OF - timedelta(days=10))
    assert graded(policy, "food/food-risk", static, stopped).grade == "B"
    model = MODELS["food/food-risk"]
    assert {family.id: family.cap for family in model.families} == {"static": 40, "dynamic": 60}


@pytest.mark.row("M7-05")
def test_market_risk_rises_with_supervision_findings_and_falls_with_merit(policy: Policy) -> None:
    def of(*facts: Fact) -> Evaluation:
        return graded(policy, "market-regulation/credit-risk", fact("permit", "granted", record_id=9), *facts)

    listed = fact("abnormal_operation", "listed")
    assert [of().grade, of(listed).grade] == ["A", "C"]
    assert of(listed, fact("honour", "A", record_id=2)).points_milli == 210_000
    assert of(fact("serious_list", "listed", seriousness=3)).grade == "D"


@pytest.mark.row("M7-03")
def test_environment_grades_fall_by_direct_grounds_and_by_one_level_for_an_incident(policy: Policy) -> None:
    base = fact("permit", "granted", record_id=9)
    model_id = "ecology/environment-credit"
    assert graded(policy, model_id, base).grade == "B"
    assert graded(policy, model_id, base, fact("compliance", "env_incident")).grade == "C"
    direct = graded(policy, model_id, base, fact("compliance", "env_covert_discharge"))
    assert (direct.grade, direct.decided_by) == ("E", "direct")
    removed = fact("compliance", "env_covert_discharge", state=4)
    assert graded(policy, model_id, base, removed).grade == "B"


def test_model_ids_are_unique_and_named_by_their_files() -> None:
    assert len(MODELS) == len(PACKS)
    assert all(f"{path.parent.name}/{path.stem}" in MODELS for path in PACKS)
    assert all(isinstance(model, ScoringModel) for model in MODELS.values())


def test_a_rule_for_guarantee_companies_alone_does_not_ground_inspection_of_all_local_finance() -> None:
    model = MODELS["financial-affairs/local-finance"]
    inspected = [one for one in model.indicators if one.id.startswith("inspection_")]
    assert len(inspected) == 3
    for one in inspected:
        assert {basis.source for basis in one.basis} > {"financing-guarantee-regulation"}
    assert "只约束融资担保公司" in model.note
    assert "待确认" in model.note
