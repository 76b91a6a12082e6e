"""The deletion of one record by a decider: a tombstone stays, the words go, and with them every effect.

Deleting is for what may not be kept at all; what was wrong is corrected or withdrawn (《河南省社会信用条例》第四十一、
四十二条; legal guard G13).
"""

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.owned import SUBJECT
from xinheng.interfaces.office.records import owner_of, record_of
from xinheng.interfaces.office.records_shown import title_of
from xinheng.interfaces.office.wording import told
from xinheng.interfaces.web.parts import Crumb
from xinheng.services.records import Change, delete


class DeleteForm(forms.Form):
    """Why the record may not be kept, and whether the delivered file holds what must go too."""

    ground = forms.CharField(
        label="所依据的文书", max_length=200, error_messages={"required": "请写明文书名称和文号。"}
    )
    reason = forms.CharField(
        label="理由",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明理由。"},
    )
    with_original = forms.BooleanField(
        label="同时销毁所在报送文件的原件（含个人信息的必须销毁）", required=False
    )


@asks(Verb.DELETE_RECORD, methods=("GET", "POST"))
@once
def delete_record(call: Call, subject: str, key: int) -> HttpResponse:
    """Refused outside the organisation that delivered the record."""
    owner = SUBJECT.find(subject)
    if owner is None:
        raise Http404
    found = record_of(owner, key)
    call.demand(Verb.DELETE_RECORD, call.of(owner_of(call, found)))
    form, here = DeleteForm(call.request.POST or None), reverse("office:subject", kwargs={"subject": subject})
    if call.request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        change = Change(deed="delete", reason=given["reason"], ground=given["ground"])
        try:
            delete(
                record_key=key,
                change=change,
                actor=call.user,
                policy=call.policy,
                now=call.now,
                with_original=given["with_original"],
            )
        except Refusal as refusal:
            form.add_error(None, told(refusal))
        else:
            call.tell("已删除，只留删除标记；以它为依据的公示、评价同时终止。")
            return redirect(here)
    context = {
        "crumbs": [Crumb("企业档案", reverse("office:subjects")), Crumb(owner.name, here), Crumb("删除记录")],
        "heading": f"删除记录：{title_of(call, found)}",
        "lead": "删除后内容在所有版本中清空，不能恢复，只留删除标记、理由和依据。内容有误的，请用更正或撤回。",
        "form": form,
        "button": "删除",
    }
    return call.render("user_form", context)
