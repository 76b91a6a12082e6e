"""Persons whom a listing decision names, for service, interview and sharing by law, and for nothing else.

The page names the capacity and the decision; the person is shown after a reason was given, once, and the reading
stands in the ledger (《河南省社会信用条例》第三十五条; legal guard G11).
"""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.records import STANDING
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.form_page import form_page
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.owned import SUBJECT
from xinheng.interfaces.office.records_shown import file_crumbs, title_of
from xinheng.interfaces.web.parts import Crumb
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.relations import LISTINGS, Named, Person, name_person, open_person, relations_of
from xinheng.store.records import open_versions
from xinheng.store.relations import RelationKind
from xinheng.store.subjects import Subject

_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class PersonForm(forms.Form):
    """``listing`` offers the standing listings of the subject."""

    listing = forms.TypedChoiceField(
        label="名单记录", coerce=int, error_messages={"required": "该主体没有在列的名单记录。"}
    )
    kind = forms.ChoiceField(label="身份", choices=RelationKind.choices)
    name = forms.CharField(label="姓名", max_length=60, error_messages={"required": "请填写姓名。"})
    reach = forms.CharField(label="决定文书写明的送达地址", max_length=200, required=False)
    source = forms.CharField(
        label="写明该人员的决定文书", max_length=300, error_messages={"required": "请写明文书名称和文号。"}
    )
    from_on = forms.DateField(label="起", widget=_DAY, error_messages={"required": "请填写起始日期。"})
    to_on = forms.DateField(label="止", widget=_DAY, required=False)

    def __init__(self, call: Call, subject: Subject, *args: Any) -> None:
        super().__init__(*args)
        standing = open_versions().filter(subject=subject, item__in=LISTINGS, state__in=list(STANDING))
        self.fields["listing"].choices = [  # type: ignore[attr-defined]
            (one.record_key, title_of(call, one)) for one in standing.order_by("-decided_on")
        ]


class UseForm(forms.Form):
    reason = forms.CharField(
        label="用途（送达、约谈或依法共享）",
        max_length=200,
        error_messages={"required": "请写明用途。"},
    )


@asks(Verb.KEEP_RELATIONS, of=SUBJECT)
def persons(call: Call, subject: Subject) -> HttpResponse:
    own = {"subject": subject.public_id}
    context = {
        "crumbs": _crumbs(subject),
        "subject": subject.name,
        "add_url": reverse("office:add_person", kwargs=own),
        "persons": [
            {
                "kind": RelationKind(one.kind).label,
                "source": one.source,
                "from_on": one.from_on,
                "to_on": one.to_on,
                "url": reverse("office:person", kwargs={**own, "person": one.public_id}),
            }
            for one in relations_of(subject)
        ],
    }
    return call.render("persons", context)


@asks(Verb.KEEP_RELATIONS, of=SUBJECT, methods=("GET", "POST"))
@once
def add_person(call: Call, subject: Subject) -> HttpResponse:
    form = PersonForm(call, subject, call.request.POST or None)
    if call.request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        named = Named(
            person=Person(given["name"], given["reach"]),
            kind=RelationKind(given["kind"]),
            source=given["source"],
            from_on=given["from_on"],
            to_on=given["to_on"],
        )
        with refusals_on(form):
            name_person(record_key=given["listing"], named=named, actor=call.user, now=call.now)
            return redirect("office:persons", subject=subject.public_id)
    lead = "只登记列入决定文书写明的人员；加密保存，不公开、不能按人检索，名单移出时删除。"
    heading = "登记名单相关人员"
    return form_page(call, form, _crumbs(subject, Crumb(heading)), heading=heading, lead=lead, button="登记")


@asks(Verb.KEEP_RELATIONS, of=SUBJECT, methods=("GET", "POST"))
@once
def person(call: Call, subject: Subject, person: str) -> HttpResponse:
    """Shows the person in the answer to the form; the answer is not kept and no address leads to it."""
    if person not in {one.public_id for one in relations_of(subject)}:
        raise Refusal("REL5", "该主体没有这条人员信息，或名单移出后已经删除。", advice="请返回上一页。")
    form, lead = UseForm(call.request.POST or None), f"{subject.name}。每次查看都记入账本。"
    if call.request.method == "POST" and form.is_valid():
        found = open_person(person, actor=call.user, reason=form.cleaned_data["reason"], now=call.now)
        lead = f"姓名：{found.name}　送达地址：{found.reach or '文书未写明'}。仅限所写用途。"
    heading = "查看名单相关人员"
    crumbs = _crumbs(subject, Crumb(heading))
    response = form_page(call, form, crumbs, heading=heading, lead=lead, button="查看")
    response["Cache-Control"] = "no-store"
    return response


def _crumbs(subject: Subject, *more: Crumb) -> list[Crumb]:
    here = reverse("office:persons", kwargs={"subject": subject.public_id})
    return file_crumbs(subject, Crumb("名单相关人员", here), *more)
