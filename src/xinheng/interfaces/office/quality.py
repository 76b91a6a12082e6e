"""The rates by which deliveries are rated, by department, county, item or feed, and the rows behind each figure."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet, Sum
from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode

from xinheng.core.quality_score import Sample, Tally
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.paging import address, chosen, newest_first
from xinheng.interfaces.office.quality_tables import (
    bring_up_to_date,
    chosen_period,
    exported,
    exports,
    first_day,
    pages,
    period,
    period_filter,
    units_of,
)
from xinheng.interfaces.office.wording import feed_title, item_title
from xinheng.interfaces.web.charts import Bar, Chart, bars
from xinheng.interfaces.web.figures import count, per_mille
from xinheng.interfaces.web.parts import Cell, Column, Crumb, Filter, Notice, Option, Table, Tile
from xinheng.services.batches import number_of
from xinheng.services.coverage import ELSEWHERE, county_of
from xinheng.services.lateness import late_batches, late_records, named_for_lateness
from xinheng.services.quality import Group, Scope, groups, lateness, samples, summed, whole
from xinheng.services.time import day_of
from xinheng.store.batches import Batch, ReturnedRow
from xinheng.store.organisations import Organisation

BY = {"unit": "单位", "county": "县区", "item": "目录项", "feed": "数据源"}
SHOWN = 10
FEW = 20
"""Deliveries whose late records are shown at once."""
_HEAD = (
    *("报送行", "入库行", "数据合规率", "迟报行", "迟报率", "及时率", "一次合格率"),
    *("代码问题行", "代码问题率", "代码更正率"),
)
_KINDS = {
    "late": "迟报的记录",
    "returned": "没有入库的行",
    "codes": "代码有问题的行",
    "again": "更正重报的行",
}


@asks(Verb.READ_DASHBOARD)
def quality(call: Call) -> HttpResponse:
    bring_up_to_date(call)
    units = units_of(call)
    by = chosen(call.request, "by", BY) or "unit"
    found = groups(_scope(call, units))
    tallies = summed(found, _key(call, by))
    lines = sorted(tallies.items(), key=lambda entry: -entry[1].reported)
    rows = [_row(call, by, key, tally, units) for key, tally in lines if tally.reported]
    head = (BY[by], *_HEAD)
    if table := exported(
        call, f"数据质量-{BY[by]}-{call.today}", head, [[cell_text(cell) for cell in row] for row in rows]
    ):
        return table
    shown = {_name(call, by, key): tally for key, tally in lines}
    context = {
        "pages": pages(call),
        "exports": exports(call),
        "as_of": call.today,
        "filters": [period_filter(call), _by_filter(by), *_narrowing(call, units)],
        "reset_url": reverse("office:quality"),
        "tiles": _tiles(call, found, units),
        "named": _named(call, shown),
        "chart": _chart(shown, BY[by]),
        "table": Table(
            f"按{BY[by]}",
            [Column(BY[by]), *(Column(label, "number") for label in _HEAD)],
            rows,
            empty="这段时间没有报送。",
            caption_hidden=True,
        ),
    }
    return call.render("quality", context)


def _scope(call: Call, units: list[Organisation]) -> Scope:
    wanted = call.request.GET.get("organisation", "")
    ids = [unit.pk for unit in units if not wanted or unit.public_id == wanted]
    county = call.request.GET.get("county", "")
    divisions = None
    if county:
        codes = [*call.policy.counties, ""]
        divisions = frozenset(code for code in codes if county_of(code, call.policy) == county)
    items = {str(item.number) for item in call.policy.catalogue.items.values()}
    item = chosen(call.request, "item", items)
    return Scope(
        organisations=frozenset(ids),
        period=period(call),
        item=int(item) if item else None,
        feed=chosen(call.request, "feed", call.policy.feeds),
        divisions=divisions,
    )


def _key(call: Call, by: str) -> Callable[[Group], Any]:
    return {
        "unit": lambda group: group.organisation,
        "county": lambda group: county_of(group.division, call.policy),
        "item": lambda group: group.item,
        "feed": lambda group: group.feed,
    }[by]


def _name(call: Call, by: str, key: Any) -> str:
    if by == "unit":
        return call.tree.name(key)
    if by == "county":
        return county_name(call, key)
    if by == "item":
        return item_title(key, call.policy) or "未归入目录项"
    return feed_title(key, call.policy) or "未指明"


def county_name(call: Call, code: str) -> str:
    """The name of a place; subjects of other cities and rows without a code stand together."""
    return call.policy.counties[code].name if code != ELSEWHERE else "代码不在本市或无代码"


def _row(call: Call, by: str, key: Any, tally: Tally, units: list[Organisation]) -> list[Cell | str]:
    narrowed = {"unit": "organisation", "county": "county", "item": "item", "feed": "feed"}[by]
    value = next((unit.public_id for unit in units if unit.pk == key), "") if by == "unit" else str(key)
    here = {narrowed: value, "period": chosen_period(call)} if value else {}
    return [
        _name(call, by, key),
        count(tally.reported),
        count(tally.accepted),
        Cell(tally.compliance.written, _rows_url("returned", here)),
        Cell(count(tally.late), _rows_url("late", here)),
        tally.lateness.written,
        tally.punctuality.written,
        tally.first_pass.written,
        Cell(count(tally.wrong_codes), _rows_url("codes", here)),
        tally.code_errors.written,
        tally.code_corrections.written,
    ]


def _rows_url(kind: str, here: dict[str, str]) -> str:
    return f"{reverse('office:quality_rows')}?{urlencode({'kind': kind, **here})}" if here else ""


def cell_text(cell: Cell | str) -> str:
    return cell.text if isinstance(cell, Cell) else cell


def _tiles(call: Call, found: tuple[Group, ...], units: list[Organisation]) -> list[Tile]:
    tally, late = whole(found), lateness(found)
    sample = sum(samples([unit.pk for unit in units], since=first_day(call), until=None).values(), Sample())
    here = {
        key: value
        for key in ("organisation", "county", "item", "feed")
        if (value := call.request.GET.get(key, ""))
    } | {"period": chosen_period(call)}
    checks = reverse("office:spot_checks")
    return [
        Tile(
            "数据合规率",
            tally.compliance.written,
            url=_rows_url("returned", here),
            definition=f"入库 {count(tally.accepted)} 行，占报送 {count(tally.reported)} 行；已知的行不计",
        ),
        Tile(
            "迟报率",
            late.whole.written,
            url=_rows_url("late", here),
            definition=f"许可 {late.permit.written}，处罚 {late.penalty.written}；决定后超过报送期限的行占报送行",
        ),
        Tile("及时率", late.whole.rest.written, definition="1 减迟报率"),
        Tile(
            "一次合格率",
            tally.first_pass.written,
            url=_rows_url("again", here),
            definition="首次报送即入库的行占报送行",
        ),
        Tile(
            "代码问题率",
            tally.code_errors.written,
            url=_rows_url("codes", here),
            definition=f"代码错、缺、冲突（E03、E13、E17）的行占报送行；已更正 {tally.code_corrections.written}。重错码率按代码计，见重错码",
        ),
        Tile("瞒报率", sample.concealment.written, url=checks, definition="应报未报的行占抽查的行"),
        Tile("错报率", sample.error.written, url=checks, definition="与来源不符的行占抽查的行"),
    ]


def _named(call: Call, tallies: dict[str, Tally]) -> Notice | None:
    """Who is above the alert of policy."""
    found = named_for_lateness(tallies.items(), policy=call.policy, today=call.today)
    if not found:
        return None
    alert = call.policy.parameter("quality.late_alert_per_mille", on=call.today)
    words = "、".join(f"{one.key}（{one.tally.lateness.written}）" for one in found)
    confirmed = "" if alert.verified else "，依据待核"
    return Notice("decide", f"迟报率高于 {per_mille(alert.value)}，列入通报整改{confirmed}", words)


def _chart(tallies: dict[str, Tally], label: str) -> Chart | None:
    timed = [(name, tally) for name, tally in tallies.items() if tally.timed]
    if not timed:
        return None
    late = sorted(timed, key=lambda entry: -(entry[1].lateness.hundredths or 0))[:SHOWN]
    slow = sum(tally.late > 0 for _, tally in timed)
    title = f"{len(timed)} 个{label}中，{slow} 个有迟报" if slow else f"{len(timed)} 个{label}都没有迟报"
    lines = [
        Bar(
            name,
            tally.lateness.hundredths or 0,
            f"{tally.lateness.written}（{count(tally.late)}/{count(tally.timed)}）",
        )
        for name, tally in late
    ]
    return bars(lines, title=title, head=(label, "迟报率"))


def _by_filter(by: str) -> Filter:
    return Filter("by", "分组", "select", by, [Option(value, label) for value, label in BY.items()])


def _narrowing(call: Call, units: list[Organisation]) -> list[Filter]:
    senders = Organisation.objects.filter(pk__in=[unit.pk for unit in units], batches__isnull=False)
    options = {
        "organisation": [
            (unit.public_id, call.tree.name(unit.pk)) for unit in senders.distinct().order_by("pk")
        ],
        "county": [(code, county.name) for code, county in call.policy.counties.items() if not county.until],
        "item": [(str(item.number), item.title) for item in call.policy.catalogue.items.values()],
    }
    labels = {"organisation": "单位", "county": "县区", "item": "目录项"}
    return [
        Filter(
            key,
            labels[key],
            "select",
            call.request.GET.get(key, ""),
            [Option("", "全部"), *(Option(*pair) for pair in pairs)],
        )
        for key, pairs in options.items()
    ]


@asks(Verb.READ_DASHBOARD)
def quality_rows(call: Call) -> HttpResponse:
    """The rows behind a figure."""
    bring_up_to_date(call)
    kind = chosen(call.request, "kind", _KINDS) or "late"
    units = units_of(call)
    scope = _scope(call, units)
    table = _late_table(call, scope) if kind == "late" else _row_table(call, scope, kind)
    kinds = Filter("kind", "哪些行", "select", kind, [Option(*pair) for pair in _KINDS.items()])
    context = {
        "crumbs": [Crumb("数据质量", reverse("office:quality")), Crumb(_KINDS[kind])],
        "title": _KINDS[kind],
        "filters": [kinds, period_filter(call), *_narrowing(call, units)],
        "reset_url": f"{reverse('office:quality_rows')}?kind={kind}",
        "table": table,
    }
    return call.render("quality_rows", context)


def _late_table(call: Call, scope: Scope) -> Table:
    """The late records; where they are of many deliveries, these first."""
    batches = late_batches(scope)
    if wanted := call.request.GET.get("batch", ""):
        batches = batches.filter(public_id=wanted)
    found = list(batches.order_by("-pk").values_list("pk", flat=True)[: FEW + 1])
    return _late_deliveries(call, scope, batches) if len(found) > FEW else _late_records(call, scope, found)


def _late_deliveries(call: Call, scope: Scope, batches: QuerySet[Batch]) -> Table:
    page, paging = newest_first(batches, call.request)
    sums = scope.counts().filter(batch__in=page).order_by().values_list("batch")
    late = {batch: (number, of) for batch, number, of in sums.annotate(Sum("late"), Sum("timed"))}
    rows: list[list[Cell | str]] = [
        [
            Cell(number_of(batch), address(call.request, kind="late", batch=batch.public_id)),
            call.tree.name(batch.organisation_id),
            item_title(batch.item, call.policy),
            f"{day_of(batch.received_at)}",
            count(late[batch.pk][0]),
            count(late[batch.pk][1]),
        ]
        for batch in page
    ]
    columns = [
        *(Column("批次", "code"), Column("单位"), Column("目录项"), Column("收到", "day")),
        *(Column("迟报行", "number"), Column("报送行", "number")),
    ]
    return Table("有迟报的批次", columns, rows, paging=paging)


def _late_records(call: Call, scope: Scope, batches: list[int]) -> Table:
    page, paging = newest_first(late_records(batches, divisions=scope.divisions), call.request)
    readable = call.may_somewhere(Verb.READ_SUBJECT_FILE)
    rows: list[list[Cell | str]] = []
    for record in page:
        assert record.batch is not None
        part = {"subject": record.subject.public_id, "key": record.record_key}
        rows.append(
            [
                _batch_cell(call, record.batch),
                count(record.row_no),
                Cell(
                    record.detail.document_no or "（无文书号）",
                    reverse("office:record", kwargs=part) if readable else "",
                ),
                record.subject.name,
                f"{record.decided_on or '—'}",
                f"{day_of(record.batch.received_at)}",
                call.tree.name(record.batch.organisation_id),
            ]
        )
    columns = [
        *(Column("批次", "code"), Column("行", "number"), Column("文书号"), Column("企业")),
        *(Column("决定", "day"), Column("收到", "day"), Column("单位")),
    ]
    return Table(_KINDS["late"], columns, rows, empty="没有迟报的记录。", paging=paging, caption_hidden=True)


def _batch_cell(call: Call, batch: Any) -> Cell:
    readable = call.may(Verb.READ_BATCH, call.of(batch.organisation_id))
    return Cell(
        number_of(batch), reverse("office:batch", kwargs={"batch": batch.public_id}) if readable else ""
    )


def _row_table(call: Call, scope: Scope, kind: str) -> Table:
    rows = ReturnedRow.objects.filter(batch__in=scope.batches()).select_related(
        "batch", "resubmission__batch"
    )
    if kind == "returned":
        rows = rows.exclude(state="accepted")
    elif kind == "codes":
        rows = rows.filter(codes__overlap=["E03", "E13", "E17"])
    else:
        rows = rows.filter(resubmission__isnull=False)
    page, paging = newest_first(rows, call.request)
    lines: list[list[Cell | str]] = []
    for row in page:
        readable = call.may(Verb.READ_BATCH, call.of(row.batch.organisation_id))
        url = reverse("office:quarantined", kwargs={"row": row.pk}) if readable else ""
        again = getattr(row, "resubmission", None)
        lines.append(
            [
                _batch_cell(call, row.batch),
                Cell(count(row.row_no), url),
                "、".join(row.codes),
                str((row.normalised or {}).get("name") or "—"),
                row.get_state_display(),
                _batch_cell(call, again.batch) if again else "—",
                call.tree.name(row.batch.organisation_id),
            ]
        )
    columns = [
        *(Column("批次", "code"), Column("行", "number"), Column("问题"), Column("企业"), Column("状态")),
        *(Column("更正批次", "code"), Column("单位")),
    ]
    return Table(_KINDS[kind], columns, lines, empty="没有这样的行。", paging=paging, caption_hidden=True)
