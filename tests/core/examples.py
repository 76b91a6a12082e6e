"""One small model written out, to be changed by each test, and facts for it."""

from datetime import date, timedelta
from typing import Any

from xinheng.core.evaluation import Fact
from xinheng.core.models import ScoringModel
from xinheng.core.treatment import Treatment

AS_OF = date(2026, 11, 20)
BASIS = [{"source": "guobanfa-2019-35", "verified": False}]
BANDS = [
    {"grade": "A", "label": "优秀", "start": 850},
    {"grade": "B", "label": "良好", "start": 700},
    {"grade": "C", "label": "中等", "start": 550},
    {"grade": "D", "label": "较差", "start": 400},
    {"grade": "E", "label": "差", "start": 0},
]
PLAIN = Treatment(
    disputed_weighs=True,
    final_items=frozenset(),
    presumed_final_days=None,
    longest_days=(),
    otherwise_days=36_500,
    until_removed=frozenset(),
    outlive_validity=frozenset(),
)
"""Every standing record weighs."""


def indicator(key: str = "penalty", **changes: Any) -> dict[str, Any]:
    return {
        "id": key,
        "label": "行政处罚",
        "family": "lawful",
        "facts": {"items": ["penalty"]},
        "window_days": 365,
        "points": 30,
        "cap": 100,
        "basis": BASIS,
    } | changes


def ceiling(key: str, grade: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": key,
        "label": "严重失信主体名单",
        "facts": {"items": ["serious_list"]},
        "grade": grade,
        "basis": BASIS,
    } | changes


def content(**changes: Any) -> dict[str, Any]:
    return {
        "id": "food/example",
        "version": 1,
        "title": "示例模型",
        "kind": "sector",
        "use": "publishable",
        "owner": "food",
        "population": {"kinds": ["enterprise"], "sectors": ["food"]},
        "figures": {"source": "xinheng-proposal", "verified": False},
        "basis": BASIS,
        "scale": {"max": 1000, "start": 800, "bands": BANDS},
        "evidence": {"window_days": 1825},
        "families": [
            {"id": "lawful", "label": "遵纪守法", "effect": "minus", "cap": 600},
            {"id": "merit", "label": "守信激励", "effect": "plus", "cap": 150},
        ],
        "indicators": [
            indicator(),
            indicator(
                "honour",
                label="纳税信用A级",
                family="merit",
                facts={"items": ["honour"]},
                window_days=1095,
                points=25,
                cap=75,
            ),
        ],
        "vetoes": [ceiling("listed", "E")],
    } | changes


def model(**changes: Any) -> ScoringModel:
    return ScoringModel.model_validate(content(**changes))


def fact(record_id: int, item: int = 4, age: int = 10, **changes: Any) -> Fact:
    return Fact(record_id=record_id, item=item, decided_on=AS_OF - timedelta(days=age), **changes)
