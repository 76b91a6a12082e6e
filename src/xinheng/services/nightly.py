"""The cycle of every night: bring the snapshot up to date, run every model in force for the new day, put it in force.

A model goes on as it was published: a newer version of its file waits for a person to run it. Each run completes or
leaves the results before in force; what was refused is noted in the ledger with its reason.
"""

from dataclasses import dataclass
from datetime import date, datetime

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.evaluate import run_on
from xinheng.services.ledger import note
from xinheng.services.refresh import refresh_grades, take_off
from xinheng.services.rules import rules_of
from xinheng.services.snapshots import Snapshot, kept_snapshot
from xinheng.store.scores import EvaluationRun

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
    with kept_snapshot(now=now) as snapshot:
        for before in EvaluationRun.objects.filter(current=True).select_related("base").order_by("model"):
            try:
                runs.append(_again(before, snapshot, policy=policy, as_of=as_of))
            except Refusal as refusal:
                refused[before.model] = refusal.code
                reason = f"{refusal.message}{refusal.advice}"
                note(REFUSED, now=now, object=f"model:{before.model}", reason=reason)
        digest = snapshot.manifest.digest
        if not refused:
            take_off(list(snapshot.noted))
    refreshed = refresh_grades(now=now)
    told = {"snapshot": digest, "runs": [run.public_id for run in runs], "refused": refused}
    note(NIGHT, now=now, object=f"day:{as_of.isoformat()}", payload=told)
    return Night(digest, tuple(runs), refused, refreshed)


def _again(before: EvaluationRun, snapshot: Snapshot, *, policy: Policy, as_of: date) -> EvaluationRun:
    return run_on(
        snapshot,
        rules_of(before).model,
        policy=policy,
        as_of=as_of,
        actor=None,
        publish=before.published,
    )
