"""A visit on the page of its case: what the team needs to know, what it found, and the forms of its steps."""

from collections.abc import Mapping
from typing import Any

import segno
from django import forms
from django.urls import reverse
from django.utils import timezone

from xinheng.core.flows import Step
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.core.visits import Arrival, Finding, Seen, Sheet
from xinheng.interfaces.office.access import Call
from xinheng.interfaces.office.cases_kinds import (
    CaseKind,
    PolicyForm,
    SometimesField,
    StepForm,
    given_of,
    take,
    words_field,
)
from xinheng.interfaces.office.cases_service import but_service, serve_by_letter
from xinheng.services.case_grounds import may_rest_on
from xinheng.services.cases import state_title
from xinheng.services.joint_visits import first_arrival, together_with
from xinheng.services.letters_serving import SERVE
from xinheng.services.rectification import orders_on
from xinheng.services.visit_counts import visits_of_year
from xinheng.services.visit_items import items_of
from xinheng.services.visit_sites import known_sites
from xinheng.services.visits import KIND, points_of, results_of, team_of
from xinheng.services.visits_on_site import Arrived, check_in, record_visit
from xinheng.services.visits_results import confirm_result, may_publish, publish_result, verb_for
from xinheng.store.casework import Case
from xinheng.store.visits import Visit, VisitArrival, VisitSheet

_MOMENT = {"required": "请填写时间。", "invalid": "时间写作 2026-11-20 10:30。"}
POINT, NOTE = "point-", "note-"


def _moment(label: str) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages=_MOMENT,
    )


class CheckInForm(StepForm):
    """How the team showed who they are, and when."""

    beside = {"VF1": "code"}
    way = forms.ChoiceField(
        label="入企方式",
        choices=[(one.value, one.label) for one in Arrival],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择入企方式。"},
    )
    code = SometimesField(
        label="扫到的检查码，或者营业执照上的统一社会信用代码",
        max_length=40,
        required=False,
        help_text="企业扫码核验的必填，须与这次检查一致；其他方式不填。",
    )
    at = _moment("入企时间")

    def __init__(self, step: Step, case: Case, *args: Any, **kwargs: Any) -> None:
        super().__init__(step, case, *args, **kwargs)
        del self.fields["reason"]
        self.initial["at"] = timezone.localtime()
        if first := first_arrival(Visit.objects.select_related("case").get(case=case)):
            self.initial.update(at=timezone.localtime(first.at), way=first.way)

    def arrived(self, client_id: str) -> Arrived:
        given = self.cleaned_data
        return Arrived(client_id=client_id, way=Arrival(given["way"]), at=given["at"], code=given["code"])


class SheetForm(PolicyForm):
    """Result, checklist, what was found and what the enterprise said, by whom."""

    result = forms.ChoiceField(
        label="检查结果",
        widget=forms.RadioSelect,
        error_messages={"required": "请选择检查结果。"},
    )
    found = words_field("现场检查情况", most=4000)
    views = words_field("企业的陈述和意见", rows=3, required=False)
    present = forms.MultipleChoiceField(
        label="到场检查人员执法证号",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请选择到场的检查人员。"},
    )
    at = _moment("检查结束时间")

    def __init__(self, step: Step, case: Case, *args: Any, **kwargs: Any) -> None:
        super().__init__(step, case, *args, **kwargs)
        del self.fields["reason"]
        visit = Visit.objects.get(case=case)
        results = [(key, one.title) for key, one in results_of(visit, policy=self.policy).items()]
        team = [(one, one) for one in visit.certificates]
        self.fields["result"].choices = results  # type: ignore[attr-defined]
        self.fields["present"].choices = team  # type: ignore[attr-defined]
        self.initial["present"] = list(visit.certificates)
        self.initial["at"] = timezone.localtime()
        findings = [("", "请选择"), *((one.value, one.label) for one in Finding)]
        self.points = {} if _nobody_there(visit) else points_of(visit, policy=self.policy)
        for key, point in self.points.items():
            self.fields[POINT + key] = forms.ChoiceField(
                label=point.text,
                choices=findings,
                error_messages={"required": "没有填写。不涉及的请选“不涉及”，不要留空。"},
            )
            self.fields[NOTE + key] = SometimesField(
                label="情况（不符合的必填）", max_length=500, required=False
            )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        for key in self.points:
            if given.get(POINT + key) == Finding.UNFIT and not str(given.get(NOTE + key, "")).strip():
                self.add_error(NOTE + key, "这一项不符合，请写明事实。")
        return given

    def sheet(self, client_id: str) -> Sheet:
        given = self.cleaned_data
        seen = {key: Seen(finding=Finding(given[POINT + key]), note=given[NOTE + key]) for key in self.points}
        return Sheet(
            client_id=client_id,
            result=given["result"],
            found=given["found"],
            views=given["views"],
            present=tuple(given["present"]),
            recorded_at=given["at"],
            points=seen,
        )


def _nobody_there(visit: Visit) -> bool:
    """Where nobody could be reached there is no checklist to answer."""
    arrival = VisitArrival.objects.filter(visit=visit).first() or first_arrival(visit)
    return arrival is not None and arrival.way == Arrival.ABSENT


def _client_id(case: Case, form: StepForm, verb: str) -> str:
    """The same page sent twice is the same sheet."""
    return f"office:{case.public_id}:{verb}:{form.cleaned_data['seen']}"


def _who(call: Call) -> dict[str, Any]:
    return {"actor": call.user, "policy": call.policy, "now": call.now}


def _check_in(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    assert isinstance(form, CheckInForm)
    arrived = form.arrived(_client_id(case, form, verb))
    return check_in(case.public_id, arrived, seen=form.cleaned_data["seen"], **_who(call)).case


def _record(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    assert isinstance(form, SheetForm)
    sheet = form.sheet(_client_id(case, form, verb))
    return record_visit(case.public_id, sheet, seen=form.cleaned_data["seen"], **_who(call)).visit.case


def _confirm(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    return confirm_result(case, **given_of(call, form)).case


def _publish(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    return publish_result(case, **given_of(call, form)).case


def _decline(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    """By the team, or who handles the visit."""
    if call.user.pk not in team_of(case) and not call.may(Verb.DRAFT_CASE, call.of(case.organisation_id)):
        raise Refusal("VO7", "您不是这次检查的人员。", advice="请由检查人员或者经办人登记。")
    return take(call, case, verb, form)


def _offers(call: Call, case: Case, verb: str) -> bool:
    """Only the confirmation that fits what was recorded, and only to the team what is done on site."""
    if verb == SERVE:
        return but_service(call, case, verb)
    visit = Visit.objects.get(case=case)
    if verb in ("confirm", "clear"):
        return verb == verb_for(visit, policy=call.policy)
    if verb in ("check_in", "arrive", "record", "record_rush"):
        return call.user.pk in team_of(case)
    if verb == "publish":
        return may_publish(visit, policy=call.policy, on=call.today)
    return True


def _shown(call: Call, case: Case) -> Mapping[str, Any]:
    visit = Visit.objects.select_related("plan", "subject", "drawn", "arrival__by", "rating").get(case=case)
    address = call.request.build_absolute_uri(reverse("counter:visit_code", args=[visit.code]))
    results = call.policy.inspection_matters.results
    reasons = {one.key: one.name for one in call.policy.grading.reasons}
    record = f"?record={visit.record_key}" if visit.record_key else ""
    joint = together_with(visit)
    orders = orders_on(visit.record_key) if visit.record_key else []
    return {
        "visit": visit,
        "joint": joint,
        "joint_organs": [f"{call.tree.name(one.organisation_id)}：{one.matter}" for one in joint.visits]
        if joint
        else [],
        "joint_leads": joint is not None and joint.leading.pk == visit.pk,
        "plan_url": reverse("office:plan", kwargs={"plan": visit.plan.public_id}),
        "of_all": visits_of_year(visit.subject, year=visit.year),
        "items": items_of(visit, policy=call.policy),
        "sites": known_sites(visit.subject, on=call.today),
        "beyond": reasons.get(visit.beyond, visit.beyond),
        "address": address,
        "square": segno.make(address, micro=False).svg_inline(scale=3, border=2),
        "arrival": getattr(visit, "arrival", None),
        "sheets": [_sheet(one, results) for one in visit.sheets.order_by("-sequence")],
        "rating": getattr(visit, "rating", None),
        "record_url": reverse(
            "office:record", kwargs={"subject": visit.subject.public_id, "key": visit.record_key}
        )
        if record
        else "",
        "kept_back": case.state == "told" and not may_publish(visit, policy=call.policy, on=call.today),
        "order_url": f"{reverse('office:new_order')}{record}"
        if may_rest_on(visit.record_key, policy=call.policy)
        and all(one.closed_at for one in orders)
        and call.may(Verb.DRAFT_CASE, call.of(case.organisation_id))
        else "",
        "orders": [
            {
                "number": one.number,
                "url": reverse("office:case", kwargs={"number": one.number}),
                "state": state_title(one),
                "tone": "done" if one.closed_at else "clock",
            }
            for one in orders
        ],
        "terms": [
            {"title": one.title, "words": str(one), "citation": one.citation, "verified": one.verified}
            for one in call.policy.act_clocks("inspection", on=call.today)
        ],
    }


def _sheet(sheet: VisitSheet, results: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "row": sheet,
        "result": results[sheet.result].title if sheet.result in results else sheet.result,
        "points": list(sheet.points.order_by("pk")),
        "by": sheet.recorded_by.display_name,
    }


VISIT = CaseKind(
    key=KIND,
    title="入企检查",
    part="office/case_visit.html",
    shown=_shown,
    offers=_offers,
    forms={
        "check_in": CheckInForm,
        "arrive": CheckInForm,
        "record": SheetForm,
        "record_rush": SheetForm,
    },
    acts={
        "serve": serve_by_letter,
        "check_in": _check_in,
        "arrive": _check_in,
        "record": _record,
        "record_rush": _record,
        "decline": _decline,
        "confirm": _confirm,
        "clear": _confirm,
        "publish": _publish,
    },
)
