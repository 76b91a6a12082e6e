"""What departments answer and report on measures, typical cases, figures of effect."""

from datetime import date
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.access import Target
from xinheng.core.measures import MeasureGroup, Occasion
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, Owned, asks
from xinheng.interfaces.office.form_page import form_page
from xinheng.interfaces.office.measures import MEASURE, crumbs, due, receiver, tables_page
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.paging import chosen, newest_first
from xinheng.interfaces.web.parts import Cell, Column, Crumb, Table
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.loops import fields_of, units_of
from xinheng.services.measures_figures import effects_of_measures
from xinheng.services.measures_tasks import (
    Use,
    answer_task,
    late_tasks,
    report_use,
    review_use,
    waiting_tasks,
)
from xinheng.store.measures import (
    MeasureApplied,
    MeasureTask,
    MeasureUse,
    TaskAnswer,
    TaskKind,
    UseOutcome,
)
from xinheng.store.organisations import Organisation

_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
_SHOWN = 200
"""Tasks of one page; they are worked off from the top."""


def _task(public_id: str) -> MeasureTask | None:
    kept = MeasureTask.objects.select_related("measure__subject", "organisation")
    return kept.filter(public_id=public_id).first()


def _of_task(call: Call, task: MeasureTask) -> Target:
    """A receiver outside answers through whoever laid the measure."""
    return call.of(task.organisation_id or task.measure.organisation_id)


def _use(public_id: str) -> MeasureUse | None:
    kept = MeasureUse.objects.select_related("measure__subject", "organisation")
    return kept.filter(public_id=public_id).first()


TASK = Owned("task", _task, _of_task)
USE = Owned("use", _use, lambda call, one: call.of(one.measure.organisation_id))


class AnswerForm(forms.Form):
    answer = forms.ChoiceField(label="办理结果", choices=TaskAnswer.choices)
    said = forms.CharField(
        label="说明", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class UseForm(forms.Form):
    organisation = forms.ChoiceField(label="办理单位")
    occasion = forms.ChoiceField(label="事项")
    acted_on = forms.DateField(
        label="办理日期", widget=_DAY,
        error_messages={"required": "请填写办理日期。", "invalid": "日期写作 2026-11-20。"},
    )  # fmt: skip
    outcome = forms.ChoiceField(label="结果", choices=UseOutcome.choices)
    what = forms.CharField(
        label="办理内容", max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明做了什么。"},
    )  # fmt: skip
    text = forms.CharField(
        label="作为典型案例报送的文字（不写企业名称和代码）", max_length=2000, required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )  # fmt: skip

    def __init__(self, call: Call, measure: MeasureApplied, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reached = call.reach(Verb.DRAFT_CASE)
        asked = measure.tasks.filter(kind=TaskKind.APPLY).values_list("organisation_id", flat=True)
        units = Organisation.objects.filter(pk__in=reached & {measure.organisation_id, *asked})
        self.fields["organisation"].choices = [  # type: ignore[attr-defined]
            (one.public_id, call.tree.name(one.pk)) for one in units.order_by("pk")
        ]
        self.fields["occasion"].choices = [  # type: ignore[attr-defined]
            (one, Occasion(one).label) for one in measure.occasions
        ]


class ReviewForm(forms.Form):
    accepted = forms.ChoiceField(label="意见", choices=[("yes", "采用"), ("no", "不采用")])
    review = forms.CharField(
        label="理由", max_length=300, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明理由。"},
    )  # fmt: skip


@asks(Verb.DRAFT_CASE)
def measure_tasks(call: Call) -> HttpResponse:
    """What waits for an answer of the units in reach, due first; late ones are marked."""
    rows = waiting_tasks(call.reach(Verb.DRAFT_CASE))[:_SHOWN]
    late = set(
        late_tasks(today=call.today).filter(pk__in=[one.pk for one in rows]).values_list("pk", flat=True)
    )
    table = Table(
        "待反馈",
        [
            Column("企业"),
            Column("措施"),
            Column("要求"),
            Column("单位"),
            Column("截止", "day"),
            Column("状态"),
        ],
        [
            [
                Cell(
                    one.measure.subject.name, reverse("office:measure_task", kwargs={"task": one.public_id})
                ),
                one.measure.title,
                one.get_kind_display(),
                receiver(call, one),
                due(one),
                Cell(
                    "",
                    mark="逾期" if one.pk in late else "待反馈",
                    tone="decide" if one.pk in late else "clock",
                ),
            ]
            for one in rows
        ],
        empty="没有待反馈的措施。措施生效或者终止时，会通知响应单位。",
        caption_hidden=True,
    )
    lead = "发起单位通知响应的措施，以及措施终止后须停止执行的通知。"
    return tables_page(call, "响应和反馈", lead, ("", table))


@asks(Verb.DRAFT_CASE, of=TASK, methods=("GET", "POST"))
@once
def measure_task(call: Call, task: MeasureTask) -> HttpResponse:
    form = AnswerForm(call.request.POST or None)
    if call.request.method == "POST" and form.is_valid():
        with refusals_on(form):
            answer_task(task.public_id, actor=call.user, now=call.now, **form.cleaned_data)
            call.tell("已反馈。")
            return redirect("office:measure_tasks")
    heading = f"{task.get_kind_display()}：{task.measure.title}"
    return form_page(
        call,
        form,
        crumbs(call, Crumb(heading)),
        heading=heading,
        lead=f"{task.measure.subject.name}。依据：{task.measure.basis}。截止：{due(task)}。措施只用于所列事项，认为有误的请写明。",
        button="反馈",
    )


@asks(Verb.DRAFT_CASE, of=MEASURE, methods=("GET", "POST"))
@once
def report_measure_use(call: Call, measure: MeasureApplied) -> HttpResponse:
    form = UseForm(call, measure, call.request.POST or None)
    if call.request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        unit = Organisation.objects.get(public_id=given.pop("organisation"))
        with refusals_on(form):
            report_use(measure, Use(**given), organisation=unit, actor=call.user, now=call.now)
            call.tell("已登记办理情况。")
            return redirect("office:measure", measure=measure.public_id)
    return form_page(
        call,
        form,
        crumbs(call, Crumb("反馈办理情况")),
        heading="反馈办理情况",
        lead=f"{measure.subject.name}：{measure.title}。典型案例由另一人审核后才采用。",
        button="登记",
    )


@asks(Verb.READ_CASE)
def measure_uses(call: Call) -> HttpResponse:
    """Typical cases, those that wait for a review first."""
    rows = MeasureUse.objects.exclude(text="").filter(measure__organisation__in=call.reach(Verb.READ_CASE))
    page, paging = newest_first(rows, call.request)
    may_review = call.may_somewhere(Verb.DECIDE_CASE)
    table = Table(
        "典型案例",
        [Column("案例"), Column("报送单位"), Column("事项"), Column("日期", "day"), Column("审核")],
        [
            [
                Cell(
                    one.text[:60],
                    reverse("office:review_use", kwargs={"use": one.public_id})
                    if may_review and one.accepted is None
                    else "",
                ),
                call.tree.name(one.organisation_id),
                Occasion(one.occasion).label,
                str(one.acted_on),
                Cell(one.review, mark=_REVIEWED[one.accepted][0], tone=_REVIEWED[one.accepted][1]),
            ]
            for one in page
        ],
        empty="还没有报送典型案例。在措施页“反馈办理情况”时填写。",
        paging=paging,
        caption_hidden=True,
    )
    lead = "各单位报送的典型案例，不写企业名称；由另一人审核。"
    return tables_page(call, "典型案例", lead, ("", table))


_REVIEWED: dict[bool | None, tuple[str, str]] = {
    None: ("待审核", "decide"),
    True: ("采用", "done"),
    False: ("不采用", ""),
}


@asks(Verb.DECIDE_CASE, of=USE, methods=("GET", "POST"))
@once
def review_measure_use(call: Call, use: MeasureUse) -> HttpResponse:
    form = ReviewForm(call.request.POST or None)
    if call.request.method == "POST" and form.is_valid():
        with refusals_on(form):
            review_use(
                use.public_id,
                accepted=form.cleaned_data["accepted"] == "yes",
                review=form.cleaned_data["review"],
                actor=call.user,
                now=call.now,
            )
            call.tell("已审核。")
            return redirect("office:measure_uses")
    here = crumbs(call, Crumb("审核典型案例"))
    return form_page(call, form, here, heading="审核典型案例", lead=use.text, button="审核")


@asks(Verb.READ_CASE)
def measure_figures(call: Call) -> HttpResponse:
    """Effects of the measures that began this year; with ``field`` those of the organs in charge of it."""
    start = date(call.today.year, 1, 1)
    field = chosen(call.request, "field", fields_of(call.policy))
    units = units_of(field, policy=call.policy, among=call.reach(Verb.READ_CASE)) if field else None
    found = effects_of_measures(
        policy=call.policy, from_on=start, to_on=date(call.today.year + 1, 1, 1), units=units
    )
    number = "number"
    table = Table(
        f"{call.today.year} 年生效的措施",
        [
            Column("措施"), Column("类别"), Column("生效", number), Column("执行中", number), Column("修复终止", number),
            Column("有误终止", number), Column("期满终止", number), Column("按期反馈", number),
            Column("办理", number), Column("履行义务", number), Column("平均修复天数", number),
        ],
        [
            [
                row.title,
                MeasureGroup(row.group).label,
                str(row.applied),
                str(row.standing),
                str(row.repaired),
                str(row.wrong),
                str(row.expired),
                f"{row.in_time}/{row.asked}",
                str(row.uses),
                str(row.performed),
                str(row.days) if row.days is not None else "—",
            ]
            for row in found
        ],
        empty="今年还没有措施生效。",
        caption_hidden=True,
    )  # fmt: skip
    lead = "只统计各单位反馈的情况；修复是否由措施引起，统计不作判断。按期反馈为按期数与通知数。"
    return tables_page(call, "效果统计", lead, ("", table))
