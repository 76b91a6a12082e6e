"""Which duty obliges to which catalogue item, and where one side lacks the other."""

from pathlib import Path

import pytest

from xinheng.core.duties import Duty, Known, item_named, matrix_of, read_duties
from xinheng.core.policy import Policy, load_policy
from xinheng.core.refusal import Refusal

ROOT = Path(__file__).resolve().parents[2] / "policy"
HEADER = ["实施主体", "职权编码", "事项名称", "对应目录项", "备注"]


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(ROOT, city="kaifeng")


@pytest.fixture
def known(policy: Policy) -> Known:
    return Known({"市市场监管局": "kaifeng.market_regulation"}, policy.catalogue)


@pytest.mark.row("M2-02")
def test_a_list_is_read_by_the_words_departments_use(known: Known) -> None:
    rows = [
        ["市市场监管局", "C1", "食品处罚", "行政处罚；约谈整改信息", "甲"],
        ["", "", "", "", ""],
        ["市市场监管局", "C2", "计量检定"],
    ]
    found, faults = read_duties(HEADER, rows, known)
    assert faults == ()
    assert [(duty.number, duty.items) for duty in found.duties] == [
        ("C1", ("penalty", "interview")),
        ("C2", ()),
    ]


def test_each_fault_is_named_with_its_line(known: Known) -> None:
    rows = [
        ["市市场监管局", "", "食品处罚", "处罚"],
        ["某某局", "C2", "某事", ""],
        ["市市场监管局", "C3", "甲", "养犬信息"],
    ]
    _, faults = read_duties(HEADER, rows, known)
    assert [(fault.line, fault.sentence) for fault in faults] == [
        (1, "没有填写职权编号"),
        (1, "目录中没有“处罚”"),
        (2, "没有单位“某某局”"),
        (3, "目录中没有“养犬信息”"),
    ]
    with pytest.raises(Refusal, match="没有“目录项”这一列"):
        read_duties(HEADER[:3], [], known)


@pytest.mark.row("M2-02")
def test_both_sides_show_what_the_other_lacks(policy: Policy) -> None:
    given = [
        Duty(organisation="kaifeng.market_regulation", number="C1", title="处罚", items=("penalty",)),
        Duty(organisation="kaifeng.market_regulation", number="C2", title="计量检定"),
        Duty(organisation="kaifeng.market_regulation", number="C3", title="旧事", items=("local_999",)),
    ]
    matrix = matrix_of(given, policy.catalogue)
    assert [duty.number for duty in matrix.of_item["penalty"]] == ["C1"]
    assert "penalty" not in matrix.items_without_duty
    assert "permit" in matrix.items_without_duty
    assert "objection" not in matrix.items_without_duty
    assert [duty.number for duty in matrix.duties_without_item] == ["C2", "C3"]


def test_an_item_is_known_by_code_number_and_title(policy: Policy) -> None:
    named = [
        item_named(word, policy.catalogue) for word in ("penalty", "4", "行政处罚", "行政处罚信息", "处罚")
    ]
    assert named == ["penalty", "penalty", "penalty", "penalty", None]
