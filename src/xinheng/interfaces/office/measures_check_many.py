"""A desk checks many enterprises for one matter, bidders of a tender above all: one page or one table file, no ranking."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse

from xinheng.core.measures import Occasion
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.exporting import as_table
from xinheng.interfaces.office.measures import tables_page
from xinheng.interfaces.office.measures_check import KINDS, cells, offer_fields
from xinheng.interfaces.office.once import once
from xinheng.interfaces.web.parts import Column, Table
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.check_register import fields_in_charge
from xinheng.services.checks_many import MOST, ManyChecked, Wanted, check_many

_HEAD = ("企业", "统一社会信用代码", "种类", "内容", "依据", "所依据的记录", "单位", "起", "止")
_LEAD = (
    "一次核查一个项目的多家企业，例如全部投标人。只列各家适用的内容，不排序、不打分、不作取舍，由您依法决定。"
    "每家企业都能看到您查过它。"
)


class ManyForm(forms.Form):
    """For which matter and project, and whom: one code a line."""

    occasion = forms.ChoiceField(
        label="事项", choices=[(one.value, one.label) for one in Occasion], initial=Occasion.TENDER.value
    )
    reference = forms.CharField(
        label="项目编号", max_length=300, error_messages={"required": "请填写项目编号或者受理编号。"}
    )
    field = forms.ChoiceField(label="领域", required=False)
    codes = forms.CharField(
        label="统一社会信用代码，每行一个",
        max_length=40 * MOST,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=f"可以从表格中复制一列粘贴，最多 {MOST} 户。",
        error_messages={"required": "请填写要核查的企业。"},
    )
    table = forms.BooleanField(label="结果下载为表格", required=False)

    def __init__(self, own: Mapping[str, str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_fields(self, own)


@asks(Verb.CHECK_SUBJECT, methods=("GET", "POST"))
@once
def measure_check_many(call: Call) -> HttpResponse:
    """Asked by POST, so that no code stands in an address."""
    form = ManyForm(fields_in_charge(call.user.organisation, policy=call.policy), call.request.POST or None)
    found: ManyChecked | None = None
    if call.request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        wanted = Wanted(
            codes=given["codes"].replace(",", "\n").replace("，", "\n").splitlines(),
            occasion=Occasion(given["occasion"]),
            reference=given["reference"],
            field=given.get("field", ""),
        )
        with refusals_on(form):
            found = check_many(
                wanted, body=call.user.organisation, actor=call.user, policy=call.policy, now=call.now
            )
    if found is not None and form.cleaned_data["table"]:
        return as_table(f"核查-{call.today:%Y%m%d}", _HEAD, [*_rows(found), *_ending(found, call)])
    return tables_page(
        call,
        "多户核查",
        _LEAD,
        *(_tables(found, call) if found else ()),
        form=form,
        button="核查",
        links=[("要有签名的核查报告", reverse("office:reviews"))],
    )


def _tables(found: ManyChecked, call: Call) -> list[tuple[str, Table]]:
    columns = [*(Column(label) for label in _HEAD[:-2]), Column("起", "day"), Column("止", "day")]
    answers = Table("核查结果", columns, _rows(found), empty="没有查到企业。", caption_hidden=True)
    tables = [(f"{len(found.answers)} 户适用的内容", answers)]
    if found.unknown:
        rows = [[code] for code in found.unknown]
        tables.append(
            ("没有这些代码的企业", Table("没有查到", [Column("代码", "code")], rows, caption_hidden=True))
        )
    about = Table(
        "本次核查", [Column("说明")], [list(row) for row in _ending(found, call)], caption_hidden=True
    )
    return [*tables, ("本次核查", about)]


def _rows(found: ManyChecked) -> list[list[str]]:
    """Each thing that applies to each enterprise; one row that says so where nothing does."""
    rows = []
    for one in found.answers:
        head = [one.subject.name, one.subject.code or ""]
        lines = [(label, line) for part, label in KINDS.items() for line in getattr(one, part)]
        rows += [[*head, label, *cells(line)] for label, line in lines]
        if not lines:
            rows.append([*head, "—", "本平台归集范围内没有", "", "", "", "", ""])
    return rows


def _ending(found: ManyChecked, call: Call) -> list[tuple[str]]:
    """What belongs under the answer in the file of the tender."""
    persons = found.answers[0].persons if found.answers else ""
    unknown = f"没有查到：{'、'.join(found.unknown)}" if found.unknown else "所填代码均已查到。"
    said = (f"截至 {call.today}，仅限本平台归集范围。{persons}", unknown, f"摘要值：{found.snapshot}")
    return [(one,) for one in said]
