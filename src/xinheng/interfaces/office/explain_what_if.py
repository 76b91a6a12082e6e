"""A trial on a subject's grade: what it would be if named records were repaired, withdrawn or paid.

The questions stand in the address and nothing is written but that somebody asked; the answer is no decision and no
promise (国办发〔2025〕22号).
"""

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse

from xinheng.core.models import ScoringModel
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.core.what_if import Supposition, WhatIf
from xinheng.interfaces.office import explain
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.owned import SUBJECT
from xinheng.interfaces.office.records_shown import file_crumbs
from xinheng.interfaces.office.wording import item_title
from xinheng.interfaces.web.figures import points
from xinheng.interfaces.web.parts import Crumb
from xinheng.interfaces.web.refusals import told
from xinheng.services.evaluate import explain_grade
from xinheng.services.what_if import Basis, basis_of, suppose, suppositions_for
from xinheng.store.subjects import Subject

FIELD = "record-"
MOST = 60
"""Records that are offered, the latest first."""


@asks(Verb.READ_GRADE, of=SUBJECT)
def what_if(call: Call, subject: Subject, model: str) -> HttpResponse:
    explained = explain_grade(subject, policy=call.policy, model_id=model)
    if explained is None:
        raise Http404
    basis = basis_of(subject, explained)
    chosen, answer, refused = _chosen(call), None, ""
    if chosen:
        try:
            answer = suppose(basis, chosen, actor=call.user, run=explained.run.public_id, now=call.now)
        except Refusal as refusal:
            refused = told(refusal)
    here = {"subject": subject.public_id, "model": model}
    context = {
        "crumbs": file_crumbs(
            subject, Crumb("评价说明", reverse("office:grade", kwargs=here)), Crumb("假设试算")
        ),
        "subject": {"name": subject.name, "url": reverse("office:grade", kwargs=here)},
        "model": basis.model.title,
        "run_on": explained.run.as_of,
        "refused": refused,
        "answer": _answer(basis.model, answer) if answer else None,
        "records": _offered(call, basis, chosen),
        "reset_url": call.request.path,
    }
    return call.render("what_if", context)


def _chosen(call: Call) -> dict[int, Supposition]:
    """Records by number with what is supposed of them; what is not understood is left out."""
    found = {}
    for name, value in call.request.GET.items():
        number = name.removeprefix(FIELD)
        if name.startswith(FIELD) and number.isdecimal() and len(number) < 19 and value in list(Supposition):
            found[int(number)] = Supposition(value)
    return found


def _offered(call: Call, basis: Basis, chosen: dict[int, Supposition]) -> list[dict[str, Any]]:
    sheet = explain.sheet_of(call, basis)
    offered = list(suppositions_for(basis).items())
    offered.sort(key=lambda pair: (pair[0] not in chosen, Supposition.REPAIRED not in pair[1]))
    return [
        {
            **linked,
            "item": item_title(sheet.records[version].item, call.policy),
            "field": f"{FIELD}{version}",
            "options": [
                {"value": one.value, "label": one.label, "chosen": chosen.get(version) is one}
                for one in choices
            ],
        }
        for version, choices in offered[:MOST]
        for linked in sheet.linked([version])
    ]


def _answer(model: ScoringModel, answer: WhatIf) -> dict[str, Any]:
    labels = {one.id: one.label for one in model.indicators}
    before, after = answer.before.grade or "", answer.after.grade or ""
    return {
        "before": {
            "letter": before,
            "word": _word(model, before),
            "points_milli": answer.before.points_milli,
        },
        "after": {"letter": after, "word": _word(model, after), "points_milli": answer.after.points_milli},
        "finding": _finding(before, after, answer.gained_milli),
        "moved": [
            {
                "label": labels[one.indicator],
                "before_milli": one.before_milli,
                "after_milli": one.after_milli,
                "gained_milli": one.after_milli - one.before_milli,
            }
            for one in answer.moved
        ],
    }


def _word(model: ScoringModel, grade: str) -> str:
    return model.label_of(grade) if grade else "信息不足"


def _finding(before: str, after: str, gained: int) -> str:
    if before != after:
        return f"等级将由 {before or '未评级'} 变为 {after or '未评级'}"
    if not gained:
        return "分数和等级都不变"
    return f"等级不变，分数{'增加' if gained > 0 else '减少'} {points(abs(gained))} 分"
