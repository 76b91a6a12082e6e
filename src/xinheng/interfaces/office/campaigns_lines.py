"""Taking enterprises into a special campaign, and the page of one line: its ground, what is done on it, how it ends."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.access import Target
from xinheng.core.campaigns import DONE, LEFT
from xinheng.core.ids import normalise_code
from xinheng.core.records import Seriousness
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, Owned, asks
from xinheng.interfaces.office.campaigns import RUN, board_url, crumbs, mark_of
from xinheng.interfaces.office.cases_known import kind_of
from xinheng.interfaces.office.cases_shown import title_of_state
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.wording import item_title
from xinheng.interfaces.web.parts import Cell, Column, Crumb, Table
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.campaigns_board import cases_on, states_of
from xinheng.services.campaigns_lines import (
    finish_line,
    grounds_on,
    leave_line,
    may_act,
    proposals,
    take_in,
)
from xinheng.services.campaigns_told import NATURE, why_ended
from xinheng.services.subjects import holder_of_code
from xinheng.services.time import day_of
from xinheng.store.campaigns import Campaign, CampaignLine
from xinheng.store.records import Record, open_versions
from xinheng.store.subjects import Subject


def _line(public_id: str) -> CampaignLine | None:
    kept = CampaignLine.objects.select_related("campaign__case", "subject", "taken_by", "ended_by")
    return kept.filter(public_id=public_id).first()


def _of_line(call: Call, line: CampaignLine) -> Target:
    reached, own = call.reach(Verb.READ_CASE), line.campaign.case.organisation_id
    return call.of(own if own in reached else line.organisation_id)


LINE = Owned("line", _line, _of_line)


class TakeForm(forms.Form):
    """Which records, and why these."""

    record = forms.MultipleChoiceField(label="记录", error_messages={"required": "请至少选择一条记录。"})
    reason = forms.CharField(
        label="纳入理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明为什么纳入。"},
    )  # fmt: skip

    def __init__(self, records: list[Record], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["record"].choices = [(str(one.record_key), "") for one in records]  # type: ignore[attr-defined]


class EndForm(forms.Form):
    how = forms.ChoiceField(
        label="怎样结束", widget=forms.RadioSelect,
        choices=[(DONE, "已完成：整改到位"), (LEFT, "移出：不再需要治理")],
        error_messages={"required": "请选择怎样结束。"},
    )  # fmt: skip
    reason = forms.CharField(
        label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明怎样改好的，或者为什么移出。"},
    )  # fmt: skip


@asks(Verb.DRAFT_CASE, of=RUN, methods=("GET", "POST"))
@once
def take_into_campaign(call: Call, campaign: Campaign) -> HttpResponse:
    """What the rule proposes, or the living grounds of one enterprise asked for by its code; a person chooses and says why."""
    code = normalise_code(call.request.GET.get("code", ""))[:18]
    asked = holder_of_code(code)
    records = _offered(call, campaign, asked) if asked or not code else []
    form = TakeForm(records, call.request.POST if call.request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        keys = [int(key) for key in form.cleaned_data["record"]]
        why = form.cleaned_data["reason"]
        with refusals_on(form):
            made = take_in(campaign, keys, actor=call.user, policy=call.policy, now=call.now, reason=why)
            call.tell(f"已纳入 {len(made)} 项，并写好告知企业的提示信息，请送达。")
            return redirect(board_url(campaign))
    ticked = form["record"].value() or ()
    context = {
        "crumbs": crumbs(Crumb(campaign.title, board_url(campaign)), Crumb("纳入")),
        "title": campaign.title,
        "running": campaign.case.state == "running",
        "code": code,
        "unknown": bool(code) and asked is None,
        "rows": [_row(call, one) | {"ticked": str(one.record_key) in ticked} for one in records],
        "form": form,
        "here": reverse("office:take_into_campaign", kwargs={"campaign": campaign.public_id}),
    }
    return call.render("campaign_take", context)


def _offered(call: Call, campaign: Campaign, asked: Subject | None) -> list[Record]:
    if asked is None:
        return proposals(campaign, policy=call.policy, on=call.today)
    return grounds_on(campaign, asked, policy=call.policy, on=call.today)


def _row(call: Call, record: Record) -> dict[str, Any]:
    return {
        "key": record.record_key,
        "name": record.subject.name,
        "url": _record_url(record.subject, record.record_key),
        "what": item_title(record.item, call.policy),
        "document_no": record.detail.document_no,
        "decided_on": record.decided_on,
        "seriousness": Seriousness(record.seriousness).label,
        "unit": call.tree.name(record.batch.organisation_id) if record.batch else "",
    }


def _record_url(subject: Subject, key: int) -> str:
    return reverse("office:record", kwargs={"subject": subject.public_id, "key": key})


@asks(Verb.READ_CASE, of=LINE, methods=("GET", "POST"))
@once
def campaign_line(call: Call, line: CampaignLine) -> HttpResponse:
    """One line; whoever runs the campaign or recognised the ground ends it with a reason."""
    form = EndForm(call.request.POST if call.request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        end = finish_line if form.cleaned_data["how"] == DONE else leave_line
        with refusals_on(form):
            end(line, actor=call.user, now=call.now, reason=form.cleaned_data["reason"])
            call.tell("已结束，并写好告知企业的提示信息，请送达。")
            return redirect("office:campaign_line", line=line.public_id)
    standing = line.ended_at is None
    acting = (
        standing and line.suspended_at is None and call.may(Verb.DRAFT_CASE, call.of(line.organisation_id))
    )
    query = f"?record={line.ground_key}"
    context = {
        "crumbs": crumbs(Crumb(line.campaign.title, board_url(line.campaign)), Crumb(line.subject.name)),
        "name": line.subject.name,
        "mark": mark_of(line, states_of([line], policy=call.policy)[line.pk]),
        "facts": _facts(call, line),
        "nature": NATURE,
        "cases": _cases(line),
        "interview_url": f"{reverse('office:new_interview')}{query}" if acting else "",
        "order_url": f"{reverse('office:new_order')}{query}" if acting else "",
        "form": form if standing and may_act(line, call.user, on=call.today) else None,
    }
    return call.render("campaign_line", context)


def _facts(call: Call, line: CampaignLine) -> list[tuple[str, str, str]]:
    """Label, words, address. The words of a ground that has ended are not shown."""
    kept = open_versions().select_related("subject", "batch")
    record = kept.filter(record_key=line.ground_key).first()
    facts = [("企业", f"{line.subject.name}　{line.subject.code or ''}", call.file_url(line.subject))]
    if record is not None and line.ended_at is None:
        row = _row(call, record)
        words = f"{row['what']}　{row['document_no']}　{row['decided_on'] or ''}　{row['seriousness']}"
        facts.append(("依据", words, row["url"]))
    found = "按规则提示" if line.proposed else "由经办人查找"
    facts += [
        ("认定单位", call.tree.name(line.organisation_id), ""),
        ("纳入", f"{day_of(line.taken_at)}　{line.taken_by.display_name}（{found}）", ""),
        ("理由", line.reason, ""),
    ]
    if line.ended_at is not None:
        who = line.ended_by.display_name if line.ended_by else "系统"
        facts.append(("结束", f"{day_of(line.ended_at)}　{who}　{why_ended(line)}", ""))
    return facts


def _cases(line: CampaignLine) -> Table:
    return Table(
        "约谈和整改",
        [Column("编号"), Column("事项"), Column("立案", "day"), Column("状态")],
        [
            [
                Cell(case.number, reverse("office:case", kwargs={"number": case.number})),
                kind_of(case).title,
                str(day_of(case.opened_at)),
                Cell("", mark=title_of_state(case)[0], tone=title_of_state(case)[1]),
            ]
            for case in cases_on(line)
        ],
        empty="还没有约谈或者责令整改。",
        caption_hidden=True,
    )
