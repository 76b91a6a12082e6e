"""Attachments of a batch, a record, a statement or a case: list, add, open, look at, withdraw.

A file leaves as a download with a policy of its own and never acts within our pages; of images a newly drawn picture is
shown. Each opening is an event of the ledger (services.attachments; legal guards G9, G13).
"""

from django import forms
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt

from xinheng.core.attachments import Target
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import ADVICE, Call, asks
from xinheng.interfaces.office.attachments_received import received, whole_file
from xinheng.interfaces.office.attachments_shown import (
    READERS,
    WRITERS,
    AttachForm,
    address_of,
    after_of,
    home_of,
    may_add,
    may_read,
    part_of,
    whose,
)
from xinheng.interfaces.office.form_page import form_page
from xinheng.interfaces.office.once import once
from xinheng.interfaces.web.papers import closed, handed_out
from xinheng.interfaces.web.parts import Crumb
from xinheng.interfaces.web.refusals import refusals_on, told
from xinheng.services.attachments import (
    Held,
    Paper,
    attach,
    held,
    of,
    open_one,
    picture_of,
)
from xinheng.services.attachments_ended import withdraw_attachment
from xinheng.services.party_papers import put_paper
from xinheng.store.attachments import Attachment
from xinheng.store.casework import Case

_READ = tuple(dict.fromkeys(verb for verbs in READERS.values() for verb in verbs))
_WRITE = tuple(dict.fromkeys(verb for verbs in WRITERS.values() for verb in verbs))


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label="理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明理由。"},
    )


@csrf_exempt
@asks(*dict.fromkeys((*_READ, *_WRITE)), methods=("GET", "POST"))
def attachments(call: Call, target: str, key: str) -> HttpResponse:
    if call.request.method == "POST":
        return received(call, lambda: _added(call, target, key))
    thing = _thing(call, target, key)
    return _page(call, thing, None, reason=_reason_for_ended(call, thing))


def _thing(call: Call, target: str, key: str) -> Held:
    if target not in list(Target):
        raise Http404
    thing = held(Target(target), key)
    if thing is None:
        raise Http404
    if not may_read(call, thing) and not may_add(call, thing):
        _demand(call, READERS[thing.target], thing)
    return thing


def _demand(call: Call, verbs: tuple[Verb, ...], thing: Held) -> None:
    answers = [call.may(verb, whose(call, thing)) for verb in verbs]
    if not any(answers):
        raise Refusal("access", answers[0].reason, advice=ADVICE)


def _reason_for_ended(call: Call, thing: Held) -> str:
    """Papers of a record that stands no longer open with a right of their own and a reason (legal guard G9)."""
    reason = call.request.GET.get("reason", "").strip()[:200]
    if thing.ended:
        call.demand(Verb.READ_ENDED_RECORDS, call.of(thing.organisation))
        if not reason:
            raise Refusal(
                "G9",
                "查看已终止记录的附件必须写明理由。",
                advice="请在档案页“查看过去的档案”中填写理由后打开。",
            )
    return reason


@once
def _added(call: Call, target: str, key: str) -> HttpResponse:
    thing = _thing(call, target, key)
    _demand(call, WRITERS[thing.target], thing)
    _reason_for_ended(call, thing)
    form = AttachForm(thing, call.request.POST, call.request.FILES, policy=call.policy)
    if not form.is_valid():
        return _page(call, thing, form)
    try:
        made = _put(call, thing, form)
    except Refusal as refusal:
        form.add_error(None, f"{told(refusal)}（{refusal.code}）")
        return _page(call, thing, form)
    call.tell(f"已附上“{made.title}”。")
    return redirect(after_of(call, thing))


def _put(call: Call, thing: Held, form: AttachForm) -> Attachment:
    """Of the office, or of the enterprise whom the window helps (``material`` says as what)."""
    given = form.cleaned_data
    path = whole_file(call, given["file"])
    title, material = given["title"], given.get("material", "")
    if material:
        case = Case.objects.get(public_id=thing.key)
        return put_paper(
            case,
            material,
            path,
            actor=call.user,
            policy=call.policy,
            now=call.now,
            title=title,
            personal=given["personal"],
        )
    paper = Paper(
        title=title or given["file"].name or "附件",
        personal=given["personal"],
        whole=given.get("whole", False),
    )
    return attach(thing, path, paper, actor=call.user, policy=call.policy, now=call.now)


def _page(call: Call, thing: Held, form: AttachForm | None, *, reason: str = "") -> HttpResponse:
    context = {
        "crumbs": [Crumb(thing.title, home_of(call, thing)), Crumb("附件")],
        "title": thing.title,
        "attachments": part_of(call, thing, form=form, reason=reason),
    }
    return call.render("attachments", context)


def _one(call: Call, public_id: str) -> tuple[Attachment, Held]:
    kept = Attachment.objects.select_related("file", "subject", "batch", "statement", "case")
    found = kept.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found, of(found)


@asks(*_READ)
def attachment_file(call: Call, attachment: str) -> HttpResponseBase:
    """The file as it came, to be kept and opened elsewhere."""
    found, thing = _one(call, attachment)
    _demand(call, READERS[thing.target], thing)
    reason = _reason_for_ended(call, thing)
    return handed_out(found, open_one(found, actor=call.user, reason=reason, now=call.now))


@asks(*_READ)
def attachment_page(call: Call, attachment: str, number: int) -> HttpResponseBase:
    """One page of an image, drawn anew; other kinds are downloaded."""
    found, thing = _one(call, attachment)
    _demand(call, READERS[thing.target], thing)
    reason = _reason_for_ended(call, thing)
    picture = picture_of(
        found, page=number - 1, actor=call.user, reason=reason, policy=call.policy, now=call.now
    )
    return closed(HttpResponse(picture, content_type="image/jpeg"))


@asks(*_WRITE, methods=("GET", "POST"))
@once
def withdraw(call: Call, attachment: str) -> HttpResponse:
    found, thing = _one(call, attachment)
    _demand(call, WRITERS[thing.target], thing)
    form = WithdrawForm(call.request.POST or None)
    if call.request.method == "POST" and form.is_valid():
        with refusals_on(form):
            withdraw_attachment(
                found.public_id,
                actor=call.user,
                reason=form.cleaned_data["reason"],
                policy=call.policy,
                now=call.now,
            )
            call.tell(f"已撤下“{found.title}”，文件到期销毁。")
            return redirect(after_of(call, thing))
    crumbs = [Crumb(thing.title, home_of(call, thing)), Crumb("附件", address_of(thing)), Crumb("撤下")]
    lead = "撤下后不能再打开，名称、经办和理由留在列表中，文件按期限销毁。"
    return form_page(call, form, crumbs, heading=f"撤下附件：{found.title}", lead=lead, button="撤下")
