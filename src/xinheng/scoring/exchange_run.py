"""Grades a snapshot that somebody else wrote, without a database, and writes result and manifest beside each other.

The result is Parquet as every run writes it, or a CSV table for people. The manifest names model, rules, snapshot
and result by digest, so that anybody who has the files can repeat the run and get the same. Both appear only when
they are whole.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from xinheng.core.models import ScoringModel
from xinheng.core.refusal import Refusal
from xinheng.core.treatment import Treatment
from xinheng.scoring.compile import compile_model
from xinheng.scoring.exchange import Delivered, Folder, deliver, listed
from xinheng.scoring.exchange_csv import write_csv
from xinheng.scoring.run import Engine, RunSummary, run_batch

SPARK = "spark"
ENGINES = (*(engine.value for engine in Engine), SPARK)
FORMAT = 1


@dataclass(frozen=True, slots=True)
class FileRun:
    """A finished run over files."""

    summary: RunSummary
    delivered: Delivered
    result: Path
    manifest: Path

    @property
    def clean(self) -> bool:
        """Whether every record could be used or was left out by rule alone."""
        return not (self.delivered.strays.count or self.delivered.future.count)


@dataclass(frozen=True, slots=True)
class Means:
    """With what a run is carried out; it changes nothing in the result. ``spark``: settings of Spark itself."""

    engine: str = Engine.KERNEL.value
    threads: int | None = None
    memory_limit: str = "1GB"
    spark_master: str | None = None
    spark: Mapping[str, str] | None = None


def manifest_of(out: Path) -> Path:
    return out.with_suffix(".manifest.json")


def evaluate_files(
    model: ScoringModel,
    *,
    treatment: Treatment,
    place: str,
    folder: Folder,
    as_of: date,
    out: Path,
    means: Means | None = None,
    strict: bool = False,
) -> FileRun:
    """Grade every subject of ``folder`` and write ``out`` (.parquet or .csv) with its manifest.

    ``place`` is the code of the city or province whose rules ``treatment`` holds. Raises Refusal where the snapshot
    has a defect; with ``strict`` also for records of unknown subjects and of days after ``as_of``.
    """
    chosen = means or Means()
    out.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".evaluate-", dir=out.parent) as temporary:
        work = Path(temporary)
        delivered = deliver(
            folder, work=work, as_of=as_of, memory_limit=chosen.memory_limit, threads=chosen.threads
        )
        if strict:
            _refuse_what_is_set_aside(delivered, as_of=as_of)
        graded = work / "graded.parquet"
        summary = _carry_out(
            model, treatment=treatment, delivered=delivered, as_of=as_of, out=graded, means=chosen
        )
        written = graded
        if out.suffix.lower() == ".csv":
            written = work / "graded.csv"
            write_csv(graded, written, model=model, delivered=delivered)
        text = work / "manifest.json"
        content = _manifest(model, summary, delivered, place=place, out=out)
        text.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        manifest_of(out).unlink(missing_ok=True)
        written.replace(out)
        text.replace(manifest_of(out))
    return FileRun(summary, delivered, out, manifest_of(out))


@contextmanager
def graded(
    model: ScoringModel,
    *,
    name: str,
    treatment: Treatment,
    delivered: Delivered,
    as_of: date,
    work: Path,
    means: Means,
) -> Iterator[Path]:
    """A result in ``work`` for as long as it is compared."""
    out = work / f"graded-{name}.parquet"
    _carry_out(model, treatment=treatment, delivered=delivered, as_of=as_of, out=out, means=means)
    try:
        yield out
    finally:
        out.unlink(missing_ok=True)


def _carry_out(
    model: ScoringModel, *, treatment: Treatment, delivered: Delivered, as_of: date, out: Path, means: Means
) -> RunSummary:
    if means.engine == SPARK:
        return _on_spark(model, treatment=treatment, delivered=delivered, as_of=as_of, out=out, means=means)
    return run_batch(
        model,
        treatment=treatment,
        snapshot=delivered.records,
        population=delivered.subjects,
        as_of=as_of,
        out=out,
        threads=means.threads,
        memory_limit=means.memory_limit,
        engine=means.engine,
    )


def _on_spark(
    model: ScoringModel, *, treatment: Treatment, delivered: Delivered, as_of: date, out: Path, means: Means
) -> RunSummary:
    from xinheng.scoring.spark import spark_session, write_plan

    plan = compile_model(model, treatment=treatment, as_of=as_of)
    with spark_session(master=means.spark_master, settings=means.spark or {}) as session:
        tally = write_plan(
            session,
            plan,
            snapshot=delivered.records,
            population=delivered.subjects,
            work=out.parent,
            out=out,
        )
    return RunSummary(
        model=plan.model,
        model_version=plan.version,
        model_digest=plan.model_digest,
        treatment_digest=treatment.digest,
        as_of=as_of,
        rows=tally.rows,
        distribution=tally.distribution,
        vetoed=tally.vetoed,
        strays=delivered.stray_records,
        digest=tally.digest,
    )


def _refuse_what_is_set_aside(delivered: Delivered, *, as_of: date) -> None:
    causes = set_aside(delivered, as_of=as_of)
    if causes:
        raise Refusal(
            "EXCHANGE-STRICT",
            "；".join(causes),
            advice="请改正快照，或不用 --strict，这些记录就不参与评价，本次没有写出结果",
        )


def set_aside(delivered: Delivered, *, as_of: date) -> list[str]:
    """One sentence for each kind of record that was not used because nothing can be made of it."""
    sentences = []
    if delivered.strays.count:
        sentences.append(
            f"{delivered.stray_records} 条记录的主体不在 subjects.parquet 中"
            f"（{delivered.strays.count} 个主体：{listed(delivered.strays)}）"
        )
    if delivered.future.count:
        sentences.append(
            f"{delivered.future.count} 条记录的作出日期在评价日 {as_of} 之后"
            f"（record_id {listed(delivered.future)}）"
        )
    return sentences


def _manifest(
    model: ScoringModel, summary: RunSummary, delivered: Delivered, *, place: str, out: Path
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "model": {"id": summary.model, "version": summary.model_version, "digest": summary.model_digest},
        "treatment": {"place": place, "digest": summary.treatment_digest},
        "as_of": summary.as_of.isoformat(),
        "snapshot": {
            "records": {"rows": delivered.record_count, "digest": delivered.records_digest},
            "subjects": {"rows": delivered.subject_count, "digest": delivered.subjects_digest},
        },
        "set_aside": {
            "stray_subjects": delivered.strays.count,
            "stray_records": delivered.stray_records,
            "future_records": delivered.future.count,
        },
        "result": {
            "file": out.name,
            "rows": summary.rows,
            "distribution": dict(summary.distribution),
            "vetoed": summary.vetoed,
            "digest": summary.digest,
        },
        "indicators": [indicator.id for indicator in model.indicators],
    }
