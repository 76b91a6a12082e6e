"""A made-up snapshot as a folder of files, and the terminal that reads it."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.core.examples import AS_OF, fact
from tests.scoring.worlds import City, numbered, store

from xinheng.interfaces.cli import main

POLICY = Path(__file__).resolve().parents[2] / "policy"
CODES = ("91410200MA3XYZ1234", "91410200MA3XYZ5678", "91410200MA3XYZ9999")
DAY = AS_OF.isoformat()

FIRMS: City = [
    ("enterprise", "food", [fact(1, seriousness=2, finality=6), fact(2, item=19, age=20, result="A")]),
    ("enterprise", "food", [fact(3, item=14)]),
    ("enterprise", None, []),
]
"""One fined a month ago and honoured, one on the list of serious failures, one without any record."""


def snapshot(folder: Path, city: City = FIRMS, **columns: list[Any]) -> Path:
    """The folder, with codes if there are three subjects."""
    folder.mkdir(parents=True, exist_ok=True)
    _, population = store(numbered(city), folder)
    table = pq.read_table(population)
    if len(city) == len(CODES):
        columns = {"code": list(CODES), **columns}
    for name, values in columns.items():
        table = table.append_column(name, pa.array(values))
    pq.write_table(table, folder / "subjects.parquet")
    population.unlink()
    return folder


def run(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    monkeypatch.setattr("sys.argv", ["xinheng", *map(str, words)])
    monkeypatch.setenv("XINHENG_POLICY", str(POLICY))
    monkeypatch.delenv("XINHENG_CITY", raising=False)
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)
