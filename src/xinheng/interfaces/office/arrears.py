"""Arrears of government bodies and state-owned enterprises before the public: proposed by one, decided by another, ended."""

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.access import Target
from xinheng.core.articles import ARREARS, opened_by
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, Owned, asks
from xinheng.interfaces.office.form_page import form_page
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.paging import newest_first
from xinheng.interfaces.office.records_shown import record_url
from xinheng.interfaces.office.tables_page import tables_page
from xinheng.interfaces.office.wording import DEEDS
from xinheng.interfaces.web.figures import yuan
from xinheng.interfaces.web.parts import Cell, Column, Crumb, Table
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.arrears import (
    Decision,
    arrears_to_propose,
    days_for_statement,
    finding_of,
    is_open,
    notices,
    propose_arrears,
    show_arrears,
    stop_arrears,
)
from xinheng.services.time import day_of
from xinheng.store.arrears import ArrearsNotice

SHOWN = 50
_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
_VERBS = (Verb.FLAG_SUBJECT, Verb.DECIDE_CASE)


def _find(public_id: str) -> ArrearsNotice | None:
    return notices().filter(public_id=public_id).first()


def _city(call: Call, _: object) -> Target:
    return call.of(call.tree.root)


NOTICE = Owned("notice", _find, _city)


class ProposeForm(forms.Form):
    number = forms.CharField(
        label="公示决定的文号", max_length=120, error_messages={"required": "请填写文号。"}
    )
    organ = forms.CharField(
        label="作出公示决定的机关", max_length=120, error_messages={"required": "请填写机关。"}
    )
    decided_on = forms.DateField(
        label="决定日期", widget=_DAY, error_messages={"required": "请填写决定日期。"}
    )
    told_on = forms.DateField(
        label="事先告知单位的日期", widget=_DAY, error_messages={"required": "请填写告知日期。"}
    )
    told_proof = forms.CharField(
        label="告知的凭证",
        max_length=200,
        help_text="送达回证、签收单或者公文交换的编号。不写人名。",
        error_messages={"required": "请填写告知的凭证。"},
    )


class ShowForm(forms.Form):
    heard = forms.CharField(
        label="单位的意见和采纳情况",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="没有提出意见的，写“没有提出意见”。不写人名。",
        error_messages={"required": "请写明单位的意见。"},
    )


class StopForm(forms.Form):
    reason = forms.CharField(
        label="停止的原因", max_length=300, error_messages={"required": "请写明停止公示的原因。"}
    )


@asks(*_VERBS)
def arrears(call: Call) -> HttpResponse:
    if not call.may(Verb.FLAG_SUBJECT, _city(call, None)):
        call.demand(Verb.DECIDE_CASE, _city(call, None))
    column, sources = call.policy.articles.columns.get(ARREARS), call.policy.sources
    basis = (
        "、".join(sources[one.source].cite(one.clause) for one in opened_by(column, sources))
        if column
        else ""
    )
    lead = (
        f"只凭有权机关的公示决定，事先告知单位、听取意见，由两人办理；认定了结、撤销或者不再是终局的，公示同时停止。"
        f"只写单位，不涉及任何个人。依据：{basis}{'' if column and column.verified else '（依据待核）'}。"
        if is_open(call.policy)
        else "本市没有规定公示机关、事业单位和国有企业拖欠账款，不能提出公示。"
    )
    crumbs = [Crumb("政务诚信", reverse("office:government")), Crumb("拖欠账款公示")]
    tables = [("公示", _notices(call))]
    if is_open(call.policy):
        tables.append(("可以提出公示的认定", _findings(call)))
    return tables_page(call, crumbs, "拖欠账款公示", lead, *tables, links=[])


def _notices(call: Call) -> Table:
    page, paging = newest_first(notices(), call.request)
    rows: list[list[Cell | str]] = [
        [
            Cell(one.subject.name, reverse("office:arrears_notice", kwargs={"notice": one.public_id})),
            one.decision_no,
            one.decided_by_organ,
            one.told_on.isoformat(),
            Cell("", mark=_state(one)[0], tone=_state(one)[1]),
            DEEDS.get(one.ended_why, one.ended_why) or "—",
        ]
        for one in page
    ]
    columns = [
        *(Column("单位"), Column("公示决定"), Column("决定机关"), Column("告知", "day"), Column("状态")),
        Column("停止的原因"),
    ]
    return Table("公示", columns, rows, empty="还没有提出过。", paging=paging, caption_hidden=True)


def _state(one: ArrearsNotice) -> tuple[str, str]:
    if one.ended_at is not None:
        return "已停止", ""
    return ("公示中", "done") if one.shown_at else ("待另一人决定", "decide")


def _findings(call: Call) -> Table:
    may = bool(call.may(Verb.FLAG_SUBJECT, _city(call, None)))
    rows: list[list[Cell | str]] = [
        [
            Cell(one.subject.name, record_url(one.subject, one)),
            one.detail.document_no,
            one.detail.authority,
            yuan(one.amount_fen) if one.amount_fen else "—",
            f"{one.decided_on or ''}",
            Cell("提出", reverse("office:propose_arrears", kwargs={"key": one.record_key})) if may else "—",
        ]
        for one in arrears_to_propose(call.policy)[:SHOWN]
    ]
    columns = [
        *(Column("单位"), Column("认定文书"), Column("认定单位"), Column("金额", "number")),
        *(Column("认定日期", "day"), Column("办理", "tight")),
    ]
    return Table("可以提出公示的认定", columns, rows, empty="没有拖欠账款的认定。", caption_hidden=True)


@asks(Verb.FLAG_SUBJECT, methods=("GET", "POST"))
@once
def propose(call: Call, key: int) -> HttpResponse:
    found = finding_of(key, call.policy)
    if found is None:
        raise Http404
    form = ProposeForm(call.request.POST or None)
    if call.request.method == "POST" and form.is_valid():
        with refusals_on(form):
            propose_arrears(
                key, Decision(**form.cleaned_data), actor=call.user, policy=call.policy, now=call.now
            )
            call.tell("已提出，由另一人决定后公示。")
            return redirect("office:arrears")
    amount = f"，{yuan(found.amount_fen)}" if found.amount_fen else ""
    lead = (
        f"{found.subject.name}：{found.detail.title}{amount}，{found.detail.authority} {found.detail.document_no}，"
        f"{found.decided_on or '认定日期不明'} 认定。照有权机关的公示决定填写；认定须已经终局，单位须在决定以前告知。"
    )
    return form_page(call, form, _crumbs("提出公示"), heading="提出公示拖欠账款", lead=lead, button="提出")


@asks(*_VERBS, of=NOTICE, methods=("GET", "POST"))
@once
def arrears_notice(call: Call, notice: ArrearsNotice) -> HttpResponse:
    """Decide what waits, or end what is public."""
    given: Any = call.request.POST or None
    waits = notice.shown_at is None and notice.ended_at is None
    about = f"{notice.subject.name}，{notice.decided_by_organ} {notice.decision_no}，{notice.told_on} 告知（{notice.told_proof}）"
    if notice.ended_at is not None:
        why = DEEDS.get(notice.ended_why, notice.ended_why)
        lead = f"{about}。已于 {day_of(notice.ended_at)} 停止：{why}。"
        return tables_page(call, _crumbs(notice.subject.name), "拖欠账款公示已停止", lead, links=[])
    decides = (
        waits
        and bool(call.may(Verb.DECIDE_CASE, _city(call, None)))
        and notice.proposed_by_id != call.user.pk
    )
    form: forms.Form = ShowForm(given) if decides else StopForm(given)
    if call.request.method == "POST" and form.is_valid():
        with refusals_on(form):
            if decides:
                heard = form.cleaned_data["heard"]
                show_arrears(notice.public_id, heard=heard, actor=call.user, policy=call.policy, now=call.now)
                call.tell("已公示。")
            else:
                stop_arrears(
                    notice.public_id, reason=form.cleaned_data["reason"], actor=call.user, now=call.now
                )
                call.tell("已停止。")
            return redirect("office:arrears")
    heading, button = ("停止公示拖欠账款", "停止")
    if waits:
        heading, button = ("决定公示拖欠账款", "决定公示") if decides else ("放弃提出公示", "放弃")
        days, last = days_for_statement(call.policy, told_on=notice.told_on)
        about += (
            f"。单位陈述意见的期限：{days}{f'，至 {last}' if last else '，请核对告知书写明的期限已经届满'}"
        )
    return form_page(
        call, form, _crumbs(notice.subject.name), heading=heading, lead=f"{about}。", button=button
    )


def _crumbs(last: str) -> list[Crumb]:
    return [
        Crumb("政务诚信", reverse("office:government")),
        Crumb("拖欠账款公示", reverse("office:arrears")),
        Crumb(last),
    ]
