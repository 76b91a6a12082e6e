"""The changes of open data by their numbers: which row is to be looked at, and what it says now.

A row is read when somebody asks. One that has ended since is told by its key alone, whatever the change was then, so that
nothing that has ended is ever told again (legal guard G9). Whoever applies all changes in order holds what is public.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import Max
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from xinheng.core.open_tables import Source, Table, tables
from xinheng.interfaces.portal import answers, law
from xinheng.store.public import DATABASE, PublicOpenChange, open_rows

LIMIT, MOST = 200, 1000
_AHEAD = {
    "code": "OD3",
    "message": "这个编号还没有发出过。",
    "advice": "请核对编号；编号无误的，请重新取得快照，从清单中的 last_change 继续。",
}
_MALFORMED = {
    "code": "OD2",
    "message": "编号或者条数写法有误。",
    "advice": f"after 写已经读到的编号（整数，从头读写 0），limit 写 1 至 {MOST}，format 写 json 或者 ndjson。",
}


@require_safe
def open_data_changes(request: HttpRequest) -> HttpResponse:
    """At most ``limit`` changes after a number: number, day, table, key, kind, and the row where it stands."""
    after, limit = _whole(request.GET.get("after", "0")), _whole(request.GET.get("limit", str(LIMIT)))
    form = request.GET.get("format", "json")
    if after is None or limit is None or not 1 <= limit <= MOST or form not in ("json", "ndjson"):
        return answers.short_lived(JsonResponse(_MALFORMED, status=400), noindex=True)
    known = PublicOpenChange.objects.using(DATABASE)
    last: int = known.aggregate(Max("number"))["number__max"] or 0
    if after > last:
        return answers.short_lived(JsonResponse(_AHEAD, status=400), noindex=True)
    found = list(known.filter(number__gt=after).order_by("number")[:limit])
    told = list(_told(found, on=localdate()))
    following = found[-1].number if found else after
    if form == "ndjson":
        lines = "".join(json.dumps(one, ensure_ascii=False, default=str) + "\n" for one in told)
        answer = HttpResponse(lines, content_type="application/x-ndjson; charset=utf-8")
    else:
        more = f"{reverse('portal:open_data_changes')}?after={following}&limit={limit}"
        body = {"changes": told, "next": following, "last": last, "next_url": more}
        answer = JsonResponse(body, json_dumps_params={"ensure_ascii": False})
    return answers.short_lived(answer, noindex=True)


def _told(changes: Iterable[PublicOpenChange], *, on: date) -> Iterable[dict[str, Any]]:
    changes = list(changes)
    known = tables(law.policy_in_force(on=on))
    rows: dict[str, Mapping[str, dict[str, Any]]] = {}
    for dataset in {one.dataset for one in changes} & set(known):
        keys = sorted({one.key for one in changes if one.dataset == dataset})
        rows[dataset] = _standing(known[dataset], keys, on=on)
    for one in changes:
        row = rows.get(one.dataset, {}).get(one.key)
        told = {
            "offset": one.number,
            "day": one.day.isoformat(),
            "dataset": one.dataset,
            "key": one.key,
            "kind": _kind(one.kind, stands=row is not None),
        }
        yield told | ({"row": row} if row is not None else {})


def _standing(table: Table, keys: list[str], *, on: date) -> dict[str, dict[str, Any]]:
    """Rows that stand now, by key; empty values are null, as in the files."""
    names = [one.name for one in table.columns]
    wanted = set(keys)
    found = table.rows if table.source is Source.MEASURE else open_rows(table, on=on, keys=keys)
    told = ((str(row[0]), [None if value == "" else value for value in row]) for row in found)
    return {key: dict(zip(names, row, strict=True)) for key, row in told if key in wanted}


def _kind(noted: str, *, stands: bool) -> str:
    if stands:
        return "added" if noted == "added" else "changed"
    return "retracted" if noted == "retracted" else "deleted"


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else None
