"""Objections and all matters in the space of an enterprise: what it can object to, the receipt, how far each matter is.

Whoever has no account is helped at the window. Nobody is worse off for objecting (legal guards G13, G17).
"""

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.masking import mask_personal
from xinheng.core.objections import Claim
from xinheng.core.procedures import flow_of
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.counter.case_lookup import clocks_of
from xinheng.interfaces.counter.letters import served_letters
from xinheng.interfaces.counter.papers import papers_url, shown_papers
from xinheng.interfaces.counter.seen import SeenForm
from xinheng.interfaces.counter.space import Visit, own
from xinheng.interfaces.web.refusals import told
from xinheng.services.case_lookup import progress_of
from xinheng.services.cases import steps_for, take_step
from xinheng.services.objections import KIND, Lodged, ask_review, lodge, may_be_reviewed, retract
from xinheng.services.objections_aims import Aimed, aimed, things_of
from xinheng.services.objections_marks import marked
from xinheng.store.casework import Case
from xinheng.store.objections import Objection
from xinheng.store.subjects import Subject

PAGE = 50
_PAGES = {"repair": "counter:own_repair_case"}
"""Kinds of case with a page of their own in the space."""
_OWN_STEPS = {
    ("commitment", "withdraw"): "撤回承诺",
    ("relief", "withdraw"): "撤回申请",
    ("relief", "hear"): "提出陈述、申辩",
    ("repair", "hear"): "提出陈述、申辩",
}
"""Steps by kind and verb that the enterprise takes with its reason alone, in its words."""


class ClaimForm(forms.Form):
    """What is wrong and what is wanted."""

    wrong = forms.CharField(
        label="哪里有误", max_length=1000, widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "请写明哪里有误。"},
    )  # fmt: skip
    wanted = forms.CharField(
        label="希望怎样处理", max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def claim(self) -> Claim:
        return Claim(wrong=self.cleaned_data["wrong"], wanted=self.cleaned_data["wanted"])


class ReasonForm(SeenForm):
    reason = forms.CharField(
        label="理由", max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


@own(Verb.LODGE_REQUEST, methods=("GET", "POST"))
def own_objection(visit: Visit) -> HttpResponse:
    """Choose what is wrong; then say what is wrong with it; then the receipt, whose code is shown this once. To somebody
    who objected already no empty form is shown, but the case that runs."""
    subject, reference = visit.enterprise, visit.request.GET.get("about", "")[:60]
    if not reference:
        return _choose(visit, subject)
    thing = aimed(subject, reference, policy=visit.policy)
    under_way = marked([subject.pk]).get((subject.pk, reference))
    if under_way and visit.request.method == "GET":
        return redirect("counter:own_case", subject=subject.public_id, number=under_way.case.number)
    form = ClaimForm(visit.request.POST if visit.request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            lodged = lodge(
                form.claim(),
                subject=subject,
                reference=reference,
                actor=visit.party,
                policy=visit.policy,
                now=visit.now,
            )
        except Refusal as refusal:
            form.add_error(None, told(refusal))
        else:
            return _receipt(visit, subject, lodged)
    context = {
        "form": form,
        "thing": {"kind": thing.aim.label, "words": thing.words},
        "source": thing.source is not None,
        "back_url": reverse("counter:own_objection", args=[subject.public_id]),
    }
    return visit.render("own_objection", context)


def _choose(visit: Visit, subject: Subject) -> HttpResponse:
    open_ones = marked([subject.pk])
    here = reverse("counter:own_objection", args=[subject.public_id])
    things = [
        _thing(one, open_ones.get((subject.pk, one.reference)), here)
        for one in things_of(subject, policy=visit.policy)
    ]
    return visit.render("own_objections", {"things": things})


def _thing(one: Aimed, running: Objection | None, here: str) -> dict[str, Any]:
    return {
        "kind": one.aim.label,
        "words": one.words,
        "number": running.case.number if running else "",
        "url": "" if running else f"{here}?about={one.reference}",
    }


def _receipt(visit: Visit, subject: Subject, lodged: Lodged) -> HttpResponse:
    context = {
        "number": lodged.case.number,
        "code": lodged.code,
        "today": visit.today,
        "case_url": reverse("counter:own_case", args=[subject.public_id, lodged.case.number]),
        "papers_url": papers_url(lodged.case),
    }
    return visit.render("own_objection_receipt", context)


@own(Verb.READ_CASE)
def own_cases(visit: Visit) -> HttpResponse:
    """Every matter about the enterprise that it may know of, with its term."""
    subject = visit.enterprise
    rows = Case.objects.filter(subject=subject).order_by("-pk")[:PAGE]
    context = {
        "cases": [_line(visit, one) for one in rows if _told(one)],
        "object_url": reverse("counter:own_objection", args=[subject.public_id]),
    }
    return visit.render("own_cases", context)


def _told(case: Case) -> bool:
    """Whether the state is one that the enterprise meets."""
    states = {state.key: state for state in flow_of(case.flow, case.flow_version).states}
    return case.state in states and bool(states[case.state].party)


def _line(visit: Visit, case: Case) -> dict[str, Any]:
    progress = progress_of(case, policy=visit.policy, today=visit.today)
    return {
        "number": case.number,
        "matter": progress.matter,
        "unit": progress.unit,
        "state": progress.state,
        "over": case.closed_at is not None,
        "opened_on": progress.opened_on,
        "clocks": clocks_of(progress),
        "url": reverse(
            _PAGES.get(case.kind, "counter:own_case"), args=[visit.enterprise.public_id, case.number]
        ),
    }


@own(Verb.READ_CASE, methods=("GET", "POST"))
def own_case(visit: Visit, number: str) -> HttpResponse:
    """How far it is, and what the enterprise can do in it."""
    case = _case(visit, number)
    form = ReasonForm(case, visit.request.POST if visit.request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            _act(visit, case, form)
        except Refusal as refusal:
            form.refused(refusal, case)
        else:
            return redirect("counter:own_case", subject=visit.enterprise.public_id, number=number)
    return visit.render("own_case", _shown(visit, case, form))


def _case(visit: Visit, number: str) -> Case:
    found = Case.objects.select_related("subject").filter(subject=visit.enterprise, number=number).first()
    if found is None or not _told(found):
        raise Http404
    return found


def _act(visit: Visit, case: Case, form: ReasonForm) -> None:
    deed = visit.request.POST.get("deed", "")
    said: dict[str, Any] = {"reason": form.cleaned_data["reason"]}
    given = said | {"actor": visit.party, "policy": visit.policy, "now": visit.now}
    seen = form.cleaned_data["seen"]
    if case.kind == KIND and deed == "retract":
        retract(case, seen=seen, **given)
    elif case.kind == KIND and deed == "ask_review":
        ask_review(case, seen=seen, **given)
    elif (case.kind, deed) in _OWN_STEPS:
        given["reason"] = mask_personal(given["reason"]).text
        take_step(case.public_id, deed, seen_version=seen, **given)
    else:
        raise Refusal("OB10", "这个事项没有这一步。", advice="请刷新页面后重试。")


def _shown(visit: Visit, case: Case, form: ReasonForm) -> dict[str, Any]:
    progress = progress_of(case, policy=visit.policy, today=visit.today)
    letters = served_letters(case, visit)
    objection = Objection.objects.filter(case=case).first()
    return {
        "case": progress,
        "clocks": clocks_of(progress),
        "objection": objection,
        "form": form,
        "acts": _acts(visit, case, objection),
        "papers": shown_papers(case, visit),
        "letters": letters,
        "about": _about(case) if letters else "",
        "answer": case.events.filter(verb__in=("correct", "withdraw", "uphold"))
        .order_by("-sequence")
        .first(),
        "back_url": reverse("counter:own_cases", args=[visit.enterprise.public_id]),
    }


def _about(case: Case) -> str:
    """What the case is about, where its title says it after the name of the enterprise."""
    name, _, words = case.title.partition("：")
    return words if case.subject and name == case.subject.name else ""


def _acts(visit: Visit, case: Case, objection: Objection | None) -> list[dict[str, str]]:
    """Steps of the enterprise's own side that its mandate covers."""
    titles = {step.verb: step.title for step in steps_for(case, visit.party, on=visit.today)}
    if objection is None:
        own = {verb: _OWN_STEPS.get((case.kind, verb), "") for verb in titles}
        titles = {verb: title for verb, title in own.items() if title}
    elif may_be_reviewed(objection, policy=visit.policy, on=visit.today) is not None:
        titles.pop("ask_review", None)
    return [{"deed": verb, "title": title} for verb, title in titles.items()]
