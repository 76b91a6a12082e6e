"""What a credit report is asked for, and of which fields and period a special one is, alike in the own space and at the window."""

from datetime import date
from typing import Any

from django import forms

from xinheng.core.days import add_months
from xinheng.core.policy import Policy
from xinheng.core.special_reports import YEARS, Scope, fields_of

_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class PurposeForm(forms.Form):
    """What the report is for; the choices are those of policy."""

    purpose = forms.ChoiceField(label="用途", error_messages={"required": "请选择用途。"})

    def __init__(self, *args: Any, policy: Policy, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["purpose"].choices = [  # type: ignore[attr-defined]
            ("", "请选择"),
            *((key, one.title) for key, one in policy.reports.purposes.items()),
        ]


class SpecialForm(PurposeForm):
    """Fields and period of a special report; the longest period is offered."""

    areas = forms.MultipleChoiceField(
        label="领域",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="不选则为全部领域。",
        error_messages={"invalid_choice": "请从列出的领域中选择。"},
    )
    from_on = forms.DateField(label="起始日", widget=_DAY, error_messages={"required": "请填写起始日。"})
    until_on = forms.DateField(label="截止日", widget=_DAY, error_messages={"required": "请填写截止日。"})
    field_order = ("code", "proof", "areas", "from_on", "until_on", "purpose")

    def __init__(self, *args: Any, policy: Policy, today: date, **given: Any) -> None:
        super().__init__(*args, policy=policy, **given)
        self.fields["areas"].choices = list(fields_of(policy).items())  # type: ignore[attr-defined]
        years = policy.parameter(YEARS, on=today).value
        self.initial.setdefault("until_on", today)
        if years is not None:
            self.initial.setdefault("from_on", add_months(today, -12 * years))

    def scope(self) -> Scope:
        given = self.cleaned_data
        return Scope(
            fields=tuple(sorted(given["areas"])), from_on=given["from_on"], until_on=given["until_on"]
        )
