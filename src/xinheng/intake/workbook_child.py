"""Runs alone in a child process: turns the sheets of one workbook into CSV files under hard limits.

Usage: ``python workbook_child.py BOOK FOLDER MEMORY_MIB SECONDS COLUMNS``. Imports nothing of the package, so
that its memory is the workbook's. Prints one JSON line a sheet: name, file, rows, columns.
"""

import csv
import datetime
import json
import sys
from pathlib import Path
from typing import Any


def limit(memory_mib: int, seconds: int) -> None:
    try:
        import resource
    except ImportError:
        return
    size = memory_mib * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def shown(cell: Any) -> str:
    """What a person sees in the cell: whole numbers without point, dates as ISO, no time at midnight."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime.datetime):
        midnight = cell.time() == datetime.time.min
        return cell.date().isoformat() if midnight else cell.isoformat(sep=" ", timespec="seconds")
    return str(cell)


def convert(sheet: Any, target: Path, most_columns: int) -> dict[str, object]:
    """Blank columns before the first used cell are added; blank rows before it come with ``iter_rows``."""
    start = sheet.start
    if start is None:
        return {"name": sheet.name, "file": "", "rows": 0, "columns": 0}
    columns = start[1] + sheet.width
    if columns > most_columns:
        return {"name": sheet.name, "file": "", "rows": sheet.height, "columns": columns}
    before = [""] * start[1]
    rows = 0
    with target.open("w", encoding="utf-8", newline="") as file:
        write = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
        for row in sheet.iter_rows():
            cells = before + [shown(cell) for cell in row]
            write.writerow(cells if columns > 1 else [*cells, ""])
            rows += 1
    return {"name": sheet.name, "file": target.name, "rows": rows, "columns": columns}


def main(arguments: list[str]) -> int:
    book, folder = Path(arguments[0]), Path(arguments[1])
    limit(int(arguments[2]), int(arguments[3]))
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_path(str(book))
        for number, name in enumerate(workbook.sheet_names, start=1):
            described = convert(
                workbook.get_sheet_by_name(name), folder / f"sheet{number}.csv", int(arguments[4])
            )
            sys.stdout.write(json.dumps(described, ensure_ascii=True) + "\n")
    except (CalamineError, ValueError, OSError) as error:
        sys.stderr.write(type(error).__name__)
        return 3
    except MemoryError:
        return 4
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
