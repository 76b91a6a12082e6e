"""Objections in the office: taken at the window, looked into by the source, answered by another person, reviewed above.

Whoever has no account is helped here; what another platform sent is entered here where no system pushes it (X-12).
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.http import HttpResponse
from django.urls import reverse

from xinheng.core.days import first_day_off, last_day
from xinheng.core.flows import Step
from xinheng.core.ids import normalise_code
from xinheng.core.objections import Aim, Answer, Channel, Claim
from xinheng.core.records import Finality, Seriousness
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.cases_kinds import CaseKind, StepForm, given_of
from xinheng.interfaces.office.cases_receipt import receipt_of
from xinheng.interfaces.office.cases_service import but_service, serve_by_letter
from xinheng.interfaces.office.once import once
from xinheng.interfaces.web.parts import Crumb
from xinheng.interfaces.web.refusals import Beside, refusals_on
from xinheng.services.ledger import note
from xinheng.services.objections import (
    Found,
    Lodged,
    Pushed,
    answer,
    ask_review,
    lodge,
    receive,
    register_review,
    report_finding,
    reported,
    retract,
)
from xinheng.services.objections_aims import Aimed, aimed, things_of
from xinheng.services.objections_remedy import Words, remedy_of
from xinheng.services.subjects import subject_of_code
from xinheng.store.casework import Case
from xinheng.store.objections import Objection
from xinheng.store.subjects import Subject

_KEEP = ("", "不改")
_PROPOSALS = (Answer.UPHELD, Answer.CORRECTED, Answer.WITHDRAWN)


class LodgeForm(forms.Form):
    """What the enterprise says; the lower fields where another platform passed it on."""

    wrong = forms.CharField(
        label="哪里有误", max_length=1000, widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "请写明哪里有误。"},
    )  # fmt: skip
    wanted = forms.CharField(
        label="希望怎样处理", max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    platform = forms.CharField(label="转来的平台", max_length=80, required=False)
    number = forms.CharField(label="在该平台的编号", max_length=80, required=False)


class FindingForm(StepForm):
    """What was found, what is proposed, and what is right where a record is to be corrected."""

    beside: ClassVar[Beside] = {"OB15": "proposal"}
    proposal = forms.ChoiceField(
        label="处理意见",
        choices=[("", "请选择"), *((one.value, one.label) for one in _PROPOSALS)],
        error_messages={"required": "请选择处理意见。"},
    )
    amount = forms.DecimalField(
        label="更正金额（元）", required=False, min_value=Decimal(0), decimal_places=2
    )
    valid_to = forms.DateField(
        label="更正有效期至", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    seriousness = forms.ChoiceField(
        label="更正失信程度",
        required=False,
        choices=[_KEEP, *((str(int(one)), one.label) for one in Seriousness)],
    )
    finality = forms.ChoiceField(
        label="更正效力", required=False, choices=[_KEEP, *((str(int(one)), one.label) for one in Finality)]
    )
    field_name = forms.CharField(label="更正的内容项", max_length=60, required=False)
    field_value = forms.CharField(label="该项的正确内容", max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = "核查情况"
        self.fields["reason"].error_messages["required"] = "请写明核查情况。"

    def found(self) -> Found:
        given = self.cleaned_data
        values: dict[str, Any] = {
            name: int(given[name]) for name in ("seriousness", "finality") if given[name]
        }
        if given["amount"] is not None:
            values["amount_fen"] = int(given["amount"] * 100)
        if given["valid_to"] is not None:
            values["valid_to"] = first_day_off(given["valid_to"]).isoformat()
        name = given["field_name"].strip()
        return Found(
            finding=given["reason"],
            proposal=Answer(given["proposal"]),
            values=values,
            fields={name: given["field_value"].strip()} if name else {},
        )


class WithdrawForm(StepForm):
    """The decision; for a listing or measure also what is said of the error in public."""

    beside: ClassVar[Beside] = {"RM3": "text"}
    text = forms.CharField(
        label="更正声明", max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    publish = forms.BooleanField(label="企业要求公示更正声明", required=False)

    def __init__(self, step: Step, case: Case, *args: Any, **kwargs: Any) -> None:
        super().__init__(step, case, *args, **kwargs)
        if not Objection.objects.filter(case=case, aim__in=(Aim.LIST_ENTRY, Aim.MEASURE)).exists():
            del self.fields["text"], self.fields["publish"]


def _running(subject: Subject) -> dict[str, str]:
    """What is objected to already, each with the number of its case."""
    marked = Objection.objects.filter(subject=subject, mark_removed_at__isnull=True)
    return dict(marked.values_list("reference", "case__number"))


@asks(Verb.ASSIST_ENTERPRISE)
def objection_desk(call: Call) -> HttpResponse:
    """Find the enterprise by its code, then what it objects to."""
    code = normalise_code(call.request.GET.get("code", ""))[:18]
    subject = subject_of_code(code)
    things: list[dict[str, str]] = []
    if subject is not None:
        note(
            "subject.checked",
            now=call.now,
            actor=call.user,
            subject=subject.public_id,
            reason="协助提出异议",
        )
        here = reverse("office:new_objection", kwargs={"subject": subject.public_id})
        running = _running(subject)
        things = [
            {
                "kind": one.aim.label,
                "words": one.words,
                "url": f"{here}?about={one.reference}",
                "running": running.get(one.reference, ""),
                "running_url": reverse("office:case", kwargs={"number": running[one.reference]})
                if one.reference in running
                else "",
            }
            for one in things_of(subject, policy=call.policy)
        ]
    context = {
        "crumbs": [Crumb("办理事项", reverse("office:cases")), Crumb("代提异议")],
        "code": code,
        "subject": subject.name if subject else "",
        "unknown": bool(code) and subject is None,
        "things": things,
    }
    return call.render("objection_desk", context)


@asks(Verb.ASSIST_ENTERPRISE, methods=("GET", "POST"))
@once
def new_objection(call: Call, subject: str) -> HttpResponse:
    """The objection of one enterprise to one thing; the receipt shows the code this once."""
    firm = Subject.objects.filter(public_id=subject, merged_into=None).first()
    if firm is None:
        raise Refusal("OB8", "没有这个主体。", advice="请按统一社会信用代码重新查找。")
    thing = aimed(firm, call.request.GET.get("about", "")[:60], policy=call.policy)
    form = LodgeForm(call.request.POST if call.request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        with refusals_on(form):
            lodged = _lodged(call, form.cleaned_data, thing)
            return receipt_of(call, lodged.case, lodged.code)
    desk = f"{reverse('office:objection_desk')}?code={firm.code or ''}"
    context = {
        "crumbs": [Crumb("办理事项", reverse("office:cases")), Crumb("代提异议", desk), Crumb(firm.name)],
        "subject": firm.name,
        "thing": {"kind": thing.aim.label, "words": thing.words},
        "form": form,
    }
    return call.render("objection_form", context)


def _lodged(call: Call, given: Mapping[str, str], thing: Aimed) -> Lodged:
    claim = Claim(wrong=given["wrong"], wanted=given["wanted"])
    about = {"subject": thing.subject, "reference": thing.reference, "policy": call.policy, "now": call.now}
    if given["platform"] or given["number"]:
        pushed = Pushed(platform=given["platform"], number=given["number"])
        return receive(claim, pushed, **about)  # type: ignore[arg-type]
    return lodge(claim, actor=call.user, **about)  # type: ignore[arg-type]


def _shown(call: Call, case: Case) -> Mapping[str, Any]:
    objection = Objection.objects.select_related("source").get(case=case)
    said = reported(case)
    return {
        "objection": {
            "kind": Aim(objection.aim).label,
            "words": objection.words,
            "wrong": objection.wrong,
            "wanted": objection.wanted,
            "channel": Channel(objection.channel).label,
            "pushed": f"{objection.pushed_by} {objection.pushed_number}".strip(),
            "source": call.tree.name(objection.source_id) if objection.source_id else "平台自有信息",
            "marked": objection.mark_removed_at is None,
            "answer": Answer(objection.answer).label if objection.answer else "",
        },
        "proposal": Answer(said["proposal"]).label if said else "",
        "right": _right(said) if said else [],
        "remedy": _remedy(case),
    }


def _remedy(case: Case) -> tuple[str, str] | None:
    """Number and address of the case in which the harm of the error is undone."""
    found = remedy_of(case)
    return (found.number, reverse("office:case", kwargs={"number": found.number})) if found else None


def _right(said: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the source says is right, in words."""
    words = {"amount_fen": "金额", "valid_to": "有效期至", "seriousness": "失信程度", "finality": "效力"}
    found = []
    for name, value in said.get("values", {}).items():
        text = str(value)
        if name == "amount_fen":
            text = f"{Decimal(value) / 100} 元"
        elif name == "valid_to":
            text = last_day(date.fromisoformat(value)).isoformat()
        elif name == "seriousness":
            text = Seriousness(value).label
        elif name == "finality":
            text = Finality(value).label
        found.append((words.get(name, name), text))
    return [*found, *said.get("fields", {}).items()]


def _found(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    assert isinstance(form, FindingForm)
    seen = form.cleaned_data["seen"]
    return report_finding(case, form.found(), actor=call.user, policy=call.policy, now=call.now, seen=seen)


def _answered(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    given = form.cleaned_data
    words = Words(text=given.get("text", ""), publish=bool(given.get("publish")))
    return answer(case, verb, words=words, **given_of(call, form))


def _retracted(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    return retract(case, **given_of(call, form))


def _asked(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    return ask_review(case, **given_of(call, form))


def _reviewed(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    return register_review(case, verb, **given_of(call, form))


OBJECTION = CaseKind(
    key="objection",
    title="异议处理",
    part="office/case_objection.html",
    shown=_shown,
    offers=but_service,
    forms={"reply": FindingForm, "find": FindingForm, "withdraw": WithdrawForm},
    acts={
        **dict.fromkeys(("reply", "find"), _found),
        **dict.fromkeys(("correct", "withdraw", "uphold"), _answered),
        "serve": serve_by_letter,
        "retract": _retracted,
        "ask_review": _asked,
        **dict.fromkeys(("review_uphold", "review_change"), _reviewed),
    },
)
