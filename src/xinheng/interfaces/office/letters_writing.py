"""Writing a letter of a case: which may go out now, the form of each kind, a look at the paper, issuing it."""

from typing import Any, ClassVar

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header

from xinheng.core.letters import Field, FieldType, LetterKind, Values, newest
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.owned import CASE
from xinheng.interfaces.web.parts import Crumb
from xinheng.interfaces.web.refusals import Beside, refusals_on
from xinheng.services.letters import Draft, along, issue_letter, organ_of, possible, preview, readings_of
from xinheng.services.letters_begun import begun
from xinheng.services.time import day_of
from xinheng.store.casework import Case

_WORDS = "field-"


class LetterForm(forms.Form):
    """The fields of one kind of letter, and what stands in every letter."""

    beside: ClassVar[Beside] = {"LI3": "terms_confirmed"}

    def __init__(
        self,
        kind: LetterKind,
        case: Case,
        *,
        loose: bool,
        data: Any = None,
        contact: str = "",
        known: Values | None = None,
    ) -> None:
        begun = {_WORDS + key: value for key, value in (known or {}).items()}
        super().__init__(data, initial={"contact": contact, **begun})
        self.kind = kind
        for one in kind.fields:
            self.fields[_WORDS + one.key] = _control(one)
        if case.subject is None or kind.kind == "retraction":
            self.fields["addressee"] = forms.CharField(
                label="受文单位",
                max_length=120,
                error_messages={"required": "请填写受文单位。"},
            )
        self.fields["contact"] = forms.CharField(
            label="联系方式",
            max_length=200,
            help_text="承办科室、地址和办公电话，不写个人手机。",
            error_messages={"required": "请填写联系方式。"},
        )
        if loose:
            self.fields["terms_confirmed"] = forms.BooleanField(
                label="我已对照法律原文核对上述期限", required=False
            )

    def draft(self) -> Draft:
        given = self.cleaned_data
        return Draft(
            kind=self.kind.kind,
            values={one.key: given.get(_WORDS + one.key) or "" for one in self.kind.fields},
            contact=given["contact"],
            addressee=given.get("addressee", ""),
            terms_confirmed=bool(given.get("terms_confirmed")),
        )


def _control(field: Field) -> forms.Field:
    words: dict[str, Any] = {
        "label": field.label,
        "required": field.required,
        "help_text": field.hint or ("一行一项。" if field.type is FieldType.LIST else ""),
        "error_messages": {"required": f"请填写{field.label}。", "invalid": "日期请写成 2026-11-20 这样。"},
    }
    if field.type is FieldType.DAY:
        return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **words)
    if field.type in (FieldType.TEXT, FieldType.LIST):
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), **words)
    return forms.CharField(**words)


@asks(Verb.DRAFT_CASE, of=CASE, methods=("GET", "POST"))
@once
def write_letter(call: Call, case: Case) -> HttpResponse:
    """Choose a kind, fill it in, look at it, issue it."""
    kinds = possible(case)
    wanted = call.request.POST.get("kind") or call.request.GET.get("kind", "")
    kind = next((one for one in kinds if one.kind == wanted), None)
    if kind is None:
        return _choose(call, case, kinds)
    terms = readings_of(kind, policy=call.policy, on=day_of(call.now)).values()
    loose = any(not one.verified for one in terms)
    form = LetterForm(
        kind,
        case,
        loose=loose,
        data=call.request.POST if call.request.method == "POST" else None,
        contact=organ_of(case.organisation, policy=call.policy),
        known=begun(case, kind.kind, policy=call.policy, on=day_of(call.now)),
    )
    if case.kind == "misuse":
        form.initial["addressee"] = "投诉人"
    if form.is_valid():
        with refusals_on(form, form.beside):
            return _carry_out(call, case, form.draft())
    shown = [
        {"title": one.title, "words": str(one), "citation": one.citation, "verified": one.verified}
        for one in terms
    ]
    return call.render(
        "letter_write",
        {"crumbs": _crumbs(case, kind.title), "case": _case(case), "kind": kind, "form": form, "terms": shown,
         "goes_along": _along(call, case, kind), "write_url": _url(case), "fields": [form[name] for name in form.fields if name != "terms_confirmed"]},
    )  # fmt: skip


def _along(call: Call, case: Case, kind: LetterKind) -> list[dict[str, Any]]:
    """What is issued and served with the letter, as it stands in the file today."""
    drafts = along(case, kind, Draft(kind=kind.kind, values={}, contact=""), policy=call.policy, now=call.now)
    return [
        {
            "title": newest(one.kind).title,
            "fields": [(newest(one.kind).field(key).label, words) for key, words in one.values.items()],
        }
        for one in drafts
    ]


def _carry_out(call: Call, case: Case, draft: Draft) -> HttpResponse:
    if call.request.POST.get("act") == "look":
        response = HttpResponse(
            preview(case, draft, policy=call.policy, now=call.now), content_type="application/pdf"
        )
        response["Content-Disposition"] = content_disposition_header(True, "草稿.pdf") or "attachment"
        return response
    row = issue_letter(case.public_id, draft, actor=call.user, policy=call.policy, now=call.now)
    with_it = "".join(f"和《{newest(one).title}》" for one in newest(row.kind).together)
    call.tell(
        f"已签发《{row.title}》{with_it}（{row.number}），请打印，一并送达。"
        if with_it
        else f"已签发《{row.title}》（{row.number}），请打印送达。"
    )
    return redirect("office:letter", letter=row.public_id)


def _choose(call: Call, case: Case, kinds: tuple[LetterKind, ...]) -> HttpResponse:
    choices = [
        {"title": kind.title, "url": f"{_url(case)}?kind={kind.kind}", "adverse": kind.follows_step}
        for kind in kinds
    ]
    context = {"crumbs": _crumbs(case, "写文书"), "case": _case(case), "choices": choices}
    return call.render("letter_choose", context)


def _case(case: Case) -> dict[str, str]:
    return {
        "number": case.number,
        "title": case.title,
        "subject": case.subject.name if case.subject else "",
    }


def _url(case: Case) -> str:
    return reverse("office:write_letter", kwargs={"case": case.public_id})


def _crumbs(case: Case, last: str) -> list[Crumb]:
    return [Crumb("文书送达", reverse("office:letters")), Crumb(case.number, _url(case)), Crumb(last)]
