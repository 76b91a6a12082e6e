"""Prepares the raw cells for reading: blanks trimmed, words that say nothing emptied, mark-up taken out.

Everything here is SQL that runs over the whole file at once; the view ``cells`` has one column a field.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from xinheng.core.code_sql import uscc_sql
from xinheng.core.document_no import document_key_sql
from xinheng.core.feeds import Target
from xinheng.intake.engine import AS_PARQUET, in_sql
from xinheng.intake.fields import Plan

BLANKS = " \t\r\n\x0b\x0c\u00a0\u2002\u2003\u2009\u200b\u3000\ufeff"
NOTHING = (
    *(
        "",
        "/",
        "\\",
        "-",
        "--",
        "---",
        "—",
        "——",
        "－",
        "*",
        ".",
        "、",
        "//",
        "无",
        "空",
        "不详",
        "不祥",
        "不明",
        "暂无",
        "未知",
    ),
    *(
        "无。",
        "未填写",
        "未填",
        "请选择",
        "null",
        "NULL",
        "Null",
        "None",
        "none",
        "NaN",
        "nan",
        "N/A",
        "n/a",
        "#N/A",
        "#REF!",
    ),
    *("#VALUE!", "#DIV/0!", "#NAME?", "undefined"),
)
"""Texts that say that nothing is known."""

CODE_TARGETS = (Target.CODE, Target.REGISTRATION_NO, Target.ORGANISATION_NO, Target.TAX_NO)
PLAIN_NAME = "[一-鿿（）0-9A-Z]{5,}"
"""Names that are tidy as they stand and too long for a person's."""

ODD_WIDTH = "[０-９Ａ-Ｚａ-ｚ\\x{3000}\\x{00a0}]"
_ZERO_DATE = "^\\s*(1900[-/.]0?1[-/.]0{1,2}([^0-9]|$)|0000)"
_PLAIN_DOCUMENT = "[0-9A-Z一-鿿〔〕-]+"
_PADDED = f"^[{BLANKS}]|[{BLANKS}]$"
_MARK_UP = "</?[a-zA-Z!][^<>]*>|&nbsp;?"


def define(engine: duckdb.DuckDBPyConnection) -> None:
    """Macros of the session. ``cell``: trimmed or NULL; ``prose``: without mark-up, on one line."""
    empty = "|".join(re.escape(word) for word in NOTHING)
    longest = max(len(word.encode()) for word in NOTHING)
    macros = {
        "bare(c)": f"CASE WHEN regexp_matches(c, {in_sql(_PADDED)}) THEN trim(c, {in_sql(BLANKS)}) ELSE c END",
        "cell(c)": f"CASE WHEN strlen(bare(c)) <= {longest} AND regexp_full_match(bare(c), {in_sql(empty)})"
        " THEN NULL ELSE bare(c) END",
        "dated(c)": f"CASE WHEN regexp_matches(c, {in_sql(_ZERO_DATE)}) THEN NULL ELSE cell(c) END",
        "unmarked(t)": "CASE WHEN contains(t, '<') OR contains(t, '&') THEN nullif(bare(replace(replace(replace("
        f"regexp_replace(t, {in_sql(_MARK_UP)}, ' ', 'g'), '&lt;', '<'), '&gt;', '>'), '&amp;', '&')), '') ELSE t END",
        "half_width(t)": f"CASE WHEN regexp_matches(t, {in_sql(ODD_WIDTH)}) THEN"
        f" bare(translate(t, {in_sql(_FULL)}, {in_sql(_HALF)})) ELSE t END",
        "document_key(t)": f"CASE WHEN regexp_full_match(t, {in_sql(_PLAIN_DOCUMENT)}) THEN t"
        f" ELSE {document_key_sql('t')} END",
    }
    for name, body in macros.items():
        engine.execute(f"CREATE MACRO {name} AS {body}")


_FULL = (
    "".join(chr(0xFEE0 + code) for code in (*range(48, 58), *range(65, 91), *range(97, 123))) + "\u3000\u00a0"
)
_HALF = "".join(chr(code) for code in (*range(48, 58), *range(65, 91), *range(97, 123))) + "  "


def clean(
    engine: duckdb.DuckDBPyConnection,
    plan: Plan,
    *,
    covered: str,
    header: Sequence[str],
    width: int,
    work: Path,
) -> None:
    """Write the cleaned texts of ``covered`` (row_no, c1 … cN, rest, fault, personal) to ``cells.parquet``."""
    fields = [f"{field.text()} AS {field.sql}" for field in plan.fields()]
    settled = [f"{sql} AS {name}" for name, sql in _settled(plan).items()]
    target = work / "cells.parquet"
    engine.execute(
        f"COPY (SELECT {', '.join(('*', *settled))} FROM (SELECT row_no,"
        f" {_fault(engine, plan, covered, header, width)} AS fault, {_blank(plan, width)} AS blank,"
        f" {_padded(plan)} AS padded, {_forbidden(plan)} AS forbidden, personal, {', '.join(fields)} FROM {covered}))"
        f" TO {in_sql(target)} {AS_PARQUET}"
    )


def blocks(engine: duckdb.DuckDBPyConnection, *, work: Path, rows: int) -> Iterator[int]:
    """Point the view ``cells`` at one block of rows after the other, so that no lexicon outgrows the memory."""
    source = f"read_parquet({in_sql(work / 'cells.parquet')})"
    (highest,) = engine.execute(f"SELECT coalesce(max(row_no), 0) FROM {source}").fetchone() or (0,)
    for number in range(highest // rows + 1):
        engine.execute(
            f"CREATE OR REPLACE VIEW cells AS SELECT * FROM {source}"
            f" WHERE NOT blank AND row_no BETWEEN {number * rows} AND {number * rows + rows - 1}"
        )
        yield number


def _settled(plan: Plan) -> dict[str, str]:
    """Flags that say which cells need no lexicon: valid credit codes, plain names."""
    flags = {
        f"ok_{target}": uscc_sql(f"upper({field.sql})")
        for target in (*CODE_TARGETS, Target.AUTHORITY_CODE)
        if (field := plan.field(target))
    }
    if name := plan.field(Target.NAME):
        flags["ok_name"] = f"regexp_full_match({name.sql}, '{PLAIN_NAME}')"
    return flags


def _padded(plan: Plan) -> str:
    """Whether blanks stood around a name, a code or a document number."""
    fields = [
        plan.targets[target]
        for target in (Target.NAME, *CODE_TARGETS, Target.DOCUMENT_NO)
        if target in plan.targets
    ]
    places = sorted({place for field in fields for place, _ in field.places})
    tests = [
        f"(cell(c{place}) IS NOT NULL AND length(c{place}) <> length(bare(c{place})))" for place in places
    ]
    return " OR ".join(tests) if tests else "false"


def _forbidden(plan: Plan) -> str:
    """Whether the row says anything that may not be collected."""
    return " OR ".join(f"cell(c{place}) IS NOT NULL" for place in plan.forbidden) or "false"


def _blank(plan: Plan, width: int) -> str:
    """Whether the row holds nothing at all; looked at only where no field of the record is filled."""
    telling = [f"cell(c{place})" for place in sorted(plan.used_places())[:8]]
    everything = ", ".join(f"c{place}" for place in range(1, width + 1))
    return (
        f"CASE WHEN coalesce({', '.join(telling)}, rest) IS NULL THEN"
        f" bare(concat_ws('', {everything})) = '' ELSE false END"
    )


def _fault(
    engine: duckdb.DuckDBPyConnection, plan: Plan, source: str, header: Sequence[str], width: int
) -> str:
    """What makes the row untrustworthy: its reading, a repeated header, or text in a column that is always empty."""
    cases = ["WHEN fault IS NOT NULL THEN fault"]
    headed = [place for field in plan.targets.values() for place, _ in field.places][:3]
    if headed and plan.match.header is not None:
        same = (f"bare(c{place}) = bare({in_sql(header[place - 1])})" for place in headed)
        cases.append(f"WHEN {' AND '.join(same)} THEN 'header'")
    stray = _stray_places(engine, plan, source, width)
    if stray:
        filled = " OR ".join(f"cell(c{place}) IS NOT NULL" for place in stray)
        cases.append(f"WHEN {filled} THEN 'shifted'")
    return f"CASE {' '.join(cases)} END"


def _stray_places(engine: duckdb.DuckDBPyConnection, plan: Plan, source: str, width: int) -> list[int]:
    """Nameless columns that no field uses and hardly any row fills."""
    nameless = [
        place
        for place in range(1, width + 1)
        if "#" in plan.match.names[place - 1] and place not in plan.used_places()
    ]
    if not nameless or plan.match.header is None:
        return []
    counts = ", ".join(f"count(cell(c{place}))" for place in nameless)
    row = engine.execute(f"SELECT count(*), {counts} FROM {source}").fetchone()
    assert row is not None
    return [place for place, filled in zip(nameless, row[1:], strict=True) if 0 < filled * 20 <= row[0]]
