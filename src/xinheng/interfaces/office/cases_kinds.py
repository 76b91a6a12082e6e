"""What each kind of case brings to the common page: its title, its own part of the page, and the forms of its steps.

A new procedure registers one ``CaseKind`` in ``cases_known``; without forms of its own its steps ask for a reason and
are taken as the flow says (docs/how-to/add-a-procedure.md).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar

from django import forms

from xinheng.core.flows import Step
from xinheng.core.policy import Policy
from xinheng.interfaces.office.access import Call
from xinheng.interfaces.web.refusals import NOWHERE, Beside
from xinheng.services.cases import ground_of, take_step
from xinheng.store.casework import Case


class StepForm(forms.Form):
    """What every step asks. ``seen`` is the row version of the page from which it is sent; ``beside``: which field a
    refusal speaks of, by its code."""

    beside: ClassVar[Beside] = NOWHERE
    seen = forms.IntegerField(
        label="页面", widget=forms.HiddenInput,
        error_messages=dict.fromkeys(("required", "invalid"), "页面不完整，请从事项页面重新办理。"),
    )  # fmt: skip
    reason = forms.CharField(
        label="理由", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明理由。"},
    )  # fmt: skip

    def __init__(self, step: Step, case: Case, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"{step.verb}_%s")
        super().__init__(*args, **kwargs)
        self.initial["seen"] = case.version
        self.fields["reason"].required = step.reason_required


class PolicyForm(StepForm):
    """A step whose choices stand in policy; it is told the one of the request."""

    def __init__(self, step: Step, case: Case, *args: Any, policy: Policy, **kwargs: Any) -> None:
        self.policy = policy
        super().__init__(step, case, *args, **kwargs)


class SometimesField(forms.CharField):
    """Needed or not by what else the form says, as its label or help tells; no page calls it one that may stay empty."""

    sometimes = True


class SometimesChoice(forms.ChoiceField):
    """The same of a choice."""

    sometimes = True


class SometimesDay(forms.DateField):
    """The same of a day."""

    sometimes = True


def words_field(label: str, *, rows: int = 4, most: int = 2000, required: bool = True) -> forms.CharField:
    """Words of several lines, of ``most`` characters."""
    return forms.CharField(
        label=label, required=required, max_length=most, widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": f"请写明{label}。"},
    )  # fmt: skip


def given_of(call: Call, form: StepForm) -> dict[str, Any]:
    """Who takes the step and when, and what its form says: actor, policy, now, reason, seen."""
    given = form.cleaned_data
    return {
        "actor": call.user,
        "policy": call.policy,
        "now": call.now,
        "reason": given["reason"],
        "seen": given["seen"],
    }


Act = Callable[[Call, Case, str, StepForm], Case]


def take(call: Call, case: Case, verb: str, form: StepForm, details: Mapping[str, Any] | None = None) -> Case:
    """The step as the flow says, on the ground of the case where the step needs one."""
    return take_step(
        case.public_id,
        verb,
        actor=call.user,
        policy=call.policy,
        now=call.now,
        reason=form.cleaned_data["reason"],
        ground=ground_of(case),
        details=details,
        seen_version=form.cleaned_data["seen"],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseKind:
    """``part`` is a template for the details, filled by ``shown``; ``forms`` and ``acts`` by verb. A kind with a ``page``
    of its own (a route that takes the public id as ``case``) only appears in the lists. ``offers``: whether a step is
    shown; what is not shown is still judged by the flow."""

    key: str
    title: str
    page: str = ""
    part: str = ""
    shown: Callable[[Call, Case], Mapping[str, Any]] = field(default=lambda call, case: {})
    offers: Callable[[Call, Case, str], bool] = field(default=lambda call, case, verb: True)
    forms: Mapping[str, type[StepForm]] = field(default_factory=lambda: MappingProxyType({}))
    acts: Mapping[str, Act] = field(default_factory=lambda: MappingProxyType({}))

    def form_of(self, step: Step, case: Case, given: Any = None, *, policy: Policy) -> StepForm:
        form = self.forms.get(step.verb, StepForm)
        return (
            form(step, case, given, policy=policy)
            if issubclass(form, PolicyForm)
            else form(step, case, given)
        )

    def act_of(self, verb: str) -> Act:
        return self.acts.get(verb, take)
