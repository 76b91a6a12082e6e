"""One record filled in by hand, and the workbook that a department fills in; both are made from the feed."""

import tempfile
from pathlib import Path
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.csrf import csrf_exempt

from xinheng.core.attachments import ACCEPT, Need, Target
from xinheng.core.catalogue import CatalogueItem
from xinheng.core.entry import Question, questions
from xinheng.core.feeds import Feed, Kind
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.intake.template_workbook import write_template
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.attachments_received import received, whole_file
from xinheng.interfaces.office.feeds import known_feed
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.units import choices_of, units_reached
from xinheng.interfaces.web.parts import Crumb
from xinheng.interfaces.web.refusals import told
from xinheng.services.attachments import Paper, attach, held, look
from xinheng.services.collect import Delivery
from xinheng.services.entry import Fault, enter
from xinheng.services.scans import needs
from xinheng.store.batches import Batch

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LONG = 300
_SCAN = {
    "required": "这类记录必须附扫描件。手头没有的可以先报，之后在“扫描件”页补上。",
    "optional": "可以不附。",
}


class EntryForm(forms.Form):
    """One field a question; ``answers`` joins several choices as the cell of a file would. With ``need`` a scan of the
    paper may be put beside them."""

    organisation = forms.ChoiceField(label="报送单位")

    def __init__(
        self, call: Call, asked: tuple[Question, ...], need: Need | None, *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.asked = asked
        self.units = units_reached(call, Verb.IMPORT_FILE)
        self.fields["organisation"].choices = choices_of(call, self.units)  # type: ignore[attr-defined]
        self.fields["organisation"].initial = call.user.organisation.public_id
        for place, question in enumerate(asked):
            self.fields[_name(place)] = _field(question)
        if need is not None:
            self.fields["scan"] = forms.FileField(
                label="扫描件",
                required=False,
                help_text=f"PDF、图片、OFD、DOCX 或 XLSX。{_SCAN[need]}",
                error_messages={"empty": "这个文件是空的，请重新扫描后上传。"},
                widget=forms.FileInput(attrs={"accept": ACCEPT}),
            )

    def answers(self) -> dict[str, str]:
        given = ((question, self.cleaned_data[_name(place)]) for place, question in enumerate(self.asked))
        return {
            question.header: question.joined_by.join(value) if isinstance(value, list) else value
            for question, value in given
        }

    def show(self, faults: tuple[Fault, ...]) -> None:
        """Put each fault beside the question it concerns, else above the form."""
        places = {question.header: _name(place) for place, question in enumerate(self.asked)}
        for fault in faults:
            sentence = f"{fault.message.rstrip('。')}。{fault.advice}（{fault.code}）"
            self.add_error(places.get(fault.header), sentence)


def _name(place: int) -> str:
    return f"q{place}"


def _field(question: Question) -> forms.Field:
    says = {"required": f"请填写{question.header}（{question.demanded_by}规定必填）。"}
    plain: dict[str, Any] = {
        "label": question.header,
        "required": question.required,
        "help_text": question.hint,
        "error_messages": says,
    }
    options = [(choice, choice) for choice in question.choices]
    if question.choices and question.joined_by:
        plain["help_text"] = "可以选多个"
        return forms.MultipleChoiceField(choices=options, widget=forms.CheckboxSelectMultiple, **plain)
    if question.choices:
        return forms.ChoiceField(choices=[("", "请选择"), *options], initial=question.default, **plain)
    return forms.CharField(
        max_length=question.longest, initial=question.default, widget=_widget(question), **plain
    )


def _widget(question: Question) -> forms.Widget:
    if question.kind is Kind.DATE:
        return forms.DateInput(attrs={"type": "date"})
    if question.kind in (Kind.AMOUNT, Kind.INTEGER):
        return forms.TextInput(attrs={"inputmode": "decimal"})
    if question.kind is Kind.TEXT and question.longest != 2000 and question.longest > _LONG:
        return forms.Textarea(attrs={"rows": 4})
    return forms.TextInput()


@csrf_exempt
@asks(Verb.IMPORT_FILE, methods=("GET", "POST"))
def enter_record(call: Call, feed: str) -> HttpResponse:
    if call.request.method == "POST":
        return received(call, lambda: _entered(call, feed))
    known = known_feed(call, feed)
    return _page(call, known, _form(call, known))


def _form(call: Call, feed: Feed, *given: Any) -> EntryForm:
    return EntryForm(call, questions(feed, _item(call, feed)), needs(call.policy).get(feed.id), *given)


def _item(call: Call, feed: Feed) -> CatalogueItem | None:
    return call.policy.catalogue.items.get(feed.item or "")


@once
def _entered(call: Call, name: str) -> HttpResponse:
    feed = known_feed(call, name)
    form = _form(call, feed, call.request.POST, call.request.FILES)
    if not form.is_valid():
        return _page(call, feed, form)
    unit = form.units[form.cleaned_data["organisation"]]
    delivery = Delivery(policy=call.policy, organisation=unit, actor=call.user, now=call.now)
    scan = form.cleaned_data.get("scan")
    try:
        if scan:
            look(whole_file(call, scan), policy=call.policy, now=call.now)
        entered = enter(feed, form.answers(), delivery)
    except Refusal as refusal:
        form.add_error(None, told(refusal))
        return _page(call, feed, form)
    if entered.batch is None:
        form.show(entered.faults)
        return _page(call, feed, form)
    if scan:
        _put_scan(call, entered.batch, scan)
    return redirect("office:preview", batch=entered.batch.public_id)


def _put_scan(call: Call, batch: Batch, scan: Any) -> None:
    """The scan of the one row of the batch."""
    thing = held(Target.BATCH, batch.public_id)
    assert thing is not None
    paper = Paper(title=scan.name or "扫描件", whole=True)
    attach(thing, whole_file(call, scan), paper, actor=call.user, policy=call.policy, now=call.now)


def _page(call: Call, feed: Feed, form: EntryForm) -> HttpResponse:
    address = reverse("office:feed", kwargs={"feed": feed.id})
    context = {
        "crumbs": [Crumb("数据源", reverse("office:feeds")), Crumb(feed.title, address), Crumb("在线填报")],
        "feed": {"title": feed.title},
        "template_url": reverse("office:template", kwargs={"feed": feed.id}),
        "form": form,
    }
    return call.render("entry", context)


@asks(Verb.IMPORT_FILE, Verb.DRAFT_POLICY, Verb.PUBLISH_POLICY)
def template(call: Call, feed: str) -> HttpResponse:
    known = known_feed(call, feed)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "template.xlsx"
        write_template(known, out, item=_item(call, known))
        response = HttpResponse(out.read_bytes(), content_type=XLSX)
    name = f"{known.title}填报模板.xlsx"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response
