"""The part of a page that lists the attachments of one thing and takes another; every page uses this one.

``part_of`` gives the context of ``office/attachments_part.html``; nobody sees a list whose papers he may not open.
"""

from typing import Any

from django import forms
from django.conf import settings
from django.urls import reverse
from django.utils.http import urlencode

from xinheng.core.attachments import ACCEPT, Checked, Kind, Target, file_name
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call
from xinheng.interfaces.office.owned import SUBJECT
from xinheng.services.attachments import Held, most_bytes
from xinheng.store.attachments import Attachment

READERS: dict[Target, tuple[Verb, ...]] = {
    Target.BATCH: (Verb.READ_BATCH,),
    Target.RECORD: (Verb.READ_BATCH,),
    Target.STATEMENT: (Verb.READ_BATCH,),
    Target.CASE: (Verb.READ_CASE, Verb.DRAFT_CASE),
}
"""Papers are read within the unit that answers for them, even where the file of a subject is open to the whole city."""
WRITERS: dict[Target, tuple[Verb, ...]] = {
    **dict.fromkeys((Target.BATCH, Target.RECORD, Target.STATEMENT), (Verb.IMPORT_FILE,)),
    Target.CASE: (Verb.DRAFT_CASE,),
}
MIB = 1024 * 1024
_PAGES = 30
_TONES = {Checked.UNCHECKED: "clock", Checked.CLEAN: "done", Checked.INFECTED: "decide"}


class AttachForm(forms.Form):
    """The file and what its bringer says of it."""

    file = forms.FileField(
        label="文件",
        error_messages={"required": "请选择一个文件。", "empty": "这个文件是空的，请重新扫描后上传。"},
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
    )
    title = forms.CharField(
        label="名称", max_length=80, required=False, error_messages={"max_length": "名称最多 80 个字。"}
    )
    personal = forms.BooleanField(
        label="含个人信息（签名、证件号、电话、住址）", required=False, initial=True
    )
    whole = forms.BooleanField(label="含本批次全部行的材料", required=False)

    def __init__(self, thing: Held, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if thing.target is not Target.BATCH:
            del self.fields["whole"]


def may_read(call: Call, thing: Held) -> bool:
    return any(call.may(verb, call.of(thing.organisation)) for verb in READERS[thing.target])


def may_add(call: Call, thing: Held) -> bool:
    """For a record that has ended nothing more is taken."""
    if thing.ended:
        return False
    return any(call.may(verb, call.of(thing.organisation)) for verb in WRITERS[thing.target])


def address_of(thing: Held) -> str:
    return reverse("office:attachments", kwargs={"target": thing.target.value, "key": thing.key})


def home_of(call: Call, thing: Held) -> str:
    """The page of the thing itself; empty where this person may not open it, or it has none of its own."""
    if thing.target is Target.BATCH and call.may(Verb.READ_BATCH, call.of(thing.organisation)):
        return reverse("office:batch", kwargs={"batch": thing.key})
    if thing.target is Target.STATEMENT:
        return reverse("office:statement", kwargs={"statement": thing.key})
    if thing.target is Target.RECORD and thing.subject is not None and not thing.ended:
        seen = call.may(Verb.READ_SUBJECT_FILE, SUBJECT.target(call, thing.subject))
        parts = {"subject": thing.subject.public_id, "key": int(thing.key)}
        return reverse("office:record", kwargs=parts) if seen else ""
    return ""


def part_of(
    call: Call, thing: Held | None, *, form: AttachForm | None = None, reason: str = ""
) -> dict[str, Any] | None:
    """None where this person may not open the papers; then the page says nothing of them."""
    if thing is None or not may_read(call, thing):
        return None
    rows = Attachment.objects.filter(**thing.columns).select_related("file", "added_by", "withdrawn_by")
    add, most = may_add(call, thing), most_bytes(call.policy, on=call.today) // MIB
    return {
        "rows": [line_of(one, add=add, reason=reason) for one in rows.order_by("pk")],
        "form": (form or AttachForm(thing)) if add else None,
        "add_url": address_of(thing),
        "limits": f"PDF、JPG、PNG、TIFF、OFD、DOCX、XLSX，不超过 {most} MiB。按内容识别，不接收压缩包。",
        "accept": ACCEPT,
        "scanner": bool(settings.CLAMD),
    }


def line_of(one: Attachment, *, add: bool, reason: str = "") -> dict[str, Any]:
    kind, checked = Kind(one.kind), Checked(one.checked)
    gone = one.file.destroyed_at is not None
    opens = one.withdrawn_at is None and not gone and checked.may_open(scanner=bool(settings.CLAMD))
    query = f"?{urlencode({'reason': reason})}" if reason else ""
    part = {"attachment": one.public_id}
    pages = range(min(one.pages or 1, _PAGES)) if opens and kind.image else ()
    return {
        "title": one.title,
        "kind": kind.label,
        "pages": one.pages,
        "size": _size(one.file.size),
        "digest": one.file.digest,
        "personal": one.personal,
        "whole": one.whole,
        "checked": checked.label,
        "tone": _TONES[checked],
        "added_at": one.added_at,
        "added_by": one.added_by.display_name if one.added_by else "",
        "file_name": file_name(one.title, kind),
        "url": reverse("office:attachment_file", kwargs=part) + query if opens else "",
        "pictures": [
            {
                "number": at + 1,
                "url": reverse("office:attachment_page", kwargs={**part, "number": at + 1}) + query,
            }
            for at in pages
        ],
        "gone": gone,
        "withdrawn_at": one.withdrawn_at,
        "withdrawn_by": one.withdrawn_by.display_name if one.withdrawn_by else "系统",
        "withdrawn_why": one.withdrawn_why,
        "withdraw_url": reverse("office:withdraw_attachment", kwargs=part)
        if add and one.withdrawn_at is None
        else "",
    }


def _size(size: int) -> str:
    return f"{size / MIB:.1f} MiB" if size >= MIB else f"{max(size // 1024, 1)} KiB"
