"""A desk looks for names on every active list, as a letter of another department asks (信用核查): one page or one table file."""

from typing import Any

from django import forms
from django.http import HttpResponse

from xinheng.core.measures import Occasion
from xinheng.core.roles import Verb
from xinheng.core.screening import Found, read_pasted
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.exporting import as_table
from xinheng.interfaces.office.measures import tables_page
from xinheng.interfaces.office.once import once
from xinheng.interfaces.web.figures import count
from xinheng.interfaces.web.parts import Column, Table
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.screening import ABOUT, HEAD, MOST, Desk, ManyScreened, screen_at_desk, words_of

_LEAD = (
    "按来函核查一批名称是否在现行名单上：有代码的按代码，没有代码的按名称。名称相近的只作提示，请核对代码。"
    "确定在名单上的企业能看到您查过它。"
)


class NamesForm(forms.Form):
    """For which matter and letter, and whom: a name a line, with its code where there is one."""

    occasion = forms.ChoiceField(
        label="事项", choices=[(one.value, one.label) for one in Occasion], initial=Occasion.HONOURS.value
    )
    reference = forms.CharField(
        label="来函文号或者项目编号",
        max_length=300,
        error_messages={"required": "请填写来函文号或者项目编号。"},
    )
    names = forms.CharField(
        label="名称，每行一个",
        max_length=240 * MOST,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=f"可以从表格中复制名称和代码两列粘贴，最多 {MOST} 行。不核查自然人。",
        error_messages={"required": "请填写要核查的名称。"},
    )
    table = forms.BooleanField(label="结果下载为表格", required=False)


@asks(Verb.CHECK_SUBJECT, methods=("GET", "POST"))
@once
def screen_names(call: Call) -> HttpResponse:
    """Asked by POST, so that no name stands in an address."""
    form = NamesForm(call.request.POST or None)
    found: ManyScreened | None = None
    if call.request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        desk = Desk(
            actor=call.user,
            organisation=call.user.organisation,
            occasion=Occasion(given["occasion"]),
            reference=given["reference"],
        )
        with refusals_on(form):
            found = screen_at_desk(read_pasted(given["names"]), desk, policy=call.policy, now=call.now)
    if found is not None and form.cleaned_data["table"]:
        rows: list[Any] = [words for row in found.rows for words in words_of(row)]
        return as_table(f"名单核查-{call.today:%Y%m%d}", HEAD, [*rows, (_ending(call, found),)])
    return tables_page(
        call,
        "按名称核查名单",
        _LEAD,
        *(_tables(call, found) if found else ()),
        form=form,
        button="核查",
    )


def _tables(call: Call, found: ManyScreened) -> list[tuple[str, Table]]:
    """First what was found, then what needs a look, then the lines that are wrong; who is on no list is a number."""
    columns = [Column(label) for label in HEAD]
    tables = []
    for kind in (Found.LISTED, Found.UNSURE, Found.WRONG):
        rows = [list(words) for row in found.rows if row.found is kind for words in words_of(row)]
        if rows:
            title = f"{kind.label} {count(found.count(kind))} 行"
            tables.append((title, Table(kind.label, columns, rows, caption_hidden=True)))
    about = Table("本次核查", [Column("说明")], [[_ending(call, found)]], caption_hidden=True)
    return [*tables, ("本次核查", about)]


def _ending(call: Call, found: ManyScreened) -> str:
    nothing = found.count(Found.NOTHING)
    said = f"截至 {call.today}，共 {count(len(found.rows))} 行，名单上没有的 {count(nothing)} 行。"
    return f"{said}{ABOUT}摘要值：{found.snapshot}"
