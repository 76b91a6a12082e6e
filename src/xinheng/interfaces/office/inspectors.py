"""The library of inspectors: who may be drawn for checks, until when certified, for which lines.

What is kept of a person is the name, the certificate and the account (legal guards G7, G13).
"""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.owned import INSPECTOR
from xinheng.interfaces.office.paging import oldest_first
from xinheng.interfaces.office.units import choices_of, units_reached
from xinheng.interfaces.office.users import ReasonForm
from xinheng.interfaces.web.parts import Crumb, Filter, Option
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.inspectors import Entry, add_inspector, change_inspector, switch_off_inspector
from xinheng.services.statistics import ANYBODY
from xinheng.store.accounts import User
from xinheng.store.inspections import Inspector
from xinheng.store.organisations import Organisation

_STATES = {"taking": "参加抽取", "expired": "证件过期", "ended": "已停用"}


class InspectorForm(forms.Form):
    """One inspector. The certificate number stays as it was entered."""

    organisation = forms.ChoiceField(label="单位")
    name = forms.CharField(label="姓名", max_length=64, error_messages={"required": "请填写姓名。"})
    certificate_no = forms.RegexField(
        r"^[0-9A-Za-z-]{4,40}$",
        label="执法证件号",
        error_messages={
            "required": "请填写执法证件号。",
            "invalid": "证件号由 4 至 40 位字母、数字和横线组成。",
        },
    )
    certified_until = forms.DateField(
        label="证件有效期至",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": "请填写证件有效期。",
            "invalid": "日期请写成 2026-11-20 这样。",
        },
    )
    lines = forms.MultipleChoiceField(
        label="行业",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "至少要选一个行业。"},
    )
    account = forms.ChoiceField(label="账号", required=False)

    def __init__(self, call: Call, *args: Any, known: Inspector | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = known.organisation if known else None
        self.units = {own.public_id: own} if own else units_reached(call, Verb.MANAGE_INSPECTORS)
        people = User.objects.filter(organisation__in=self.units.values(), is_active=True).order_by("pk")
        self.people = {user.public_id: user for user in people}
        self._choose("organisation", choices_of(call, self.units))
        self._choose("lines", _lines(call, self.units.values(), held=known.lines if known else ()))
        self._choose(
            "account",
            [
                ("", "没有账号"),
                *((key, f"{user.display_name}（{user.username}）") for key, user in self.people.items()),
            ],
        )
        if known is not None:
            self.fields["certificate_no"].disabled = True
            self.fields["organisation"].disabled = True

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def entry(self) -> Entry:
        given = self.cleaned_data
        return Entry(
            organisation=self.units[given["organisation"]],
            certificate_no=given["certificate_no"],
            name=given["name"],
            lines=tuple(given["lines"]),
            certified_until=given["certified_until"],
            account=self.people.get(given["account"]),
        )


def _lines(call: Call, units: Iterable[Organisation], *, held: Iterable[str]) -> list[tuple[str, str]]:
    """The lines that the units are responsible for, and those held already; all where policy knows of none."""
    agencies = [call.policy.agencies.agencies.get(unit.key) for unit in units]
    own = {line for agency in agencies if agency for line in agency.sectors} - {ANYBODY}
    sectors = call.policy.sectors.sectors
    chosen = own | set(held) if own else set(sectors) - {ANYBODY}
    return [(key, sector.title) for key, sector in sectors.items() if key in chosen]


@asks(Verb.MANAGE_INSPECTORS)
def inspectors(call: Call) -> HttpResponse:
    reached = call.reach(Verb.MANAGE_INSPECTORS)
    state = call.request.GET.get("state", "")
    found = _in_state(call, Inspector.objects.filter(organisation__in=reached).select_related("user"), state)
    page, paging = oldest_first(found, call.request)
    options = [Option("", "全部"), *(Option(key, word) for key, word in _STATES.items())]
    context = {
        "filters": [Filter("state", "状态", "select", state if state in _STATES else "", options)],
        "reset_url": reverse("office:inspectors"),
        "new_url": reverse("office:new_inspector"),
        "inspectors": [_line(call, inspector) for inspector in page],
        "paging": paging,
    }
    return call.render("inspectors", context)


def _in_state(call: Call, found: QuerySet[Inspector], state: str) -> QuerySet[Inspector]:
    if state == "ended":
        return found.filter(lines=[])
    if state == "expired":
        return found.exclude(lines=[]).exclude(certified_until__gte=call.today)
    if state == "taking":
        return found.exclude(lines=[]).filter(certified_until__gte=call.today)
    return found


def _state(call: Call, inspector: Inspector) -> tuple[str, str]:
    if not inspector.lines:
        return _STATES["ended"], ""
    if inspector.certified_until is None or inspector.certified_until < call.today:
        return _STATES["expired"], "decide"
    return _STATES["taking"], "done"


def _line(call: Call, inspector: Inspector) -> dict[str, Any]:
    part, (state, tone) = {"inspector": inspector.pk}, _state(call, inspector)
    sectors = call.policy.sectors.sectors
    lines = [sectors[line].title if line in sectors else line for line in inspector.lines]
    return {
        "name": inspector.name,
        "url": reverse("office:inspector", kwargs=part),
        "certificate_no": inspector.certificate_no,
        "certified_until": inspector.certified_until,
        "unit": call.tree.name(inspector.organisation_id),
        "lines": "、".join(lines),
        "account": inspector.user.username if inspector.user else "",
        "state": state,
        "tone": tone,
        "end_url": reverse("office:end_inspector", kwargs=part) if inspector.lines else "",
    }


@asks(Verb.MANAGE_INSPECTORS, methods=("GET", "POST"))
@once
def new_inspector(call: Call) -> HttpResponse:
    """Enter somebody into the library."""
    initial = {"organisation": call.user.organisation.public_id}
    form = InspectorForm(call, call.request.POST or None, initial=initial)

    def act() -> None:
        entry = form.entry()
        call.demand(Verb.MANAGE_INSPECTORS, call.of(entry.organisation.pk))
        add_inspector(entry, actor=call.user, now=call.now, today=call.today)

    return _edited(call, form, act, heading="登记执法检查人员", button="登记")


@asks(Verb.MANAGE_INSPECTORS, of=INSPECTOR, methods=("GET", "POST"))
@once
def inspector(call: Call, inspector: Inspector) -> HttpResponse:
    """Change lines, term of the certificate, name or account."""
    initial = {
        "organisation": inspector.organisation.public_id,
        "name": inspector.name,
        "certificate_no": inspector.certificate_no,
        "certified_until": inspector.certified_until,
        "lines": inspector.lines,
        "account": inspector.user.public_id if inspector.user else "",
    }
    form = InspectorForm(call, call.request.POST or None, initial=initial, known=inspector)

    def act() -> None:
        change_inspector(inspector.pk, form.entry(), actor=call.user, now=call.now, today=call.today)

    return _edited(call, form, act, heading=f"修改：{inspector.name}", button="保存")


@asks(Verb.MANAGE_INSPECTORS, of=INSPECTOR, methods=("GET", "POST"))
@once
def end_inspector(call: Call, inspector: Inspector) -> HttpResponse:
    """Draw this person no more."""
    form = ReasonForm(call.request.POST or None)

    def act() -> None:
        reason = form.cleaned_data["reason"]
        switch_off_inspector(inspector.pk, reason=reason, actor=call.user, now=call.now)

    lead = "停用后不再参加抽取；以前的抽取记录不变。再次参加的，打开后重新选行业。"
    return _edited(call, form, act, heading=f"停用：{inspector.name}", button="停用", lead=lead)


def _edited(
    call: Call, form: forms.Form, act: Callable[[], None], *, heading: str, button: str, lead: str = ""
) -> HttpResponse:
    if call.request.method == "POST" and form.is_valid():
        with refusals_on(form):
            act()
            call.tell(f"{heading}，已保存。")
            return redirect("office:inspectors")
    context = {
        "crumbs": [Crumb("执法检查人员", reverse("office:inspectors")), Crumb(heading)],
        "heading": heading,
        "lead": lead or "只登记抽取所需的内容：姓名、证件、行业和账号。",
        "form": form,
        "button": button,
    }
    return call.render("inspector_form", context)
