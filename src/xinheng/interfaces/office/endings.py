"""Receivers who did not confirm in time that something has ended: told again with a reason, or confirmed by hand."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.access import Target
from xinheng.core.grounds import EndCause
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, Owned, asks
from xinheng.interfaces.office.once import once
from xinheng.interfaces.web.parts import Crumb
from xinheng.interfaces.web.refusals import told
from xinheng.services.endings import TERM, confirm_telling, late_tellings, receiver_name
from xinheng.services.endings_again import file_of, tell_again
from xinheng.store.endings import Channel, Telling

MOST = 200
_ADVICE = {
    Channel.RESULTS: "重新交付原来的文件，再登记。",
    Channel.EXCHANGE: "提交后把原来的编号重新发送一次。",
    Channel.WEBHOOK: "提交后把同样的编号再发到它的回调地址。",
    Channel.SHARING: "对方自行调用读取变更，请书面或者电话催办，再登记。",
}


def _find(number: str) -> Telling | None:
    if not number.isdecimal() or len(number) > 18:
        return None
    return Telling.objects.select_related("ending").filter(pk=int(number)).first()


def _of(call: Call, row: Telling) -> Target:
    """Receivers are followed by the credit office, whose they are."""
    return call.of(call.user.organisation_id)


TELLING = Owned("telling", _find, _of)


@asks(Verb.MANAGE_SENDERS)
def late_receipts(call: Call) -> HttpResponse:
    return _page(call)


@asks(Verb.MANAGE_SENDERS, of=TELLING, methods=("POST",))
@once
def tell_receiver_again(call: Call, row: Telling) -> HttpResponse:
    reason = call.request.POST.get("reason", "")
    try:
        tell_again(row.pk, reason=reason, actor=call.user, now=call.now)
    except Refusal as refusal:
        return _page(call, refused=told(refusal), kept={row.pk: reason})
    call.tell("已再次告知并记入账本；对方确认以前仍在本页。")
    return redirect("office:late_receipts")


@asks(Verb.MANAGE_SENDERS, of=TELLING, methods=("POST",))
@once
def confirm_receiver(call: Call, row: Telling) -> HttpResponse:
    receipt = call.request.POST.get("receipt", "")
    try:
        confirm_telling(row.pk, receipt=receipt, actor=call.user, now=call.now)
    except Refusal as refusal:
        return _page(call, refused=told(refusal), kept={row.pk: receipt})
    call.tell("已登记确认。")
    return redirect("office:late_receipts")


def _page(call: Call, *, refused: str = "", kept: dict[int, str] | None = None) -> HttpResponse:
    term = call.policy.parameter(TERM, on=call.today)
    found = late_tellings()
    context = {
        "crumbs": [Crumb("终止未确认")],
        "refused": refused,
        "term": str(term) if term.value is not None else "",
        "term_source": term.citation,
        "term_verified": term.verified,
        "more": max(0, len(found) - MOST),
        "rows": [_line(row, (kept or {}).get(row.pk, "")) for row in found[:MOST]],
    }
    return call.render("late_receipts", context)


def _line(row: Telling, kept: str) -> dict[str, Any]:
    here, push = {"telling": row.pk}, file_of(row)
    usable = push is not None and push.file.destroyed_at is None
    return {
        "who": receiver_name(row),
        "way": row.get_channel_display(),
        "number": row.ending.public_id,
        "cause": EndCause(row.ending.cause).label,
        "at": row.ending.at,
        "told_at": row.told_at,
        "late_at": row.late_at,
        "advice": _ADVICE[Channel(row.channel)],
        "file_url": reverse("office:push_file", kwargs={"push": push.public_id}) if push and usable else "",
        "again_url": reverse("office:tell_receiver_again", kwargs=here),
        "confirm_url": reverse("office:confirm_receiver", kwargs=here),
        "kept": kept,
    }
