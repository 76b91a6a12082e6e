"""The deletion of one record: proposed by one person, confirmed by a decider who is another.

A tombstone stays, the words go, and with them every effect. Deleting is for what may not be kept at all; what was
wrong is corrected or withdrawn (《河南省社会信用条例》第四十一、四十二条; legal guard G13).
"""

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import ADVICE, Call, asks
from xinheng.interfaces.office.identities_merges import DecisionForm
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.owned import SUBJECT
from xinheng.interfaces.office.records import MAY_PROPOSE, owner_of, record_of
from xinheng.interfaces.office.records_shown import file_crumbs, title_of
from xinheng.interfaces.web.parts import Crumb
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.deletions import decide_deletion, open_proposal, propose_deletion
from xinheng.store.records import Record
from xinheng.store.subjects import Subject


class DeleteForm(forms.Form):
    """Why the record may not be kept, and whether the delivered file holds what must go too."""

    ground = forms.CharField(
        label="所依据的文书", max_length=200, error_messages={"required": "请写明文书名称和文号。"}
    )
    reason = forms.CharField(
        label="理由",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明理由。"},
    )
    with_original = forms.BooleanField(
        label="同时销毁所在报送文件的原件（含个人信息的必须销毁）", required=False
    )


@asks(*MAY_PROPOSE, methods=("GET", "POST"))
@once
def delete_record(call: Call, subject: str, key: int) -> HttpResponse:
    """Propose, or read what is proposed; refused outside the organisation that delivered the record."""
    owner, found = _found(call, subject, key)
    if not any(call.may(verb, call.of(owner_of(call, found))) for verb in MAY_PROPOSE):
        raise Refusal("access", "这条记录由别的单位报送，不在您的授权范围内。", advice=ADVICE)
    form = DeleteForm(call.request.POST or None)
    if call.request.method == "POST" and form.is_valid():
        with refusals_on(form):
            propose_deletion(key, actor=call.user, now=call.now, **form.cleaned_data)
            call.tell("已提出删除意见，等待另一人确认；确认之前记录照常保留。")
            return redirect("office:delete_record", subject=subject, key=key)
    return _page(call, owner, found, form=form)


@asks(Verb.DELETE_RECORD, methods=("POST",))
@once
def decide(call: Call, subject: str, key: int) -> HttpResponse:
    """Confirm or refuse; nobody decides on the own proposal."""
    owner, found = _found(call, subject, key)
    call.demand(Verb.DELETE_RECORD, call.of(owner_of(call, found)))
    form, waiting = DecisionForm(call.request.POST), open_proposal(key)
    if form.is_valid():
        agree = form.cleaned_data["agree"] == "yes"
        with refusals_on(form):
            decide_deletion(
                waiting.public_id if waiting else "",
                agree=agree,
                reason=form.cleaned_data["reason"],
                actor=call.user,
                policy=call.policy,
                now=call.now,
            )
            call.tell(
                "已删除，只留删除标记；以它为依据的公示、评价同时终止。"
                if agree
                else "已决定不予删除，记录照常保留。"
            )
            return redirect("office:subject", subject=owner.public_id)
    return _page(call, owner, found, decision=form)


def _found(call: Call, subject: str, key: int) -> tuple[Subject, Record]:
    owner = SUBJECT.find(subject)
    if owner is None:
        raise Http404
    return owner, record_of(owner, key)


def _page(
    call: Call,
    owner: Subject,
    found: Record,
    *,
    form: DeleteForm | None = None,
    decision: DecisionForm | None = None,
) -> HttpResponse:
    waiting = open_proposal(found.record_key)
    part = {"subject": owner.public_id, "key": found.record_key}
    may_decide = bool(call.may(Verb.DELETE_RECORD, call.of(owner_of(call, found))))
    own = waiting is not None and waiting.proposed_by_id == call.user.pk
    if waiting is not None and decision is None and may_decide and not own:
        decision = DecisionForm()
    why_not = "这是您提出的，须由另一人确认。" if own else "由报送单位或其上级单位的决定人确认。"
    context = {
        "crumbs": file_crumbs(owner, Crumb("删除记录")),
        "title": title_of(call, found),
        "proposal": waiting
        and {
            "by": waiting.proposed_by.display_name,
            "at": waiting.proposed_at,
            "reason": waiting.reason,
            "ground": waiting.ground,
            "with_original": waiting.with_original,
        },
        "form": None if waiting else form,
        "decision": decision,
        "decide_url": reverse("office:decide_deletion", kwargs=part),
        "why_not": why_not,
    }
    return call.render("deletion", context)
