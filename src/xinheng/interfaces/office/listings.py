"""Lists in the office: which there are, who stands on them, regular releases, and a watch of proportion."""

from typing import Any

from django import forms
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.listing import hurdles
from xinheng.core.lists import ListType
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, Owned, asks
from xinheng.interfaces.office.exporting import as_table
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.paging import address, chosen, newest_first
from xinheng.interfaces.office.units import choices_of, units_reached
from xinheng.interfaces.web.figures import count, per_mille
from xinheng.interfaces.web.parts import Cell, Column, Crumb, Filter, Link, Option, Table
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.listings_releases import compile_release, discard, release, shown
from xinheng.services.listings_watch import FELL, MONTHS, Watched, watch
from xinheng.store.listings import ListEntry, ListRelease

HEAD = ("主体", "统一社会信用代码", "名单", "认定单位", "列入", "移出日", "状态")


def _home() -> Crumb:
    return Crumb("名单", reverse("office:listings"))


@asks(Verb.READ_CASE)
def listings(call: Call) -> HttpResponse:
    """The registry: each list with its basis, standard, procedure, term and exit, and how many stand on it."""
    reached = call.reach(Verb.READ_CASE)
    standing = dict(
        ListEntry.objects.filter(organisation__in=reached, ended_at__isnull=True)
        .order_by()
        .values_list("list_key")
        .annotate(n=Count("id"))
    )
    lists = [_list(call, key, of, standing.get(key, 0)) for key, of in call.policy.lists.lists.items()]
    context = {
        "lists": lists,
        "links": [
            Link("在列主体", reverse("office:list_entries")),
            Link("发布批次", reverse("office:list_releases")),
            Link("认定情况监测", reverse("office:list_watch")),
            Link("地方规定清理", reverse("office:local_rules")),
        ],
    }
    return call.render("listings", context)


def _list(call: Call, key: str, of: ListType, standing: int) -> dict[str, Any]:
    term = call.policy.parameter(of.term, on=call.today) if of.term else None
    early = call.policy.parameter(of.early_exit, on=call.today) if of.early_exit else None
    sources = call.policy.sources
    return {
        "title": of.title,
        "kind": of.kind.label,
        "authority": of.authority,
        "grounds": of.grounds,
        "basis": [(f"{sources[one.source].cite()}{one.clause}", one.verified) for one in of.basis],
        "steps": "、".join(_procedure(of)),
        "term": str(term) if term else "没有核定" if of.burdens else "没有规定",
        "term_verified": bool(term and term.verified),
        "early": str(early) if early else "",
        "exit": of.exit,
        "published": of.published,
        "here": not of.recognised_elsewhere,
        "note": of.note,
        "standing": standing,
        "url": f"{reverse('office:list_entries')}?list={key}",
    }


def _procedure(of: ListType) -> list[str]:
    if of.recognised_elsewhere:
        return [f"由{of.authority}在其系统认定，本系统只同步"]
    if not of.burdens:
        return ["公平竞争审查", "公示", "另一人决定"]
    asked = [one.label for one in hurdles(of)]
    return ["事先告知", "陈述申辩", *asked, "法制审核", "另一人决定", "两书同达", "列入"]


@asks(Verb.READ_CASE)
def list_entries(call: Call) -> HttpResponse:
    """Who stands on which list; who has left only where it is asked for."""
    lists = call.policy.lists.lists
    key, state = chosen(call.request, "list", lists), call.request.GET.get("state", "")
    rows = ListEntry.objects.filter(organisation__in=call.reach(Verb.READ_CASE)).select_related(
        "subject", "decision"
    )
    rows = rows.filter(ended_at__isnull=state != "ended")
    rows = rows.filter(list_key=key) if key else rows
    if call.request.GET.get("export") == "csv":
        lines = ([one.text if isinstance(one, Cell) else one for one in _cells(call, row)] for row in rows)
        return as_table(f"名单-{call.today:%Y-%m-%d}", HEAD, lines)
    page, paging = newest_first(rows, call.request)
    options = [Option("", "全部"), *(Option(name, of.title) for name, of in lists.items())]
    context = {
        "crumbs": [_home(), Crumb("在列主体")],
        "filters": [
            Filter("list", "名单", "select", key, options),
            Filter("state", "状态", "select", state, [Option("", "在列"), Option("ended", "已移出")]),
        ],
        "reset_url": reverse("office:list_entries"),
        "export_url": address(call.request, export="csv"),
        "entries": Table(
            caption="名单条目",
            columns=[
                Column("主体"), Column("统一社会信用代码", "code"), Column("名单"), Column("认定单位"),
                Column("列入", "day"), Column("移出日", "day"), Column("状态"),
            ],
            rows=[_cells(call, row) for row in page],
            empty="没有符合条件的条目。名单认定从主体档案的一条决定开始。",
            paging=paging,
            caption_hidden=True,
        ),
    }  # fmt: skip
    return call.render("list_entries", context)


def _cells(call: Call, row: ListEntry) -> list[Cell | str]:
    of = call.policy.lists.lists.get(row.list_key)
    state = "已移出" if row.ended_at else "暂停" if row.suspended_at else "在列"
    return [
        Cell(row.subject.name, url=call.file_url(row.subject)),
        row.subject.code or "",
        of.title if of else row.list_key,
        call.tree.name(row.organisation_id),
        row.from_on.isoformat(),
        row.until_on.isoformat() if row.until_on else "改正后移出",
        Cell(state, url=reverse("office:case", kwargs={"number": row.decision.number})),
    ]


@asks(Verb.READ_CASE)
def list_watch(call: Call) -> HttpResponse:
    """The months of policy of every organisation: entries against decisions, those taken back."""
    lines = watch(call.reach(Verb.READ_CASE), policy=call.policy, today=call.today)
    months, share = (call.policy.parameter(key, on=call.today) for key in (MONTHS, FELL))
    context = {
        "crumbs": [_home(), Crumb("认定情况监测")],
        "months": months,
        "fell": per_mille(share.value),
        "beyond": [line.name for line in lines if line.beyond],
        "lines": Table(
            caption=f"近{months}各单位的名单认定",
            columns=[
                Column("单位"), Column("裁判、处罚等决定", "number"), Column("其中严重", "number"),
                Column("列入严重失信名单", "number"), Column("每千件决定", "number"),
                Column("依据不属严重", "number"), Column("撤销、撤回", "number"),
                Column("重点关注", "number"), Column("提示"),
            ],
            rows=[_watched(line) for line in lines],
            empty=f"近{months}没有决定，也没有列入名单的。",
            caption_hidden=True,
        ),
    }  # fmt: skip
    return call.render("list_watch", context)


def _watched(line: Watched) -> list[Cell | str]:
    rate = line.per_thousand
    return [
        line.name,
        count(line.decisions),
        count(line.serious),
        count(line.listed),
        "—" if rate is None else count(rate),
        count(line.light),
        count(line.fell),
        count(line.focus),
        "请核查" if line.beyond else "",
    ]


class ReleaseForm(forms.Form):
    """Which list, whose, for which period."""

    list = forms.ChoiceField(label="名单", error_messages={"required": "请选择名单。"})
    period = forms.CharField(label="期别", max_length=20, error_messages={"required": "请填写期别。"})
    unit = forms.ChoiceField(label="认定单位", error_messages={"required": "请选择单位。"})

    def __init__(self, call: Call, *args: Any) -> None:
        super().__init__(*args)
        self.units = units_reached(call, Verb.DRAFT_CASE)
        self.fields["unit"].choices = choices_of(call, self.units)  # type: ignore[attr-defined]
        self.fields["list"].choices = [  # type: ignore[attr-defined]
            (key, of.title)
            for key, of in call.policy.lists.lists.items()
            if of.published and not of.recognised_elsewhere
        ]


@asks(Verb.READ_CASE)
def list_releases(call: Call) -> HttpResponse:
    """Releases, newest first."""
    return _releases(call, ReleaseForm(call) if call.may_somewhere(Verb.DRAFT_CASE) else None)


@asks(Verb.DRAFT_CASE, methods=("POST",))
@once
def make_release(call: Call) -> HttpResponse:
    form = ReleaseForm(call, call.request.POST)
    if form.is_valid():
        given = form.cleaned_data
        unit = form.units[given["unit"]]
        call.demand(Verb.DRAFT_CASE, call.of(unit.pk))
        with refusals_on(form):
            compile_release(
                given["list"], period=given["period"].strip(), organisation=unit, actor=call.user,
                policy=call.policy, now=call.now,
            )  # fmt: skip
            call.tell("已编制，由另一名决定人核对后发布。")
            return redirect("office:list_releases")
    return _releases(call, form)


def _releases(call: Call, form: ReleaseForm | None) -> HttpResponse:
    reached = call.reach(Verb.READ_CASE)
    rows = ListRelease.objects.filter(organisation__in=reached).select_related("made_by", "released_by")
    page, paging = newest_first(rows, call.request)
    context = {
        "crumbs": [_home(), Crumb("发布批次")],
        "releases": [_release(call, row) for row in page],
        "paging": paging,
        "make_url": reverse("office:make_release"),
        "form": form,
    }
    return call.render("list_releases", context)


def _release(call: Call, row: ListRelease) -> dict[str, Any]:
    of = call.policy.lists.lists.get(row.list_key)
    gone = row.discarded_at is not None
    waits = row.released_at is None and not gone
    own = row.made_by_id == call.user.pk
    decides = waits and bool(call.may(Verb.DECIDE_CASE, call.of(row.organisation_id)))
    part = {"release": row.public_id}
    return {
        "title": of.title if of else row.list_key,
        "period": row.period,
        "unit": call.tree.name(row.organisation_id),
        "made_by": row.made_by.display_name,
        "state": "已作废" if gone else "待另一人发布" if waits else "已发布",
        "tone": "clock" if waits else "done",
        "released_at": row.released_at,
        "all": len(row.entries),
        "standing": len(shown(row)) if row.released_at else None,
        "reason": row.discard_reason,
        "url": reverse("office:release_list", kwargs=part) if decides and not own else "",
        "discard_url": reverse("office:discard_release", kwargs=part) if decides else "",
    }


def _find(public_id: str) -> ListRelease | None:
    return ListRelease.objects.filter(public_id=public_id).first()


RELEASE = Owned("release", _find, lambda call, one: call.of(one.organisation_id))


@asks(Verb.DECIDE_CASE, of=RELEASE, methods=("POST",))
@once
def release_list(call: Call, release_: ListRelease) -> HttpResponse:
    """A second person releases."""
    try:
        made = release(release_.public_id, actor=call.user, now=call.now)
    except Refusal as refusal:
        call.tell_refusal(refusal)
    else:
        call.tell(f"已发布，在列 {len(made.entries)} 户。")
    return redirect("office:list_releases")


@asks(Verb.DECIDE_CASE, of=RELEASE, methods=("POST",))
@once
def discard_release(call: Call, release_: ListRelease) -> HttpResponse:
    """Set aside what is not to be released, with a reason."""
    try:
        discard(release_.public_id, reason=call.request.POST.get("reason", ""), actor=call.user, now=call.now)
    except Refusal as refusal:
        call.tell_refusal(refusal)
    else:
        call.tell("已作废，需要时可以重新编制这一期。")
    return redirect("office:list_releases")
