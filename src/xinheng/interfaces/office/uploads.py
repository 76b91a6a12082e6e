"""Upload, preview, confirmation and receipt of a delivered file.

The size is refused before the body is read; a body that was cut off on the way is not taken for a whole file. What
enters is decided by services.collect.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.csrf import csrf_exempt

from xinheng.core.attachments import Target
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.attachments_shown import part_of
from xinheng.interfaces.office.batches import shown
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.owned import BATCH
from xinheng.interfaces.office.reasons import NOT_READ, ways_on, why
from xinheng.interfaces.office.units import choices_of, units_reached
from xinheng.interfaces.office.wording import problem_words
from xinheng.interfaces.web.figures import count
from xinheng.interfaces.web.papers import MIB, read_to_disk
from xinheng.interfaces.web.parts import Crumb, Notice, Stage, Tile
from xinheng.interfaces.web.refusals import told
from xinheng.services.attachments import held
from xinheng.services.batches import needs_no_reading, number_of, receipt_of
from xinheng.services.collect import QUEUED, Delivery, confirm, confirm_later, preview, read_again
from xinheng.services.previews import FORESEEN, PREVIEW
from xinheng.services.sender_calls import receipt_holds
from xinheng.services.time import day_of
from xinheng.store.batches import Batch, BatchState
from xinheng.store.organisations import Organisation

AT_ONCE = 20_000
"""Rows that are loaded while the officer waits; more are left to the worker."""
_STEPS = ("上传", "预览", "确认", "回执")


class UploadForm(forms.Form):
    """The file, and for whom it is delivered where the officer may deliver for several."""

    file = forms.FileField(
        label="文件",
        error_messages={"required": "请选择一个文件。", "empty": "这个文件是空的，请重新导出后上传。"},
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx,.xls"}),
    )
    organisation = forms.ChoiceField(label="报送单位")
    feed = forms.ChoiceField(label="数据源", required=False)

    def __init__(self, call: Call, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = units_reached(call, Verb.IMPORT_FILE)
        feeds = sorted((feed.title, key) for key, feed in call.policy.feeds.items() if feed.item)
        self.fields["organisation"].choices = choices_of(call, self.units)  # type: ignore[attr-defined]
        self.fields["organisation"].initial = call.user.organisation.public_id
        self.fields["feed"].choices = [("", "自动识别"), *((key, title) for title, key in feeds)]  # type: ignore[attr-defined]


@csrf_exempt
@asks(Verb.IMPORT_FILE, methods=("GET", "POST"))
def upload(call: Call) -> HttpResponse:
    request = call.request
    if request.method != "POST":
        return _page(call, UploadForm(call))
    if refused := _too_large(request):
        return _page(call, _with(UploadForm(call), refused), status=413)
    return read_to_disk(request, lambda: _received(call))


def _too_large(request: HttpRequest) -> str:
    """Why the body is not read at all; empty when it may be."""
    length = request.META.get("CONTENT_LENGTH") or ""
    limit: int = settings.UPLOAD_BYTES
    if not length.isdecimal():
        return "上传没有注明大小，未接收。请用浏览器重新上传。"
    if int(length) > limit + MIB:
        return f"文件超过 {limit // MIB} MiB，未接收。请按月份或地区分成几个文件上传。"
    return ""


@once
def _received(call: Call) -> HttpResponse:
    request = call.request
    if request.POST.get("whole") != "1":
        raise Refusal(
            "F05", "上传在中途断开，文件不完整，没有收下。", advice="请检查网络后重新上传同一个文件。"
        )
    form = UploadForm(call, request.POST, request.FILES)
    if not form.is_valid():
        return _page(call, form)
    file = form.cleaned_data["file"]
    assert isinstance(file, TemporaryUploadedFile)
    organisation = form.units[form.cleaned_data["organisation"]]
    try:
        batch = preview(
            Path(file.temporary_file_path()),
            _delivery(call, organisation),
            name=file.name or "未命名",
            feed=form.cleaned_data["feed"] or None,
        )
    except Refusal as refusal:
        return _page(call, _with(form, told(refusal)))
    return _next(call, batch)


def _next(call: Call, batch: Batch) -> HttpResponse:
    """Where a received file leads: its preview, or what was done with it before."""
    if batch.state == BatchState.LOADED:
        call.tell("这个文件以前已经入库，这次没有新增内容。")
        if call.may(Verb.READ_BATCH, call.of(batch.organisation_id)):
            return redirect("office:receipt", batch=batch.public_id)
        return redirect("office:upload")
    return redirect("office:preview", batch=batch.public_id)


def _delivery(call: Call, organisation: Organisation) -> Delivery:
    return Delivery(policy=call.policy, organisation=organisation, actor=call.user, now=call.now)


def _with(form: UploadForm, sentence: str) -> UploadForm:
    if not form.is_bound:
        form.is_bound = True
        form.full_clean()
        form.errors.clear()
    form.add_error(None, sentence)
    return form


def _page(call: Call, form: UploadForm, *, status: int = 200) -> HttpResponse:
    limit: int = settings.UPLOAD_BYTES
    context = {
        "crumbs": [Crumb("批次", reverse("office:batches")), Crumb("上传文件")],
        "form": form,
        "limits": f"CSV、XLSX、XLS，不超过 {limit // MIB} MiB。",
        "stages": _stages(0, None),
    }
    return call.render("upload", context, status=status)


def _stages(now: int, batch: Batch | None) -> list[Stage]:
    on = day_of(batch.received_at) if batch else None
    return [
        Stage(
            name,
            "done" if place < now else "now" if place == now else "ahead",
            on=on if place < now else None,
        )
        for place, name in enumerate(_STEPS)
    ]


@asks(Verb.IMPORT_FILE, of=BATCH)
def preview_page(call: Call, batch: Batch) -> HttpResponse:
    if batch.state not in (BatchState.PREVIEW, BatchState.UNMAPPED, BatchState.UNREADABLE):
        return redirect("office:batch", batch=batch.public_id)
    return _preview(call, batch, forms.Form())


def _preview(call: Call, batch: Batch, form: forms.Form) -> HttpResponse:
    report, part = batch.report, {"batch": batch.public_id}
    seen: dict[str, Any] = report.get(PREVIEW, {})
    keys = ("format", "encoding", "header_row", "code_column", "name_column")
    context = {
        "crumbs": [Crumb("批次", reverse("office:batches")), Crumb(f"预览 {number_of(batch)}")],
        "stages": _stages(1, batch),
        "batch": {**shown(call, batch), **{key: report.get(key) for key in keys}},
        "tiles": _tiles(batch, seen),
        "columns": seen.get("columns", []),
        "problems": _problems(call, batch, seen),
        "notices": _notices(call, batch, seen),
        "form": form,
        "cancel_url": reverse("office:cancel_batch", kwargs=part),
        "confirm_url": reverse("office:confirm_batch", kwargs=part),
        "may_confirm": batch.state == BatchState.PREVIEW and QUEUED not in seen,
        "may_cancel": batch.state == BatchState.PREVIEW and QUEUED not in seen,
        "ways": _ways(call, batch),
        "readable": batch.state != BatchState.UNREADABLE,
        "unneeded": needs_no_reading(batch),
        "recognised": batch.state == BatchState.PREVIEW,
        "personal": report.get("personal_ids_found"),
        "attachments": part_of(call, held(Target.BATCH, batch.public_id)),
    }
    return call.render("preview", context)


def _ways(call: Call, batch: Batch) -> list[dict[str, Any]]:
    if batch.state not in NOT_READ:
        return []
    back = {"label": "返回批次列表", "url": reverse("office:batches"), "post": False}
    return [*ways_on(call, batch), *([back] if call.may_somewhere(Verb.READ_BATCH) else [])]


def _notices(call: Call, batch: Batch, seen: dict[str, Any]) -> list[Notice]:
    if QUEUED in seen:
        return [Notice("clock", "正在入库", "行数较多，由后台办理。过一会儿刷新本页，入库后可以看到回执。")]
    reason = why(call, batch)
    if reason is not None:
        return [reason]
    notes = [Notice("info", "提示", note) for note in seen.get("notes", []) if note][:3]
    foreseen = _foreseen(batch, seen)
    if foreseen["known"] and not foreseen["accepted"]:
        notes.insert(0, Notice("info", "没有新的行", "可以采纳的行都已在库中，确认后不会增加记录。"))
    return notes


def _foreseen(batch: Batch, seen: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"accepted": 0, "known": 0, "conflicts": {}} | seen.get(FORESEEN, {})
    return found


def _tiles(batch: Batch, seen: dict[str, Any]) -> list[Tile]:
    if batch.state in NOT_READ:
        return [Tile("文件行数", count(batch.rows)), Tile("暂存，没有读入", count(batch.returned))]
    foreseen = _foreseen(batch, seen)
    returned = batch.returned + sum(foreseen["conflicts"].values())
    return [
        Tile("文件行数", count(batch.rows)),
        Tile("可以入库", count(foreseen["accepted"]), definition="按现在的库内记录计算"),
        Tile("已在库中", count(foreseen["known"]), definition="以前报过，不再写入"),
        Tile("退回与待处理", count(returned), attention=returned > 0),
        Tile("文件内重复", count(batch.duplicates)),
    ]


def _problems(call: Call, batch: Batch, seen: dict[str, Any]) -> list[dict[str, Any]]:
    counts = Counter(batch.report.get("problems", {})) + Counter(_foreseen(batch, seen)["conflicts"])
    examples: dict[str, list[dict[str, Any]]] = seen.get("examples", {})
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [
        {**problem_words(code, call.policy), "count": number, "examples": examples.get(code, [])}
        for code, number in ordered
    ]


@asks(Verb.IMPORT_FILE, of=BATCH, methods=("POST",))
@once
def confirm_batch(call: Call, batch: Batch) -> HttpResponse:
    """Let the previewed rows in."""
    if batch.state != BatchState.PREVIEW:
        return _settled(call, batch)
    delivery = _delivery(call, batch.organisation)
    if batch.rows > AT_ONCE:
        confirm_later(batch.public_id, delivery)
        return redirect("office:preview", batch=batch.public_id)
    try:
        confirm(batch.public_id, delivery)
    except Refusal as refusal:
        batch.refresh_from_db()
        if batch.state != BatchState.PREVIEW:
            return _settled(call, batch)
        form = forms.Form({})
        form.full_clean()
        form.add_error(None, told(refusal))
        return _preview(call, batch, form)
    return redirect("office:receipt", batch=batch.public_id)


def _settled(call: Call, batch: Batch) -> HttpResponse:
    """Where a confirmation leads that comes after another window or person confirmed or cancelled the batch."""
    if batch.state == BatchState.LOADED:
        call.tell("这个批次已经确认过，已经入库；这次没有重复写入。")
    elif batch.state == BatchState.CANCELLED:
        call.tell("这个批次已经取消，没有入库。仍要报送的，请重新上传。")
    else:
        return redirect("office:preview", batch=batch.public_id)
    page = "office:receipt" if batch.state == BatchState.LOADED else "office:batch"
    may_read = call.may(Verb.READ_BATCH, call.of(batch.organisation_id))
    return redirect(page, batch=batch.public_id) if may_read else redirect("office:upload")


@asks(Verb.IMPORT_FILE, of=BATCH, methods=("POST",))
@once
def read_again_page(call: Call, batch: Batch) -> HttpResponse:
    """Read a file once more that no feed knew when it came."""
    read_again(batch.public_id, _delivery(call, batch.organisation))
    return redirect("office:preview", batch=batch.public_id)


@asks(Verb.READ_BATCH, of=BATCH)
def receipt(call: Call, batch: Batch) -> HttpResponse:
    if batch.state != BatchState.LOADED:
        return redirect("office:batch", batch=batch.public_id)
    if call.request.GET.get("format") == "json":
        return _as_file(batch)
    context = {
        "holds": receipt_holds(batch),
        "crumbs": [Crumb("批次", reverse("office:batches")), Crumb(f"回执 {number_of(batch)}")],
        "stages": _stages(4, batch),
        "batch": shown(call, batch),
        "workbook_url": reverse("office:workbook", kwargs={"batch": batch.public_id})
        if batch.workbook_id
        else "",
        "upload_url": reverse("office:upload") if call.may_somewhere(Verb.IMPORT_FILE) else "",
    }
    return call.render("receipt", context)


def _as_file(batch: Batch) -> HttpResponse:
    """The receipt to keep, with that over which it is the digest, so that anybody can compute it again."""
    told = {"number": number_of(batch), "receipt": batch.receipt, "receipt_of": receipt_of(batch)}
    response = HttpResponse(
        json.dumps(told, ensure_ascii=False, indent=1), content_type="application/json; charset=utf-8"
    )
    name = f"回执-{number_of(batch)}.json"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response
