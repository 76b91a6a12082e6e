"""What officers do to a case beside its steps: move its clocks, ask for and decide recusals, give a look-up code."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.cases import NUMBERED
from xinheng.interfaces.office.cases_receipt import receipt_of
from xinheng.interfaces.office.cases_shown import MoveForm, RecusalForm, page_of
from xinheng.interfaces.office.once import once
from xinheng.interfaces.web.refusals import say_on, told
from xinheng.services import recusals
from xinheng.services.case_deadlines import (
    answer_extension,
    extend_deadline,
    resume_deadline,
    suspend_deadline,
)
from xinheng.services.case_lookup import give_code
from xinheng.store.casework import Case

ACTS = ("suspend", "resume", "extend", "agree", "refuse")


@asks(Verb.DRAFT_CASE, Verb.DECIDE_CASE, of=NUMBERED, methods=("POST",))
@once
def move_clock(call: Call, case: Case, clock: str, act: str) -> HttpResponse:
    """Suspend, resume or extend a clock, or answer a request to extend it."""
    if act not in ACTS:
        raise Http404
    form = MoveForm(call.request.POST)
    if act == "extend":
        form.fields["by"].required = True
    if not form.is_valid():
        return _not_moved(call, case, clock, act, form)
    try:
        _move(call, case, clock, act, form)
    except Refusal as refusal:
        say_on(form, refusal, form.beside)
        return _not_moved(call, case, clock, act, form, status=409)
    call.tell("期限已变动。" if act != "extend" else "已提出；须经另一人同意的，同意后生效。")
    return redirect("office:case", number=case.number)


def _move(call: Call, case: Case, clock: str, act: str, form: MoveForm) -> None:
    given = form.cleaned_data
    on = given["on"] or call.today
    by_whom: dict[str, Any] = {
        "actor": call.user,
        "policy": call.policy,
        "now": call.now,
        "reason": given["reason"],
        "seen": given["seen"],
    }
    if act == "suspend":
        suspend_deadline(case.public_id, clock, on=on, **by_whom)
    elif act == "resume":
        resume_deadline(case.public_id, clock, on=on, **by_whom)
    elif act == "extend":
        extend_deadline(case.public_id, clock, by=given["by"] or 0, **by_whom)
    else:
        answer_extension(case.public_id, clock, agree=act == "agree", **by_whom)


def _not_moved(
    call: Call, case: Case, clock: str, act: str, form: MoveForm, *, status: int = 200
) -> HttpResponse:
    """The page as it is now, with what was wrong beside its field; what was typed stays and can be sent again."""
    case.refresh_from_db()
    typed = call.request.POST.copy()
    typed["seen"] = str(case.version)
    form.data = typed
    return page_of(call, case, moved=(clock, act, form), status=status)


def _wrong(call: Call, case: Case, words: str, *, typed: str = "", status: int = 200) -> HttpResponse:
    """The page as it is now, with what was wrong and what was typed."""
    case.refresh_from_db()
    kept = f"您填写的理由：{typed}" if typed else ""
    return page_of(call, case, wrong=f"{words}{kept}", status=status)


@asks(Verb.DRAFT_CASE, Verb.DECIDE_CASE, of=NUMBERED, methods=("POST",))
@once
def ask_recusal(call: Call, case: Case) -> HttpResponse:
    """Declare the own recusal, or write down that the party asks for somebody's."""
    form = RecusalForm(call, case, call.request.POST)
    if not form.is_valid():
        return _wrong(call, case, "".join(f"{words[0]}" for words in form.errors.values()))
    person, reason = form.cleaned_data["person"], form.cleaned_data["reason"]
    try:
        if person:
            recusals.ask_for(case.public_id, person=person, actor=call.user, reason=reason, now=call.now)
        else:
            recusals.declare(case.public_id, actor=call.user, reason=reason, now=call.now)
    except Refusal as refusal:
        return _wrong(call, case, told(refusal), typed=reason, status=409)
    call.tell("已提出，由另一名决定人决定；决定以前照常办理。")
    return redirect("office:case", number=case.number)


@asks(Verb.DECIDE_CASE, of=NUMBERED, methods=("POST",))
@once
def decide_recusal(call: Call, case: Case, recusal: str) -> HttpResponse:
    """Grant or refuse a recusal."""
    answer = call.request.POST.get("answer", "")[:500]
    grant = call.request.POST.get("grant") == "1"
    try:
        recusals.decide(recusal, grant=grant, actor=call.user, answer=answer, now=call.now)
    except Refusal as refusal:
        return _wrong(call, case, told(refusal), typed=answer, status=409)
    call.tell("已决定。")
    return redirect("office:case", number=case.number)


@asks(Verb.DRAFT_CASE, Verb.DECIDE_CASE, of=NUMBERED, methods=("POST",))
def case_code(call: Call, case: Case) -> HttpResponse:
    """Give a look-up code and show its receipt this once; an earlier code no longer opens the case."""
    if case.subject is None:
        raise Refusal("CW2", "这类事项不对外查询进度。", advice="请在业务系统中查看。")
    code = give_code(case.public_id, actor=call.user, now=call.now)
    return receipt_of(call, case, code)
