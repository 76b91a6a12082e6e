"""Every worked case of policy/cases comes out, and a wrong one is named."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from xinheng.core.policy import Policy, load_policy
from xinheng.core.policy_cases import Case, case_causes, load_cases
from xinheng.core.policy_file import PolicyError

SEED = Path(__file__).resolve().parents[2] / "policy"
CASES: Mapping[str, Case] = load_cases(SEED)


def policy_of(city: str) -> Policy:
    return load_policy(SEED, city=city)


@pytest.mark.row("X-08")
@pytest.mark.parametrize("name", CASES)
def test_the_case_comes_out(name: str) -> None:
    assert list(case_causes({name: CASES[name]}, policy_of)) == []


def folder_with(tmp_path: Path, text: str) -> Path:
    (tmp_path / "policy/cases").mkdir(parents=True)
    (tmp_path / "policy/cases/wrong.yml").write_text(text, encoding="utf-8")
    return tmp_path / "policy"


GIVEN = """cases:
  - title: 异议
    city: kaifeng
    on: "2026-11-20"
    because: [{source: henan-credit-regulation, verified: false}]
"""


def test_a_case_that_does_not_come_out_is_named_with_both_values(tmp_path: Path) -> None:
    text = GIVEN + "    figure: {key: objections.total_workdays, expect: 8}\n"
    causes = list(case_causes(load_cases(folder_with(tmp_path, text)), policy_of))
    assert causes == ["policy/cases/wrong：异议：需提供单位核查的异议办结并告知应为8，按现行政策得到7"]


def test_a_case_asks_exactly_one_thing(tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as refused:
        load_cases(folder_with(tmp_path, GIVEN))
    assert "须恰写一项" in refused.value.causes[0]
