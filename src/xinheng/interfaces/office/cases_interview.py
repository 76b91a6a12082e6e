"""Interviews in the office: the form that drafts one, its part of the page, the forms of its steps."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.interviews import Manner
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.cases_begun import begun_on, record_of
from xinheng.interfaces.office.cases_kinds import CaseKind, StepForm, given_of, words_field
from xinheng.interfaces.office.once import once
from xinheng.interfaces.web.parts import Crumb
from xinheng.interfaces.web.refusals import Beside, refusals_on
from xinheng.services import interviews
from xinheng.services.case_grounds import demand_fault
from xinheng.services.interviews import (
    Minutes,
    call_interview,
    draft_interview,
    facts_of,
    put_off,
    register_missed,
    revise_call,
    write_minutes,
)
from xinheng.store.casework import Case

_DAY = {"required": "请填写日期。", "invalid": "日期写作 2026-11-20。"}


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), error_messages=_DAY
    )


def _place() -> forms.CharField:
    return forms.CharField(
        label="时间和地点", max_length=200, error_messages={"required": "请写明时间和地点。"}
    )


class InterviewForm(forms.Form):
    """Whom, why, when and where."""

    manner = forms.ChoiceField(
        label="约谈类型", choices=[(one.value, one.label) for one in Manner], widget=forms.RadioSelect
    )
    cause = words_field("约谈事由", most=1000)
    meeting_on = _day("约谈日期")
    place = _place()
    reason = words_field("事实和理由", rows=3, most=1000)


_OF_THE_DAY: Beside = {"IV2": "meeting_on", "IV6": "meeting_on", "IV7": "meeting_on"}


class ReviseForm(StepForm):
    """The draft as it stands, to be changed."""

    beside: ClassVar[Beside] = _OF_THE_DAY
    cause = words_field("约谈事由", most=1000)
    meeting_on = _day("约谈日期")
    place = _place()

    def __init__(self, step: Any, case: Case, *args: Any, **kwargs: Any) -> None:
        super().__init__(step, case, *args, **kwargs)
        facts = facts_of(case)
        self.initial.update({name: facts[name] for name in ("cause", "meeting_on", "place")})


class AppointForm(StepForm):
    """Another day and place."""

    beside: ClassVar[Beside] = _OF_THE_DAY

    meeting_on = _day("约谈日期")
    place = _place()


class MinutesForm(StepForm):
    """What was said; offices held, no names."""

    beside: ClassVar[Beside] = {"IV3": "held_on", "IV10": "held_on"}

    held_on = _day("约谈日期")
    attended = words_field("参加人身份", rows=3)
    said = words_field("约谈内容")
    views = words_field("企业的陈述和意见")
    agreed = words_field("整改要求和期限", rows=3, required=False)

    def __init__(self, step: Any, case: Case, *args: Any, **kwargs: Any) -> None:
        super().__init__(step, case, *args, **kwargs)
        facts = facts_of(case)
        kept = ("attended", "said", "views", "agreed")
        self.initial.update({name: facts[name] for name in kept if name in facts})
        self.initial["held_on"] = facts.get("held_on", facts.get("meeting_on"))


@asks(Verb.DRAFT_CASE, methods=("GET", "POST"))
@once
def new_interview(call: Call) -> HttpResponse:
    """Draft an interview on one record, named in the address."""
    record = record_of(call)
    demand_fault(record, deed="约谈", policy=call.policy)
    posted = call.request.POST if call.request.method == "POST" else None
    form = InterviewForm(posted, initial={"manner": Manner.REMINDER.value})
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        wanted = interviews.Call(
            subject=record.subject,
            record=record.record_key,
            manner=Manner(given["manner"]),
            cause=given["cause"],
            meeting_on=given["meeting_on"],
            place=given["place"],
            reason=given["reason"],
        )
        with refusals_on(form, _OF_THE_DAY):
            case = draft_interview(wanted, actor=call.user, policy=call.policy, now=call.now)
            call.tell("已拟定，由另一人决定后发约谈通知书。")
            return redirect("office:case", number=case.number)
    context = {
        "crumbs": [Crumb("办理事项", reverse("office:cases")), Crumb("约谈")],
        **begun_on(call, record),
        "form": form,
    }
    return call.render("case_call", context)


def _shown(call: Call, case: Case) -> Mapping[str, Any]:
    facts = facts_of(case)
    return {
        "told": facts,
        "manner": Manner(facts["manner"]).label,
        "meeting_on": date.fromisoformat(facts["meeting_on"]),
        "held_on": date.fromisoformat(facts["held_on"]) if "held_on" in facts else None,
    }


def _call(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    return call_interview(case, **given_of(call, form))


def _revise(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    words = {name: form.cleaned_data[name] for name in ("cause", "meeting_on", "place")}
    return revise_call(case, **words, **given_of(call, form))


def _appoint(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    words = {name: form.cleaned_data[name] for name in ("meeting_on", "place")}
    return put_off(case, **words, **given_of(call, form))


def _miss(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    return register_missed(case, **given_of(call, form))


def _minute(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    given = form.cleaned_data
    minutes = Minutes(
        held_on=given["held_on"],
        attended=given["attended"],
        said=given["said"],
        views=given["views"],
        agreed=given["agreed"],
    )
    return write_minutes(case, verb, minutes, **given_of(call, form))


INTERVIEW = CaseKind(
    key="interview",
    title="约谈",
    part="office/case_interview.html",
    shown=_shown,
    forms={"revise": ReviseForm, "put_off": AppointForm, "minute": MinutesForm, "amend": MinutesForm},
    acts={
        "revise": _revise,
        "call": _call,
        "put_off": _appoint,
        "miss": _miss,
        "minute": _minute,
        "amend": _minute,
    },
)
