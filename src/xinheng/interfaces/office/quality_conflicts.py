"""Facts on which two departments disagree: the queue, both statements side by side, and the decision with its reason."""

from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.access import Target
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, Owned, asks
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.paging import chosen, oldest_first
from xinheng.interfaces.office.quality_tables import bring_up_to_date, pages
from xinheng.interfaces.office.wording import item_title, result_words
from xinheng.interfaces.web.parts import Cell, Column, Crumb, Filter, Option, Table
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.batches import number_of
from xinheng.services.conflicts import (
    RESULT,
    Compared,
    Side,
    answers_for_a_side,
    compared,
    decide_conflict,
)
from xinheng.services.time import day_of
from xinheng.store.quality import Conflict, ConflictKind, ConflictState

_READ = (Verb.DECIDE_QUARANTINE, Verb.PROPOSE_QUARANTINE)
_TONES = {ConflictState.OPEN: "decide", ConflictState.MOOT: ""}
_VERDICTS = {
    ConflictState.FIRST: "以先报的为准",
    ConflictState.SECOND: "以后报的为准",
    ConflictState.BOTH: "两者都成立，是不同的事",
}


def _conflict(public_id: str) -> Conflict | None:
    kept = Conflict.objects.select_related("subject", "row__batch", "decided_by")
    return kept.filter(public_id=public_id).first()


def _of_one(call: Call, conflict: Conflict) -> Target:
    """Either department's superiors may look at it."""
    first = call.of(conflict.first_sender_id)
    readable = any(call.may(verb, first) for verb in _READ)
    return first if readable else call.of(conflict.second_sender_id)


CONFLICT = Owned("conflict", _conflict, _of_one)


class VerdictForm(forms.Form):
    """Who is right, why, and by which document."""

    verdict = forms.ChoiceField(
        label="以谁为准", widget=forms.RadioSelect, error_messages={"required": "请选择以哪一方为准。"}
    )
    reason = forms.CharField(
        label="理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明理由。"},
    )
    ground = forms.CharField(
        label="所依据的文书", max_length=200, error_messages={"required": "请写明核对所依据的文书。"}
    )

    def __init__(self, conflict: Conflict, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fitting = [
            (verdict.value, words)
            for verdict, words in _VERDICTS.items()
            if conflict.row_id is None or verdict is not ConflictState.BOTH
        ]
        self.fields["verdict"].choices = fitting  # type: ignore[attr-defined]


@asks(*_READ)
def conflicts(call: Call) -> HttpResponse:
    bring_up_to_date(call)
    reached = frozenset[int]().union(*(call.reach(verb) for verb in _READ))
    rows = Conflict.objects.filter(Q(first_sender__in=reached) | Q(second_sender__in=reached)).select_related(
        "subject"
    )
    state = call.request.GET.get("state", ConflictState.OPEN)
    if state := chosen(call.request, "state", ConflictState.values) if "state" in call.request.GET else state:
        rows = rows.filter(state=state)
    if kind := chosen(call.request, "kind", ConflictKind.values):
        rows = rows.filter(kind=kind)
    page, paging = oldest_first(rows, call.request)
    columns = [
        *(Column("企业"), Column("目录项"), Column("不一致"), Column("先报"), Column("后报")),
        *(Column("发现", "day"), Column("状态")),
    ]
    context = {
        "pages": pages(call),
        "filters": _filters(state, kind),
        "reset_url": reverse("office:conflicts"),
        "table": Table(
            "来源不一致",
            columns,
            [_row(call, one) for one in page],
            empty="没有待处理的不一致。",
            paging=paging,
            caption_hidden=True,
        ),
    }
    return call.render("conflicts", context)


def _row(call: Call, one: Conflict) -> list[Cell | str]:
    state = ConflictState(one.state)
    return [
        Cell(one.subject.name, reverse("office:conflict", kwargs={"conflict": one.public_id})),
        item_title(one.item, call.policy),
        ConflictKind(one.kind).label,
        call.tree.name(one.first_sender_id),
        call.tree.name(one.second_sender_id),
        f"{day_of(one.found_at)}",
        Cell("", mark=state.label, tone=_TONES.get(state, "done")),
    ]


def _filters(state: str, kind: str) -> list[Filter]:
    return [
        Filter(
            "state",
            "状态",
            "select",
            state,
            [Option("", "全部"), *(Option(*pair) for pair in ConflictState.choices)],
        ),
        Filter(
            "kind",
            "不一致",
            "select",
            kind,
            [Option("", "全部"), *(Option(*pair) for pair in ConflictKind.choices)],
        ),
    ]


@asks(*_READ, of=CONFLICT)
def conflict(call: Call, one: Conflict) -> HttpResponse:
    return _page(call, one, VerdictForm(one))


@asks(Verb.DECIDE_QUARANTINE, of=CONFLICT, methods=("POST",))
@once
def decide(call: Call, one: Conflict) -> HttpResponse:
    """Only who may decide for both departments decides between them."""
    form = VerdictForm(one, call.request.POST)
    if form.is_valid():
        with refusals_on(form):
            for sender in (one.first_sender_id, one.second_sender_id):
                call.demand(Verb.DECIDE_QUARANTINE, call.of(sender))
            decide_conflict(
                one.public_id, actor=call.user, policy=call.policy, now=call.now, **form.cleaned_data
            )
            call.tell("已决定这处不一致。")
            return redirect("office:conflicts")
    return _page(call, one, form)


def _page(call: Call, one: Conflict, form: VerdictForm) -> HttpResponse:
    sides = compared(one)
    why_not = _why_not(call, one, sides)
    state = ConflictState(one.state)
    context = {
        "crumbs": [Crumb("来源不一致", reverse("office:conflicts")), Crumb(one.subject.name)],
        "subject": one.subject.name,
        "subject_url": reverse("office:subject", kwargs={"subject": one.subject.public_id})
        if call.may_somewhere(Verb.READ_SUBJECT_FILE)
        else "",
        "item": item_title(one.item, call.policy),
        "kind": ConflictKind(one.kind).label,
        "state": state.label,
        "tone": _TONES.get(state, "done"),
        "first": side_words(call, one.first_sender_id, sides.first),
        "second": side_words(call, one.second_sender_id, sides.second),
        "words": words_beside(call, sides),
        "form": form if not why_not else None,
        "decide_url": reverse("office:decide_conflict", kwargs={"conflict": one.public_id}),
        "why_not": why_not,
        "decided_by": one.decided_by.display_name if one.decided_by else "",
        "decided_at": one.decided_at,
        "reason": one.reason,
        "ground": one.ground,
    }
    return call.render("conflict", context)


def words_beside(call: Call, sides: Compared) -> list[dict[str, Any]]:
    """Both statements word by word, those that differ first."""
    return [
        {
            "label": word,
            "first": _words(call, sides.first, word),
            "second": _words(call, sides.second, word),
            "differs": word in sides.differs,
        }
        for word in dict.fromkeys([*sides.differs, *sides.first.said, *sides.second.said])
    ]


def _words(call: Call, side: Side, word: str) -> str:
    said = side.said.get(word, "")
    if word != RESULT or side.batch is None:
        return said
    return result_words(said, side.batch.feed, call.policy)


def side_words(call: Call, sender: int, side: Side) -> dict[str, Any]:
    batch = side.batch
    readable = batch is not None and bool(call.may(Verb.READ_BATCH, call.of(batch.organisation_id)))
    return {
        "unit": call.tree.name(sender),
        "batch": number_of(batch) if batch else "",
        "url": reverse("office:batch", kwargs={"batch": batch.public_id}) if batch and readable else "",
        "row_no": side.row_no,
    }


def _why_not(call: Call, one: Conflict, sides: Compared) -> str:
    """Why this person is not asked; empty where the form is shown."""
    if one.state != ConflictState.OPEN:
        return "已经处理。"
    if answers_for_a_side(call.user, sides):
        return "其中一方是您自己或本单位系统报送的，须由另一人决定。"
    both = (one.first_sender_id, one.second_sender_id)
    if not all(call.may(Verb.DECIDE_QUARANTINE, call.of(sender)) for sender in both):
        return "由能够决定两个单位数据的决定人处理。"
    return ""
