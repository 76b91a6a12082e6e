"""The plan of a special campaign in the office: the form that drafts and revises it, and its part of the page of the case."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.campaigns import CampaignField, Rule
from xinheng.core.catalogue import Nature
from xinheng.core.days import last_day
from xinheng.core.records import Seriousness
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.campaigns import RUN, board_url, crumbs
from xinheng.interfaces.office.cases_kinds import CaseKind, StepForm, given_of
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.units import choices_of, units_reached
from xinheng.interfaces.office.wording import item_title
from xinheng.interfaces.web.parts import Crumb
from xinheng.interfaces.web.refusals import told
from xinheng.services.campaigns import (
    Plan,
    draft_campaign,
    halt_campaign,
    report_of,
    revise_campaign,
    rule_of,
    start_campaign,
)
from xinheng.services.coverage import standing_counties
from xinheng.store.campaigns import Campaign
from xinheng.store.casework import Case

_NAMED = (Nature.FAILING, Nature.MIXED)
_LEAST = [(str(one.value), f"{one.label}以上") for one in Seriousness if one is not Seriousness.NONE]


def _words(label: str, *, most: int, rows: int = 0) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    return forms.CharField(
        label=label, max_length=most, widget=widget, error_messages={"required": f"请写明{label}。"}
    )


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "请填写日期。", "invalid": "日期写作 2026-11-20。"},
    )


class PlanForm(forms.Form):
    """What the campaign is for, on which document, how long, and what a machine may propose."""

    unit = forms.ChoiceField(label="开展单位")
    field = forms.ChoiceField(
        label="领域", choices=[("", "请选择"), *((one.value, one.label) for one in CampaignField)],
        error_messages={"required": "请选择领域。"},
    )  # fmt: skip
    title = _words("名称", most=120)
    document_title = _words("依据文件标题", most=200)
    document_no = _words("依据文件文号", most=100)
    scope = _words("范围和要求", most=1000, rows=4)
    from_on = _day("开始日期")
    until_on = _day("截止日期")
    items = forms.MultipleChoiceField(
        label="提示哪些目录项的记录", widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选择一个目录项。"},
    )  # fmt: skip
    least = forms.ChoiceField(label="失信程度", choices=_LEAST, initial="2")
    since = _day("从哪一天起作出的")
    counties = forms.MultipleChoiceField(
        label="县区（不选为全市）", required=False, widget=forms.CheckboxSelectMultiple
    )
    reason = _words("事实和理由", most=1000, rows=3)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, call: Call, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        policy = call.policy
        numbers = [one.number for one in policy.catalogue.items.values() if one.nature in _NAMED]
        choices = {
            "unit": choices_of(call, units_reached(call, Verb.DRAFT_CASE)),
            "items": [(str(number), item_title(number, policy)) for number in sorted(numbers)],
            "counties": [(code, policy.counties[code].name) for code in standing_counties(policy)],
        }
        for name, options in choices.items():
            self.fields[name].choices = options  # type: ignore[attr-defined]

    def plan(self) -> Plan:
        given = self.cleaned_data
        rule = Rule(
            items=tuple(map(int, given["items"])),
            least=Seriousness(int(given["least"])),
            since=given["since"],
            counties=tuple(given["counties"]),
        )
        kept = ("title", "document_no", "document_title", "scope", "from_on", "until_on")
        return Plan(field=CampaignField(given["field"]), rule=rule, **{name: given[name] for name in kept})


@asks(Verb.DRAFT_CASE, methods=("GET", "POST"))
@once
def new_campaign(call: Call) -> HttpResponse:
    """Draft a plan; another person starts it."""
    units = units_reached(call, Verb.DRAFT_CASE)
    own = next((key for key, unit in units.items() if unit.pk == call.user.organisation_id), "")
    posted = call.request.POST if call.request.method == "POST" else None
    form = PlanForm(call, posted, initial={"unit": own, "from_on": call.today})
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            made = draft_campaign(
                form.plan(),
                organisation=units[given["unit"]],
                actor=call.user,
                policy=call.policy,
                now=call.now,
                reason=given["reason"],
            )
        except Refusal as refusal:
            form.add_error(None, told(refusal))
        else:
            call.tell("已拟定，由另一人批准后启动。")
            return redirect("office:case", number=made.case.number)
    return _page(call, form, heading="拟定专项治理方案")


@asks(Verb.DRAFT_CASE, of=RUN, methods=("GET", "POST"))
@once
def edit_campaign(call: Call, campaign: Campaign) -> HttpResponse:
    """Change the plan before it is started; the unit stays."""
    posted = call.request.POST if call.request.method == "POST" else None
    form = PlanForm(call, posted, initial=_initial(campaign))
    del form.fields["unit"]
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            case = revise_campaign(
                campaign.case,
                form.plan(),
                actor=call.user,
                policy=call.policy,
                now=call.now,
                reason=given["reason"],
                seen=given["seen"] or 0,
            )
        except Refusal as refusal:
            form.add_error(None, told(refusal))
        else:
            call.tell("已修改。")
            return redirect("office:case", number=case.number)
    return _page(call, form, heading="修改专项治理方案")


def _initial(campaign: Campaign) -> dict[str, Any]:
    rule = rule_of(campaign)
    kept = ("field", "title", "document_no", "document_title", "scope", "from_on")
    return {name: getattr(campaign, name) for name in kept} | {
        "until_on": last_day(campaign.until_on),
        "items": [str(item) for item in rule.items],
        "least": str(int(rule.least)),
        "since": rule.since,
        "counties": list(rule.counties),
        "seen": campaign.case.version,
    }


def _page(call: Call, form: PlanForm, *, heading: str) -> HttpResponse:
    context = {"crumbs": crumbs(Crumb(heading)), "heading": heading, "form": form}
    return call.render("campaign_plan", context)


def _shown(call: Call, case: Case) -> Mapping[str, Any]:
    campaign, rule = case.campaign, rule_of(case.campaign)
    counties = "、".join(call.policy.counties[code].name for code in rule.counties) or "全市"
    items = "、".join(item_title(item, call.policy) for item in rule.items)
    return {
        "field": CampaignField(campaign.field).label,
        "document": f"{campaign.document_title}（{campaign.document_no}）",
        "period": f"{campaign.from_on} 至 {last_day(campaign.until_on)}",
        "scope": campaign.scope,
        "rule": f"{items}；{rule.least.label}以上；{rule.since} 起作出；{counties}",
        "board_url": board_url(campaign),
        "edit_url": reverse("office:edit_campaign", kwargs={"campaign": campaign.public_id})
        if case.state == "planned" and call.may(Verb.DRAFT_CASE, call.of(case.organisation_id))
        else "",
        "report": report_of(case),
    }


class ReportForm(StepForm):
    """The reason of this step is the report."""

    def __init__(self, step: Any, case: Case, *args: Any, **kwargs: Any) -> None:
        super().__init__(step, case, *args, **kwargs)
        self.fields["reason"].label = "总结：做了什么，结果怎样，还有什么问题"
        self.fields["reason"].error_messages["required"] = "请写明总结。"


def _start(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    act = halt_campaign if verb == "halt" else start_campaign
    return act(case, **given_of(call, form))


CAMPAIGN = CaseKind(
    key="campaign",
    title="专项治理",
    part="office/case_campaign.html",
    shown=_shown,
    offers=lambda call, case, verb: verb != "revise",
    forms={"report": ReportForm},
    acts={"start": _start, "halt": _start},
)
