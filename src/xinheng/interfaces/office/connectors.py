"""Connectors: declared sources, every fetch with what came of it, and what waits for a person after a change."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.access import Target
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, Owned, asks
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.paging import newest_first
from xinheng.interfaces.office.units import choices_of, units_reached
from xinheng.interfaces.office.wording import feed_title
from xinheng.interfaces.web.figures import count
from xinheng.interfaces.web.parts import Crumb
from xinheng.interfaces.web.refusals import refusals_on, told
from xinheng.services.batches import number_of
from xinheng.services.connectors import (
    TROUBLED,
    ConnectorOrder,
    declare,
    end_connector,
    fetch_now,
    release,
)
from xinheng.store.connectors import Connector, ConnectorKind, ConnectorPull, PullState, secret_named

_PULLS = 30
HOURS = {15: "每 15 分钟", 60: "每小时", 360: "每 6 小时", 1440: "每天", 10080: "每周"}
_TONES = {
    PullState.RUNNING: "clock",
    PullState.LOADED: "done",
    PullState.NOTHING: "",
    PullState.REFUSED: "decide",
    PullState.FAILED: "decide",
}


def _find(public_id: str) -> Connector | None:
    return Connector.objects.filter(public_id=public_id).first()


def _of(call: Call, row: Connector) -> Target:
    return call.of(row.organisation_id)


CONNECTOR = Owned("connector", _find, _of)


class ConnectorForm(forms.Form):
    """From where, how, how often, within which limits."""

    organisation = forms.ChoiceField(label="单位")
    name = forms.CharField(label="名称", max_length=120, error_messages={"required": "请填写名称。"})
    kind = forms.ChoiceField(label="方式", choices=ConnectorKind.choices)
    feed = forms.ChoiceField(label="数据源")
    url = forms.CharField(label="地址", max_length=500, error_messages={"required": "请填写来源地址。"})
    networks = forms.CharField(
        label="许可的网络",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请填写来源主机的地址或网段。"},
    )
    secret = forms.RegexField(
        r"^[A-Za-z0-9_-]{1,60}$",
        label="密文名称",
        required=False,
        error_messages={"invalid": "密文名称由字母、数字、横线组成。"},
    )
    source = forms.CharField(label="表、视图或位置", required=False, max_length=200)
    cursor_field = forms.CharField(label="游标列", required=False, max_length=120)
    cursor_parameter = forms.CharField(label="游标参数", required=False, max_length=60)
    every_minutes = forms.TypedChoiceField(
        label="间隔", choices=list(HOURS.items()), coerce=int, initial=1440
    )
    max_rows = forms.IntegerField(
        label="每次最多行数", initial=100_000, error_messages={"invalid": "请填写整数。"}
    )
    max_seconds = forms.IntegerField(
        label="时限（秒）", initial=60, error_messages={"invalid": "请填写整数。"}
    )

    def __init__(self, call: Call, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = units_reached(call, Verb.MANAGE_SENDERS)
        feeds = sorted((feed.title, key) for key, feed in call.policy.feeds.items() if feed.item)
        self.fields["organisation"].choices = choices_of(call, self.units)  # type: ignore[attr-defined]
        self.fields["organisation"].initial = call.user.organisation.public_id
        self.fields["feed"].choices = [(key, title) for title, key in feeds]  # type: ignore[attr-defined]

    def order(self) -> ConnectorOrder:
        given = dict(self.cleaned_data)
        organisation = self.units[given.pop("organisation")]
        networks = tuple(given.pop("networks").splitlines())
        return ConnectorOrder(organisation=organisation, networks=networks, **given)


@asks(Verb.MANAGE_SENDERS, Verb.IMPORT_FILE)
def connectors(call: Call) -> HttpResponse:
    reached = call.reach(Verb.MANAGE_SENDERS) | call.reach(Verb.IMPORT_FILE)
    page, paging = newest_first(Connector.objects.filter(organisation__in=reached), call.request)
    context = {
        "crumbs": [Crumb("连接器")],
        "new_url": reverse("office:new_connector") if call.may_somewhere(Verb.MANAGE_SENDERS) else "",
        "connectors": [_line(call, row) for row in page],
        "paging": paging,
    }
    return call.render("connectors", context)


def _line(call: Call, row: Connector) -> dict[str, Any]:
    last = row.pulls.order_by("-pk").first()
    return {
        **_facts(call, row),
        "last_at": last.started_at if last else None,
        "last_state": last.get_state_display() if last else "",
    }


def _facts(call: Call, row: Connector) -> dict[str, Any]:
    state, tone = _state(row)
    standing = row.ended_at is None and row.held_at is None
    return {
        "name": row.name,
        "url": reverse("office:connector", kwargs={"connector": row.public_id}),
        "unit": call.tree.name(row.organisation_id),
        "kind": row.get_kind_display(),
        "feed": feed_title(row.feed, call.policy),
        "every": HOURS.get(row.every_minutes, f"每 {row.every_minutes} 分钟"),
        "next_at": row.next_at if standing else None,
        "state": state,
        "tone": tone,
        "note": row.held_reason if row.ended_at is None else "",
    }


def _state(row: Connector) -> tuple[str, str]:
    if row.ended_at is not None:
        return "已停用", ""
    if row.held_at is not None:
        return "已暂停，待核对", "decide"
    if row.failures >= TROUBLED:
        return f"连续 {row.failures} 次没有取到", "decide"
    return "按时获取", "done"


@asks(Verb.MANAGE_SENDERS, methods=("GET", "POST"))
@once
def new_connector(call: Call) -> HttpResponse:
    form = ConnectorForm(call, call.request.POST or None)
    if call.request.method == "POST" and form.is_valid():
        with refusals_on(form):
            order = form.order()
            call.demand(Verb.MANAGE_SENDERS, call.of(order.organisation.pk))
            row = declare(order, actor=call.user, policy=call.policy, now=call.now)
            call.tell(f"已登记“{row.name}”，一分钟内第一次获取。")
            return redirect("office:connector", connector=row.public_id)
    context = {
        "crumbs": [Crumb("连接器", reverse("office:connectors")), Crumb("登记连接器")],
        "heading": "登记连接器",
        "lead": "登记一个来源。地址、列或网络有变动的，停用后重新登记。",
        "form": form,
        "button": "登记",
    }
    return call.render("connector_form", context)


@asks(Verb.MANAGE_SENDERS, Verb.IMPORT_FILE, of=CONNECTOR)
def connector(call: Call, row: Connector) -> HttpResponse:
    return _page(call, row)


def _page(call: Call, row: Connector, *, refused: str = "") -> HttpResponse:
    may_manage = bool(call.may(Verb.MANAGE_SENDERS, _of(call, row)))
    context: dict[str, Any] = {
        "crumbs": [Crumb("连接器", reverse("office:connectors")), Crumb(row.name)],
        "refused": refused,
        "connector": {**_facts(call, row), **_details(row)},
        "pulls": [_pull(one) for one in _pulls(row)],
        **_ways(row, may_manage),
    }
    return call.render("connector", context)


def _details(row: Connector) -> dict[str, Any]:
    known = bool(row.secret) and secret_named(row.secret) is not None
    return {
        "address": row.url,
        "networks": "、".join(row.networks),
        "source": row.source,
        "cursor_field": row.cursor_field,
        "cursor": row.cursor,
        "limits": f"{count(row.max_rows)} 行，{row.max_seconds} 秒",
        "secret": row.secret,
        "secret_state": "已登记" if known else "服务器上还没有登记",
        "secret_tone": "done" if known else "decide",
        "columns": "、".join(row.columns),
    }


def _pulls(row: Connector) -> QuerySet[ConnectorPull]:
    return row.pulls.select_related("batch").order_by("-pk")[:_PULLS]


def _pull(one: ConnectorPull) -> dict[str, Any]:
    return {
        "at": one.started_at,
        "state": one.get_state_display(),
        "tone": _TONES[PullState(one.state)],
        "rows": one.rows,
        "number": number_of(one.batch) if one.batch else "",
        "url": reverse("office:batch", kwargs={"batch": one.batch.public_id}) if one.batch else "",
        "message": one.message,
    }


def _ways(row: Connector, may_manage: bool) -> dict[str, str]:
    standing = may_manage and row.ended_at is None
    part = {"connector": row.public_id}
    open_ways = {
        "fetch_url": ("office:fetch_connector", standing and row.held_at is None),
        "release_url": ("office:release_connector", standing and row.held_at is not None),
        "end_url": ("office:end_connector", standing),
    }
    return {name: reverse(route, kwargs=part) if may else "" for name, (route, may) in open_ways.items()}


@asks(Verb.MANAGE_SENDERS, of=CONNECTOR, methods=("POST",))
@once
def fetch_connector(call: Call, row: Connector) -> HttpResponse:
    fetch_now(row.public_id, actor=call.user, now=call.now)
    call.tell("后台将在一分钟内获取。")
    return redirect("office:connector", connector=row.public_id)


@asks(Verb.MANAGE_SENDERS, of=CONNECTOR, methods=("POST",))
@once
def release_connector(call: Call, row: Connector) -> HttpResponse:
    return _decided(call, row, release, "已恢复获取。")


@asks(Verb.MANAGE_SENDERS, of=CONNECTOR, methods=("POST",))
@once
def end_connector_page(call: Call, row: Connector) -> HttpResponse:
    return _decided(call, row, end_connector, "已停用。")


def _decided(call: Call, row: Connector, act: Callable[..., None], sentence: str) -> HttpResponse:
    try:
        act(row.public_id, actor=call.user, reason=call.request.POST.get("reason", ""), now=call.now)
    except Refusal as refusal:
        return _page(call, row, refused=told(refusal))
    call.tell(sentence)
    return redirect("office:connector", connector=row.public_id)
