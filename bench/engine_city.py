"""The made-up city and the model of 31 indicators over which engines are measured."""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from xinheng.core.models import ScoringModel, parse_model
from xinheng.core.treatment import Treatment
from xinheng.scoring.snapshot import GROUP_ROWS, SCHEMA, parquet_writer

AS_OF = date(2026, 11, 20)
SLICE = 50_000
SIZES = {"s": (2_000, 10), "m": (100_000, 40), "l": (1_300_000, 38)}
"""Subjects, and records of each."""

FLOOR = """
    SELECT subject_id, sum(amount_fen), max(decided_on), sum(headcount), count(valid_to), count(result),
        sum(item + seriousness + finality + state)
    FROM read_parquet('{records}') GROUP BY subject_id
"""
"""Six aggregates over the columns that an evaluation reads."""
NARROW = """
    SELECT subject_id, count(*), sum(amount_fen), max(decided_on), sum(headcount), min(seriousness), count(valid_to)
    FROM read_parquet('{records}') GROUP BY subject_id
"""
"""The same without item, finality, state and result, which decide what a record feeds."""
RECORDS = """
    WITH drawn AS (
        SELECT i, i // {per} + 1 AS subject_id, hash(i) AS h, hash(i * 7 + 1) AS day, hash(i * 13 + 5) AS more
        FROM range({first}, {last}) numbers(i)
    ),
    placed AS (
        SELECT *, list_extract([3, 3, 3, 3, 3, 12, 12, 12, 12, 16, 16, 16, 4, 4, 19, 17, 24, 24, 22, 15, 13, 2, 11, 25],
                               1 + (h % 24)::INTEGER)::SMALLINT AS item
        FROM drawn
    )
    SELECT subject_id::BIGINT AS subject_id, i::BIGINT AS record_id, item,
        DATE '{as_of}' - (day % 2100)::INTEGER AS decided_on,
        CASE WHEN more % 10 = 0 THEN DATE '{as_of}' + (more % 400)::INTEGER - 200 END AS valid_to,
        CASE WHEN item = 4 THEN (more % 20000000)::BIGINT END AS amount_fen,
        CASE WHEN item = 25 THEN (more % 30)::INTEGER END AS headcount,
        CASE WHEN item IN (4, 13, 2, 15) OR (item = 12 AND more % 9 = 0) THEN 1 + more % 3 ELSE 0 END::TINYINT
            AS seriousness,
        CASE WHEN item = 4 AND more % 7 = 0 THEN 1 ELSE 6 END::TINYINT AS finality,
        CASE WHEN more % 40 = 0 THEN 5 ELSE 1 END::TINYINT AS state,
        CASE item WHEN 4 THEN list_extract(['fine', 'warning', 'fine+confiscation', 'revocation'], 1 + (h % 4)::INTEGER)
            WHEN 12 THEN CASE WHEN more % 9 = 0 THEN 'failed' ELSE 'passed' END
            WHEN 16 THEN CASE WHEN more % 11 = 0 THEN 'broken' ELSE 'kept' END ELSE '' END AS result
    FROM placed ORDER BY subject_id, decided_on, record_id
"""
POPULATION = (
    "SELECT i + 1 AS subject_id, 'enterprise' AS kind, 'food' AS sector FROM range({subjects}) numbers(i)"
)
BASIS = {"source": "xinheng-proposal", "verified": False}
HALVED = [{"from_day": day, "per_mille": 1000 >> (day // 182)} for day in range(0, 1092, 182)]
STEPS = [{"from_day": 0, "per_mille": 1000}, {"from_day": 365, "per_mille": 500}]
FALLING = [{"from_day": 30 * month, "per_mille": 1000 - 27 * month} for month in range(36)]


def make(folder: Path, *, subjects: int, per: int) -> None:
    """Records and population, unless they are there; a slice of subjects at a time, so that memory stays small."""
    records, population = folder / "records.parquet", folder / "population.parquet"
    if population.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as engine, parquet_writer(records) as writer:
        for first in range(0, subjects, SLICE):
            last = min(first + SLICE, subjects)
            query = RECORDS.format(first=first * per, last=last * per, per=per, as_of=AS_OF)
            writer.write_table(engine.sql(query).to_arrow_table().cast(SCHEMA), row_group_size=GROUP_ROWS)
        people = engine.sql(POPULATION.format(subjects=subjects)).to_arrow_table()
    pq.write_table(people, population)


TREATMENT = Treatment(
    disputed_weighs=False,
    final_items=frozenset({4}),
    presumed_final_days=184,
    longest_days=((4, (89, 89, 365, 1095)), (12, (1825, 89, 365, 1095))),
    otherwise_days=1825,
    until_removed=frozenset({13, 14}),
    outlive_validity=frozenset({12, 15, 16, 22, 24}),
)
"""Rules like those of a province that asks for final decisions; fixed, so that figures stay comparable."""


def model() -> ScoringModel:
    """Decay, caps, windows, bands, vetoes and limits, over twelve items."""
    indicators = [*_taken(), *_banded(), *_given()]
    return parse_model(
        {
            "id": "bench/thirty-one",
            "version": 1,
            "title": "测速模型",
            "kind": "general",
            "use": "trial",
            "owner": "credit",
            "population": {"kinds": ["enterprise", "branch"]},
            "figures": BASIS,
            "basis": [BASIS],
            "scale": {
                "max": 1000,
                "start": 780,
                "bands": [
                    {"grade": grade, "label": grade, "start": start}
                    for grade, start in zip("ABCDE", (850, 700, 550, 400, 0), strict=True)
                ],
            },
            "evidence": {"window_days": 1825},
            "families": [
                {"id": "lawful", "label": "遵纪守法", "effect": "minus", "cap": 600},
                {"id": "kept", "label": "履约践诺", "effect": "minus", "cap": 300},
                {"id": "supervised", "label": "接受监管", "effect": "minus", "cap": 300},
                {"id": "merit", "label": "守信激励", "effect": "plus", "cap": 220},
            ],
            "indicators": [
                {"label": each["id"], "basis": [BASIS], **each} | {"id": f"i{place}_{each['id']}"}
                for place, each in enumerate(indicators)
            ],
            "vetoes": [_ceiling("revoked", "E", "penalty", results=["revocation"], days=90)],
            "limits": [
                _ceiling("listed", "C", "abnormal_operation", not_results=["removed"]),
                _ceiling("serious", "C", "penalty", seriousness=["serious"], days=365),
                _ceiling("court", "D", "court", seriousness=["serious"], days=365),
            ],
        },
        file="bench",
    )


def _ceiling(key: str, grade: str, item: str, *, days: int | None = None, **facts: Any) -> dict[str, Any]:
    return {
        "id": key,
        "label": key,
        "facts": {"items": [item], **facts},
        "window_days": days,
        "grade": grade,
        "basis": [BASIS],
    }


def _one(key: str, family: str, item: str, days: int, cap: float, **more: Any) -> dict[str, Any]:
    facts = {"items": [item], **more.pop("facts", {})}
    return {"id": key, "family": family, "facts": facts, "window_days": days, "cap": cap, **more}


def _taken() -> list[dict[str, Any]]:
    amounts = [
        {"start": start, "points": points} for start, points in ((0, 90), (10_000, 110), (100_000, 140))
    ]
    general, serious, failing = ["general"], ["serious"], ["minor", "general", "serious"]
    return [
        _one("minor", "lawful", "penalty", 89, 60, points=15, facts={"seriousness": ["none", "minor"]}),
        _one("general", "lawful", "penalty", 365, 320, by_amount=amounts, decay={"table": STEPS}, facts={"seriousness": general}),
        _one("serious", "lawful", "penalty", 1095, 440, points=220, decay={"table": HALVED}, facts={"seriousness": serious}),
        _one("warned", "lawful", "penalty", 365, 20, points=5, facts={"results": ["warning"]}),
        _one("confiscated", "lawful", "penalty", 730, 80, points=40, facts={"results": ["confiscation"]}),
        _one("once", "lawful", "penalty", 1095, 50, points=50, measure="once", decay={"table": FALLING}),
        _one("court", "kept", "court", 730, 240, points=120, decay={"table": STEPS}, facts={"seriousness": failing}),
        _one("broken", "kept", "commitment", 730, 120, points=60, decay={"table": HALVED}, facts={"results": ["broken"]}),
        _one("contract", "kept", "contract", 730, 120, points=40, facts={"seriousness": failing}),
        _one("gravely", "kept", "contract", 1095, 60, points=30, decay={"table": FALLING}, facts={"seriousness": serious}),
        _one("abnormal", "supervised", "abnormal_operation", 1825, 150, points=150, measure="once", facts={"not_results": ["removed"]}),
        _one("talked", "supervised", "interview", 365, 40, by_headcount=[{"start": 0, "points": 5}, {"start": 10, "points": 20}]),
        _one("complaint", "supervised", "complaint", 365, 30, points=2.5, decay={"table": FALLING[:12]}),
    ]  # fmt: skip


def _banded() -> list[dict[str, Any]]:
    counted = [{"start": start, "points": points} for start, points in ((1, 25), (2, 60), (4, 100))]
    fines = [
        {"start": start, "points": points} for start, points in ((10_000, 20), (100_000, 50), (1_000_000, 90))
    ]
    days = [{"start": start, "points": points} for start, points in ((0, 30), (180, 20), (365, 10))]
    persons = [{"start": start, "points": points} for start, points in ((5, 5), (20, 15), (50, 30))]
    failing = {"seriousness": ["minor", "general", "serious"]}
    return [
        _one("failed", "supervised", "inspection", 365, 100, measure="count", bands=counted, facts=failing),
        _one("often", "lawful", "penalty", 1095, 100, measure="count", bands=counted),
        _one("fined", "lawful", "penalty", 730, 90, measure="amount", bands=fines),
        _one("lately", "supervised", "inspection", 730, 30, measure="days_since", bands=days, facts=failing),
        _one("persons", "supervised", "interview", 1095, 30, measure="headcount", bands=persons),
        _one("many", "supervised", "complaint", 730, 100, measure="count", bands=counted),
        _one("permits", "merit", "permit", 1825, 20, measure="count", bands=[{"start": 1, "points": 5}, {"start": 5, "points": 20}]),
        _one("paid", "merit", "utility", 365, 15, measure="count", bands=[{"start": 1, "points": 5}, {"start": 3, "points": 15}]),
        _one("seen", "merit", "inspection", 730, 10, measure="days_since", bands=[{"start": 0, "points": 10}, {"start": 365, "points": 4}]),
    ]  # fmt: skip


def _given() -> list[dict[str, Any]]:
    return [
        _one("honour", "merit", "honour", 1095, 105, points=35, decay={"table": STEPS}),
        _one("reward", "merit", "reward", 1095, 40, points=20),
        _one("kept", "merit", "commitment", 1095, 40, points=8, facts={"results": ["kept"]}),
        _one("passed", "merit", "inspection", 730, 20, points=5, facts={"results": ["passed"]}),
        _one("evaluated", "merit", "evaluation", 730, 30, points=15, measure="once", decay={"table": STEPS}),
        _one("graded", "merit", "evaluation", 1825, 25, points=2.125, decay={"table": FALLING}),
        _one("permitted", "merit", "permit", 365, 12, points=1.5),
        _one("bills", "merit", "utility", 730, 10, points=0.75, decay={"table": HALVED[:4]}),
        _one("honoured", "merit", "honour", 1825, 20, points=20, measure="once"),
    ]  # fmt: skip
