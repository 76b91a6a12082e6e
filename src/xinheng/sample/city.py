"""Makes the departments' files of a sample city, dirt included, and ``planted.json`` that tells what was planted.

Rows are counted as the reader of the file counts them: title lines and the header are rows too. Every file
depends on city, size, seed and day alone, so the same call gives the same bytes.
"""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import duckdb

from xinheng.core.records import Finality
from xinheng.sample import chance, codes, enterprises
from xinheng.sample.chance import listed, quoted
from xinheng.sample.deliveries import Delivery, deliveries
from xinheng.sample.departments import DEPARTMENTS
from xinheng.sample.dirt import ADDED, DUPLICATE, IMPLIED, Dirt
from xinheng.sample.histories import history
from xinheng.sample.papers import Papers
from xinheng.sample.places import City
from xinheng.sample.rates import SIZES, Size
from xinheng.sample.sheets import COLUMNS, FEEDS
from xinheng.sample.writing import write_table

MEMORY_LIMIT = "1200MB"
PLANTED_FORMAT = 1


TOLD = "kept.told"
"""Table of one kind's records while its files are written; it lies on disk, where it is compressed."""


@dataclass(frozen=True, slots=True)
class SampleCity:
    """A made-up city in a DuckDB connection that holds its enterprises; ``dirt`` scales the planted defects."""

    connection: duckdb.DuckDBPyConnection
    city: City
    size: Size
    seed: int
    as_of: date
    papers: Papers
    dirt: int = 1


def found_city(*, city: City, size: str, seed: int, as_of: date, scratch: Path, dirt: int = 1) -> SampleCity:
    """Open a connection and make the enterprises. ``scratch`` takes what does not fit in memory."""
    connection = duckdb.connect()
    connection.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")
    connection.execute(f"SET temp_directory = {quoted(str(scratch))}")
    connection.execute("SET preserve_insertion_order = true")
    scratch.mkdir(parents=True, exist_ok=True)
    disk = Path(mkdtemp(dir=scratch)) / "kept.duckdb"
    connection.execute(f"ATTACH {quoted(str(disk))} AS kept").fetchall()
    for statement in (
        *chance.macros(seed=seed),
        *codes.macros(),
        *enterprises.statements(city=city, subjects=SIZES[size].subjects, as_of=as_of),
    ):
        connection.execute(statement).fetchall()
    made = codes.coded(f"FROM range({len(DEPARTMENTS)}) AS numbers(n)", head=f"'11{city.code}'", number="n")
    rows = connection.execute(f"SELECT code FROM ({made}) ORDER BY n").fetchall()
    papers = Papers(city=city, authority_codes=tuple(str(code) for (code,) in rows))
    return SampleCity(connection, city, SIZES[size], seed, as_of, papers, dirt)


def write_files(
    sample: SampleCity, *, out: Path, heard: Callable[[str, int], None] | None = None
) -> dict[str, Any]:
    """Write every delivery and ``planted.json``; returns its content. ``heard`` is told each path and its rows."""
    out.mkdir(parents=True, exist_ok=True)
    rows_file = out / "planted-rows.csv"
    rows_file.write_text("path,row,code\n", encoding="utf-8")
    files = []
    for kind, group in groupby(deliveries(size=sample.size, city=sample.city, as_of=sample.as_of), _kind_of):
        sample.connection.execute(f"CREATE TABLE {TOLD} AS {told(sample, kind)}").fetchall()
        for delivery in group:
            entry = _write(sample, delivery, out=out, rows_file=rows_file)
            if entry:
                files.append(entry)
                if heard:
                    heard(delivery.path, entry["rows"])
        sample.connection.execute(f"DROP TABLE {TOLD}").fetchall()
    planted = _planted(sample, files)
    text = json.dumps(planted, ensure_ascii=False, indent=1) + "\n"
    (out / "planted.json").write_text(text, encoding="utf-8")
    return planted


def _kind_of(delivery: Delivery) -> str:
    return delivery.kind


def _planted(sample: SampleCity, files: list[dict[str, Any]]) -> dict[str, Any]:
    totals: Counter[str] = Counter()
    for entry in files:
        totals.update(entry["planted"])
    return {
        "format": PLANTED_FORMAT,
        "city": sample.city.code,
        "size": sample.size.key,
        "seed": sample.seed,
        "as_of": sample.as_of.isoformat(),
        "subjects": sample.size.subjects,
        "rows": sum(entry["rows"] for entry in files),
        "duplicates": sum(entry["duplicates"] for entry in files),
        "planted": dict(sorted(totals.items())),
        "implied": IMPLIED,
        "files": files,
    }


def _write(sample: SampleCity, delivery: Delivery, *, out: Path, rows_file: Path) -> dict[str, Any] | None:
    """Write one file and say what it holds; a slice without rows is no file."""
    connection, layout = sample.connection, delivery.layout
    connection.execute(f"CREATE OR REPLACE TEMP TABLE sheet AS {sheet(sample, delivery)}").fetchall()
    counted = connection.execute(
        "SELECT dirt, count(*), count(*) FILTER (WHERE personal) FROM sheet GROUP BY dirt ORDER BY dirt"
    ).fetchall()
    if not counted:
        return None
    path = out / delivery.path
    path.parent.mkdir(parents=True, exist_ok=True)
    headers = [header for header, _ in COLUMNS[delivery.kind]]
    cells = [f"cell_{number}" for number in range(len(headers))]
    write_table(connection, path=path, layout=layout, title=delivery.title, headers=headers, cells=cells)
    planted = {str(code): int(count) for code, count, _ in counted if code}
    _note_rows(connection, delivery.path, rows_file)
    return {
        "path": delivery.path,
        "feed": FEEDS[delivery.kind],
        "sender": delivery.folder,
        "format": layout.format,
        "encoding": layout.encoding,
        "header_row": layout.header_row,
        "rows": sum(int(count) for _, count, _ in counted),
        "duplicates": planted.pop(DUPLICATE, 0),
        "planted": planted,
        "personal_numbers": sum(int(count) for _, _, count in counted),
    }


def _note_rows(connection: duckdb.DuckDBPyConnection, path: str, rows_file: Path) -> None:
    cursor = connection.execute("SELECT row_no, dirt FROM sheet WHERE dirt <> '' ORDER BY row_no")
    with rows_file.open("a", encoding="utf-8") as notes:
        while rows := cursor.fetchmany(10_000):
            notes.writelines(f"{path},{row_no},{code}\n" for row_no, code in rows)


def told(sample: SampleCity, kind: str) -> str:
    """SQL of all records of ``kind`` with what their papers say and the defect that each is to carry (``dirt``)."""
    papers, dirt = sample.papers, Dirt(kind=kind, as_of=sample.as_of, factor=sample.dirt)
    final = Finality.FINAL.value
    return f"""
        SELECT sid, h, head, code, name, person, address, sector_label, size, division_code, num::VARCHAR AS num, department,
            decided_on, valid_from, valid_to, amount_fen, confiscated_fen, words, document_no, title, reported_on,
            {papers.text(kind)} AS text, {papers.authority(kind)} AS authority,
            {papers.authority_code()} AS authority_code, {papers.basis()} AS basis,
            CASE head WHEN '92' THEN '个体工商户' ELSE '法人及非法人组织' END AS category,
            {_subject_type()} AS subject_type, '普通程序' AS procedure,
            CASE finality WHEN {final} THEN '终局' ELSE '救济期限内' END AS relief,
            CASE WHEN {dirt.fits()} THEN dirt ELSE '' END AS dirt
        FROM (
            SELECT *, {dirt.code()} AS dirt, {papers.reported_on()} AS reported_on,
                {papers.document_no(kind)} AS document_no, {papers.title(kind)} AS title
            FROM ({history(kind, size=sample.size, as_of=sample.as_of)}))"""


def sheet(sample: SampleCity, delivery: Delivery) -> str:
    """SQL of a file's rows in order, from ``told``: ``row_no``, ``dirt`` and one text ``cell_n`` for each column."""
    cells = ", ".join(f"({cell})::VARCHAR AS cell_{n}" for n, (_, cell) in enumerate(COLUMNS[delivery.kind]))
    return f"""
        WITH chosen AS (SELECT * FROM {TOLD} WHERE {delivery.where}),
        lone AS ({Dirt.alone()}),
        settled AS (
            SELECT * REPLACE (CASE WHEN dirt = 'E17' AND sid NOT IN (FROM lone) THEN '' ELSE dirt END AS dirt)
            FROM chosen),
        doubled AS (
            SELECT * REPLACE (CASE WHEN dirt IN ({_list(ADDED)}) THEN '' ELSE dirt END AS dirt), 0 AS copy FROM settled
            UNION ALL SELECT *, 1 AS copy FROM settled WHERE dirt IN ({_list(ADDED)})),
        sorted AS (
            SELECT *, row_number() OVER (
                ORDER BY dirt IN ('E08', '{DUPLICATE}'), decided_on, sid, num, copy) AS row_in_sheet
            FROM doubled),
        written AS ({_shown(sample, delivery)})
        SELECT (row_in_sheet + {delivery.layout.header_row})::BIGINT AS row_no, dirt,
            (dirt = 'E10' OR starts_with(code, '{codes.SAMPLE_AREA}')) AS personal, {cells}
        FROM written ORDER BY row_no"""


def _shown(sample: SampleCity, delivery: Delivery) -> str:
    """The text columns that sheets are made of, after dirt."""
    dirt = Dirt(kind=delivery.kind, as_of=sample.as_of, factor=sample.dirt)
    day = f"coalesce(strftime({{}}, {quoted(delivery.layout.dates)}), '')"
    return f"""
        SELECT * REPLACE ({_replaced(dirt.texts())}) FROM (
            SELECT *, {day.format("decided_on")} AS decided, {day.format("valid_from")} AS starts,
                {day.format("valid_to")} AS ends, {day.format("reported_on")} AS reported,
                {day.format("decided_on + 90")} AS judged, (year(decided_on) - 1)::VARCHAR AS year_before,
                {_money("amount_fen", 1_000_000, 6)} AS amount, {_money("confiscated_fen", 1_000_000, 6)} AS confiscated,
                {_money("amount_fen", 100, 2)} AS yuan
            FROM (SELECT * REPLACE ({_replaced(dirt.dates())}) FROM sorted))"""


def _money(fen: str, unit: int, places: int) -> str:
    return f"coalesce(({fen} / {unit})::DECIMAL(18, {places})::VARCHAR, '')"


def _replaced(changes: Any) -> str:
    return ", ".join(f"{expression} AS {column}" for column, expression in changes.items())


def _subject_type() -> str:
    types = {
        "enterprise": "有限责任公司",
        "branch": "有限责任公司分公司",
        "sole_trader": "个体工商户",
        "cooperative": "农民专业合作社",
        "social_organisation": "社会组织",
    }
    return listed(list(types.values()), f"list_position([{_list(types)}], kind) - 1")


def _list(words: Any) -> str:
    return ", ".join(map(quoted, words))
