"""Describes the columns of a file without knowing what it is: fill, variety, and what the cells look like.

Serves files that no feed knows (the office maps them by it) and names the code and name column of every file.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from xinheng.core.code_sql import organisation_sql, registration_sql, uscc_sql
from xinheng.intake.lexicons import plain_date, plain_number

SAMPLES = 3
ORGANISATION = (
    "(公司|集团|厂|店|部|中心|社|院|所|馆|站|场|局|委员会|协会|学会|基金会|学校|幼儿园|合作社|饭店|餐厅|酒店|商行|超市|事务所|工作室"
    "|经营|银行|医院|诊所|药房)([（(][^（）()]*[）)])?$"
)


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """Shares are per mille of the filled cells. ``samples`` are masked."""

    place: int
    header: str
    filled: int
    distinct: int
    codes: int
    dates: int
    numbers: int
    organisations: int
    longest: int
    samples: tuple[str, ...]


def profile(
    engine: duckdb.DuckDBPyConnection, *, source: str, header: Sequence[str]
) -> tuple[ColumnProfile, ...]:
    """One entry a column, in order."""
    return tuple(_column(engine, source, place, name) for place, name in enumerate(header, start=1))


def _column(engine: duckdb.DuckDBPyConnection, source: str, place: int, name: str) -> ColumnProfile:
    code = "upper(t)"
    dashless = f"replace({code}, '-', '')"
    valid = f"{uscc_sql(code)} OR {registration_sql(code)} OR {organisation_sql(dashless)}"
    row = engine.execute(
        "SELECT count(t), approx_count_distinct(t), count(*) FILTER (" + valid + "),"
        f" count({plain_date('t')}), count({plain_number('t')}), count(*) FILTER (regexp_matches(t, '{ORGANISATION}')),"
        f" coalesce(max(length(t)), 0) FROM (SELECT cell(c{place}) AS t FROM {source})"
    ).fetchone()
    assert row is not None
    samples = engine.execute(
        f"SELECT DISTINCT left(t, 60) FROM (SELECT cell(c{place}) AS t FROM {source} LIMIT 200)"
        f" WHERE t IS NOT NULL ORDER BY 1 LIMIT {SAMPLES}"
    ).fetchall()
    filled, distinct, *counts, longest = row
    codes, dates, numbers, organisations = (1000 * number // filled if filled else 0 for number in counts)
    return ColumnProfile(
        place,
        name,
        filled,
        distinct,
        codes,
        dates,
        numbers,
        organisations,
        longest,
        tuple(s for (s,) in samples),
    )


def code_column(columns: Sequence[ColumnProfile]) -> ColumnProfile | None:
    """The column with most valid codes, where they are at least half of its cells."""
    return max(
        (c for c in columns if c.codes >= 500), key=lambda c: (c.codes * c.filled, -c.place), default=None
    )


def name_column(columns: Sequence[ColumnProfile]) -> ColumnProfile | None:
    """The column with most names of organisations, preferring one that calls itself a name."""
    return max(
        (c for c in columns if c.organisations >= 400 and c.distinct > 1),
        key=lambda c: ("名称" in c.header and not c.header.endswith("机关名称"), c.distinct, -c.place),
        default=None,
    )
