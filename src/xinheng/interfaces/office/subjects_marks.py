"""The marks of one subject: government body or state-owned enterprise, superior unit, audit office, source, days.

Their failures are told to the superior unit and the audit office (汴政办〔2020〕46号第17项).
"""

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.form_page import form_page
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.owned import SUBJECT
from xinheng.interfaces.office.records_shown import file_crumbs
from xinheng.interfaces.web.parts import Crumb
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.flags import Mark, mark_subject
from xinheng.services.flags import end_mark as end
from xinheng.services.merged_files import one_with
from xinheng.services.superiors import letters_of
from xinheng.store.flags import Addressee, FlagKind, SubjectFlag, SuperiorLetter
from xinheng.store.subjects import Subject

_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class MarkForm(forms.Form):
    kind = forms.ChoiceField(label="性质", choices=FlagKind.choices)
    superior = forms.CharField(
        label="上级单位", max_length=200, error_messages={"required": "请填写上级单位。"}
    )
    audit_contact = forms.CharField(
        label="审计机关及办公电话",
        max_length=200,
        error_messages={"required": "请填写审计机关。"},
    )
    source = forms.CharField(
        label="来源（文件名称和文号）", max_length=300, error_messages={"required": "请写明来源文件。"}
    )
    from_on = forms.DateField(label="起", widget=_DAY, error_messages={"required": "请填写起始日期。"})


class EndForm(forms.Form):
    to_on = forms.DateField(label="终止日期", widget=_DAY, error_messages={"required": "请填写终止日期。"})
    reason = forms.CharField(label="理由", max_length=300, error_messages={"required": "请写明理由。"})


@asks(Verb.READ_SUBJECT_FILE, of=SUBJECT)
def marks(call: Call, subject: Subject) -> HttpResponse:
    own = {"subject": subject.public_id}
    may = bool(call.may(Verb.FLAG_SUBJECT, SUBJECT.target(call, subject)))
    own_rows = SubjectFlag.objects.filter(subject__in=one_with(subject)).order_by("-pk")
    rows = own_rows.select_related("set_by", "ended_by")
    context = {
        "crumbs": _crumbs(subject),
        "subject": subject.name,
        "add_url": reverse("office:add_mark", kwargs=own) if may else "",
        "letters_url": reverse("office:superior_letters", kwargs=own),
        "letters": [
            {
                "addressee": Addressee(one.addressee).label,
                "to": one.addressed_to,
                "title": one.title,
                "written_at": one.written_at,
                "state": state_of(one),
            }
            for one in letters_of(subject)
        ],
        "marks": [
            {
                "kind": FlagKind(one.kind).label,
                "superior": one.superior,
                "audit_contact": one.audit_contact,
                "source": one.source,
                "from_on": one.from_on,
                "to_on": one.to_on,
                "by": one.set_by.display_name,
                "ended": one.ended_reason,
                "end_url": reverse("office:end_mark", kwargs={**own, "number": one.pk})
                if may and one.ended_at is None
                else "",
            }
            for one in rows
        ],
    }
    return call.render("marks", context)


def state_of(letter: SuperiorLetter) -> str:
    """How far a letter to superior unit or audit office has come."""
    if letter.void_told_on is not None:
        return f"已撤回，{letter.void_told_on} 已告知收文单位作废"
    if letter.withdrawn_at is not None and letter.released_at is not None:
        return "已撤回，须告知收文单位作废"
    if letter.withdrawn_at is not None:
        return "已撤回"
    if letter.served_on is not None:
        return "已送达"
    return "已签发，待送达" if letter.released_at is not None else "待签发"


@asks(Verb.FLAG_SUBJECT, of=SUBJECT, methods=("GET", "POST"))
@once
def add_mark(call: Call, subject: Subject) -> HttpResponse:
    form = MarkForm(call.request.POST or None, initial={"from_on": call.today})
    if call.request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        mark = Mark(**{**given, "kind": FlagKind(given["kind"])})
        with refusals_on(form):
            mark_subject(subject, mark, actor=call.user, now=call.now)
            return _back(subject)
    return _form(call, subject, form, heading="标注主体性质", button="标注")


@asks(Verb.FLAG_SUBJECT, of=SUBJECT, methods=("GET", "POST"))
@once
def end_mark(call: Call, subject: Subject, number: int) -> HttpResponse:
    form = EndForm(call.request.POST or None, initial={"to_on": call.today})
    if call.request.method == "POST" and form.is_valid():
        with refusals_on(form):
            end(number, subject=subject, actor=call.user, now=call.now, **form.cleaned_data)
            return _back(subject)
    return _form(call, subject, form, heading="终止标注", button="终止")


def _back(subject: Subject) -> HttpResponse:
    return redirect("office:marks", subject=subject.public_id)


def _form(call: Call, subject: Subject, form: forms.Form, *, heading: str, button: str) -> HttpResponse:
    lead = f"{subject.name}。标注用于向上级单位和审计机关通报，不作为评价的分值。"
    crumbs = _crumbs(subject, Crumb(heading))
    return form_page(call, form, crumbs, heading=heading, lead=lead, button=button)


def _crumbs(subject: Subject, *more: Crumb) -> list[Crumb]:
    here = reverse("office:marks", kwargs={"subject": subject.public_id})
    return file_crumbs(subject, Crumb("主体性质", here), *more)
