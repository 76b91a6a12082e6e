"""What the visits of a year did: findings by band with their intervals, visits saved, how often enterprises were visited,
ceilings, areas, ratings; and, for the head and the auditor, officers by certificate number. As page and as table file."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction

from django.http import HttpResponse
from django.urls import reverse

from xinheng.core.roles import Verb
from xinheng.core.visit_effect import Comparison, Tally
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.exporting import as_table
from xinheng.interfaces.office.paging import address, chosen
from xinheng.interfaces.office.quality import county_name
from xinheng.interfaces.web.charts import Bar, Chart, bars
from xinheng.interfaces.web.figures import count, percent
from xinheng.interfaces.web.parts import Column, Crumb, Filter, Option, Table
from xinheng.services.visits_effect import Effect, Scope, compare_officers, effect_of, years_of

FILES = {"bands": "各档发现率", "areas": "各县区", "officers": "检查人员"}
_BANDS = ("档次", "名录户次", "实际检查", "同一比例会检查", "结果已确认", "发现问题", "发现率", "95%区间")
_APART = ("结果已确认", "发现问题", "按所查档次预期", "发现率", "95%区间", "提示")


@asks(Verb.READ_DASHBOARD, Verb.OVERSEE_CHECKS)
def visits_effect(call: Call) -> HttpResponse:
    """Effect and fairness of the visits of one year."""
    units = call.reach(Verb.READ_DASHBOARD) | call.reach(Verb.OVERSEE_CHECKS)
    years = {str(year): year for year in years_of(units)} or {str(call.today.year): call.today.year}
    year = chosen(call.request, "year", years) or next(iter(years))
    sectors = {key: one.title for key, one in call.policy.sectors.sectors.items()}
    sector = chosen(call.request, "sector", sectors)
    found = effect_of(Scope(units, years[year], sector), policy=call.policy, on=call.today)
    officers = _officers(call, years[year], sector)
    tables = _tables(call, found, officers)
    if (wanted := chosen(call.request, "export", FILES)) and wanted in tables:
        table = tables[wanted]
        head = [column.label for column in table.columns]
        return as_table(f"检查效果-{FILES[wanted]}-{year}", head, table.rows)
    context = {
        "crumbs": [Crumb("入企检查", reverse("office:visits")), Crumb("检查效果")],
        "year": year,
        "filters": [
            Filter("year", "年度", "select", year, [Option(one, f"{one} 年") for one in years]),
            Filter(
                "sector",
                "行业",
                "select",
                sector,
                [Option("", "全部"), *(Option(*one) for one in sectors.items())],
            ),
        ],
        "reset_url": reverse("office:visits_effect"),
        "chart": _chart(found),
        "few": _few(found),
        "saved": _saved(found),
        "tables": [(title, note, tables[key]) for key, (title, note) in _SECTIONS.items() if key in tables],
        "exports": [
            (label, address(call.request, export=key)) for key, label in FILES.items() if key in tables
        ],
        "minimum": found.minimum,
    }
    return call.render("visits_effect", context)


def _officers(call: Call, year: int, sector: str) -> Comparison | None:
    """Only of units whose head, or auditor, this is."""
    units = call.reach(Verb.READ_DIFFERENCES)
    if not units:
        return None
    return compare_officers(Scope(units, year, sector), policy=call.policy, on=call.today)


_SECTIONS = {
    "bands": ("各档次", "发现率按结果已确认的检查计；个案检查有线索才去，不参加比较。"),
    "visited": ("企业被检查的次数", "同一年内各机关合计；合并的主体按一户计。"),
    "ceilings": ("频次上限", ""),
    "areas": ("各县区", "预期数按所查单位、行业、档次的总体发现率计。"),
    "officers": (
        "检查人员之间的差异",
        "只给本单位负责人和审计管理员看。差异是要问的问题，不是结论，不得用来考核、处分个人。",
    ),
    "ratings": ("企业评价", ""),
}


def _tables(call: Call, found: Effect, officers: Comparison | None) -> dict[str, Table]:
    tables = {
        "bands": _table("各档次", _BANDS, _band_rows(found), "这一年还没有进行过检查。"),
        "visited": _table(
            "企业被检查的次数",
            ("一年内被检查", "企业"),
            [(f"{times} 次", count(held)) for times, held in sorted(found.visited.items())],
            "这一年还没有企业被检查。",
        ),
        "ceilings": _table("频次上限", ("项目", "次数", "占比"), _ceiling_rows(call, found), ""),
        "areas": _compared("县区", found.areas, lambda code: county_name(call, code)),
        "ratings": _table(
            "企业评价",
            ("单位", "评价", "投诉", "平均分（满分 5）"),
            [
                (
                    *(call.tree.name(one.organisation), count(one.rated), count(one.complaints)),
                    "评价太少，不显示" if one.stars is None else f"{one.stars:.1f}",
                )
                for one in found.ratings
            ],
            "还没有企业评价。",
        ),
    }
    if officers is not None:
        tables["officers"] = _compared("证号", officers, str)
    return tables


def _table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]], empty: str) -> Table:
    columns = [Column(label, "number" if place else "text") for place, label in enumerate(head)]
    return Table(caption, columns, rows, empty=empty, caption_hidden=True)


def _band_rows(found: Effect) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [
        (
            one.name,
            count(one.population),
            count(one.made),
            _written(one.equal),
            *_rates(one.tally, found.minimum),
        )
        for one in found.bands
    ]
    if found.leads_made:
        rates = _rates(found.leads, found.minimum)
        rows.append(("个案检查（不比较）", "", count(found.leads_made), "", *rates))
    return rows


def _rates(tally: Tally, minimum: int) -> tuple[str, str, str, str]:
    """Few visits are numbers; a rate of them would be chance."""
    if not tally.visits:
        return "0", "0", "还没有结果", ""
    if tally.visits < minimum:
        return count(tally.visits), count(tally.hits), _numbers(tally), "次数太少，不算比率"
    return count(tally.visits), count(tally.hits), percent(tally.hits, tally.visits), _interval(tally)


def _numbers(tally: Tally) -> str:
    return f"{count(tally.visits)} 次中 {count(tally.hits)} 次"


def _interval(tally: Tally) -> str:
    if not tally.visits:
        return ""
    low, high = tally.interval
    return f"{low:.1%} 至 {high:.1%}"


def _written(value: Fraction) -> str:
    return f"{float(value):,.1f}"


def _ceiling_rows(call: Call, found: Effect) -> list[tuple[str, str, str]]:
    if not found.made:
        return []
    names = {one.key: one.name for one in call.policy.grading.reasons}
    rows = [("上限以内", count(found.within), percent(found.within, found.made))]
    return rows + [
        (f"超过上限：{names.get(key, key)}", count(times), percent(times, found.made))
        for key, times in sorted(found.beyond.items())
    ]


def _compared(label: str, found: Comparison, name: Callable[[str], str]) -> Table:
    rows: list[tuple[str, ...]] = [
        (
            *(name(one.name), count(one.tally.visits), count(one.tally.hits), _written(one.expected)),
            *(percent(one.tally.hits, one.tally.visits), _interval(one.tally)),
            "超出偶然范围" if one.apart else "在偶然范围内",
        )
        for one in found.rows
    ]
    if found.hidden:
        rows.append((f"检查次数太少，不显示：{found.hidden} 个", *[""] * len(_APART)))
    return _table(label, (label, *_APART), rows, "还没有结果可以比较。")


def _chart(found: Effect) -> Chart | None:
    """The share of visits that found something, band by band; the twin has counts and intervals. Bands of few visits are
    told in numbers, without a bar."""
    known = [one for one in found.bands if one.tally.visits]
    enough = [one for one in known if one.tally.visits >= found.minimum]
    if not enough:
        return None
    few = "；".join(f"{one.name} {_numbers(one.tally)}" for one in known if one not in enough)
    drawn = bars(
        [
            Bar(
                one.name, round(1000 * one.tally.hits / one.tally.visits), _rates(one.tally, found.minimum)[2]
            )
            for one in enough
        ],
        title="各档次检查的发现率",
        note="区间较宽的，差异可能只是偶然。" + (f"检查太少、只列次数的：{few}。" if few else ""),
    )
    head, rows = ("档次", *_BANDS[4:]), tuple((one.name, *_rates(one.tally, found.minimum)) for one in known)
    return replace(drawn, head=head, rows=rows)


def _few(found: Effect) -> str:
    """What was found, in numbers, while no band has enough visits for a chart; empty where nobody was visited."""
    known = [one for one in found.bands if one.tally.visits]
    return "；".join(f"{one.name}：检查 {_numbers(one.tally)}发现问题" for one in known)


def _saved(found: Effect) -> dict[str, str]:
    """The burden saved in a sentence, or why nothing can be said."""
    told = found.saving
    if told.saved is None or told.needed is None or told.base is None:
        names = {one.key: one.name for one in found.bands}
        few = "、".join(names[key] for key in told.unknown)
        why = f"{few}的检查结果不足 {found.minimum} 次" if few else "还没有抽查的结果，或者没有一次发现问题"
        return {"figure": "", "sentence": f"{why}，说不出少跑了多少次。"}
    more = told.saved >= 0
    return {
        "figure": f"{'少' if more else '多'}跑 {abs(float(told.saved)):,.0f} 次",
        "sentence": f"不分等级、按同一比例抽查，发现率预计为 {float(told.base):.1%}；"
        f"要发现同样的 {told.hits} 个问题，须检查 {float(told.needed):,.0f} 次，实际检查 {told.visits} 次。",
    }
