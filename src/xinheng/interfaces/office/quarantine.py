"""Rows that a person must decide: the list, and one row with what was sent, what is wrong, and the decision."""

from datetime import date
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.days import last_day_held
from xinheng.core.feeds import Feed, Target
from xinheng.core.names import normalise_name
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.owned import ROW, SUBJECT
from xinheng.interfaces.office.paging import oldest_first
from xinheng.interfaces.office.quality_conflicts import side_words, words_beside
from xinheng.interfaces.office.rows import PAGE, returned_rows, row_filters, rows_of
from xinheng.interfaces.office.wording import ROW_TONES, feed_title, problem_words
from xinheng.interfaces.web.figures import count
from xinheng.interfaces.web.parts import Crumb, Filter, Option, Tile
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.batches import answers_for, number_of
from xinheng.services.late_corrections import beside, take_correction
from xinheng.services.previews import LABELS, normal_header, reading
from xinheng.services.returns import adopt_row, send_back
from xinheng.store.batches import Batch, ReturnedRow, ReturnedState
from xinheng.store.organisations import Organisation
from xinheng.store.quality import Conflict, ConflictState
from xinheng.store.subjects import Subject

_READ = (Verb.DECIDE_QUARANTINE, Verb.PROPOSE_QUARANTINE, Verb.READ_BATCH)
_COLUMNS = {
    LABELS[target]: target.value
    for target in (
        Target.CODE,
        Target.NAME,
        Target.DOCUMENT_NO,
        Target.DECIDED_ON,
        Target.VALID_FROM,
        Target.VALID_TO,
        Target.AUTHORITY,
        Target.TITLE,
    )
}
"""Columns of the record by the word for them; amounts and classes are kept in other units and left out."""
_ADOPT = ("adopt", "采纳：代码和名称属于同一主体，名称记为该主体的名称")
_CORRECT = ("correct", "采纳为更正：以后报的内容为准，原来的版本保留")
_RETURN = ("return", "退回报送单位更正")


class DecisionForm(forms.Form):
    """What becomes of the row, with the reason for sender and auditors."""

    decision = forms.ChoiceField(
        label="这一行",
        choices=[_RETURN],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择采纳或退回。"},
    )
    reason = forms.CharField(
        label="理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "请写明理由。"},
    )

    ground = forms.CharField(
        label="所依据的文书",
        required=False,
        max_length=200,
        help_text="采纳为更正的，写明核对所依据的文书，例如决定书原件的文号。",
    )

    def __init__(self, row: ReturnedRow, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sides = beside(row)
        if self.sides is None:
            del self.fields["ground"]
        else:
            self.fields["decision"].choices = [_CORRECT, _RETURN]  # type: ignore[attr-defined]
            return
        if row.codes == ["E17"] and row.normalised is not None:
            self.fields["decision"].choices = [_ADOPT, _RETURN]  # type: ignore[attr-defined]
        else:
            self.initial["decision"] = "return"


@asks(*_READ)
def quarantine(call: Call) -> HttpResponse:
    reached = frozenset[int]().union(*(call.reach(verb) for verb in _READ))
    rows = ReturnedRow.objects.filter(batch__organisation__in=reached)
    if unit := call.request.GET.get("organisation", ""):
        rows = rows.filter(batch__organisation__public_id=unit)
    batch = Batch.objects.filter(public_id=call.request.GET.get("batch", "")).first()
    if batch is not None:
        rows = rows.filter(batch=batch)
    if "state" not in call.request.GET:
        rows = rows.filter(state=ReturnedState.WAITING)
    page, paging = oldest_first(rows_of(call, rows), call.request, size=PAGE)
    context = {
        "filters": [_units(call, reached), *row_filters(call)],
        "reset_url": reverse("office:quarantine"),
        "export_url": "",
        "tiles": _tiles(reached),
        "rows": returned_rows(call, page),
        "paging": paging,
        "show_batch": True,
        "of_batch": number_of(batch) if batch else "",
    }
    return call.render("quarantine", context)


def _units(call: Call, reached: frozenset[int]) -> Filter:
    senders = Organisation.objects.filter(pk__in=reached, batches__isnull=False).distinct().order_by("pk")
    options = [Option(unit.public_id, call.tree.name(unit.pk)) for unit in senders]
    value = call.request.GET.get("organisation", "")
    return Filter("organisation", "单位", "select", value, [Option("", "全部"), *options])


def _tiles(reached: frozenset[int]) -> list[Tile]:
    here = reverse("office:quarantine")
    kept = ReturnedRow.objects.filter(batch__organisation__in=reached)
    waiting = kept.filter(state=ReturnedState.WAITING)
    number = waiting.count()
    return [
        Tile("待处理", count(number), url=here, attention=number > 0),
        Tile(
            "代码与名称不一致",
            count(waiting.filter(codes__contains=["E17"]).count()),
            url=f"{here}?code=E17&state=waiting",
        ),
        Tile("已采纳", count(kept.filter(state="accepted").count()), url=f"{here}?state=accepted"),
        Tile("已退回", count(kept.filter(state="returned").count()), url=f"{here}?state=returned"),
    ]


@asks(*_READ, of=ROW)
def quarantined(call: Call, row: ReturnedRow) -> HttpResponse:
    form = DecisionForm(row) if _may_decide(call, row) else None
    return _page(call, row, form)


@asks(Verb.DECIDE_QUARANTINE, of=ROW, methods=("POST",))
@once
def decide(call: Call, row: ReturnedRow) -> HttpResponse:
    """Adopt the row or send it back; nobody decides rows of the own delivery."""
    form = DecisionForm(row, call.request.POST)
    if form.is_valid():
        with refusals_on(form):
            told = _act(call, row, form.cleaned_data)
            following = _neighbour(call, row, forward=True)
            call.tell(f"批次 {number_of(row.batch)} 第 {row.row_no} 行已决定。{told}")
            return redirect(following) if following else redirect("office:quarantine")
    return _page(call, row, form)


def _act(call: Call, row: ReturnedRow, given: dict[str, str]) -> str:
    """What is still to be done for the enterprise, if anything."""
    if given["decision"] == "correct":
        why = {"reason": given["reason"], "ground": given["ground"]}
        case = take_correction(row.pk, actor=call.user, policy=call.policy, now=call.now, **why)
        return f"更正后对企业更为不利，请在 {case.number} 签发、送达《信用信息更正告知书》。" if case else ""
    act = adopt_row if given["decision"] == "adopt" else send_back
    act(row.pk, actor=call.user, reason=given["reason"], now=call.now)
    return ""


def _may_decide(call: Call, row: ReturnedRow) -> bool:
    own = answers_for(call.user, row.batch)
    waiting = row.state == ReturnedState.WAITING
    return waiting and not own and bool(call.may(Verb.DECIDE_QUARANTINE, call.of(row.batch.organisation_id)))


def _page(call: Call, row: ReturnedRow, form: DecisionForm | None) -> HttpResponse:
    context = {
        "crumbs": [Crumb("待处理的行", reverse("office:quarantine")), Crumb(f"第 {row.row_no} 行")],
        "row": _shown(call, row),
        "problems": [_problem(call, problem) for problem in row.problems],
        "fields": _fields(call, row),
        "candidates": _candidates(call, row),
        "before": _before(call, row),
        "conflict_url": _conflict_url(call, row),
        "form": form,
        "decide_url": reverse("office:decide_row", kwargs={"row": row.pk}),
        "why_not": "" if form else _why_not(call, row),
        "previous_url": _neighbour(call, row, forward=False),
        "next_url": _neighbour(call, row, forward=True),
    }
    return call.render("quarantine_row", context)


def _before(call: Call, row: ReturnedRow) -> dict[str, Any] | None:
    """What the same sender told of the act before, beside what the row says."""
    sides = beside(row)
    if sides is None:
        return None
    unit = row.batch.organisation_id
    return {"first": side_words(call, unit, sides.first), "words": words_beside(call, sides)}


def _conflict_url(call: Call, row: ReturnedRow) -> str:
    """Where it is decided between two departments; empty where the reader may not go there."""
    found = Conflict.objects.filter(row=row, state=ConflictState.OPEN).first()
    may = found is not None and any(
        call.may(verb, call.of(found.first_sender_id))
        for verb in (Verb.DECIDE_QUARANTINE, Verb.PROPOSE_QUARANTINE)
    )
    return reverse("office:conflict", kwargs={"conflict": found.public_id}) if found and may else ""


def _why_not(call: Call, row: ReturnedRow) -> str:
    """Why this person is not asked for a decision."""
    if row.state != ReturnedState.WAITING:
        return ""
    if answers_for(call.user, row.batch):
        return "这是您自己或本单位系统报送的批次，须由另一人决定。"
    return "由决定人处理。"


def _shown(call: Call, row: ReturnedRow) -> dict[str, Any]:
    state = ReturnedState(row.state)
    return {
        "row_no": row.row_no,
        "batch": number_of(row.batch),
        "batch_url": reverse("office:batch", kwargs={"batch": row.batch.public_id}),
        "unit": call.tree.name(row.batch.organisation_id),
        "feed": feed_title(row.batch.feed, call.policy),
        "state": state.label,
        "tone": ROW_TONES[state],
        "decided_by": row.decided_by.display_name if row.decided_by else "",
        "decided_at": row.decided_at,
        "reason": row.reason,
    }


def _problem(call: Call, problem: dict[str, str]) -> dict[str, Any]:
    return {
        **problem_words(problem["code"], call.policy),
        "field": problem.get("field", ""),
        "value": "",
        "message": problem.get("message", ""),
    }


def _fields(call: Call, row: ReturnedRow) -> list[dict[str, Any]]:
    """The masked cells in the order of the format, each with what it was read as."""
    wrong = {problem.get("field", ""): problem["code"] for problem in row.problems}
    feed = call.policy.feeds.get(row.batch.feed)
    labels = reading(feed) if feed else {}
    order = list(labels)
    sent = row.original or {}
    places = {header: normal_header(header) for header in sent}
    headers = sorted(
        sent, key=lambda header: order.index(places[header]) if places[header] in labels else 999
    )
    read = _read_of(row, feed)
    return [_field(row, header, labels.get(places[header], ""), wrong, read) for header in headers]


def _read_of(row: ReturnedRow, feed: Feed | None) -> dict[str, Any]:
    """The row as it was read, its end as its column says it."""
    read = dict(row.normalised or {})
    column = feed.columns.get(Target.VALID_TO) if feed else None
    if read.get("valid_to") and not (column and column.says_first_day_off):
        began = read.get("valid_from") or read.get("decided_on")
        stop = date.fromisoformat(read["valid_to"])
        read["valid_to"] = last_day_held(stop, began=date.fromisoformat(began) if began else None)
    return read


def _field(
    row: ReturnedRow, header: str, label: str, wrong: dict[str, str], known: dict[str, Any]
) -> dict[str, Any]:
    sent = str((row.original or {}).get(header) or "")
    read = known.get(_COLUMNS.get(label, ""))
    value = "" if read is None else str(read)
    return {
        "label": header,
        "original": sent,
        "proposed": value or (sent if label else "不读"),
        "changed": bool(value) and value != sent,
        "problem": wrong.get(header, ""),
    }


def _candidates(call: Call, row: ReturnedRow) -> list[dict[str, str]]:
    """Whom the row may mean: who has its code, and who bears its name; ``url`` is empty where the file is not for the reader."""
    read = row.normalised or {}
    found: dict[int, dict[str, str]] = {}
    for why, subjects in (
        ("代码相同", Subject.objects.filter(code=read.get("code") or "-")),
        (
            "名称相同",
            Subject.objects.filter(names__normalised=normalise_name(read.get("name") or "-")).distinct(),
        ),
    ):
        for subject in subjects[:3]:
            seen = call.may(Verb.READ_SUBJECT_FILE, SUBJECT.target(call, subject))
            url = reverse("office:subject", kwargs={"subject": subject.public_id}) if seen else ""
            told = {"name": subject.name, "code": subject.code or "", "url": url, "why": why}
            found.setdefault(subject.pk, told)
    return list(found.values())


def _neighbour(call: Call, row: ReturnedRow, *, forward: bool) -> str:
    """The next waiting row of the same batch."""
    rows = ReturnedRow.objects.filter(batch=row.batch, state=ReturnedState.WAITING)
    found = (
        rows.filter(pk__gt=row.pk).order_by("pk") if forward else rows.filter(pk__lt=row.pk).order_by("-pk")
    )
    other = found.first()
    return reverse("office:quarantined", kwargs={"row": other.pk}) if other else ""
