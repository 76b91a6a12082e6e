"""Reconciliation with a platform: what was sent, what it holds, where both differ, and sending a range again."""

import json
from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.exchanges import PEER, READING
from xinheng.interfaces.office.exporting import as_table
from xinheng.interfaces.office.once import once
from xinheng.interfaces.web.charts import Chart, Stack, stacks
from xinheng.interfaces.web.figures import count
from xinheng.interfaces.web.parts import Crumb
from xinheng.interfaces.web.refusals import told
from xinheng.services.exchanges_holdings import compare
from xinheng.services.exchanges_sending import resend
from xinheng.store.exchanges import ExchangeComparison, ExchangePeer, PeerState, PeerTransport, Way
from xinheng.store.outbox import enqueue
from xinheng.store.records import Record

COMPARE = "compare_holdings"
"""The job of interfaces.exchange."""
MOST_BYTES = 32 * 1024 * 1024
ENDED = "已终止的记录"
HEAD = ("信息项", "起始行", "截止行", "本方发出", "对方持有", "对方未收", "核对")


class HoldingsForm(forms.Form):
    """The statement that the other side wrote."""

    file = forms.FileField(
        label="对方的对账单", error_messages={"required": "请选择对账单文件。", "empty": "这个文件是空的。"}
    )


@asks(*READING, of=PEER)
def exchange_holdings(call: Call, row: ExchangePeer) -> HttpResponse:
    return _page(call, row, HoldingsForm())


def _page(call: Call, row: ExchangePeer, form: HoldingsForm, *, refused: str = "") -> HttpResponse:
    last = row.comparisons.select_related("by").order_by("-pk").first()
    may = (
        bool(call.may(Verb.MANAGE_SENDERS, call.of(row.organisation_id))) and row.state == PeerState.STANDING
    )
    here = {"peer": row.public_id}
    context: dict[str, Any] = {
        "crumbs": [
            Crumb("上下级交换", reverse("office:exchanges")),
            Crumb(row.name, reverse("office:exchange", kwargs=here)),
            Crumb("对账"),
        ],
        "name": row.name,
        "refused": refused,
        "last": last
        and {"at": last.at, "through": last.through, "by": last.by.display_name if last.by else ""},
        "chart": _chart(call, last) if last and last.blocks else None,
        "blocks": [_block(call, one) for one in last.blocks] if last else [],
        "found": _found(call, row, last.found) if last else [],
        "table_url": reverse("office:exchange_table", kwargs=here) if last else "",
        "form": form,
        "upload_url": reverse("office:compare_exchange", kwargs=here) if may else "",
        "ask_url": reverse("office:ask_exchange", kwargs=here)
        if may and row.transport == PeerTransport.HTTP
        else "",
        "resend_url": reverse("office:resend_exchange", kwargs=here) if may else "",
    }
    return call.render("exchange_holdings", context)


def _chart(call: Call, last: ExchangeComparison) -> Chart:
    """Standing records by item: those that they hold, and those that they lack."""
    sums: dict[str, list[int]] = {}
    for one in last.blocks:
        if one["item"]:
            held, lacking = min(one["theirs"], one["ours"]), max(one["ours"] - one["theirs"], 0)
            kept = sums.setdefault(one["item"], [0, 0])
            kept[0], kept[1] = kept[0] + held, kept[1] + lacking
    lacking = sum(parts[1] for parts in sums.values())
    title = f"对方少 {count(lacking)} 条" if lacking else "各信息项的条数一致"
    rows = [Stack(_item(call, item), (parts[0], parts[1])) for item, parts in sorted(sums.items())]
    return stacks(rows, ("对方持有", "对方没有"), title=title, unit="条")


def _item(call: Call, code: str) -> str:
    if not code:
        return ENDED
    known = call.policy.catalogue.items.get(code)
    return known.title if known else code


def _block(call: Call, one: dict[str, Any]) -> dict[str, Any]:
    return {**one, "title": _item(call, one["item"])}


def _found(call: Call, row: ExchangePeer, blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Blocks that differ; whoever may read files is led from a line to its record."""
    marks = [line["mark"] for one in blocks for line in one["lines"]]
    urls = _records(row, marks) if call.may_somewhere(Verb.READ_SUBJECT_FILE) else {}
    return [
        {
            **one,
            "title": _item(call, one["item"]),
            "anchor": f"{one['item'] or 'ended'}-{one['first']}",
            "lines": [{**line, "url": urls.get(line["mark"], "")} for line in one["lines"]],
        }
        for one in blocks
    ]


def _records(row: ExchangePeer, marks: list[str]) -> dict[str, str]:
    entries = row.entries.filter(way=Way.OUT, mark__in=marks, record_key__isnull=False)
    keys = {key: mark for key, mark in entries.values_list("record_key", "mark") if key is not None}
    known = Record.objects.filter(record_key__in=keys, known_until__isnull=True)
    return {
        keys[key]: reverse("office:record", kwargs={"subject": subject, "key": key})
        for key, subject in known.values_list("record_key", "subject__public_id")
    }


@asks(Verb.MANAGE_SENDERS, of=PEER, methods=("POST",))
@once
def compare_exchange(call: Call, row: ExchangePeer) -> HttpResponse:
    form = HoldingsForm(call.request.POST, call.request.FILES)
    if not form.is_valid():
        return _page(call, row, form)
    upload = form.cleaned_data["file"]
    try:
        if upload.size > MOST_BYTES:
            raise Refusal("EX29", "对账单超过 32 MiB。", advice="请对方按区间分开生成。")
        found = compare(row, _read(upload.read()), actor=call.user, now=call.now)
    except Refusal as refusal:
        return _page(call, row, form, refused=told(refusal))
    call.tell(f"有 {len(found.found)} 个区间不一致。" if found.found else "双方一致。")
    return redirect("office:exchange_holdings", peer=row.public_id)


def _read(content: bytes) -> object:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Refusal(
            "EX30", "这个文件不是对账单。", advice="请对方用 xinheng exchange reconcile 生成。"
        ) from error


@asks(Verb.MANAGE_SENDERS, of=PEER, methods=("POST",))
@once
def ask_exchange(call: Call, row: ExchangePeer) -> HttpResponse:
    """The worker asks the other side's interface."""
    from django.db import transaction

    with transaction.atomic():
        enqueue(COMPARE, once=f"{COMPARE}:{row.public_id}", peer=row.public_id, actor=call.user.pk)
    call.tell("后台正在向对方取对账单，稍后刷新本页。")
    return redirect("office:exchange_holdings", peer=row.public_id)


@asks(Verb.MANAGE_SENDERS, of=PEER, methods=("POST",))
@once
def resend_exchange(call: Call, row: ExchangePeer) -> HttpResponse:
    given = call.request.POST
    first, last = given.get("first", ""), given.get("last", "")
    try:
        if not (first.isdecimal() and last.isdecimal() and int(first) <= int(last)):
            raise Refusal("EX31", "请填写起止行号。", advice="起始行号不大于截止行号。")
        numbers = resend(
            row.public_id,
            first=int(first),
            last=int(last),
            actor=call.user,
            reason=given.get("reason", ""),
            now=call.now,
        )
    except Refusal as refusal:
        return _page(call, row, HoldingsForm(), refused=told(refusal))
    call.tell(f"第 {'、'.join(map(str, numbers))} 号交换包将在一分钟内补发。")
    return redirect("office:exchange", peer=row.public_id)


@asks(*READING, of=PEER)
def exchange_table(call: Call, row: ExchangePeer) -> HttpResponse:
    last = row.comparisons.order_by("-pk").first()
    return as_table(f"对账-{row.peer_code}", HEAD, _rows(call, last))


def _rows(call: Call, last: ExchangeComparison | None) -> Iterator[tuple[object, ...]]:
    for one in last.blocks if last else []:
        same = "一致" if one["same"] else "不一致"
        yield (
            _item(call, one["item"]),
            *(one["first"], one["last"], one["ours"], one["theirs"], one["returned"]),
            same,
        )
