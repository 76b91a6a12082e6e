"""The city on one page: coverage, quality, lateness, grades. Each figure says how it is counted and leads to its rows."""

from collections import Counter
from datetime import datetime, time, timedelta
from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from xinheng.core.quality_score import Rate
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.exporting import as_table
from xinheng.interfaces.office.paging import address, chosen
from xinheng.interfaces.office.quality_tables import bring_up_to_date, pages
from xinheng.interfaces.office.wording import problem_words
from xinheng.interfaces.web.badges import WORDS
from xinheng.interfaces.web.charts import Bar, Chart, GradeCount, Stack, bars, grade_distribution, stacks
from xinheng.interfaces.web.figures import count, percent
from xinheng.interfaces.web.parts import Filter, Option, Tile
from xinheng.services.coverage import closed_cells, covered_of
from xinheng.services.statistics import (
    Delivered,
    Distribution,
    Overdue,
    Period,
    current_runs,
    delivered,
    distribution,
    overdue_publications,
)
from xinheng.services.time import SHANGHAI
from xinheng.store.organisations import Organisation

PERIODS = {"30": "近 30 天", "90": "近 90 天", "365": "近一年", "all": "全部"}
USUAL = "365"
SHOWN = 10
_HEAD = ("单位", "应报项", "已报项", "覆盖率", "及时率", "行数", "一次合格率", "待处理", "迟报")


@asks(Verb.READ_DASHBOARD)
def dashboard(call: Call) -> HttpResponse:
    reached = call.reach(Verb.READ_DASHBOARD)
    bring_up_to_date(call)
    organisations = Organisation.objects.filter(pk__in=reached).order_by("pk")
    closed = closed_cells(organisations, policy=call.policy, today=call.today)
    every = delivered(organisations, period=_period(call), policy=call.policy)
    units = [unit for unit in every if unit.due or unit.batches or unit.waiting]
    keys = {unit.pk: unit.public_id for unit in organisations}
    lines = [_line(call, unit, keys[unit.organisation]) for unit in units]
    if call.request.GET.get("format") == "csv":
        return as_table(
            f"各单位归集情况-{call.today}", _HEAD, ([line[key] for key in _KEYS] for line in lines)
        )
    late = overdue_publications(reached, policy=call.policy, today=call.today)
    graded = _graded()
    context = {
        "as_of": call.today,
        "filters": [_periods(call)],
        "reset_url": reverse("office:dashboard"),
        "export_url": address(call.request, format="csv"),
        "tiles": _tiles(call, units, late, covered_of(closed)),
        "pages": pages(call),
        "coverage": _coverage(call, units),
        "quality": _quality(call, units),
        "grades": _grades(graded) if graded else None,
        "grade_note": _grade_note(call, graded),
        "lateness": _lateness(call, units),
        "overdue": [_overdue(call, one) for one in late[:SHOWN]],
        "units": lines,
    }
    return call.render("dashboard", context)


def _chosen(call: Call) -> str:
    return chosen(call.request, "period", PERIODS) or USUAL


def _period(call: Call) -> Period:
    days = _chosen(call)
    if days == "all":
        return Period()
    first = call.today - timedelta(days=int(days))
    return Period(start=datetime.combine(first, time(), SHANGHAI))


def _periods(call: Call) -> Filter:
    options = [Option(value, label) for value, label in PERIODS.items()]
    return Filter("period", "收到时间", "select", _chosen(call), options)


_KEYS = ("name", "due", "received", "coverage", "on_time", "rows", "first_pass", "waiting", "late")


def _line(call: Call, unit: Delivered, key: str) -> dict[str, Any]:
    return {
        "name": call.tree.name(unit.organisation),
        "url": f"{reverse('office:batches')}?organisation={key}"
        if call.may_somewhere(Verb.READ_BATCH)
        else "",
        "due": count(len(unit.due)),
        "received": count(len(unit.received)),
        "coverage": percent(len(unit.received), len(unit.due)),
        "on_time": percent(unit.timed - unit.late, unit.timed),
        "rows": count(unit.rows),
        "first_pass": percent(unit.in_order, unit.rows),
        "waiting": count(unit.waiting),
        "late": count(unit.late),
    }


def _tiles(call: Call, units: list[Delivered], late: tuple[Overdue, ...], covered: Rate) -> list[Tile]:
    rows, in_order = sum(unit.rows for unit in units), sum(unit.in_order for unit in units)
    slow, timed = sum(unit.late for unit in units), sum(unit.timed for unit in units)
    waiting = sum(unit.waiting for unit in units)
    overdue = sum(one.records for one in late)
    list_ = reverse("office:batches") if call.may_somewhere(Verb.READ_BATCH) else ""
    rows_url = reverse("office:quarantine") if list_ else ""
    return [
        Tile(
            "归集覆盖率",
            covered.written,
            url=reverse("office:quality_coverage"),
            definition=f"上一期已结束的应报项中，{covered.part} 项有数据或无数据说明，应有 {covered.whole} 项",
        ),
        Tile("一次合格率", percent(in_order, rows), url="#units", definition="首次报送即可采纳的行占全部行"),
        Tile(
            "及时率",
            percent(timed - slow, timed),
            url=reverse("office:quality"),
            definition="没有超过报送期限的行占报送行",
        ),
        Tile(
            "逾期未公示",
            count(overdue),
            url="#overdue",
            unit="条",
            attention=overdue > 0,
            definition="依法应当公开、超过公示时限仍未审查公示的记录",
        ),
        Tile("待处理的行", count(waiting), url=rows_url, unit="行", attention=waiting > 0),
        Tile("归集行数", count(rows), url=list_, unit="行"),
    ]


def _coverage(call: Call, units: list[Delivered]) -> Chart | None:
    due = [unit for unit in units if unit.due]
    if not due:
        return None
    whole = sum(unit.due <= unit.received for unit in due)
    poorest = sorted(due, key=lambda unit: (len(unit.received) / len(unit.due), -len(unit.due)))[:SHOWN]
    rows = [
        Stack(
            call.tree.name(unit.organisation),
            (len(unit.received & unit.due), len(unit.due - unit.received)),
        )
        for unit in poorest
    ]
    note = f"只列覆盖率最低的 {SHOWN} 个单位。" if len(due) > SHOWN else ""
    title = f"{len(due)} 个单位中，{whole} 个已报齐应报的目录项"
    return stacks(rows, ("已报", "未报"), title=title, note=note)


def _quality(call: Call, units: list[Delivered]) -> Chart | None:
    found: Counter[str] = Counter()
    for unit in units:
        found.update(unit.problems)
    rows = sum(unit.rows for unit in units)
    if not rows:
        return None
    words = {code: problem_words(code, call.policy) for code in found}
    most = found.most_common(SHOWN)
    if not most:
        return bars([Bar("没有问题", 0, "0 行")], title="没有发现问题", head=("问题", "行数"))
    first = words[most[0][0]]["label"]
    title = f"每千行有 {1000 * sum(found.values()) // rows} 处问题，“{first}”最多"
    lines = [
        Bar(
            f"{code} {words[code]['label']}",
            number,
            f"{count(number)} 行",
            marked=words[code]["tone"] == "decide",
        )
        for code, number in most
    ]
    return bars(lines, title=title, head=("问题", "行数"), note="一行可以有几处问题。")


def _lateness(call: Call, units: list[Delivered]) -> Chart | None:
    sent = [unit for unit in units if unit.timed]
    if not sent:
        return None
    slow = sorted((unit for unit in sent if unit.late), key=lambda unit: -unit.late)
    title = f"{len(sent)} 个报送单位中，{len(slow)} 个有迟报" if slow else f"{len(sent)} 个报送单位都没有迟报"
    rows = [
        Bar(
            call.tree.name(unit.organisation),
            unit.late,
            f"{count(unit.late)} 行，占 {percent(unit.late, unit.timed)}",
        )
        for unit in (slow or sent)[:SHOWN]
    ]
    return bars(rows, title=title, head=("单位", "迟报"))


def _graded() -> Distribution | None:
    """Of the first published model, else of one on trial."""
    run = next(iter(current_runs()), None)
    return distribution(run.model) if run else None


def _grades(found: Distribution) -> Chart:
    before = found.before
    counts = [
        GradeCount(letter, found.counts.get(letter, 0), before.get(letter, 0) if before else None)
        for letter in WORDS
    ]
    total = sum(item.count for item in counts)
    good = sum(item.count for item in counts[:2])
    title = (
        f"已评价 {count(total)} 户，优秀和良好占 {percent(good, total)}" if total else "还没有能够评价的企业"
    )
    return grade_distribution(counts, title=title)


def _grade_note(call: Call, found: Distribution | None) -> str:
    if found is None:
        return ""
    unknown = sum(found.counts.values()) - sum(found.counts.get(letter, 0) for letter in WORDS)
    trial = "试算，不对外公布。" if found.run.trial else ""
    model = call.policy.models.get(found.run.model)
    title = model.title if model else found.run.model
    return f"“{title}”第 {found.run.model_version} 版，{found.run.as_of} 评定；另有 {count(unknown)} 户信息不足，不评级。{trial}"


def _overdue(call: Call, one: Overdue) -> dict[str, Any]:
    readable = call.may(Verb.READ_BATCH, call.of(one.batch.organisation_id))
    return {
        "unit": call.tree.name(one.batch.organisation_id),
        "file_name": one.batch.file_name,
        "url": reverse("office:batch", kwargs={"batch": one.batch.public_id}) if readable else "",
        "records": one.records,
        "due_on": one.due_on,
        "late": call.policy.calendar.workdays_between(one.due_on, call.today),
    }
