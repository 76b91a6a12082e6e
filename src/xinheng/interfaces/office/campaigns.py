"""Special campaigns in the office: which there are, and the board of one with its lines, as page and as table file.

A board shows what is in reach: all to who runs the campaign, its own lines to a department that recognised the grounds.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from xinheng.core.access import Target
from xinheng.core.campaigns import CampaignField, LineState
from xinheng.core.days import last_day
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, Owned, asks
from xinheng.interfaces.office.exporting import as_table
from xinheng.interfaces.office.paging import address, chosen, in_memory, newest_first
from xinheng.interfaces.office.quality import county_name
from xinheng.interfaces.office.tables_page import tables_page
from xinheng.interfaces.web.charts import Chart, Stack, stacks
from xinheng.interfaces.web.figures import count
from xinheng.interfaces.web.parts import Cell, Column, Crumb, Filter, Option, Table, Tile
from xinheng.services.campaigns import report_of
from xinheng.services.campaigns_board import Board, Counts, board_of, states_of
from xinheng.services.campaigns_told import why_ended
from xinheng.services.cases import state_title
from xinheng.services.coverage import county_of
from xinheng.services.time import day_of
from xinheng.store.campaigns import Campaign, CampaignLine

TONES = {
    LineState.WAITING: "decide",
    LineState.INTERVIEWED: "clock",
    LineState.ORDERED: "clock",
    LineState.DONE: "done",
    LineState.LEFT: "",
}
MEANS = {
    LineState.WAITING: "已纳入，还没有约谈或者责令整改",
    LineState.INTERVIEWED: "约谈已经进行",
    LineState.ORDERED: "整改要求已经作出",
    LineState.DONE: "办理单位记为整改到位",
    LineState.LEFT: "依据终止、被移出或者治理结束",
}
_TONES = {"planned": "decide", "running": "clock", "reporting": "decide", "closed": "done", "withdrawn": ""}
_FILE = (
    "企业",
    "统一社会信用代码",
    "县区",
    "认定单位",
    "纳入日期",
    "纳入理由",
    "状态",
    "结束日期",
    "结束说明",
)


def _campaign(public_id: str) -> Campaign | None:
    return Campaign.objects.select_related("case__organisation").filter(public_id=public_id).first()


def _seen(call: Call, campaign: Campaign) -> Target:
    """Whose campaign it is, or who recognised what one of its lines rests on."""
    reached, own = call.reach(Verb.READ_CASE), campaign.case.organisation_id
    unit = campaign.lines.filter(organisation__in=reached).values_list("organisation_id", flat=True).first()
    return call.of(own if own in reached or unit is None else unit)


SEEN = Owned("campaign", _campaign, _seen)
RUN = Owned("campaign", _campaign, lambda call, one: call.of(one.case.organisation_id))


def crumbs(*more: Crumb) -> list[Crumb]:
    return [Crumb("专项治理", reverse("office:campaigns")), *more]


def board_url(campaign: Campaign) -> str:
    return reverse("office:campaign", kwargs={"campaign": campaign.public_id})


@asks(Verb.READ_CASE)
def campaigns(call: Call) -> HttpResponse:
    """The campaigns of the units in reach, newest first."""
    reached = call.reach(Verb.READ_CASE)
    rows = Campaign.objects.filter(case__organisation__in=reached) | Campaign.objects.filter(
        pk__in=CampaignLine.objects.filter(organisation__in=reached).values("campaign")
    )
    page, paging = newest_first(rows.select_related("case"), call.request)
    table = Table(
        "专项治理",
        [
            Column("名称"), Column("领域"), Column("开展单位"), Column("开始", "day"), Column("截止", "day"),
            Column("在治理", "number"), Column("状态"),
        ],
        [
            [
                Cell(one.title, board_url(one)),
                CampaignField(one.field).label,
                call.tree.name(one.case.organisation_id),
                str(one.from_on),
                str(last_day(one.until_on)),
                count(one.lines.filter(ended_at__isnull=True).count()),
                Cell("", mark=state_title(one.case), tone=_TONES[one.case.state]),
            ]
            for one in page
        ],
        empty="还没有专项治理。由信用办或者部门按依据文件拟定方案，另一人批准后启动。",
        paging=paging,
        caption_hidden=True,
    )  # fmt: skip
    lead = "对一个领域集中督促整改：谁纳入、凭什么、办到哪一步。是机关内部的督促，不是名单，不是措施，不公开，不计分。"
    drafts = call.may_somewhere(Verb.DRAFT_CASE)
    links = [("拟定方案", reverse("office:new_campaign"))] if drafts else []
    return tables_page(call, [Crumb("专项治理")], "专项治理", lead, ("", table), links=links)


@asks(Verb.READ_CASE, of=SEEN)
def campaign(call: Call, one: Campaign) -> HttpResponse:
    """The board: numbers, weeks, counties, departments, lines; with ``export`` as a table file."""
    reached = call.reach(Verb.READ_CASE)
    whole = one.case.organisation_id in reached
    board = board_of(one, policy=call.policy, now=call.now, units=None if whole else reached)
    rows = one.lines.select_related("subject").order_by("pk")
    lines = list(rows if whole else rows.filter(organisation__in=reached))
    states = states_of(lines, policy=call.policy)
    wanted = chosen(call.request, "state", [state.value for state in LineState])
    lines = [line for line in lines if not wanted or states[line.pk] == wanted]
    if call.request.GET.get("export") == "lines":
        return as_table(
            f"专项治理台账-{one.case.number}", _FILE, (_filed(call, x, states[x.pk]) for x in lines)
        )
    if call.request.GET.get("export") == "board":
        return as_table(f"专项治理进度-{one.case.number}", _BOARD, _boarded(call, board))
    page, paging = in_memory(lines, call.request)
    may_run = call.may(Verb.DRAFT_CASE, call.of(one.case.organisation_id))
    return call.render(
        "campaign",
        {
            **_said(call, one),
            "whole": whole,
            "tiles": _tiles(call, board),
            "chart": _chart(board),
            "counties": _counted("县区", [(county_name(call, key), some) for key, some in board.by_county]),
            "units": _counted("认定单位", [(call.tree.name(key), some) for key, some in board.by_unit]),
            "filters": [_filter(wanted)],
            "reset_url": board_url(one),
            "lines": _lines(call, page, states, paging),
            "lines_url": address(call.request, export="lines"),
            "board_file_url": address(call.request, export="board"),
            "take_url": reverse("office:take_into_campaign", kwargs={"campaign": one.public_id})
            if may_run and one.case.state == "running"
            else "",
        },
    )


def _said(call: Call, one: Campaign) -> dict[str, Any]:
    return {
        "crumbs": crumbs(Crumb(one.title)),
        "title": one.title,
        "state": state_title(one.case),
        "tone": _TONES[one.case.state],
        "field": CampaignField(one.field).label,
        "unit": call.tree.name(one.case.organisation_id),
        "document": f"{one.document_title}（{one.document_no}）",
        "scope": one.scope,
        "from_on": one.from_on,
        "until_on": last_day(one.until_on),
        "case_url": reverse("office:case", kwargs={"number": one.case.number})
        if call.may(Verb.READ_CASE, call.of(one.case.organisation_id))
        else "",
        "report": report_of(one.case),
    }


def _tiles(call: Call, board: Board) -> list[Tile]:
    return [
        Tile(
            state.label,
            count(number),
            url=f"{address(call.request, state=state.value)}#lines",
            unit="项",
            definition=MEANS[state],
            attention=state is LineState.WAITING and number > 0,
        )
        for state, number in board.total.items()
    ]


def _chart(board: Board) -> Chart | None:
    """Week by week: what is over, what is worked on, what waits."""
    if not any(board.total.values()):
        return None
    now = board.total
    acting = now[LineState.INTERVIEWED] + now[LineState.ORDERED]
    title = (
        f"{sum(now.values())} 项中，完成 {now[LineState.DONE]} 项，退出 {now[LineState.LEFT]} 项，"
        f"约谈、整改中 {acting} 项，待处置 {now[LineState.WAITING]} 项"
    )
    rows = [Stack(f"{day:%m-%d} 止", _parts(some)) for day, some in board.weekly]
    return stacks(
        rows, ("已完成", "已退出", "约谈、整改中", "待处置"), title=title, note="按周末的状态统计。"
    )


def _parts(some: Counts) -> tuple[int, ...]:
    acting = some[LineState.INTERVIEWED] + some[LineState.ORDERED]
    return (some[LineState.DONE], some[LineState.LEFT], acting, some[LineState.WAITING])


_STATES = tuple(state.label for state in LineState)
_BOARD = ("分组", "名称", "合计", *_STATES)


def _boarded(call: Call, board: Board) -> list[list[object]]:
    groups: list[tuple[str, str, Counts]] = [("合计", "", board.total)]
    groups += [("县区", county_name(call, key), some) for key, some in board.by_county]
    groups += [("认定单位", call.tree.name(key), some) for key, some in board.by_unit]
    groups += [("截至", str(day), some) for day, some in board.weekly]
    return [[group, name, sum(some.values()), *some.values()] for group, name, some in groups]


def _counted(label: str, rows: Sequence[tuple[str, Counts]]) -> Table:
    return Table(
        label,
        [Column(label), Column("合计", "number"), *(Column(state, "number") for state in _STATES)],
        [[name, count(sum(some.values())), *(count(each) for each in some.values())] for name, some in rows],
        empty="还没有纳入。",
        caption_hidden=True,
    )


def _filter(wanted: str) -> Filter:
    options = [Option("", "全部"), *(Option(state.value, state.label) for state in LineState)]
    return Filter("state", "状态", "select", wanted, options)


def _lines(call: Call, page: Sequence[CampaignLine], states: Mapping[int, LineState], paging: Any) -> Table:
    return Table(
        "台账",
        [
            Column("企业"), Column("统一社会信用代码", "code"), Column("认定单位"), Column("纳入", "day"),
            Column("结束", "day"), Column("状态"),
        ],
        [
            [
                Cell(one.subject.name, reverse("office:campaign_line", kwargs={"line": one.public_id})),
                one.subject.code or "",
                call.tree.name(one.organisation_id),
                str(day_of(one.taken_at)),
                str(day_of(one.ended_at)) if one.ended_at else "",
                mark_of(one, states[one.pk]),
            ]
            for one in page
        ],
        empty="没有符合条件的。启动以后，从提示的记录或者按代码查到的企业中纳入。",
        paging=paging,
        caption_hidden=True,
    )  # fmt: skip


def mark_of(line: CampaignLine, state: LineState) -> Cell:
    """The state of a line; one whose ground rests says so."""
    if line.suspended_at is not None and line.ended_at is None:
        return Cell("", mark="暂停", tone="clock")
    return Cell("", mark=state.label, tone=TONES[state])


def _filed(call: Call, line: CampaignLine, state: LineState) -> list[object]:
    return [
        line.subject.name,
        line.subject.code,
        county_name(call, county_of(line.subject.division_code, call.policy)),
        call.tree.name(line.organisation_id),
        day_of(line.taken_at),
        line.reason,
        state.label,
        day_of(line.ended_at) if line.ended_at else "",
        why_ended(line),
    ]
