"""Reads what intake wrote."""

import json
from typing import Any

import pyarrow.parquet as pq

from xinheng.intake.prepare import Prepared, returned_rows


def accepted(prepared: Prepared) -> list[dict[str, Any]]:
    """Accepted rows in the order of the file, details unpacked."""
    rows = sorted(pq.read_table(prepared.accepted_path).to_pylist(), key=lambda row: row["row_no"])
    for row in rows:
        row["details"] = json.loads(row["details"])
    return rows


def codes_by_row(prepared: Prepared) -> dict[int, list[str]]:
    """Codes of every returned row."""
    found = {}
    for chunk in returned_rows(prepared):
        for row in chunk:
            found[row.row_no] = sorted({problem["code"] for problem in row.problems})
    return found


def all_text(prepared: Prepared) -> str:
    """Everything that is written except the file that is destroyed after the receipt."""
    paths = (prepared.accepted_path, prepared.returned_path, prepared.originals_path)
    return "\n".join(str(pq.read_table(path).to_pylist()) for path in paths)
