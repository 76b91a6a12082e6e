"""What preparing a file yields: its report, and the rows as they were written, read back in chunks."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xinheng.core.checks import Defect
from xinheng.core.refusal import Outcome, Problem
from xinheng.intake import writing
from xinheng.intake.engine import in_sql, reading
from xinheng.intake.limits import Limits
from xinheng.intake.profile import ColumnProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """``quarantined`` includes the ``refused`` rows. The paths exist only where rows were mapped.

    ``known_as`` is the feed of a file that is recognised and, holding no records, not read.
    """

    path: str
    status: str
    work: Path
    feed: str | None = None
    known_as: str | None = None
    encoding: str | None = None
    format: str | None = None
    header_row: int | None = None
    rows: int = 0
    accepted: int = 0
    quarantined: int = 0
    refused: int = 0
    duplicates: int = 0
    blank_rows: int = 0
    problems: Mapping[str, int] = field(default_factory=dict)
    code_column: str | None = None
    name_column: str | None = None
    personal_ids_found: int = 0
    columns: tuple[ColumnProfile, ...] = ()
    header: tuple[str, ...] = ()
    message: str = ""
    advice: str = ""
    notes: tuple[str, ...] = ()
    raw_source: str = ""
    covered_source: str = ""

    @property
    def accepted_path(self) -> Path:
        return self.work / "accepted.parquet"

    @property
    def returned_path(self) -> Path:
        return self.work / "returned.parquet"

    @property
    def refused_path(self) -> Path:
        """Originals of rows on persons, as received. To be destroyed once the receipt is made out (G2)."""
        return self.work / "refused.parquet"

    @property
    def originals_path(self) -> Path:
        """row_no and the masked cells as a JSON object; written when first asked for."""
        target = self.work / "originals.parquet"
        if not target.exists() and self.covered_source:
            with reading(self.work, Limits(), rows=self.rows) as engine:
                returned = in_sql(self.returned_path)
                writing.write_originals(
                    engine, target, source=self.covered_source, header=self.header, refused=returned
                )
        return target

    def report(self) -> dict[str, Any]:
        """The part of the import report on this file."""
        return {
            "path": self.path,
            "status": self.status,
            "feed": self.feed,
            "encoding": self.encoding,
            "format": self.format,
            "header_row": self.header_row,
            "rows": self.rows,
            "accepted": self.accepted,
            "quarantined": self.quarantined,
            "duplicates": self.duplicates,
            "problems": dict(self.problems),
            "code_column": self.code_column,
            "name_column": self.name_column,
            "personal_ids_found": self.personal_ids_found,
            "message": self.message,
            "advice": self.advice,
            "known_as": self.known_as,
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class ReturnedRow:
    """``original`` and ``normalised`` are None for a refused row."""

    row_no: int
    outcome: str
    problems: list[dict[str, str]]
    original: dict[str, Any] | None
    normalised: dict[str, Any] | None


def returned_rows(prepared: Prepared, *, chunk: int = 5_000) -> Iterator[list[ReturnedRow]]:
    """The rows that go back, in the order of the file, in chunks."""
    if not prepared.quarantined or not prepared.returned_path.exists():
        return
    with reading(prepared.work, Limits(), rows=prepared.rows) as engine:
        found = engine.execute(
            "SELECT row_no, outcome, problems, original, normalised"
            f" FROM read_parquet({in_sql(prepared.returned_path)}) ORDER BY row_no"
        )
        while rows := found.fetchmany(chunk):
            yield [
                ReturnedRow(
                    row_no,
                    outcome,
                    json.loads(problems),
                    json.loads(original) if original else None,
                    json.loads(normalised) if normalised else None,
                )
                for row_no, outcome, problems, original, normalised in rows
            ]


def original_rows(prepared: Prepared, numbers: list[int]) -> dict[int, dict[str, Any]]:
    """The masked cells of some rows by their number; a refused row has none."""
    if not numbers or not prepared.covered_source:
        return {}
    with reading(prepared.work, Limits(), rows=prepared.rows) as engine:
        wanted_rows = (
            f"SELECT unnest({numbers}) EXCEPT SELECT row_no FROM read_parquet({in_sql(prepared.returned_path)})"
            " WHERE outcome = 'refuse'"
        )
        found = engine.execute(
            f"SELECT r.row_no, {writing.original_json(prepared.header)} FROM {prepared.covered_source} AS r"
            f" WHERE r.row_no IN ({wanted_rows})"
        ).fetchall()
    return {row_no: json.loads(original) for row_no, original in found}


def whole_file_problem(prepared: Prepared) -> Problem | None:
    """The defect of a file that was not read, as one sentence."""
    for code in (Defect.UNREADABLE, Defect.WRONG_FEED):
        if prepared.status != "mapped" and code.value in prepared.problems:
            return Problem(code.value, Outcome.REFUSE, f"{prepared.message}{prepared.advice}")
    return None
