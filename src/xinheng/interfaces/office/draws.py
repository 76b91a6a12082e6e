"""The record of a draw for those who carry it out: enterprises by name, their teams, and the file that proves it."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import reverse

from xinheng.core.draw_verify import remarks, verify
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.draw_order import in_order, ordering_of, place_words
from xinheng.interfaces.office.exporting import as_table
from xinheng.interfaces.office.owned import DRAW
from xinheng.interfaces.office.paging import address, chosen, oldest_first
from xinheng.interfaces.office.plan_page import strata_of
from xinheng.interfaces.web.draw_file import CHECKED_HERE, record_name
from xinheng.interfaces.web.parts import Crumb, Filter, Option
from xinheng.services.cases import state_title
from xinheng.services.draw_substitutes import teams_now
from xinheng.services.pools import public_record, whole_record
from xinheng.store.inspections import Draw, DrawnObject
from xinheng.store.visits import Visit

_HEAD = ("序号", "企业", "统一社会信用代码", "档次", "检查人员证号")


@asks(Verb.READ_DRAW, of=DRAW)
def draw(call: Call, draw: Draw) -> HttpResponse:
    names = {stratum["key"]: stratum["name"] for stratum in draw.announcement.content["strata"]}
    band = chosen(call.request, "band", names)
    objects = DrawnObject.objects.filter(draw=draw).select_related("subject")
    if band:
        objects = objects.filter(band=band)
    if call.request.GET.get("format") == "csv":
        return _table(draw, objects, names)
    ordering = ordering_of(call, draw)
    page: Sequence[DrawnObject]
    if ordering.on:
        page, paging = in_order(objects, ordering, list(names)), None
    else:
        page, paging = oldest_first(objects, call.request)
    linked = call.may_somewhere(Verb.READ_SUBJECT_FILE)
    options = [Option("", "全部"), *(Option(*one) for one in names.items())]
    record = whole_record(draw) if draw.population <= CHECKED_HERE else None
    problems = None if record is None else list(verify(record, announced=draw.announcement.digest))
    context = {
        "crumbs": [
            Crumb("抽查计划", reverse("office:plans")),
            Crumb(
                draw.announcement.plan.title,
                reverse("office:plan", kwargs={"plan": draw.announcement.plan.public_id}),
            ),
            Crumb("抽取记录"),
        ],
        "draw": _shown(call, draw),
        "agrees": None if problems is None else not problems,
        "faults": problems or [],
        "remarks": list(remarks(record)) if record is not None and not problems else [],
        "checked_at": call.now,
        "send_url": reverse("office:send_draw", kwargs={"draw": draw.public_id})
        if call.may(Verb.MAKE_DRAW, call.of(draw.announcement.plan.organisation_id))
        else "",
        "officers_url": reverse("office:draw_officers", kwargs={"draw": draw.public_id}),
        "figures_url": reverse("office:visit_figures", kwargs={"plan": draw.announcement.plan.public_id}),
        "file_url": reverse("office:draw_file", kwargs={"draw": draw.public_id}),
        "file_name": record_name(draw.public_id),
        "strata": strata_of(
            call, draw.announcement, drawn=Counter(one["stratum"] for one in draw.record["drawn"])
        ),
        "order": ordering.shown,
        "objects": [
            {**line, "place": place_words(ordering.places.get(one.position))}
            for one, line in zip(page, _objects(page, names, linked=linked), strict=True)
        ],
        "unassigned": [],
        "filters": [Filter("band", "档次", "select", band, options)],
        "export_url": address(call.request, format="csv"),
        "paging": paging,
    }
    return call.render("draw", context)


@asks(Verb.READ_DRAW, of=DRAW)
def draw_file(call: Call, draw: Draw) -> StreamingHttpResponse:
    """The public record, as ``xinheng draw verify`` reads it."""
    response = StreamingHttpResponse(public_record(draw), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{record_name(draw.public_id)}"'
    return response


def _shown(call: Call, draw: Draw) -> dict[str, Any]:
    content = draw.announcement.content
    return {
        "number": draw.public_id,
        "title": draw.announcement.plan.title,
        "organ": call.tree.name(draw.announcement.plan.organisation_id),
        "drawn_at": draw.drawn_at,
        "drawn_by": draw.drawn_by.display_name,
        "population": draw.population,
        "drawn": draw.drawn,
        "seed": draw.seed,
        "digest": draw.digest,
        "pool_digest": content.get("pool", ""),
        "policy_digest": draw.announcement.policy_digest,
        "public_url": reverse("portal:draw", kwargs={"public_id": draw.public_id}),
    }


def _objects(page: Sequence[DrawnObject], names: dict[str, str], *, linked: bool) -> list[dict[str, Any]]:
    sent = Visit.objects.filter(drawn__in=[one.pk for one in page]).select_related("case")
    visits, teams = {visit.drawn_id: visit for visit in sent}, teams_now(page)
    return [_object(one, names, teams[one.pk], visits.get(one.pk), linked=linked) for one in page]


def _object(
    one: DrawnObject, names: dict[str, str], team: list[str], visit: Visit | None, *, linked: bool
) -> dict[str, Any]:
    return {
        "position": one.position,
        "name": one.subject.name,
        "code": one.subject.code or "",
        "url": reverse("office:subject", kwargs={"subject": one.subject.public_id}) if linked else "",
        "band": names.get(one.band, one.band),
        "inspectors": team,
        **_visited(visit),
    }


def _visited(visit: Visit | None) -> dict[str, str]:
    if visit is None:
        return {"state": "待派出", "tone": "decide", "visit_url": ""}
    return {
        "state": state_title(visit.case),
        "tone": "done" if visit.case.closed_at else "clock",
        "visit_url": reverse("office:case", kwargs={"number": visit.case.number}),
    }


def _table(draw: Draw, objects: QuerySet[DrawnObject], names: dict[str, str]) -> HttpResponse:
    listed = list(objects.order_by("position"))
    teams = teams_now(listed)
    rows = (
        (
            one.position,
            one.subject.name,
            one.subject.code,
            names.get(one.band, one.band),
            "、".join(teams[one.pk]),
        )
        for one in listed
    )
    return as_table(f"抽取结果-{draw.public_id}", _HEAD, rows)
