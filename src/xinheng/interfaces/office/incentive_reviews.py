"""Yearly reviews of incentives: what is due, the finding of one person, the confirmation of another."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.access import Target
from xinheng.core.grounds import Ground, GroundKind
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, Owned, asks
from xinheng.interfaces.office.cases_kinds import SometimesField
from xinheng.interfaces.office.form_page import form_page
from xinheng.interfaces.office.measures import MEASURE, crumbs, tables_page
from xinheng.interfaces.office.once import once
from xinheng.interfaces.web.parts import Cell, Column, Crumb, Notice, Table
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.incentive_reviews import (
    Due,
    confirm_incentive_review,
    due_reviews,
    review_incentive,
    waiting_reviews,
)
from xinheng.services.measures_grounds import words_of, words_of_each
from xinheng.store.measures import IncentiveReview, MeasureApplied

TITLE = "激励年度复核"


def _review(public_id: str) -> IncentiveReview | None:
    kept = IncentiveReview.objects.select_related("measure__subject", "measure__organisation", "reviewed_by")
    return kept.filter(public_id=public_id).first()


def _of_review(call: Call, review: IncentiveReview) -> Target:
    return call.of(review.measure.organisation_id)


REVIEW = Owned("review", _review, _of_review)


class ReviewForm(forms.Form):
    keep = forms.ChoiceField(
        label="结论", choices=[("yes", "继续给予"), ("no", "终止")], widget=forms.RadioSelect
    )
    finding = forms.CharField(
        label="核对了什么、为什么", max_length=1000, widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "请写明核对的内容和理由。"},
    )  # fmt: skip


class ConfirmForm(forms.Form):
    agree = forms.ChoiceField(
        label="意见", choices=[("yes", "同意"), ("no", "不同意，退回重新复核")], widget=forms.RadioSelect
    )
    why = SometimesField(
        label="理由", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="不同意的须写明。",
    )  # fmt: skip


@asks(Verb.READ_CASE)
def incentive_reviews(call: Call) -> HttpResponse:
    """Incentives whose year is over or soon will be, the longest due first."""
    found = due_reviews(call.reach(Verb.READ_CASE), policy=call.policy, on=call.today)
    words = words_of_each([_ground(one.incentive) for one in found], policy=call.policy)
    table = Table(
        "到期的激励",
        [Column("企业"), Column("激励"), Column("依据"), Column("单位"), Column("复核到期", "day"), Column("状态")],
        [
            [
                Cell(one.incentive.subject.name, _url(call, one)),
                one.incentive.title,
                words[_ground(one.incentive)],
                call.tree.name(one.incentive.organisation_id),
                str(one.due_on),
                _state(call, one),
            ]
            for one in found
        ],
        empty="没有到期或者即将到期的激励。",
        caption_hidden=True,
    )  # fmt: skip
    lead = "激励每年复核一次：依据是否仍然成立、是否仍应给予。一人复核，另一人确认；依据终止的激励已经同时终止，不在这里。"
    return tables_page(call, TITLE, lead, ("", table))


def _ground(incentive: MeasureApplied) -> Ground:
    return Ground(GroundKind(incentive.ground_kind), incentive.ground_key)


def _url(call: Call, due: Due) -> str:
    """Where this person goes on: to the confirmation, to the review, or to the incentive itself."""
    target = call.of(due.incentive.organisation_id)
    if due.waiting is not None and due.waiting.reviewed_by_id != call.user.pk:
        if call.may(Verb.DECIDE_CASE, target):
            return reverse("office:confirm_incentive_review", kwargs={"review": due.waiting.public_id})
    elif due.waiting is None and call.may(Verb.DRAFT_CASE, target):
        return reverse("office:review_incentive", kwargs={"measure": due.incentive.public_id})
    return reverse("office:measure", kwargs={"measure": due.incentive.public_id})


def _state(call: Call, due: Due) -> Cell:
    if due.waiting is not None:
        return Cell("", mark="待确认", tone="decide")
    late = due.late(call.today)
    return Cell("", mark="逾期" if late else "待复核", tone="decide" if late else "clock")


@asks(Verb.DRAFT_CASE, of=MEASURE, methods=("GET", "POST"))
@once
def review_one(call: Call, measure: MeasureApplied) -> HttpResponse:
    form = ReviewForm(call.request.POST or None)
    if call.request.method == "POST" and form.is_valid():
        with refusals_on(form, {"IR2": "finding", "IR4": "keep"}):
            review_incentive(
                measure.public_id,
                keep=form.cleaned_data["keep"] == "yes",
                finding=form.cleaned_data["finding"],
                actor=call.user,
                policy=call.policy,
                now=call.now,
            )
            call.tell("已复核，由另一人确认。")
            return redirect("office:incentive_reviews")
    ground = words_of(_ground(measure), policy=call.policy)
    lead = f"{measure.subject.name}：{measure.title}。依据：{ground}。自 {measure.from_on} 起给予。"
    return form_page(
        call, form, _crumbs(call, "复核"), heading="复核激励", lead=lead, button="复核，交另一人确认"
    )


@asks(Verb.DECIDE_CASE, of=REVIEW, methods=("GET", "POST"))
@once
def confirm_one(call: Call, review: IncentiveReview) -> HttpResponse:
    form = ConfirmForm(call.request.POST or None)
    if call.request.method == "POST" and form.is_valid():
        with refusals_on(form, {"IR7": "why"}):
            confirm_incentive_review(
                review.public_id,
                agree=form.cleaned_data["agree"] == "yes",
                why=form.cleaned_data["why"],
                actor=call.user,
                policy=call.policy,
                now=call.now,
            )
            call.tell("已办理。")
            return redirect("office:incentive_reviews")
    concluded = "继续给予" if review.keep else "终止"
    lead = (
        f"{review.measure.subject.name}：{review.measure.title}。{review.reviewed_by.display_name} 于"
        f" {review.reviewed_on} 复核，结论：{concluded}。{review.finding}"
    )
    return form_page(call, form, _crumbs(call, "确认"), heading="确认激励复核", lead=lead, button="办理")


def _crumbs(call: Call, last: str) -> list[Crumb]:
    return crumbs(call, Crumb(TITLE, reverse("office:incentive_reviews")), Crumb(last))


def notices(call: Call) -> list[Notice]:
    """Lines of the desk: what is due soon or overdue, and what another person has to confirm."""
    url, found = reverse("office:incentive_reviews"), []
    drafts = call.reach(Verb.DRAFT_CASE)
    due = due_reviews(drafts, policy=call.policy, on=call.today) if drafts else []
    if mine := [one for one in due if one.waiting is None]:
        late = sum(one.late(call.today) for one in mine)
        words = f"{len(mine)} 项激励须年度复核" + (f"，其中 {late} 项逾期" if late else "")
        found.append(Notice("decide" if late else "clock", words, url=url, action="查看"))
    decides = call.reach(Verb.DECIDE_CASE)
    if number := (waiting_reviews(decides, call.user).count() if decides else 0):
        found.append(Notice("decide", f"{number} 份激励复核待另一人确认", url=url, action="查看"))
    return found
