"""A local supplement to the catalogue adds what a local regulation allows, and nothing that must not be collected."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from xinheng.core.catalogue import ForbiddenRule, item_code, item_number
from xinheng.core.catalogue_change import (
    Standing,
    blank_supplement,
    differences,
    findings,
    parse_supplement,
    with_supplements,
)
from xinheng.core.feeds import Feed, Recognise, Target
from xinheng.core.policy import Policy, load_policy
from xinheng.core.policy_published import CATALOGUE, FEED, Published, laid_over

ROOT = Path(__file__).resolve().parents[2] / "policy"
ON = date(2026, 11, 20)
REGULATION = {"source": "henan-credit-regulation", "clause": "第十一条", "verified": False}
PLAN = {"source": "bianzhengban-2020-46", "clause": "第7项", "verified": False}


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(ROOT, city="kaifeng")


@pytest.fixture
def standing(policy: Policy) -> Standing:
    return Standing(
        above=policy.catalogue,
        sources=policy.sources,
        sectors=frozenset(policy.sectors.sectors),
        agencies=frozenset(policy.agencies.agencies),
        area=("100000", "410000", "410200"),
        taken={},
    )


def item(**changes: Any) -> dict[str, Any]:
    return {
        "number": 101,
        "title": "园区企业履约信息",
        "group": "地方补充",
        "nature": "mixed",
        "sharing": "conditional",
        "disclosure": "query",
        "burdens": False,
        "persons": "none",
        "keeping": "document",
        "providers": ["development"],
        "cycle": "每月",
        "national": False,
        "basis": [REGULATION],
        "fields": {
            "名称": {"kind": "text", "length": 200, "required": True},
            "履约率": {"kind": "number", "unit": "%"},
        },
        **changes,
    }


def tree(**items: dict[str, Any]) -> dict[str, Any]:
    return {**blank_supplement("410200", "开封市补充目录"), "items": items}


@pytest.mark.row("M2-01")
def test_a_sound_supplement_has_nothing_against_it(standing: Standing) -> None:
    assert findings(tree(local_101=item()), standing, on=ON) == ()


@pytest.mark.row("M2-01")
@pytest.mark.row("X-10")
@pytest.mark.parametrize("basis", [[PLAN], [{**REGULATION, "source": "hebei-credit-regulation"}], []])
def test_a_supplement_without_a_lawful_basis_is_refused(
    standing: Standing, basis: list[dict[str, Any]]
) -> None:
    found = findings(tree(local_101=item(basis=basis)), standing, on=ON)
    assert any(each.field == "basis" for each in found)


def test_a_basis_names_its_clause_and_is_in_force_on_the_day(standing: Standing) -> None:
    silent = findings(tree(local_101=item(basis=[{**REGULATION, "clause": ""}])), standing, on=ON)
    assert [each.sentence for each in silent] == ["依据须写明条款"]
    early = findings(tree(local_101=item()), standing, on=date(2019, 1, 1))
    assert any("施行" in each.sentence for each in early)


@pytest.mark.guard("G2")
@pytest.mark.row("X-10")
@pytest.mark.parametrize(
    ("changes", "sentence", "clause"),
    [
        ({"title": "经营者宗教信仰"}, "宗教信仰不得归集", "第十四条"),
        ({"fields": {"病史": {"kind": "text"}}}, "疾病和病史不得归集", "第四十五条"),
        ({"fields": {"事由": {"kind": "choice", "choices": ["信访"]}}}, "信访不得归集", "2020"),
        ({"fields": {"纳税额": {"kind": "yuan"}}}, "须经主体书面同意", "第十四条"),
        ({"fields": {"欠费金额": {"kind": "yuan"}}}, "须有生效法律文书", "第二十七条"),
        (
            {"title": "简易程序处罚信息", "persons": "possible"},
            "对自然人按简易程序作出的处罚不得归集",
            "第十三条",
        ),
    ],
)
def test_what_must_not_be_collected_is_refused_with_the_clause(
    standing: Standing, changes: dict[str, Any], sentence: str, clause: str
) -> None:
    (found,) = findings(tree(local_101=item(**changes)), standing, on=ON)
    assert sentence in found.sentence
    assert clause in found.citation


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "简易程序处罚信息"},
        {"fields": {"纳税额": {"kind": "yuan"}}, "consent": True},
        {"fields": {"欠费金额": {"kind": "yuan"}, "生效法律文书号": {"kind": "text", "required": True}}},
    ],
)
def test_what_its_conditions_allow_is_allowed(standing: Standing, changes: dict[str, Any]) -> None:
    assert findings(tree(local_101=item(**changes)), standing, on=ON) == ()


@pytest.mark.row("M2-01")
def test_an_item_that_burdens_must_have_been_reviewed_where_the_province_asks(standing: Standing) -> None:
    found = findings(tree(local_101=item(burdens=True)), standing, on=ON)
    assert [each.field for each in found] == ["reviews.assessment", "reviews.consultation"]
    reviews = {"assessment": "汴信办〔2026〕1号", "consultation": "汴信办〔2026〕2号"}
    assert findings(tree(local_101=item(burdens=True, reviews=reviews)), standing, on=ON) == ()


@pytest.mark.guard("G15")
def test_what_one_province_asks_is_not_asked_in_another() -> None:
    assert load_policy(ROOT, city="kaifeng").catalogue.reviews
    assert not load_policy(ROOT, city="shijiazhuang").catalogue.reviews


def test_a_number_is_never_given_to_another_item(standing: Standing) -> None:
    (found,) = findings(tree(local_101=item()), replace(standing, taken={101: "别的信息"}), on=ON)
    assert "编号 101 已经给过“别的信息”" in found.sentence
    (wrong,) = findings(tree(local_102=item()), standing, on=ON)
    assert "不一致" in wrong.sentence


def test_what_is_not_filled_in_is_named_by_its_word(standing: Standing) -> None:
    unfinished = {key: value for key, value in item(nature="").items() if key != "cycle"}
    found = {each.field: each.sentence for each in findings(tree(local_101=unfinished), standing, on=ON)}
    assert found["cycle"] == "更新周期：缺少必填的键"
    assert found["nature"].startswith("信息性质：")


@pytest.mark.row("M2-01")
def test_two_versions_are_compared_item_by_item_and_field_by_field() -> None:
    fields = {"名称": {"kind": "text", "length": 100, "required": True}, "备注": {"kind": "text"}}
    old = parse_supplement(tree(local_101=item(), local_102=item(number=102, title="旧项"))).items
    new = parse_supplement(
        tree(local_101=item(cycle="每季", fields=fields), local_103=item(number=103, title="新项"))
    ).items
    assert [(each.kind, each.item, each.field) for each in differences(old, new)] == [
        ("修改", "园区企业履约信息", "更新周期"),
        ("修改", "园区企业履约信息", "字段“名称”"),
        ("删除", "园区企业履约信息", "字段“履约率”"),
        ("新增", "园区企业履约信息", "字段“备注”"),
        ("删除", "旧项", ""),
        ("新增", "新项", ""),
    ]
    changed = differences(old, new)[1]
    assert (changed.was, changed.becomes) == ("文字，至多 200 字，必填", "文字，至多 100 字，必填")
    assert differences(old, old) == ()


def test_the_code_of_a_local_item_says_its_number() -> None:
    assert [item_number(code) for code in ("penalty", "local_101", "local_100", "local_x", "park")] == [
        4,
        101,
        None,
        None,
        None,
    ]
    assert [item_code(number) for number in (4, 101)] == ["penalty", "local_101"]


def test_items_of_a_county_carry_its_code(policy: Policy) -> None:
    county = parse_supplement({**tree(local_101=item()), "area": "410221"})
    found = with_supplements(policy.catalogue, [county])
    assert (found.item(101).title, found.item(101).area) == ("园区企业履约信息", "410221")
    assert 101 not in {known.number for known in policy.catalogue.items.values()}


def test_a_feed_of_an_item_that_left_the_catalogue_reads_nothing_more(policy: Policy) -> None:
    feed = Feed(
        id="park-contracts", title="园区履约", item="local_101",
        recognise=Recognise(headers=(("名称",),)), columns={Target.NAME: {"headers": ["名称"], "kind": "name"}},
    )  # fmt: skip
    body = feed.model_dump(mode="json", exclude_defaults=True)
    versions = [
        Published(1, CATALOGUE, "410200", tree(local_101=item()), ON),
        Published(2, FEED, feed.id, body, ON),
        Published(3, CATALOGUE, "410200", tree(), date(2027, 1, 1)),
    ]
    assert laid_over(policy, versions, on=ON).feeds[feed.id].item_number == 101
    assert feed.id not in laid_over(policy, versions, on=date(2027, 1, 1)).feeds


def test_a_kind_taken_of_units_only_closes_no_column(policy: Policy) -> None:
    kinds = policy.catalogue.forbidden_by("是否简易程序")
    assert [kind.rule for kind in kinds] == [ForbiddenRule.PERSONS]


@pytest.mark.row("X-10")
def test_what_is_never_collected_is_said_before_the_item_is_complete(standing: Standing) -> None:
    found = findings(tree(local_101={"title": "宗教信仰", "number": 101}), standing, on=ON)
    assert found[0].sentence == "“宗教信仰”：宗教信仰不得归集"
    assert "第四十五条" in found[0].citation
