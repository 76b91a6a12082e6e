"""The policy of a city becomes the standards by which its rows are judged."""

from datetime import date
from pathlib import Path

import pytest
from tests.intake.conftest import Deliver, penalty
from tests.intake.rows import accepted

from xinheng.core.policy import load_policy
from xinheng.core.records import Seriousness
from xinheng.core.refusal import Outcome
from xinheng.intake.standards import SIMPLE, Standards, standards_of

POLICY = Path(__file__).parents[2] / "policy"


@pytest.fixture(scope="module")
def kaifeng() -> Standards:
    return standards_of(load_policy(POLICY, city="410200"))


def test_every_defect_has_an_outcome_and_persons_are_refused(kaifeng: Standards) -> None:
    assert len(kaifeng.outcomes) == 21
    assert {code for code, outcome in kaifeng.outcomes.items() if outcome is Outcome.REFUSE} >= {
        "E11",
        "E12",
        "E16",
    }


def test_penalties_are_classed_by_their_gravest_kind(kaifeng: Standards) -> None:
    classes = kaifeng.penalty_classes
    assert classes["warning"] is classes[SIMPLE] is Seriousness.MINOR
    assert classes["fine"] is classes["confiscation"] is Seriousness.GENERAL
    assert classes["revocation"] is classes["stoppage"] is Seriousness.SERIOUS


@pytest.mark.parametrize(
    ("kinds", "seriousness"),
    [("警告", 1), ("警告;罚款", 2), ("罚款;责令停产停业", 3)],
)
def test_a_row_carries_the_class_of_its_penalty(
    deliver: Deliver, kaifeng: Standards, kinds: str, seriousness: int
) -> None:
    amount = "0.5" if "罚款" in kinds else ""
    row = penalty(1, 处罚类别=kinds, **{"罚款金额（万元）": amount})
    (record,) = accepted(deliver([row], standards=kaifeng))
    assert record["seriousness"] == seriousness


@pytest.mark.parametrize(("reported", "late"), [("2026-03-11", False), ("2026-03-12", True)])
def test_lateness_counts_work_days(deliver: Deliver, kaifeng: Standards, reported: str, late: bool) -> None:
    assert date(2026, 3, 2).weekday() == 0
    (record,) = accepted(deliver([penalty(1, 上报日期=reported)], standards=kaifeng))
    assert record["flags"] == ("E09" if late else "")
