"""The repair guide says from when, where and with what, and never a day that nobody knows."""

from datetime import date

import pytest

import xinheng.core.letter_kinds
import xinheng.core.repair_letters  # noqa: F401
from xinheng.core.letters import newest
from xinheng.core.policy import Policy
from xinheng.core.procedures import PROCEDURES
from xinheng.core.records import Finality, RecordState, Seriousness
from xinheng.core.repair import Answer, Matter, assess
from xinheng.core.repair_guide import UNKNOWN, Told, guide_words, when_words

TODAY = date(2026, 11, 20)
DECIDES_NOTHING = {"prior_notice", "breach_notice", "interview_invitation"}
"""Letters of adverse steps that announce; what is decided comes later."""
NOTHING_NEW = {"refusal"}
"""Turned down: no new failing information arises, and the letter itself says that one may come again."""


def _answer(policy: Policy, item: str = "penalty", **changed: object) -> Answer:
    given: dict[str, object] = {
        "item": item,
        "seriousness": Seriousness.GENERAL,
        "decided_on": date(2026, 6, 1),
        "state": RecordState.ACTIVE,
        "finality": Finality.FINAL,
    }
    return assess(Matter(**given | changed), policy=policy, today=TODAY)  # type: ignore[arg-type]


@pytest.mark.row("X-02")
def test_every_decision_that_burdens_takes_the_guide_along() -> None:
    told = {step.notice for flow in PROCEDURES for step in flow.steps if step.adverse and step.notice}
    deciding = told - DECIDES_NOTHING - NOTHING_NEW
    assert deciding >= {"decision", "rectification_order", "repair_annulled"}
    assert {kind for kind in deciding if "repair_guide" not in newest(kind).together} == set()


@pytest.mark.row("X-02")
@pytest.mark.row("M12-01")
def test_the_day_is_counted_and_its_source_and_doubt_are_said(policy: Policy) -> None:
    said = when_words(Told("处罚", _answer(policy)))
    assert "自2026年9月1日起可以申请" in said and "期限待核" in said
    assert "最迟到2027年6月1日自动停止公示" in said


@pytest.mark.row("X-02")
@pytest.mark.guard("G15")
def test_what_nobody_knows_is_said_to_be_unknown(policy: Policy) -> None:
    assert when_words(Told("记录")) == UNKNOWN
    undated = when_words(Told("处罚", _answer(policy, decided_on=None)))
    assert "月" not in undated.replace("个月", "") or "日起" not in undated


@pytest.mark.row("X-02")
@pytest.mark.guard("G5")
def test_other_ways_are_told_as_they_are_and_only_lawful_materials_are_named(policy: Policy) -> None:
    assert "没有最短期限" in when_words(Told("名录", _answer(policy, "abnormal_operation")))
    assert "人民法院" in when_words(Told("名单", _answer(policy, "court")))
    words = guide_words(
        [Told("处罚", _answer(policy)), Told("列入名单", None, "移出规定：改正。")], policy.repair
    )
    assert words["record"] == "处罚；列入名单"
    assert words["earliest"].splitlines()[1] == "列入名单：移出规定：改正。"
    assert words["materials"].count("\n") == len(policy.repair.materials) - 1
    assert not any(offer.title in words["materials"] for offer in policy.repair.offers.values())
