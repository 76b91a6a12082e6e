"""The forms of a plan: what it says, the word of the second person, the announcement and the draw."""

import re
from collections.abc import Collection
from datetime import date
from typing import Any

from django import forms

from xinheng.core.inspection_objects import ObjectParts
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call
from xinheng.interfaces.office.cases_kinds import SometimesChoice
from xinheng.interfaces.office.units import choices_of, units_reached
from xinheng.services.case_checks import CaseCheckDraft
from xinheng.services.inspection_plans import BatchDraft, PlanDraft
from xinheng.services.measures_grounds import sectors_of
from xinheng.services.subjects import holder_of_code
from xinheng.store.draw_failures import FailureCause
from xinheng.store.inspection_plans import PlanBatch
from xinheng.store.inspections import DrawAnnouncement, Plan, PlanKind
from xinheng.store.organisations import Organisation
from xinheng.store.scores import EvaluationRun
from xinheng.store.subjects import Subject

_PARTY = re.compile(r"(?P<name>\S.*?)[\s,，:：]+(?P<value>sha256:[0-9a-f]{64})")
_DAY = r"\d{4}-\d{2}-\d{2}"
_BATCH = re.compile(
    rf"(?P<scope>\S.{{0,290}}?)\s*[,，]\s*(?P<planned>\d{{1,7}})\s*户?\s*[,，]\s*(?P<from>{_DAY})\s*[,，至]\s*(?P<until>{_DAY})"
)
MOST_PLANNED = 1_000_000


class MatterForm(forms.Form):
    """Which organ checks which matter of the published list."""

    organisation = forms.ChoiceField(label="检查机关")
    year = forms.IntegerField(label="年度", min_value=2000, max_value=2999)
    matter = forms.ChoiceField(
        label="检查事项",
        error_messages={
            "required": "请选择检查事项。",
            "invalid_choice": "这个事项不在公布的抽查事项清单内，不得检查（国办发〔2024〕54号）。请从清单中选择。",
        },
    )

    def __init__(self, call: Call, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.policy = call.policy
        self.this_year = call.today.year
        self.units = units_reached(call, Verb.DRAFT_PLAN)
        self.fields["organisation"].choices = choices_of(call, self.units)  # type: ignore[attr-defined]
        standing = call.policy.inspection_matters.standing(on=call.today)
        self.fields["matter"].choices = [  # type: ignore[attr-defined]
            ("", "请选择"),
            *((key, f"{matter.title}（{matter.kind.label}）") for key, matter in standing.items()),
        ]

    def clean_year(self) -> int:
        """No check is planned for a year that is over."""
        year: int = self.cleaned_data["year"]
        if year < self.this_year:
            raise forms.ValidationError(f"{year}年已经过去，不能再列检查计划。请填写今年或者以后的年度。")
        return year

    def organ(self) -> Organisation:
        return self.units[self.cleaned_data["organisation"]]

    def line(self) -> str:
        """The field in which inspectors must be certified: one of the organ's own where it has one."""
        bodies = self.policy.inspection_matters.matters[self.cleaned_data["matter"]].bodies
        own = sectors_of(self.organ(), self.policy)
        return next((body for body in bodies if body in own), bodies[0])

    def case_plan(self) -> PlanDraft:
        """The plan of the check of one enterprise."""
        given = self.cleaned_data
        matter = self.policy.inspection_matters.matters[given["matter"]]
        return PlanDraft(
            organisation=self.organ(),
            title=f"个案检查：{matter.title}",
            matter=given["matter"],
            line=self.line(),
            year=given["year"],
            kind=PlanKind.CASE,
        )


class PlanForm(MatterForm):
    """What a plan says: matter, kind, what narrows the objects of the matter, and batches."""

    title = forms.CharField(label="计划名称", max_length=120, error_messages={"required": "请写明计划名称。"})
    kind = forms.ChoiceField(
        label="检查类型",
        choices=[(kind.value, kind.label) for kind in (PlanKind.DAILY, PlanKind.SPECIAL)],
        initial=PlanKind.DAILY,
    )
    districts = forms.MultipleChoiceField(
        label="限于登记在",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "没有这个县（区），请从列出的县（区）中选择。"},
    )
    sectors = forms.MultipleChoiceField(
        label="限于登记行业属",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "没有这个领域，请从列出的领域中选择。"},
    )
    batches = forms.CharField(
        label="批次",
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "至少要有一个批次。"},
    )
    basis = forms.CharField(
        label="补充依据", required=False, max_length=200, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, call: Call, *args: Any, **kwargs: Any) -> None:
        super().__init__(call, *args, **kwargs)
        counties = call.policy.city_file.counties.items()
        self.fields["districts"].choices = [  # type: ignore[attr-defined]
            (code, county.name) for code, county in counties if county.until is None
        ]
        self.fields["sectors"].choices = [  # type: ignore[attr-defined]
            (key, sector.title) for key, sector in call.policy.sectors.sectors.items() if sector.industries
        ]

    def clean_batches(self) -> list[BatchDraft]:
        """One batch a line: scope, number, first and last day."""
        lines = [line.strip() for line in self.cleaned_data["batches"].splitlines() if line.strip()]
        return [_batch(line) for line in lines]

    def draft(self) -> PlanDraft:
        given = self.cleaned_data
        return PlanDraft(
            organisation=self.organ(),
            title=given["title"],
            matter=given["matter"],
            basis=given["basis"],
            line=self.line(),
            year=given["year"],
            kind=PlanKind(given["kind"]),
            scope=ObjectParts(districts=given["districts"], sectors=given["sectors"]),
            batches=given["batches"],
        )


def _batch(line: str) -> BatchDraft:
    read = _BATCH.fullmatch(line)
    if read is None:
        raise forms.ValidationError(f"这一行读不出范围、户数和起止日期：{line[:60]}")
    try:
        from_on, until_on = (date.fromisoformat(read[name]) for name in ("from", "until"))
    except ValueError:
        raise forms.ValidationError(f"没有这一天：{line[:60]}") from None
    planned = int(read["planned"])
    if not 0 < planned <= MOST_PLANNED:
        raise forms.ValidationError(f"户数须在 1 到 {MOST_PLANNED} 之间：{line[:60]}")
    return BatchDraft(scope=read["scope"], planned=planned, from_on=from_on, until_on=until_on)


def batch_line(batch: PlanBatch) -> str:
    """A batch as the form takes it."""
    return f"{batch.scope}，{batch.planned}，{batch.from_on}，{batch.until_on}"


class CaseCheckForm(MatterForm):
    """The check of one enterprise for a reason of the closed list."""

    code = forms.CharField(
        label="企业的统一社会信用代码",
        max_length=18,
        error_messages={"required": "请填写统一社会信用代码。"},
    )
    reason = forms.ChoiceField(
        label="事由",
        error_messages={"required": "请选择事由。", "invalid_choice": "事由只能从公布的事由中选择。"},
    )
    explanation = forms.CharField(
        label="具体情况",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明具体情况。"},
    )
    emergency = forms.BooleanField(label="情况紧急，须先行检查、事后补办审批", required=False)

    def __init__(self, call: Call, *args: Any, **kwargs: Any) -> None:
        super().__init__(call, *args, **kwargs)
        reasons = [(one.key, one.name) for one in call.policy.grading.reasons]
        self.fields["reason"].choices = [("", "请选择"), *reasons]  # type: ignore[attr-defined]

    def clean_code(self) -> Subject:
        """The enterprise that bears the code."""
        found = holder_of_code(self.cleaned_data["code"])
        if found is None:
            raise forms.ValidationError("没有这个统一社会信用代码的经营主体，请核对。")
        return found

    def draft(self) -> CaseCheckDraft:
        given = self.cleaned_data
        kept = {name: given[name] for name in ("reason", "explanation", "emergency")}
        return CaseCheckDraft(plan=self.case_plan(), subject=given["code"], **kept)


class FilingForm(forms.Form):
    """The filing of an approved plan with the upper office."""

    filed_with = forms.CharField(
        label="备案机关", max_length=120, error_messages={"required": "请写明备案机关。"}
    )
    number = forms.CharField(
        label="备案号", max_length=100, error_messages={"required": "请写明备案号或者备案文件文号。"}
    )
    filed_on = forms.DateField(
        label="备案日期",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "请填写日期。", "invalid": "日期写作 2026-11-20。"},
    )


class ApproveForm(forms.Form):
    """The word of the second person; ``seen`` is the version of the plan's case on the page."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label="意见", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


class WithdrawForm(ApproveForm):
    """Why the drafters give the plan up."""

    reason = forms.CharField(
        label="撤回理由",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请写明撤回的理由。"},
    )


def withdraw_form(plan: Plan, verbs: Collection[str]) -> WithdrawForm | None:
    """Where a person may give the plan up as it stands."""
    return WithdrawForm(initial={"seen": plan.case.version}) if "withdraw" in verbs else None


class AnnounceForm(forms.Form):
    """The model whose grades count, and what each organ has committed to."""

    model = forms.ChoiceField(label="等级来自")
    parties = forms.CharField(
        label="各单位的承诺值",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "至少要有一个单位提交承诺值。"},
    )

    def __init__(self, runs: list[EvaluationRun], names: dict[str, str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["model"].choices = [  # type: ignore[attr-defined]
            (run.model, f"{names.get(run.model, run.model)}　{run.as_of}") for run in runs
        ]

    def clean_parties(self) -> dict[str, str]:
        """One organ a line: its name, then its commitment."""
        found: dict[str, str] = {}
        for line in self.cleaned_data["parties"].splitlines():
            if not line.strip():
                continue
            read = _PARTY.fullmatch(line.strip())
            if read is None:
                raise forms.ValidationError(f"这一行读不出单位和承诺值：{line.strip()[:60]}")
            if read["name"] in found:
                raise forms.ValidationError(f"“{read['name']}”写了两次。")
            found[read["name"]] = read["value"]
        return found


class FailureForm(forms.Form):
    """Why an announced draw could not be made. Where no team was to be had, what the organs revealed is tried again."""

    beside = {"I09": "reason", "I12": "party", "I21": "party"}

    cause = forms.ChoiceField(label="原因", choices=FailureCause.choices)
    party = SometimesChoice(
        label="没有公开原值的单位",
        required=False,
        help_text="因承诺方没有公开原值的必选；分派不出检查组的，各单位须都已提交秘密文字，由系统核实。",
    )
    reason = forms.CharField(
        label="公开的理由",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明为什么没有抽取成功。"},
    )

    def __init__(self, announcement: DrawAnnouncement, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = [party["name"] for party in announcement.content["parties"]]
        self.fields["party"].choices = [("", "不适用"), *((name, name) for name in self.names)]  # type: ignore[attr-defined]
