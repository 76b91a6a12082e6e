"""Platforms above and below: who is declared for what, every package with its receipt, and what waits for a person."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.access import Target
from xinheng.core.reconciliation import is_overdue, refuse_item
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, Owned, asks
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.paging import newest_first
from xinheng.interfaces.office.units import choices_of, units_reached
from xinheng.interfaces.office.wording import item_title
from xinheng.interfaces.web.parts import Crumb
from xinheng.interfaces.web.refusals import refusals_on, told
from xinheng.services.exchanges import (
    RECEIPT_HOURS,
    PeerOrder,
    counts_of,
    decide_peer,
    end_peer,
    issue_key,
    propose_peer,
)
from xinheng.services.exchanges_ending import TO_DELETE
from xinheng.store.connectors import secret_named
from xinheng.store.exchanges import (
    ExchangePackage,
    ExchangePeer,
    PackageState,
    PeerLevel,
    PeerRelation,
    PeerState,
    PeerTransport,
    Way,
)

TONES = {
    PeerState.PROPOSED: "decide",
    PeerState.STANDING: "done",
    PeerState.REFUSED: "",
    PeerState.ENDED: "",
}
READING = (Verb.MANAGE_SENDERS, Verb.DECIDE_CASE, Verb.READ_DASHBOARD)
_PACKAGES = 30
_COUNTS = ("out_standing", "out_ended", "in_standing", "in_ended", "in_returned")


def _find(public_id: str) -> ExchangePeer | None:
    kept = ExchangePeer.objects.select_related("proposed_by", "decided_by", "key")
    return kept.filter(public_id=public_id).first()


def _of(call: Call, row: ExchangePeer) -> Target:
    return call.of(row.organisation_id)


PEER = Owned("peer", _find, _of)


class PeerForm(forms.Form):
    """Which platform, how, what goes over and since when."""

    name = forms.CharField(label="平台名称", max_length=120, error_messages={"required": "请填写平台名称。"})
    relation = forms.ChoiceField(label="与本级的关系", choices=PeerRelation.choices)
    level = forms.ChoiceField(label="层级", choices=PeerLevel.choices)
    organisation = forms.ChoiceField(label="归口单位")
    own_code = forms.CharField(label="本方代号", max_length=40)
    peer_code = forms.CharField(label="对方代号", max_length=40)
    outgoing = forms.MultipleChoiceField(
        label="发给对方的信息项", widget=forms.CheckboxSelectMultiple, required=False
    )
    incoming = forms.MultipleChoiceField(
        label="接收对方的信息项", widget=forms.CheckboxSelectMultiple, required=False
    )
    from_on = forms.DateField(
        label="起始日",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": "请填写起始日。", "invalid": "请写成 2026-01-01 的样子。"},
    )
    transport = forms.ChoiceField(label="传输方式", choices=PeerTransport.choices)
    url = forms.CharField(label="对方接口地址", max_length=500, required=False)
    networks = forms.CharField(
        label="许可的网络", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    secret = forms.RegexField(r"^[A-Za-z0-9_-]{1,60}$", label="共同密文名称")
    bearer = forms.RegexField(r"^[A-Za-z0-9_-]{1,60}$", label="接口密钥名称", required=False)
    receipt_hours = forms.IntegerField(label="回执期限（小时）", initial=RECEIPT_HOURS)
    ground = forms.CharField(
        label="依据", max_length=200, error_messages={"required": "请写明依据的文件和条款。"}
    )

    def __init__(self, call: Call, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = units_reached(call, Verb.MANAGE_SENDERS)
        items = shareable(call)
        self.fields["organisation"].choices = choices_of(call, self.units)  # type: ignore[attr-defined]
        self.fields["organisation"].initial = call.user.organisation.public_id
        for name in ("outgoing", "incoming"):
            self.fields[name].choices = items  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.error_messages.setdefault("required", "请填写。")

    def order(self) -> PeerOrder:
        given = dict(self.cleaned_data)
        since = given.pop("from_on")
        organisation = self.units[given.pop("organisation")]
        networks = tuple(given.pop("networks").splitlines())
        outgoing, incoming = (dict.fromkeys(given.pop(name), since) for name in ("outgoing", "incoming"))
        return PeerOrder(
            organisation=organisation, networks=networks, outgoing=outgoing, incoming=incoming, **given
        )


def shareable(call: Call) -> list[tuple[str, str]]:
    """Catalogue items that may go over."""
    found = []
    for code, item in call.policy.catalogue.items.items():
        try:
            refuse_item(code, item)
        except Refusal:
            continue
        found.append((code, item.title))
    return found


@asks(*READING)
def exchanges(call: Call) -> HttpResponse:
    reached = frozenset().union(*(call.reach(verb) for verb in READING))
    page, paging = newest_first(ExchangePeer.objects.filter(organisation__in=reached), call.request)
    context = {
        "crumbs": [Crumb("上下级交换")],
        "new_url": reverse("office:new_exchange") if call.may_somewhere(Verb.MANAGE_SENDERS) else "",
        "peers": [_line(call, row) for row in page],
        "paging": paging,
    }
    return call.render("exchanges", context)


def _line(call: Call, row: ExchangePeer) -> dict[str, Any]:
    counts = counts_of(row)
    waiting = row.packages.filter(way=Way.OUT).exclude(state=PackageState.RECEIVED)
    made = waiting.values_list("made_at", flat=True)
    return {
        "name": row.name,
        "url": reverse("office:exchange", kwargs={"peer": row.public_id}),
        "relation": f"{row.get_relation_display()} · {row.get_level_display()}",
        "sent": counts.get("out_standing", 0),
        "taken": counts.get("in_standing", 0),
        "waiting": len(made),
        "late": sum(is_overdue(at, hours=row.receipt_hours, now=call.now) for at in made),
        "state": row.get_state_display(),
        "tone": TONES[PeerState(row.state)],
    }


@asks(Verb.MANAGE_SENDERS, methods=("GET", "POST"))
@once
def new_exchange(call: Call) -> HttpResponse:
    form = PeerForm(call, call.request.POST or None)
    if call.request.method == "POST" and form.is_valid():
        with refusals_on(form):
            order = form.order()
            call.demand(Verb.MANAGE_SENDERS, call.of(order.organisation.pk))
            row = propose_peer(order, actor=call.user, policy=call.policy, now=call.now)
            call.tell(f"已登记“{row.name}”，由另一人同意后开始交换。")
            return redirect("office:exchange", peer=row.public_id)
    context = {
        "crumbs": [Crumb("上下级交换", reverse("office:exchanges")), Crumb("登记平台")],
        "heading": "登记平台",
        "lead": "登记后由另一人同意才开始交换。信息项、代号有变动的，停用后重新登记。",
        "form": form,
        "button": "登记",
    }
    return call.render("exchange_form", context)


@asks(*READING, of=PEER)
def exchange(call: Call, row: ExchangePeer) -> HttpResponse:
    return _page(call, row)


def _page(call: Call, row: ExchangePeer, *, refused: str = "", key: str = "") -> HttpResponse:
    counts = counts_of(row)
    packages = row.packages.order_by("-pk")
    context: dict[str, Any] = {
        "crumbs": [Crumb("上下级交换", reverse("office:exchanges")), Crumb(row.name)],
        "refused": refused,
        "key": key,
        "peer": {**_facts(call, row), "counts": {name: counts.get(name, 0) for name in _COUNTS}},
        "to_delete": row.entries.filter(way=Way.IN, code=TO_DELETE).count(),
        "packages": [_package(call, one) for one in packages[:_PACKAGES]],
        **_ways(call, row),
    }
    return call.render("exchange", context)


def _facts(call: Call, row: ExchangePeer) -> dict[str, Any]:
    known = secret_named(row.secret) is not None
    return {
        "name": row.name,
        "relation": f"{row.get_relation_display()} · {row.get_level_display()}",
        "unit": call.tree.name(row.organisation_id),
        "codes": f"本方 {row.own_code}，对方 {row.peer_code}",
        "transport": row.get_transport_display(),
        "url": row.url,
        "networks": "、".join(row.networks),
        "secret": row.secret,
        "secret_state": "已登记" if known else "服务器上还没有登记",
        "secret_tone": "done" if known else "decide",
        "hours": row.receipt_hours,
        "ground": row.ground,
        "outgoing": _items(call, row, Way.OUT),
        "incoming": _items(call, row, Way.IN),
        "state": row.get_state_display(),
        "tone": TONES[PeerState(row.state)],
        "proposed": f"{row.proposed_by.display_name}",
        "proposed_at": row.proposed_at,
        "decided": row.decided_by.display_name if row.decided_by else "",
        "decided_reason": row.decided_reason,
        "ended_reason": row.ended_reason,
    }


def _items(call: Call, row: ExchangePeer, way: Way) -> list[str]:
    items = row.items.filter(way=way).order_by("item")
    return [f"{item_title(one.item, call.policy)}（{one.from_on} 起）" for one in items]


def _package(call: Call, one: ExchangePackage) -> dict[str, Any]:
    answered = one.state == PackageState.RECEIVED
    late = not answered and is_overdue(one.made_at, hours=one.peer.receipt_hours, now=call.now)
    tone = "decide" if late or one.trouble else ("done" if answered else "clock")
    return {
        "number": one.number,
        "way": one.get_way_display(),
        "lines": f"{one.first}—{one.last}",
        "items": "、".join(
            f"{call.policy.catalogue.items[code].title if code in call.policy.catalogue.items else code} {count}"
            for code, count in one.manifest["items"].items()
        ),
        "retractions": one.retractions,
        "state": "回执逾期" if late else one.get_state_display(),
        "tone": tone,
        "attempts": one.attempts,
        "returned": one.returned,
        "at": one.received_at or one.sent_at or one.made_at,
        "trouble": one.trouble,
        "digest": one.chain,
    }


def _ways(call: Call, row: ExchangePeer) -> dict[str, str]:
    manages = bool(call.may(Verb.MANAGE_SENDERS, _of(call, row)))
    decides = bool(call.may(Verb.DECIDE_CASE, _of(call, row))) and row.proposed_by_id != call.user.pk
    standing = row.state == PeerState.STANDING
    here = {"peer": row.public_id}
    open_ways = {
        "decide_url": ("office:decide_exchange", decides and row.state == PeerState.PROPOSED),
        "end_url": ("office:end_exchange", manages and standing),
        "key_url": ("office:exchange_key", manages and standing and row.transport == PeerTransport.HTTP),
        "compare_url": ("office:exchange_holdings", standing),
    }
    return {name: reverse(route, kwargs=here) if may else "" for name, (route, may) in open_ways.items()}


@asks(Verb.DECIDE_CASE, of=PEER, methods=("POST",))
@once
def decide_exchange(call: Call, row: ExchangePeer) -> HttpResponse:
    agree = call.request.POST.get("agree") == "yes"

    def act(reason: str) -> None:
        decide_peer(row.public_id, agree=agree, reason=reason, actor=call.user, now=call.now)

    return _decided(call, row, act, "已同意，开始交换。" if agree else "已记为不同意。")


@asks(Verb.MANAGE_SENDERS, of=PEER, methods=("POST",))
@once
def end_exchange(call: Call, row: ExchangePeer) -> HttpResponse:
    def act(reason: str) -> None:
        end_peer(row.public_id, actor=call.user, reason=reason, now=call.now)

    return _decided(call, row, act, "已停用。")


def _decided(call: Call, row: ExchangePeer, act: Callable[[str], None], sentence: str) -> HttpResponse:
    try:
        act(call.request.POST.get("reason", ""))
    except Refusal as refusal:
        return _page(call, row, refused=told(refusal))
    call.tell(sentence)
    return redirect("office:exchange", peer=row.public_id)


@asks(Verb.MANAGE_SENDERS, of=PEER, methods=("POST",))
@once
def exchange_key(call: Call, row: ExchangePeer) -> HttpResponse:
    """The key is shown on this answer and never again."""
    try:
        text = issue_key(row.public_id, actor=call.user, now=call.now)
    except Refusal as refusal:
        return _page(call, row, refused=told(refusal))
    row.refresh_from_db()
    response = _page(call, row, key=text)
    response.headers["Cache-Control"] = "no-store"
    return response
