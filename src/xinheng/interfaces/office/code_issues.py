"""Wrong and duplicate codes: the work-list of each registrar, rates and their course, and one matter with its steps."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.code_issues import IssueKind, IssueState, Registrar
from xinheng.core.collection_cycle import Every, span_of
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, Owned, asks
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.paging import address, chosen, newest_first
from xinheng.interfaces.office.quality_tables import exported, exports, months_back
from xinheng.interfaces.office.wording import districts
from xinheng.interfaces.web.charts import Chart
from xinheng.interfaces.web.figures import count, per_mille
from xinheng.interfaces.web.lines import Series, line
from xinheng.interfaces.web.parts import Cell, Column, Crumb, Filter, Link, Option, Table, Tile
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.batches import number_of
from xinheng.services.code_issues import (
    assign_issues,
    fix_issue,
    rates_of,
    sweep_now_or_soon,
    trend_of,
    verify_issue,
)
from xinheng.services.time import SHANGHAI, day_of
from xinheng.store.batches import ReturnedRow
from xinheng.store.code_issues import CodeIssue
from xinheng.store.subjects import Subject

READ = (Verb.READ_BATCH, Verb.PROPOSE_QUARANTINE, Verb.DECIDE_QUARANTINE)
TONES = {
    IssueState.OPEN: "decide",
    IssueState.ASSIGNED: "clock",
    IssueState.FIXED: "clock",
    IssueState.VERIFIED: "done",
}
_DEEDS = {
    "found": "发现",
    "reopened": "再次出现，重新打开",
    "assigned": "分派",
    "fixed": "登记整改",
    "verified": "复核销号",
    "returned": "退回整改",
}
_HEAD = ("种类", "代码", "名称", "牵涉", "次数", "登记机关", "县区", "状态", "发现", "限期", "数据中")
_PAGES = (
    ("重错码", "office:code_issues"),
    ("无代码的行", "office:identities"),
    ("主体合并", "office:merges"),
)
_DAY = forms.DateInput(attrs={"type": "date"})


def pages(call: Call) -> list[Link]:
    """The pages on subjects and codes among themselves."""
    match = call.request.resolver_match
    here = match.view_name if match else ""
    narrow = any(call.may_somewhere(verb) for verb in (Verb.PROPOSE_QUARANTINE, Verb.DECIDE_QUARANTINE))
    shown = _PAGES if narrow else _PAGES[:1]
    return [Link(label, reverse(name), current=name == here) for label, name in shown]


def _issue(public_id: str) -> CodeIssue | None:
    kept = CodeIssue.objects.select_related("organisation", "fixed_by", "verified_by", "assigned_by")
    return kept.filter(public_id=public_id).first()


ISSUE = Owned("issue", _issue, lambda call, issue: call.of(issue.organisation_id))


class AssignForm(forms.Form):
    due_on = forms.DateField(label="限期", required=False, widget=_DAY)
    remark = forms.CharField(label="要求", max_length=300, required=False)


class FixForm(forms.Form):
    remedy = forms.CharField(
        label="怎样核实、怎样整改",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明怎样核实、怎样整改。"},
    )
    distinct = forms.BooleanField(label="核实为不同主体，不是重码", required=False)

    def __init__(self, issue: CodeIssue, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if issue.kind != IssueKind.MANY_CODES.value:
            del self.fields["distinct"]


class VerifyForm(forms.Form):
    agree = forms.ChoiceField(
        label="复核结果",
        choices=[("yes", "已改正，销号"), ("no", "没有改正，退回整改")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择复核结果。"},
    )
    remark = forms.CharField(
        label="说明", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


def _reached(call: Call) -> frozenset[int]:
    return frozenset[int]().union(*(call.reach(verb) for verb in READ))


@asks(*READ)
def code_issues(call: Call) -> HttpResponse:
    reached = _reached(call)
    issues = _narrowed(call, CodeIssue.objects.filter(organisation__in=reached))
    head = [_plain(call, issue) for issue in issues.order_by("-pk")] if "format" in call.request.GET else []
    if file := exported(call, f"重错码-{call.today:%Y-%m-%d}", _HEAD, head):
        return file
    page, paging = newest_first(issues, call.request)
    may_assign = call.may_somewhere(Verb.PROPOSE_QUARANTINE)
    open_ones = [issue for issue in page if issue.state == IssueState.OPEN.value]
    context = {
        "pages": pages(call),
        "exports": exports(call),
        "filters": _filters(call),
        "reset_url": reverse("office:code_issues"),
        "tiles": _tiles(call, reached),
        "trend": _trend(call, reached),
        "table": Table(
            "重错码",
            [
                *(Column("种类"), Column("代码或名称"), Column("登记机关"), Column("县区")),
                *(Column("次数", "number"), Column("限期", "day"), Column("状态")),
            ],
            [_row(call, issue) for issue in page],
            empty="没有符合条件的重错码。",
            paging=paging,
            caption_hidden=True,
        ),
        "assign": AssignForm() if may_assign and open_ones else None,
        "assignable": [issue.public_id for issue in open_ones],
        "assign_url": reverse("office:assign_issues"),
        "sweep_url": reverse("office:sweep_codes") if may_assign else "",
    }
    return call.render("code_issues", context)


def _narrowed(call: Call, issues: QuerySet[CodeIssue]) -> QuerySet[CodeIssue]:
    state = chosen(call.request, "state", [one.value for one in IssueState])
    if state:
        issues = issues.filter(state=state)
    elif "state" not in call.request.GET:
        issues = issues.exclude(state=IssueState.VERIFIED.value)
    for name in ("kind", "registrar", "division"):
        if value := call.request.GET.get(name, "")[:24]:
            issues = issues.filter(**{name: value})
    return issues


def _filters(call: Call) -> list[Filter]:
    value = call.request.GET.get
    choices: list[tuple[str, str, list[tuple[str, str]]]] = [
        ("state", "状态", [(one.value, one.label) for one in IssueState]),
        ("kind", "种类", [(one.value, one.label) for one in IssueKind]),
        ("registrar", "登记机关", [(one.value, one.label) for one in Registrar]),
        ("division", "县区", list(districts(call.policy).items())),
    ]
    first = {"state": "未销号" if "state" not in call.request.GET else "全部"}
    return [
        Filter(
            name,
            label,
            "select",
            value(name, ""),
            [Option("", first.get(name, "全部")), *(Option(*one) for one in options)],
        )
        for name, label, options in choices
    ]


def _tiles(call: Call, reached: frozenset[int]) -> list[Tile]:
    rates = rates_of(reached)
    return [
        Tile(
            "未改正",
            count(rates.living),
            url=address(call.request, state=None),
            attention=rates.living > 0,
            definition="数据中仍能看到的重错码",
        ),
        Tile(
            "重错码率",
            per_mille(rates.wrong),
            definition=f"未改正 ÷（有代码的主体 {count(rates.codes)} + 未改正）",
        ),
        Tile(
            "纠正率",
            per_mille(rates.corrected),
            definition=f"已销号 {count(rates.closed)} ÷ 发现 {count(rates.found)}",
        ),
    ]


def _trend(call: Call, reached: frozenset[int]) -> Chart:
    """The course towards none."""
    spans = months_back(span_of(Every.MONTH, call.today))
    ends = (datetime.combine(span.start, time(), SHANGHAI) for span in (spans[0], spans[-1]))
    points = trend_of(reached, first=next(ends), last=next(ends))
    living = tuple(point.living for point in points)
    title = f"本月底未销号 {living[-1]} 个" if any(living) else "近 12 个月没有未销号的重错码"
    series = [
        Series("未销号", living),
        Series("当月发现", tuple(point.found for point in points)),
        Series("当月销号", tuple(point.closed for point in points)),
    ]
    return line([f"{point.month:%Y-%m}" for point in points], series, title=title)


def _row(call: Call, issue: CodeIssue) -> list[Cell | str]:
    state = IssueState(issue.state)
    named = issue.code or issue.name or issue.key
    late = issue.due_on is not None and issue.due_on < call.today and state is IssueState.ASSIGNED
    return [
        IssueKind(issue.kind).label,
        Cell(named, reverse("office:code_issue", kwargs={"issue": issue.public_id})),
        Registrar(issue.registrar).label,
        districts(call.policy).get(issue.division, "—"),
        count(issue.occurrences),
        Cell(issue.due_on.isoformat() if issue.due_on else "", mark="逾期" if late else "", tone="decide"),
        Cell("", mark=state.label, tone=TONES[state]),
    ]


def _plain(call: Call, issue: CodeIssue) -> list[str]:
    return [
        IssueKind(issue.kind).label,
        issue.code,
        issue.name,
        "、".join(issue.members),
        str(issue.occurrences),
        Registrar(issue.registrar).label,
        districts(call.policy).get(issue.division, ""),
        IssueState(issue.state).label,
        day_of(issue.found_at).isoformat(),
        issue.due_on.isoformat() if issue.due_on else "",
        "已不出现" if issue.cleared_at else "仍存在",
    ]


@asks(Verb.PROPOSE_QUARANTINE, methods=("POST",))
@once
def sweep(call: Call) -> HttpResponse:
    swept = sweep_now_or_soon(policy=call.policy, now=call.now)
    if swept is None:
        call.tell("行数较多，已交后台核查。过几分钟刷新本页，可以看到结果。")
        return redirect("office:code_issues")
    call.tell(
        f"已核查：共 {swept.found} 个，新发现 {swept.added} 个，再次出现 {swept.reopened} 个，"
        f"不再出现 {swept.cleared} 个。"
    )
    return redirect("office:code_issues")


@asks(Verb.PROPOSE_QUARANTINE, methods=("POST",))
@once
def assign(call: Call) -> HttpResponse:
    """Give the named matters to their registrars."""
    form, wanted = AssignForm(call.request.POST), call.request.POST.getlist("issue")[:500]
    if not form.is_valid():
        raise Refusal("CI11", "限期不是有效的日期。", advice="请按年-月-日填写。")
    for unit in (
        CodeIssue.objects.filter(public_id__in=wanted).values_list("organisation", flat=True).distinct()
    ):
        call.demand(Verb.PROPOSE_QUARANTINE, call.of(unit))
    number = assign_issues(wanted, actor=call.user, now=call.now, **form.cleaned_data)
    call.tell(f"已分派 {number} 个重错码。")
    return redirect("office:code_issues")


@asks(*READ, of=ISSUE)
def code_issue(call: Call, issue: CodeIssue) -> HttpResponse:
    return _page(call, issue, _form(call, issue))


@asks(Verb.CORRECT_RECORD, of=ISSUE, methods=("POST",))
@once
def fix(call: Call, issue: CodeIssue) -> HttpResponse:
    form = FixForm(issue, call.request.POST)
    if form.is_valid():
        with refusals_on(form):
            fix_issue(issue.public_id, actor=call.user, now=call.now, **form.cleaned_data)
            call.tell("已登记整改，等待另一人复核。")
            return redirect("office:code_issue", issue=issue.public_id)
    return _page(call, issue, form)


@asks(Verb.DECIDE_QUARANTINE, of=ISSUE, methods=("POST",))
@once
def verify(call: Call, issue: CodeIssue) -> HttpResponse:
    form = VerifyForm(call.request.POST)
    if form.is_valid():
        agree, remark = form.cleaned_data["agree"] == "yes", form.cleaned_data["remark"]
        with refusals_on(form):
            verify_issue(issue.public_id, agree=agree, remark=remark, actor=call.user, now=call.now)
            call.tell("已销号。" if agree else "已退回整改。")
            return redirect("office:code_issue", issue=issue.public_id)
    return _page(call, issue, form)


def _form(call: Call, issue: CodeIssue) -> forms.Form | None:
    """What this person is asked next."""
    target, state = call.of(issue.organisation_id), IssueState(issue.state)
    if state is IssueState.OPEN and call.may(Verb.PROPOSE_QUARANTINE, target):
        return AssignForm()
    if state is IssueState.ASSIGNED and call.may(Verb.CORRECT_RECORD, target):
        return FixForm(issue)
    own = issue.fixed_by_id == call.user.pk
    if state is IssueState.FIXED and not own and call.may(Verb.DECIDE_QUARANTINE, target):
        return VerifyForm()
    return None


def _page(call: Call, issue: CodeIssue, form: forms.Form | None) -> HttpResponse:
    kind, state = IssueKind(issue.kind), IssueState(issue.state)
    context = {
        "crumbs": [Crumb("重错码", reverse("office:code_issues")), Crumb(issue.code or issue.name)],
        "title": issue.code or issue.name or issue.key,
        "kind": kind.label,
        "advice": kind.advice,
        "state": state.label,
        "tone": TONES[state],
        "facts": _facts(call, issue),
        "members": issue.members,
        "subjects": _subjects(call, issue),
        "rows": _rows(call, issue),
        "course": [
            {
                "on": step.at,
                "deed": _DEEDS[step.deed],
                "who": step.actor.display_name if step.actor else "系统",
            }
            | {"remark": step.remark}
            for step in issue.steps.select_related("actor").order_by("id")
        ],
        "step": type(form).__name__.removesuffix("Form").lower() if form else "",
        "form": form,
        "issue": issue.public_id,
        "act_url": _act_url(issue, form),
        "why_not": _why_not(call, issue),
    }
    return call.render("code_issue", context)


def _act_url(issue: CodeIssue, form: forms.Form | None) -> str:
    if form is None:
        return ""
    if isinstance(form, AssignForm):
        return reverse("office:assign_issues")
    name = "office:fix_issue" if isinstance(form, FixForm) else "office:verify_issue"
    return reverse(name, kwargs={"issue": issue.public_id})


def _why_not(call: Call, issue: CodeIssue) -> str:
    state = IssueState(issue.state)
    if state is IssueState.FIXED and issue.fixed_by_id == call.user.pk:
        return "这是您登记的整改，须由另一人复核。"
    return {
        IssueState.OPEN: "由信用办经办人或审核人分派给登记机关。",
        IssueState.ASSIGNED: "由登记机关核实、整改。",
        IssueState.FIXED: "由决定人复核。",
        IssueState.VERIFIED: "已销号；数据中再次出现时自动重新打开。",
    }[state]


def _facts(call: Call, issue: CodeIssue) -> list[tuple[str, str]]:
    found = [
        ("登记机关", f"{Registrar(issue.registrar).label}（{call.tree.name(issue.organisation_id)}）"),
        ("县区", districts(call.policy).get(issue.division, "代码中看不出")),
        ("出现次数", count(issue.occurrences)),
        ("数据中", "已不再出现" if issue.cleared_at else "仍存在"),
        ("限期", issue.due_on.isoformat() if issue.due_on else ""),
        ("整改情况", issue.remedy),
        ("核实结论", "不同主体，不是重码" if issue.distinct else ""),
        ("重新打开", f"{issue.reopened} 次" if issue.reopened else ""),
    ]
    return [(label, value) for label, value in found if value]


def _subjects(call: Call, issue: CodeIssue) -> list[dict[str, str]]:
    if not call.may_somewhere(Verb.SEARCH_SUBJECTS):
        return []
    known = Subject.objects.filter(code__in=[*issue.members, issue.code]).order_by("pk")[:20]
    may_read = call.may_somewhere(Verb.READ_SUBJECT_FILE)
    return [
        {
            "name": one.name,
            "code": one.code or "",
            "url": reverse("office:subject", kwargs={"subject": one.public_id}) if may_read else "",
        }
        for one in known
    ]


def _rows(call: Call, issue: CodeIssue) -> list[dict[str, Any]]:
    rows = ReturnedRow.objects.filter(pk__in=issue.rows).select_related("batch").order_by("-pk")
    return [
        {
            "label": f"批次 {number_of(row.batch)} 第 {row.row_no} 行",
            "unit": call.tree.name(row.batch.organisation_id),
            "name": (row.normalised or {}).get("name") or "",
            "url": reverse("office:quarantined", kwargs={"row": row.pk})
            if any(call.may(verb, call.of(row.batch.organisation_id)) for verb in READ)
            else "",
        }
        for row in rows
    ]
