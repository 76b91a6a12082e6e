"""Prepares the raw cells for reading: blanks trimmed, words that say nothing emptied, mark-up taken out.

Everything here is SQL that runs over the whole file at once; the view ``cells`` has one column a field.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from xinheng.core.code_sql import uscc_sql
from xinheng.core.document_no import document_key_sql
from xinheng.core.feeds import Kind, Target
from xinheng.intake.engine import AS_PARQUET, in_sql
from xinheng.intake.fields import Field, Plan

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
_MARK = chr(31)
"""Stands between words, and in none."""
_MARK_UP = "</?[a-zA-Z!][^<>]*>|&nbsp;?"


def define(engine: duckdb.DuckDBPyConnection) -> None:
    """Macros of the session. ``bare``: trimmed; ``telling``: NULL where a trimmed text says nothing; ``unmarked``: without mark-up."""
    words = in_sql(_MARK.join(("", *NOTHING, "")))
    longest = max(len(word.encode()) for word in NOTHING)
    macros = {
        "bare(c)": f"CASE WHEN regexp_matches(c, {in_sql(_PADDED)}) THEN trim(c, {in_sql(BLANKS)}) ELSE c END",
        "telling(b)": f"CASE WHEN strlen(b) > {longest} THEN b WHEN contains(b, {in_sql(_MARK)}) THEN b"
        f" WHEN contains({words}, {in_sql(_MARK)} || b || {in_sql(_MARK)}) THEN NULL ELSE b END",
        "cell(c)": "telling(bare(c))",
        "dated(c, e)": f"CASE WHEN regexp_matches(c, {in_sql(_ZERO_DATE)}) THEN NULL ELSE e END",
        "unmarked(t)": "CASE WHEN contains(t, '<') OR contains(t, '&') THEN nullif(trim(replace(replace(replace("
        f"regexp_replace(t, {in_sql(_MARK_UP)}, ' ', 'g'), '&lt;', '<'), '&gt;', '>'), '&amp;', '&'), {in_sql(BLANKS)}), '')"
        " ELSE t END",
        "half_width(t)": f"CASE WHEN regexp_matches(t, {in_sql(ODD_WIDTH)}) THEN"
        f" trim(translate(t, {in_sql(_FULL)}, {in_sql(_HALF)}), {in_sql(BLANKS)}) ELSE t END",
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
    stray = _stray_places(engine, plan, covered, width)
    query = cleaned(plan, source=covered, header=header, width=width, stray=stray)
    engine.execute(f"COPY ({query}) TO {in_sql(work / 'cells.parquet')} {AS_PARQUET}")


def cleaned(plan: Plan, *, source: str, header: Sequence[str], width: int, stray: Sequence[int] = ()) -> str:
    """SQL of the cleaned texts of ``source``, with the worth in fen of a unit of each amount.

    b1 … bN are its cells trimmed, e1 … eN those that say something.
    """
    places = sorted({*plan.used_places(), *plan.forbidden, *stray})
    trimmed = "".join(f", bare(c{place}) AS b{place}" for place in places)
    telling = "".join(f", telling(b{place}) AS e{place}" for place in places)
    fields = "".join(f", {field.text()} AS {field.sql}" for field in plan.fields())
    fields += "".join(f", {field.worth()} AS worth_{target}" for target, field in plan.of_kind(Kind.AMOUNT))
    settled = "".join(f", {sql} AS {name}" for name, sql in _settled(plan).items())
    upper = "".join(f", upper({field.sql}) AS u_{target}" for target, field in _coded(plan))
    helping = ", ".join(f"u_{target}" for target, _ in _coded(plan))
    return (
        f"SELECT *{f' EXCLUDE ({helping})' if helping else ''}{settled} FROM (SELECT *{upper} FROM (SELECT row_no,"
        f" {_fault(plan, header, stray)} AS fault, {_blank(plan, width)} AS blank, {_padded(plan)} AS padded,"
        f" {_forbidden(plan)} AS forbidden, personal{fields}"
        f" FROM (SELECT *{telling} FROM (SELECT *{trimmed} FROM {source}))))"
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
    flags = {f"ok_{target}": uscc_sql(f"u_{target}") for target, _ in _coded(plan)}
    if name := plan.field(Target.NAME):
        flags["ok_name"] = f"regexp_full_match({name.sql}, '{PLAIN_NAME}')"
    return flags


def _coded(plan: Plan) -> Iterator[tuple[Target, Field]]:
    for target in (*CODE_TARGETS, Target.AUTHORITY_CODE):
        if field := plan.field(target):
            yield target, field


def _padded(plan: Plan) -> str:
    """Whether blanks stood around a name, a code or a document number."""
    fields = [
        plan.targets[target]
        for target in (Target.NAME, *CODE_TARGETS, Target.DOCUMENT_NO)
        if target in plan.targets
    ]
    places = sorted({place for field in fields for place, _ in field.places})
    tests = [f"(e{place} IS NOT NULL AND strlen(c{place}) <> strlen(b{place}))" for place in places]
    return " OR ".join(tests) if tests else "false"


def _forbidden(plan: Plan) -> str:
    """Whether the row says anything that may not be collected."""
    return " OR ".join(f"e{place} IS NOT NULL" for place in plan.forbidden) or "false"


def _blank(plan: Plan, width: int) -> str:
    """Whether the row holds nothing at all; looked at only where no field of the record is filled."""
    telling = [f"e{place}" for place in sorted(plan.used_places())[:8]]
    everything = ", ".join(f"c{place}" for place in range(1, width + 1))
    return (
        f"CASE WHEN coalesce({', '.join(telling)}, rest) IS NULL THEN"
        f" bare(concat_ws('', {everything})) = '' ELSE false END"
    )


def _fault(plan: Plan, header: Sequence[str], stray: Sequence[int]) -> str:
    """What makes the row untrustworthy: its reading, a repeated header, or text in a column that is always empty."""
    cases = ["WHEN fault IS NOT NULL THEN fault"]
    headed = [place for field in plan.targets.values() for place, _ in field.places][:3]
    if headed and plan.match.header is not None:
        same = (f"b{place} = bare({in_sql(header[place - 1])})" for place in headed)
        cases.append(f"WHEN {' AND '.join(same)} THEN 'header'")
    if stray:
        filled = " OR ".join(f"e{place} IS NOT NULL" for place in stray)
        cases.append(f"WHEN {filled} THEN 'shifted'")
    return f"CASE {' '.join(cases)} END"


def nameless(plan: Plan, width: int) -> list[int]:
    """Columns without a name that no field uses: what stands in them may have been shifted there."""
    if plan.match.header is None:
        return []
    used = plan.used_places()
    return [
        place for place in range(1, width + 1) if "#" in plan.match.names[place - 1] and place not in used
    ]


def _stray_places(engine: duckdb.DuckDBPyConnection, plan: Plan, source: str, width: int) -> list[int]:
    """Nameless columns that no field uses and hardly any row fills."""
    places = nameless(plan, width)
    if not places:
        return []
    counts = ", ".join(f"count(cell(c{place}))" for place in places)
    row = engine.execute(f"SELECT count(*), {counts} FROM {source}").fetchone()
    assert row is not None
    return [place for place, filled in zip(places, row[1:], strict=True) if 0 < filled * 20 <= row[0]]
