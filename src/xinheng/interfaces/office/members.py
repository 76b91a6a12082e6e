"""Industry associations and their rolls of members: an association keeps its own and sees nothing else of a member.

The system administrator registers associations; the credit office may help with a roll.
"""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, Owned, asks
from xinheng.interfaces.office.form_page import form_page
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.paging import newest_first
from xinheng.interfaces.web.figures import count
from xinheng.interfaces.web.parts import Cell, Column, Crumb, Table
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.members import Entry, associations_of, end_member, enter_member, register_association
from xinheng.services.time import day_of
from xinheng.store.members import Member
from xinheng.store.organisations import Organisation, OrganisationKind

_READ = (Verb.KEEP_MEMBERS, Verb.MANAGE_ORGANISATIONS)
_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _association(public_id: str) -> Organisation | None:
    return Organisation.objects.filter(public_id=public_id, kind=OrganisationKind.ASSOCIATION).first()


ASSOCIATION = Owned("association", _association, lambda call, one: call.of(one.pk))


class AssociationForm(forms.Form):
    name = forms.CharField(label="协会名称", max_length=120, error_messages={"required": "请填写协会名称。"})
    credit_code = forms.CharField(
        label="协会的统一社会信用代码", max_length=30, error_messages={"required": "请填写协会的代码。"}
    )


class MemberForm(forms.Form):
    code = forms.CharField(
        label="会员的统一社会信用代码或旧代码",
        max_length=30,
        error_messages={"required": "请填写会员的代码。"},
    )
    from_on = forms.DateField(
        label="入会日期",
        widget=_DAY,
        error_messages={"required": "请填写入会日期。", "invalid": "日期请写成 2026-11-20 这样。"},
    )
    source = forms.CharField(label="来源", max_length=200, error_messages={"required": "请写明来源。"})


class EndForm(forms.Form):
    to_on = forms.DateField(
        label="退会日期",
        widget=_DAY,
        error_messages={"required": "请填写退会日期。", "invalid": "日期请写成 2026-11-20 这样。"},
    )
    reason = forms.CharField(label="理由", max_length=200, error_messages={"required": "请写明理由。"})


@asks(*_READ)
def associations(call: Call) -> HttpResponse:
    """All that this person reaches; who has one only is led to its roll."""
    reached = call.reach(Verb.KEEP_MEMBERS) | call.reach(Verb.MANAGE_ORGANISATIONS)
    found = list(associations_of(reached))
    if len(found) == 1 and not call.may_somewhere(Verb.MANAGE_ORGANISATIONS):
        return redirect("office:members", association=found[0].public_id)
    may_read = call.reach(Verb.KEEP_MEMBERS)
    context = {
        "crumbs": [Crumb("协会与会员")],
        "new_url": reverse("office:new_association") if call.may_somewhere(Verb.MANAGE_ORGANISATIONS) else "",
        "table": Table(
            "行业协会",
            [Column("协会"), Column("统一社会信用代码", "code"), Column("现有会员", "number")],
            [
                [
                    Cell(call.tree.name(one.pk), _roll(one) if one.pk in may_read else ""),
                    one.credit_code,
                    count(one.counted),  # type: ignore[attr-defined]
                ]
                for one in found
            ],
            empty="还没有登记行业协会。由系统管理员登记后，再为它开立账号。",
            caption_hidden=True,
        ),
    }
    return call.render("associations", context)


@asks(Verb.MANAGE_ORGANISATIONS, methods=("GET", "POST"))
@once
def new_association(call: Call) -> HttpResponse:
    form = AssociationForm(call.request.POST or None)
    if call.request.method == "POST" and form.is_valid():
        with refusals_on(form):
            register_association(actor=call.user, now=call.now, **form.cleaned_data)
            call.tell(f"已登记“{form.cleaned_data['name']}”。请在“用户与职责”中为它开立账号。")
            return redirect("office:associations")
    return form_page(
        call,
        form,
        _crumbs(Crumb("登记协会")),
        heading="登记行业协会",
        lead="登记后可以为协会开立账号、办理报送密钥。协会报送的是市场信用信息：不作不利依据，不公示。",
        button="登记",
    )


@asks(Verb.KEEP_MEMBERS, of=ASSOCIATION)
def members(call: Call, association: Organisation) -> HttpResponse:
    return _roll_page(call, association, MemberForm(initial={"from_on": call.today}))


@asks(Verb.KEEP_MEMBERS, of=ASSOCIATION, methods=("POST",))
@once
def add_member(call: Call, association: Organisation) -> HttpResponse:
    form = MemberForm(call.request.POST)
    if form.is_valid():
        with refusals_on(form):
            made = enter_member(association, Entry(**form.cleaned_data), actor=call.user, now=call.now)
            call.tell(f"“{made.subject.name}”已登记为会员。")
            return redirect("office:members", association=association.public_id)
    return _roll_page(call, association, form)


@asks(Verb.KEEP_MEMBERS, of=ASSOCIATION, methods=("GET", "POST"))
@once
def end_membership(call: Call, association: Organisation, number: int) -> HttpResponse:
    form = EndForm(call.request.POST or None, initial={"to_on": call.today})
    if call.request.method == "POST" and form.is_valid():
        with refusals_on(form):
            end_member(number, association=association, actor=call.user, now=call.now, **form.cleaned_data)
            return redirect("office:members", association=association.public_id)
    return form_page(
        call,
        form,
        _crumbs(Crumb(call.tree.name(association.pk), _roll(association)), Crumb("登记退会")),
        heading="登记退会",
        lead="退会后不再接收关于它的记录；已经报送的记录照常保留。",
        button="登记退会",
    )


def _crumbs(*more: Crumb) -> list[Crumb]:
    return [Crumb("协会与会员", reverse("office:associations")), *more]


def _roll(association: Organisation) -> str:
    return reverse("office:members", kwargs={"association": association.public_id})


def _roll_page(call: Call, association: Organisation, form: MemberForm) -> HttpResponse:
    own = {"association": association.public_id}
    rows = Member.objects.filter(association=association).select_related("subject", "entered_by")
    page, paging = newest_first(rows, call.request)
    name = call.tree.name(association.pk)
    context: dict[str, Any] = {
        "crumbs": _crumbs(Crumb(name)),
        "name": name,
        "form": form,
        "promise_url": reverse("office:member_commitments", kwargs=own),
        "add_url": reverse("office:add_member", kwargs=own),
        "batches_url": reverse("office:batches") if call.may_somewhere(Verb.READ_BATCH) else "",
        "upload_url": reverse("office:upload") if call.may_somewhere(Verb.IMPORT_FILE) else "",
        "table": Table(
            "会员名册",
            [
                Column("会员"),
                Column("统一社会信用代码", "code"),
                Column("入会", "day"),
                Column("退会", "day"),
                Column("来源"),
                Column("经办"),
            ],
            [_line(association, one) for one in page],
            empty="名册还是空的。报送记录之前，请先登记会员。",
            paging=paging,
            caption_hidden=True,
        ),
    }
    return call.render("members", context)


def _line(association: Organisation, one: Member) -> list[Cell | str]:
    end = reverse("office:end_membership", kwargs={"association": association.public_id, "number": one.pk})
    return [
        one.subject.name,
        one.subject.code or "—",
        one.from_on.isoformat(),
        Cell(one.to_on.isoformat()) if one.to_on else Cell("登记退会", end),
        f"{one.source}{f'；退会：{one.ended_reason}' if one.ended_reason else ''}",
        f"{one.entered_by.display_name}　{day_of(one.entered_at).isoformat()}",
    ]
