"""Who stands on a list and is not named in the file that came: proposals of exit, each confirmed by a person."""

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.owned import BATCH
from xinheng.interfaces.web.parts import Crumb
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.batches import answers_for, number_of
from xinheng.services.list_comparison import Compared, compared, confirm_exits
from xinheng.store.batches import Batch
from xinheng.store.records import Record


class WholeForm(forms.Form):
    """That the file was the whole list, as of which day, and how it was verified."""

    whole_on = forms.DateField(
        label="名单截止日期",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "请填写名单的截止日期。"},
    )
    whole = forms.BooleanField(
        label="已向报送单位核实：这是整份名单，不是新增部分",
        error_messages={"required": "只有整份名单才能说明谁已移出，请先核实。"},
    )
    reason = forms.CharField(
        label="怎样核实的", max_length=300, error_messages={"required": "请写明怎样核实的。"}
    )


@asks(Verb.READ_BATCH, of=BATCH)
def list_exits(call: Call, batch: Batch) -> HttpResponse:
    return _page(call, batch, WholeForm(initial={"whole_on": call.today}))


@asks(Verb.CORRECT_RECORD, of=BATCH, methods=("POST",))
@once
def confirm_list_exits(call: Call, batch: Batch) -> HttpResponse:
    """End the entries that are ticked, and no other."""
    form, chosen = WholeForm(call.request.POST), call.request.POST.getlist("entry")
    if form.is_valid():
        with refusals_on(form):
            count = confirm_exits(
                batch.public_id,
                keys={int(one) for one in chosen if one.isdecimal()},
                whole_on=form.cleaned_data["whole_on"],
                reason=form.cleaned_data["reason"],
                actor=call.user,
                policy=call.policy,
                now=call.now,
            )
            call.tell(f"已确认移出 {count} 条，其全部影响同时终止。")
            return redirect("office:list_exits", batch=batch.public_id)
    return _page(call, batch, form, chosen=frozenset(chosen))


def _page(call: Call, batch: Batch, form: WholeForm, *, chosen: frozenset[str] = frozenset()) -> HttpResponse:
    found = compared(batch)
    if found is None:
        raise Http404
    here = {"batch": batch.public_id}
    context = {
        "crumbs": [
            Crumb("批次", reverse("office:batches")),
            Crumb(number_of(batch), reverse("office:batch", kwargs=here)),
            Crumb("核对整份名单"),
        ],
        "number": number_of(batch),
        "unit": call.tree.name(batch.organisation_id),
        "standing": found.standing,
        "count": found.count,
        "too_many": found.too_many,
        "entries": [_entry(one, chosen) for one in found.entries],
        "form": form if _may(call, batch, found) else None,
        "why_not": _why_not(call, batch, found),
        "act_url": reverse("office:confirm_list_exits", kwargs=here),
    }
    return call.render("list_exits", context)


def _entry(record: Record, chosen: frozenset[str]) -> dict[str, Any]:
    own = {"subject": record.subject.public_id, "key": record.record_key}
    return {
        "key": record.record_key,
        "chosen": str(record.record_key) in chosen,
        "name": record.subject.name,
        "code": record.subject.code or "",
        "url": reverse("office:record", kwargs=own),
        "document_no": record.detail.document_no,
        "authority": record.detail.authority,
        "decided_on": record.decided_on,
    }


def _may(call: Call, batch: Batch, found: Compared) -> bool:
    return not _why_not(call, batch, found)


def _why_not(call: Call, batch: Batch, found: Compared) -> str:
    if not found.entries:
        return "没有待确认的移出。"
    if answers_for(call.user, batch):
        return "报送人不能确认自己报送的名单，请由另一人办理。"
    if not call.may(Verb.CORRECT_RECORD, call.of(batch.organisation_id)):
        return "您没有更正该单位记录的职责。"
    return ""
