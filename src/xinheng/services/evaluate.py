"""Runs a model over the city, keeps the results, and explains one subject's grade down to record and clause.

A run names its model, rules, snapshot and day by digest: the same run gives the same results
(汴政办〔2020〕46号第10、11项). A model on trial is never published (legal guard G4).
"""

import shutil
import tempfile
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q

from xinheng.core.evaluation import Evaluation, Fact, evaluate
from xinheng.core.explanation import Explanation, explain
from xinheng.core.model_check import refuse_publication
from xinheng.core.models import ScoringModel
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.scoring.run import RunSummary, run_batch
from xinheng.services.ledger import note
from xinheng.services.snapshots import Snapshot, export_snapshot, latest_known_at
from xinheng.store.accounts import User
from xinheng.store.records import Record
from xinheng.store.scores import EvaluationRun
from xinheng.store.subjects import Subject

RUN_LOCK = 7_240_003
"""PostgreSQL advisory lock: results take force one after another."""


@dataclass(frozen=True, slots=True)
class ExplainedGrade:
    """A stored grade with its explanation; ``stale``: the file has changed since the run."""

    run: EvaluationRun
    evaluation: Evaluation
    explanation: Explanation
    stale: bool


def run_model(
    model_id: str, *, policy: Policy, as_of: date, actor: User | None, now: datetime, publish: bool = False
) -> EvaluationRun:
    """Export, evaluate and put the results in force; beside a published run an unpublished one is only kept."""
    model = model_of(policy, model_id)
    if publish:
        refuse_publication(model, publisher_sectors=_sectors_of(actor, policy), sources=policy.sources)
    root: Path = settings.HOME / "work"
    root.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=root))
    try:
        known_at = max(now, latest_known_at() or now)
        snapshot = export_snapshot(work, known_at=known_at)
        result = work / "result.parquet"
        summary = run_batch(
            model,
            treatment=policy.treatment(on=as_of),
            snapshot=snapshot.records,
            population=snapshot.population,
            as_of=as_of,
            out=result,
        )
        return _store(
            model, snapshot, summary, result, policy=policy, actor=actor, now=known_at, publish=publish
        )
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _sectors_of(actor: User | None, policy: Policy) -> frozenset[str]:
    """Sectors that the actor's organisation is responsible for (legal guard G4)."""
    agency = policy.agencies.agencies.get(actor.organisation.key) if actor else None
    return frozenset(agency.sectors) if agency else frozenset()


def model_of(policy: Policy, model_id: str) -> ScoringModel:
    """The model in force; raises Refusal with the known ids."""
    model = policy.models.get(model_id)
    if model is None:
        known = "、".join(sorted(policy.models))
        raise Refusal("M01", f"没有模型“{model_id}”。", advice=f"可用的模型：{known}。")
    return model


def explain_grade(subject: Subject, *, policy: Policy, model_id: str) -> ExplainedGrade | None:
    """The grade in force of a subject, rebuilt by the reference evaluation from what was known at the run."""
    run = EvaluationRun.objects.filter(model=model_id, current=True).first()
    score = subject.scores.filter(run=run).first() if run else None
    if run is None or score is None:
        return None
    model = model_of(policy, model_id)
    if model.digest != run.model_digest:
        raise Refusal(
            "M02", "模型在这次评价之后有了新版本，旧结果不再展示。", advice="请重新运行评价后查看。"
        )
    evaluation = evaluate(
        model,
        facts_known(subject, at=run.known_at),
        as_of=run.as_of,
        treatment=policy.treatment(on=run.as_of),
    )
    return ExplainedGrade(
        run=run,
        evaluation=evaluation,
        explanation=explain(model, evaluation),
        stale=score.subject_version != subject.version,
    )


def facts_known(subject: Subject, *, at: datetime) -> tuple[Fact, ...]:
    """Record versions that were known at a moment, as facts."""
    versions = Record.objects.filter(subject=subject, known_at__lte=at).filter(
        Q(known_until__isnull=True) | Q(known_until__gt=at)
    )
    return tuple(
        Fact(
            record_id=record.pk,
            item=record.item,
            decided_on=day,
            valid_to=record.valid_to,
            amount_fen=record.amount_fen,
            headcount=record.headcount,
            seriousness=record.seriousness,
            finality=record.finality,
            state=record.state,
            result=record.result,
        )
        for record in versions
        if (day := record.decided_on or record.valid_from) is not None
    )


def _store(
    model: ScoringModel,
    snapshot: Snapshot,
    summary: RunSummary,
    result: Path,
    *,
    policy: Policy,
    actor: User | None,
    now: datetime,
    publish: bool,
) -> EvaluationRun:
    rows = _result_csv(result, snapshot.population)
    with transaction.atomic():
        takes_force = _takes_force(model, publish=publish, known_at=now)
        if takes_force:
            EvaluationRun.objects.filter(model=model.id, current=True).update(current=False)
        run = EvaluationRun.objects.create(
            model=model.id,
            model_version=model.version,
            model_digest=summary.model_digest,
            policy_digest=policy.digest,
            snapshot_digest=snapshot.manifest.digest,
            result_digest=summary.digest,
            as_of=summary.as_of,
            known_at=now,
            subjects=summary.rows,
            distribution=dict(summary.distribution),
            trial=model.trial,
            published=publish,
            current=takes_force,
            started_by=actor,
        )
        _copy_scores(run, rows)
        note(
            "evaluation.run",
            now=now,
            actor=actor,
            object=f"run:{run.public_id}",
            payload={"model": summary.model_digest, "result": summary.digest, "in_force": takes_force},
        )
    return run


def _takes_force(model: ScoringModel, *, publish: bool, known_at: datetime) -> bool:
    """One run at a time takes force. A published one gives way to a published one only, and none to one that
    knows less."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [RUN_LOCK])
    current = EvaluationRun.objects.filter(model=model.id, current=True).first()
    if current is None:
        return True
    if current.published and not publish:
        return False
    if current.known_at > known_at:
        raise Refusal(
            "M03",
            "计算期间已有依据更新数据的评价结果生效，本次结果没有采用。",
            advice="请查看现行结果；仍需重算的，请再运行一次。",
        )
    return True


def _result_csv(result: Path, population: Path) -> Path:
    out = result.with_suffix(".csv")
    with duckdb.connect() as engine:
        engine.execute(
            "COPY (SELECT r.subject_id, p.version, r.points_milli, coalesce(r.grade, ''), coalesce(r.veto, ''),"
            " '{' || array_to_string(r.contributions, ',') || '}'"
            f" FROM read_parquet('{result}') r JOIN read_parquet('{population}') p USING (subject_id))"
            f" TO '{out}' (FORMAT csv, HEADER false)"
        ).fetchall()
    return out


def _copy_scores(run: EvaluationRun, rows: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE scored (subject_id bigint, version bigint, points int, grade text, veto text,"
            " contributions int[]) ON COMMIT DROP"
        )
        with rows.open("rb") as source, cursor.cursor.copy("COPY scored FROM STDIN (FORMAT csv)") as copy:
            for block in iter(lambda: source.read(1024 * 1024), b""):
                copy.write(block)
        cursor.execute(
            "INSERT INTO store_score (run_id, subject_id, subject_version, points_milli, grade, veto, contributions)"
            " SELECT %s, subject_id, version, points, coalesce(grade, ''), coalesce(veto, ''), contributions FROM scored",
            [run.pk],
        )
        cursor.execute("DROP TABLE scored")
