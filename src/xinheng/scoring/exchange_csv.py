"""Writes a result as a table for people: one line a subject, points in points, one column an indicator."""

import csv
import shutil
from pathlib import Path

import duckdb

from xinheng.core.cell_text import guarded_sql
from xinheng.core.models import ScoringModel
from xinheng.scoring.exchange import Delivered

BOM = "\ufeff"
"""Without it spreadsheet programs on Chinese systems take UTF-8 for GB 18030."""


def header(model: ScoringModel, *, code: bool) -> list[str]:
    return [
        "主体编号",
        *(["统一社会信用代码"] if code else []),
        "得分",
        "等级",
        "等级名称",
        "等级由何决定",
        *(indicator.label for indicator in model.indicators),
    ]


def write_csv(graded: Path, out: Path, *, model: ScoringModel, delivered: Delivered) -> None:
    """Whole points have three decimals; text that a spreadsheet would take for a formula gets an apostrophe."""
    code = "code" in delivered.known
    rows = out.with_suffix(".rows")
    with duckdb.connect() as engine:
        engine.read_parquet(str(graded)).create_view("graded")
        engine.read_parquet(str(delivered.subjects)).create_view("subjects")
        words = {band.grade: band.label for band in model.scale.bands}
        engine.execute("CREATE TABLE words AS SELECT unnest(?) AS grade, unnest(?) AS label", _lists(words))
        deciders = {each.id: each.label for each in model.rules}
        engine.execute(
            "CREATE TABLE deciders AS SELECT unnest(?) AS id, unnest(?) AS label", _lists(deciders)
        )
        columns = ", ".join(
            [
                "g.subject_id",
                *([guarded_sql("s.code")] if code else []),
                _points("g.points_milli"),
                "coalesce(g.grade, '')",
                f"coalesce({guarded_sql('w.label')}, '信息不足')",
                f"coalesce({guarded_sql('d.label')}, '')",
                *(_points(f"g.contributions[{place}]") for place in range(1, len(model.indicators) + 1)),
            ]
        )
        engine.execute(
            f"COPY (SELECT {columns} FROM graded g JOIN subjects s USING (subject_id)"
            " LEFT JOIN words w ON w.grade = g.grade LEFT JOIN deciders d ON d.id = g.veto ORDER BY g.subject_id)"
            f" TO {_literal(rows)} (FORMAT csv, HEADER false)"
        )
    with out.open("w", encoding="utf-8", newline="") as target:
        target.write(BOM)
        csv.writer(target, lineterminator="\n").writerow(header(model, code=code))
        with rows.open(encoding="utf-8", newline="") as source:
            shutil.copyfileobj(source, target)
    rows.unlink()


def _points(column: str) -> str:
    return f"({column}::DECIMAL(12, 0) * 0.001::DECIMAL(4, 3))"


def _lists(words: dict[str, str]) -> list[list[str]]:
    return [list(words), list(words.values())]


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
