"""Reading keys of a grant, how much is taken through them, and who asked about a subject."""

from datetime import date
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse

from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.batches import day_in
from xinheng.interfaces.office.exporting import as_table
from xinheng.interfaces.office.form_page import form_page
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.owned import CASE, SUBJECT
from xinheng.interfaces.office.paging import address
from xinheng.interfaces.office.records_shown import file_crumbs
from xinheng.interfaces.office.wording import item_title
from xinheng.interfaces.web.charts import Bar, Chart, bars
from xinheng.interfaces.web.figures import count
from xinheng.interfaces.web.parts import Column, Crumb, Filter, Link, Table
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.sharing import ReadingSystem, give_key
from xinheng.services.sharing_use import Usage, usage, who_asked
from xinheng.store.casework import Case
from xinheng.store.sharing import SharingGrant
from xinheng.store.subjects import Subject

HEAD = ("月份", "单位", "信息项", "调用次数", "其中被拒", "涉及主体", "记录数")


class ReadingForm(forms.Form):
    """Which system reads, and from where."""

    name = forms.CharField(
        label="系统名称", max_length=120, error_messages={"required": "请填写使用数据的系统的名称。"}
    )
    networks = forms.CharField(
        label="许可的网络",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="地址或网段，每行一个；留空则不限制。",
    )
    sandbox = forms.BooleanField(
        label="沙箱密钥",
        required=False,
        help_text="供开发时试用核查接口：只答编造的样例主体，读不到任何企业，也不登记。",
    )


@asks(Verb.MANAGE_SENDERS, of=CASE, methods=("GET", "POST"))
@once
def sharing_key(call: Call, case: Case) -> HttpResponse:
    """The text of the key is in this answer and nowhere else."""
    grant = SharingGrant.objects.select_related("organisation").filter(case=case).first()
    if grant is None:
        raise Refusal("GX07", "申请还没有批准，不能办理密钥。", advice="请等待批准。")
    form = ReadingForm(call.request.POST or None)
    back = reverse("office:sharing_case", kwargs={"case": case.public_id})
    crumbs = [Crumb("数据共享", reverse("office:sharing")), Crumb(case.number, back), Crumb("办理密钥")]
    if call.request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        system = ReadingSystem(
            name=given["name"], networks=tuple(given["networks"].splitlines()), sandbox=given["sandbox"]
        )
        with refusals_on(form):
            key, text = give_key(grant, system, actor=call.user, now=call.now)
            unit = call.tree.name(grant.organisation_id)
            reads = "、".join(_title(call, code) for code in grant.items)
            shown = {
                "name": key.name,
                "unit": unit,
                "feeds": "沙箱：只试用核查" if key.sandbox else f"只读取：{reads}",
                "expires_on": key.expires_on,
            }
            made = {"crumbs": crumbs, "key": shown, "text": text, "url": back, "api_url": "/api/v1/"}
            response = call.render("sender_made", made)
            response.headers["Cache-Control"] = "no-store"
            return response
    lead = "一个密钥只用于一个系统，只能读取批准的信息项和字段，到批准的截止日为止。"
    return form_page(call, form, crumbs, heading="办理读取密钥", lead=lead, button="办理")


def _title(call: Call, code: str) -> str:
    item = call.policy.catalogue.items.get(code)
    return item_title(item.number, call.policy) if item else code or "没有读到或被拒绝"


@asks(Verb.READ_DASHBOARD)
def sharing_use(call: Call) -> HttpResponse:
    from_on = day_in(call, "from_on") or date(call.today.year, 1, 1)
    until_on = day_in(call, "until_on") or call.today
    lines = usage(call.reach(Verb.READ_DASHBOARD), from_on=from_on, until_on=until_on)
    rows = [_row(call, line) for line in lines]
    if call.request.GET.get("export") == "csv":
        return as_table(f"共享使用-{from_on}-{until_on}", HEAD, rows)
    context = {
        "crumbs": [Crumb("数据共享", reverse("office:sharing")), Crumb("使用统计")],
        "exports": [Link("导出表格", address(call.request, export="csv"))],
        "filters": [
            Filter("from_on", "起", "date", from_on.isoformat()),
            Filter("until_on", "止", "date", until_on.isoformat()),
        ],
        "reset_url": reverse("office:sharing_use"),
        "chart": _chart(call, lines),
        "table": Table(
            caption="按月份、单位和信息项",
            columns=[Column(label, "text" if place < 3 else "number") for place, label in enumerate(HEAD)],
            rows=[[*map(str, row[:3]), *(count(int(one)) for one in row[3:])] for row in rows],
            empty="这段时间没有部门通过共享接口读取数据。",
            caption_hidden=True,
        ),
    }
    return call.render("sharing_use", context)


def _row(call: Call, line: Usage) -> list[Any]:
    unit = call.tree.name(line.organisation)
    month = f"{line.month:%Y-%m}"
    return [month, unit, _title(call, line.item), line.calls, line.refused, line.subjects, line.records]


def _chart(call: Call, lines: tuple[Usage, ...]) -> Chart | None:
    """Calls by organisation; one call that reads two items counts with each."""
    found: dict[int, int] = {}
    for line in lines:
        found[line.organisation] = found.get(line.organisation, 0) + line.calls
    if not found:
        return None
    ordered = sorted(found.items(), key=lambda pair: -pair[1])
    rows = [Bar(call.tree.name(unit), calls, f"{count(calls)} 次") for unit, calls in ordered]
    return bars(rows, title=f"{rows[0].label}调用最多", head=("单位", "调用次数"))


@asks(Verb.READ_SUBJECT_FILE, of=SUBJECT)
def asked(call: Call, subject: Subject) -> HttpResponse:
    """Organisations, purposes and days: what the enterprise itself is shown too."""
    table = Table(
        caption="谁查询过",
        columns=[
            Column("日期", "day"),
            Column("单位"),
            Column("用途"),
            Column("信息项"),
            Column("次数", "number"),
            Column("授权"),
        ],
        rows=[
            [
                one.day.isoformat(),
                one.organisation,
                f"{one.purpose}：{one.matter}",
                "、".join(_title(call, code) for code in one.items),
                count(one.calls),
                "、".join(one.consents) or "—",
            ]
            for one in who_asked(subject)
        ],
        empty="还没有部门通过共享接口查询过这个主体。",
        caption_hidden=True,
    )
    context = {
        "crumbs": file_crumbs(subject, Crumb("谁查询过")),
        "subject": subject.name,
        "table": table,
    }
    return call.render("asked", context)
