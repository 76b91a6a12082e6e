"""What a model file may say, what forbids its use, and the models that are shipped."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.core.examples import BANDS, BASIS, ceiling, content, indicator, model

from xinheng.core.decay import half_life_decay, half_life_share
from xinheng.core.model_check import may_show_grade, model_causes, refuse_publication, validate_model
from xinheng.core.models import ScoringModel, model_schema, parse_model, read_model
from xinheng.core.policy import load_policy
from xinheng.core.policy_file import PolicyError, parse, read_strict
from xinheng.core.refusal import Refusal
from xinheng.core.sources import Source

POLICY = Path(__file__).parents[2] / "policy"
BEGIN = date(2026, 11, 20)
SHIPPED = sorted(POLICY.glob("models/*/*.yml"))


def causes(**changes: Any) -> str:
    """All causes of a changed model, as one text."""
    return "\n".join(f"{place}：{cause}" for place, cause in model_causes(model(**changes)))


def one(**changes: Any) -> list[dict[str, Any]]:
    honour = indicator("honour", label="荣誉", family="merit", facts={"items": ["honour"]}, points=25, cap=75)
    return [indicator(**changes), honour]


def refused(**changes: Any) -> str:
    with pytest.raises(PolicyError) as caught:
        parse_model(content(**changes), file="example.yml")
    return str(caught.value)


def scale(**changes: Any) -> dict[str, Any]:
    return {"max": 1000, "start": 800, "bands": BANDS} | changes


def sources() -> dict[str, Source]:
    found = [parse(Source, read_strict(path), file=path) for path in (POLICY / "sources").glob("*.yml")]
    return {source.id: source for source in found}


# ---- the shipped models -----------------------------------------------------------------------------


@pytest.mark.row("M7-03")
@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_shipped_model_can_be_used(path: Path) -> None:
    shipped = read_model(path)
    assert shipped.id == f"{path.parent.name}/{path.stem}"
    sectors = read_strict(POLICY / "national" / "sectors.yml")["sectors"]
    treatment = load_policy(POLICY, city="kaifeng").treatment(on=BEGIN)
    assert model_causes(shipped, sources=sources(), sectors=sectors, treatment=treatment) == ()


@pytest.mark.guard("G4")
def test_the_general_model_of_a_city_is_run_on_trial_only() -> None:
    trial = read_model(POLICY / "models" / "general" / "trial.yml")
    assert trial.trial
    with pytest.raises(Refusal, match="只作试算"):
        refuse_publication(trial, publisher_sectors={"credit"})


@pytest.mark.guard("G1")
@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_no_shipped_model_grades_sole_traders(path: Path) -> None:
    assert not read_model(path).covers(kind="sole_trader", sector="food")


def test_the_model_in_the_documents_can_be_used() -> None:
    text = (POLICY.parent / "docs" / "how-to" / "write-a-model.md").read_text(encoding="utf-8")
    written = parse_model(yaml.safe_load(text.split("```yaml")[1].split("```")[0]), file="write-a-model.md")
    policy = load_policy(POLICY, city="kaifeng")
    assert not model_causes(
        written,
        sources=policy.sources,
        sectors=policy.sectors.sectors,
        treatment=policy.treatment(on=BEGIN),
        area=policy.city.area,
    )


# ---- form -------------------------------------------------------------------------------------------


def test_a_model_survives_storage_as_json() -> None:
    made = model(indicators=one(points=2.5))
    again = ScoringModel.model_validate(made.model_dump(mode="json"))
    assert again == made
    assert again.digest == made.digest


def test_equal_numbers_in_other_spellings_are_one_model() -> None:
    assert model(indicators=one(points="2.50")).digest == model(indicators=one(points=2.5)).digest
    assert model(indicators=one(points=30)).indicators[0].points == Decimal(30)


def test_the_digest_covers_the_decay_table() -> None:
    tables = [
        {"table": [{"from_day": 0, "per_mille": 1000}, {"from_day": 30, "per_mille": left}]}
        for left in (500, 499)
    ]
    first, second = (model(indicators=one(decay=table)) for table in tables)
    assert first.digest != second.digest


def test_the_schema_can_be_published() -> None:
    assert model_schema()["title"] == "ScoringModel"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"indicators": one(points=1.2345)}, "至多三位小数"),
        ({"indicators": one(points="many")}, "必须是分数"),
        ({"indicators": one(points=True)}, "必须是分数"),
        ({"indicators": one(window_days=0)}, "window_days：不得小于 1"),
        ({"indicators": one(basis=[])}, "basis：至少要有 1 项"),
        ({"indicators": one(facts={"items": ["weather"]})}, "目录中没有“weather”"),
        ({"indicators": one(facts={})}, "须写明用哪些目录事项"),
        ({"indicators": one(points=None)}, "须写且只写一种"),
        ({"indicators": one(measure="count")}, "其余度量用 bands"),
        (
            {"indicators": one(facts={"items": ["penalty"], "amount_from_yuan": 5, "amount_below_yuan": 5})},
            "金额的下限",
        ),
        (
            {"indicators": one(facts={"items": ["penalty"], "results": ["fine"], "not_results": ["fine"]})},
            "同一结果",
        ),
        ({"indicators": one(points=None, by_amount=[{"start": 1, "points": 3}])}, "必须从 0 开始"),
        (
            {
                "indicators": one(
                    points=None, by_amount=[{"start": 0, "points": 3}, {"start": 0, "points": 4}]
                )
            },
            "起点必须逐行增加",
        ),
        ({"indicators": one(decay={"table": [{"from_day": 1, "per_mille": 900}]})}, "必须从第 0 天开始"),
        (
            {
                "indicators": one(
                    decay={"table": [{"from_day": 0, "per_mille": 500}, {"from_day": 9, "per_mille": 600}]}
                )
            },
            "不得随时间上升",
        ),
        ({"indicators": one(ownership="private")}, "ownership：未知的键"),
        ({"scale": scale(bands=BANDS[:-1])}, "从 0 分起"),
        ({"scale": scale(bands=[*BANDS[:-1], {"grade": "E", "label": "差", "start": 400}])}, "从 0 分起"),
        ({"scale": scale(bands=[BANDS[1], BANDS[0], *BANDS[2:]])}, "由优到劣"),
        ({"scale": scale(start=1001)}, "不得高于满分"),
        ({"population": {"kinds": ["natural_person"]}}, "取值只能是"),
        ({"id": "food"}, "id：“food”不是代码"),
    ],
)
def test_a_mistake_is_named_by_file_key_and_cause(changes: dict[str, Any], words: str) -> None:
    text = refused(**changes)
    assert words in text
    assert text.startswith("example.yml：")


# ---- rules ------------------------------------------------------------------------------------------


def test_a_sound_model_has_no_causes() -> None:
    assert causes() == ""


@pytest.mark.row("M7-03")
@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (
            scale(max=100, start=80, bands=[{**band, "start": band["start"] / 10} for band in BANDS]),
            "满分必须是 1000",
        ),
        (scale(bands=[*BANDS[:3], {"grade": "D", "label": "较差", "start": 0}]), "等级必须依次是"),
        (scale(bands=[{**BANDS[0], "label": "很好"}, *BANDS[1:]]), "等级必须依次是"),
        (
            scale(bands=[{**band, "start": place * 200} for place, band in enumerate(BANDS)]),
            "起点分数必须逐级下降",
        ),
    ],
)
def test_a_scoring_model_off_the_scale_of_the_city_is_refused(changed: dict[str, Any], words: str) -> None:
    assert words in causes(scale=changed)
    with pytest.raises(Refusal, match="不能使用"):
        validate_model(model(scale=changed))


@pytest.mark.row("M7-05")
def test_a_warning_model_has_bands_of_its_own() -> None:
    risk = {
        "max": 100,
        "start": 0,
        "bands": [
            {"grade": "A", "label": "风险低", "start": 0},
            {"grade": "B", "label": "风险一般", "start": 30},
            {"grade": "C", "label": "风险较高", "start": 45},
            {"grade": "D", "label": "风险高", "start": 60},
        ],
    }
    families = [
        {"id": "lawful", "label": "风险", "effect": "plus", "cap": 60},
        {"id": "merit", "label": "守信", "effect": "minus", "cap": 30},
    ]
    changes = {
        "kind": "warning",
        "scale": risk,
        "families": families,
        "indicators": one(points=40, cap=60),
        "vetoes": [],
    }
    assert causes(**changes) == ""
    assert model(**changes).grade_of(45_000) == "C"
    assert model(**changes).rank("D") == 3


@pytest.mark.guard("G1")
def test_a_general_model_may_not_cover_sole_traders() -> None:
    found = causes(kind="general", use="trial", population={"kinds": ["enterprise", "sole_trader"]})
    assert "不得纳入综合评价" in found


@pytest.mark.guard("G1")
def test_a_sector_model_covers_sole_traders_only_under_a_rule_and_with_an_assessment() -> None:
    kinds = {"kinds": ["enterprise", "sole_trader"], "sectors": ["food"]}
    assert "影响评估文号" in causes(population=kinds)
    rule = {"basis": BASIS[0], "use": "inspection", "impact_assessment": "示例评估〔2026〕1号"}
    assert causes(population={**kinds, "sole_traders": rule}) == ""
    assert "use：取值只能是" in refused(population={**kinds, "sole_traders": {**rule, "use": "publication"}})


@pytest.mark.guard("G1")
def test_a_grade_of_a_sole_trader_is_never_shown() -> None:
    assert may_show_grade(model(), kind="enterprise")
    assert not may_show_grade(model(), kind="sole_trader")
    assert not may_show_grade(model(use="trial"), kind="enterprise")


@pytest.mark.guard("G4")
def test_a_general_model_that_would_be_published_is_refused() -> None:
    assert "只能试算" in causes(kind="general", use="publishable", population={"kinds": ["enterprise"]})


@pytest.mark.guard("G4")
def test_a_sector_model_is_published_by_the_body_of_that_sector_alone() -> None:
    refuse_publication(model(), publisher_sectors={"food", "market_regulation"})
    with pytest.raises(Refusal, match="只能由权责清单中负责该领域的部门发布"):
        refuse_publication(model(), publisher_sectors={"transport"})


@pytest.mark.guard("G12")
@pytest.mark.parametrize(
    "changes",
    [
        {"facts": {"items": ["registration"]}},
        {"facts": {"items": ["levy"]}},
        {"label": "国有企业加分"},
        {"label": "注册资本"},
        {"label": "本地企业"},
        {"label": "纳税额"},
    ],
)
def test_ownership_place_size_and_local_taxes_never_become_points(changes: dict[str, Any]) -> None:
    assert "公平竞争审查条例" in causes(indicators=one(**changes))


@pytest.mark.guard("G12")
def test_a_cited_national_rule_may_permit_such_a_feature_and_a_local_one_may_not() -> None:
    national = {"source": "guobanfa-2019-35", "clause": "第三条", "verified": False}
    local = {"source": "bianzhengban-2020-46", "clause": "11", "verified": False}
    for rule, permitted in ((national, True), (local, False)):
        made = model(indicators=one(label="企业规模", national_rule=rule))
        found = [cause for _, cause in model_causes(made, sources=sources()) if "公平竞争" in cause]
        assert (not found) is permitted


def test_no_points_are_taken_for_objecting() -> None:
    assert "提出异议是主体的权利" in causes(indicators=one(facts={"items": ["objection"]}))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"indicators": [*one(), indicator()]}, "标识“penalty”重复"),
        ({"vetoes": [ceiling("penalty", "E")]}, "标识“penalty”重复"),
        ({"indicators": one(family="unknown")}, "没有名为“unknown”的指标类"),
        ({"indicators": one()[:1]}, "这一类没有任何指标"),
        ({"vetoes": [ceiling("listed", "F")]}, "没有等级“F”"),
        ({"indicators": one(points=0)}, "分值全是 0"),
        ({"indicators": one(points=200)}, "高于封顶分"),
        ({"indicators": one(cap=1500)}, "封顶分不得高于满分"),
        (
            {
                "indicators": one(
                    decay={"table": [{"from_day": 0, "per_mille": 9}, {"from_day": 365, "per_mille": 1}]}
                )
            },
            "超出了365天",
        ),
        ({"population": {"kinds": ["enterprise"]}}, "行业模型须写明适用的行业领域"),
    ],
)
def test_a_model_that_does_not_hold_together_is_refused_by_name(changes: dict[str, Any], words: str) -> None:
    assert words in causes(**changes)


def test_a_window_longer_than_the_law_lets_records_be_used_is_refused() -> None:
    treatment = load_policy(POLICY, city="kaifeng").treatment(on=BEGIN)
    found = model_causes(model(indicators=one(window_days=2000)), treatment=treatment)
    assert any("长于信用信息可以使用的" in cause for _, cause in found)


def test_an_unknown_source_and_an_unknown_sector_are_named() -> None:
    made = model(owner="alchemy", basis=[{"source": "no-such-law", "verified": False}])
    text = str(model_causes(made, sources=sources(), sectors={"food"}))
    assert "no-such-law" in text
    assert "alchemy" in text


def test_a_document_of_another_place_is_no_basis() -> None:
    made = model(basis=[{"source": "bianzhengban-2020-46", "clause": "11", "verified": False}])
    assert any("效力范围" in cause for _, cause in model_causes(made, sources=sources()))
    kaifeng = ("100000", "410000", "410200")
    assert model_causes(made, sources=sources(), area=kaifeng) == ()


# ---- decay ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "share"), [(0, 1000), (365, 500), (730, 250), (1, 998), (364, 500), (366, 499)]
)
def test_a_half_life_halves_the_share(days: int, share: int) -> None:
    assert half_life_share(days=days, half_life_days=365) == share


def test_a_table_that_belies_its_half_life_is_refused() -> None:
    right = half_life_decay(half_life_days=365, every_days=91, window_days=364).model_dump(mode="json")
    assert causes(indicators=one(decay=right)) == ""
    right["table"][1]["per_mille"] += 1
    assert "应为841‰" in causes(indicators=one(decay=right))
