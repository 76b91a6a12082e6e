"""Results of checks as anybody may see them: of whom, on which matter, when, by whom, with which result and until when.

Only what is published and not ended is here: a negative result leaves with its last day, its repair or its withdrawal. A clean
result is no failing (《优化营商环境条例》第五十四条; legal guards G1, G6, G9).
"""

import csv
import io
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from xinheng.core.catalogue import Item
from xinheng.core.cell_text import guarded
from xinheng.core.days import last_day_if
from xinheng.interfaces.portal import answers, law, showing, statements
from xinheng.interfaces.portal.inspections import section
from xinheng.interfaces.portal.keyset import Key, Turned, beyond_day, keys_in, paging, turn
from xinheng.interfaces.web.parts import Filter, Option
from xinheng.store.public import PublicAct

PAGE = 30
EXPORTED = 1000
_KINDS = {"failing": "发现问题的", "clean": "没有发现问题的"}
_HEAD = ("企业", "统一社会信用代码", "检查事项", "检查日期", "检查机关", "检查结果", "检查单编号", "公示至")


@require_safe
def inspection_results(request: HttpRequest) -> HttpResponse:
    kind, turned = _asked(request, size=PAGE)
    options = [Option("", "全部"), *(Option(*one) for one in _KINDS.items())]
    context = {
        "filters": [Filter("result", "结果", "select", kind, options)],
        "reset_url": reverse("portal:inspection_results"),
        "export_url": f"{reverse('portal:inspection_results_csv')}?{request.GET.urlencode()}"
        if turned.rows
        else "",
        "results": [_row(one) for one in turned.rows],
        "paging": paging(request, turned),
        "section": section(),
        "check_url": reverse("counter:visit_codes"),
        "noindex": True,
    }
    return answers.short_lived(render(request, "portal/inspection_results.html", context), noindex=True)


@require_safe
def inspection_results_csv(request: HttpRequest) -> HttpResponse:
    """What the list shows from this page on, at most ``EXPORTED`` rows."""
    _, turned = _asked(request, size=EXPORTED)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_HEAD)
    for one in turned.rows:
        shown = _row(one)
        cells = (shown["name"], shown["code"], shown["matter"], shown["on"], shown["organ"], shown["result"])
        writer.writerow([guarded(str(cell)) for cell in (*cells, shown["document_no"], shown["until"] or "")])
    answer = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="inspections-{localdate()}.csv"'
    return answers.short_lived(answer, noindex=True)


def _asked(request: HttpRequest, *, size: int) -> tuple[str, Turned[PublicAct]]:
    today = localdate()
    kind = request.GET.get("result", "")
    known = showing.acts(law.policy_in_force(on=today), on=today).filter(
        item=Item.INSPECTION, decided_on__isnull=False
    )
    if kind in _KINDS:
        known = known.filter(seriousness__gt=0) if kind == "failing" else known.filter(seriousness=0)

    def fetch(key: Key | None, back: bool, limit: int) -> Sequence[PublicAct]:
        order = ("-decided_on", "-id") if back else ("decided_on", "id")
        return list(known.filter(beyond_day(key, back)).select_related("subject").order_by(*order)[:limit])

    older, newer = keys_in(request.GET)
    turned = turn(fetch, key_of=showing.key_of, older=older, newer=newer, size=size)
    return kind if kind in _KINDS else "", turned


def _row(one: PublicAct) -> dict[str, Any]:
    """A sole trader by its trade name and code, as in the register; nothing of its operator (legal guard G1)."""
    return {
        "name": one.subject.name,
        "code": one.subject.code or "",
        "subject_url": reverse("portal:subject", args=[one.subject.public_id]),
        "matter": one.title,
        "url": statements.act_url(one),
        "document_no": one.document_no,
        "organ": one.authority or one.provider or "",
        "on": one.decided_on,
        "result": str(one.fields.get("检查结果", "")),
        "failing": one.seriousness > 0,
        "until": last_day_if(one.stop_on),
        "mark": statements.state(one),
    }
