"""Records that lack their scan, by sender, and the bundles of a month's scans for a receiver with manifest and receipt."""

from datetime import date
from typing import Any

from django import forms
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header

from xinheng.core.access import Target
from xinheng.core.attachments import Target as Thing
from xinheng.core.collection_cycle import Span
from xinheng.core.days import add_months
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, Owned, asks
from xinheng.interfaces.office.form_page import form_page
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.paging import newest_first
from xinheng.interfaces.office.units import choices_of, units_reached
from xinheng.interfaces.office.wording import item_title
from xinheng.interfaces.web.figures import count
from xinheng.interfaces.web.parts import Cell, Column, Crumb, Filter, Option, Table, Tile
from xinheng.interfaces.web.refusals import Beside, refusals_on
from xinheng.services.scans import (
    BundleOrder,
    bundle_stream,
    items_with_scans,
    make_bundle,
    missing_by_sender,
    missing_scans,
    month_of,
    needs,
    receive_bundle,
)
from xinheng.store.attachments import ScanBundle
from xinheng.store.records import Record

MIB = 1024 * 1024
_NEEDS = {"required": "必须附", "optional": "可以附"}


def _find(public_id: str) -> ScanBundle | None:
    return ScanBundle.objects.select_related("index", "organisation").filter(public_id=public_id).first()


def _of_bundle(call: Call, bundle: ScanBundle) -> Target:
    return call.of(bundle.organisation_id)


BUNDLE = Owned("bundle", _find, _of_bundle)


@asks(Verb.IMPORT_FILE, Verb.READ_BATCH)
def scans(call: Call) -> HttpResponse:
    reached = call.reach(Verb.READ_BATCH)
    lacking = missing_by_sender(reached, policy=call.policy)
    wanted = call.request.GET.get("organisation", "")
    units = {key: unit for key, unit in units_reached(call, Verb.READ_BATCH).items() if unit.pk in lacking}
    chosen = {units[wanted].pk} if wanted in units else reached
    rows = missing_scans(chosen, policy=call.policy).select_related("subject", "detail", "batch")
    page, paging = newest_first(rows, call.request)
    here = reverse("office:scans")
    options = [Option("", "全部"), *(Option(*one) for one in choices_of(call, units))]
    context = {
        "crumbs": [Crumb("扫描件")],
        "asked": _asked(call),
        "filters": [Filter("organisation", "单位", "select", wanted, options)],
        "reset_url": here,
        "tiles": [Tile("缺扫描件的记录", count(sum(lacking.values())), url=here, attention=bool(lacking))],
        "senders": Table(
            "缺扫描件，按单位",
            [Column("单位"), Column("缺", "number")],
            [
                [call.tree.name(unit.pk), Cell(count(lacking[unit.pk]), f"{here}?organisation={key}")]
                for key, unit in sorted(units.items(), key=lambda pair: -lacking[pair[1].pk])
            ],
            empty="没有单位缺扫描件。",
            caption_hidden=True,
        ),
        "rows": Table(
            "缺扫描件的记录",
            [*(Column("文号或编码"), Column("主体"), Column("日期", "day"), Column("单位"), Column("办理"))],
            [_row(call, record) for record in page],
            empty="没有缺扫描件的记录。",
            paging=paging,
            caption_hidden=True,
        ),
        "bundles_url": reverse("office:scan_bundles") if call.may_somewhere(Verb.EXPORT_RECORDS) else "",
    }
    return call.render("scans", context)


def _asked(call: Call) -> list[dict[str, str]]:
    found = sorted(needs(call.policy).items(), key=lambda pair: (pair[1], pair[0]))
    return [{"title": call.policy.feeds[key].title, "need": _NEEDS[need]} for key, need in found]


def _row(call: Call, record: Record) -> list[Cell | str]:
    unit = record.batch.organisation_id if record.batch else 0
    put = reverse("office:attachments", kwargs={"target": Thing.RECORD.value, "key": f"{record.record_key}"})
    may = bool(call.may(Verb.IMPORT_FILE, call.of(unit)))
    return [
        record.detail.document_no or "—",
        record.subject.name,
        f"{record.decided_on or '—'}",
        call.tree.name(unit),
        Cell("附上" if may else "查看", put),
    ]


class BundleForm(forms.Form):
    """Which scans are handed on, and to whom."""

    item = forms.TypedChoiceField(label="目录项", coerce=int)
    month = forms.CharField(label="月份", widget=forms.DateInput(attrs={"type": "month"}))
    organisation = forms.ChoiceField(label="报送单位", required=False)
    reason = forms.CharField(
        label="接收单位和用途", max_length=200, error_messages={"required": "请写明接收单位和用途。"}
    )

    def __init__(self, call: Call, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = units_reached(call, Verb.EXPORT_RECORDS)
        items = [(number, item_title(number, call.policy)) for number in _items(call)]
        self.fields["item"].choices = items  # type: ignore[attr-defined]
        self.fields["organisation"].choices = [("", "全部单位"), *choices_of(call, self.units)]  # type: ignore[attr-defined]
        self.fields["month"].initial = f"{month_of(call.today).start:%Y-%m}"

    def clean_month(self) -> Span:
        try:
            start = date.fromisoformat(f"{self.cleaned_data['month']}-01")
        except ValueError as error:
            raise forms.ValidationError("请按 2026-11 的样子填写月份。") from error
        return Span(start, add_months(start, 1))


def _items(call: Call) -> list[int]:
    """Items of which scans are asked come first, then the others of the catalogue."""
    asked = items_with_scans(call.policy)
    return [
        *asked,
        *sorted(one.number for one in call.policy.catalogue.items.values() if one.number not in asked),
    ]


@asks(Verb.EXPORT_RECORDS, methods=("GET", "POST"))
@once
def bundles(call: Call) -> HttpResponse:
    form = BundleForm(call, call.request.POST or None)
    if call.request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        chosen = form.units.get(given["organisation"])
        owner = chosen or call.user.organisation
        order = BundleOrder(
            units=frozenset({chosen.pk}) if chosen else call.reach(Verb.EXPORT_RECORDS),
            owner=owner,
            item=given["item"],
            month=given["month"],
            reason=given["reason"],
        )
        with refusals_on(form):
            call.demand(Verb.EXPORT_RECORDS, call.of(owner.pk))
            made = make_bundle(order, actor=call.user, policy=call.policy, now=call.now)
            call.tell(f"已生成移交包：{len(made.attachments)} 个扫描件，缺 {made.missing} 个。")
            return redirect("office:scan_bundles")
    return _page(call, form)


def _page(call: Call, form: BundleForm) -> HttpResponse:
    kept = ScanBundle.objects.filter(organisation__in=call.reach(Verb.EXPORT_RECORDS))
    page, paging = newest_first(kept.select_related("index", "made_by"), call.request, size=20)
    context = {
        "crumbs": [Crumb("扫描件", reverse("office:scans")), Crumb("移交包")],
        "form": form,
        "bundles": [_line(call, one) for one in page],
        "paging": paging,
    }
    return call.render("scan_bundles", context)


def _line(call: Call, one: ScanBundle) -> dict[str, Any]:
    here = {"bundle": one.public_id}
    kept = one.index.destroyed_at is None
    return {
        "item": item_title(one.item, call.policy),
        "month": f"{one.month:%Y-%m}",
        "unit": call.tree.name(one.organisation_id),
        "files": len(one.attachments),
        "missing": one.missing,
        "size": f"{one.files_size / MIB:.1f} MiB",
        "receipt": one.receipt,
        "reason": one.reason,
        "made_by": one.made_by.display_name,
        "made_at": one.made_at,
        "file_url": reverse("office:scan_bundle_file", kwargs=here) if kept else "",
        "received_by": one.received_by,
        "received_at": one.received_at,
        "receive_url": reverse("office:receive_bundle", kwargs=here) if one.received_at is None else "",
    }


@asks(Verb.EXPORT_RECORDS, of=BUNDLE)
def bundle_file(call: Call, bundle: ScanBundle) -> StreamingHttpResponse:
    """The ZIP, made while it is sent."""
    pieces = bundle_stream(bundle, actor=call.user, now=call.now)
    response = StreamingHttpResponse(pieces, content_type="application/zip")
    name = f"扫描件-{item_title(bundle.item, call.policy)}-{bundle.month:%Y-%m}.zip"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Cache-Control"] = "private, no-store"
    return response


class ReceiptForm(forms.Form):
    """Who took a bundle, and the digest that the receiver computed; what is wrong with either the verb says."""

    receiver = forms.CharField(label="接收单位和签收人", max_length=120, required=False)
    receipt = forms.CharField(label="签收方报回的回执", max_length=200, required=False)


_BESIDE: Beside = {"SB6": "receiver", "SB7": "receipt"}


@asks(Verb.EXPORT_RECORDS, of=BUNDLE, methods=("GET", "POST"))
@once
def receive(call: Call, bundle: ScanBundle) -> HttpResponse:
    """The receipt of one bundle. A wrong one is refused on a page of its own that keeps what was typed."""
    form = ReceiptForm(call.request.POST or None)
    if call.request.method == "POST" and form.is_valid():
        with refusals_on(form, _BESIDE):
            receive_bundle(bundle.public_id, **form.cleaned_data, actor=call.user, now=call.now)
            call.tell("已登记签收。")
            return redirect("office:scan_bundles")
    here = reverse("office:scan_bundles")
    crumbs = [Crumb("扫描件", reverse("office:scans")), Crumb("移交包", here), Crumb("登记签收")]
    lead = (
        f"{item_title(bundle.item, call.policy)}，{bundle.month:%Y-%m}，{len(bundle.attachments)} 个扫描件。"
    )
    return form_page(call, form, crumbs, heading="登记签收", lead=lead, button="登记签收")
