"""A desk reads what applies to an enterprise in a matter; reviews of fair competition; the public part for others."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header

from xinheng.core.measures import MeasureGroup, Occasion
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, Owned, asks
from xinheng.interfaces.office.checks_decided import form_after, waiting
from xinheng.interfaces.office.form_page import form_page
from xinheng.interfaces.office.measures import crumbs, tables_page
from xinheng.interfaces.office.once import once
from xinheng.interfaces.web.parts import Cell, Column, Crumb, Table
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.check_register import fields_in_charge
from xinheng.services.measures_applying import Applies, Line, check_at_desk
from xinheng.services.measures_handouts import hand_out
from xinheng.services.measures_reviews import Review, confirm_review, enter_review
from xinheng.services.subjects import holder_of_code
from xinheng.services.time import day_of
from xinheng.store.measures import FairReview, MeasureHandout, ReviewResult
from xinheng.store.organisations import Organisation
from xinheng.store.subjects import Subject

_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _review(public_id: str) -> FairReview | None:
    return FairReview.objects.filter(public_id=public_id).first()


REVIEW = Owned("review", _review, lambda call, one: call.of(one.organisation_id))


def offer_fields(form: forms.Form, own: Mapping[str, str]) -> None:
    """Ask for the field of the matter only where the desk's organ has several; ``own`` are its fields by key."""
    form.fields["field"].choices = [("", "不填"), *own.items()]  # type: ignore[attr-defined]
    if len(own) < 2:
        del form.fields["field"]


class CheckForm(forms.Form):
    """Whom the desk serves, in which matter, and why it asks."""

    code = forms.CharField(
        label="统一社会信用代码", max_length=30, error_messages={"required": "请填写统一社会信用代码。"}
    )
    occasion = forms.ChoiceField(label="事项", choices=[(one.value, one.label) for one in Occasion])
    reason = forms.CharField(
        label="核查事由", max_length=300, error_messages={"required": "请写明事由，例如受理编号。"}
    )
    field = forms.ChoiceField(label="领域", required=False)

    def __init__(self, own: Mapping[str, str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_fields(self, own)

    def clean_code(self) -> Subject:
        found = holder_of_code(self.cleaned_data["code"])
        if found is None:
            raise forms.ValidationError("没有这个代码的主体，请核对代码。")
        return found


class ReviewForm(forms.Form):
    organisation = forms.ChoiceField(label="审查单位")
    measure = forms.ChoiceField(label="激励措施")
    document_no = forms.CharField(
        label="审查文号", max_length=100, error_messages={"required": "请填写文号。"}
    )
    reviewed_on = forms.DateField(
        label="审查日期", widget=_DAY,
        error_messages={"required": "请填写审查日期。", "invalid": "日期写作 2026-11-20。"},
    )  # fmt: skip
    result = forms.ChoiceField(
        label="结论",
        choices=[("", "请选择"), *ReviewResult.choices],
        error_messages={"required": "请选择审查的结论。"},
    )
    opinion = forms.CharField(
        label="审查意见", max_length=1000, widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "请写明审查意见。"},
    )  # fmt: skip

    def __init__(self, call: Call, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Organisation.objects.filter(pk__in=call.reach(Verb.DRAFT_CASE)).order_by("pk")
        self.fields["organisation"].choices = [  # type: ignore[attr-defined]
            (one.public_id, call.tree.name(one.pk)) for one in units
        ]
        self.fields["measure"].choices = [  # type: ignore[attr-defined]
            (key, row.title)
            for key, row in call.policy.measures.measures.items()
            if row.group is MeasureGroup.INCENTIVE
        ]
        own = units.filter(pk=call.user.organisation_id).first()
        self.initial.setdefault("organisation", own.public_id if own else "")


class HandoutForm(forms.Form):
    recipient = forms.CharField(
        label="接收单位", max_length=120, error_messages={"required": "请填写接收单位。"}
    )
    purpose = forms.CharField(label="用途", max_length=200, error_messages={"required": "请写明用途。"})


@asks(Verb.CHECK_SUBJECT, methods=("GET", "POST"))
def measure_check(call: Call) -> HttpResponse:
    """Asked by POST, so that neither code nor reason stands in an address."""
    own = fields_in_charge(call.user.organisation, policy=call.policy)
    form = CheckForm(own, call.request.POST or None)
    found: Applies | None = None
    if call.request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with refusals_on(form):
            found = check_at_desk(
                given["code"],
                Occasion(given["occasion"]),
                body=call.user.organisation,
                reason=given["reason"],
                actor=call.user,
                policy=call.policy,
                now=call.now,
                field=given.get("field", ""),
            )
    context = {
        "crumbs": crumbs(call, Crumb("办事核查")),
        "many_url": reverse("office:measure_check_many"),
        "names_url": reverse("office:screen_names"),
        "form": form,
        "found": found,
        "tables": _tables(found) if found else [],
        "waiting": None if found else waiting(call),
        "result": form_after(found) if found else None,
        "result_url": reverse("office:check_made", kwargs={"check": found.check}) if found else "",
    }
    return call.render("measure_check", context)


KINDS = {
    "bans": "市场和行业禁入",
    "measures": "惩戒措施",
    "lists": "名单",
    "incentives": "激励措施",
    "commitments": "信用承诺",
}
"""The parts of an answer in the order in which a desk reads them."""


def cells(line: Line) -> list[str]:
    """What applies, with basis, ground, body, first and last day."""
    return [
        line.title,
        line.basis,
        line.ground,
        line.body,
        str(line.from_on or "—"),
        str(line.last_on or "随依据终止"),
    ]


def _tables(found: Applies) -> list[tuple[str, Table]]:
    return [(title, _lines(title, getattr(found, part), _none(part, found))) for part, title in KINDS.items()]


def _none(part: str, found: Applies) -> str:
    """What stands in an empty part: bans, measures and incentives count for the matters they name alone."""
    if part in ("bans", "measures", "incentives"):
        return f"就“{found.occasion.label}”这类事项，本平台归集范围内没有。"
    return "本平台归集范围内没有。"


def _lines(title: str, lines: tuple[Line, ...], none: str) -> Table:
    return Table(
        title,
        [
            Column("内容"),
            Column("依据"),
            Column("所依据的记录"),
            Column("单位"),
            Column("起", "day"),
            Column("止", "day"),
        ],
        [[" ".join(filter(None, (one.title, one.number))), *cells(one)[1:]] for one in lines],
        empty=none,
        caption_hidden=True,
    )


@asks(Verb.READ_CASE)
def measure_reviews(call: Call) -> HttpResponse:
    rows = FairReview.objects.filter(organisation__in=call.reach(Verb.READ_CASE)).order_by("-pk")[:200]
    may_confirm = call.may_somewhere(Verb.DECIDE_CASE)
    new_url = reverse("office:new_fair_review") if call.may_somewhere(Verb.DRAFT_CASE) else ""
    measures = call.policy.measures.measures
    table = Table(
        "审查",
        [
            Column("激励措施"),
            Column("单位"),
            Column("文号"),
            Column("日期", "day"),
            Column("结论"),
            Column("确认"),
        ],
        [
            [
                Cell(
                    measures[one.measure].title if one.measure in measures else one.measure,
                    reverse("office:confirm_fair_review", kwargs={"review": one.public_id})
                    if may_confirm and one.confirmed_at is None
                    else "",
                ),
                call.tree.name(one.organisation_id),
                one.document_no,
                str(one.reviewed_on),
                one.get_result_display(),
                Cell("", mark="已确认", tone="done")
                if one.confirmed_at
                else Cell("", mark="待确认", tone="decide"),
            ]
            for one in rows
        ],
        empty="还没有登记审查。激励措施公布和给予以前须完成公平竞争审查。",
        caption_hidden=True,
    )
    return tables_page(
        call,
        "公平竞争审查",
        "没有经另一人确认的审查，不能给予激励；措施内容改变的，须重新审查。",
        ("", table),
        heading="激励措施的公平竞争审查",
        links=[("登记审查", new_url)] if new_url else [],
    )


@asks(Verb.DRAFT_CASE, methods=("GET", "POST"))
@once
def new_fair_review(call: Call) -> HttpResponse:
    form = ReviewForm(call, call.request.POST or None)
    if call.request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        unit = Organisation.objects.get(public_id=given.pop("organisation"))
        call.demand(Verb.DRAFT_CASE, call.of(unit.pk))
        with refusals_on(form):
            enter_review(Review(**given), body=unit, actor=call.user, policy=call.policy, now=call.now)
            call.tell("已登记，由另一人确认。")
            return redirect("office:measure_reviews")
    lead = "按单位内部完成的审查结论登记；由另一人确认后有效。"
    return form_page(
        call, form, _of_reviews(call, "登记"), heading="登记公平竞争审查", lead=lead, button="登记"
    )


@asks(Verb.DECIDE_CASE, of=REVIEW, methods=("GET", "POST"))
@once
def confirm_fair_review(call: Call, review: FairReview) -> HttpResponse:
    form = forms.Form(call.request.POST or None)
    if call.request.method == "POST" and form.is_valid():
        with refusals_on(form):
            confirm_review(review.public_id, actor=call.user, now=call.now)
            call.tell("已确认。")
            return redirect("office:measure_reviews")
    lead = f"{review.document_no}　{review.reviewed_on}　{review.get_result_display()}。{review.opinion}"
    return form_page(
        call, form, _of_reviews(call, "确认"), heading="确认公平竞争审查", lead=lead, button="确认"
    )


def _of_reviews(call: Call, last: str) -> list[Crumb]:
    return crumbs(call, Crumb("公平竞争审查", reverse("office:measure_reviews")), Crumb(last))


@asks(Verb.EXPORT_RECORDS, methods=("GET", "POST"))
def measure_handouts(call: Call) -> HttpResponse:
    """The public part as a file; to whom and what for is kept."""
    form = HandoutForm(call.request.POST or None)
    if call.request.method == "POST" and form.is_valid():
        with refusals_on(form):
            file = hand_out(**form.cleaned_data, actor=call.user, now=call.now)
            answer = HttpResponse(file.content, content_type="text/csv; charset=utf-8")
            name = f"措施公开部分-{call.today:%Y%m%d}.csv"
            answer["Content-Disposition"] = content_disposition_header(True, name)
            return answer
    rows = MeasureHandout.objects.select_related("made_by").order_by("-pk")[:100]
    table = Table(
        "提供记录",
        [
            Column("接收单位"),
            Column("用途"),
            Column("日期", "day"),
            Column("条数", "number"),
            Column("经办人"),
        ],
        [
            [
                one.recipient,
                one.purpose,
                str(day_of(one.made_at)),
                str(len(one.measures)),
                one.made_by.display_name,
            ]
            for one in rows
        ],
        empty="还没有向协会、机构、银行、媒体提供过。",
        caption_hidden=True,
    )
    return tables_page(
        call,
        "提供公开部分",
        "只含依据正在公示的措施，不含个体工商户；供自主参考，不作任何要求。措施终止时通知接收单位删除。",
        ("提供记录", table),
        heading="向协会、机构、银行、媒体提供",
        form=form,
        button="生成文件",
    )
