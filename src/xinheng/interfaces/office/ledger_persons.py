"""Who opened the sealed persons of listings, why and when: an overview for auditors, and the same as a table.

It names the officer, the reason, the enterprise and the decision, and never the person; nothing leads from it to one
(《河南省社会信用条例》第三十五条; legal guards G11, G13).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.urls import reverse

from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.batches import day_in
from xinheng.interfaces.office.exporting import as_table
from xinheng.interfaces.office.paging import address, newest_first
from xinheng.interfaces.web.figures import count
from xinheng.interfaces.web.parts import Crumb, Filter, Tile
from xinheng.services.ledger import note
from xinheng.services.time import SHANGHAI
from xinheng.store.accounts import User
from xinheng.store.ledger import LedgerEvent
from xinheng.store.relations import Relation, RelationKind
from xinheng.store.subjects import Subject

OPENED = "relation.opened"
MOST_EXPORTED = 20_000
HEAD = (
    "时间",
    "人员",
    "账号",
    "单位",
    "企业",
    "统一社会信用代码",
    "身份",
    "决定文书",
    "用途",
    "人员信息",
    "封存批次",
)


@asks(Verb.READ_LEDGER)
def opened_persons(call: Call) -> HttpResponse:
    events = _openings(call)
    page, paging = newest_first(events.select_related("actor", "leaf"), call.request)
    context = {
        "crumbs": [Crumb("操作账本", reverse("office:ledger")), Crumb("名单相关人员的查看")],
        "tiles": _tiles(call, events),
        "filters": _filters(call),
        "reset_url": reverse("office:opened_persons"),
        "export_url": address(call.request, format="csv").replace(
            reverse("office:opened_persons"), reverse("office:opened_persons_table"), 1
        ),
        "paging": paging,
        "openings": list(_lines(call, page)),
    }
    return call.render("opened_persons", context)


@asks(Verb.READ_LEDGER)
def opened_persons_table(call: Call) -> HttpResponse:
    """All that the filters leave, in falling order; the export itself stands in the ledger."""
    events = _openings(call).select_related("actor", "leaf").order_by("-pk")
    found = list(events[: MOST_EXPORTED + 1])
    if len(found) > MOST_EXPORTED:
        raise Refusal(
            "REL6", f"超过 {count(MOST_EXPORTED)} 条，不能一次导出。", advice="请用日期缩小范围，分次导出。"
        )
    note(
        "relation.openings_exported",
        now=call.now,
        actor=call.user,
        object="ledger",
        payload={"rows": len(found)},
    )
    rows = (
        (
            one["at"].astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S"),
            *(
                one[key]
                for key in ("actor", "account", "unit", "subject", "code", "kind", "source", "reason")
            ),
            one["state"],
            one["batch"] or "待封存",
        )
        for one in _lines(call, found)
    )
    return as_table("名单相关人员查看记录", HEAD, rows)


def _openings(call: Call) -> QuerySet[LedgerEvent]:
    """Found by the enterprises that have or had such persons, under whichever the records were filed (index
    ``ledger_event_of_subject``)."""
    about = Subject.objects.filter(
        Q(pk__in=Relation.objects.values("subject"))
        | Q(merges_here__absorbed__in=Relation.objects.values("subject"))
        | Q(merges_away__survivor__in=Relation.objects.values("subject"))
    )
    events = LedgerEvent.objects.filter(kind=OPENED, subject__in=about.values("public_id"))
    given = call.request.GET
    if actor := given.get("actor", "").strip():
        events = events.filter(actor__in=User.objects.filter(username=actor))
    if subject := given.get("subject", "").strip():
        named = Subject.objects.filter(Q(public_id=subject[:16]) | Q(code=subject.upper()[:18]))
        events = events.filter(subject__in=named.values("public_id"))
    if start := day_in(call, "from"):
        events = events.filter(at__gte=datetime.combine(start, time(), SHANGHAI))
    if end := day_in(call, "to"):
        events = events.filter(at__lt=datetime.combine(end + timedelta(days=1), time(), SHANGHAI))
    return events


def _tiles(call: Call, events: QuerySet[LedgerEvent]) -> list[Tile]:
    told = events.aggregate(
        number=Count("pk"), actors=Count("actor", distinct=True), subjects=Count("subject", distinct=True)
    )
    here = call.request.get_full_path()
    words = {"number": "查看", "actors": "查看的人员", "subjects": "涉及企业"}
    return [Tile(word, count(told[key]), url=here) for key, word in words.items()]


def _filters(call: Call) -> list[Filter]:
    value = call.request.GET.get
    return [
        Filter("actor", "账号", "text", value("actor", "")),
        Filter("subject", "企业编号或代码", "text", value("subject", "")),
        Filter("from", "自", "date", value("from", "")),
        Filter("to", "到", "date", value("to", "")),
    ]


def _lines(call: Call, events: Sequence[LedgerEvent]) -> Iterable[dict[str, Any]]:
    keys = {event.object.partition(":")[2] for event in events}
    relations = {one.public_id: one for one in Relation.objects.filter(public_id__in=keys).defer("sealed")}
    subjects = {
        one.public_id: one
        for one in Subject.objects.filter(public_id__in={event.subject for event in events})
    }
    for event in events:
        one, subject = relations.get(event.object.partition(":")[2]), subjects.get(event.subject)
        leaf = getattr(event, "leaf", None)
        yield {
            "at": event.at,
            "actor": event.actor.display_name if event.actor else "",
            "account": event.actor.username if event.actor else "",
            "unit": call.tree.name(event.actor.organisation_id) if event.actor else "",
            "subject": subject.name if subject else event.subject,
            "code": (subject.code or "") if subject else "",
            "kind": RelationKind(one.kind).label if one else "",
            "source": one.source if one else "",
            "reason": event.reason,
            "state": "已删除" if one is None or one.forgotten_at else "仍在登记",
            "batch": leaf.batch_id if leaf else None,
            "url": f"{reverse('office:ledger')}?object={event.object}",
        }
