"""Delivered files: the list, one batch with its problems and the rows that were not accepted, and its publication."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, QuerySet
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.attachments import Target
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.attachments_shown import part_of
from xinheng.interfaces.office.exporting import as_table, stored
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.owned import BATCH
from xinheng.interfaces.office.paging import address, chosen, newest_first, number, oldest_first
from xinheng.interfaces.office.reasons import NOT_READ, UNNEEDED, ways_on, why, why_short
from xinheng.interfaces.office.rows import PAGE, returned_rows, row_filters, rows_of
from xinheng.interfaces.office.wording import (
    BATCH_TONES,
    feed_title,
    problem_words,
)
from xinheng.interfaces.web.charts import Bar, Chart, bars
from xinheng.interfaces.web.figures import count, percent
from xinheng.interfaces.web.parts import Crumb, Filter, Option, Tile
from xinheng.services.attachments import held
from xinheng.services.batches import answers_for, needs_no_reading, number_of, sender_of
from xinheng.services.collect import cancel
from xinheng.services.list_comparison import UNNAMED
from xinheng.services.publication import publish_batch
from xinheng.services.time import SHANGHAI
from xinheng.store.batches import Batch, BatchState
from xinheng.store.organisations import Organisation

EXPORTED = 5_000
_HEAD = ("批次", "单位", "文件", "数据源", "收到", "行数", "入库", "退回与待处理", "重复", "状态", "回执")


@asks(Verb.READ_BATCH)
def batches(call: Call) -> HttpResponse:
    found = _filtered(call)
    if call.request.GET.get("format") == "csv":
        rows = found.order_by("-pk")[:EXPORTED]
        return as_table(f"批次-{call.today}", _HEAD, (_exported(call, batch) for batch in rows))
    page, paging = newest_first(found, call.request)
    context = {
        "filters": _filters(call),
        "reset_url": reverse("office:batches"),
        "export_url": address(call.request, format="csv"),
        "paging": paging,
        "upload_url": reverse("office:upload") if call.may_somewhere(Verb.IMPORT_FILE) else "",
        "batches": [shown(call, batch) for batch in page],
    }
    return call.render("batches", context)


def _filtered(call: Call) -> QuerySet[Batch]:
    request = call.request
    found = Batch.objects.filter(organisation__in=call.reach(Verb.READ_BATCH)).select_related("organisation")
    wanted = {
        "organisation__public_id": request.GET.get("organisation", ""),
        "state": chosen(request, "state", BatchState.values),
        "item": number(request, "item"),
        "feed": chosen(request, "feed", call.policy.feeds),
    }
    found = found.filter(**{key: value for key, value in wanted.items() if value not in ("", None)})
    if start := day_in(call, "from"):
        found = found.filter(received_at__gte=datetime.combine(start, time(), SHANGHAI))
    if end := day_in(call, "to"):
        found = found.filter(received_at__lt=datetime.combine(end + timedelta(days=1), time(), SHANGHAI))
    return found


def day_in(call: Call, name: str) -> date | None:
    """A day in the address; None where there is none or something else."""
    try:
        return date.fromisoformat(call.request.GET.get(name, ""))
    except ValueError:
        return None


def _filters(call: Call) -> list[Filter]:
    request = call.request
    units = [
        (unit.public_id, call.tree.name(unit.pk))
        for unit in Organisation.objects.filter(pk__in=call.reach(Verb.READ_BATCH)).order_by("pk")
    ]
    items = [(str(item.number), item.title) for item in call.policy.catalogue.items.values()]
    found = [
        _select(request.GET.get("organisation", ""), "organisation", "单位", units),
        _select(request.GET.get("item", ""), "item", "目录项", items),
        _select(request.GET.get("state", ""), "state", "状态", list(BatchState.choices)),
        Filter("from", "收到自", "date", request.GET.get("from", "")),
        Filter("to", "到", "date", request.GET.get("to", "")),
    ]
    return found if len(units) > 1 else found[1:]


def _select(value: str, name: str, label: str, options: list[tuple[str, str]]) -> Filter:
    return Filter(
        name, label, "select", value, [Option("", "全部"), *(Option(*option) for option in options)]
    )


def shown(call: Call, batch: Batch) -> dict[str, Any]:
    """A batch as the pages name it."""
    unneeded = needs_no_reading(batch)
    return {
        "number": number_of(batch),
        "url": reverse("office:batch", kwargs={"batch": batch.public_id}),
        "unit": call.tree.name(batch.organisation_id),
        "file_name": batch.file_name,
        "feed": feed_title(batch.report["known_as"] if unneeded else batch.feed, call.policy),
        "why": why_short(batch),
        "received_at": batch.received_at,
        "received_by": sender_of(batch),
        "loaded_at": batch.loaded_at,
        "loaded_by": sender_of(batch),
        "rows": batch.rows,
        "accepted": batch.accepted,
        "returned": batch.returned,
        "duplicates": batch.duplicates,
        "state": UNNEEDED if unneeded else BatchState(batch.state).label,
        "tone": "" if unneeded else BATCH_TONES[BatchState(batch.state)],
        "file_digest": batch.file_digest,
        "policy_digest": batch.policy_digest,
        "receipt": batch.receipt,
        "published_at": batch.published_at,
        "published_by": batch.published_by.display_name if batch.published_by else "",
    }


def _exported(call: Call, batch: Batch) -> list[object]:
    line = shown(call, batch)
    received = batch.received_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    keys = ("rows", "accepted", "returned", "duplicates", "state", "receipt")
    return [
        line["number"],
        line["unit"],
        line["file_name"],
        line["feed"],
        received,
        *(line[key] for key in keys),
    ]


@asks(Verb.READ_BATCH, Verb.REVIEW_SECRECY, of=BATCH)
def batch(call: Call, batch: Batch) -> HttpResponse:
    if batch.state == BatchState.PREVIEW and call.may(Verb.IMPORT_FILE, call.of(batch.organisation_id)):
        return redirect("office:preview", batch=batch.public_id)
    page, paging = oldest_first(rows_of(call, batch.returned_rows.all()), call.request, size=PAGE)
    context = {
        "crumbs": [Crumb("批次", reverse("office:batches")), Crumb(number_of(batch))],
        "batch": shown(call, batch),
        "why": why(call, batch),
        "tiles": _tiles(call, batch),
        "chart": _chart(call, batch),
        "problems": _problems(call, batch),
        "filters": row_filters(call),
        "mended": _mended(batch),
        "rows": returned_rows(call, page),
        "paging": paging,
        "show_batch": False,
        "workbook_url": _workbook_url(batch),
        "publish_url": reverse("office:publish_batch", kwargs={"batch": batch.public_id}),
        "may_publish": _may_publish(call, batch),
        "acts": _acts(call, batch),
        "attachments": part_of(call, held(Target.BATCH, batch.public_id)),
    }
    return call.render("batch", context)


def _mended(batch: Batch) -> list[dict[str, Any]]:
    """The batches whose rows came again in this one, with how many."""
    first = Batch.objects.filter(returned_rows__resubmission__batch=batch)
    return [
        {
            "number": number_of(one),
            "url": reverse("office:batch", kwargs={"batch": one.public_id}),
            "rows": one.mended_rows,
        }
        for one in first.annotate(mended_rows=Count("returned_rows")).order_by("pk")
    ]


def _may_publish(call: Call, batch: Batch) -> bool:
    ready = batch.state == BatchState.LOADED and batch.published_at is None and batch.item is not None
    other = not answers_for(call.user, batch)
    return ready and other and bool(call.may(Verb.REVIEW_SECRECY, call.of(batch.organisation_id)))


def _acts(call: Call, batch: Batch) -> list[dict[str, Any]]:
    target, part = call.of(batch.organisation_id), {"batch": batch.public_id}
    acts = ways_on(call, batch)
    if UNNAMED in batch.report and batch.state == BatchState.LOADED and call.may(Verb.READ_BATCH, target):
        acts.append(
            {"label": "核对整份名单", "url": reverse("office:list_exits", kwargs=part), "post": False}
        )
    if batch.state == BatchState.LOADED and call.may(Verb.READ_BATCH, target):
        acts.append(
            {"label": "入库的记录", "url": reverse("office:batch_records", kwargs=part), "post": False}
        )
        acts.append({"label": "回执", "url": reverse("office:receipt", kwargs=part), "post": False})
    return acts


def _tiles(call: Call, batch: Batch) -> list[Tile]:
    if batch.state in NOT_READ:
        return [Tile("文件行数", count(batch.rows)), Tile("暂存，没有读入", count(batch.returned))]
    here = reverse("office:batch", kwargs={"batch": batch.public_id})
    waiting = batch.returned_rows.filter(state="waiting").count()
    done = batch.accepted + batch.duplicates
    return [
        Tile("文件行数", count(batch.rows)),
        Tile("已入库", count(batch.accepted)),
        Tile("一次合格率", percent(done, batch.rows), definition="入库和已有的行占全部行的比例"),
        Tile("待处理", count(waiting), url=f"{here}?state=waiting", attention=waiting > 0),
        Tile("退回与拒收", count(max(batch.returned - waiting, 0)), url=here),
        Tile("与已有重复", count(batch.duplicates)),
    ]


def _problems(call: Call, batch: Batch) -> list[dict[str, Any]]:
    here = reverse("office:batch", kwargs={"batch": batch.public_id})
    found: dict[str, int] = batch.report.get("problems", {})
    return [
        {**problem_words(code, call.policy), "count": number, "url": f"{here}?code={code}"}
        for code, number in sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
    ]


def _chart(call: Call, batch: Batch) -> Chart | None:
    problems = _problems(call, batch)
    if len(problems) < 2:
        return None
    most = problems[0]
    rows = [
        Bar(
            f"{one['code']} {one['label']}",
            one["count"],
            f"{count(one['count'])} 行",
            marked=one["tone"] == "decide",
        )
        for one in problems[:10]
    ]
    title = f"{count(most['count'])} 行“{most['label']}”，居各类问题之首"
    return bars(rows, title=title, head=("问题", "行数"))


def _workbook_url(batch: Batch) -> str:
    return reverse("office:workbook", kwargs={"batch": batch.public_id}) if batch.workbook_id else ""


@asks(Verb.READ_BATCH, of=BATCH)
def workbook(call: Call, batch: Batch) -> StreamingHttpResponse:
    """The rows that go back to the sender, each with what is wrong."""
    if batch.workbook is None:
        raise Http404
    return stored(batch.workbook)


@asks(Verb.REVIEW_SECRECY, of=BATCH, methods=("POST",))
@once
def publish(call: Call, batch: Batch) -> HttpResponse:
    """Secrecy and privacy review passed: what may be public is public from now on."""
    number = publish_batch(batch.public_id, reviewer=call.user, policy=call.policy, now=call.now)
    call.tell(f"批次 {number_of(batch)} 已审查，公示 {number} 条。")
    return redirect("office:batch", batch=batch.public_id)


@asks(Verb.IMPORT_FILE, of=BATCH, methods=("POST",))
@once
def cancel_batch(call: Call, batch: Batch) -> HttpResponse:
    """Give up a file that was previewed."""
    cancel(batch.public_id, actor=call.user, reason="预览后取消", now=call.now)
    call.tell(f"“{batch.file_name}”已取消，没有入库。")
    return redirect("office:batches")
