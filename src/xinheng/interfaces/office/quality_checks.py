"""Look-ups at the source: rows of a department compared with its site or case system, from which come the rates of
concealment and error."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.quality_score import Sample
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.paging import newest_first
from xinheng.interfaces.office.quality_tables import exported, exports, pages
from xinheng.interfaces.office.units import choices_of, units_reached
from xinheng.interfaces.office.wording import item_title
from xinheng.interfaces.web.figures import count
from xinheng.interfaces.web.parts import Cell, Column, Table, Tile
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.quality import enter_check, samples
from xinheng.store.quality import FindingKind, SpotCheck

_PAGE = 20


class CheckForm(forms.Form):
    """What was looked up, and what was not in order: one document number a line."""

    organisation = forms.ChoiceField(label="单位")
    item = forms.ChoiceField(label="目录项")
    checked_on = forms.DateField(
        label="核对日期",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": "请填写核对日期。", "invalid": "请按 2026-11-20 的样子填写。"},
    )
    place = forms.CharField(
        label="核对的来源", max_length=200, error_messages={"required": "请写明核对的网站或系统。"}
    )
    sampled = forms.IntegerField(
        label="抽查行数",
        min_value=1,
        max_value=100_000,
        error_messages={"required": "请填写抽查行数。", "min_value": "抽查行数须大于零。"},
    )
    concealed = forms.CharField(
        label="应报未报的文书号", required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    wrong = forms.CharField(
        label="报送有误的文书号", required=False, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, call: Call, units: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].choices = choices_of(call, units)  # type: ignore[attr-defined]
        items = [(str(item.number), item.title) for item in call.policy.catalogue.items.values()]
        self.fields["item"].choices = items  # type: ignore[attr-defined]


@asks(Verb.PROPOSE_QUARANTINE, Verb.READ_DASHBOARD)
def spot_checks(call: Call) -> HttpResponse:
    units = units_reached(call, Verb.PROPOSE_QUARANTINE)
    return _page(call, CheckForm(call, units) if units else None)


@asks(Verb.PROPOSE_QUARANTINE, methods=("POST",))
@once
def add_check(call: Call) -> HttpResponse:
    units = units_reached(call, Verb.PROPOSE_QUARANTINE)
    form = CheckForm(call, units, call.request.POST)
    if form.is_valid():
        given = form.cleaned_data
        findings: dict[str, list[str]] = {
            FindingKind.CONCEALED: given["concealed"].splitlines(),
            FindingKind.WRONG: given["wrong"].splitlines(),
        }
        with refusals_on(form):
            enter_check(
                units[given["organisation"]],
                item=int(given["item"]),
                checked_on=given["checked_on"],
                place=given["place"],
                sampled=given["sampled"],
                findings=findings,
                actor=call.user,
                now=call.now,
            )
            call.tell("已登记抽查结果。")
            return redirect("office:spot_checks")
    return _page(call, form)


def _page(call: Call, form: CheckForm | None) -> HttpResponse:
    reached = call.reach(Verb.PROPOSE_QUARANTINE) | call.reach(Verb.READ_DASHBOARD)
    checks = SpotCheck.objects.filter(organisation__in=reached).prefetch_related("findings")
    page, paging = newest_first(checks, call.request, size=_PAGE)
    head = ("核对日期", "单位", "目录项", "来源", "抽查", "应报未报", "瞒报率", "有误", "错报率")
    rows = [_row(call, check) for check in page]
    if file := exported(call, f"抽查核对-{call.today}", head, rows):
        return file
    kinds = ("day", "text", "text", "text", "number", "text", "number", "text", "number")
    columns = [Column(label, kind) for label, kind in zip(head, kinds, strict=True)]
    whole = sum(samples(reached, since=None, until=None).values(), Sample())
    cells: list[list[Cell | str]] = [list(row) for row in rows]
    context = {
        "pages": pages(call),
        "exports": exports(call),
        "tiles": [
            Tile("抽查", count(whole.sampled), unit="行"),
            Tile("瞒报率", whole.concealment.written, definition=f"应报未报 {count(whole.concealed)} 行"),
            Tile("错报率", whole.error.written, definition=f"报送有误 {count(whole.wrong)} 行"),
        ],
        "table": Table(
            "抽查记录", columns, cells, empty="还没有登记抽查。", paging=paging, caption_hidden=True
        ),
        "form": form,
        "add_url": reverse("office:add_check"),
    }
    return call.render("spot_checks", context)


def _row(call: Call, check: SpotCheck) -> list[str]:
    found: dict[str, list[str]] = {kind: [] for kind in FindingKind.values}
    for one in check.findings.all():
        found[one.kind].append(one.document_no)
    concealed, wrong = found[FindingKind.CONCEALED], found[FindingKind.WRONG]
    sample = Sample(check.sampled, len(concealed), len(wrong))
    return [
        f"{check.checked_on}",
        call.tree.name(check.organisation_id),
        item_title(check.item, call.policy),
        check.place,
        count(check.sampled),
        "、".join(concealed) or "—",
        sample.concealment.written,
        "、".join(wrong) or "—",
        sample.error.written,
    ]
