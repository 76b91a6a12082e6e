"""Runs a model over the city, keeps the results, and explains one subject's grade down to record and clause.

A run names its model, rules, snapshot and day by digest: the same run gives the same results
(汴政办〔2020〕46号第10、11项). A model on trial is never published (legal guard G4).
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce

from xinheng.core.evaluation import Evaluation, Fact, evaluate
from xinheng.core.explanation import Explanation, explain
from xinheng.core.model_check import refuse_publication
from xinheng.core.models import ScoringModel
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.scoring.parts import describe
from xinheng.scoring.run import RunSummary, run_batch
from xinheng.services.former_grades import FACT_COLUMNS
from xinheng.services.given_grades import (
    Marks,
    covered,
    cycle_of,
    give_grades,
    grade_mark,
    grades_read,
    models_read,
    parts_read,
)
from xinheng.services.ledger import note
from xinheng.services.rules import Rules, keep_rules, remembered_rules
from xinheng.services.scores import changes_of, take_lock, write_scores
from xinheng.services.snapshots import Snapshot, kept_snapshot
from xinheng.store.accounts import User
from xinheng.store.records import WEIGHABLE, Record
from xinheng.store.scores import EvaluationRun, Score, scores_of
from xinheng.store.subjects import Subject


@dataclass(frozen=True, slots=True)
class ExplainedGrade:
    """A stored grade with its explanation; ``stale``: the file has changed since it was given."""

    run: EvaluationRun
    rules: Rules
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
    with kept_snapshot(now=now) as snapshot:
        return run_on(snapshot, model, policy=policy, as_of=as_of, actor=actor, publish=publish)


def run_on(
    snapshot: Snapshot,
    model: ScoringModel,
    *,
    policy: Policy,
    as_of: date,
    actor: User | None,
    publish: bool,
    look_again: bool = True,
) -> EvaluationRun:
    """As run_model, over a snapshot that is there; whether it may be published has been asked before.

    ``look_again``: those whose grade changes are noted for the models in force that read it.
    """
    rules = Rules(model, policy.treatment(on=as_of))
    with work_folder() as work:
        seen, result = seen_by(model, snapshot, as_of=as_of, folder=work / "seen"), work / "result.parquet"
        summary = run_batch(
            model,
            treatment=rules.treatment,
            snapshot=seen.records,
            population=snapshot.population,
            as_of=as_of,
            out=result,
        )
        with transaction.atomic():
            run = _store(rules, seen, summary, result, policy=policy, actor=actor, publish=publish)
            give_grades(run, model=model, look_again=look_again)
    return run


@dataclass(frozen=True, slots=True)
class Seen:
    """What a model sees of a snapshot: the records, and the given grades that it reads."""

    snapshot: Snapshot
    records: Path
    digest: str
    grades: int


def seen_by(model: ScoringModel, snapshot: Snapshot, *, as_of: date, folder: Path) -> Seen:
    """``folder`` is made where the model reads grades; otherwise the records are those of the snapshot."""
    marks = Marks(snapshot.mark, grade_mark())
    if not models_read(model):
        return Seen(snapshot, snapshot.records, snapshot.manifest.digest, marks.grades)
    subjects = covered(snapshot.population, model)
    parts = parts_read(model, snapshot.records, folder, subjects=subjects, as_of=as_of, marks=marks)
    return Seen(snapshot, folder, describe(parts).digest, marks.grades)


@contextmanager
def work_folder() -> Iterator[Path]:
    """A folder for one evaluation; nothing of it remains."""
    root: Path = settings.HOME / "work"
    root.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=root, prefix="evaluation-") as folder:
        yield Path(folder)


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
    """The grade in force of a subject, rebuilt by the reference evaluation from what was known when it was given."""
    run = EvaluationRun.objects.filter(model=model_id, current=True).select_related("base").first()
    score = scores_of(run).filter(subject=subject).select_related("run").first() if run else None
    if run is None or score is None:
        return None
    rules = remembered_rules(run) if run.treatment_digest else _rules_today(run, policy)
    evaluation = evaluate(
        rules.model,
        facts_known(subject, at=known_when_given(score, run)),
        as_of=run.as_of,
        treatment=rules.treatment,
    )
    return ExplainedGrade(
        run=run,
        rules=rules,
        evaluation=evaluation,
        explanation=explain(rules.model, evaluation),
        stale=score.subject_version != subject.version,
    )


def _rules_today(run: EvaluationRun, policy: Policy) -> Rules:
    """For a run that kept no rules."""
    model = model_of(policy, run.model)
    if model.digest != run.model_digest:
        raise Refusal(
            "M02", "模型在这次评价之后有了新版本，旧结果不再展示。", advice="请重新运行评价后查看。"
        )
    return Rules(model, policy.treatment(on=run.as_of))


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What was known: records at a moment, and the given grades that ``reader`` reads on a day, at their marks."""

    at: datetime
    reader: ScoringModel
    as_of: date
    marks: Marks


def known_when_given(score: Score, run: EvaluationRun) -> datetime | Knowledge:
    """What was known to a score that holds by ``run``: a full run looks at everybody."""
    last = max((score.run, run.full), key=lambda each: (each.known_at, each.pk))
    if last.grade_mark is None or last.record_mark is None:
        return last.known_at
    marks = Marks(last.record_mark, last.grade_mark)
    return Knowledge(last.known_at, remembered_rules(last).model, run.as_of, marks)


def facts_known(subject: Subject, *, at: datetime | Knowledge) -> tuple[Fact, ...]:
    """Record versions that were known at a moment, as facts, and given grades where it is said who reads them."""
    moment = at.at if isinstance(at, Knowledge) else at
    versions = Record.objects.filter(WEIGHABLE, subject=subject, known_at__lte=moment).filter(
        Q(known_until__isnull=True) | Q(known_until__gt=moment)
    )
    rows = versions.annotate(day=Coalesce("decided_on", "valid_from")).filter(day__isnull=False)
    facts = tuple(Fact(*row) for row in rows.values_list(*FACT_COLUMNS))
    if not isinstance(at, Knowledge):
        return facts
    return (*facts, *grades_read(at.reader, as_of=at.as_of, marks=at.marks, subject=subject.pk))


def _store(
    rules: Rules,
    seen: Seen,
    summary: RunSummary,
    result: Path,
    *,
    policy: Policy,
    actor: User | None,
    publish: bool,
) -> EvaluationRun:
    model, snapshot = rules.model, seen.snapshot
    with transaction.atomic():
        take_lock()
        current = EvaluationRun.objects.filter(model=model.id, current=True).select_related("base").first()
        takes_force = _takes_force(current, publish=publish, known_at=snapshot.known_at)
        since = current if takes_force and current and current.model_digest == model.digest else None
        changes = changes_of(result, snapshot.population, since=since, work=result.parent)
        if takes_force and current:
            EvaluationRun.objects.filter(pk=current.pk).update(current=False)
        keep_rules(rules)
        keep_population(snapshot)
        run = EvaluationRun.objects.create(
            pk=changes.run,
            line_id=changes.line if changes.line != changes.run else None,
            model=model.id,
            model_version=model.version,
            model_digest=summary.model_digest,
            treatment_digest=summary.treatment_digest,
            policy_digest=policy.digest,
            snapshot_digest=seen.digest,
            population_digest=snapshot.population_digest,
            result_digest=summary.digest,
            record_mark=snapshot.mark,
            grade_mark=seen.grades,
            cycle_on=cycle_of(model, on=summary.as_of)[0] if publish else None,
            as_of=summary.as_of,
            known_at=snapshot.known_at,
            subjects=summary.rows,
            distribution=dict(summary.distribution),
            trial=model.trial,
            published=publish,
            current=takes_force,
            started_by=actor,
        )
        write_scores(changes)
        note(
            "evaluation.run",
            now=snapshot.known_at,
            actor=actor,
            object=f"run:{run.public_id}",
            payload={"model": summary.model_digest, "result": summary.digest, "in_force": takes_force},
        )
    return run


def _takes_force(current: EvaluationRun | None, *, publish: bool, known_at: datetime) -> bool:
    """One run at a time takes force. A published one gives way to a published one only, and none to one that
    knows less; what a refresh found meanwhile is found again by the next."""
    if current is None:
        return True
    if current.published and not publish:
        return False
    if current.full.known_at > known_at:
        raise Refusal(
            "M03",
            "计算期间已有依据更新数据的评价结果生效，本次结果没有采用。",
            advice="请查看现行结果；仍需重算的，请再运行一次。",
        )
    return True


def population_file(digest: str) -> Path:
    """Where the population of a run is kept: who was there, of which kind and sector, and nothing else."""
    home: Path = settings.HOME
    return home / "runs" / f"population-{digest.removeprefix('sha256:')}.parquet"


def keep_population(snapshot: Snapshot) -> None:
    """Once a digest, whole or not at all."""
    kept = population_file(snapshot.population_digest)
    if kept.exists():
        return
    kept.parent.mkdir(parents=True, exist_ok=True)
    draft = kept.with_suffix(f".{os.getpid()}.draft")
    shutil.copyfile(snapshot.population, draft)
    draft.rename(kept)
