"""The part of a page that lists the attachments of one thing and takes another; every page uses this one.

``part_of`` gives the context of ``office/attachments_part.html``; nobody sees a list whose papers he may not open.
"""

from typing import Any

from django import forms
from django.conf import settings
from django.urls import reverse
from django.utils.http import urlencode

from xinheng.core import access
from xinheng.core.attachments import ACCEPT, Checked, Kind, Target, file_name
from xinheng.core.policy import Policy
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call
from xinheng.interfaces.office.cases_known import kind_of
from xinheng.interfaces.office.objections_misuse import readable
from xinheng.interfaces.office.owned import SUBJECT, of_case
from xinheng.interfaces.web.papers import MIB, size_of
from xinheng.services.attachments import Held, most_bytes
from xinheng.services.party_papers import slots_of
from xinheng.store.attachments import Attachment
from xinheng.store.casework import Case

READERS: dict[Target, tuple[Verb, ...]] = {
    Target.BATCH: (Verb.READ_BATCH,),
    Target.RECORD: (Verb.READ_BATCH,),
    Target.STATEMENT: (Verb.READ_BATCH,),
    Target.CASE: (Verb.READ_CASE, Verb.DRAFT_CASE, Verb.READ_VISITS),
}
"""Papers are read within the unit that answers for them, even where the file of a subject is open to the whole city."""
WRITERS: dict[Target, tuple[Verb, ...]] = {
    **dict.fromkeys((Target.BATCH, Target.RECORD, Target.STATEMENT), (Verb.IMPORT_FILE,)),
    Target.CASE: (Verb.DRAFT_CASE, Verb.RECORD_VISIT),
}
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
    material = forms.ChoiceField(label="谁的材料", required=False)

    def __init__(self, thing: Held, *args: Any, policy: Policy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if thing.target is not Target.BATCH:
            del self.fields["whole"]
        case = Case.objects.filter(public_id=thing.key).first() if thing.target is Target.CASE else None
        awaited = slots_of(case, policy=policy) if case else ()
        if awaited:
            handed_in = [(one.key, f"企业交来：{one.title}") for one in awaited]
            self.fields["material"].choices = [("", "本单位的材料"), *handed_in]  # type: ignore[attr-defined]
        else:
            del self.fields["material"]


def may_read(call: Call, thing: Held) -> bool:
    """Papers of a case that is closed to this person are closed too."""
    return _is_open(call, thing) and any(call.may(verb, whose(call, thing)) for verb in READERS[thing.target])


def may_add(call: Call, thing: Held) -> bool:
    """For a record that has ended nothing more is taken."""
    if thing.ended or not _is_open(call, thing):
        return False
    return any(call.may(verb, whose(call, thing)) for verb in WRITERS[thing.target])


def whose(call: Call, thing: Held) -> access.Target:
    """The unit that answers for the thing; what belongs to a visit is also that of its team."""
    case = _case_of(thing)
    return call.of(thing.organisation) if case is None else of_case(call, case)


def _case_of(thing: Held) -> Case | None:
    return Case.objects.filter(public_id=thing.key).first() if thing.target is Target.CASE else None


def _is_open(call: Call, thing: Held) -> bool:
    case = _case_of(thing)
    return case is None or readable(call, case)


def address_of(thing: Held) -> str:
    return reverse("office:attachments", kwargs={"target": thing.target.value, "key": thing.key})


def home_of(call: Call, thing: Held) -> str:
    """The page of the thing itself; empty where this person may not open it, or it has none of its own."""
    if thing.target is Target.BATCH and call.may(Verb.READ_BATCH, call.of(thing.organisation)):
        return reverse("office:batch", kwargs={"batch": thing.key})
    if thing.target is Target.CASE and may_read(call, thing):
        case = Case.objects.get(public_id=thing.key)
        return reverse("office:case", kwargs={"number": case.number})
    if thing.target is Target.STATEMENT:
        return reverse("office:statement", kwargs={"statement": thing.key})
    if thing.target is Target.RECORD and thing.subject is not None and not thing.ended:
        seen = call.may(Verb.READ_SUBJECT_FILE, SUBJECT.target(call, thing.subject))
        parts = {"subject": thing.subject.public_id, "key": int(thing.key)}
        return reverse("office:record", kwargs=parts) if seen else ""
    return ""


def after_of(call: Call, thing: Held) -> str:
    """Where a form on papers leads: to the page of the case that shows them, else to their own."""
    case = Case.objects.filter(public_id=thing.key).first() if thing.target is Target.CASE else None
    home = home_of(call, thing) if case and not kind_of(case).page else ""
    return f"{home}#attachments" if home else address_of(thing)


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
        "form": (form or AttachForm(thing, policy=call.policy)) if add else None,
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
        "size": size_of(one),
        "digest": one.file.digest,
        "personal": one.personal,
        "whole": one.whole,
        "checked": checked.label,
        "tone": _TONES[checked],
        "added_at": one.added_at,
        "added_by": "企业一方" if one.account_id else one.added_by.display_name if one.added_by else "",
        "material": one.material,
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
