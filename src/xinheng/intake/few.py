"""Judges the rows of a small file: the rules of every file, by queries that are kept (`rehearsed`)."""

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from xinheng.intake import cells, lexicons, writing
from xinheng.intake.engine import FEW, any_order, connect
from xinheng.intake.fields import Plan
from xinheng.intake.judging import Judgement
from xinheng.intake.limits import MIB, Limits
from xinheng.intake.personal import Covered, cover, untouched
from xinheng.intake.rehearsed import COVERED, RAW, Rehearsal, raw_schema, rehearsed, script_of
from xinheng.intake.standards import Standards
from xinheng.intake.tables import Table
from xinheng.intake.writing import Counts, Verdicts

MOST_BYTES = 8 * MIB
"""Of cells, that are held in memory."""


def suits(plan: Plan, table: Table) -> bool:
    """Whether the file is small, and no query depends on what stands in its nameless columns."""
    known = pq.read_metadata(table.path)
    size = sum(known.row_group(number).total_byte_size for number in range(known.num_row_groups))
    return known.num_rows <= FEW and size <= MOST_BYTES and not cells.nameless(plan, table.width)


def judge_few(
    table: Table,
    plan: Plan,
    judgement: Judgement,
    standards: Standards,
    *,
    header: tuple[str, ...],
    shown: tuple[str, ...],
    today: date,
    work: Path,
    limits: Limits,
) -> tuple[Covered, Counts]:
    """Write accepted, returned and refused rows to ``work``. ``header`` is that of the file, ``shown`` its names."""
    verdicts = Verdicts(judgement.rules, standards.outcomes)
    readings = list(lexicons.readings(plan))
    query = cells.cleaned(plan, source=COVERED, header=header, width=table.width)
    script = script_of(
        query,
        judgement,
        verdicts,
        readings,
        header=shown,
        width=table.width,
        calendar=standards.calendar,
        today=today,
    )
    rows = _raw(table)
    with rehearsed(script) as engine:
        engine.lay({RAW: rows})
        covered, masked = _covered(engine, table, rows, work, limits)
        engine.lay({COVERED: masked})
        engine.fill("cleaned")
        engine.lay(_read(engine, readings))
        for name in ("judged", "duplicates", "compared"):
            engine.fill(name)
        counts = writing.counts_of(engine.ask("counted")[0], verdicts)
        _write(engine, counts, work)
    return covered, counts


def _raw(table: Table) -> pa.Table:
    read = pq.read_table(table.path)
    schema = raw_schema(table.width)
    if table.offset is not None:
        first = table.offset + 1
        read = read.add_column(0, schema.field(0), pa.array(range(first, first + len(read)), pa.int32()))
    nothing = {field.name: pa.nulls(len(read), field.type) for field in schema}
    columns = [read[name] if name in read.column_names else nothing[name] for name in schema.names]
    return pa.Table.from_arrays(columns, schema=schema)


def _covered(
    engine: Rehearsal, table: Table, rows: pa.Table, work: Path, limits: Limits
) -> tuple[Covered, pa.Table]:
    ((doubtful,),) = engine.ask("personal")
    if not doubtful:
        return Covered(untouched(table.source), 0), rows
    with connect(work, limits) as masking:
        any_order(masking)
        covered = cover(masking, source=table.source, width=table.width, work=work)
    if covered.path is None:
        return covered, rows
    return covered, pq.read_table(covered.path).cast(raw_schema(table.width))


def _read(engine: Rehearsal, readings: list[lexicons.Reading]) -> dict[str, pa.Table]:
    texts: list[list[str]] = [[] for _ in readings]
    for place, text in engine.ask("odd"):
        texts[place].append(text)
    return {one.table: one.entries(odd) for one, odd in zip(readings, texts, strict=True)}


def _write(engine: Rehearsal, counts: Counts, work: Path) -> None:
    pq.write_table(engine.table("accepted"), work / "accepted.parquet", compression="zstd")
    for name, columns in (("returned", writing.RETURNED), ("refused", writing.REFUSED)):
        target = work / f"{name}.parquet"
        found = engine.table(name) if counts.problems else None
        if found is None or not len(found):
            writing.write_none(target, columns)
        else:
            pq.write_table(found, target, compression="zstd")
