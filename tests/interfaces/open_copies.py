"""Somebody else's copy of the open data: taken from a snapshot, kept by the changes that the public address tells."""

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from django.test import Client

Copy = dict[str, dict[str, dict[str, Any]]]


def copy_of(folder: Path) -> Copy:
    """Rows by table and key, as the Parquet files of a folder have them."""
    return {path.stem: _rows(path) for path in sorted(folder.glob("*.parquet"))}


def _rows(path: Path) -> dict[str, dict[str, Any]]:
    rows = pq.read_table(path).to_pylist()
    return {
        str(next(iter(row.values()))): {name: _plain(value) for name, value in row.items()} for row in rows
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def follow(copy: Copy, after: int, *, limit: int = 3) -> tuple[int, list[dict[str, Any]]]:
    """Apply every change after a number; returns the last number and the changes."""
    seen: list[dict[str, Any]] = []
    while True:
        answer = Client().get("/open-data/changes", {"after": after, "limit": limit})
        assert answer.status_code == 200, answer.content
        told = answer.json()
        for change in told["changes"]:
            if "row" in change:
                copy[change["dataset"]][change["key"]] = change["row"]
            else:
                copy[change["dataset"]].pop(change["key"], None)
        seen += told["changes"]
        if told["next"] == after:
            return after, seen
        after = told["next"]
