"""Letters that tell superior unit and audit office of a failure of a marked subject: written, released by another
person, sent and received, withdrawn with their decision (汴政办〔2020〕46号第17项; legal guards G3, G17).
"""

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.form_page import form_page
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.owned import SUBJECT
from xinheng.interfaces.office.records_shown import file_crumbs, record_url, title_of
from xinheng.interfaces.office.wording import DEEDS
from xinheng.interfaces.web.parts import Crumb
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.merged_files import one_with
from xinheng.services.superiors import (
    Receipt,
    VoidTold,
    grounds_for,
    letters_of,
    notify_superior,
    release_letter,
    serve_letter,
    tell_void,
)
from xinheng.store.flags import Addressee, DeliveryWay, FlagKind, SubjectFlag, SuperiorLetter, VoidWay
from xinheng.store.subjects import Subject

_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
_UNSAID = ("", "请选择")
_NOTHING = {
    "flag": "这家单位还没有标注为机关事业单位或者国有企业；请先在“主体性质”里标注。",
    "record": "没有可以通报的现行有效、已经终局的决定。",
}


class TellForm(forms.Form):
    """``flag`` offers the open marks of the subject, ``record`` its decisions that stand; neither is chosen beforehand."""

    flag = forms.TypedChoiceField(
        label="主体性质", coerce=int, error_messages={"required": "请选择主体性质。"}
    )
    record = forms.TypedChoiceField(
        label="所依据的决定", coerce=int, error_messages={"required": "请选择所依据的决定。"}
    )
    reason = forms.CharField(
        label="理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明理由。"},
    )

    def __init__(self, call: Call, subject: Subject, *args: Any) -> None:
        super().__init__(*args)
        marks = [
            (one.pk, f"{FlagKind(one.kind).label}（上级单位：{one.superior}）") for one in _marks(subject)
        ]
        records = [
            (one.record_key, f"{one.decided_on or ''} {title_of(call, one)} {one.detail.document_no}".strip())
            for one in grounds_for(subject, policy=call.policy)
        ]
        for name, offered in (("flag", marks), ("record", records)):
            self.fields[name].choices = [_UNSAID, *offered]  # type: ignore[attr-defined]
            if not offered:
                self.fields[name].error_messages["required"] = _NOTHING[name]


class ServeForm(forms.Form):
    way = forms.ChoiceField(
        label="送达方式",
        choices=[_UNSAID, *DeliveryWay.choices],
        error_messages={"required": "请选择送达方式。"},
    )
    on = forms.DateField(
        label="收文日期", widget=_DAY, error_messages={"required": "请填写收文单位签收的日期。"}
    )
    proof = forms.CharField(
        label="凭证（签收单、回执或邮件号码）",
        max_length=200,
        error_messages={"required": "请填写送达凭证。"},
    )


class VoidForm(forms.Form):
    way = forms.ChoiceField(
        label="告知方式",
        choices=[_UNSAID, *VoidWay.choices],
        error_messages={"required": "请选择告知方式。"},
    )
    to = forms.CharField(
        label="告知了哪个单位或处室（不写个人姓名）",
        max_length=200,
        error_messages={"required": "请填写收文单位或者处室。"},
    )
    on = forms.DateField(
        label="告知日期", widget=_DAY, error_messages={"required": "请填写收文单位知道作废的日期。"}
    )
    proof = forms.CharField(
        label="凭证（签收单、回执或邮件号码；没有寄出的写原件现在何处）",
        max_length=200,
        error_messages={"required": "请填写凭证。"},
    )


def _marks(subject: Subject) -> list[SubjectFlag]:
    return list(SubjectFlag.objects.filter(subject__in=one_with(subject), ended_at__isnull=True))


@asks(Verb.READ_SUBJECT_FILE, of=SUBJECT)
def superior_letters(call: Call, subject: Subject) -> HttpResponse:
    own = {"subject": subject.public_id}
    may = bool(call.may(Verb.FLAG_SUBJECT, SUBJECT.target(call, subject)))
    context = {
        "crumbs": _crumbs(subject),
        "subject": subject.name,
        "add_url": reverse("office:tell_superior", kwargs=own) if may and _marks(subject) else "",
        "letters": [_line(call, subject, one, may=may) for one in letters_of(subject)],
    }
    return call.render("superior_letters", context)


def _line(call: Call, subject: Subject, one: SuperiorLetter, *, may: bool) -> dict[str, Any]:
    part = {"subject": subject.public_id, "letter": one.public_id}
    open_one = one.released_at is None and one.withdrawn_at is None
    other = one.written_by_id != call.user.pk
    decides = bool(call.may(Verb.DECIDE_CASE, call.of(one.written_by.organisation_id)))
    waits = one.released_at is not None and one.withdrawn_at is None and one.served_on is None
    to_tell = one.withdrawn_at is not None and one.released_at is not None and one.void_told_on is None
    return {
        "addressee": Addressee(one.addressee).label,
        "to": one.addressed_to,
        "title": one.title,
        "text": one.text,
        "ground": one.ground.detail.document_no or title_of(call, one.ground),
        "ground_url": record_url(subject, one.ground),
        "reason": one.reason,
        "written_by": one.written_by.display_name,
        "written_at": one.written_at,
        "released_by": one.released_by.display_name if one.released_by else "",
        "released_at": one.released_at,
        "served_on": one.served_on,
        "served": f"{one.get_served_way_display()}　{one.served_proof}" if one.served_on else "",
        "withdrawn_at": one.withdrawn_at,
        "withdrawn_why": f"依据已{DEEDS[one.withdrawn_why]}"
        if one.withdrawn_why in DEEDS
        else one.withdrawn_why,
        "tell_again": to_tell,
        "void_told_on": one.void_told_on,
        "void_told": f"{one.void_told_to}　{one.get_void_told_way_display()}　{one.void_told_proof}"
        if one.void_told_on
        else "",
        "void_url": reverse("office:tell_superior_void", kwargs=part) if to_tell and may else "",
        "release_url": reverse("office:release_superior", kwargs=part)
        if open_one and decides and other
        else "",
        "why_not": "须由写成人以外、有“决定人”职责的另一人签发。"
        if open_one and not (decides and other)
        else "",
        "serve_url": reverse("office:serve_superior", kwargs=part) if waits and may else "",
    }


@asks(Verb.FLAG_SUBJECT, of=SUBJECT, methods=("GET", "POST"))
@once
def tell_superior(call: Call, subject: Subject) -> HttpResponse:
    form = TellForm(call, subject, call.request.POST or None)
    if call.request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        mark = next(one for one in _marks(subject) if one.pk == given["flag"])
        with refusals_on(form):
            notify_superior(
                mark,
                record_key=given["record"],
                reason=given["reason"],
                actor=call.user,
                policy=call.policy,
                now=call.now,
            )
            call.tell("已写成，由另一人签发后才能发出。")
            return _back(subject)
    lead = f"{subject.name}。只依据现行有效、已经终局的决定；写成后由另一人签发，决定失效时自动撤回。"
    heading = "通报上级单位和审计机关"
    crumbs = _crumbs(subject, Crumb(heading))
    return form_page(call, form, crumbs, heading=heading, lead=lead, button="写成通报")


@asks(Verb.DECIDE_CASE, methods=("POST",))
@once
def release_superior(call: Call, subject: str, letter: str) -> HttpResponse:
    found, about = _letter(subject, letter)
    call.demand(Verb.DECIDE_CASE, call.of(found.written_by.organisation_id))
    release_letter(found.public_id, actor=call.user, now=call.now)
    call.tell("已签发。送达后请登记收文日期和凭证。")
    return _back(about)


@asks(Verb.FLAG_SUBJECT, of=SUBJECT, methods=("GET", "POST"))
@once
def serve_superior(call: Call, subject: Subject, letter: str) -> HttpResponse:
    found, _ = _letter(subject.public_id, letter)
    form = ServeForm(call.request.POST or None, initial={"on": call.today})
    if call.request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        receipt = Receipt(on=given["on"], way=DeliveryWay(given["way"]), proof=given["proof"])
        with refusals_on(form, {"SUP10": "proof", "SUP11": "on"}):
            serve_letter(found.public_id, receipt, actor=call.user, now=call.now)
            return _back(subject)
    lead = f"{found.title}，收文单位：{found.addressed_to}。机关之间的公文，不起算当事人的期限。"
    crumbs = _crumbs(subject, Crumb("登记送达"))
    return form_page(call, form, crumbs, heading="登记送达", lead=lead, button="登记")


@asks(Verb.FLAG_SUBJECT, of=SUBJECT, methods=("GET", "POST"))
@once
def tell_superior_void(call: Call, subject: Subject, letter: str) -> HttpResponse:
    """Register that the receiver knows that the letter is void."""
    found, _ = _letter(subject.public_id, letter)
    form = VoidForm(call.request.POST or None, initial={"on": call.today, "to": found.addressed_to})
    if call.request.method == "POST" and form.is_valid():
        with refusals_on(form, {"SUP14": "on", "SUP15": "way"}):
            told = VoidTold(**form.cleaned_data | {"way": VoidWay(form.cleaned_data["way"])})
            tell_void(found.public_id, told, actor=call.user, now=call.now)
            call.tell("已登记告知作废。")
            return _back(subject)
    heading = f"登记告知作废：{found.addressed_to}"
    lead = f"{found.title}。所依据的决定已经终止，通报已经撤回；收文单位须知道它不再有效。"
    crumbs = _crumbs(subject, Crumb(heading))
    return form_page(call, form, crumbs, heading=heading, lead=lead, button="登记")


def _letter(subject: str, letter: str) -> tuple[SuperiorLetter, Subject]:
    about = Subject.objects.filter(public_id=subject).first()
    found = letters_of(about).filter(public_id=letter).first() if about else None
    if about is None or found is None:
        raise Http404
    return found, about


def _back(subject: Subject) -> HttpResponse:
    return redirect("office:superior_letters", subject=subject.public_id)


def _crumbs(subject: Subject, *more: Crumb) -> list[Crumb]:
    own = {"subject": subject.public_id}
    return file_crumbs(
        subject,
        Crumb("主体性质", reverse("office:marks", kwargs=own)),
        Crumb("通报", reverse("office:superior_letters", kwargs=own)),
        *more,
    )
