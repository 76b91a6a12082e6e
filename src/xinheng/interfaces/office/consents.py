"""The register of consent in the office: entered with its paper, looked at with every use, taken back at once."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.access import Target
from xinheng.core.consent import Way
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.core.sharing import Purpose
from xinheng.interfaces.office.access import Call, Owned, asks
from xinheng.interfaces.office.exporting import stored
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.paging import newest_first
from xinheng.interfaces.office.wording import feed_title, item_title
from xinheng.interfaces.web.consent_terms import TermsForm
from xinheng.interfaces.web.figures import day
from xinheng.interfaces.web.parts import Crumb
from xinheng.interfaces.web.refusals import refusals_on, told
from xinheng.services.consents import Agreement, enter_consent, revoke_consent
from xinheng.services.ledger import note
from xinheng.services.subjects import holder_of_code
from xinheng.store.consents import Consent
from xinheng.store.sharing import SharingReading
from xinheng.store.subjects import Subject

MOST_BYTES = 10 * 1024 * 1024
_BEGINNINGS = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n": "image/png"}
_MOST_USES = 50


def _find(public_id: str) -> Consent | None:
    kept = Consent.objects.select_related("subject", "scan", "entered_by", "revoked_by")
    return kept.filter(public_id=public_id).first()


CONSENT = Owned("consent", _find, lambda call, consent: Target(subject=consent.subject_id))


class ConsentForm(TermsForm):
    """Who agreed to what, for whom, what for, from when until when, how."""

    code = forms.CharField(
        label="统一社会信用代码", max_length=18, error_messages={"required": "请填写主体的统一社会信用代码。"}
    )
    way = forms.ChoiceField(label="方式", choices=[(one.value, one.label) for one in Way])
    scan = forms.FileField(
        label="授权书扫描件",
        required=False,
        help_text="PDF、JPG 或 PNG，不超过 10 MiB；书面授权必须附上。加密保存。",
    )

    def clean_code(self) -> Subject:
        subject = holder_of_code(self.cleaned_data["code"])
        if subject is None:
            raise forms.ValidationError("没有这个统一社会信用代码的主体，请核对。")
        return subject

    def clean_scan(self) -> "UploadedFile[Any] | None":
        scan: UploadedFile[Any] | None = self.cleaned_data.get("scan")
        if scan is None:
            return None
        if (scan.size or 0) > MOST_BYTES:
            raise forms.ValidationError("扫描件超过 10 MiB，请压缩后再上传。")
        if not _type_of(scan):
            raise forms.ValidationError("扫描件只收 PDF、JPG、PNG，按内容识别。")
        return scan


def _type_of(scan: "UploadedFile[Any]") -> str:
    """By its first bytes, whatever its name says."""
    scan.seek(0)
    head = scan.read(8)
    scan.seek(0)
    return next((kind for begin, kind in _BEGINNINGS.items() if head.startswith(begin)), "")


@contextmanager
def _on_disk(scan: "UploadedFile[Any] | None") -> Iterator[Path | None]:
    if scan is None:
        yield None
        return
    folder = Path(settings.FILE_UPLOAD_TEMP_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        for chunk in scan.chunks():
            file.write(chunk)
        file.flush()
        yield Path(file.name)


@asks(Verb.KEEP_CONSENTS)
def consents(call: Call) -> HttpResponse:
    rows = Consent.objects.select_related("subject")
    page, paging = newest_first(rows, call.request)
    context = {
        "crumbs": [Crumb("授权登记")],
        "new_url": reverse("office:new_consent"),
        "consents": [_line(call, one) for one in page],
        "paging": paging,
    }
    return call.render("consents", context)


def _line(call: Call, one: Consent) -> dict[str, Any]:
    state, tone = _state(call, one)
    numbers = {code: item.number for code, item in call.policy.catalogue.items.items()}
    return {
        "subject": one.subject.name,
        "subject_code": one.subject.code or "",
        "url": reverse("office:consent", kwargs={"consent": one.public_id}),
        "items": "、".join(
            item_title(numbers[code], call.policy) if code in numbers else code for code in one.items
        ),
        "purpose": Purpose(one.purpose).label,
        "receiver": call.tree.name(one.receiver_id) if one.receiver_id else "不限单位",
        "from_on": one.from_on,
        "until_on": one.until_on,
        "state": state,
        "tone": tone,
    }


def _state(call: Call, one: Consent) -> tuple[str, str]:
    if one.revoke_reason:
        return "已撤回", ""
    if one.ended_at is not None or one.until_on < call.today:
        return "已到期", ""
    return ("有效", "done") if one.from_on <= call.today else ("尚未开始", "clock")


@asks(Verb.KEEP_CONSENTS, methods=("GET", "POST"))
@once
def new_consent(call: Call) -> HttpResponse:
    form = ConsentForm(
        call.policy, call.tree, call.request.POST or None, call.request.FILES or None, today=call.today
    )
    if call.request.method == "POST" and form.is_valid():
        with refusals_on(form):
            made = _enter(call, form)
            return redirect("office:consent", consent=made.public_id)
    context = {
        "crumbs": [Crumb("授权登记", reverse("office:consents")), Crumb("登记授权")],
        "form": form,
    }
    return call.render("consent_form", context)


def _enter(call: Call, form: ConsentForm) -> Consent:
    given = form.cleaned_data
    scan: UploadedFile[Any] | None = given["scan"]
    with _on_disk(scan) as path:
        agreement = Agreement(
            subject=given["code"],
            terms=form.terms(),
            way=Way(given["way"]),
            scan=path,
            scan_name=scan.name or "授权书" if scan else "",
            scan_type=_type_of(scan) if scan else "",
        )
        return enter_consent(agreement, actor=call.user, policy=call.policy, now=call.now)


@asks(Verb.KEEP_CONSENTS, of=CONSENT)
def consent(call: Call, found: Consent) -> HttpResponse:
    return _page(call, found)


def _page(call: Call, found: Consent, *, refused: str = "") -> HttpResponse:
    part = {"consent": found.public_id}
    uses = SharingReading.objects.filter(consent=found).select_related("call__grant").order_by("-pk")
    facts = [
        ("可以使用的信息", _line(call, found)["items"]),
        ("可以归集的来源", "、".join(feed_title(one, call.policy) for one in found.feeds) or "不再归集"),
        ("只限字段", "、".join(found.fields) or "不限"),
        ("用途", Purpose(found.purpose).label),
        ("使用单位", _line(call, found)["receiver"]),
        ("期限", f"{day(found.from_on)} 至 {day(found.until_on)}"),
        ("方式", Way(found.way).label),
        ("登记", found.entered_by.display_name if found.entered_by else "企业在自己的空间作出"),
    ]
    if found.revoke_reason:
        who = found.revoked_by.display_name if found.revoked_by else "企业自己撤回"
        facts.append(("撤回", f"{who}：{found.revoke_reason}"))
    context = {
        "crumbs": [Crumb("授权登记", reverse("office:consents")), Crumb(found.subject.name)],
        "refused": refused,
        "consent": _line(call, found),
        "facts": facts,
        "scan_url": reverse("office:consent_scan", kwargs=part)
        if found.scan is not None and found.scan.destroyed_at is None
        else "",
        "revoke_url": reverse("office:revoke_consent", kwargs=part) if found.ended_at is None else "",
        "uses": [
            {
                "at": one.call.at,
                "unit": call.tree.name(one.call.grant.organisation_id),
                "matter": one.call.grant.matter,
                "records": one.records,
            }
            for one in uses[:_MOST_USES]
        ],
    }
    return call.render("consent", context)


@asks(Verb.KEEP_CONSENTS, of=CONSENT, methods=("POST",))
@once
def revoke(call: Call, found: Consent) -> HttpResponse:
    try:
        ended = revoke_consent(
            found.public_id,
            actor=call.user,
            reason=call.request.POST.get("reason", ""),
            policy=call.policy,
            now=call.now,
        )
    except Refusal as refusal:
        return _page(call, found, refused=told(refusal))
    call.tell(f"授权已撤回，{ended} 条记录即时停用；读取过的单位会在下一次取变更时收到删除通知。")
    return redirect("office:consent", consent=found.public_id)


@asks(Verb.KEEP_CONSENTS, of=CONSENT)
def scan(call: Call, found: Consent) -> HttpResponseBase:
    """The paper itself; opening it stands in the ledger."""
    if found.scan is None:
        raise Refusal("SQ05", "这项授权没有扫描件。", advice="网上授权以登记内容为准。")
    note(
        "consent.scan_read",
        now=call.now,
        actor=call.user,
        subject=found.subject.public_id,
        object=f"consent:{found.public_id}",
    )
    return stored(found.scan)
