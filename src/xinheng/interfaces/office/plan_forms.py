"""The forms of a plan: what it says, the word of the second person, the announcement and the draw."""

import re
from typing import Any

from django import forms

from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call
from xinheng.interfaces.office.units import choices_of, units_reached
from xinheng.services.inspections import PlanDraft
from xinheng.services.statistics import ANYBODY
from xinheng.store.inspections import DrawAnnouncement
from xinheng.store.scores import EvaluationRun

_PARTY = re.compile(r"(?P<name>\S.*?)[\s,，:：]+(?P<value>sha256:[0-9a-f]{64})")


class PlanForm(forms.Form):
    """What a plan says. The line is what inspectors must be certified for."""

    organisation = forms.ChoiceField(label="检查机关")
    title = forms.CharField(label="计划名称", max_length=120, error_messages={"required": "请写明计划名称。"})
    year = forms.IntegerField(label="年度", min_value=2000, max_value=2999)
    matter = forms.CharField(
        label="检查事项", max_length=200, error_messages={"required": "请写明检查事项。"}
    )
    basis = forms.CharField(
        label="依据",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请写明法律法规依据和公布的检查事项。"},
    )
    line = forms.ChoiceField(label="行业")

    def __init__(self, call: Call, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = units_reached(call, Verb.DRAFT_PLAN)
        lines = [(key, sector.title) for key, sector in call.policy.sectors.sectors.items() if key != ANYBODY]
        self.fields["organisation"].choices = choices_of(call, self.units)  # type: ignore[attr-defined]
        self.fields["line"].choices = lines  # type: ignore[attr-defined]

    def draft(self) -> PlanDraft:
        given = self.cleaned_data
        return PlanDraft(
            organisation=self.units[given["organisation"]],
            title=given["title"],
            matter=given["matter"],
            basis=given["basis"],
            line=given["line"],
            year=given["year"],
        )


class ApproveForm(forms.Form):
    """The word of the second person."""

    reason = forms.CharField(
        label="意见", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


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


class CommitForm(forms.Form):
    """An organ's secret text, to be hashed and forgotten."""

    party = forms.CharField(label="单位", max_length=100)
    reveal = forms.CharField(label="秘密文字", min_length=16, max_length=200)


class DrawForm(forms.Form):
    """What each organ now reveals."""

    def __init__(self, announcement: DrawAnnouncement, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = [party["name"] for party in announcement.content["parties"]]
        for place, name in enumerate(self.names):
            self.fields[f"reveal{place}"] = forms.CharField(
                label=f"{name}公开的秘密文字",
                max_length=200,
                error_messages={"required": "请填写与承诺值对应的文字。"},
            )

    def reveals(self) -> dict[str, str]:
        return {name: self.cleaned_data[f"reveal{place}"] for place, name in enumerate(self.names)}
