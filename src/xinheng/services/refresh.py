"""Grades anew, between two full runs, those whose files have changed, and puts the new grades in force.

A trigger notes every change of a file in its own transaction (store.scores.Regrade). A refresh goes by the model,
the rules and the day of the full run in force, so that it finds what that run would have found had it known more; it
is a run of its own in the ledger of runs. Few subjects are read from the database and graded by the reference, many
from the kept snapshot and what came since.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv
import pyarrow.parquet as pq
from django.db import connection, transaction
from django.db.models import Max

from xinheng.scoring.digest import TableDigest
from xinheng.scoring.parts import IDS, describe, pick_parts
from xinheng.scoring.result import RESULT
from xinheng.scoring.run import Engine, run_batch
from xinheng.scoring.snapshot import SCHEMA
from xinheng.services import snapshot_rows as rows
from xinheng.services.evaluate import work_folder
from xinheng.services.former_grades import mend_former_grades
from xinheng.services.given_grades import Marks, give_grades, grade_mark, models_read, parts_read
from xinheng.services.ledger import note
from xinheng.services.rules import rules_of
from xinheng.services.runs import REFUSED, last_order
from xinheng.services.scores import Changes, changes_of, take_lock, write_scores
from xinheng.services.snapshot_rows import View, one_view
from xinheng.services.snapshots import Snapshot, last_snapshot, write_population, write_records
from xinheng.store.records import Record
from xinheng.store.scores import EvaluationRun, Regrade
from xinheng.store.subjects import Subject

FEW = 2_000
"""Subjects up to which the file of each is read from the database; beyond, reading the kept snapshot is sooner."""
BY_REFERENCE = 200

_TAKE = """
WITH first AS (SELECT id FROM store_regrade ORDER BY id LIMIT %s), gone AS (
    DELETE FROM store_regrade r USING first f WHERE r.id = f.id RETURNING r.subject_id)
SELECT DISTINCT subject_id FROM gone ORDER BY 1
"""
_STILL = "SELECT id FROM store_subject WHERE id = ANY(%s) ORDER BY id FOR SHARE SKIP LOCKED"


@dataclass(frozen=True, slots=True)
class Material:
    """What some subjects are graded by. ``folder`` holds records and population as of a snapshot."""

    folder: Path
    subjects: list[int]
    mark: int
    known_at: datetime


def refresh_grades(*, now: datetime) -> int:
    """Grade everybody who waits; returns how many subjects were looked at."""
    looked_at = 0
    if Regrade.objects.all()[: FEW + 1].count() > FEW:
        looked_at += _refresh_many(now=now)
    while True:
        count, more = _refresh_few(now=now)
        looked_at += count
        if not more:
            return looked_at


def _refresh_few(*, now: datetime) -> tuple[int, bool]:
    """Subjects looked at, and whether others wait. Those that somebody is changing right now are left waiting."""
    with work_folder() as work, transaction.atomic(), connection.cursor() as cursor:
        take_lock()
        cursor.execute(_TAKE, [FEW])
        taken = [row[0] for row in cursor.fetchall()]
        cursor.execute(_STILL, [taken])
        subjects = [row[0] for row in cursor.fetchall()]
        busy = sorted(set(taken) - set(subjects))
        Regrade.objects.bulk_create(Regrade(subject_id=subject) for subject in busy)
        if subjects:
            material = _read(View(cursor, "", _mark(), _known_at(subjects, now=now)), subjects, work)
            _regrade_all(material, now=now)
            mend_former_grades(subjects, now=now)
    return len(subjects), bool(subjects) and Regrade.objects.count() > len(busy)


def _mark() -> int:
    """Nobody can add to the files of subjects that are locked, so every later version of theirs is beyond it."""
    return int(Record.objects.aggregate(last=Max("pk"))["last"] or 0)


def _known_at(subjects: Sequence[int], *, now: datetime) -> datetime:
    last = Subject.objects.filter(pk__in=subjects).aggregate(last=Max("last_known_at"))["last"]
    return max(now, last or now)


def _read(view: View, subjects: list[int], folder: Path) -> Material:
    write_records(view.records(rows.OF_SUBJECTS, subjects=subjects), folder)
    write_population(view.population(rows.GRADED_AMONG, subjects=subjects), folder / "population.parquet")
    return Material(folder, subjects, view.mark, view.known_at)


def _refresh_many(*, now: datetime) -> int:
    """From the kept snapshot and what came since; 0 where none is kept."""
    with work_folder() as work, last_snapshot() as kept:
        if kept is None:
            return 0
        with one_view(now=now) as view:
            if view.source != kept.source:
                return 0
            waiting = dict(Regrade.objects.values_list("pk", "subject_id"))
            material = _pick(view, kept, sorted(set(waiting.values())), work)
        with transaction.atomic():
            take_lock()
            _regrade_all(material, now=now)
            take_off(list(waiting))
            mend_former_grades(material.subjects, now=now)
    return len(material.subjects)


def take_off(noted: list[int]) -> None:
    """What a run knew already needs no refresh."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM store_regrade WHERE id = ANY(%s)", [noted])


def _pick(view: View, kept: Snapshot, subjects: list[int], folder: Path) -> Material:
    added = pa.Table.from_batches(view.records(rows.ADDED, before=kept.mark), SCHEMA)
    removed = view.ids(rows.REMOVED, before=kept.mark)
    write_population(view.population(rows.GRADED_AMONG, subjects=subjects), folder / "population.parquet")
    (folder / "records").mkdir()
    wanted = pa.array(subjects, pa.int64())
    pick_parts(kept.records, folder / "records", subjects=wanted, added=added, removed=removed)
    return Material(folder, subjects, view.mark, view.known_at)


def _regrade_all(material: Material, *, now: datetime) -> None:
    for run in EvaluationRun.objects.filter(current=True).select_related("base").order_by("pk"):
        if run.treatment_digest:
            _regrade(run, material, now=now)
        else:
            _refuse_once(run, now=now)


def _refuse_once(run: EvaluationRun, *, now: datetime) -> None:
    """A run that kept no rules cannot be refreshed: whoever runs the model is told so, once."""
    last = last_order(run.model)
    if last is not None and last.kind == REFUSED:
        return
    reason = f"评价批次“{run.public_id}”没有留存评价规则，档案变动后不能更新等级。请重新运行评价，新的评价会留存规则。"
    note(REFUSED, now=now, object=f"model:{run.model}", reason=reason)


def _regrade(run: EvaluationRun, material: Material, *, now: datetime) -> EvaluationRun | None:
    """None where nothing is found otherwise. Inside the caller's transaction and lock."""
    rules, result = rules_of(run), material.folder / "result.parquet"
    marks, records = Marks(material.mark, grade_mark()), material.folder / "records"
    if models_read(rules.model):
        records, subjects = material.folder / f"seen-{run.pk}", pa.array(material.subjects, pa.int64())
        parts_read(
            rules.model, material.folder / "records", records, subjects=subjects, as_of=run.as_of, marks=marks
        )
    run_batch(
        rules.model,
        treatment=rules.treatment,
        snapshot=records,
        population=material.folder / "population.parquet",
        as_of=run.as_of,
        out=result,
        engine=Engine.REFERENCE if len(material.subjects) <= BY_REFERENCE else Engine.KERNEL,
    )
    changes = changes_of(
        result,
        material.folder / "population.parquet",
        since=run,
        among=material.subjects,
        work=material.folder,
    )
    if not changes.gained and not changes.ended.stat().st_size:
        return None
    found = _Found(records, result, marks, changes)
    after = _put_in_force(run, material, found, now=now)
    give_grades(after, model=rules.model, among=material.subjects)
    return after


@dataclass(frozen=True, slots=True)
class _Found:
    """What one run finds, and in which records."""

    records: Path
    result: Path
    marks: Marks
    changes: Changes


def _added(changes: Changes) -> pa.Array:
    """Who is given a score, sorted."""
    if not changes.gained:
        return pa.array([], pa.int64())
    names = ["line", "run", "subject_id", "version", "points", "grade", "veto", "contributions"]
    options = csv.ConvertOptions(include_columns=["subject_id"], column_types={"subject_id": pa.int64()})
    table = csv.read_csv(
        changes.added, read_options=csv.ReadOptions(column_names=names), convert_options=options
    )
    return table.column("subject_id").combine_chunks().sort()


def _digest_of_facts(records: Path, subjects: pa.Array) -> str:
    """Of the facts of those who were given a score, as they are had again when the run is rebuilt."""
    nothing, ids = SCHEMA.empty_table(), IDS.empty_table()
    with TemporaryDirectory(dir=records.parent) as folder:
        parts = pick_parts(records, Path(folder), subjects=subjects, added=nothing, removed=ids)
    return describe(parts).digest


def digest_of_some(result: Path, subjects: pa.Array) -> str:
    """The digest of the rows of some subjects, in their order."""
    digest = TableDigest(RESULT)
    whole = pq.read_table(result, schema=RESULT)
    table = whole.filter(pc.is_in(whole.column("subject_id"), value_set=subjects))
    for batch in table.combine_chunks().to_batches():
        digest.update(batch)
    return digest.value()


def _put_in_force(
    before: EvaluationRun, material: Material, found: _Found, *, now: datetime
) -> EvaluationRun:
    changes, given = found.changes, _added(found.changes)
    EvaluationRun.objects.filter(pk=before.pk).update(current=False)
    copied = (
        "model",
        "model_version",
        "model_digest",
        "treatment_digest",
        "policy_digest",
        "as_of",
        "trial",
        "published",
        "cycle_on",
    )
    run = EvaluationRun.objects.create(
        pk=changes.run,
        line_id=changes.line,
        base=before.full,
        **{name: getattr(before, name) for name in copied},
        snapshot_digest=_digest_of_facts(found.records, given),
        result_digest=digest_of_some(found.result, given),
        record_mark=material.mark,
        grade_mark=found.marks.grades,
        known_at=max(material.known_at, before.known_at),
        subjects=before.subjects,
        distribution=before.distribution,
        current=True,
    )
    moved = write_scores(changes)
    run.distribution = {
        grade: count + moved.pop(grade, 0) for grade, count in before.distribution.items()
    } | moved
    run.subjects = sum(run.distribution.values())
    run.save(update_fields=["distribution", "subjects"])
    note(
        "evaluation.refreshed",
        now=now,
        object=f"run:{run.public_id}",
        payload={"model": run.model_digest, "result": run.result_digest, "base": before.full.public_id},
    )
    return run
