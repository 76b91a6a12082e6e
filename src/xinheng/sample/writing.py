"""Writes a table as a department would: CSV in UTF-8 or GB18030, or a workbook, with title lines above the header.

The bytes carry no time and no machine: workbooks state a fixed day of making.
"""

import codecs
import csv
import io
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import duckdb
import xlsxwriter

from xinheng.sample.chance import quoted
from xinheng.sample.deliveries import Layout

_BLOCK = 1 << 20
_MADE_AT = datetime(2021, 1, 1)  # noqa: DTZ001 - workbooks hold naive days


def write_table(
    connection: duckdb.DuckDBPyConnection,
    *,
    path: Path,
    layout: Layout,
    title: str,
    headers: Sequence[str],
    cells: Sequence[str],
) -> None:
    """Write table ``sheet`` to ``path``; a file half written keeps the name ``….part``."""
    part = path.with_name(path.name + ".part")
    titles = [title, "填报单位（盖章）："][: layout.title_lines]
    if layout.format == "xlsx":
        _write_workbook(connection, part, titles, headers, cells)
    else:
        _write_csv(connection, part, layout, titles, headers, cells)
    os.replace(part, path)  # noqa: PTH105


def _write_csv(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    layout: Layout,
    titles: Sequence[str],
    headers: Sequence[str],
    cells: Sequence[str],
) -> None:
    head = io.StringIO()
    writer = csv.writer(head, lineterminator="\n")
    for title in titles:
        writer.writerow([title, *[""] * (len(headers) - 1)])
    writer.writerow(headers)
    plain = path.with_name(path.name + ".rows")
    connection.execute(
        f"COPY (SELECT {', '.join(cells)} FROM sheet ORDER BY row_no) TO {quoted(str(plain))} "
        "(FORMAT csv, HEADER false, NULLSTR '')"
    ).fetchall()
    with plain.open("rb") as rows, path.open("wb") as target:
        encode = codecs.getincrementalencoder(layout.encoding)()
        target.write(encode.encode(head.getvalue().replace("\n", layout.newline)))
        decode = codecs.getincrementaldecoder("utf-8")()
        unchanged = layout.encoding.startswith("utf-8") and layout.newline == "\n"
        while block := rows.read(_BLOCK):
            if unchanged:
                target.write(block)
            else:
                target.write(encode.encode(decode.decode(block).replace("\n", layout.newline)))
    plain.unlink()


def _write_workbook(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    titles: Sequence[str],
    headers: Sequence[str],
    cells: Sequence[str],
) -> None:
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False})
    book.set_properties({"created": _MADE_AT})
    page = book.add_worksheet("Sheet1")
    line = 0
    for title in titles:
        page.write_string(line, 0, title)
        line += 1
    for lines in ([headers],):
        for row in lines:
            _write_row(page, line, row)
            line += 1
    cursor = connection.execute(f"SELECT {', '.join(cells)} FROM sheet ORDER BY row_no")
    while rows := cursor.fetchmany(5_000):
        for row in rows:
            _write_row(page, line, row)
            line += 1
    book.close()


def _write_row(page: "xlsxwriter.worksheet.Worksheet", line: int, row: Sequence[str | None]) -> None:
    for column, cell in enumerate(row):
        if cell:
            page.write_string(line, column, cell)
