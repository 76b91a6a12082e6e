"""The grade of a subject with every point followed to record and clause, what will better it, and who looked at it.

A grade steers inspections and is no gate; it is never shown without its reasons (legal guards G4, G16;
《个人信息保护法》第二十四条).
"""

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse

from xinheng.core.explanation import Line
from xinheng.core.models import ScoringModel, milli
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office import explain
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.owned import SUBJECT
from xinheng.interfaces.office.records_shown import file_crumbs
from xinheng.interfaces.web.charts import Band, Chart, Step, waterfall
from xinheng.interfaces.web.figures import points
from xinheng.interfaces.web.parts import Crumb
from xinheng.services.evaluate import ExplainedGrade, explain_grade
from xinheng.services.ledger import note
from xinheng.services.merged_files import one_with
from xinheng.services.what_if import basis_of
from xinheng.store.ledger import LedgerEvent
from xinheng.store.scores import EvaluationRun, Score, scores_of
from xinheng.store.subjects import Subject

READS = 20


def grade_of(call: Call, subject: Subject) -> dict[str, Any] | None:
    """The grade in force for the head of a file, a published model before one on trial; None without one."""
    if not call.may(Verb.READ_GRADE, SUBJECT.target(call, subject)):
        return None
    runs = EvaluationRun.objects.filter(current=True).order_by("-published", "model")
    run = next((run for run in runs if scores_of(run).filter(subject=subject).exists()), None)
    if run is None:
        return None
    try:
        explained = explain_grade(subject, policy=call.policy, model_id=run.model)
    except Refusal:
        return None
    return _head(call, subject, explained) if explained else None


def _head(call: Call, subject: Subject, explained: ExplainedGrade) -> dict[str, Any]:
    model = explained.rules.model
    letter = explained.evaluation.grade or ""
    return {
        "letter": letter,
        "word": model.label_of(letter) if letter else "信息不足",
        "points_milli": explained.evaluation.points_milli,
        "trial": explained.run.trial,
        "model": model.title,
        "run_on": explained.run.as_of,
        "url": reverse("office:grade", kwargs={"subject": subject.public_id, "model": model.id}),
        "chart": waterfall_of(model, explained),
        "stale": explained.stale,
    }


def waterfall_of(model: ScoringModel, explained: ExplainedGrade) -> Chart:
    """From the starting points to the result."""
    steps = [Step(one.label, one.from_milli, one.to_milli, one.kind) for one in explained.explanation.steps]
    bands = [Band(band.grade, milli(band.start)) for band in model.scale.bands]
    plus = sum(s.end_milli - s.start_milli for s in steps if s.kind == "plus")
    minus = sum(s.start_milli - s.end_milli for s in steps if s.kind == "minus")
    start, total = steps[0].end_milli, explained.evaluation.points_milli
    title = f"起点 {points(start)} 分，加 {points(plus)}，减 {points(minus)}，得 {points(total)} 分"
    return waterfall(steps, title=title, bands=bands, grade=explained.evaluation.grade or "")


@asks(Verb.READ_GRADE, of=SUBJECT)
def grade(call: Call, subject: Subject, model: str) -> HttpResponse:
    explained = explain_grade(subject, policy=call.policy, model_id=model)
    if explained is None:
        raise Http404
    used = explained.rules.model
    basis = basis_of(subject, explained)
    sheet = explain.sheet_of(call, basis)
    reads = reads_of(call, subject, "grade.read")
    note(
        "grade.read",
        now=call.now,
        actor=call.user,
        subject=subject.public_id,
        object=f"run:{explained.run.public_id}",
    )
    here = reverse("office:subject", kwargs={"subject": subject.public_id})
    head = _head(call, subject, explained)
    context = {
        "crumbs": file_crumbs(subject, Crumb("评价说明")),
        "subject": {"name": subject.name, "code": subject.code or "", "url": here},
        "grade": head,
        "summary": explained.explanation.summary,
        "stale": explained.stale,
        "model": _model(call, used),
        "run_on": explained.run.as_of,
        "chart": head["chart"],
        "items": [explain.item(sheet, line) for line in explained.explanation.lines if _moved(line)],
        "unmoved": [line.label for line in explained.explanation.lines if not _moved(line)],
        "vetoes": [explain.verdict(sheet, one) for one in explained.explanation.verdicts],
        "left_out": explain.left_out(sheet, basis),
        "ways": explain.ways(sheet, basis, explained),
        "best": bool(explained.evaluation.grade) and used.rank(explained.evaluation.grade or "") == 0,
        "results_url": reverse("office:results", kwargs={"subject": subject.public_id}),
        "what_if_url": reverse("office:what_if", kwargs={"subject": subject.public_id, "model": model}),
        "objection_url": "",
        "snapshot_digest": explained.run.snapshot_digest,
        "model_digest": explained.run.model_digest,
        "result_digest": explained.run.result_digest,
        "rebuilt": _rebuilt(subject, explained),
        "history": _history(call, subject, explained.run),
        "reads": reads,
        "export_url": "",
    }
    return call.render("grade", context)


def _model(call: Call, model: ScoringModel) -> dict[str, Any]:
    owners = [
        call.policy.agencies.agencies[key].name for key in call.policy.agencies.of_sector(model.owner)
    ] or [model.owner]
    return {
        "title": model.title,
        "version": model.version,
        "issuer": owners[0],
        "basis": "；".join(explain.cite(call, one.source, one.clause) for one in model.basis),
        "url": "",
    }


def _moved(line: Line) -> bool:
    return bool(line.points_milli or line.records or line.uncapped_milli)


def _rebuilt(subject: Subject, explained: ExplainedGrade) -> bool:
    """Whether the stored result is what the reference evaluation gives."""
    score = scores_of(explained.run).get(subject=subject)
    given = explained.evaluation
    return (score.points_milli, score.grade or None, list(score.contributions)) == (
        given.points_milli,
        given.grade,
        [one.points_milli for one in given.contributions],
    )


def _history(call: Call, subject: Subject, run: EvaluationRun) -> list[dict[str, Any]]:
    scores = (
        Score.objects.filter(subject=subject, run__model=run.model).select_related("run").order_by("-run_id")
    )
    return [
        {
            "run_on": score.run.as_of,
            "letter": score.grade,
            "points_milli": score.points_milli,
            "model": f"第 {score.run.model_version} 版",
            "url": "",
        }
        for score in scores[:READS]
    ]


def reads_of(call: Call, subject: Subject, kind: str) -> list[dict[str, Any]]:
    """Who looked last: the organisation and the reason, not the person."""
    files = one_with(subject).values_list("public_id", flat=True)
    events = LedgerEvent.objects.filter(subject__in=list(files), kind=kind).select_related("actor")
    return [
        {
            "at": event.at,
            "unit": call.tree.name(event.actor.organisation_id) if event.actor else "系统",
            "reason": event.reason,
        }
        for event in events.order_by("-at")[:READS]
    ]
