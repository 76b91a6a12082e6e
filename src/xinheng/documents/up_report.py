"""The file that goes upwards (双公示上报): one archive with the rows as CSV and as XLSX, and what it is made of.

The same rows give the same bytes.
"""

import csv
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import xlsxwriter

from xinheng.core.cell_text import guarded

_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


def archive(
    name: str, head: Mapping[str, str], rows: Sequence[Sequence[str]], told: Mapping[str, Any]
) -> bytes:
    """``head``: columns with their titles; ``told``: what the manifest says besides files, rows and columns."""
    files = {f"{name}.csv": _csv(list(head), rows), f"{name}.xlsx": _xlsx(head, rows)}
    manifest = {
        **told,
        "rows": len(rows),
        "columns": [{"name": column, "title": title} for column, title in head.items()],
        "files": {
            file: {"sha256": hashlib.sha256(body).hexdigest(), "bytes": len(body)}
            for file, body in files.items()
        },
    }
    files["manifest.json"] = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as packed:
        for file, body in files.items():
            packed.writestr(ZipInfo(file, _EPOCH.timetuple()[:6]), body, ZIP_DEFLATED)
    return out.getvalue()


def _csv(head: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _xlsx(head: Mapping[str, str], rows: Sequence[Sequence[str]]) -> bytes:
    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"created": _EPOCH})
        sheet = book.add_worksheet("上报")
        sheet.write_row(0, 0, list(head), book.add_format({"bold": True}))
        for number, row in enumerate(rows, start=1):
            for place, cell in enumerate(row):
                sheet.write_string(number, place, cell)
        sheet.freeze_panes(1, 0)
        names = book.add_worksheet("栏目")
        for number, pair in enumerate(head.items()):
            names.write_row(number, 0, pair)
    return out.getvalue()
