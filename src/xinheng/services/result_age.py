"""Enterprises under supervision whose grade is too old, or who have none: nobody is steered by what nobody looked at lately.

The age is a figure of policy (宛政办〔2020〕17号四（四）asks for a classification every year; the number is a proposal). 个体工商户
are left out unless a rule of the sector covers them (legal guard G1).
"""

from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from xinheng.core.days import add_months
from xinheng.core.policy import Policy
from xinheng.store.scores import EvaluationRun, Score
from xinheng.store.subjects import Subject, SubjectKind, SubjectStatus

TERM = "inspections.result_age_months"


def since(policy: Policy, *, on: date) -> date | None:
    """Results from before this day are too old; None where no age is set."""
    months = policy.parameter(TERM, on=on).value
    return None if months is None else add_months(on, -months)


def without_result(sector: str, *, policy: Policy, on: date) -> QuerySet[Subject]:
    """Living subjects of a sector without a result of its models that is younger than the age of policy."""
    first = since(policy, on=on)
    models = [key for key, model in policy.models.items() if sector in model.population.sectors]
    runs = EvaluationRun.objects.filter(current=True, trial=False, model__in=models)
    young = runs.filter(as_of__gte=first) if first else runs
    lines = [run.line_key for run in young]
    graded = Score.objects.filter(subject=OuterRef("pk"), line__in=lines, until__isnull=True)
    living = Subject.objects.filter(
        sector=sector, status=SubjectStatus.ACTIVE, merged_into__isnull=True
    ).exclude(Exists(graded))
    if policy.grading_for(sector).sole_traders.covered:
        return living
    return living.exclude(kind=SubjectKind.SOLE_TRADER)
