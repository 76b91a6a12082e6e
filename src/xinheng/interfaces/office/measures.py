"""The catalogue of measures with its versions, what lies on enterprises, and the page of one measure."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from xinheng.core.access import Target
from xinheng.core.days import last_day
from xinheng.core.grounds import EndCause, Ground, GroundKind
from xinheng.core.measures import MeasureGroup, Occasion
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, Owned, asks
from xinheng.interfaces.office.paging import chosen, newest_first
from xinheng.interfaces.office.tables_page import tables_page as page_of_tables
from xinheng.interfaces.web.measure_rows import catalogue_of
from xinheng.interfaces.web.parts import Cell, Column, Crumb, Filter, Link, Option, Table
from xinheng.services.measures_findings import words_of_finding
from xinheng.services.measures_grounds import words_of
from xinheng.services.time import day_of
from xinheng.store.measures import MeasureApplied, MeasureTask, MeasureUse, TaskKind


def _measure(public_id: str) -> MeasureApplied | None:
    kept = MeasureApplied.objects.select_related("subject", "organisation", "decision", "decided_by")
    return kept.filter(public_id=public_id).first()


def _of_measure(call: Call, measure: MeasureApplied) -> Target:
    """Whose measure it is, or who was asked to act on it."""
    reached = call.reach(Verb.READ_CASE) | call.reach(Verb.DRAFT_CASE)
    asked = measure.tasks.filter(organisation__in=reached).values_list("organisation_id", flat=True).first()
    own = measure.organisation_id
    return call.of(own if own in reached or asked is None else asked)


MEASURE = Owned("measure", _measure, _of_measure)


def crumbs(call: Call, *more: Crumb) -> list[Crumb]:
    """The way back to the list of measures, a link for whoever may read it."""
    return [
        Crumb("奖惩措施", reverse("office:measures") if call.may_somewhere(Verb.READ_CASE) else ""),
        *more,
    ]


def tabs(call: Call) -> list[Link]:
    """The pages of this subject that the person may open."""
    known = (
        ("执行中的措施", "office:measures_applied", Verb.READ_CASE),
        ("响应和反馈", "office:measure_tasks", Verb.DRAFT_CASE),
        ("典型案例", "office:measure_uses", Verb.READ_CASE),
        ("效果统计", "office:measure_figures", Verb.READ_CASE),
        ("清单下发和确认", "office:measure_lists", Verb.READ_CASE),
        ("公平竞争审查", "office:measure_reviews", Verb.READ_CASE),
        ("激励年度复核", "office:incentive_reviews", Verb.READ_CASE),
        ("提供公开部分", "office:measure_handouts", Verb.EXPORT_RECORDS),
        ("办事核查", "office:measure_check", Verb.CHECK_SUBJECT),
    )
    return [Link(label, reverse(name)) for label, name, verb in known if call.may_somewhere(verb)]


def tables_page(
    call: Call, title: str, lead: str, *tables: tuple[str, Table], heading: str = "", **more: Any
) -> HttpResponse:
    """A page of tables below the list of measures."""
    return page_of_tables(call, crumbs(call, Crumb(title)), heading or title, lead, *tables, **more)


@asks(Verb.READ_CASE)
def measures(call: Call) -> HttpResponse:
    """All rows of the list, also those that are executed elsewhere, and the bans."""
    policy = call.policy
    context = {
        "tabs": tabs(call),
        **catalogue_of(policy),
    }
    return call.render("measures", context)


@asks(Verb.READ_CASE)
def measures_applied(call: Call) -> HttpResponse:
    """What the units in reach have laid on enterprises, newest first."""
    rows = MeasureApplied.objects.filter(organisation__in=call.reach(Verb.READ_CASE))
    state = chosen(call.request, "state", ("standing", "resting", "ended"))
    if state == "standing":
        rows = rows.filter(ended_at__isnull=True, suspended_at__isnull=True)
    elif state:
        rows = rows.filter(ended_at__isnull=state == "resting", **_RESTING[state])
    page, paging = newest_first(rows.select_related("subject", "organisation"), call.request)
    options = [
        Option("", "全部"),
        Option("standing", "执行中"),
        Option("resting", "暂停"),
        Option("ended", "已终止"),
    ]
    table = Table(
        "措施",
        [
            Column("企业"),
            Column("措施"),
            Column("实施单位"),
            Column("起", "day"),
            Column("止", "day"),
            Column("状态"),
        ],
        [
            [
                Cell(one.subject.name, reverse("office:measure", kwargs={"measure": one.public_id})),
                one.title,
                call.tree.name(one.organisation_id),
                str(one.from_on),
                end_words(one),
                Cell("", mark=state_of(one)[0], tone=state_of(one)[1]),
            ]
            for one in page
        ],
        empty="没有措施。措施从企业档案的记录页提出。",
        paging=paging,
        caption_hidden=True,
    )
    return tables_page(
        call,
        "执行中的措施",
        "每项措施都写明依据；依据终止，措施同时终止，各单位收到停止通知并反馈。",
        ("", table),
        heading="惩戒和激励措施",
        filters=[Filter("state", "状态", "select", state, options)],
        reset_url=reverse("office:measures_applied"),
    )


_RESTING: dict[str, dict[str, Any]] = {"resting": {"suspended_at__isnull": False}, "ended": {}}


def end_words(measure: MeasureApplied) -> str:
    """The last day of its term, as the enterprise is told it."""
    if measure.until_on is None:
        return "终身" if measure.permanent else "依据终止"
    return str(last_day(measure.until_on))


def state_of(measure: MeasureApplied) -> tuple[str, str]:
    """State in words, and its tone."""
    if measure.ended_at is not None:
        return f"已终止（{EndCause(measure.end_cause).label}）", "done"
    return ("暂停", "clock") if measure.suspended_at else ("执行中", "decide")


@asks(Verb.READ_CASE, Verb.DRAFT_CASE, of=MEASURE)
def measure(call: Call, measure: MeasureApplied) -> HttpResponse:
    """One measure: ground, basis, term, who was asked and told to stop, and what was reported."""
    ground = Ground(GroundKind(measure.ground_kind), measure.ground_key)
    state, tone = state_of(measure)
    case_url = reverse("office:case", kwargs={"number": measure.decision.number})
    relation = words_of_finding(measure.decision, policy=call.policy) if measure.ban else ""
    facts = [
        ("企业", measure.subject.name, call.file_url(measure.subject)),
        ("依据的记录或名单", words_of(ground, policy=call.policy), ""),
        ("法律依据", measure.basis, ""),
        *([("与依据的关系", relation, "")] if relation else []),
        ("决定", f"{measure.decision.number}　{measure.decided_by.display_name}", case_url),
        ("实施单位", call.tree.name(measure.organisation_id), ""),
        ("适用事项", "、".join(Occasion(one).label for one in measure.occasions), ""),
        (
            "期限",
            f"{measure.from_on} 至 {end_words(measure)}",
            "",
        ),
        ("清单版本", f"{measure.edition} 年版", ""),
        ("理由", measure.reason, ""),
        *_yearly(measure),
    ]
    use_url = reverse("office:report_use", kwargs={"measure": measure.public_id})
    return call.render(
        "measure",
        {
            "crumbs": crumbs(
                call, Crumb("执行中的措施", reverse("office:measures_applied")), Crumb(measure.title)
            ),
            "title": measure.title,
            "name": measure.subject.name,
            "state": state,
            "tone": tone,
            "facts": facts,
            "use_url": use_url if call.may_somewhere(Verb.DRAFT_CASE) else "",
            "case_url": case_url,
            "asked": task_table(call, measure, TaskKind.APPLY),
            "told": task_table(call, measure, TaskKind.STOP),
            "uses": _uses(call, measure),
        },
    )


def _yearly(measure: MeasureApplied) -> list[tuple[str, str, str]]:
    """Of an incentive, its last yearly review."""
    if measure.group != MeasureGroup.INCENTIVE:
        return []
    last = measure.reviews.order_by("-pk").first()
    words = "还没有复核"
    if last is not None:
        concluded = "继续给予" if last.keep else "终止"
        words = f"{last.reviewed_on} {concluded}（{_CONFIRMED[last.confirmed]}）"
    return [("年度复核", words, reverse("office:incentive_reviews"))]


_CONFIRMED = {None: "待确认", True: "已确认", False: "已退回"}


def task_table(call: Call, measure: MeasureApplied, kind: TaskKind) -> Table:
    """Who was asked and what came back: for stopping, the acknowledgement list."""
    rows = measure.tasks.filter(kind=kind).select_related("answered_by").order_by("pk")
    return Table(
        kind.label,
        [Column("单位"), Column("通知日期", "day"), Column("截止", "day"), Column("反馈"), Column("说明")],
        [[receiver(call, one), str(day_of(one.asked_at)), due(one), answer(one), one.note] for one in rows],
        empty="还没有通知任何单位。" if kind is TaskKind.APPLY else "措施没有终止，没有停止通知。",
        caption_hidden=True,
    )


def receiver(call: Call, task: MeasureTask) -> str:
    return call.tree.name(task.organisation_id) if task.organisation_id else task.recipient


def due(task: MeasureTask) -> str:
    return f"{task.due_on or '待确认'}{'（暂定）' if task.provisional else ''}"


def answer(task: MeasureTask) -> Cell:
    if not task.answer:
        return Cell("", mark="待反馈", tone="clock")
    who = task.answered_by.display_name if task.answered_by else ""
    day = str(day_of(task.answered_at)) if task.answered_at else ""
    return Cell(f"{who} {day}", mark=task.get_answer_display(), tone="done")


def _uses(call: Call, measure: MeasureApplied) -> Table:
    rows = MeasureUse.objects.filter(measure=measure).order_by("-pk")[:100]
    return Table(
        "办理情况",
        [Column("日期", "day"), Column("单位"), Column("事项"), Column("结果"), Column("内容")],
        [
            [
                str(one.acted_on),
                call.tree.name(one.organisation_id),
                Occasion(one.occasion).label,
                one.get_outcome_display(),
                one.what,
            ]
            for one in rows
        ],
        empty="还没有单位反馈办理情况。",
        caption_hidden=True,
    )
