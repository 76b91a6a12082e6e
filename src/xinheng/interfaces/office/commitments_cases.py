"""Commitments on the page of a case: what was promised, what is missing, and the forms of the steps that ask more."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.urls import reverse

from xinheng.core.commitment_flow import LATE
from xinheng.core.commitment_items import Variant
from xinheng.core.commitment_register import Outcome
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call
from xinheng.interfaces.office.breaches import handed_of
from xinheng.interfaces.office.cases_kinds import CaseKind, StepForm, given_of
from xinheng.services import commitments, commitments_checks
from xinheng.services.commitments import text_of
from xinheng.services.commitments_checks import Finding, can_be_revoked, proposal_of
from xinheng.services.commitments_records import record_of
from xinheng.services.listings import open_lists
from xinheng.store.casework import Case
from xinheng.store.commitments import Commitment

_LONG = {"rows": 3}
_CONTESTED = ("found", "notified", "heard", "determined")
"""States in which a proposal stands: what was cleared or overturned is held against nobody any more."""


class ReceivingForm(StepForm):
    """``received``: what came since it was lodged."""

    received = forms.MultipleChoiceField(
        label="现在收到的材料", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, step: Any, case: Case, *args: Any, **kwargs: Any) -> None:
        super().__init__(step, case, *args, **kwargs)
        one = commitment_of(case)
        missing = one.missing if one else []
        if missing:
            self.fields["received"].choices = [(name, name) for name in missing]  # type: ignore[attr-defined]
        else:
            del self.fields["received"]


class AcceptForm(ReceivingForm):
    """``act``: what was issued on the commitment, so that it can be revoked where the commitment was false."""

    act = forms.CharField(label="据此作出的决定（文号），没有的不填", max_length=200, required=False)


class TolerateForm(ReceivingForm):
    beside = {"CM22": "promised_on", "CM26": "promised_on", "CM5": "received"}
    promised_on = forms.DateField(
        label="企业承诺补齐的日期", widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": "请填写补齐日期。", "invalid": "日期写作 2026-11-20。"},
    )  # fmt: skip


class FindForm(StepForm):
    """The proposal of who checked."""

    outcome = forms.ChoiceField(
        label="核查结果",
        choices=[("", "请选择"), *((one.value, one.label) for one in Outcome if one.breached)],
        error_messages={"required": "请选择核查结果。"},
    )
    unperformed = forms.CharField(
        label="没有履行的承诺内容", max_length=4000, widget=forms.Textarea(attrs=_LONG),
        error_messages={"required": "请写明哪一项没有履行。"},
    )  # fmt: skip
    evidence = forms.CharField(
        label="证据", max_length=1000, widget=forms.Textarea(attrs=_LONG),
        error_messages={"required": "请写明证据。"},
    )  # fmt: skip


class DetermineForm(StepForm):
    beside = {"CM33": "pursued", "CM35": "pursued"}
    pursued = forms.CharField(
        label="违诺责任追究内容", max_length=4000, widget=forms.Textarea(attrs=_LONG),
        error_messages={"required": "请写明怎样追究；撤销决定的写明撤销文号。"},
    )  # fmt: skip

    def __init__(self, step: Any, case: Case, *args: Any, **kwargs: Any) -> None:
        super().__init__(step, case, *args, **kwargs)
        one = commitment_of(case)
        if one and one.act and proposal_of(case).get("outcome") == Outcome.FALSE:
            self.fields[
                "pursued"
            ].help_text = f"据此取得的“{one.act}”怎样处理须写明：撤销它的文号，或者不撤销的理由。"


def commitment_of(case: Case) -> Commitment | None:
    kept = Commitment.objects.select_related("subject", "organisation", "item_list", "paper")
    return kept.filter(case=case).first()


def _shown(call: Call, case: Case) -> Mapping[str, Any]:
    one = commitment_of(case)
    if one is None:
        return {"promise": None}
    proposal = proposal_of(case) if case.state in _CONTESTED else {}
    return {
        "promise": {
            **text_of(one),
            "title": one.title,
            "type": call.policy.commitments.titles.get(one.kind, one.kind),
            "variant": Variant(one.variant).label,
            "code": one.code or "",
            "committed_on": one.committed_on,
            "by": "企业空间在线作出" if one.account_id else "窗口代录（纸质签署）",
            "handed_in": one.handed_in,
            "missing": one.missing,
            "promised_on": one.promised_on,
            "late": case.state == LATE,
            "act": one.act,
            "revocable": can_be_revoked(one),
            "outcome": Outcome(one.outcome).label if one.outcome else "",
            "unperformed": one.unperformed or str(proposal.get("unperformed", "")),
            "evidence": str(proposal.get("evidence", "")),
            "proposed": Outcome(str(proposal["outcome"])).label if proposal else "",
            "pursued": one.pursued,
            "handed": handed_of(one),
            "lists": _lists(call, one),
            "listing_url": f"{reverse('office:new_listing')}?record={one.record_key}",
            "digest": one.digest,
            "record_url": reverse(
                "office:record", kwargs={"subject": one.subject.public_id, "key": one.record_key}
            )
            if one.record_key
            else "",
            "scan_url": reverse(
                "office:attachments",
                kwargs={"target": "record", "key": one.record_key}
                if one.record_key
                else {"target": "case", "key": case.public_id},
            ),
        }
    }


def _lists(call: Call, one: Commitment) -> list[str]:
    """Lists that a decided breach may ground: a person proposes, nothing follows by itself."""
    record = record_of(one) if one.outcome and one.unperformed else None
    if record is None or not call.may(Verb.DRAFT_CASE, call.of(one.organisation_id)):
        return []
    return [of.title for of in open_lists(record, policy=call.policy, on=call.today).values() if of.burdens]


def _accept(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    given = form.cleaned_data
    commitments.accept(case, **given_of(call, form), act=given["act"], received=given.get("received", ()))
    return case


def _tolerate(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    given = form.cleaned_data
    commitments.tolerate(
        case,
        **given_of(call, form),
        promised_on=given["promised_on"],
        received=given.get("received", ()),
    )
    return case


def _supplement(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    commitments.supplement(case, **given_of(call, form))
    return case


def _keep(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    commitments_checks.find_kept(case, **given_of(call, form))
    return case


def _find(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    given = form.cleaned_data
    finding = Finding(
        outcome=Outcome(given["outcome"]), unperformed=given["unperformed"], evidence=given["evidence"]
    )
    return commitments_checks.propose_breach(case, finding, **given_of(call, form))


def _notify(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    return commitments_checks.notify_breach(case, **given_of(call, form))


def _determine(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    commitments_checks.determine_breach(case, **given_of(call, form), pursued=form.cleaned_data["pursued"])
    return case


def _overturn(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    commitments_checks.overturn_breach(case, **given_of(call, form))
    return case


COMMITMENT = CaseKind(
    key="commitment",
    title="信用承诺",
    part="office/commitment_part.html",
    shown=_shown,
    forms={"accept": AcceptForm, "tolerate": TolerateForm, "find": FindForm, "determine": DetermineForm},
    acts={
        "accept": _accept,
        "tolerate": _tolerate,
        "supplement": _supplement,
        "keep": _keep,
        "find": _find,
        "notify": _notify,
        "determine": _determine,
        "overturn": _overturn,
    },
)
