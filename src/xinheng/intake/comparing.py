"""Compares the rows of one file with each other: rows sent twice, one act told in two ways, one code under two names.

A name may belong to several sole traders (92…), so only other codes conflict over a name. The name or code that
most rows bear holds; between equals the first does.
"""

from dataclasses import dataclass

import duckdb

from xinheng.core.checks import Defect
from xinheng.intake.rules import LATER, Rule


@dataclass(frozen=True, slots=True)
class Masks:
    """Which bits refuse a row and which quarantine it."""

    refuse: int
    quarantine: int


def compare(engine: duckdb.DuckDBPyConnection, *, judged: str, rules: tuple[Rule, ...], masks: Masks) -> None:
    """Create the table ``compared`` of the rows that comparison concerns."""
    engine.execute(f"CREATE OR REPLACE TABLE duplicates AS {duplicates(judged, masks)}")
    engine.execute(f"CREATE OR REPLACE TABLE compared AS {compared(judged, rules, masks)}")


def duplicates(judged: str, masks: Masks) -> str:
    """SQL of the numbers of rows that say what an earlier one says."""
    return (
        f"SELECT j.row_no FROM {judged} AS j JOIN ("
        f"   SELECT content_hash, min(row_no) AS first FROM {judged} WHERE bits & {masks.refuse} = 0"
        "   GROUP BY content_hash HAVING count(*) > 1"
        f" ) AS d USING (content_hash) WHERE j.row_no > d.first AND j.bits & {masks.refuse} = 0"
    )


def compared(judged: str, rules: tuple[Rule, ...], masks: Masks) -> str:
    """SQL of row_no, duplicate, bits of the rows concerned; reads the table ``duplicates``."""
    (repeated,) = [bit for bit, rule in _later(rules) if rule.defect is Defect.DUPLICATE_KEY]
    by_code, by_name = (bit for bit, rule in _later(rules) if rule.defect is Defect.CONFLICT)
    clean = (
        f"(SELECT row_no, code, name_key, natural_hash FROM {judged} WHERE bits & {masks.refuse | masks.quarantine} = 0"
        " AND row_no NOT IN (SELECT row_no FROM duplicates))"
    )
    return (
        "SELECT row_no, bool_or(duplicate) AS duplicate,"
        " bit_or(bits) AS bits FROM ("
        " SELECT row_no, true AS duplicate, 0::BIGINT AS bits FROM duplicates"
        f" UNION ALL {_repeated_acts(clean, repeated)}"
        f" UNION ALL {_minority(clean, 'code', 'name_key', by_code, 'true')}"
        f" UNION ALL {_minority(clean, 'name_key', 'code', by_name, _UNIQUE_NAMES)}"
        ") GROUP BY row_no"
    )


_UNIQUE_NAMES = "code NOT LIKE '92%'"


def _later(rules: tuple[Rule, ...]) -> list[tuple[int, Rule]]:
    return [(1 << place, rule) for place, rule in enumerate(rules) if rule.condition == LATER]


def _repeated_acts(clean: str, bit: int) -> str:
    return (
        f"SELECT c.row_no, false, {bit}::BIGINT FROM {clean} AS c JOIN ("
        f" SELECT natural_hash, min(row_no) AS first FROM {clean} GROUP BY natural_hash HAVING count(*) > 1"
        ") AS r USING (natural_hash) WHERE c.row_no > r.first"
    )


def _minority(clean: str, one: str, other: str, bit: int, condition: str) -> str:
    """Rows in which ``one`` goes with another ``other`` than in most rows."""
    told = f"{one} IS NOT NULL AND {other} IS NOT NULL AND {condition}"
    return (
        f"SELECT c.row_no, false, {bit}::BIGINT FROM {clean} AS c JOIN ("
        f" SELECT {one}, arg_max({other}, (times, -first)) AS held FROM ("
        f"  SELECT {one}, {other}, count(*) AS times, min(row_no) AS first FROM {clean} WHERE {told} GROUP BY ALL"
        f" ) GROUP BY {one} HAVING count(*) > 1"
        f") AS h USING ({one}) WHERE c.{other} <> h.held AND {told.replace('code', 'c.code').replace('name_key', 'c.name_key')}"
    )
