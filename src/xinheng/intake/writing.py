"""Writes what became of the rows: accepted ones, returned ones with their reasons, refused originals apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from xinheng.core.checks import Defect
from xinheng.core.refusal import Outcome
from xinheng.intake.comparing import Masks
from xinheng.intake.engine import AS_PARQUET, in_sql
from xinheng.intake.judging import ROW_TYPES
from xinheng.intake.rules import Rule

BLOCK = 50_000
WITHIN = "row_no BETWEEN $low AND $high"
RETURNED = ("row_no", "outcome", "problems", "original", "normalised")
REFUSED = ("row_no", "original")
ALWAYS_APART = frozenset({Defect.PERSONAL, Defect.SIMPLE_PROCEDURE, Defect.NATURAL_PERSON, Defect.CATALOGUE})
"""Defects whose original text is kept only in the file that is destroyed after receipt."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The rules of a file with the outcome of each."""

    rules: tuple[Rule, ...]
    outcomes: Mapping[Defect, Outcome]

    def bits_of(self, *outcomes: Outcome) -> int:
        return sum(
            1 << place for place, rule in enumerate(self.rules) if self.outcomes[rule.defect] in outcomes
        )

    @property
    def masks(self) -> Masks:
        return Masks(self.bits_of(Outcome.REFUSE), self.bits_of(Outcome.QUARANTINE))

    def bits_by_code(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for place, rule in enumerate(self.rules):
            found[rule.defect.value] = found.get(rule.defect.value, 0) | 1 << place
        return dict(sorted(found.items()))


@dataclass(frozen=True, slots=True)
class Counts:
    rows: int
    accepted: int
    refused: int
    quarantined: int
    duplicates: int
    problems: dict[str, int]


def create_final(engine: duckdb.DuckDBPyConnection, judged: str, verdicts: Verdicts) -> None:
    """The view ``final``: judged rows with all bits and their outcome."""
    engine.execute(f"CREATE OR REPLACE VIEW final AS {final(judged, verdicts)}")


def final(judged: str, verdicts: Verdicts) -> str:
    masks = verdicts.masks
    return (
        "SELECT *, CASE"
        f" WHEN all_bits & {masks.refuse} <> 0 THEN 'refuse' WHEN duplicate THEN 'duplicate'"
        f" WHEN all_bits & {masks.quarantine} <> 0 THEN 'quarantine' ELSE 'accept' END AS outcome FROM ("
        "  SELECT j.*, j.bits | coalesce(c.bits, 0) AS all_bits, coalesce(c.duplicate, false) AS duplicate"
        f" FROM {judged} AS j LEFT JOIN compared AS c ON c.row_no = j.row_no)"
    )


def count(engine: duckdb.DuckDBPyConnection, verdicts: Verdicts) -> Counts:
    """Rows by outcome, and rows by defect among those that are no duplicates."""
    row = engine.execute(counted(verdicts)).fetchone()
    assert row is not None
    return counts_of(row, verdicts)


def counted(verdicts: Verdicts) -> str:
    """SQL of the row that ``counts_of`` reads."""
    codes = verdicts.bits_by_code()
    found = ", ".join(
        f"count(*) FILTER (all_bits & {bits} <> 0 AND outcome <> 'duplicate')" for bits in codes.values()
    )
    outcomes = ", ".join(
        f"count(*) FILTER (outcome = '{name}')" for name in ("accept", "refuse", "quarantine", "duplicate")
    )
    return f"SELECT count(*), {outcomes}, {found} FROM final"


def counts_of(row: Sequence[int], verdicts: Verdicts) -> Counts:
    codes = verdicts.bits_by_code()
    problems = {code: number for code, number in zip(codes, row[5:], strict=True) if number}
    return Counts(row[0], row[1], row[2], row[3], row[4], problems)


def write_accepted(engine: duckdb.DuckDBPyConnection, target: Path, verdicts: Verdicts) -> None:
    engine.execute(f"COPY ({accepted(verdicts)}) TO {in_sql(target)} {AS_PARQUET}")


def accepted(verdicts: Verdicts) -> str:
    """SQL of the normalised rows; ``flags`` are the codes of what was repaired or only noted."""
    flags = [
        f"CASE WHEN all_bits & {bits} <> 0 THEN '{code}' END"
        for code, bits in verdicts.bits_by_code().items()
    ]
    columns = ", ".join(ROW_TYPES)
    return (
        f"SELECT row_no, {columns}, CASE WHEN all_bits = 0 THEN '' ELSE concat_ws(',', {', '.join(flags)}) END"
        " AS flags, content_hash, natural_hash FROM final WHERE outcome = 'accept'"
    )


def write_returned(
    engine: duckdb.DuckDBPyConnection, target: Path, verdicts: Verdicts, *, source: str, header: Sequence[str]
) -> None:
    query = returned(verdicts, source=source, header=header, within=WITHIN)
    _by_blocks(engine, target, query, "outcome IN ('refuse', 'quarantine')", RETURNED)


def returned(verdicts: Verdicts, *, source: str, header: Sequence[str], within: str) -> str:
    """SQL of row_no, outcome, problems, original, normalised. Nothing of a refused row but its number and problems."""
    quarantined = "f.outcome = 'quarantine'"
    hashes = {name: f"lower(hex({name}))" for name in ("content_hash", "natural_hash")}
    members = ", ".join(f"{name} := {hashes.get(name, name)}" for name in ("row_no", *ROW_TYPES, *hashes))
    told = (
        f"SELECT row_no, outcome, {_problems(verdicts.rules)} AS problems,"
        f" to_json(struct_pack({members}))::VARCHAR AS normalised FROM final"
        f" WHERE outcome IN ('refuse', 'quarantine') AND {within}"
    )
    return (
        "SELECT f.row_no, f.outcome, f.problems,"
        f" CASE WHEN {quarantined} THEN {original_json(header)} END AS original,"
        f" CASE WHEN {quarantined} THEN f.normalised END AS normalised"
        f" FROM ({told}) AS f JOIN (SELECT * FROM {source} WHERE {within}) AS r ON r.row_no = f.row_no ORDER BY f.row_no"
    )


def write_refused(
    engine: duckdb.DuckDBPyConnection, target: Path, verdicts: Verdicts, *, source: str, header: Sequence[str]
) -> None:
    query = refused(verdicts, source=source, header=header, within=WITHIN)
    _by_blocks(engine, target, query, _concerned(verdicts), REFUSED)


def refused(verdicts: Verdicts, *, source: str, header: Sequence[str], within: str) -> str:
    """SQL of row_no and original as received, of every row that concerns persons; destroyed after the receipt."""
    return (
        f"SELECT r.row_no, {original_json(header)} AS original FROM {source} AS r WHERE r.{within} AND r.row_no IN"
        f" (SELECT row_no FROM final WHERE {_concerned(verdicts)} AND {within}) ORDER BY r.row_no"
    )


def _concerned(verdicts: Verdicts) -> str:
    apart = sum(1 << place for place, rule in enumerate(verdicts.rules) if rule.defect in ALWAYS_APART)
    return f"all_bits & {apart} <> 0 AND outcome <> 'duplicate'"


def write_originals(
    engine: duckdb.DuckDBPyConnection, target: Path, *, source: str, header: Sequence[str], refused: str
) -> None:
    """row_no and the masked cells of every row that was not refused."""
    engine.execute(
        f"COPY (SELECT r.row_no, {original_json(header)} AS original FROM {source} AS r WHERE r.row_no NOT IN"
        f" (SELECT row_no FROM read_parquet({refused}) WHERE outcome = 'refuse')) TO {in_sql(target)} {AS_PARQUET}"
    )


def _by_blocks(
    engine: duckdb.DuckDBPyConnection, target: Path, query: str, concerned: str, columns: Sequence[str]
) -> None:
    """Write the result block by block of row numbers, so that no join ever holds two wide tables."""
    found = engine.execute(
        f"SELECT DISTINCT row_no // {BLOCK} FROM final WHERE {concerned} ORDER BY 1"
    ).fetchall()
    if not found:
        write_none(target, columns)
        return
    writer = None
    for (number,) in found:
        limits = {"low": number * BLOCK, "high": number * BLOCK + BLOCK - 1}
        table = engine.sql(query, params=limits).to_arrow_table()
        writer = writer or pq.ParquetWriter(target, table.schema, compression="zstd")
        writer.write_table(table)
    if writer is not None:
        writer.close()


def write_none(target: Path, columns: Sequence[str]) -> None:
    kinds = [(name, pa.int32() if name == "row_no" else pa.string()) for name in columns]
    pq.write_table(pa.schema(kinds).empty_table(), target)


def original_json(header: Sequence[str]) -> str:
    """SQL of a JSON object: column as the sender named it → cell, filled cells only."""
    members = [
        f"CASE WHEN r.c{place} <> '' THEN {in_sql(_key(name))} || to_json(r.c{place}) END"
        for place, name in enumerate(header, start=1)
    ]
    beyond = "CASE WHEN r.rest IS NOT NULL THEN '\"（表头以外）\":' || r.rest END"
    return f"'{{' || concat_ws(',', {', '.join((*members, beyond))}) || '}}'"


def _key(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}":'


def _problems(rules: Sequence[Rule]) -> str:
    made = ", ".join(
        f"CASE WHEN all_bits & {1 << place} <> 0 THEN to_json({{'code': '{rule.defect}', 'field': {in_sql(rule.field)},"
        f" 'message': {rule.message}{_written(rule)}}}) END"
        for place, rule in enumerate(rules)
    )
    return f"to_json(list_filter([{made}], lambda problem: problem IS NOT NULL))::VARCHAR"


def _written(rule: Rule) -> str:
    """The text that the rule is about, as a member of its own."""
    return f", 'written': {rule.written}" if rule.written else ""
