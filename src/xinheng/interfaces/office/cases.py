"""Cases of every kind: lists by state and by day due, and the page of one case with its steps, clocks and course."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.access import Target
from xinheng.core.procedures import flow_of, flows
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, Owned, asks
from xinheng.interfaces.office.cases_kinds import StepForm
from xinheng.interfaces.office.cases_known import KINDS, kind_of
from xinheng.interfaces.office.cases_shown import clock_of_row, page_of, title_of_state
from xinheng.interfaces.office.exporting import as_table
from xinheng.interfaces.office.objections_misuse import readable
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.owned import of_case
from xinheng.interfaces.office.paging import address, chosen, newest_first, number
from xinheng.interfaces.web.figures import count
from xinheng.interfaces.web.parts import Filter, Option, Paging
from xinheng.interfaces.web.refusals import say_on
from xinheng.services.case_deadlines import due_within, overdue, running
from xinheng.services.cases import of_units, refuse_stale, steps_for
from xinheng.services.ledger import note
from xinheng.store.casework import Case, CaseDeadline

READ = (Verb.READ_CASE,)
OPEN = (Verb.READ_CASE, Verb.READ_VISITS)
ACT = (Verb.DRAFT_CASE, Verb.DECIDE_CASE, Verb.REVIEW_LEGALITY, Verb.RECORD_VISIT, Verb.REVIEW_SECRECY)
DUE = {"late": "逾期", "3": "三个工作日内到期", "10": "十个工作日内到期", "any": "全部有期限的"}
SIZE = 50
MOST_EXPORTED = 5_000
HEAD = ("编号", "类别", "主体", "统一社会信用代码", "单位", "状态", "期限")


def _numbered(number: str) -> Case | None:
    kept = Case.objects.select_related("organisation", "subject", "opened_by", "handler")
    return kept.filter(number=number).first()


def _whose(call: Call, case: Case) -> Target:
    """Of nobody's unit where the case is closed to this person."""
    return of_case(call, case) if readable(call, case) else Target()


NUMBERED = Owned("number", _numbered, _whose)


@asks(*READ)
def cases(call: Call) -> HttpResponse:
    """Newest first, or by the day due where a term is asked for."""
    if call.request.GET.get("export") == "csv":
        return _exported(call)
    due = chosen(call.request, "due", DUE)
    lines, paging = _by_day(call, due) if due else _newest(call)
    context = {
        "lines": lines,
        "paging": paging,
        "filters": _filters(call),
        "reset_url": reverse("office:cases"),
        "export_url": address(call.request, export="csv"),
        "mine_url": address(call.request, mine="" if call.request.GET.get("mine") else "1"),
        "mine": bool(call.request.GET.get("mine")),
        "flows_url": reverse("office:flow_versions")
        if any(call.may_somewhere(verb) for verb in (Verb.DRAFT_POLICY, Verb.PUBLISH_POLICY))
        else "",
    }
    return call.render("cases", context)


def _filters(call: Call) -> list[Filter]:
    value = call.request.GET.get
    states = {title: title for title in _states(chosen(call.request, "kind", KINDS))}
    return [
        Filter(
            "kind",
            "类别",
            "select",
            value("kind", ""),
            _options({key: kind.title for key, kind in KINDS.items()}),
        ),
        Filter("state", "状态", "select", value("state", ""), _options({**states, "closed": "已办结"})),
        Filter("due", "期限", "select", value("due", ""), _options(DUE)),
        Filter("mine", "经办", "select", value("mine", ""), [Option("", "本单位"), Option("1", "我经办的")]),
    ]


def _states(kind: str) -> dict[str, list[tuple[str, int, str]]]:
    """Titles of states from which a way leads on, in all flows or in that of a kind; flows share titles and keys, so each
    comes with flow, version and key."""
    found: dict[str, list[tuple[str, int, str]]] = {}
    for flow in flows():
        if flow.name in KINDS and not KINDS[flow.name].page and kind in ("", flow.name):
            for state in (one for one in flow.states if flow.steps_from(one.key)):
                found.setdefault(state.title, []).append((flow.name, flow.version, state.key))
    return found


def _in_state(state: str, prefix: str) -> Q:
    """A state by its title as the list offers it, or by its key."""
    found = Q()
    for name, version, key in _states("").get(state, ()):
        found |= Q(**{f"{prefix}flow": name, f"{prefix}flow_version": version, f"{prefix}state": key})
    return found or Q(**{f"{prefix}state": state})


def _options(words: dict[str, str]) -> list[Option]:
    return [Option("", "全部"), *(Option(key, label) for key, label in words.items())]


def _narrowed(call: Call, prefix: str) -> Q:
    """What the address asks for, of cases or of their clocks."""
    found = Q()
    given = call.request.GET
    if kind := chosen(call.request, "kind", KINDS):
        found &= Q(**{f"{prefix}kind": kind})
    state = given.get("state", "")[:24]
    if state and state != "closed":
        found &= _in_state(state, prefix)
    if given.get("mine"):
        found &= Q(**{f"{prefix}handler": call.user})
    return found


def _asked(call: Call) -> QuerySet[Case]:
    return Case.objects.filter(
        _narrowed(call, ""),
        of_units(call.reach(Verb.READ_CASE)),
        closed_at__isnull=call.request.GET.get("state") != "closed",
    ).select_related("subject", "organisation", "handler")


def _newest(call: Call) -> tuple[list[dict[str, Any]], Paging]:
    page, paging = newest_first(_asked(call), call.request)
    first = _first_due(call, page)
    return [_line(call, case, first.get(case.pk)) for case in page], paging


def _first_due(call: Call, page: Sequence[Case]) -> dict[int, CaseDeadline]:
    first: dict[int, CaseDeadline] = {}
    for row in running(call.reach(Verb.READ_CASE)).filter(case__in=[case.pk for case in page]):
        first.setdefault(row.case_id, row)
    return first


def _exported(call: Call) -> HttpResponse:
    """The list to be handed on, newest first, with whom it concerns; the export itself stands in the ledger."""
    found = list(_asked(call).order_by("-pk")[: MOST_EXPORTED + 1])
    if len(found) > MOST_EXPORTED:
        raise Refusal(
            "CW4",
            f"超过 {count(MOST_EXPORTED)} 件，不能一次导出。",
            advice="请用类别、状态缩小范围，分次导出。",
        )
    cases = [case for case in found if readable(call, case)]
    note("case.list_exported", now=call.now, actor=call.user, object="cases", payload={"rows": len(cases)})
    first = _first_due(call, cases)
    lines = ((case, _line(call, case, None), first.get(case.pk)) for case in cases)
    rows = (
        (
            case.number,
            line["kind"],
            case.subject.name if case.subject else "",
            case.subject.code if case.subject else "",
            line["unit"],
            line["state"],
            due.due_on if due else "",
        )
        for case, line, due in lines
    )
    return as_table(f"办理事项-{call.today:%Y-%m-%d}", HEAD, rows)


def _by_day(call: Call, due: str) -> tuple[list[dict[str, Any]], Paging]:
    """What is due first in front; a page begins after the day and number in the address."""
    reached, today = call.reach(Verb.READ_CASE), call.today
    if due == "late":
        rows = overdue(reached, today=today)
    elif due == "any":
        rows = running(reached)
    else:
        rows = due_within(reached, workdays=int(due), today=today, policy=call.policy)
    rows = rows.filter(_narrowed(call, "case__")).select_related("case__handler")
    after, day = number(call.request, "after"), _day(call.request.GET.get("day", ""))
    if after is not None and day is not None:
        rows = rows.filter(due_on__gte=day).filter(Q(due_on__gt=day) | Q(pk__gt=after))
    found = list(rows[: SIZE + 1])
    page, last = found[:SIZE], found[:SIZE][-1] if found else None
    more = address(call.request, after=last.pk, day=last.due_on) if last and len(found) > SIZE else ""
    back = address(call.request, day=None) if after is not None else ""
    return [_line(call, row.case, row) for row in page], Paging(
        previous_url=back, next_url=more, shown=len(page)
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _line(call: Call, case: Case, row: CaseDeadline | None) -> dict[str, Any]:
    kind = kind_of(case)
    state, tone = title_of_state(case)
    return {
        "number": case.number,
        "url": reverse(kind.page, kwargs={"case": case.public_id})
        if kind.page
        else reverse("office:case", kwargs={"number": case.number}),
        "kind": kind.title,
        "title": case.title,
        "unit": call.tree.name(case.organisation_id),
        "handler": case.handler.display_name if case.handler else "",
        "state": state,
        "tone": tone,
        "clock": clock_of_row(call, row) if row else None,
    }


@asks(*OPEN, of=NUMBERED)
def case(call: Call, case: Case) -> HttpResponse:
    """One case; a kind with a page of its own is shown there."""
    kind = kind_of(case)
    if kind.page:
        return redirect(kind.page, case=case.public_id)
    return page_of(call, case)


@asks(*ACT, of=NUMBERED, methods=("POST",))
@once
def case_step(call: Call, case: Case, verb: str) -> HttpResponse:
    """Take a step; what was typed stays on the page where it was refused."""
    kind = kind_of(case)
    step = next((one for one in steps_for(case, call.user, on=call.today) if one.verb == verb), None)
    known = next(
        (one for one in flow_of(case.flow, case.flow_version).steps if one.verb == verb and not one.by_clock),
        None,
    )
    if known is None or kind.page:
        raise Refusal("CW1", "这个事项没有这一步。", advice="请刷新页面后重试。")
    form = kind.form_of(step or known, case, call.request.POST, policy=call.policy)
    if form.is_valid():
        try:
            refuse_stale(case, seen_version=form.cleaned_data["seen"])
            kind.act_of(verb)(call, case, verb, form)
        except Refusal as refusal:
            say_on(form, refusal, form.beside)
            return _again(call, case, verb, form, status=409)
        call.tell(f"已办理：{known.title}。")
        return redirect("office:case", number=case.number)
    return _again(call, case, verb, form)


def _again(call: Call, case: Case, verb: str, form: StepForm, *, status: int = 200) -> HttpResponse:
    """The page as it is now, to be sent again from: what was typed stays, the version is that of today's page."""
    case.refresh_from_db()
    typed = call.request.POST.copy()
    typed["seen"] = str(case.version)
    form.data = typed
    return page_of(call, case, tried=(verb, form), status=status)
