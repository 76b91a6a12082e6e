"""One run of a model: its distribution beside the run before, what it rests on by digest, and the proof by rebuilding.

Every past result can be made again from what was known then (汴政办〔2020〕46号第13项; rows of the run ledger).
"""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from xinheng.core.models import ScoringModel
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.model_shown import psi_words
from xinheng.interfaces.office.once import once
from xinheng.interfaces.web.charts import Bar, Chart, GradeCount, bars, grade_distribution
from xinheng.interfaces.web.figures import count
from xinheng.interfaces.web.parts import Crumb, Notice
from xinheng.interfaces.web.refusals import told
from xinheng.services.feedback import drift
from xinheng.services.rebuild import rebuild_run
from xinheng.services.rules import rules_of
from xinheng.store.scores import EvaluationRun

READERS = (Verb.DRAFT_MODEL, Verb.PUBLISH_MODEL, Verb.RUN_EVALUATION, Verb.READ_GRADE)


@asks(*READERS)
def evaluation_run(call: Call, run: str) -> HttpResponse:
    return _page(call, _known(run), None)


@asks(Verb.RUN_EVALUATION, methods=("POST",))
@once
def rebuild_evaluation(call: Call, run: str) -> HttpResponse:
    """Make the run again from what was known then, and say whether it is the same."""
    known = _known(run)
    try:
        rebuilt = rebuild_run(known.public_id, now=call.now)
    except Refusal as refusal:
        return _page(call, known, Notice("decide", "没有重算", told(refusal)))
    if rebuilt.same:
        proof = Notice("done", "重算结果一致", f"结果摘要 {rebuilt.result_digest}。")
    else:
        proof = Notice(
            "decide", "重算结果不一致", f"重算得到 {rebuilt.result_digest}，请核对数据库和系统版本。"
        )
    return _page(call, known, proof)


def _known(run: str) -> EvaluationRun:
    found = EvaluationRun.objects.select_related("started_by", "base").filter(public_id=run).first()
    if found is None:
        raise Refusal("ME1", "没有这个评价批次。", advice="请从“评价”列表中打开。")
    return found


def _before(run: EvaluationRun) -> EvaluationRun | None:
    full = EvaluationRun.objects.filter(model=run.model, base__isnull=True, pk__lt=run.pk)
    return full.order_by("-pk").first()


def _page(call: Call, run: EvaluationRun, proof: Notice | None) -> HttpResponse:
    model, before = call.policy.models.get(run.model), _before(run)
    kind = "试算" if run.trial else "已公布" if run.published else "未公布"
    context = {
        "crumbs": [Crumb("评价", reverse("office:evaluations")), Crumb(run.public_id[:6].upper())],
        "run": {
            "number": run.public_id[:6].upper(),
            "model": model.title if model else run.model,
            "model_url": reverse("office:model", kwargs={"model": run.model}) if model else "",
            "version": run.model_version,
            "as_of": run.as_of,
            "known_at": run.known_at,
            "by": run.started_by.display_name if run.started_by else "系统",
            "subjects": run.subjects,
            "state": f"{'现行' if run.current else '留存'}，{kind}",
            "tone": "done" if run.current else "",
            "psi": psi_words(drift(run, before)),
        },
        "chart": _chart(run, before),
        "digests": list(_digests(run)),
        "rebuild_url": reverse("office:rebuild_evaluation", kwargs={"run": run.public_id})
        if call.may_somewhere(Verb.RUN_EVALUATION)
        else "",
        "proof": proof,
    }
    return call.render("evaluation_run", context)


def _digests(run: EvaluationRun) -> list[tuple[str, str]]:
    return [
        ("模型", run.model_digest),
        ("处理规则", run.treatment_digest),
        ("政策", run.policy_digest),
        ("快照", run.snapshot_digest),
        ("评价对象", run.population_digest),
        ("结果", run.result_digest),
    ]


def _chart(run: EvaluationRun, before: EvaluationRun | None) -> Chart:
    words = _words(run)
    ungraded = count(int(run.distribution.get("", 0)))
    title = f"{count(run.subjects)} 户，其中信息不足 {ungraded} 户"
    if not words:
        return bars([Bar("信息不足", int(run.distribution.get("", 0)), ungraded)], title=title)
    old: dict[str, Any] = (
        before.distribution if before and set(before.distribution) == set(run.distribution) else {}
    )
    counts = [
        GradeCount(letter, int(run.distribution[letter]), int(old[letter]) if old else None, word)
        for letter, word in words.items()
    ]
    return grade_distribution(counts, title=title)


def _words(run: EvaluationRun) -> dict[str, str]:
    """Grades with their words, in the order of the scale where the rules were kept, else by letter."""
    model: ScoringModel | None = None
    try:
        model = rules_of(run).model
    except Refusal:
        return {letter: "" for letter in sorted(run.distribution) if letter}
    return {band.grade: band.label for band in model.scale.bands if band.grade in run.distribution}
