"""Repair in the office: the window looks up what may be repaired and registers applications; the forms of the steps."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from xinheng.core.ids import normalise_code
from xinheng.core.policy import Policy
from xinheng.core.records import Seriousness
from xinheng.core.repair import FREE
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.cases_kinds import Act as StepAct
from xinheng.interfaces.office.cases_kinds import CaseKind, PolicyForm, StepForm, given_of, take
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.wording import item_title
from xinheng.interfaces.web.parts import Crumb, Link
from xinheng.interfaces.web.refusals import refusals_on, told
from xinheng.interfaces.web.repair_sheet import sheet_of
from xinheng.services.cases import last_step
from xinheng.services.ledger import note
from xinheng.services.repair_decisions import Act, annul, ask_completion, complete, grant
from xinheng.services.repair_pledges import accept_with_pledge
from xinheng.services.repair_writing import Said, with_letter
from xinheng.services.repairs import (
    SYSTEMS,
    Application,
    Lodging,
    OwnMatter,
    answer_for,
    answer_here,
    handed_of,
    lodge,
    matters_of,
    missing_of,
    open_record,
)
from xinheng.services.subjects import subject_of_code
from xinheng.store.casework import Case
from xinheng.store.repairs import RepairApplication, RepairSource

_SOURCES = [
    (one.value, one.label) for one in (RepairSource.CREDIT_CHINA, RepairSource.PUBLICITY_SYSTEM, *SYSTEMS[2:])
]
_NO_DAY = {"required": "请填写日期。", "invalid": "日期写作 2026-11-20。"}


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"})


class _Materials(forms.Form):
    """Materials are called as the rules of repair call them (``named``)."""

    duty_done = forms.CharField(max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    pledged = forms.BooleanField(label="企业已作出信用修复承诺（承诺书已签）", required=False)

    def named(self, policy: Policy) -> None:
        self.fields["duty_done"].label = policy.repair.materials["duty_done"].title

    def application(self) -> Application:
        given = self.cleaned_data
        handed = {"duty_done": given["duty_done"]} if given["duty_done"] else {}
        return Application(handed=handed, pledged=given["pledged"])


class _Lodged(forms.Form):
    source = forms.ChoiceField(label="在哪里提出", choices=_SOURCES)
    external = forms.CharField(
        label="网站上的申请编号", max_length=60, error_messages={"required": "请填写网站上的申请编号。"}
    )
    lodged_on = forms.DateField(label="提出申请的日期", error_messages=_NO_DAY, widget=_day())
    pushed_on = forms.DateField(label="推送到本单位的日期", error_messages=_NO_DAY, widget=_day())

    def lodging(self) -> Lodging:
        given = self.cleaned_data
        return Lodging(
            source=RepairSource(given["source"]),
            external=given["external"],
            lodged_on=given["lodged_on"],
            pushed_on=given["pushed_on"],
        )


class LodgeForm(_Materials, _Lodged):
    """An application that the window helped to lodge, or that came on paper from the national site."""

    field_order: tuple[str, ...] = ("source", "external", "lodged_on", "pushed_on", "duty_done", "pledged")


class _MaterialsStep(PolicyForm, _Materials):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.named(self.policy)


class LodgeStepForm(_MaterialsStep, LodgeForm):
    field_order = (*LodgeForm.field_order, "reason")


class CompleteStepForm(_MaterialsStep):
    field_order = ("duty_done", "pledged", "reason")


class LetterStepForm(StepForm):
    """A step whose letter goes out with it. What stays empty is filled from policy and file."""

    basis = forms.CharField(
        label="依据（一行一条）", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    field_order: tuple[str, ...] = ("basis", "reason")

    def said(self) -> Said:
        given = self.cleaned_data
        return Said(
            facts=given.get("facts", ""),
            basis=given["basis"],
            body=given.get("body", ""),
            court=given.get("court", ""),
            until=given.get("until"),
            confirmed=bool(given.get("confirmed")),
        )


class RefuseForm(LetterStepForm):
    """What a refusal must say beside its reasons; the terms of the remedies are confirmed by whoever signs."""

    facts = forms.CharField(
        label="认定的事实", max_length=4000, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明认定的事实。"},
    )  # fmt: skip
    body = forms.CharField(label="行政复议机关", max_length=200, required=False)
    court = forms.CharField(label="有管辖权的人民法院", max_length=200, required=False)
    confirmed = forms.BooleanField(
        label="我已对照法律原文核对行政复议、行政诉讼的期限",
        error_messages={"required": "请核对期限后勾选；没有核对的，不能签发决定书。"},
    )
    field_order = ("facts", "basis", "body", "court", "reason", "confirmed")


class AskForm(LetterStepForm, PolicyForm):
    """Only lawful materials can be chosen; their titles are those of the rules of repair."""

    until = forms.DateField(
        label="补正截止日期", required=False, widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "日期写作 2026-11-20。"},
    )  # fmt: skip

    wanted = forms.MultipleChoiceField(
        label="需要补正的材料", widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请选择需要补正的材料，一次写全。"},
    )  # fmt: skip
    field_order = ("wanted", "until", "basis", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        materials = self.policy.repair.materials
        self.fields["wanted"].choices = [(key, one.title) for key, one in materials.items()]  # type: ignore[attr-defined]


@asks(Verb.ASSIST_ENTERPRISE, Verb.DRAFT_CASE)
def repair_desk(call: Call) -> HttpResponse:
    """What may be repaired of one enterprise, by its code: what the enterprise would see itself, for those without
    internet."""
    code = normalise_code(call.request.GET.get("code", ""))[:18]
    subject = subject_of_code(code)
    context: dict[str, Any] = {
        "crumbs": [Crumb("办理事项", reverse("office:cases")), Crumb("信用修复")],
        "code": code,
        "subject": subject.name if subject else "",
        "wrong": "没有这个统一社会信用代码的主体，请对照营业执照核对。" if code and subject is None else "",
        "matters": [],
        "relief_url": "",
        "links": _links(call),
        "free": FREE,
    }
    if subject is not None:
        note(
            "subject.checked",
            now=call.now,
            actor=call.user,
            subject=subject.public_id,
            reason="协助办理信用修复",
        )
        found = matters_of(subject, policy=call.policy, today=call.today)
        context["matters"] = [_matter(call, one) for one in found]
        if call.may_somewhere(Verb.DRAFT_CASE):
            context["relief_url"] = reverse("office:new_relief", kwargs={"subject": subject.public_id})
    return call.render("repair_desk", context)


def _links(call: Call) -> list[Link]:
    soon = Link("快到修复日的企业", reverse("office:repair_soon"))
    if not call.may_somewhere(Verb.DRAFT_CASE):
        return [soon]
    return [
        soon,
        Link("上级修复、撤回、异议结果", reverse("office:repair_results")),
        Link("信用课程和服务机构", reverse("office:repair_services")),
    ]


def _matter(call: Call, one: OwnMatter) -> dict[str, Any]:
    record, answer = one.record, one.answer
    number = one.case.number if one.case else ""
    return {
        "title": record.detail.title or item_title(record.item, call.policy),
        "document_no": record.detail.document_no,
        "decided_on": record.decided_on,
        "seriousness": Seriousness(record.seriousness).label if record.seriousness else "",
        "earliest_on": answer.earliest_on,
        "unconfirmed": answer.unconfirmed,
        "stops_on": answer.stops_on,
        "place": answer.place.title if answer.place else "",
        "missing": "、".join(answer.missing(())),
        "hurdle": f"{answer.hurdles[0].message}{answer.hurdles[0].advice}" if answer.hurdles else "",
        "number": number,
        "url": reverse("office:case", kwargs={"number": number})
        if number
        else reverse("office:new_repair", kwargs={"key": record.record_key})
        if answer.may
        else "",
    }


@asks(Verb.ASSIST_ENTERPRISE, Verb.DRAFT_CASE, methods=("GET", "POST"))
@once
def new_repair(call: Call, key: int) -> HttpResponse:
    """Register an application on one record."""
    record = open_record(key)
    answer = answer_here(record, policy=call.policy, today=call.today)
    first = {"lodged_on": call.today, "pushed_on": call.today}
    form = LodgeForm(call.request.POST if call.request.method == "POST" else None, initial=first)
    form.named(call.policy)
    if form.is_bound and form.is_valid():
        with refusals_on(form):
            case = lodge(
                key, form.application(), form.lodging(), actor=call.user, policy=call.policy, now=call.now
            )
            call.tell("已登记，请在期限内决定是否受理。")
            return redirect("office:case", number=case.number)
    context = {
        "crumbs": [
            Crumb("办理事项", reverse("office:cases")),
            Crumb("信用修复", reverse("office:repair_desk")),
            Crumb("登记申请"),
        ],
        "subject": record.subject.name,
        "ground": f"{record.detail.title} {record.detail.document_no}".strip(),
        "place": answer.place,
        "pledge": call.policy.repair.commitment,
        "hurdles": [told(one) for one in answer.hurdles],
        "form": form,
        "free": FREE,
        "sheet_url": reverse("office:repair_sheet", kwargs={"key": key}),
        "back_url": f"{reverse('office:repair_desk')}?code={record.subject.code or ''}",
    }
    return call.render("repair_new", context)


@asks(Verb.ASSIST_ENTERPRISE, Verb.DRAFT_CASE)
def repair_sheet(call: Call, key: int) -> HttpResponse:
    """The application to print and sign, for those without internet."""
    record = open_record(key)
    answer = answer_here(record, policy=call.policy, today=call.today)
    back = reverse("office:new_repair", kwargs={"key": key})
    context = sheet_of(record, answer, call.policy) | {"back_url": back}
    return render(call.request, "web/repair_sheet.html", context)


def _shown(call: Call, case: Case) -> Mapping[str, Any]:
    application = RepairApplication.objects.get(pk=case.pk)
    record = open_record(application.record_key)
    answer = answer_for(record, policy=call.policy, today=call.today)
    rules = call.policy.repair
    asked = last_step(case, "ask_completion")
    return {
        "repair": {
            "record": f"{record.detail.title} {record.detail.document_no}".strip(),
            "seriousness": Seriousness(record.seriousness).label if record.seriousness else "",
            "source": application.get_source_display(),
            "external": application.external,
            "lodged_on": application.lodged_on,
            "earliest_on": answer.earliest_on,
            "unconfirmed": answer.unconfirmed,
            "stops_on": answer.stops_on,
            "way": answer.way,
            "handed": handed_of(application, policy=call.policy),
            "missing": missing_of(application, policy=call.policy),
            "wanted": asked.details.get("titles", []) if asked else [],
            "commitment": application.commitment.code if application.commitment else "",
            "offered": [rules.offers[name].title for name in application.offered if name in rules.offers],
            "free": FREE,
        }
    }


def _act(call: Call, form: StepForm) -> Act:
    return Act(**given_of(call, form))


def _lodge(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    assert isinstance(form, LodgeStepForm)
    key = RepairApplication.objects.get(pk=case.pk).record_key
    return lodge(
        key,
        form.application(),
        form.lodging(),
        actor=call.user,
        policy=call.policy,
        now=call.now,
        seen=form.cleaned_data["seen"],
    )


def _complete(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    assert isinstance(form, CompleteStepForm)
    return complete(case, form.application(), **given_of(call, form))


def _with(verb: str, take_it: Callable[[Call, Case, StepForm], Case]) -> StepAct:
    """The step and its letter in one."""

    def act(call: Call, case: Case, _: str, form: StepForm) -> Case:
        assert isinstance(form, LetterStepForm)
        done = with_letter(case, verb, lambda: take_it(call, case, form), _act(call, form), form.said())
        call.tell("文书已同时签发，请打印送达，并在文书上登记送达。")
        return done

    return act


def _accept(call: Call, case: Case, form: StepForm) -> Case:
    done, why_not = accept_with_pledge(case, _act(call, form))
    if why_not:
        call.tell(f"修复承诺没有记入承诺登记表：{why_not}不影响办理。")
    return done


def _ask(call: Call, case: Case, form: StepForm) -> Case:
    return ask_completion(case, form.cleaned_data["wanted"], _act(call, form))


REPAIR = CaseKind(
    key="repair",
    title="信用修复",
    part="office/case_repair.html",
    shown=_shown,
    forms={
        "lodge": LodgeStepForm,
        "complete": CompleteStepForm,
        "ask_completion": AskForm,
        "accept": LetterStepForm,
        "grant": LetterStepForm,
        "not_accept": RefuseForm,
        "refuse": RefuseForm,
    },
    acts={
        "lodge": _lodge,
        "complete": _complete,
        "ask_completion": _with("ask_completion", _ask),
        "accept": _with("accept", _accept),
        "grant": _with("grant", lambda call, case, form: grant(case, _act(call, form))),
        "not_accept": _with("not_accept", lambda call, case, form: take(call, case, "not_accept", form)),
        "refuse": _with("refuse", lambda call, case, form: take(call, case, "refuse", form)),
        "annul": lambda call, case, verb, form: annul(case, _act(call, form)),
    },
)
