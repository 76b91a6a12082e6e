"""Merges of two rows of the subject master: proposed by one person, decided by another, undone the same way."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.access import Target
from xinheng.core.ids import normalise_code
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.core.subject_merge import MergeState
from xinheng.interfaces.office.access import Call, Owned, asks
from xinheng.interfaces.office.code_issues import pages
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.paging import chosen, newest_first
from xinheng.interfaces.web.parts import Cell, Column, Crumb, Filter, Option, Table
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.subject_merge import (
    compared,
    decide_merge,
    decide_split,
    propose_merge,
    propose_split,
)
from xinheng.services.time import day_of
from xinheng.store.identities import SubjectMerge
from xinheng.store.subjects import Subject, SubjectCode

READ = (Verb.DECIDE_QUARANTINE, Verb.PROPOSE_QUARANTINE)
TONES = {MergeState.PROPOSED: "decide", MergeState.SPLITTING: "decide", MergeState.MERGED: "done"}


def _merge(public_id: str) -> SubjectMerge | None:
    kept = SubjectMerge.objects.select_related(
        "absorbed", "survivor", "proposed_by", "decided_by", "split_by", "undone_by"
    )
    return kept.filter(public_id=public_id).first()


def _whole_city(call: Call, merge: SubjectMerge | None = None) -> Target:
    """The master belongs to the city, not to one department."""
    return call.of(call.tree.root)


MERGE = Owned("merge", _merge, _whole_city)


class ProposalForm(forms.Form):
    one = forms.CharField(label="保留的主体：统一社会信用代码或旧代码", max_length=30)
    other = forms.CharField(label="并入的主体：统一社会信用代码或旧代码", max_length=30)
    reason = forms.CharField(
        label="为什么是同一主体", max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )
    ground = forms.CharField(label="所依据的登记材料", max_length=200)


class DecisionForm(forms.Form):
    agree = forms.ChoiceField(
        label="决定",
        choices=[("yes", "同意"), ("no", "不同意")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择同意或不同意。"},
    )
    reason = forms.CharField(
        label="理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明决定的理由。"},
    )


class SplitForm(forms.Form):
    reason = forms.CharField(
        label="为什么要拆分",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明为什么要拆分。"},
    )


@asks(*READ)
def merges(call: Call) -> HttpResponse:
    form = ProposalForm(
        initial={"one": call.request.GET.get("one", ""), "other": call.request.GET.get("other", "")}
    )
    return _list(call, form if call.may(Verb.PROPOSE_QUARANTINE, _whole_city(call)) else None)


@asks(Verb.PROPOSE_QUARANTINE, methods=("POST",))
@once
def propose(call: Call) -> HttpResponse:
    call.demand(Verb.PROPOSE_QUARANTINE, _whole_city(call))
    form = ProposalForm(call.request.POST)
    if form.is_valid():
        given = form.cleaned_data
        with refusals_on(form):
            kept, gone = _holder(given["one"]), _holder(given["other"])
            merge = propose_merge(
                kept,
                gone,
                keep=kept,
                reason=given["reason"],
                ground=given["ground"],
                actor=call.user,
                now=call.now,
            )
            call.tell("已提出合并意见，等待另一人决定。")
            return redirect("office:merge", merge=merge.public_id)
    return _list(call, form)


def _holder(written: str) -> Subject:
    """Who has the code, present or older."""
    code = normalise_code(written)
    found = Subject.objects.filter(code=code).first()
    if found is None:
        older = SubjectCode.objects.filter(value=code).select_related("subject").first()
        found = older.subject if older else None
    if found is None:
        raise Refusal("ID16", f"没有代码为“{code}”的主体。", advice="请核对代码，或先在企业档案中查找。")
    return found


def _list(call: Call, form: ProposalForm | None) -> HttpResponse:
    rows = SubjectMerge.objects.select_related("absorbed", "survivor", "proposed_by")
    if state := chosen(call.request, "state", [one.value for one in MergeState]):
        rows = rows.filter(state=state)
    page, paging = newest_first(rows, call.request)
    context = {
        "pages": pages(call),
        "filters": [
            Filter(
                "state",
                "状态",
                "select",
                state,
                [Option("", "全部"), *(Option(one.value, one.label) for one in MergeState)],
            )
        ],
        "reset_url": reverse("office:merges"),
        "table": Table(
            "合并意见",
            [Column("并入"), Column("保留"), Column("提出"), Column("日期", "day"), Column("状态")],
            [_row(one) for one in page],
            empty="没有合并意见。",
            paging=paging,
            caption_hidden=True,
        ),
        "form": form,
        "propose_url": reverse("office:propose_merge"),
    }
    return call.render("merges", context)


def _row(one: SubjectMerge) -> list[Cell | str]:
    state = MergeState(one.state)
    return [
        Cell(_named(one.absorbed), reverse("office:merge", kwargs={"merge": one.public_id})),
        _named(one.survivor),
        one.proposed_by.display_name,
        day_of(one.proposed_at).isoformat(),
        Cell("", mark=state.label, tone=TONES.get(state, "")),
    ]


def _named(subject: Subject) -> str:
    return f"{subject.name}（{subject.code}）" if subject.code else subject.name


@asks(*READ, of=MERGE)
def merge(call: Call, one: SubjectMerge) -> HttpResponse:
    return _page(call, one, _form(call, one))


@asks(Verb.DECIDE_QUARANTINE, of=MERGE, methods=("POST",))
@once
def decide(call: Call, one: SubjectMerge) -> HttpResponse:
    form = DecisionForm(call.request.POST)
    if form.is_valid():
        act = decide_split if one.state == MergeState.SPLITTING else decide_merge
        agree = form.cleaned_data["agree"] == "yes"
        with refusals_on(form):
            act(
                one.public_id,
                agree=agree,
                reason=form.cleaned_data["reason"],
                actor=call.user,
                policy=call.policy,
                now=call.now,
            )
            call.tell("已决定。两个主体的档案、公示和评价随即更新。" if agree else "已决定，没有改变。")
            return redirect("office:merge", merge=one.public_id)
    return _page(call, one, form)


@asks(Verb.PROPOSE_QUARANTINE, of=MERGE, methods=("POST",))
@once
def split(call: Call, one: SubjectMerge) -> HttpResponse:
    form = SplitForm(call.request.POST)
    if form.is_valid():
        with refusals_on(form):
            propose_split(one.public_id, actor=call.user, now=call.now, **form.cleaned_data)
            call.tell("已提出拆分，等待另一人决定。")
            return redirect("office:merge", merge=one.public_id)
    return _page(call, one, form)


def _form(call: Call, one: SubjectMerge) -> forms.Form | None:
    state, city = MergeState(one.state), _whole_city(call)
    by = {MergeState.PROPOSED: one.proposed_by_id, MergeState.SPLITTING: one.split_by_id}
    if state in by and by[state] != call.user.pk and call.may(Verb.DECIDE_QUARANTINE, city):
        return DecisionForm()
    if state is MergeState.MERGED and call.may(Verb.PROPOSE_QUARANTINE, city):
        return SplitForm()
    return None


def _page(call: Call, one: SubjectMerge, form: forms.Form | None) -> HttpResponse:
    state = MergeState(one.state)
    splitting = isinstance(form, SplitForm)
    name = "office:split_merge" if splitting else "office:decide_merge"
    context = {
        "crumbs": [Crumb("主体合并", reverse("office:merges")), Crumb(one.absorbed.name)],
        "title": one.absorbed.name,
        "kept": _side(call, one.survivor),
        "gone": _side(call, one.absorbed),
        "state": state.label,
        "tone": TONES.get(state, ""),
        "lines": compared(one.survivor, one.absorbed),
        "course": _course(one),
        "form": form,
        "splitting": splitting,
        "act_url": reverse(name, kwargs={"merge": one.public_id}),
        "why_not": _why_not(call, one),
    }
    return call.render("merge", context)


def _side(call: Call, subject: Subject) -> dict[str, str]:
    may_read = call.may_somewhere(Verb.READ_SUBJECT_FILE)
    url = reverse("office:subject", kwargs={"subject": subject.public_id}) if may_read else ""
    return {"name": subject.name, "url": url}


def _course(one: SubjectMerge) -> list[dict[str, Any]]:
    steps = [
        ("提出合并", one.proposed_by, one.proposed_at, f"{one.reason}（{one.ground}）"),
        (
            "决定合并" if one.state != MergeState.REFUSED else "不同意合并",
            one.decided_by,
            one.decided_at,
            one.decision,
        ),
        ("提出拆分", one.split_by, one.split_at, one.split_reason),
        ("决定拆分", one.undone_by, one.undone_at, one.undone_decision),
    ]
    return [
        {"deed": deed, "who": person.display_name, "at": at, "said": said}
        for deed, person, at, said in steps
        if person
    ]


def _why_not(call: Call, one: SubjectMerge) -> str:
    state = MergeState(one.state)
    if state is MergeState.PROPOSED:
        own = one.proposed_by_id == call.user.pk
        return "这是您提出的，须由另一人决定。" if own else "由全市的决定人决定。"
    if state is MergeState.SPLITTING:
        own = one.split_by_id == call.user.pk
        return "拆分是您提出的，须由另一人决定。" if own else "由全市的决定人决定。"
    if state is MergeState.MERGED:
        return "合并有误的，由信用办经办人或审核人提出拆分。"
    return "已经处理。"
