"""Keeps the model and the rules of treatment of a run by their digests, and gives them back unchanged.

A past run, a refresh and an explanation use the very rules the run was made by, whatever the policy says today.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import TypeAdapter

from xinheng.core.models import ScoringModel, parse_model
from xinheng.core.refusal import Refusal
from xinheng.core.treatment import Treatment
from xinheng.store.scores import EvaluationRule, EvaluationRun

MODEL, TREATMENT = "model", "treatment"
_TREATMENT: TypeAdapter[Treatment] = TypeAdapter(Treatment)
MOST_REMEMBERED = 64


@dataclass(frozen=True, slots=True)
class Rules:
    """What a run is made by, besides its facts and its day."""

    model: ScoringModel
    treatment: Treatment


_REMEMBERED: dict[tuple[str, str], Rules] = {}


def keep_rules(rules: Rules) -> None:
    """Once a digest; inside the caller's transaction."""
    bodies = (
        (rules.model.digest, MODEL, rules.model.model_dump(mode="json")),
        (rules.treatment.digest, TREATMENT, _TREATMENT.dump_python(rules.treatment, mode="json")),
    )
    EvaluationRule.objects.bulk_create(
        [EvaluationRule(digest=digest, kind=kind, body=body) for digest, kind, body in bodies],
        ignore_conflicts=True,
    )


def remembered_rules(run: EvaluationRun) -> Rules:
    """As rules_of, read once a process: rules under a digest never change. For showing; a proof reads them anew."""
    digests = (run.model_digest, run.treatment_digest)
    if digests not in _REMEMBERED:
        if len(_REMEMBERED) >= MOST_REMEMBERED:
            _REMEMBERED.clear()
        _REMEMBERED[digests] = rules_of(run)
    return _REMEMBERED[digests]


def rules_of(run: EvaluationRun) -> Rules:
    """The rules of a run; raises Refusal where they were not kept or no longer give their digest."""
    bodies = dict(_bodies((run.model_digest, run.treatment_digest)))
    if len(bodies) < 2:
        raise Refusal(
            "M04",
            "这次评价没有留存模型或处理规则，不能据以重算。",
            advice="请重新运行评价，新的评价会留存规则。",
        )
    rules = Rules(
        parse_model(bodies[run.model_digest], file=f"model {run.model_digest}"),
        _TREATMENT.validate_python(bodies[run.treatment_digest]),
    )
    if (rules.model.digest, rules.treatment.digest) != (run.model_digest, run.treatment_digest):
        raise Refusal(
            "M15",
            "留存的模型或处理规则与评价时的摘要不一致，不能据以重算。",
            advice="请用作出该次评价的系统版本重算，并核对数据库是否被改动。",
        )
    return rules


def _bodies(digests: Iterable[str]) -> Iterable[tuple[str, object]]:
    return EvaluationRule.objects.filter(digest__in=list(digests)).values_list("digest", "body")
