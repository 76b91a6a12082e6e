"""Hands prepared rows over to the database: Parquet in, the text form of PostgreSQL's COPY out, set-wise.

The distinct parties of a file (code and name) are numbered, so that the database finds each subject once.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from xinheng.core.refusal import Refusal

ROW_COLUMNS = (
    "row_no",
    "party",
    "item",
    "document_no",
    "decided_on",
    "valid_from",
    "valid_to",
    "authority",
    "authority_code",
    "amount_fen",
    "headcount",
    "result",
    "seriousness",
    "finality",
    "title",
    "details",
    "content_hash",
    "natural_hash",
)
PARTY_KEY = ("code", "other_kind", "other_code", "name")
_HASHES = {"content_hash", "natural_hash"}

Party = tuple[int, str | None, str | None, str | None, str | None]
"""Number, code, other_kind, other_code, name."""


def hand_over(parquet: Path, work: Path, *, chunk: int = 50_000) -> tuple[Path, Iterator[list[Party]]]:
    """The rows as CSV (no header; unquoted empty = NULL; hashes ``\\x…``) and the parties in chunks."""
    rows, parties = work / "rows.csv", work / "parties.parquet"
    key = ", ".join(PARTY_KEY)
    same = " AND ".join(f"a.{name} IS NOT DISTINCT FROM p.{name}" for name in PARTY_KEY)
    shown = ", ".join(f"'\\x' || lower(hex({name}))" if name in _HASHES else name for name in ROW_COLUMNS)
    with duckdb.connect(config={"memory_limit": "400MB", "temp_directory": str(work)}) as engine:
        try:
            engine.execute(
                f"COPY (SELECT row_number() OVER (ORDER BY min(row_no))::INT AS party, {key}"
                f" FROM read_parquet({_text(parquet)}) GROUP BY {key} ORDER BY 1) TO {_text(parties)} (FORMAT parquet)"
            ).fetchall()
            engine.execute(
                f"COPY (SELECT {shown} FROM read_parquet({_text(parquet)}) a"
                f" JOIN read_parquet({_text(parties)}) p ON {same} ORDER BY row_no)"
                f" TO {_text(rows)} (FORMAT csv, HEADER false, NULLSTR '')"
            ).fetchall()
        except duckdb.IOException as error:
            raise Refusal(
                "F01",
                "磁盘空间不足或工作目录不可写，没有写入任何内容。",
                advice="请清理磁盘后重新导入同一文件。",
            ) from error
    return rows, _chunks(parties, chunk)


def _chunks(parties: Path, size: int) -> Iterator[list[Party]]:
    with duckdb.connect() as engine:
        found = engine.execute(f"SELECT party, {', '.join(PARTY_KEY)} FROM read_parquet({_text(parties)})")
        while rows := found.fetchmany(size):
            yield rows


def rows_as_json(accepted: Path, numbers: Sequence[int]) -> Iterator[tuple[int, str]]:
    """Some accepted rows as JSON of their columns, hashes as ``\\x…``; in the order of the file."""
    with duckdb.connect() as engine:
        engine.execute(
            "CREATE TEMP TABLE wanted AS SELECT unnest(?::INT[]) AS row_no", [list(numbers)]
        ).fetchall()
        shown = ", ".join(
            f"'{name}', " + (f"'\\x' || lower(hex({name}))" if name in _HASHES else f"a.{name}")
            for name in (*PARTY_KEY, *ROW_COLUMNS)
            if name != "party"
        )
        yield from engine.execute(
            f"SELECT a.row_no, json_object({shown}) FROM read_parquet({_text(accepted)}) a"
            " JOIN wanted USING (row_no) ORDER BY 1"
        ).fetchall()


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
