"""The ledger for auditors: who did or read what, with the proof that nothing was changed since.

It holds references and digests alone; reading and verifying it are open to auditors only (legal guard G13).
"""

from datetime import datetime, time, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Max, QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.batches import day_in
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.paging import address, chosen, newest_first
from xinheng.interfaces.office.wording import EVENTS, event_word
from xinheng.interfaces.web.parts import Filter, Option
from xinheng.services.ledger import note, unsealed_count, verify_ledger
from xinheng.services.time import SHANGHAI
from xinheng.store.accounts import User
from xinheng.store.batches import Batch
from xinheng.store.ledger import LedgerBatch, LedgerEvent
from xinheng.store.subjects import Subject

VERIFIED = "ledger:verified"
FAULTS = 20
DAY = 24 * 3600


@asks(Verb.READ_LEDGER)
def ledger(call: Call) -> HttpResponse:
    events = _filtered(call)
    page, paging = newest_first(events.select_related("actor", "leaf"), call.request)
    names = dict(
        Subject.objects.filter(public_id__in={event.subject for event in page if event.subject}).values_list(
            "public_id", "name"
        )
    )
    context = {
        "seal": _seal(),
        "verify_url": reverse("office:verify_ledger"),
        "persons_url": reverse("office:opened_persons"),
        "filters": _filters(call),
        "reset_url": reverse("office:ledger"),
        "export_url": "",
        "paging": paging,
        "events": [_line(call, event, names) for event in page],
    }
    return call.render("ledger", context)


@asks(Verb.READ_LEDGER, methods=("POST",))
@once
def verify(call: Call) -> HttpResponse:
    """Compute the whole chain again."""
    faults = []
    for fault in verify_ledger():
        faults.append(fault)
        if len(faults) == FAULTS:
            faults.append("还有更多问题，请用命令行核对全部。")
            break
    cache.set(VERIFIED, {"ok": not faults, "faults": faults, "at": call.now}, 30 * DAY)
    note("ledger.verified", now=call.now, actor=call.user, object="ledger", payload={"faults": len(faults)})
    return redirect("office:ledger")


def _seal() -> dict[str, Any]:
    last = LedgerBatch.objects.order_by("-number").first()
    sums = LedgerBatch.objects.aggregate(batches=Max("number"), events=Sum("size"))
    checked = cache.get(VERIFIED) or {"ok": None, "faults": [], "at": None}
    return {
        "ok": checked["ok"],
        "faults": checked["faults"],
        "checked_at": checked["at"],
        "batches": LedgerBatch.objects.count() if last else 0,
        "events": sums["events"] or 0,
        "sealed_until": last.sealed_at if last else None,
        "tail": unsealed_count(),
        "chain": last.chain if last else "",
    }


def _filtered(call: Call) -> QuerySet[LedgerEvent]:
    given = call.request.GET
    events = LedgerEvent.objects.all()
    if kind := chosen(call.request, "kind", EVENTS):
        events = events.filter(kind=kind)
    if subject := given.get("subject", ""):
        events = events.filter(subject=subject[:16])
    if actor := given.get("actor", "").strip():
        events = events.filter(actor__in=User.objects.filter(username=actor))
    if thing := given.get("object", "").strip():
        events = events.filter(object=_reference(thing))
    if start := day_in(call, "from"):
        events = events.filter(at__gte=datetime.combine(start, time(), SHANGHAI))
    if end := day_in(call, "to"):
        events = events.filter(at__lt=datetime.combine(end + timedelta(days=1), time(), SHANGHAI))
    return events


def _reference(words: str) -> str:
    """An object as the ledger names it; the number of a case is enough."""
    return words[:80] if ":" in words else f"case:{words}"[:80]


def _filters(call: Call) -> list[Filter]:
    value = call.request.GET.get
    kinds = [Option("", "全部"), *(Option(kind, word) for kind, word in EVENTS.items())]
    return [
        Filter("kind", "事件", "select", value("kind", ""), kinds),
        Filter("actor", "账号", "text", value("actor", "")),
        Filter("object", "对象", "text", value("object", ""), placeholder="如 batch:…、record:…、事项编号"),
        Filter("subject", "企业编号", "text", value("subject", "")),
        Filter("from", "自", "date", value("from", "")),
        Filter("to", "到", "date", value("to", "")),
    ]


def _line(call: Call, event: LedgerEvent, names: dict[str, str]) -> dict[str, Any]:
    leaf = getattr(event, "leaf", None)
    here = address(call.request, subject=event.subject) if event.subject else ""
    return {
        "at": event.at,
        "kind": event_word(event.kind),
        "actor": event.actor.display_name if event.actor else "",
        "unit": call.tree.name(event.actor.organisation_id) if event.actor else "",
        "subject": names.get(event.subject, event.subject),
        "subject_url": here,
        "object": event.object,
        "object_url": _object_url(call, event),
        "reason": event.reason,
        "batch": leaf.batch_id if leaf else None,
        "position": leaf.position if leaf else None,
        "digest": f"sha256:{bytes(leaf.digest).hex()}" if leaf else "",
    }


def _object_url(call: Call, event: LedgerEvent) -> str:
    """All events of the same object; a batch that the auditor may read leads to its page."""
    kind, _, name = event.object.partition(":")
    if kind == "batch" and Batch.objects.filter(public_id=name).exists():
        return reverse("office:batch", kwargs={"batch": name})
    return address(call.request, object=event.object) if event.object else ""
