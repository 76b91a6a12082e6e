"""The quality score of seven dimensions: ranking of a month by department or county, its weak points, its course."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode

from xinheng.core.collection_cycle import Span
from xinheng.core.quality_score import Dimension, Ranked, Rate, Score, ranking, score_of
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.paging import chosen
from xinheng.interfaces.office.quality import cell_text, county_name
from xinheng.interfaces.office.quality_tables import (
    bring_up_to_date,
    exported,
    exports,
    month,
    month_filter,
    months_back,
    pages,
    period_of,
    units_of,
)
from xinheng.interfaces.office.wording import problem_words
from xinheng.interfaces.web.charts import Bar, Chart, bars
from xinheng.interfaces.web.figures import count, per_mille, percent
from xinheng.interfaces.web.lines import Series, line
from xinheng.interfaces.web.parts import Cell, Column, Filter, Option, Table
from xinheng.services.coverage import (
    ELSEWHERE,
    cells_by_month,
    county_of,
    covered_by_unit,
    covered_of,
    matrix,
)
from xinheng.services.coverage import (
    Cell as DutyCell,
)
from xinheng.services.quality import (
    Group,
    Scope,
    by_month,
    groups,
    problems_in,
    scores,
    summed,
    weights,
)
from xinheng.store.organisations import Organisation

BY = {"unit": "单位", "county": "县区"}
SHOWN = 15
_HEAD = ("名次", "名称", "得分", *(dimension.label for dimension in Dimension), "最失分")


@asks(Verb.READ_DASHBOARD)
def quality_scores(call: Call) -> HttpResponse:
    bring_up_to_date(call)
    units, span = units_of(call), month(call)
    by = chosen(call.request, "by", BY) or "unit"
    duties = _duties(call, units, span)
    ranked = ranking(_scores(call, units, span, by, duties[span.start]))
    rows = [_row(call, one, by, units, span) for one in ranked if one.place is not None]
    name = f"数据质量得分-{BY[by]}-{span.start:%Y-%m}"
    if file := exported(call, name, _HEAD, [[cell_text(cell) for cell in row] for row in rows]):
        return file
    context = {
        "pages": pages(call),
        "exports": exports(call),
        "month": span.label,
        "filters": [
            month_filter(call),
            Filter("by", "对象", "select", by, [Option(*pair) for pair in BY.items()]),
        ],
        "reset_url": reverse("office:quality_scores"),
        "chart": _chart(call, ranked, by, span),
        "trend": _trend(call, units, span, duties),
        "table": Table(
            f"{span.label}排名",
            [
                *(Column("名次", "number"), Column("名称"), Column("得分", "number")),
                *(Column(dimension.label, "number") for dimension in Dimension),
                Column("最失分"),
            ],
            rows,
            empty=f"{span.label}没有可以评分的报送。",
            caption_hidden=True,
        ),
        "problems": _problems(call, units, span),
        "weights": _weights(call),
    }
    return call.render("quality_scores", context)


def _duties(call: Call, units: list[Organisation], span: Span) -> dict[date, tuple[DutyCell, ...]]:
    """How every item stands in each month of the course."""
    months = [one.start for one in months_back(span)]
    return cells_by_month(units, policy=call.policy, months=months, today=call.today)


def _scores(
    call: Call, units: list[Organisation], span: Span, by: str, duties: tuple[DutyCell, ...]
) -> dict[str, Score]:
    """Only those who should have delivered, or did."""
    found = groups(_scope(units, span))
    if by == "unit":
        tallies = {str(key): tally for key, tally in summed(found, _unit).items()}
        covered = {str(key): rate for key, rate in covered_by_unit(duties).items()}
    else:
        tallies = summed(found, lambda group: county_of(group.division, call.policy))
        covered = _covered_places(call, duties)
        tallies.pop(ELSEWHERE, None)
    return scores(tallies, covered, policy=call.policy, on=call.today)


def _scope(units: list[Organisation], span: Span) -> Scope:
    return Scope(organisations=frozenset(unit.pk for unit in units), period=period_of(span))


def _problems(call: Call, units: list[Organisation], span: Span) -> Table:
    """Which defects kept rows out, and how many of these rows have been mended since."""
    rows_url = reverse("office:quality_rows")
    return Table(
        "问题分布",
        [
            *(Column("代码", "code"), Column("问题"), Column("没有入库的行", "number")),
            *(Column("已整改", "number"), Column("整改率", "number")),
        ],
        [
            [
                one.code,
                Cell(problem_words(one.code, call.policy)["label"], f"{rows_url}?kind=returned&period=all"),
                count(one.rows),
                count(one.mended),
                percent(one.mended, one.rows),
            ]
            for one in problems_in(_scope(units, span))
        ],
        empty=f"{span.label}没有退回的行。",
        caption_hidden=True,
    )


def _unit(group: Group) -> int:
    return group.organisation


def _covered_places(call: Call, duties: tuple[DutyCell, ...]) -> dict[str, Rate]:
    found = matrix(duties, policy=call.policy, on=call.today)
    return {place: found.of_place(place) for place in found.places if place != ELSEWHERE}


def _name(call: Call, key: str, by: str) -> str:
    return call.tree.name(int(key)) if by == "unit" else county_name(call, key)


def _row(call: Call, one: Ranked, by: str, units: list[Organisation], span: Span) -> list[Cell | str]:
    public = {str(unit.pk): unit.public_id for unit in units}
    here = {"organisation": public.get(one.key, "")} if by == "unit" else {"county": one.key}
    url = f"{reverse('office:quality_rows')}?{urlencode({'kind': 'returned', 'period': 'all', **here})}"
    weakest = one.score.weakest
    return [
        "—" if one.place is None else str(one.place),
        Cell(_name(call, one.key, by), url),
        one.score.written,
        *(part.rate.written for part in one.score.parts),
        weakest.dimension.label if weakest else "—",
    ]


def _chart(call: Call, ranked: tuple[Ranked, ...], by: str, span: Span) -> Chart | None:
    placed = [one for one in ranked if one.score.tenths is not None]
    if not placed:
        return None
    best = _name(call, placed[0].key, by)
    lines = [
        Bar(_name(call, one.key, by), one.score.tenths or 0, f"{one.score.written} 分，第 {one.place} 名")
        for one in placed[:SHOWN]
    ]
    note = f"只列前 {SHOWN} 名。" if len(placed) > SHOWN else ""
    title = f"{span.label}{len(placed)} 个{BY[by]}有得分，{best}最高"
    return bars(lines, title=title, head=(BY[by], "得分"), note=note)


def _trend(
    call: Call, units: list[Organisation], span: Span, duties: dict[date, tuple[DutyCell, ...]]
) -> Chart:
    """The score of everything that the reader may see, by month."""
    spans = months_back(span)
    values = _course(call, units, spans, duties)
    known = [value for value in values if value is not None]
    title = "这些月份都没有收到报送，没有走势"
    if len(known) == 1:
        title = f"只有一个月有得分，{_tenths(known[0])} 分"
    elif known:
        change = known[-1] - known[0]
        course = f"{'上升' if change > 0 else '下降'} {_tenths(abs(change))} 分" if change else "持平"
        title = f"{len(known)} 个月里总得分{course}"
    labels = [f"{one.start:%Y-%m}" for one in spans]
    return line(labels, [Series("总得分", tuple(values))], title=title, write=_tenths)


def _course(
    call: Call, units: list[Organisation], spans: list[Span], duties: dict[date, tuple[DutyCell, ...]]
) -> list[int | None]:
    """The score of each month; none where nothing came."""
    weighed = weights(call.policy, on=call.today)
    tallies = by_month(_scope(units, Span(spans[0].start, spans[-1].end)))
    return [
        score_of(tallies[one.start], covered_of(duties[one.start]), weights=weighed).tenths
        if one.start in tallies
        else None
        for one in spans
    ]


def _tenths(value: int) -> str:
    return f"{value // 10}.{value % 10}"


def _weights(call: Call) -> list[dict[str, Any]]:
    found = []
    for dimension in Dimension:
        reading = call.policy.parameter(f"quality.weight_{dimension}", on=call.today)
        found.append(
            {
                "label": dimension.label,
                "meaning": dimension.meaning,
                "weight": per_mille(reading.value),
                "verified": reading.verified,
            }
        )
    return found
