"""Commitments not kept, in the one form in which the units hand them on: to whom, when, and who took note."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, Owned, asks
from xinheng.interfaces.office.exporting import as_table
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.paging import newest_first
from xinheng.interfaces.web.parts import Crumb
from xinheng.services.breaches import COLUMNS, Handed, handed_to, line_of, receive, standing
from xinheng.services.ledger import note
from xinheng.services.time import SHANGHAI, day_of
from xinheng.store.breaches import BreachReport
from xinheng.store.commitments import Commitment

MOST = 20_000


def _report(public_id: str) -> BreachReport | None:
    kept = BreachReport.objects.select_related("commitment__subject", "receiver")
    return kept.filter(public_id=public_id).first()


REPORT = Owned("report", _report, lambda call, one: call.of(one.receiver_id))
"""Whoever acts for the receiver takes note of it."""


@asks(Verb.READ_CASE)
def breaches(call: Call) -> HttpResponse:
    """What the units of this person handed on, the newest first."""
    rows = standing(call.reach(Verb.READ_CASE))
    page, paging = newest_first(rows, call.request)
    context = {
        "crumbs": [Crumb("信用承诺", reverse("office:commitments")), Crumb("违诺情况统一表")],
        "lines": [_line(call, one) for one in page],
        "paging": paging,
        "export_url": reverse("office:breaches_table") if call.may_somewhere(Verb.EXPORT_RECORDS) else "",
    }
    return call.render("breaches", context)


def _line(call: Call, one: BreachReport) -> dict[str, Any]:
    kept = one.commitment
    waits = one.received_at is None
    may = waits and bool(call.may(Verb.DRAFT_CASE, call.of(one.receiver_id)))
    return {
        "name": kept.subject.name,
        "title": kept.title,
        "code": kept.code,
        "unperformed": kept.unperformed,
        "pursued": kept.pursued,
        "unit": call.tree.name(kept.organisation_id),
        "determined_on": kept.determined_on,
        "reported_at": one.reported_at,
        "received_at": one.received_at,
        "handed": handed_lines(handed_to(kept)),
        "case_url": reverse("office:case", kwargs={"number": kept.case.number}) if kept.case else "",
        "receive_url": reverse("office:receive_breach", kwargs={"report": one.public_id}) if may else "",
    }


def handed_lines(handed: Iterable[Handed]) -> list[dict[str, Any]]:
    """To whom, how, when and whether it arrived, for a page."""
    return [
        {
            "to": one.to,
            "how": f"{one.how}第 {one.number} 号包" if one.number else one.how,
            "sent_at": one.sent_at,
            "state": "已收到" if one.received_at else "待确认" if one.sent_at else "待发送",
            "tone": "done" if one.received_at else "clock",
            "received_at": one.received_at,
            "received_by": one.received_by,
        }
        for one in handed
    ]


def handed_of(commitment: Commitment) -> list[dict[str, Any]]:
    """For the page of its case; empty where no breach was decided."""
    return handed_lines(handed_to(commitment)) if commitment.unperformed and commitment.outcome else []


@asks(Verb.EXPORT_RECORDS)
def breaches_table(call: Call) -> HttpResponse:
    """The uniform table of all that stands, as CSV; taking it out is in the ledger."""
    rows = standing(call.reach(Verb.EXPORT_RECORDS)).order_by("pk")[:MOST]
    titles = {key: column.title for key, column in call.policy.commitments.columns()}
    head = [*(titles[key] for key in COLUMNS), "报送时间", "市信用办确认"]
    lines = [
        [
            *line_of(one.commitment, policy=call.policy),
            f"{one.reported_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
            str(day_of(one.received_at)) if one.received_at else "",
        ]
        for one in rows
    ]
    note("commitment.breaches_taken", now=call.now, actor=call.user, payload={"rows": len(lines)})
    return as_table(f"违诺情况统一表 {call.today}", head, lines)


@asks(Verb.DRAFT_CASE, of=REPORT, methods=("POST",))
@once
def receive_breach(call: Call, report: BreachReport) -> HttpResponse:
    try:
        receive(report.public_id, actor=call.user, policy=call.policy, now=call.now)
    except Refusal as refusal:
        call.tell_refusal(refusal)
    else:
        call.tell("已确认收到。")
    return redirect("office:breaches")
