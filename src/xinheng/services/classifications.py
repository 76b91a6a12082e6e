"""Draws up the yearly classification of a field from its published results, and publishes it by a second person.

Counts by county and grade only. 个体工商户 have no public grade and are counted without one; a model on trial or not
published gives no public figure (宛政办〔2020〕17号四（四）; legal guards G1, G4).
"""

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count

from xinheng.core.canonical import digest_of
from xinheng.core.grading import GRADES
from xinheng.core.refusal import Refusal
from xinheng.services.ledger import note
from xinheng.store.accounts import User
from xinheng.store.classifications import Classification
from xinheng.store.scores import EvaluationRun, scores_of
from xinheng.store.subjects import SubjectKind


@transaction.atomic
def draw_up(model: str, *, actor: User, now: datetime) -> Classification:
    """Count the results in force; the year is that of the day they stand for. Refusals: CLASS-RUN, CLASS-TWICE."""
    run = EvaluationRun.objects.filter(model=model, current=True, trial=False, published=True).first()
    if run is None:
        raise Refusal(
            "CLASS-RUN",
            "这个模型没有已公布的评价结果，不能公布分类结果。",
            advice="请先由决定人公布评价结果；试算的结果不公布",
        )
    year = run.as_of.year
    _refuse_twice(model, year)
    counts = counts_of(run)
    made = Classification.objects.create(
        model=model,
        year=year,
        run=run,
        as_of=run.as_of,
        counts=counts,
        digest=digest_of({"model": model, "year": year, "counts": counts}),
        made_by=actor,
        made_at=now,
    )
    note("classification.made", now=now, actor=actor, object=f"classification:{made.pk}", payload=counts)
    return made


@transaction.atomic
def publish(number: int, *, actor: User, now: datetime) -> Classification:
    """A second person publishes. Refusals: CLASS-SECOND, CLASS-TWICE, CLASS-STALE."""
    made = Classification.objects.select_for_update(of=("self",)).select_related("run").get(pk=number)
    if made.made_by_id == actor.pk:
        raise Refusal("CLASS-SECOND", "编制分类结果的人不能自己公布。", advice="请由另一名决定人公布。")
    if not (made.run.current and made.run.published):
        raise Refusal(
            "CLASS-STALE", "评价结果已经更新，这份分类结果不再是现行结果。", advice="请按现行结果重新编制。"
        )
    _refuse_twice(made.model, made.year)
    made.published_by, made.published_at = actor, now
    made.save(update_fields=["published_by", "published_at"])
    note(
        "classification.published",
        now=now,
        actor=actor,
        object=f"classification:{made.pk}",
        payload={"digest": made.digest},
    )
    return made


def counts_of(run: EvaluationRun) -> list[dict[str, Any]]:
    """Rows by county: ``county`` (empty where unknown), ``grades`` by letter, ``ungraded`` and ``sole_traders``."""
    found: dict[str, dict[str, Any]] = defaultdict(
        lambda: {"grades": dict.fromkeys(GRADES, 0), "ungraded": 0, "sole_traders": 0}
    )
    counted = (
        scores_of(run)
        .filter(subject__merged_into__isnull=True)
        .values_list("subject__division_code", "subject__kind", "grade")
        .annotate(count=Count("id"))
        .order_by()
    )
    for county, kind, grade, count in counted:
        row = found[county]
        if kind == SubjectKind.SOLE_TRADER:
            row["sole_traders"] += count
        elif grade in GRADES:
            row["grades"][grade] += count
        else:
            row["ungraded"] += count
    return [{"county": county, **found[county]} for county in sorted(found)]


def _refuse_twice(model: str, year: int) -> None:
    if Classification.objects.filter(model=model, year=year, published_at__isnull=False).exists():
        raise Refusal(
            "CLASS-TWICE",
            f"{year}年的分类结果已经公布。",
            advice="每年公布一次；结果有变化的，在下一年度公布",
        )
