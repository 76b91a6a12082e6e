"""The matrix of departments, items and counties: what each covers of the subjects of which kind."""

from django.http import HttpResponse
from django.urls import reverse

from xinheng.core.duties import Owing
from xinheng.core.quality_score import Rate
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.paging import chosen, in_memory
from xinheng.interfaces.office.quality import county_name
from xinheng.interfaces.office.quality_tables import (
    bring_up_to_date,
    exported,
    exports,
    month,
    month_filter,
    pages,
    units_of,
)
from xinheng.interfaces.office.wording import item_title
from xinheng.interfaces.web.charts import Chart, Stack, stacks
from xinheng.interfaces.web.figures import count
from xinheng.interfaces.web.parts import Cell, Column, Filter, Option, Table, Tile
from xinheng.services.coverage import Line, Matrix, cells, covered_of, matrix
from xinheng.services.quality import count_subjects
from xinheng.store.quality import SubjectCount
from xinheng.store.subjects import Subject, SubjectKind

COUNTED_AT_ONCE = 20_000
"""Subjects that a page counts itself, where nobody has counted them yet."""
COUNTED = tuple(kind for kind in SubjectKind.values if kind != SubjectKind.SOLE_TRADER)
"""No figure is made of the number of sole traders (《促进个体工商户发展条例》第三十二条), nor can one be had by subtraction."""
WIDEST = 10
SHOWN = 12
TONES = {"came": "done", "came_late": "clock", "nothing": "done", "overdue": "decide", "due_soon": "clock"}


@asks(Verb.READ_DASHBOARD)
def quality_coverage(call: Call) -> HttpResponse:
    bring_up_to_date(call)
    _count_once(call)
    units, span = units_of(call), month(call)
    kind = chosen(call.request, "kind", COUNTED)
    duties = cells(units, policy=call.policy, month=span.start, today=call.today)
    found = matrix(duties, policy=call.policy, on=call.today, kinds=[kind] if kind else COUNTED)
    places = _places(call, found)
    head = (
        "单位",
        "目录项",
        "应报依据",
        "报送期",
        "情况",
        "全市",
        *(county_name(call, place) for place in found.places),
    )
    if file := exported(call, f"归集覆盖-{span.start:%Y-%m}", head, _whole_rows(call, found)):
        return file
    context = {
        "pages": pages(call),
        "exports": exports(call),
        "month": span.label,
        "counted_at": found.counted_at,
        "filters": [month_filter(call), _kinds(kind), _counties(call, found)],
        "reset_url": reverse("office:quality_coverage"),
        "unlisted": len({line.cell.organisation.pk for line in found.lines if line.basis is Owing.NO_LIST}),
        "duties_url": reverse("office:duties") if call.may_somewhere(Verb.DRAFT_POLICY) else "",
        "tiles": _tiles(found, covered_of(duties)),
        "chart": _chart(call, found),
        "counties": _county_table(call, found),
        "table": _table(call, found, places),
    }
    return call.render("quality_coverage", context)


def _count_once(call: Call) -> None:
    if not SubjectCount.objects.exists() and Subject.objects.count() <= COUNTED_AT_ONCE:
        count_subjects(now=call.now)


def _places(call: Call, found: Matrix) -> tuple[str, ...]:
    """The counties of the table: the chosen one, all where they have room, none in a city of many."""
    wanted = chosen(call.request, "county", found.places)
    if wanted:
        return (wanted,)
    return found.places if len(found.places) <= WIDEST else ()


def _kinds(kind: str) -> Filter:
    options = [Option("", "全部"), *(Option(kind, SubjectKind(kind).label) for kind in COUNTED)]
    return Filter("kind", "主体类型", "select", kind, options)


def _counties(call: Call, found: Matrix) -> Filter:
    options = [
        Option("", "全部"),
        *(Option(place, county_name(call, place)) for place in found.places if place),
    ]
    return Filter("county", "县区", "select", call.request.GET.get("county", ""), options)


def _tiles(found: Matrix, items: Rate) -> list[Tile]:
    here = reverse("office:collection")
    return [
        Tile(
            "归集覆盖率",
            items.written,
            url=here,
            definition=f"这个月的应报项中，{items.part} 项有数据或无数据说明，应有 {items.whole} 项",
        ),
        Tile(
            "户·项覆盖率",
            found.whole.written,
            url="#matrix",
            definition="主体数×目录项中，有数据或有无数据说明的，占应有的",
        ),
        Tile(
            "主体",
            count(sum(found.subjects.values())),
            unit="户",
            definition="未注销的经营主体（不含个体工商户），按代码所示县区",
        ),
    ]


def _chart(call: Call, found: Matrix) -> Chart | None:
    rates = [(place, found.of_place(place)) for place in found.places if found.subjects.get(place)]
    if not rates:
        return None
    poorest = sorted(rates, key=lambda entry: entry[1].per_mille or 0)[:SHOWN]
    whole = sum(rate.known and rate.part == rate.whole for _, rate in rates)
    rows = [Stack(county_name(call, place), (rate.part, rate.whole - rate.part)) for place, rate in poorest]
    title = f"{len(rates)} 个地方中，{whole} 个全部覆盖"
    return stacks(rows, ("已覆盖", "未覆盖"), title=title, unit="户·项")


def _county_table(call: Call, found: Matrix) -> Table:
    rows: list[list[Cell | str]] = []
    for place in found.places:
        rate = found.of_place(place)
        url = f"{reverse('office:quality_coverage')}?county={place}" if place else ""
        rows.append(
            [
                Cell(county_name(call, place), url),
                count(found.subjects.get(place, 0)),
                count(rate.part),
                count(rate.whole),
                rate.written,
            ]
        )
    columns = [
        *(Column("县区"), Column("主体", "number"), Column("已覆盖", "number")),
        *(Column("应覆盖", "number"), Column("覆盖率", "number")),
    ]
    return Table("各县区", columns, rows, empty="还没有统计主体数，由后台每日统计。", caption_hidden=True)


def _table(call: Call, found: Matrix, places: tuple[str, ...]) -> Table:
    columns = [
        *(Column("单位"), Column("目录项"), Column("应报依据"), Column("情况"), Column("全市", "number")),
        *(Column(county_name(call, place), "number") for place in places),
    ]
    page, paging = in_memory(found.lines, call.request)
    rows = [_row(call, line, places) for line in page]
    return Table(
        "单位、目录项、县区", columns, rows, empty="没有应报的目录项。", paging=paging, caption_hidden=True
    )


def _row(call: Call, line: Line, places: tuple[str, ...]) -> list[Cell | str]:
    standing = line.cell.stood.standing
    url = f"{reverse('office:collection')}?organisation={line.cell.organisation.public_id}"
    return [
        Cell(call.tree.name(line.cell.organisation.pk), url),
        item_title(line.cell.item, call.policy),
        line.basis.value,
        Cell(line.cell.stood.span.label, mark=standing.label, tone=TONES.get(standing, "")),
        _rate_of(line),
        *(_at(line, place) for place in places),
    ]


def _rate_of(line: Line) -> str:
    return line.whole.written if line.places else "不应报"


def _at(line: Line, place: str) -> str:
    """What a place shows: its rate, that the item is not owed there, or that the body is not asked there."""
    if place in line.places:
        return line.places[place].written
    return "不应报" if line.owing.get(place) is Owing.NOT_OWED else "—"


def _whole_rows(call: Call, found: Matrix) -> list[list[str]]:
    return [
        [
            call.tree.name(line.cell.organisation.pk),
            item_title(line.cell.item, call.policy),
            line.basis.value,
            line.cell.stood.span.label,
            line.cell.stood.standing.label,
            _rate_of(line),
            *(_at(line, place) for place in found.places),
        ]
        for line in found.lines
    ]
