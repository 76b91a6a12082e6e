"""The feeds that are known, and the page on which an officer says what the columns of a new one are.

No code is written: the answer becomes a feed that another person approves (services.mapping, services.approvals).
"""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Count, Max
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.entry import may_be_asked
from xinheng.core.feeds import Feed, Target, dump_feed
from xinheng.core.policy_file import PolicyError
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.feed_words import column_lines, recognised_by, rule_lines
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.owned import BATCH
from xinheng.interfaces.office.reasons import why_short
from xinheng.interfaces.office.wording import problem_words
from xinheng.interfaces.web.figures import count, percent
from xinheng.interfaces.web.parts import Crumb, Option, Tile
from xinheng.interfaces.web.refusals import told
from xinheng.services.batches import needs_no_reading, without_unneeded
from xinheng.services.mapping import (
    CHOICES,
    Answer,
    Profiled,
    Trial,
    feed_of,
    guessed,
    item_choices,
    profile_of,
    submit_feed,
    try_feed,
)
from xinheng.services.policies import FEED
from xinheng.services.time import day_of
from xinheng.store.batches import Batch, BatchState
from xinheng.store.policy_versions import PolicyVersion

UNMAPPED = 50
UNITS = [("yuan", "元"), ("wan", "万元"), ("fen", "分")]
_WANTED = {Target.NAME: "主体名称", Target.CODE: "统一社会信用代码", Target.DECIDED_ON: "决定日期"}


@asks(Verb.DRAFT_POLICY, Verb.PUBLISH_POLICY, Verb.IMPORT_FILE)
def feeds(call: Call) -> HttpResponse:
    used = {
        feed: (number, last)
        for feed, number, last in Batch.objects.exclude(feed="")
        .order_by()
        .values_list("feed")
        .annotate(Count("pk"), Max("received_at"))
    }
    local = dict(PolicyVersion.objects.filter(kind=FEED).order_by().values_list("key").annotate(Count("pk")))
    context = {
        "feeds": [_line(call, feed, used, local) for feed in _ordered(call)],
        "unmapped": _unmapped(call),
        "map_url": "",
    }
    return call.render("feeds", context)


def _ordered(call: Call) -> list[Feed]:
    return sorted(call.policy.feeds.values(), key=lambda feed: (feed.item is None, feed.item_number, feed.id))


def _line(call: Call, feed: Feed, used: dict[str, Any], local: dict[str, int]) -> dict[str, Any]:
    number, last = used.get(feed.id, (0, None))
    entry = call.policy.catalogue.items.get(feed.item or "")
    return {
        "id": feed.id,
        "title": feed.title,
        "item": entry.title if entry else f"不读入：{feed.reason}",
        "url": reverse("office:feed", kwargs={"feed": feed.id}),
        "origin": "本市新增" if feed.id in local else "随系统",
        "version": local.get(feed.id, 1),
        "columns": len(feed.columns) + len(feed.details),
        "batches": number,
        "last_on": day_of(last) if last else None,
    }


def _unmapped(call: Call) -> list[dict[str, Any]]:
    reached = call.reach(Verb.DRAFT_POLICY)
    unknown = Batch.objects.filter(state=BatchState.UNMAPPED, organisation__in=reached)
    waiting = without_unneeded(unknown).order_by("-pk")
    return [
        {
            "file_name": batch.file_name,
            "unit": call.tree.name(batch.organisation_id),
            "received_at": batch.received_at,
            "rows": batch.rows,
            "why": why_short(batch),
            "url": reverse("office:map_feed", kwargs={"batch": batch.public_id}),
        }
        for batch in waiting[:UNMAPPED]
    ]


@asks(Verb.DRAFT_POLICY, Verb.PUBLISH_POLICY, Verb.IMPORT_FILE)
def feed(call: Call, feed: str) -> HttpResponse:
    """One feed in words, and as the file in which policy keeps it."""
    known = known_feed(call, feed)
    context = {
        "crumbs": [Crumb("数据源", reverse("office:feeds")), Crumb(known.title)],
        "feed": _line(call, known, {}, {}),
        "known": recognised_by(known),
        "fields": column_lines(known),
        "rules": rule_lines(known, call.policy),
        "text": dump_feed(known),
        "ways": _ways(call, known),
    }
    return call.render("feed", context)


def known_feed(call: Call, feed: str) -> Feed:
    """Raises Refusal FD1."""
    known = call.policy.feeds.get(feed)
    if known is None:
        raise Refusal("FD1", "没有这种数据源。", advice="请从“数据源”列表中打开。")
    return known


def _ways(call: Call, feed: Feed) -> list[Crumb]:
    """How a record of the feed is filled in by hand."""
    if not may_be_asked(feed):
        return []
    part = {"feed": feed.id}
    ways = [Crumb("下载填报模板", reverse("office:template", kwargs=part))]
    if call.may_somewhere(Verb.IMPORT_FILE):
        ways.insert(0, Crumb("在线填报一条", reverse("office:enter_record", kwargs=part)))
    return ways


class FeedForm(forms.Form):
    """What is asked of the file as a whole."""

    title = forms.CharField(
        label="数据源名称", max_length=100, error_messages={"required": "请给这种数据源起个名称。"}
    )
    item = forms.ChoiceField(label="目录项")
    unit = forms.ChoiceField(label="金额单位", choices=UNITS)

    def __init__(self, call: Call, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["item"].choices = item_choices(call.policy)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Tried:
    """What a page of mapping shows beside the columns."""

    trial: Trial | None = None
    lacking: tuple[str, ...] = ()


@asks(Verb.DRAFT_POLICY, of=BATCH, methods=("GET", "POST"))
def map_feed(call: Call, batch: Batch) -> HttpResponse:
    if batch.state != BatchState.UNMAPPED or needs_no_reading(batch):
        return redirect("office:batch", batch=batch.public_id)
    profiled = profile_of(batch, policy=call.policy, now=call.now)
    if call.request.method != "POST":
        reads = guessed(profiled.columns, policy=call.policy)
        form = FeedForm(call, initial={"title": batch.file_name.rpartition(".")[0][:100], "item": "penalty"})
        return _page(call, batch, profiled, form, reads, Tried(lacking=_lacking(reads)))
    return _answered(call, batch, profiled)


@once
def _answered(call: Call, batch: Batch, profiled: Profiled) -> HttpResponse:
    posted = call.request.POST
    reads = {
        column.place: choice
        for column in profiled.columns
        if (choice := posted.get(f"c{column.place}", "")) in CHOICES
    }
    form = FeedForm(call, posted)
    tried = Tried(lacking=_lacking(reads))
    if form.is_valid():
        given = form.cleaned_data
        answer = Answer(title=given["title"], item=given["item"], unit=given["unit"], reads=reads)
        try:
            draft = feed_of(answer, batch, profiled.columns, policy=call.policy)
            trial = try_feed(draft, batch, policy=call.policy, now=call.now)
            if posted.get("action") == "save":
                case = submit_feed(draft, batch, actor=call.user, policy=call.policy, now=call.now)
                call.tell("数据源已送批，由另一人批准后生效。")
                return redirect("office:approval", case=case.public_id)
            tried = Tried(trial, _lacking(reads))
        except Refusal as refusal:
            form.add_error(None, told(refusal))
        except PolicyError as error:
            form.add_error(None, "；".join(error.causes))
    return _page(call, batch, profiled, form, reads, tried)


def _lacking(reads: dict[int, str]) -> tuple[str, ...]:
    given = set(reads.values())
    return tuple(label for target, label in _WANTED.items() if target.value not in given)


def _page(
    call: Call, batch: Batch, profiled: Profiled, form: FeedForm, reads: dict[int, str], tried: Tried
) -> HttpResponse:
    options = [Option(value, label) for value, label in CHOICES.items()]
    context = {
        "crumbs": [Crumb("数据源", reverse("office:feeds")), Crumb("指明各列")],
        "file": {
            "file_name": batch.file_name,
            "unit": call.tree.name(batch.organisation_id),
            "rows": profiled.rows,
            "header_row": profiled.header_row,
            "format": (profiled.format or "").upper(),
            "encoding": profiled.encoding or "",
        },
        "code_column": profiled.code_column or "",
        "name_column": profiled.name_column or "",
        "columns": [
            {
                "number": column.place,
                "header": column.header,
                "filled": percent(column.filled, profiled.rows),
                "samples": list(column.samples),
                "field": f"c{column.place}",
                "value": reads.get(column.place, ""),
                "options": options,
                "wrong": "",
            }
            for column in profiled.columns
        ],
        "form": form,
        "required": tried.lacking,
        "tiles": _tiles(tried.trial) if tried.trial else [],
        "problems": _problems(call, tried.trial) if tried.trial else [],
        "cancel_url": reverse("office:feeds"),
    }
    return call.render("map_feed", context)


def _tiles(trial: Trial) -> list[Tile]:
    return [
        Tile("试读", count(trial.rows), unit="行"),
        Tile("可以入库", count(trial.accepted), unit="行"),
        Tile("已在库中或重复", count(trial.known), unit="行"),
        Tile("退回与待处理", count(trial.returned), unit="行", attention=trial.returned > 0),
    ]


def _problems(call: Call, trial: Trial) -> list[dict[str, Any]]:
    ordered = sorted(trial.problems.items(), key=lambda pair: -pair[1])
    return [
        {**problem_words(code, call.policy), "count": number, "examples": trial.examples.get(code, [])}
        for code, number in ordered
    ]
