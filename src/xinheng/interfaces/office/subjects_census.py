"""How many subjects of every kind each county and sector has, and how many have a file: the denominator of coverage."""

from collections import Counter

from django.http import HttpResponse
from django.urls import reverse

from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.exporting import as_table
from xinheng.interfaces.office.paging import address
from xinheng.interfaces.office.wording import districts
from xinheng.interfaces.web.figures import count
from xinheng.interfaces.web.parts import Column, Crumb, Link, Table
from xinheng.services.flags import Counted
from xinheng.services.flags import census as counted
from xinheng.store.flags import FlagKind
from xinheng.store.subjects import SubjectKind

HEAD = ("县区", "主体类型", "行业", "性质", "主体数", "有记录的主体数")
ELSEWHERE = "未注明"


@asks(Verb.READ_DASHBOARD)
def census(call: Call) -> HttpResponse:
    cells = counted()
    if call.request.GET.get("export") == "csv":
        return as_table(f"主体统计-{call.today:%Y-%m-%d}", HEAD, (_words(call, one) for one in cells))
    context = {
        "crumbs": [Crumb("主体统计", reverse("office:census"))],
        "total": count(sum(one.subjects for one in cells)),
        "exports": [Link("导出表格", address(call.request, export="csv"))],
        "counties": _summed(call, cells, by="division", label="县区"),
        "sectors": _summed(call, cells, by="sector", label="行业"),
        "marks": _summed(call, cells, by="mark", label="性质"),
    }
    return call.render("census", context)


def _words(call: Call, one: Counted) -> tuple[object, ...]:
    return (
        _called(call, "division", one.division),
        SubjectKind(one.kind).label,
        _called(call, "sector", one.sector),
        _called(call, "mark", one.mark),
        one.subjects,
        one.with_records,
    )


def _called(call: Call, by: str, key: str) -> str:
    if by == "division":
        return districts(call.policy).get(key, key or ELSEWHERE)
    if by == "mark":
        return FlagKind(key).label if key else "其他"
    sector = call.policy.sectors.sectors.get(key)
    return sector.title if sector else key or ELSEWHERE


def _summed(call: Call, cells: list[Counted], *, by: str, label: str) -> Table:
    """One line a county or sector, one column a kind."""
    kinds = [kind for kind in SubjectKind if any(one.kind == kind for one in cells)]
    sums: Counter[tuple[str, str]] = Counter()
    filled: Counter[str] = Counter()
    for one in cells:
        key = getattr(one, by)
        sums[key, one.kind] += one.subjects
        sums[key, ""] += one.subjects
        filled[key] += one.with_records
    keys = sorted(filled)
    return Table(
        caption=f"按{label}和主体类型",
        columns=[
            Column(label),
            *(Column(kind.label, "number") for kind in kinds),
            Column("合计", "number"),
            Column("有记录", "number"),
        ],
        rows=[
            [
                _called(call, by, key),
                *(count(sums[key, kind]) for kind in kinds),
                count(sums[key, ""]),
                count(filled[key]),
            ]
            for key in keys
        ],
        empty="还没有登记主体。请先载入登记信息。",
        caption_hidden=True,
    )
