"""What a desk decided after a check of one enterprise: entered upon the answer or later, by whoever may check at that desk.

The check informs and decides nothing; what burdens or favours names the decision on which it rests (国办发〔2020〕49号).
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.check_decisions import CheckOutcome
from xinheng.core.measures import Occasion
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, Owned, asks
from xinheng.interfaces.office.measures import crumbs
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.tables_page import tables_page
from xinheng.interfaces.web.parts import Cell, Column, Crumb, Table
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.check_outcomes import (
    Outcome,
    correct_desk_decision,
    entries_of,
    keep_desk_decision,
)
from xinheng.services.check_register import undecided
from xinheng.services.measures_applying import Applies
from xinheng.services.time import day_of
from xinheng.store.check_register import DESK, CheckCorrection, CheckDecision, CheckMade

MOST = 50
Entry = CheckDecision | CheckCorrection
_LEAD = "核查只提供信息，是否办理由本单位依法决定。登记结果用于统计应查必查，登记有误的写明原因更正，原来的留存；情况有变化的，再核查一次。"


def _find(public_id: str) -> CheckMade | None:
    known = CheckMade.objects.select_related("subject", "by", "decision")
    return known.filter(public_id=public_id, way=DESK).first()


CHECK = Owned("check", _find, lambda call, one: call.of(one.organisation_id))


class OutcomeForm(forms.Form):
    """``offered``: numbers and titles of what applied, to be ticked instead of written."""

    outcome = forms.ChoiceField(
        label="处理结果",
        choices=[("", "请选择"), *((one.value, one.label) for one in CheckOutcome)],
        error_messages={"required": "请选择处理结果。"},
    )
    grounds: forms.Field = forms.CharField(
        label="所依据的措施、禁入或者激励的编号",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="核查答复列出的编号，一行一个；没有影响办理的不填。",
    )
    reason = forms.CharField(
        label="理由",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明理由。"},
    )
    decided_on = forms.DateField(
        label="决定日期",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "请填写决定日期。", "invalid": "日期写作 2026-11-20。"},
    )

    def __init__(self, *args: Any, offered: Iterable[tuple[str, str]] = (), **given: Any) -> None:
        super().__init__(*args, **given)
        if choices := list(offered):
            self.fields["grounds"] = forms.MultipleChoiceField(
                label="所依据的决定",
                choices=choices,
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )


class CorrectionForm(OutcomeForm):
    """In place of what was entered; nothing of it is chosen beforehand."""

    why = forms.CharField(
        label="为什么更正",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请写明为什么更正。"},
    )


def form_after(found: Applies) -> OutcomeForm:
    """To be shown beneath an answer; what applied and has a number can be ticked."""
    lines = (*found.bans, *found.measures, *found.incentives)
    offered = {one.number: f"{one.title}（{one.number}）" for one in lines if one.number}
    return OutcomeForm(offered=offered.items())


@asks(Verb.CHECK_SUBJECT, of=CHECK, methods=("GET", "POST"))
@once
def check_made(call: Call, made: CheckMade) -> HttpResponse:
    """The entry in the register and what was decided, with the form for it or for its correction."""
    entries = entries_of(made)
    own = made.organisation_id == call.user.organisation_id
    kind = CorrectionForm if entries else OutcomeForm
    corrects = call.request.method == "POST" or "correct" in call.request.GET
    form = kind(_sent(call, kind)) if own and (not entries or corrects) else None
    links = [("更正处理结果", "?correct=1")] if own and form is None else []
    if form is not None and form.is_bound and form.is_valid():
        given = form.cleaned_data
        told = Outcome(
            outcome=CheckOutcome(given["outcome"]),
            reason=given["reason"],
            by=call.user.display_name,
            grounds=[one.strip() for one in given["grounds"].splitlines() if one.strip()],
            decided_on=given["decided_on"],
        )
        with refusals_on(form, {"CX1": "decided_on", "CX2": "grounds", "CX3": "grounds", "CX13": "why"}):
            act: Any = {"actor": call.user, "policy": call.policy, "now": call.now}
            if entries:
                correct_desk_decision(made.public_id or "", told, why=given["why"], **act)
            else:
                keep_desk_decision(made.public_id or "", told, **act)
            call.tell("已登记更正。" if entries else "已登记处理结果。")
            return redirect("office:check_made", check=made.public_id)
    return tables_page(
        call,
        crumbs(call, Crumb("办事核查", reverse("office:measure_check")), Crumb(made.subject.name)),
        f"核查　{made.subject.name}",
        _LEAD,
        ("核查", _facts(made, entries)),
        *([("以前登记的", _older(entries[:-1]))] if len(entries) > 1 else []),
        form=form,
        links=links,
        button="登记更正" if entries else "登记",
    )


def waiting(call: Call) -> Table:
    """Checks of one enterprise at the own desk of which nobody entered the result, the newest first."""
    rows: list[list[Cell | str]] = [
        [
            str(one.day),
            Cell(one.subject.name, reverse("office:check_made", kwargs={"check": one.public_id})),
            Occasion(one.occasion).label,
            one.reference,
            one.by.display_name if one.by else "—",
        ]
        for one in undecided(call.user.organisation)[:MOST]
    ]
    columns = [Column("日期", "day"), *(Column(one) for one in ("主体", "事项", "为了", "核查人"))]
    return Table("待登记处理结果的核查", columns, rows, empty="没有待登记的。", caption_hidden=True)


def _sent(call: Call, kind: type[OutcomeForm]) -> dict[str, str] | None:
    """Grounds come ticked from beneath the answer, or written by hand."""
    if call.request.method != "POST":
        return None
    sent = {name: call.request.POST.get(name, "") for name in kind.base_fields}
    return sent | {"grounds": "\n".join(call.request.POST.getlist("grounds"))}


def _facts(made: CheckMade, entries: Sequence[Entry]) -> Table:
    rows = [
        ["事项", Occasion(made.occasion).label],
        ["为了", made.reference],
        ["核查", f"{made.by.display_name if made.by else '—'}　{made.day}"],
    ]
    if entries:
        last = entries[-1]
        rows += [
            ["处理结果", f"{last.get_outcome_display()}　{last.decided_on}"],
            ["依据", "、".join(last.grounds) or "—"],
            ["理由", last.reason],
            ["登记", f"{last.by}　{day_of(last.at)}"],
        ]
        if isinstance(last, CheckCorrection):
            rows.append(["为什么更正", last.why])
    return Table("核查", [Column("项目"), Column("内容")], rows, caption_hidden=True)


def _older(entries: Sequence[Entry]) -> Table:
    """What does not hold any more, the newest first."""
    rows = [
        [
            str(day_of(one.at)),
            f"{one.get_outcome_display()}　{one.decided_on}",
            "、".join(one.grounds) or "—",
            one.reason,
            one.by,
            one.why if isinstance(one, CheckCorrection) else "—",
        ]
        for one in reversed(entries)
    ]
    names = ("处理结果", "依据", "理由", "登记人", "为什么更正")
    return Table("以前登记的", [Column("登记", "day"), *map(Column, names)], rows, caption_hidden=True)
