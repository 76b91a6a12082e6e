"""Keeps what users of results say of a version of a model, and tells how its runs have moved since the one before.

Feedback enters the next draft (汴政办〔2020〕46号第9项: 反馈机制、迭代优化). No personal data: what looks like it is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from xinheng.core.masking import find_personal
from xinheng.core.models import ScoringModel
from xinheng.core.refusal import Refusal
from xinheng.scoring.compare import stability
from xinheng.services.ledger import note
from xinheng.store.accounts import User
from xinheng.store.governance import ModelFeedback
from xinheng.store.scores import EvaluationRun

VERDICTS = {"fits": "与实际相符", "fails": "与实际不符", "wish": "改进建议"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """``use``: what the results are used for; ``verdict``: a key of VERDICTS."""

    use: str
    verdict: str
    text: str


@dataclass(frozen=True, slots=True)
class Drift:
    """A run beside the one before of the same model; ``psi`` is None for the first, or where grades differ."""

    run: EvaluationRun
    before: EvaluationRun | None
    psi: float | None


@transaction.atomic
def give_feedback(opinion: Opinion, model: ScoringModel, *, actor: User, now: datetime) -> ModelFeedback:
    """Write it down for this version. Raises Refusal for personal data."""
    if find_personal(opinion.text) or find_personal(opinion.use):
        raise Refusal(
            "FB1",
            "反馈里像是有身份证号、手机号等个人信息。",
            advice="请只写企业名称或记录编号，删去个人信息后再提交。",
        )
    row = ModelFeedback.objects.create(
        model=model.id,
        version=model.version,
        digest=model.digest,
        organisation=actor.organisation,
        written_by=actor,
        written_at=now,
        use=opinion.use[:100],
        verdict=opinion.verdict,
        text=opinion.text[:1000],
    )
    note(
        "model.feedback", now=now, actor=actor, object=f"model:{model.id}", payload={"version": model.version}
    )
    return row


def feedback_on(model_id: str) -> QuerySet[ModelFeedback]:
    """Newest first."""
    return (
        ModelFeedback.objects.filter(model=model_id)
        .select_related("organisation", "written_by")
        .order_by("-pk")
    )


def full_runs(model_id: str, *, most: int) -> list[Drift]:
    """Full runs, newest first, each beside the one before."""
    return beside(list(runs_of(model_id).order_by("-pk")[:most]))


def runs_of(model_id: str) -> QuerySet[EvaluationRun]:
    """Full runs of a model, whatever its version."""
    return EvaluationRun.objects.filter(model=model_id, base__isnull=True).select_related("started_by")


def beside(runs: Sequence[EvaluationRun]) -> list[Drift]:
    """Runs of one model, newest first, each with the full run before it, shown or not."""
    if not runs:
        return []
    known = runs_of(runs[0].model).filter(pk__gte=runs[-1].pk, pk__lte=runs[0].pk)
    older = runs_of(runs[0].model).filter(pk__lt=runs[-1].pk).order_by("-pk")[:1]
    ordered = [*known.order_by("-pk"), *older]
    before = dict(zip((run.pk for run in ordered), [*ordered[1:], None], strict=True))
    return [Drift(run, before[run.pk], drift(run, before[run.pk])) for run in runs]


def drift(run: EvaluationRun, before: EvaluationRun | None) -> float | None:
    """Population stability index against an earlier run."""
    if before is None or set(run.distribution) != set(before.distribution):
        return None
    grades = sorted(run.distribution)
    return stability(_counts(before, grades), _counts(run, grades))


def _counts(run: EvaluationRun, grades: Sequence[str]) -> list[int]:
    return [int(run.distribution[grade]) for grade in grades]
