"""The register of commitments in the office: what was taken, by month; what lacks; what was not kept; the figures."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header

from xinheng.core.collection_cycle import Span
from xinheng.core.commitment_flow import LATE
from xinheng.core.commitment_register import (
    Counted,
    Outcome,
    by_four,
    kept_per_mille,
    replacing_per_mille,
)
from xinheng.core.days import add_months
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, Owned, asks
from xinheng.interfaces.office.members import ASSOCIATION
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.paging import chosen, newest_first
from xinheng.interfaces.web.figures import per_mille
from xinheng.interfaces.web.letter_fields import ANSWER, letter_field
from xinheng.interfaces.web.parts import Cell, Column, Crumb, Filter, Option, Table
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.cases import state_title
from xinheng.services.commitments_bulk import BULK, take_of_members
from xinheng.services.commitments_checks import begin_check
from xinheng.services.commitments_figures import BREACHED, counted, gaps_of, register_workbook
from xinheng.services.commitments_lists import letters_in_force
from xinheng.services.members import members_on
from xinheng.store.commitments import Commitment
from xinheng.store.organisations import Organisation

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STATES = {"open": "未到核查或正在核查", "full": "全部履行", "breach": "部分或全部未履行"}


def _commitment(public_id: str) -> Commitment | None:
    kept = Commitment.objects.select_related("subject", "organisation", "case")
    return kept.filter(public_id=public_id).first()


COMMITMENT = Owned("commitment", _commitment, lambda call, one: call.of(one.organisation_id))


def _month(text: str) -> Span | None:
    """The month written as ``2026-11``; None for anything else."""
    try:
        start = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return _from(start)


def _from(start: date) -> Span:
    return Span(start, add_months(start, 1))


@asks(Verb.READ_CASE)
def commitments(call: Call) -> HttpResponse:
    """Newest first; the month's register is taken out from here."""
    units = call.reach(Verb.READ_CASE)
    month = _month(call.request.GET.get("month", "")) or _from(call.today.replace(day=1))
    titles = call.policy.commitments.titles
    rows = Commitment.objects.filter(
        organisation__in=units, committed_on__gte=month.start, committed_on__lt=month.end
    )
    if kind := chosen(call.request, "kind", titles):
        rows = rows.filter(kind=kind)
    state = chosen(call.request, "state", STATES)
    if state == "breach":
        rows = rows.filter(outcome__in=BREACHED)
    elif state:
        rows = rows.filter(outcome="" if state == "open" else state)
    page, paging = newest_first(rows.select_related("subject", "organisation", "case"), call.request)
    gaps = gaps_of(units, month, policy=call.policy)
    context = {
        "lines": [_line(call, one) for one in page],
        "paging": paging,
        "filters": _filters(call, month, titles),
        "reset_url": reverse("office:commitments"),
        "take_url": reverse("office:take_commitment") if call.may_somewhere(Verb.ASSIST_ENTERPRISE) else "",
        "breaches_url": reverse("office:breaches"),
        "figures_url": reverse("office:commitment_figures"),
        "lists_url": reverse("office:promise_lists"),
        "scans_url": reverse("office:scan_bundles"),
        "gaps": [{"code": one.commitment.code, "columns": "、".join(one.columns)} for one in gaps[:20]],
        "gaps_total": len(gaps),
        "month": f"{month.start:%Y-%m}",
        "export_url": reverse("office:commitment_register")
        if call.may_somewhere(Verb.EXPORT_RECORDS)
        else "",
    }
    return call.render("commitments", context)


def _filters(call: Call, month: Span, titles: Mapping[str, str]) -> list[Filter]:
    value = call.request.GET.get
    whole = Option("", "全部")
    return [
        Filter("month", "月份", "month", f"{month.start:%Y-%m}"),
        Filter(
            "kind",
            "承诺类型",
            "select",
            value("kind", ""),
            [whole, *(Option(*one) for one in titles.items())],
        ),
        Filter(
            "state",
            "履行情况",
            "select",
            value("state", ""),
            [whole, *(Option(*one) for one in STATES.items())],
        ),
    ]


def _line(call: Call, one: Commitment) -> dict[str, Any]:
    return {
        "name": one.subject.name,
        "title": one.title,
        "type": call.policy.commitments.titles.get(one.kind, one.kind),
        "code": one.code or "未登记",
        "on": one.committed_on,
        "unit": call.tree.name(one.organisation_id),
        "state": _state(one),
        "promised": _promised(one),
        "tone": "decide"
        if one.outcome in BREACHED or (one.case and one.case.state == LATE)
        else ("done" if one.outcome else "clock"),
        "case_url": reverse("office:case", kwargs={"number": one.case.number}) if one.case else "",
        "check_url": ""
        if one.case or not one.code
        else reverse("office:check_commitment", kwargs={"commitment": one.public_id}),
    }


def _state(one: Commitment) -> str:
    """What was found; before that where its case stands."""
    if one.outcome:
        return Outcome(one.outcome).label
    if one.code or one.case is None:
        return "待核查"
    return state_title(one.case)


def _promised(one: Commitment) -> str:
    """The day promised for what is missing, while its case is open."""
    waits = one.promised_on and not one.code and one.case and one.case.closed_at is None
    return f"承诺 {one.promised_on} 补齐" if waits else ""


@asks(Verb.DRAFT_CASE, of=COMMITMENT, methods=("POST",))
@once
def check_commitment(call: Call, commitment: Commitment) -> HttpResponse:
    """Begin to check a commitment that came without a case."""
    case = begin_check(commitment, actor=call.user, policy=call.policy, now=call.now)
    return redirect("office:case", number=case.number)


@asks(Verb.EXPORT_RECORDS, methods=("POST",))
def commitment_register(call: Call) -> HttpResponse:
    """The month's register and the table of those not kept, as a workbook."""
    month = _month(call.request.POST.get("month", ""))
    if month is None:
        raise Refusal("CM51", "月份没有写对。", advice="月份写作 2026-11。")
    content = register_workbook(
        call.reach(Verb.EXPORT_RECORDS), month, actor=call.user, policy=call.policy, now=call.now
    )
    response = HttpResponse(content, content_type=XLSX)
    name = f"{call.policy.city.name}{month.start:%Y年%m月}信用承诺登记表.xlsx"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


@asks(Verb.READ_CASE)
def commitment_figures(call: Call) -> HttpResponse:
    """Figures of a year by unit and type."""
    text = call.request.GET.get("year", "")
    known = len(text) == 4 and text.isdecimal() and 2000 <= int(text) <= call.today.year
    year = int(text) if known else call.today.year
    rows = counted(call.reach(Verb.READ_CASE), from_on=date(year, 1, 1), to_on=date(year + 1, 1, 1))
    rules = call.policy.commitments
    context = {
        "crumbs": [Crumb("信用承诺", reverse("office:commitments")), Crumb("统计")],
        "year": year,
        "previous_url": f"?year={year - 1}",
        "facts": [
            ("登记的承诺", f"{sum(row.taken for row in rows)} 份"),
            ("履约率（全部履行 ÷ 已核查）", _share(kept_per_mille(rows))),
            ("审批替代承诺占比", _share(replacing_per_mille(rows, rules))),
            ("未履行", f"{sum(row.breached for row in rows)} 份"),
        ],
        "table": _figures(call, rows),
        "four": [(rules.four[key].title, number) for key, number in by_four(rows, rules).items()],
    }
    return call.render("commitment_figures", context)


def _share(value: int | None) -> str:
    return "—" if value is None else per_mille(value)


def _figures(call: Call, rows: list[Counted]) -> Table:
    titles = call.policy.commitments.titles
    lines = [
        [
            Cell(call.tree.name(row.unit)),
            Cell(titles.get(row.kind, row.kind)),
            *(Cell(str(number)) for number in (row.taken, row.checked, row.kept, row.breached)),
        ]
        for row in rows
    ]
    columns = [
        Column("受理单位"),
        Column("承诺类型"),
        *(Column(one, "number") for one in ("登记", "已核查", "全部履行", "未履行")),
    ]
    return Table("各单位各类承诺", columns, lines, empty="这一年还没有登记承诺。")


class MembersForm(forms.Form):
    """Who signed which letter of the association."""

    letter = forms.ChoiceField(label="承诺书")
    members = forms.MultipleChoiceField(
        label="已签署的会员", widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请勾选已经签署承诺书的会员。"},
    )  # fmt: skip

    def __init__(
        self, letters: Mapping[str, str], members: list[tuple[str, str]], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["letter"].choices = list(letters.items())  # type: ignore[attr-defined]
        self.fields["members"].choices = members  # type: ignore[attr-defined]


@asks(Verb.KEEP_MEMBERS, of=ASSOCIATION, methods=("GET", "POST"))
@once
def member_commitments(call: Call, association: Organisation) -> HttpResponse:
    """An association enters what its members signed."""
    held = {
        key: one.letter
        for key, one in letters_in_force(policy=call.policy, on=call.today).items()
        if one.letter.kind == BULK
    }
    living = members_on(association, call.today).select_related("subject").order_by("subject__name")
    people = [(one.subject.public_id, one.subject.name) for one in living]
    name = call.tree.name(association.pk)
    posted = call.request.method == "POST"
    form = MembersForm(
        {key: one.title for key, one in held.items()}, people, call.request.POST if posted else None
    )
    wanted = held.get(call.request.POST.get("letter", next(iter(held), "")))
    for field in wanted.fields if wanted else ():
        form.fields[ANSWER + field.key] = letter_field(field)
        form.initial[ANSWER + field.key] = name if field.key == "association" else ""
    if posted and wanted and form.is_valid():
        with refusals_on(form):
            made = take_of_members(
                association,
                form.cleaned_data["members"],
                letter=wanted.key,
                answers={one.key: form.cleaned_data[ANSWER + one.key] for one in wanted.fields},
                actor=call.user,
                policy=call.policy,
                now=call.now,
            )
            call.tell(f"已登记 {len(made)} 份会员承诺。")
            return redirect("office:members", association=association.public_id)
    context = {
        "crumbs": [Crumb("协会与会员", reverse("office:associations")), Crumb(name), Crumb("会员承诺")],
        "title": f"{name}会员承诺",
        "lead": "只登记已经签署的会员；登记后各有编码和记录。",
        "form": form,
    }
    return call.render("commitment_members", context)
