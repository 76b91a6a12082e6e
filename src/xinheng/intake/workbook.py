"""Writes the workbook that goes back to the sender: each row as it was, with what is wrong and how to mend it.

Cells are texts only, so that nothing in it is ever computed. Rows on natural persons go back as they came; the
text they are taken from is destroyed after the receipt (G2).
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from xinheng.core.cell_text import guarded
from xinheng.core.checks import Defect
from xinheng.intake.engine import in_sql, reading
from xinheng.intake.limits import Limits
from xinheng.intake.prepare import Prepared, original_rows

Conflict = tuple[int, str, str]
"""Row number, code and sentence of a row that contradicts what is known already."""

LEADING = ("行号", "处理", "问题代码", "问题栏目", "原因", "怎么改")
BEYOND = "（表头以外）"
SHEET_ROWS = 1_000_000
CELL_CHARACTERS = 32_000
_DEEDS = {"refuse": "退回，不保存", "quarantine": "退回，待更正"}


Told = tuple[int, Sequence[Mapping[str, str]], Mapping[str, Any]]
"""Row number, problems and masked cells of a row that was kept."""


def kept_workbook(header: Sequence[str], rows: Iterable[Told], out: Path, *, work: Path) -> None:
    """The same workbook of rows that were set aside and go back now, from what was kept of them."""
    says = {defect.value: defect.advice for defect in Defect}
    told = ((_leading(row_no, "quarantine", found, says), cells) for row_no, found, cells in rows)
    with xlsxwriter.Workbook(str(out), _options(work)) as book:
        _write(book, [name for name in header if name != BEYOND], told)


def error_workbook(
    prepared: Prepared,
    out: Path,
    *,
    conflicts: Sequence[Conflict] = (),
    advice: Mapping[str, str] | None = None,
    with_refused: bool = True,
) -> None:
    """``advice`` replaces the sentences on how to mend, by code. Writes at least the heading."""
    says = {defect.value: defect.advice for defect in Defect} | dict(advice or {})
    with xlsxwriter.Workbook(str(out), _options(prepared.work)) as book:
        _write(book, prepared.header, _rows(prepared, conflicts, says, with_refused=with_refused))


def _options(work: Path) -> dict[str, Any]:
    return {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "tmpdir": str(work),
    }


def _write(book: Any, header: Sequence[str], rows: Iterable[tuple[Sequence[str], Mapping[str, Any]]]) -> None:
    bold = book.add_format({"bold": True, "bg_color": "#EEEEEE", "text_wrap": True})
    sheet, line = None, SHEET_ROWS
    names = (*LEADING, *header, BEYOND)
    for leading, original in rows:
        if sheet is None or line >= SHEET_ROWS:
            sheet, line = _sheet(book, names, bold), 1
        cells = (*leading, *(original.get(name, "") for name in (*header, BEYOND)))
        for column, cell in enumerate(cells):
            if cell:
                sheet.write_string(line, column, _safe(cell))
        line += 1
    if sheet is None:
        _sheet(book, names, bold)


def _sheet(book: Any, names: Sequence[str], bold: Any) -> Any:
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, 3, 12)
    sheet.set_column(4, 5, 36)
    sheet.set_column(6, len(names), 20)
    for column, name in enumerate(names):
        sheet.write_string(0, column, _safe(name), bold)
    return sheet


def _safe(cell: Any) -> str:
    """A text that no spreadsheet takes for a formula, even after it was saved as CSV."""
    text = cell if isinstance(cell, str) else json.dumps(cell, ensure_ascii=False)
    return guarded(text[:CELL_CHARACTERS])


def _rows(
    prepared: Prepared, conflicts: Sequence[Conflict], says: Mapping[str, str], *, with_refused: bool
) -> Iterator[tuple[Sequence[str], Mapping[str, Any]]]:
    if prepared.returned_path.exists():
        yield from _returned(prepared, says, with_refused=with_refused)
    originals = original_rows(prepared, sorted(row_no for row_no, _, _ in conflicts))
    for row_no, code, message in sorted(conflicts):
        leading = (str(row_no), _DEEDS["quarantine"], code, "", message, says.get(code, ""))
        yield leading, originals.get(row_no, {})


def _returned(
    prepared: Prepared, says: Mapping[str, str], *, with_refused: bool
) -> Iterator[tuple[Sequence[str], Mapping[str, Any]]]:
    returned, refused = in_sql(prepared.returned_path), in_sql(prepared.refused_path)
    joined = with_refused and prepared.refused_path.exists()
    original = "coalesce(t.original, a.original)" if joined else "t.original"
    apart = f"LEFT JOIN read_parquet({refused}) AS a ON a.row_no = t.row_no" if joined else ""
    with reading(prepared.work, Limits(), rows=prepared.rows) as engine:
        found = engine.execute(
            f"SELECT t.row_no, t.outcome, t.problems, {original} FROM read_parquet({returned}) AS t {apart}"
            " ORDER BY t.row_no"
        )
        while rows := found.fetchmany(2_000):
            for row_no, outcome, told, text in rows:
                yield _leading(row_no, outcome, json.loads(told), says), json.loads(text) if text else {}


def _leading(
    row_no: int, outcome: str, problems: Sequence[Mapping[str, str]], says: Mapping[str, str]
) -> tuple[str, ...]:
    codes = list(dict.fromkeys(problem["code"] for problem in problems))
    return (
        str(row_no),
        _DEEDS[outcome],
        "、".join(codes),
        "、".join(dict.fromkeys(problem["field"] for problem in problems)),
        "；".join(dict.fromkeys(problem["message"] for problem in problems)),
        " ".join(says.get(code, "") for code in codes),
    )
