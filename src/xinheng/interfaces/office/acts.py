"""The ten kinds of act (十类行政行为): how each is entered and when it must be public, what waits for review, who was late."""

from datetime import date, timedelta

from django.http import HttpResponse
from django.urls import reverse

from xinheng.core.publication import Act
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.exporting import as_table
from xinheng.interfaces.office.paging import address
from xinheng.interfaces.office.tables_page import tables_page
from xinheng.interfaces.web.figures import count, percent
from xinheng.interfaces.web.parts import Cell, Column, Crumb, Link, Table
from xinheng.services.batches import number_of
from xinheng.services.publication_figures import Waiting, public_kinds, punctuality, waiting_acts

DAYS = 90
_LEAD = (
    "行政许可、行政处罚等十类行政行为，每一类有自己的填报栏目。部门逐条填报或者按模板上传，由报送人以外的保密审查人审查，"
    "通过后自动公示；到期、修复、撤销的自动停止。公示哪几类、几个工作日内公示，照本市政策；没有规定的写“待确认”，不催办也不算迟报。"
)
_VERBS = (Verb.READ_BATCH, Verb.REVIEW_SECRECY)
_HEAD = ("单位", "有期限的公示（条）", "按期（条）", "超期（条）", "按期率")


@asks(*_VERBS)
def acts(call: Call) -> HttpResponse:
    reached = call.reach(Verb.READ_BATCH) | call.reach(Verb.REVIEW_SECRECY)
    late = punctuality(reached, policy=call.policy, since=call.today - timedelta(days=DAYS))
    rows = [
        [
            *(call.tree.name(one.organisation), one.published, one.published - one.late, one.late),
            percent(one.published - one.late, one.published),
        ]
        for one in late
    ]
    if call.request.GET.get("format") == "csv":
        return as_table(f"公示及时情况-{call.today}", _HEAD, rows)
    waiting = waiting_acts(reached, policy=call.policy, today=call.today)
    return tables_page(
        call,
        [Crumb("行政行为公示")],
        "行政行为公示",
        _LEAD,
        ("十类行政行为", _kinds(call, waiting)),
        ("等待审查公示", _waiting(call, waiting)),
        (f"各单位近 {DAYS} 天到期的公示", _punctual(rows)),
        links=[],
        exports=[Link("各单位公示情况（CSV）", address(call.request, format="csv"))] if rows else [],
    )


def _kinds(call: Call, waiting: tuple[Waiting, ...]) -> Table:
    shown = {kind: number for number, kind in public_kinds(call.policy).items()}
    records: dict[int, int] = {}
    for one in waiting:
        records[one.batch.item or 0] = records.get(one.batch.item or 0, 0) + one.records
    may_enter = call.may_somewhere(Verb.IMPORT_FILE)
    rows: list[list[Cell | str]] = []
    for kind, act in call.policy.acts.acts.items():
        feed = {"feed": act.template}
        enter = Cell("逐条填报", reverse("office:enter_record", kwargs=feed)) if may_enter else Cell("—")
        sheet = Cell("模板", reverse("office:template", kwargs=feed)) if may_enter else Cell("—")
        public = "公示" if kind in shown else "本市没有规定公示"
        number = count(records.get(shown[kind], 0)) if kind in shown else "—"
        rows.append([act.title, public, *_term(call, kind), _condition(act), number, enter, sheet])
    columns = [
        *(Column("类别", "tight"), Column("是否公示"), Column("公示期限"), Column("依据"), Column("条件")),
        *(Column("等待审查", "number"), Column("填报", "tight"), Column("上传", "tight")),
    ]
    return Table("十类行政行为", columns, rows, caption_hidden=True)


def _term(call: Call, kind: str) -> tuple[str, str]:
    """The binding clock and where it comes from."""
    known = (one for one in call.policy.act_clocks(kind, on=call.today) if one.value is not None)
    clock = next(known, None)
    if clock is None:
        return "待确认", "—"
    return str(clock), clock.citation if clock.verified else f"{clock.citation}（依据待核）"


def _condition(act: Act) -> str:
    told = [act.condition] if act.condition else []
    if act.mostly_persons:
        told.append("不收自然人的行，个体工商户的不公示")
    return "；".join(told) or "—"


def _waiting(call: Call, waiting: tuple[Waiting, ...]) -> Table:
    kinds = public_kinds(call.policy)
    rows: list[list[Cell | str]] = [
        [
            Cell(number_of(one.batch), reverse("office:batch", kwargs={"batch": one.batch.public_id})),
            call.tree.name(one.batch.organisation_id),
            call.policy.act(kinds[one.batch.item or 0]).title,
            count(one.records),
            f"{one.due_on}" if one.due_on else "待确认",
            _left(call, one.due_on),
        ]
        for one in waiting
    ]
    columns = [
        *(Column("批次", "code"), Column("单位"), Column("类别"), Column("记录", "number")),
        *(Column("最早应当公示", "day"), Column("还剩")),
    ]
    return Table("等待审查公示", columns, rows, empty="没有等待审查的行政行为。", caption_hidden=True)


def _left(call: Call, due_on: date | None) -> Cell | str:
    if due_on is None:
        return "—"
    if due_on < call.today:
        return Cell("", mark="已逾期", tone="decide")
    left = call.policy.calendar.workdays_between(call.today, due_on)
    provisional = "（日历为暂定）" if call.policy.calendar.is_provisional(due_on) else ""
    return f"{left} 个工作日{provisional}"


def _punctual(rows: list[list[object]]) -> Table:
    columns = [Column(_HEAD[0]), *(Column(label, "number") for label in _HEAD[1:])]
    shown = [[count(cell) if isinstance(cell, int) else str(cell) for cell in row] for row in rows]
    return Table("公示及时情况", columns, shown, empty="近期没有到期的公示。", caption_hidden=True)
