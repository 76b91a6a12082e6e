"""Tries a drafted model on the city's records beside the version in force, and keeps the report with the draft.

Two questions are answered: who would move today, and how well each version would have told apart, a year ago, those who
were listed or seriously penalised since. The report belongs to the digest of the draft: a changed draft is tried again
(汴政办〔2020〕46号第9项 on feedback and iteration).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
from django.db import connection, transaction

from xinheng.core.feeds import ITEMS
from xinheng.core.models import ScoringModel
from xinheng.core.policy import Policy
from xinheng.core.records import STANDING, RecordState, Seriousness
from xinheng.core.refusal import Refusal
from xinheng.scoring.compare import Comparison, Discrimination, Part, Shift, compare, moves
from xinheng.scoring.run import RunSummary, run_batch
from xinheng.scoring.snapshot import files_of
from xinheng.services.approvals import body_of
from xinheng.services.evaluate import seen_by, work_folder
from xinheng.services.ledger import note
from xinheng.services.models import drafted_model, refuse_faults
from xinheng.services.runs import AT_ONCE
from xinheng.services.snapshots import Snapshot, kept_snapshot
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.casework import Case
from xinheng.store.governance import ModelTrial
from xinheng.store.outbox import enqueue
from xinheng.store.records import Record

OUTCOME_DAYS = 365
"""How long after the day of a historical result its subjects are looked at."""
MOST_VALUES = 30
MOST_MOVERS = 50

Report = dict[str, Any]

_HAPPENED = ", ".join(str(int(state)) for state in sorted({*STANDING, RecordState.REPAIRED}))
_PEOPLE = """
COPY (SELECT id AS subject_id, kind, sector, division_code AS county, size, established_on FROM store_subject)
TO STDOUT (FORMAT csv)
"""
_TYPES = (
    "columns = {'subject_id': 'BIGINT', 'kind': 'VARCHAR', 'sector': 'VARCHAR', 'county': 'VARCHAR',"
    " 'size': 'VARCHAR', 'established_on': 'DATE'}, header = false, auto_detect = false"
)


@dataclass(frozen=True, slots=True)
class _Bench:
    """One snapshot, the two versions, and a folder to work in."""

    new: ScoringModel
    old: ScoringModel | None
    snapshot: Snapshot
    policy: Policy
    work: Path


def order_trial(public_id: str, *, actor: User, policy: Policy, now: datetime) -> ModelTrial:
    """Try the draft as it stands, at once in a small city, else by the worker. Raises Refusal for a faulty draft."""
    case = Case.objects.get(public_id=public_id)
    model = drafted_model(body_of(case))
    today = day_of(now)
    refuse_faults(body_of(case), policy=policy, on=today)
    base = policy.models.get(model.id)
    with transaction.atomic():
        trial = ModelTrial.objects.create(
            case=case,
            digest=model.digest,
            base_digest=base.digest if base else "",
            as_of=today,
            history_on=today - timedelta(days=OUTCOME_DAYS),
            ordered_by=actor,
            ordered_at=now,
        )
        note(
            "model.tried", now=now, actor=actor, object=f"case:{case.number}", payload={"model": model.digest}
        )
        small = Record.objects.order_by()[: AT_ONCE + 1].count() <= AT_ONCE
        if not small:
            enqueue("try_model", once=f"trial:{trial.public_id}", trial=trial.public_id)
    return carry_out_trial(trial.public_id, policy=policy, now=now) if small else trial


def carry_out_trial(public_id: str, *, policy: Policy, now: datetime) -> ModelTrial:
    """Make the report; what the rules refuse is kept as its reason. A second call repeats the same."""
    trial = ModelTrial.objects.select_related("case").get(public_id=public_id)
    if trial.state == "done":
        return trial
    try:
        model = drafted_model(body_of(trial.case))
        if model.digest != trial.digest:
            raise Refusal("MD6", "草稿在试算开始前又改过。", advice="请对现在的内容重新试算。")
        _keep(trial, state="running", progress=5)
        with kept_snapshot(now=now) as snapshot, work_folder() as work:
            report = _report(_Bench(model, policy.models.get(model.id), snapshot, policy, work), trial)
    except Refusal as refusal:
        _keep(trial, state="refused", reason=f"{refusal.message}{refusal.advice}"[:1000], done_at=now)
        return trial
    _keep(trial, state="done", progress=100, report=report, done_at=now)
    return trial


def _keep(trial: ModelTrial, **values: Any) -> None:
    for name, value in values.items():
        setattr(trial, name, value)
    trial.save(update_fields=list(values))


def _report(bench: _Bench, trial: ModelTrial) -> Report:
    people = bench.work / "people.parquet"
    _write_people(people, work=bench.work)
    _keep(trial, progress=15)
    new, summary = _evaluated(bench, bench.new, trial.as_of, "new")
    old = _evaluated(bench, bench.old, trial.as_of, "old")[0] if bench.old else new
    _keep(trial, progress=50)
    today = _compared(bench, old, new, people, as_of=trial.as_of)
    movers = _movers(old, new) if bench.old else []
    new, _ = _evaluated(bench, bench.new, trial.history_on, "new-then")
    old = _evaluated(bench, bench.old, trial.history_on, "old-then")[0] if bench.old else new
    _keep(trial, progress=85)
    outcome = bench.work / "outcome.parquet"
    _write_outcome(bench.snapshot.records, people, outcome, since=trial.history_on)
    then = _compared(bench, old, new, people, as_of=trial.history_on, outcome=outcome)
    return {
        "model": _named(bench.new),
        "base": _named(bench.old) if bench.old else None,
        "treatment_digest": summary.treatment_digest,
        "snapshot_digest": bench.snapshot.manifest.digest,
        "policy_digest": bench.policy.digest,
        "known_at": bench.snapshot.known_at.isoformat(),
        "as_of": trial.as_of.isoformat(),
        "labels": {band.grade: band.label for band in bench.new.scale.bands},
        **_written(today),
        "movers": movers,
        "history": {
            "as_of": trial.history_on.isoformat(),
            "until": (trial.history_on + timedelta(days=OUTCOME_DAYS)).isoformat(),
            "known": then.known_outcomes,
            "old": _told(then.old) if bench.old else None,
            "new": _told(then.new),
        },
    }


def _named(model: ScoringModel) -> Report:
    return {"id": model.id, "version": model.version, "title": model.title, "digest": model.digest}


def _evaluated(bench: _Bench, model: ScoringModel, as_of: date, name: str) -> tuple[Path, RunSummary]:
    out = bench.work / f"{name}.parquet"
    seen = seen_by(model, bench.snapshot, as_of=as_of, folder=bench.work / f"{name}-seen")
    summary = run_batch(
        model,
        treatment=bench.policy.treatment(on=as_of),
        snapshot=seen.records,
        population=bench.snapshot.population,
        as_of=as_of,
        out=out,
    )
    return out, summary


def _compared(
    bench: _Bench, old: Path, new: Path, people: Path, *, as_of: date, outcome: Path | None = None
) -> Comparison:
    before = bench.old or bench.new
    return compare(
        old,
        new,
        population=people,
        outcome=outcome,
        grades_old=[band.grade for band in before.scale.bands],
        grades_new=[band.grade for band in bench.new.scale.bands],
        as_of=as_of,
        rising_old=not before.scale.rises,
        rising_new=not bench.new.scale.rises,
    )


def _write_people(path: Path, *, work: Path) -> None:
    """Kind, sector, county and first day of every subject, for the parts of the report."""
    source = work / "people.csv"
    with connection.cursor() as cursor, source.open("wb") as out, cursor.cursor.copy(_PEOPLE) as copy:
        for block in copy:
            out.write(block)
    with duckdb.connect(config={"memory_limit": "512MB"}) as engine:
        engine.execute(f"COPY (FROM read_csv('{source}', {_TYPES})) TO '{path}' (FORMAT parquet)").fetchall()


def _write_outcome(records: Path, people: Path, path: Path, *, since: date) -> None:
    """1 for whoever came onto a list of serious failing, or was seriously penalised, within the time after a day."""
    files = [str(file) for file in files_of(records)]
    with duckdb.connect(config={"memory_limit": "512MB"}) as engine:
        engine.read_parquet(files).create_view("facts")
        engine.execute(
            f"""
            COPY (
                SELECT p.subject_id, (b.subject_id IS NOT NULL)::INTEGER AS bad
                FROM read_parquet('{people}') p LEFT JOIN (
                    SELECT DISTINCT subject_id FROM facts
                    WHERE decided_on > DATE '{since}' AND decided_on <= DATE '{since}' + {OUTCOME_DAYS}
                      AND state IN ({_HAPPENED})
                      AND (item = {ITEMS["serious_list"]} AND result <> 'removed'
                           OR item = {ITEMS["penalty"]} AND seriousness = {int(Seriousness.SERIOUS)})
                ) b USING (subject_id)
                WHERE p.established_on IS NULL OR p.established_on <= DATE '{since}'
            ) TO '{path}' (FORMAT parquet)
            """
        ).fetchall()


def _movers(old: Path, new: Path) -> list[list[Any]]:
    """Subjects whose grade changes, the greatest change of points first."""
    with duckdb.connect(config={"memory_limit": "512MB"}) as engine:
        rows = engine.execute(
            f"""
            SELECT subject_id, o.grade, n.grade, o.points_milli, n.points_milli
            FROM read_parquet('{old}') o JOIN read_parquet('{new}') n USING (subject_id)
            WHERE o.grade IS DISTINCT FROM n.grade
            ORDER BY abs(o.points_milli - n.points_milli) DESC, subject_id LIMIT {MOST_MOVERS}
            """
        ).fetchall()
    return [list(row) for row in rows]


def _written(found: Comparison) -> Report:
    return {
        "states_old": list(found.states_old),
        "states_new": list(found.states_new),
        "whole": _shift(found.whole),
        "points_changed": found.points_changed,
        "moves": [list(move) for move in moves(found)],
        "parts": {
            name: [_part(part) for part in parts] for name, parts in _by_dimension(found.parts).items()
        },
    }


def _by_dimension(parts: Iterable[Part]) -> Mapping[str, list[Part]]:
    """The largest parts of each dimension."""
    found: dict[str, list[Part]] = {}
    for part in sorted(parts, key=lambda part: -part.shift.subjects):
        listed = found.setdefault(part.dimension, [])
        if len(listed) < MOST_VALUES:
            listed.append(part)
    return found


def _part(part: Part) -> Report:
    return {"value": part.value, **_shift(part.shift)}


def _shift(shift: Shift) -> Report:
    return {
        "subjects": shift.subjects,
        "matrix": [list(row) for row in shift.matrix],
        "old": list(shift.old),
        "new": list(shift.new),
        "better": shift.better,
        "worse": shift.worse,
        "same": shift.same,
        "psi": shift.psi,
    }


def _told(found: Discrimination | None) -> Report | None:
    """Thousandths; the exact fractions are those of scoring.compare."""
    if found is None:
        return None
    curve = found.points
    return {
        "good": found.good,
        "bad": found.bad,
        "auc": round(curve.auc * 1000) if curve else None,
        "ks": round(curve.ks * 1000) if curve else None,
    }
