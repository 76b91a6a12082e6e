"""What is done with the draft of a policy: sent to the decider, approved from a day on, sent back, given up.

Every kind of draft goes the same way; it differs in its page, its address and the verb that approves it (双人原则).
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, NamedTuple

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.owned import CASE
from xinheng.interfaces.web.refusals import refusals_on, told
from xinheng.services.approvals import return_draft, withdraw_draft
from xinheng.services.cases import last_step
from xinheng.store.casework import Case


class DecisionForm(forms.Form):
    """The word of the second person, or of a drafter who gives up."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    from_on = forms.DateField(
        label="生效日期",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "日期请写成 2026-11-20 这样。"},
    )
    reason = forms.CharField(
        label="意见", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


def blank_decision(call: Call, case: Case) -> DecisionForm:
    return DecisionForm(initial={"seen": case.version, "from_on": call.today})


def sent_back(case: Case) -> dict[str, Any] | None:
    """Who sent a draft back and why, until it is sent in again."""
    step = last_step(case, "return", "submit")
    if step is None or step.verb != "return":
        return None
    return {"by": step.actor.display_name if step.actor else "", "at": step.at, "reason": step.reason}


def opinion_on(case: Case) -> str:
    """What the second person wrote on approval."""
    step = last_step(case, "approve")
    return step.reason if step else ""


View = Callable[..., HttpResponseBase]


def why_not(call: Call, case: Case, verbs: Collection[str], *, publish: Verb = Verb.PUBLISH_POLICY) -> str:
    """Why whoever reads a draft that waits may not approve it; empty where it does not wait, or where they may."""
    if case.state != "submitted" or "approve" in verbs:
        return ""
    if not call.may_somewhere(publish):
        return "已送审，由有“决定人”角色的另一人批准。"
    return "您办理过本事项的前序环节，须由另一人批准。"


class Views(NamedTuple):
    """The views of a kind of draft, each behind its verb."""

    submit: View
    approve: View
    send_back: View
    withdraw: View


@dataclass(frozen=True, slots=True)
class Decisions:
    """The ways of one kind of draft. ``draft_of`` raises where the case is of another kind; ``page`` shows the draft
    again with what speaks against; ``address`` names its route; ``submit`` is None for a kind that is sent to the decider as
    it is made; ``after`` follows the day in the word on approval."""

    draft_of: Callable[[Case], Case]
    page: Callable[..., HttpResponse]
    address: str
    submit: Callable[..., object] | None
    approve: Callable[..., Any]
    after: str = ""

    def submitted(self, call: Call, case: Case) -> HttpResponse:
        assert self.submit is not None
        try:
            self.submit(self.draft_of(case).public_id, actor=call.user, policy=call.policy, now=call.now)
        except Refusal as refusal:
            return self.page(call, case, blank_decision(call, case), problem=told(refusal))
        return self._done(call, case, "已送审，由另一人批准后按生效日期启用。")

    def approved(self, call: Call, case: Case) -> HttpResponse:
        form = DecisionForm(call.request.POST)
        if form.is_valid():
            with refusals_on(form):
                version = self.approve(
                    self.draft_of(case).public_id,
                    from_on=form.cleaned_data["from_on"] or call.today,
                    actor=call.user,
                    policy=call.policy,
                    now=call.now,
                    seen_version=form.cleaned_data["seen"],
                )
                return self._done(call, case, f"已批准，{version.from_on} 起生效{self.after}。")
        return self.page(call, case, form)

    def returned(self, call: Call, case: Case) -> HttpResponse:
        return self._with_reason(call, case, return_draft, "已退回起草人。")

    def withdrawn(self, call: Call, case: Case) -> HttpResponse:
        return self._with_reason(call, case, withdraw_draft, "已撤销草稿。")

    def _with_reason(
        self, call: Call, case: Case, verb: Callable[..., object], sentence: str
    ) -> HttpResponse:
        form = DecisionForm(call.request.POST)
        if form.is_valid():
            reason = form.cleaned_data["reason"].strip()
            if not reason:
                form.add_error("reason", "请写明理由。")
                return self.page(call, case, form)
            draft = self.draft_of(case).public_id
            with refusals_on(form):
                verb(draft, actor=call.user, policy=call.policy, now=call.now, reason=reason)
                return self._done(call, case, sentence)
        return self.page(call, case, form)

    def _done(self, call: Call, case: Case, sentence: str) -> HttpResponse:
        call.tell(sentence)
        return redirect(self.address, case=case.public_id)

    def views(self) -> Views:
        """Whoever drafts submits and gives up; whoever publishes approves and sends back."""

        @asks(Verb.DRAFT_POLICY, of=CASE, methods=("POST",))
        @once
        def submit(call: Call, case: Case) -> HttpResponse:
            return self.submitted(call, case)

        @asks(Verb.PUBLISH_POLICY, of=CASE, methods=("POST",))
        @once
        def approve(call: Call, case: Case) -> HttpResponse:
            return self.approved(call, case)

        @asks(Verb.PUBLISH_POLICY, of=CASE, methods=("POST",))
        @once
        def send_back(call: Call, case: Case) -> HttpResponse:
            return self.returned(call, case)

        @asks(Verb.DRAFT_POLICY, of=CASE, methods=("POST",))
        @once
        def withdraw(call: Call, case: Case) -> HttpResponse:
            return self.withdrawn(call, case)

        return Views(submit, approve, send_back, withdraw)
