"""Reads one delivered file and prepares its rows: what can be accepted, what goes back and why, what is kept apart.

Nothing is dropped silently: rows = accepted + quarantined (refused included) + duplicates. Nothing here touches
a database. Serves 《河南省社会信用条例》第十三、十七条 and legal guards G2, G3, G13.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from xinheng.core.checks import Defect
from xinheng.core.feeds import Feed, Undated
from xinheng.core.refusal import Refusal
from xinheng.intake import cells, comparing, few, judging, lexicons, writing
from xinheng.intake.dates import date_in_title
from xinheng.intake.engine import AS_PARQUET, any_order, connect, in_sql
from xinheng.intake.fields import Plan, plan_of
from xinheng.intake.lateness import create_workdays
from xinheng.intake.limits import Limits
from xinheng.intake.opening import Chosen, Opened, choose, left_out, open_file, title_of, wanted
from xinheng.intake.personal import Covered, cover
from xinheng.intake.prepared import Prepared, ReturnedRow, original_rows, returned_rows, whole_file_problem
from xinheng.intake.profile import code_column, name_column, profile
from xinheng.intake.recognition import missing_headers
from xinheng.intake.sniffing import Format
from xinheng.intake.standards import Standards, standards_of
from xinheng.intake.tables import Table, read_table

__all__ = [
    "Limits",
    "Prepared",
    "ReturnedRow",
    "Standards",
    "original_rows",
    "prepare",
    "returned_rows",
    "standards_of",
    "whole_file_problem",
]


def prepare(
    path: Path,
    *,
    feeds: Mapping[str, Feed],
    work: Path,
    today: date,
    limits: Limits | None = None,
    feed: str | None = None,
    sent_as: str | None = None,
    standards: Standards | None = None,
) -> Prepared:
    """Prepare ``path`` in the folder ``work``, which must be empty and is the caller's to remove.

    ``feed`` names the feed the sender chose; a file that does not fit it is reported with E18. ``sent_as`` is
    the sender's file name, where ``path`` is not. ``standards`` are those of the city's policy. Refusal F01 where the disk is full and F02 for an unknown feed.
    """
    limits, standards = limits or Limits(), standards or Standards()
    name = sent_as or path.name
    if feed is not None and feed not in feeds:
        raise Refusal(
            "FD2", f"没有名为“{feed}”的数据源。", advice=f"可用的数据源：{'、'.join(sorted(feeds))}"
        )
    try:
        opened = open_file(path, work=work, limits=limits)
    except Refusal as refusal:
        if refusal.code != Defect.UNREADABLE:
            raise
        return _unreadable(name, work, refusal)
    chosen = choose(opened, feeds=wanted(feeds, feed), sent_as=name)
    table = read_table(chosen.part.text, chosen.part.head, first=chosen.first, work=work, limits=limits)
    job = _Job(name, work, today, limits, opened, chosen, table, _forbidden(chosen, standards))
    match = chosen.match
    plan = plan_of(match, job.forbidden) if match is not None and match.feed.item is not None else None
    if plan is not None and few.suits(plan, table):
        return _few(job, plan, standards)
    with connect(work, limits) as engine:
        cells.define(engine)
        any_order(engine)
        covered = cover(engine, source=table.source, width=table.width, work=work)
        if plan is None:
            return _profiled(engine, job, covered, asked=feeds[feed] if feed else None)
        return _mapped(engine, job, covered, plan, standards)


def _forbidden(chosen: Chosen, standards: Standards) -> dict[int, str]:
    kinds = ((place, standards.forbidden_kind(name)) for place, name in enumerate(chosen.shown, start=1))
    return {place: kind for place, kind in kinds if kind}


@dataclass(frozen=True, slots=True)
class _Job:
    name: str
    work: Path
    today: date
    limits: Limits
    opened: Opened
    chosen: Chosen
    table: Table
    forbidden: Mapping[int, str]

    def told(self) -> dict[str, Any]:
        """What every readable file is reported with."""
        sheets = left_out(self.opened, self.chosen)
        notes = (f"另有工作表未读入：{'、'.join(sheets)}。请另行上传。",) if sheets else ()
        text = self.opened.format is Format.CSV
        return {
            "path": self.name,
            "work": self.work,
            "encoding": self.chosen.part.text.encoding if text else None,
            "format": self.opened.format.value,
            "header_row": None if self.chosen.header is None else self.chosen.header + 1,
            "header": self.chosen.shown,
            "notes": notes,
        }


def _unreadable(name: str, work: Path, refusal: Refusal) -> Prepared:
    return Prepared(
        path=name,
        status="unreadable",
        work=work,
        problems={Defect.UNREADABLE.value: 1},
        message=refusal.message,
        advice=refusal.advice,
    )


def _header_only(job: _Job) -> Prepared:
    """There is nothing to read, as in an empty file."""
    return Prepared(
        **{**job.told(), "notes": ()},
        status="unreadable",
        blank_rows=pq.read_metadata(job.table.path).num_rows,
        problems={Defect.UNREADABLE.value: 1},
        message="只有表头，没有数据行。",
        advice="请核对导出的条件和期间后重新上传；本期确实没有数据的，不用上传，在“报送情况”中签署无数据说明。",
    )


def _profiled(
    engine: duckdb.DuckDBPyConnection, job: _Job, covered: Covered, *, asked: Feed | None
) -> Prepared:
    """A file that is kept unread: unknown, not on subjects, or not of the feed that was asked for."""
    columns = tuple(
        replace(column, samples=()) if column.place in job.forbidden else column
        for column in profile(engine, source=covered.source, header=job.chosen.shown)
    )
    code, name = code_column(columns), name_column(columns)
    everything = ", ".join(f"c{place}" for place in range(1, job.table.width + 1))
    row = engine.execute(
        f"SELECT count(*) FILTER (bare(concat_ws('', {everything})) <> ''), count(*) FROM {covered.source}"
    ).fetchone()
    assert row is not None
    if not row[0] and job.chosen.header is not None:
        return _header_only(job)
    message, advice, problems = _why_unmapped(job, asked)
    return Prepared(
        **job.told(),
        status="unmapped",
        known_as=job.chosen.match.feed.id if job.chosen.match else None,
        rows=row[0],
        quarantined=row[0],
        blank_rows=row[1] - row[0],
        problems=problems,
        code_column=code.header if code else None,
        name_column=name.header if name else None,
        personal_ids_found=covered.found,
        columns=columns,
        message=message,
        advice=advice,
    )


def _why_unmapped(job: _Job, asked: Feed | None) -> tuple[str, str, dict[str, int]]:
    match = job.chosen.match
    if match is not None:
        return (
            f"已识别为“{match.feed.title}”，不读入：{match.feed.reason}",
            "这个文件无需重新报送，也不用指明各列。",
            {},
        )
    if asked is None:
        return (
            "没有数据源与文件的各列相符，文件已登记并暂存。",
            "请指明各列，或选定数据源后重新上传。",
            {},
        )
    head = job.chosen.part.head
    lacking = missing_headers(asked, head.rows, head.width)
    said = f"缺少：{'、'.join(lacking)}" if lacking else "各列的样子与该数据源不符"
    advice = Defect.WRONG_FEED.advice
    return f"文件与所选数据源“{asked.title}”不符，{said}。", advice, {Defect.WRONG_FEED.value: 1}


def _few(job: _Job, plan: Plan, standards: Standards) -> Prepared:
    """As ``_mapped``, by queries that are kept."""
    header = job.chosen.part.head.rows[job.chosen.header] if job.chosen.header is not None else ()
    judgement = _judgement(job, plan, standards)
    covered, counts = few.judge_few(
        job.table,
        plan,
        judgement,
        standards,
        header=tuple(header),
        shown=tuple(job.chosen.shown),
        today=job.today,
        work=job.work,
        limits=job.limits,
    )
    if not counts.rows and job.chosen.header is not None:
        return _header_only(job)
    return _prepared(job, covered, plan, counts)


def _judgement(job: _Job, plan: Plan, standards: Standards) -> judging.Judgement:
    return judging.judgement_of(
        plan, standards, today=job.today, title_day=_title_day(job, plan.feed.undated)
    )


def _mapped(
    engine: duckdb.DuckDBPyConnection,
    job: _Job,
    covered: Covered,
    plan: Plan,
    standards: Standards,
) -> Prepared:
    head = job.chosen.part.head
    header = head.rows[job.chosen.header] if job.chosen.header is not None else ()
    cells.clean(engine, plan, covered=covered.source, header=header, width=job.table.width, work=job.work)
    if standards.calendar is not None:
        create_workdays(engine, standards.calendar, today=job.today)
    judgement = _judgement(job, plan, standards)
    for number in cells.blocks(engine, work=job.work, rows=job.limits.block_rows):
        lexicons.build(engine, plan)
        target = job.work / f"judged-{number:04}.parquet"
        engine.execute(f"COPY ({judgement.query}) TO {in_sql(target)} {AS_PARQUET}")
    judged = f"read_parquet({in_sql(job.work / 'judged-*.parquet')})"
    verdicts = writing.Verdicts(judgement.rules, standards.outcomes)
    comparing.compare(engine, judged=judged, rules=judgement.rules, masks=verdicts.masks)
    writing.create_final(engine, judged, verdicts)
    counts = writing.count(engine, verdicts)
    if not counts.rows and job.chosen.header is not None:
        return _header_only(job)
    prepared = _prepared(job, covered, plan, counts)
    writing.write_accepted(engine, prepared.accepted_path, verdicts)
    writing.write_returned(
        engine, prepared.returned_path, verdicts, source=covered.source, header=prepared.header
    )
    writing.write_refused(
        engine, prepared.refused_path, verdicts, source=job.table.source, header=prepared.header
    )
    return prepared


def _title_day(job: _Job, undated: Undated) -> date | None:
    return date_in_title(title_of(job.chosen, job.name), period=undated.period) if undated.title else None


def _prepared(job: _Job, covered: Covered, plan: Plan, counts: writing.Counts) -> Prepared:
    told = job.told()
    stored = pq.read_metadata(job.table.path).num_rows
    return Prepared(
        **{**told, "notes": (*told["notes"], *_unmet(plan.feed, counts))},
        status="mapped",
        feed=plan.feed.id,
        rows=counts.rows,
        accepted=counts.accepted,
        quarantined=counts.quarantined + counts.refused,
        refused=counts.refused,
        duplicates=counts.duplicates,
        blank_rows=stored - counts.rows,
        problems=counts.problems,
        code_column=_column_of(job, plan, "code", "registration_no", "organisation_no", "tax_no"),
        name_column=_column_of(job, plan, "name"),
        personal_ids_found=covered.found,
        raw_source=job.table.source,
        covered_source=covered.source,
    )


def _unmet(feed: Feed, counts: writing.Counts) -> Iterator[str]:
    """What the feed expects of a usual delivery and this one does not hold."""
    if counts.rows < feed.expect.rows:
        yield f"本次{counts.rows}行，少于该数据源通常的{feed.expect.rows}行。"
    share = 1000 * (counts.accepted + counts.duplicates) // counts.rows if counts.rows else 0
    if share < feed.expect.accepted_per_mille:
        yield f"可入库的行占{share // 10}%，低于该数据源通常的{feed.expect.accepted_per_mille // 10}%。"


def _column_of(job: _Job, plan: Plan, *targets: str) -> str | None:
    for target, found in plan.targets.items():
        if target.value in targets and found.places:
            return job.chosen.shown[found.places[0][0] - 1]
    return None
