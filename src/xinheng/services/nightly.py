"""The cycle of every night: bring the snapshot up to date, run every model in force for the new day, put it in force.

A model goes on as it was published: a newer version of its file waits for a person to run it. Each run completes or
leaves the results before in force; what was refused is noted in the ledger with its reason.
"""

from dataclasses import dataclass
from datetime import date, datetime
from graphlib import CycleError, TopologicalSorter

from django.db import transaction

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.evaluate import run_on
from xinheng.services.former_grades import mend_former_grades
from xinheng.services.given_grades import models_read
from xinheng.services.ledger import note
from xinheng.services.refresh import refresh_grades, take_off
from xinheng.services.rules import remembered_rules, rules_of
from xinheng.services.scores import take_lock
from xinheng.services.snapshots import Snapshot, kept_snapshot
from xinheng.store.scores import EvaluationRun, GivenGrade, Regrade

NIGHT, REFUSED = "evaluation.night", "evaluation.refused"


@dataclass(frozen=True, slots=True)
class Night:
    """What one night brought. ``refused``: code by model."""

    snapshot: str
    runs: tuple[EvaluationRun, ...]
    refused: dict[str, str]
    refreshed: int


def run_night(*, policy: Policy, as_of: date, now: datetime) -> Night:
    """Run every model in force for ``as_of``; then grade those whose files changed meanwhile."""
    runs: list[EvaluationRun] = []
    refused: dict[str, str] = {}
    _mend_waiting(now=now)
    with kept_snapshot(now=now) as snapshot:
        for before in _read_before_readers():
            try:
                runs.append(_again(before, snapshot, policy=policy, as_of=as_of))
            except Refusal as refusal:
                refused[before.model] = refusal.code
                reason = f"{refusal.message}{refusal.advice}"
                note(REFUSED, now=now, object=f"model:{before.model}", reason=reason)
        digest = snapshot.manifest.digest
        if refused:
            _look_again(runs, refused)
        else:
            take_off(list(snapshot.noted))
    refreshed = refresh_grades(now=now)
    told = {"snapshot": digest, "runs": [run.public_id for run in runs], "refused": refused}
    note(NIGHT, now=now, object=f"day:{as_of.isoformat()}", payload=told)
    return Night(digest, tuple(runs), refused, refreshed)


def _mend_waiting(*, now: datetime) -> None:
    """What a night looks at anew waits no more; the former grades of those who waited are looked at first."""
    with transaction.atomic():
        take_lock()
        waiting = Regrade.objects.order_by("subject").values_list("subject", flat=True).distinct()
        mend_former_grades(list(waiting), now=now)


def _read_before_readers() -> list[EvaluationRun]:
    """Every run in force, each after those whose grades its model reads."""
    found = {
        run.model: run
        for run in EvaluationRun.objects.filter(current=True).select_related("base").order_by("model")
    }
    order = TopologicalSorter({model: _read_by(run) & set(found) for model, run in found.items()})
    try:
        return [found[model] for model in order.static_order()]
    except CycleError:
        return list(found.values())


def _read_by(run: EvaluationRun) -> set[str]:
    """The other models that it reads; nothing is known of a run without rules."""
    return set(models_read(remembered_rules(run).model)) - {run.model} if run.treatment_digest else set()


def _look_again(runs: list[EvaluationRun], refused: dict[str, str]) -> None:
    """A model that was refused keeps its results: those whose grades it reads are noted for a refresh of it."""
    behind = EvaluationRun.objects.filter(current=True, model__in=refused)
    read = {model for run in behind for model in _read_by(run)}
    changed = GivenGrade.objects.filter(
        run__in=[run for run in runs if run.model in read], until__isnull=True
    )
    subjects = changed.order_by("subject").values_list("subject", flat=True).distinct()
    Regrade.objects.bulk_create(Regrade(subject_id=subject) for subject in subjects)


def _again(before: EvaluationRun, snapshot: Snapshot, *, policy: Policy, as_of: date) -> EvaluationRun:
    return run_on(
        snapshot,
        rules_of(before).model,
        policy=policy,
        as_of=as_of,
        actor=None,
        publish=before.published,
        look_again=False,
    )
