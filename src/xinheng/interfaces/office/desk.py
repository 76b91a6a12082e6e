"""The desk: what waits for me, what is due first, and what my department still has to deliver."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import resolve, reverse

from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import ADVICE, Call, asks
from xinheng.interfaces.office.cases_reminders import reminders, waiting
from xinheng.interfaces.office.clocks import clock_of
from xinheng.interfaces.office.menu import first_page
from xinheng.interfaces.office.paging import address, chosen
from xinheng.interfaces.office.wording import CASE_KINDS, feed_title, item_title
from xinheng.interfaces.web.figures import count
from xinheng.interfaces.web.parts import Clock, Tile
from xinheng.services.batches import number_of
from xinheng.services.coverage import Cell, closed_cells
from xinheng.services.desk import Kind, Seat, Task, duties, reports_due, tasks
from xinheng.services.policies import MODEL
from xinheng.services.sharing import KIND as SHARING
from xinheng.services.subject_merge import standing
from xinheng.store.inspections import Plan

DUE = {"today": "今天到期", "week": "五个工作日内到期", "late": "逾期"}
WEEK = 5
_NOWHERE = "office:nowhere"


@asks(*Verb)
def start(call: Call) -> HttpResponse:
    """The first page of whoever signed in: the desk, or what the role is for."""
    url = first_page(call.actor, on=call.today)
    if not url:
        raise Refusal("access", "您的职责没有可以打开的页面。", advice=ADVICE)
    return redirect(url)


@asks(*Verb, methods=("GET", "POST"))
def nowhere(call: Call, rest: str) -> HttpResponse:
    """An address that is no page: the one with a slash at its end where there is such a page."""
    slashed = f"{call.request.path}/"
    if call.request.method == "GET" and not rest.endswith("/") and resolve(slashed).view_name != _NOWHERE:
        query = call.request.META.get("QUERY_STRING", "")
        return redirect(f"{slashed}?{query}" if query else slashed)
    raise Http404


@asks(Verb.READ_DESK)
def desk(call: Call) -> HttpResponse:
    seat = Seat(call.user, call.reach, call.policy, call.today)
    found = tasks(seat)
    due = chosen(call.request, "due", DUE)
    collection = _collection(call)
    context = {
        "today": call.today,
        "notices": reminders(call),
        "tiles": _tiles(call, found),
        "tasks": [_line(call, task) for task in found if not due or _is_due(task, due)],
        "collection": collection,
        "collection_summary": _summary(collection),
        "upload_url": reverse("office:upload") if call.may_somewhere(Verb.IMPORT_FILE) else "",
    }
    return call.render("desk", context)


def _is_due(task: Task, due: str) -> bool:
    left = task.term.workdays_left if task.term else None
    if left is None:
        return False
    return {"today": left == 0, "week": 0 <= left <= WEEK, "late": left < 0}[due]


def _tiles(call: Call, found: list[Task]) -> list[Tile]:
    tiles = [
        Tile(
            label,
            count(number := sum(_is_due(task, due) for task in found)),
            url=address(call.request, due=due),
            attention=bool(number) and due in ("today", "late"),
        )
        for due, label in DUE.items()
    ]
    return [*tiles, Tile("全部待办", count(len(found)), url=reverse("office:desk"))]


def _line(call: Call, task: Task) -> dict[str, Any]:
    kind, title, url, state, tone = _SHOWN[task.kind](call, task)
    subject = task.case.subject if task.case else None
    return {
        "kind": kind,
        "title": title,
        "url": url,
        "subject": subject.name if subject else "",
        "subject_url": call.file_url(subject) if subject else "",
        "clock": clock_of(task.term),
        "state": state,
        "tone": tone,
    }


_Shown = tuple[str, str, str, str, str]


def _batch(task: Task) -> tuple[str, dict[str, str]]:
    assert task.batch is not None
    return number_of(task.batch), {"batch": task.batch.public_id}


def _of_case(call: Call, task: Task, *, state: str, tone: str) -> _Shown:
    assert task.case is not None
    case = task.case
    plan = Plan.objects.filter(case=case).first() if case.kind == "inspection_plan" else None
    part = {"case": case.public_id}
    if plan is not None:
        url = reverse("office:plan", kwargs={"plan": plan.public_id})
    elif case.kind == MODEL:
        url = reverse("office:model_draft", kwargs=part)
    elif case.kind == SHARING:
        url = reverse("office:sharing_case", kwargs=part)
    else:
        url = reverse("office:approval", kwargs=part)
    return CASE_KINDS.get(case.kind, "事项"), case.title, url, state, tone


def _approve(call: Call, task: Task) -> _Shown:
    return _of_case(call, task, state="待批准", tone="decide")


def _edit(call: Call, task: Task) -> _Shown:
    return _of_case(call, task, state="已退回，待修改", tone="clock")


def _review(call: Call, task: Task) -> _Shown:
    number, part = _batch(task)
    assert task.batch is not None
    what = feed_title(task.batch.feed, call.policy)
    title = f"批次 {number} {what}，{count(task.count)} 条待公示"
    return "保密和隐私审查", title, reverse("office:batch", kwargs=part), "待审查", "decide"


def _rows(call: Call, task: Task) -> _Shown:
    assert task.organisation is not None
    unit = task.organisation
    url = f"{reverse('office:quarantine')}?organisation={unit.public_id}"
    return "待处理的行", f"{call.tree.name(unit.pk)} {count(task.count)} 行", url, "待处理", "clock"


def _confirm(call: Call, task: Task) -> _Shown:
    number, part = _batch(task)
    assert task.batch is not None
    title = f"批次 {number} {task.batch.file_name}"
    return "批次", title, reverse("office:preview", kwargs=part), "待确认", "decide"


def _map(call: Call, task: Task) -> _Shown:
    _, part = _batch(task)
    assert task.batch is not None
    return "数据源", task.batch.file_name, reverse("office:map_feed", kwargs=part), "待指明各列", "decide"


def _evaluate(call: Call, task: Task) -> _Shown:
    known = call.policy.models.get(task.model)
    title = known.title if known else task.model
    late = task.term is not None and task.term.due is not None and task.term.due.on < call.today
    return (
        "评价周期",
        f"“{title}”应当重新评价",
        reverse("office:model", kwargs={"model": task.model}),
        "已过周期" if late else "应当评价",
        "decide" if late else "clock",
    )


def _place(call: Call, task: Task) -> _Shown:
    assert task.key is not None
    unit = call.tree.name(task.key.organisation_id)
    url = reverse("office:sender", kwargs={"sender": task.key.public_id})
    return "报送密钥", f"一个密钥从两处使用：{unit} {task.key.name}", url, "待核对", "decide"


def _webhook(call: Call, task: Task) -> _Shown:
    assert task.webhook is not None
    key = task.webhook.key
    url = reverse("office:webhook", kwargs={"webhook": task.webhook.public_id})
    title = f"{call.tree.name(key.organisation_id)} {key.name}：多日没有收下通知，已停发"
    return "回调通知", title, url, "待联系", "decide"


def _source(call: Call, task: Task) -> _Shown:
    row = task.connector
    assert row is not None
    url = reverse("office:connector", kwargs={"connector": row.public_id})
    state = "已暂停，待核对" if row.held_at else f"连续 {row.failures} 次没有取到"
    title = (
        f"{call.tree.name(row.organisation_id)} {row.name}{f'：{row.held_reason}' if row.held_reason else ''}"
    )
    return "连接器", title.rstrip("。"), url, state, "decide"


def _exchange(call: Call, task: Task) -> _Shown:
    assert task.peer is not None
    url = reverse("office:exchange", kwargs={"peer": task.peer.public_id})
    if task.count:
        title = f"{task.peer.name}：{count(task.count)} 个交换包没有回执"
        return "上下级交换", title, url, "回执逾期", "decide"
    return "上下级交换", f"登记平台：{task.peer.name}", url, "待决定", "decide"


def _conflict(call: Call, task: Task) -> _Shown:
    return (
        "来源不一致",
        f"{count(task.count)} 处两个单位说法不同",
        reverse("office:conflicts"),
        "待决定",
        "decide",
    )


def _deletion(call: Call, task: Task) -> _Shown:
    assert task.deletion is not None
    subject = standing(task.deletion.subject)
    part = {"subject": subject.public_id, "key": task.deletion.record_key}
    return (
        "删除记录",
        f"{subject.name} 的一条记录",
        reverse("office:delete_record", kwargs=part),
        "待确认",
        "decide",
    )


def _campaign(call: Call, task: Task) -> _Shown:
    """The board, narrowed to what waits."""
    assert task.campaign is not None
    url = f"{reverse('office:campaign', kwargs={'campaign': task.campaign.public_id})}?state=waiting#lines"
    title = f"{task.campaign.title}：{count(task.count)} 项待约谈或者责令整改"
    return "专项治理", title, url, "待处置", "decide"


def _letters(call: Call, task: Task) -> _Shown:
    return "文书送达", f"{count(task.count)} 份文书还没有送达", reverse("office:letters"), "待送达", "clock"


def _codes(task: Task, step: str, words: str, state: str) -> _Shown:
    url = f"{reverse('office:code_issues')}?state={step}"
    return "重错码", f"{count(task.count)} {words}", url, state, "decide"


_SHOWN: dict[Kind, Callable[[Call, Task], _Shown]] = {
    Kind.PLACE: _place,
    Kind.WEBHOOK: _webhook,
    Kind.SOURCE: _source,
    Kind.EXCHANGE: _exchange,
    Kind.APPROVE: _approve,
    Kind.EDIT: _edit,
    Kind.STEP: waiting,
    Kind.REVIEW: _review,
    Kind.ROWS: _rows,
    Kind.CONFIRM: _confirm,
    Kind.MAP: _map,
    Kind.EVALUATE: _evaluate,
    Kind.CONFLICT: _conflict,
    Kind.LETTER: _letters,
    Kind.DELETION: _deletion,
    Kind.CODE_ASSIGN: lambda _, task: _codes(task, "open", "个问题待交办", "待交办"),
    Kind.CODE_FIX: lambda _, task: _codes(task, "assigned", "个问题待整改", "待整改"),
    Kind.CODE_VERIFY: lambda _, task: _codes(task, "fixed", "个问题待核验", "待核验"),
    Kind.IDENTITY: lambda _, task: (
        *("无代码的行", f"{count(task.count)} 行待认定是哪一家", reverse("office:identities")),
        *("待认定", "decide"),
    ),
    Kind.OVERSIGHT: lambda _, task: (
        *("个案检查", f"{count(task.count)} 件个案检查待签收", reverse("office:case_checks")),
        *("待签收", "decide"),
    ),
    Kind.JOINT: lambda _, task: (
        *("联合检查", f"{count(task.count)} 项联合检查待本机关答复", reverse("office:joint_checks")),
        *("待答复", "decide"),
    ),
    Kind.SENT_BACK: lambda _, task: (
        *("双公示上报", f"上级平台退回 {count(task.count)} 条", reverse("office:up_reports")),
        *("待更正", "decide"),
    ),
    Kind.ARTICLE: lambda _, task: (
        *("文章", f"{count(task.count)} 篇文章有公众看不到的文件", reverse("office:articles")),
        *("待更换", "decide"),
    ),
    Kind.MERGE: lambda _, task: (
        *("主体合并", f"{count(task.count)} 项合并或拆分意见", reverse("office:merges")),
        *("待决定", "decide"),
    ),
    Kind.CAMPAIGN: _campaign,
    Kind.DRIFT: lambda _, task: (
        *("风险排序", "检查风险积分表已经漂移，不宜再用来排先后", reverse("office:risk_order")),
        *("重新学习", "decide"),
    ),
}


def _collection(call: Call) -> list[dict[str, Any]]:
    organisation = call.user.organisation
    if not call.may(Verb.IMPORT_FILE, call.of(organisation.pk)):
        return []
    last = {duty.item: duty.last_on for duty in duties(organisation, policy=call.policy)}
    found = closed_cells([organisation], policy=call.policy, today=call.today)
    return [*(_duty(call, cell, last.get(cell.item)) for cell in found), *_reports(call)]


def _duty(call: Call, cell: Cell, last_on: date | None) -> dict[str, Any]:
    """The last period that is over: a clock runs while nobody accounted for it."""
    stood, unit = cell.stood, call.user.organisation.public_id
    calendar = call.policy.calendar
    rule = call.policy.parameter("quality.due_workdays", on=call.today)
    clock = Clock(
        stood.due.on,
        calendar.workdays_between(call.today, stood.due.on),
        f"{rule.title}：{rule}（{rule.citation}）",
        provisional=stood.due.provisional,
        verified=rule.verified,
    )
    return {
        "item": item_title(cell.item, call.policy),
        "period": f"{stood.span.label}（{call.policy.catalogue.item(cell.item).cycle}）",
        "last_on": last_on,
        "state": stood.standing.label,
        "tone": "done" if stood.standing.covered else "decide",
        "url": f"{reverse('office:collection')}?organisation={unit}",
        "clock": None if stood.standing.covered else clock,
    }


def _reports(call: Call) -> list[dict[str, Any]]:
    return [
        {
            "item": title,
            "period": period,
            "last_on": None,
            "state": "待报送",
            "tone": "clock",
            "url": reverse("office:batches"),
            "clock": Clock(
                due.on,
                call.policy.calendar.workdays_between(call.today, due.on),
                rule,
                provisional=call.policy.calendar.is_provisional(due.on),
                verified=verified,
            ),
        }
        for title, period, due, rule, verified in reports_due(policy=call.policy, today=call.today)
    ]


def _summary(collection: list[dict[str, Any]]) -> str:
    missing = sum(line["tone"] == "decide" for line in collection)
    if not collection:
        return ""
    return (
        f"本部门 {len(collection)} 项，其中 {missing} 项还没有交代。"
        if missing
        else f"本部门 {len(collection)} 项。"
    )
