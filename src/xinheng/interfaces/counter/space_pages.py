"""Pages of an enterprise's own space: what is held and shown about it and until when, its notices, who read its file."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.records import Finality, RecordState, Seriousness
from xinheng.core.roles import Role, Verb
from xinheng.interfaces.counter.repairs import reminded
from xinheng.interfaces.counter.space import Visit, own
from xinheng.interfaces.web.parts import Paging
from xinheng.services.ledger import note
from xinheng.services.own_file import OwnRecord, read_own_file, readings_of
from xinheng.services.repairs import OwnMatter, matters_of
from xinheng.services.sharing_use import who_asked
from xinheng.services.time import day_of
from xinheng.store.notices import NoticeStepKind, ResultNotice

PAGE = 50
_FINALITY = {
    Finality.WITHIN_TERM: "还可以申请行政复议或者提起行政诉讼",
    Finality.UNDER_REVIEW: "正在行政复议",
    Finality.IN_COURT: "正在行政诉讼",
    Finality.UPHELD: "复议或者诉讼维持了决定",
    Finality.REVOKED: "决定已经撤销",
    Finality.FINAL: "期限已过，或者已有最后结果",
}
"""Whether the decision can still change, in words of everyday."""


@own()
def home(visit: Visit) -> HttpResponse:
    """The enterprises somebody acts for; with one alone its page."""
    mandates = visit.party.mandates
    if len(mandates) == 1:
        return redirect("counter:own_file", subject=mandates[0].subject.public_id)
    shown = [
        {
            "name": one.subject.name,
            "code": one.subject.code,
            "url": reverse("counter:own_file", args=[one.subject.public_id]),
            "role": Role(one.role).label,
            "to_on": one.to_on,
        }
        for one in mandates
    ]
    return visit.render("own", {"enterprises": shown})


@own(Verb.READ_OWN_FILE)
def own_file(visit: Visit) -> HttpResponse:
    """One list: what there is, whether and until when it is shown, what can be done and from when."""
    subject = visit.enterprise
    file = read_own_file(visit.party, subject, now=visit.now)
    answers = {
        one.record.record_key: one for one in matters_of(subject, policy=visit.policy, today=visit.today)
    }
    context = {
        "negative": [_line(visit, one, answers) for one in file.records if one.negative],
        "others": [_line(visit, one, answers) for one in file.records if not one.negative][:PAGE],
        "others_total": sum(not one.negative for one in file.records),
        "apart": file.apart,
        "public_url": reverse("portal:subject", args=[subject.public_id]),
    }
    return visit.render("own_file", context)


def _line(visit: Visit, one: OwnRecord, answers: Mapping[int, OwnMatter]) -> dict[str, Any]:
    record, state = one.record, RecordState(one.record.state)
    may_object = visit.party.may(Verb.LODGE_REQUEST, visit.enterprise, on=visit.today)
    object_to = reverse("counter:own_objection", args=[visit.enterprise.public_id])
    if state is RecordState.DISPUTED or not may_object:
        object_to = ""
    return {
        "item": visit.policy.catalogue.item(record.item).title,
        "title": record.detail.title or record.detail.document_no,
        "document_no": record.detail.document_no,
        "authority": record.detail.authority,
        "decided_on": record.decided_on,
        "seriousness": Seriousness(record.seriousness).label if record.seriousness else "",
        "finality": _FINALITY.get(Finality(record.finality), ""),
        "state": "" if state is RecordState.ACTIVE else state.label,
        "shown": one.shown,
        "shown_until": one.shown_until,
        "repair": _repair(answers.get(record.record_key), on=visit.today),
        "object_url": f"{object_to}?about=record:{record.record_key}" if object_to else "",
    }


def _repair(one: OwnMatter | None, *, on: date) -> str:
    """What the page of repair says of this record, in short: both pages answer alike."""
    if one is None:
        return "不需要申请"
    if one.case is not None:
        return f"正在办理 {one.case.number}"
    if one.answer.may:
        return "改正、履行义务以后可以申请" if one.answer.earliest_on is None else "现在可以申请"
    day = one.answer.earliest_on
    return f"{day} 起可以申请" if day is not None and day > on else one.answer.hurdles[0].message


@own(Verb.READ_GRADE)
def own_notices(visit: Visit) -> HttpResponse:
    rows = ResultNotice.objects.filter(subject=visit.enterprise).order_by("-pk")[:PAGE]
    shown = [
        {
            "title": one.title,
            "on": day_of(one.written_at),
            "url": reverse("counter:own_notice", args=[visit.enterprise.public_id, one.public_id]),
        }
        for one in rows
    ]
    may_apply = visit.party.may(Verb.LODGE_REQUEST, visit.enterprise, on=visit.today)
    context = {
        "notices": shown,
        "reminders": reminded(visit) if may_apply else [],
        "repairs_url": reverse("counter:own_repairs", args=[visit.enterprise.public_id]),
    }
    return visit.render("own_notices", context)


@own(Verb.READ_GRADE)
def own_notice(visit: Visit, notice: str) -> HttpResponse:
    """Reading is noted; it is no service: that needs the consent of the enterprise (legal guard G17)."""
    subject = visit.enterprise
    row = ResultNotice.objects.filter(subject=subject, public_id=notice).first()
    if row is None:
        raise Http404
    held = f"account:{visit.account.public_id}"
    note("own.notice_read", now=visit.now, subject=subject.public_id, object=held, payload={"notice": notice})
    served = row.steps.filter(kind=NoticeStepKind.SERVED).first()
    context = {
        "notice": {
            "title": row.title,
            "text": row.text,
            "on": day_of(row.written_at),
            "served_on": served.on if served else None,
        },
        "back_url": reverse("counter:own_notices", args=[subject.public_id]),
    }
    return visit.render("own_notice", context)


@own(Verb.READ_OWN_FILE)
def own_readings(visit: Visit) -> HttpResponse:
    """Who read the file, for what."""
    subject = visit.enterprise
    text = visit.request.GET.get("before", "")
    before = int(text) if text.isdecimal() and len(text) < 19 else None
    readings, more = readings_of(subject, before=before, limit=PAGE)
    here = visit.request.path
    paging = Paging(
        previous_url=here if before is not None else "",
        next_url=f"{here}?before={more}" if more is not None else "",
        shown=len(readings),
    )
    asked = who_asked(subject, limit=PAGE) if before is None else ()
    context = {
        "readings": readings,
        "paging": paging,
        "asked": asked,
        "misuse_url": reverse("counter:misuse"),
    }
    return visit.render("own_readings", context)
