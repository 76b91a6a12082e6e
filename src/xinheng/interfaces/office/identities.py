"""Rows without a code that holds: the queue, and one row beside whom it may mean; a person says yes, no or unknown."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.masking import mask_personal
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.code_issues import pages
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.owned import ROW
from xinheng.interfaces.office.paging import chosen, oldest_first
from xinheng.interfaces.office.wording import districts, feed_title
from xinheng.interfaces.web.parts import Cell, Column, Crumb, Filter, Option, Table
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.matching.divisions import Divisions
from xinheng.services.batches import answers_for, number_of
from xinheng.services.identities import (
    Proposed,
    code_written,
    decide_row,
    name_written,
    proposals,
    take_back,
    waiting_rows,
)
from xinheng.store.batches import ReturnedRow, ReturnedState
from xinheng.store.identities import RowIdentity, Verdict
from xinheng.store.subjects import SubjectKind, SubjectStatus

READ = (Verb.DECIDE_QUARANTINE, Verb.PROPOSE_QUARANTINE)
_STATES = {"": "待认定", "unknown": "不能确定", "yes": "已归入", "no": "都不是"}


class IdentityForm(forms.Form):
    """Whom the row means. A candidate is chosen by its public id."""

    verdict = forms.ChoiceField(
        label="这一行是谁的", widget=forms.RadioSelect, error_messages={"required": "请选择。"}
    )
    remember = forms.BooleanField(label="记住这个写法，以后优先提示（仍由人认定）", required=False)
    reason = forms.CharField(
        label="理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明认定的理由。"},
    )

    def __init__(self, proposed: tuple[Proposed, ...], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.proposed = proposed
        named = [(one.subject.public_id, f"{one.subject.name}　{one.subject.code or ''}") for one in proposed]
        fixed = [("no", "都不是，退回报送单位补填代码"), ("unknown", "不能确定，先留着")]
        self.fields["verdict"].choices = [*named, *fixed]  # type: ignore[attr-defined]


class TakeBackForm(forms.Form):
    reason = forms.CharField(
        label="为什么收回",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明为什么收回认定。"},
    )


@asks(*READ)
def identities(call: Call) -> HttpResponse:
    reached = frozenset[int]().union(*(call.reach(verb) for verb in READ))
    state = chosen(call.request, "state", _STATES)
    standing = RowIdentity.objects.filter(reversed_at__isnull=True)
    if state in ("yes", "no"):
        rows = ReturnedRow.objects.filter(pk__in=standing.filter(verdict=state).values("row"))
    else:
        unsure = standing.filter(verdict=Verdict.UNKNOWN).values("row")
        rows = waiting_rows().filter(pk__in=unsure) if state else waiting_rows().exclude(pk__in=unsure)
    rows = rows.filter(batch__organisation__in=reached).select_related("batch")
    page, paging = oldest_first(rows, call.request)
    context = {
        "pages": pages(call),
        "filters": [
            Filter("state", "状态", "select", state, [Option(*pair) for pair in _STATES.items()]),
        ],
        "reset_url": reverse("office:identities"),
        "table": Table(
            "没有可用代码的行",
            [Column("名称"), Column("所填代码"), Column("单位"), Column("数据"), Column("批次")],
            [_row(call, row) for row in page],
            empty="没有待认定的行。",
            paging=paging,
            caption_hidden=True,
        ),
    }
    return call.render("identities", context)


def _row(call: Call, row: ReturnedRow) -> list[Cell | str]:
    return [
        Cell(name_written(row) or "（名称未填）", reverse("office:identity", kwargs={"row": row.pk})),
        code_written(row) or "未填",
        call.tree.name(row.batch.organisation_id),
        feed_title(row.batch.feed, call.policy),
        f"{number_of(row.batch)} 第 {row.row_no} 行",
    ]


def _divisions(call: Call) -> Divisions:
    return Divisions(districts(call.policy).values())


@asks(*READ, of=ROW)
def identity(call: Call, row: ReturnedRow) -> HttpResponse:
    proposed = proposals(row, divisions=_divisions(call)) if _waits(row) else ()
    return _page(call, row, proposed, IdentityForm(proposed) if _may_decide(call, row) else None)


@asks(Verb.DECIDE_QUARANTINE, of=ROW, methods=("POST",))
@once
def decide(call: Call, row: ReturnedRow) -> HttpResponse:
    proposed = proposals(row, divisions=_divisions(call))
    form = IdentityForm(proposed, call.request.POST)
    if form.is_valid():
        with refusals_on(form):
            _decided(call, row, form)
            call.tell(f"第 {row.row_no} 行已认定。")
            return redirect("office:identities")
    return _page(call, row, proposed, form)


def _decided(call: Call, row: ReturnedRow, form: IdentityForm) -> None:
    given = form.cleaned_data
    meant = {one.subject.public_id: one.subject for one in form.proposed}.get(given["verdict"])
    decide_row(
        row.pk,
        verdict=Verdict.YES if meant else Verdict(given["verdict"]),
        subject=meant,
        proposed=form.proposed,
        remember=given["remember"],
        reason=given["reason"],
        actor=call.user,
        now=call.now,
    )


@asks(Verb.DECIDE_QUARANTINE, of=ROW, methods=("POST",))
@once
def reverse_identity(call: Call, row: ReturnedRow) -> HttpResponse:
    form, said = TakeBackForm(call.request.POST), _said(row)
    if said is None:
        raise Refusal("ID15", "这一行没有可以收回的认定。", advice="请刷新页面。")
    if form.is_valid():
        take_back(said.pk, actor=call.user, policy=call.policy, now=call.now, **form.cleaned_data)
        call.tell("已收回认定，记录已撤回，这一行重新待认定。")
        return redirect("office:identity", row=row.pk)
    return _page(call, row, (), None, back=form)


def _waits(row: ReturnedRow) -> bool:
    return row.state == ReturnedState.WAITING


def _said(row: ReturnedRow) -> RowIdentity | None:
    kept = row.identities.filter(reversed_at__isnull=True).select_related("subject", "decided_by", "alias")
    return kept.first()


def _may_decide(call: Call, row: ReturnedRow) -> bool:
    own = answers_for(call.user, row.batch)
    may = bool(call.may(Verb.DECIDE_QUARANTINE, call.of(row.batch.organisation_id)))
    return may and not own and waiting_rows().filter(pk=row.pk).exists()


def _page(
    call: Call,
    row: ReturnedRow,
    proposed: tuple[Proposed, ...],
    form: IdentityForm | None,
    *,
    back: TakeBackForm | None = None,
) -> HttpResponse:
    said = _said(row)
    own = answers_for(call.user, row.batch)
    may = bool(call.may(Verb.DECIDE_QUARANTINE, call.of(row.batch.organisation_id)))
    taken = said is not None and said.verdict == Verdict.YES
    context = {
        "crumbs": [Crumb("无代码的行", reverse("office:identities")), Crumb(f"第 {row.row_no} 行")],
        "name": name_written(row),
        "code": code_written(row),
        "unit": call.tree.name(row.batch.organisation_id),
        "feed": feed_title(row.batch.feed, call.policy),
        "where": f"批次 {number_of(row.batch)} 第 {row.row_no} 行",
        "cells": [
            (label, mask_personal(str(value)).text) for label, value in (row.original or {}).items() if value
        ],
        "candidates": [_candidate(call, one) for one in proposed],
        "form": form,
        "decide_url": reverse("office:decide_identity", kwargs={"row": row.pk}),
        "said": _told(call, said) if said else None,
        "back": (back or TakeBackForm()) if taken and may else None,
        "back_url": reverse("office:reverse_identity", kwargs={"row": row.pk}),
        "why_not": "这是您自己报送的行，须由另一人认定。" if own else "由决定人认定。",
    }
    return call.render("identity", context)


def _candidate(call: Call, one: Proposed) -> dict[str, Any]:
    subject = one.subject
    may_read = call.may_somewhere(Verb.READ_SUBJECT_FILE)
    return {
        "name": subject.name,
        "code": subject.code or "",
        "kind": SubjectKind(subject.kind).label,
        "status": SubjectStatus(subject.status).label,
        "district": districts(call.policy).get(subject.division_code, ""),
        "score": f"{one.score / 10:.0f}%",
        "reasons": one.reasons,
        "url": reverse("office:subject", kwargs={"subject": subject.public_id}) if may_read else "",
    }


def _told(call: Call, said: RowIdentity) -> dict[str, Any]:
    return {
        "verdict": Verdict(said.verdict).label,
        "subject": said.subject.name if said.subject else "",
        "url": reverse("office:subject", kwargs={"subject": said.subject.public_id})
        if said.subject and call.may_somewhere(Verb.READ_SUBJECT_FILE)
        else "",
        "who": said.decided_by.display_name,
        "at": said.decided_at,
        "reason": said.reason,
        "alias": said.alias.name if said.alias and said.alias.revoked_at is None else "",
    }
