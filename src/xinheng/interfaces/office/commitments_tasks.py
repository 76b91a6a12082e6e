"""What units have still to check of what they granted on commitments: a list with terms, beside the plans of checks."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.exporting import as_table
from xinheng.interfaces.office.paging import address, chosen, in_memory
from xinheng.interfaces.office.tables_page import tables_page
from xinheng.interfaces.web.parts import Cell, Column, Crumb, Filter, Link, Option, Table
from xinheng.services.commitments_tasks import Task, late, late_count, task_of, waiting

MOST = 2000
_HEAD = ("主体", "承诺事项", "受理单位", "承诺日期", "核查期限", "核查方式")
_KINDS = {"after": "先办理、后核查的（告知承诺）", "late": "超过期限的"}


@asks(Verb.READ_CASE)
def commitment_tasks(call: Call) -> HttpResponse:
    kind = chosen(call.request, "kind", _KINDS)
    found = waiting(call.reach(Verb.READ_CASE), afterwards=kind == "after")
    if kind == "late":
        found = late(found, on=call.today)
    rows = list(found.select_related("subject", "organisation", "case", "item_list")[:MOST])
    tasks = [task_of(one, policy=call.policy, on=call.today) for one in rows]
    if call.request.GET.get("export") == "csv":
        return as_table("承诺核查任务", _HEAD, (_written(call, one) for one in tasks))
    page, paging = in_memory(tasks, call.request)
    table = Table(
        "待核查的承诺",
        [Column(_HEAD[0]), *(Column(one) for one in _HEAD[1:3]), Column(_HEAD[3], "day"), Column(_HEAD[4]), Column(_HEAD[5])],
        [_line(call, one) for one in page],
        empty="没有待核查的承诺。承诺受理登记后列在这里，核查认定以后移出。",
        paging=paging,
        caption_hidden=True,
    )  # fmt: skip
    options = [Option("", "全部"), *(Option(*one) for one in _KINDS.items())]
    lead = (
        "按承诺办理的事项，在清单写明的期限内核查是否履行。先用书面、数据共享核查；"
        "确需到现场的，列入抽查计划或者按个案事由办理，不因承诺单独增加入企次数。"
    )
    return tables_page(
        call,
        [Crumb("抽查计划", reverse("office:plans")), Crumb("承诺核查任务")],
        "承诺核查任务",
        lead,
        ("", table),
        filters=[Filter("kind", "范围", "select", kind, options)],
        reset_url=reverse("office:commitment_tasks"),
        exports=[Link("导出表格", address(call.request, export="csv"))],
    )


def told_of(call: Call) -> dict[str, Any] | None:
    """What the page of plans says of these tasks; None for who may not see them."""
    units = call.reach(Verb.READ_CASE)
    if not units:
        return None
    return {
        "url": reverse("office:commitment_tasks"),
        "count": waiting(units).count(),
        "late": late_count(units, on=call.today),
    }


def _line(call: Call, task: Task) -> list[Cell | str]:
    one = task.commitment
    url = reverse("office:case", kwargs={"number": one.case.number}) if one.case else ""
    return [
        Cell(one.subject.name, url),
        one.title,
        call.tree.name(one.organisation_id),
        str(one.committed_on),
        _term(task),
        task.way or "—",
    ]


def _term(task: Task) -> Cell:
    if task.due_on is None:
        return Cell("", mark="期限待确认")
    left = task.workdays_left or 0
    words = f"超过 {-left} 个工作日" if task.late else f"还有 {left} 个工作日"
    provisional = "（日历暂定）" if task.provisional else ""
    return Cell(f"{task.due_on}{provisional}", mark=words, tone="decide" if task.late else "clock")


def _written(call: Call, task: Task) -> tuple[str, ...]:
    one = task.commitment
    due = str(task.due_on) if task.due_on else "待确认"
    unit = call.tree.name(one.organisation_id)
    return (one.subject.name, one.title, unit, str(one.committed_on), due, task.way)
