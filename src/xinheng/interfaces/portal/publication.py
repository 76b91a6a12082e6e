"""The list of published acts and the page of each, with every clock that holds for it (《行政许可法》第四十条,
《行政处罚法》第四十八条; legal guard G8).

The list is read kind by kind along the index of each and merged, so that its first page costs the same at any size.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connections, transaction
from django.db.models import Q, QuerySet
from django.db.utils import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe
from psycopg.errors import QueryCanceled

from xinheng.core.cell_text import guarded
from xinheng.core.days import last_day_if
from xinheng.core.policy import Policy
from xinheng.interfaces.portal import answers, law, showing, statements
from xinheng.interfaces.portal.keyset import Key, Turned, beyond_day, keys_in, paging, turn
from xinheng.interfaces.portal.subjects import head
from xinheng.interfaces.web.parts import Crumb, Filter, Option
from xinheng.store.public import PublicAct

PAGE = 30
EXPORTED = 1000
NARROWED_DAYS = 92
"""A district or provider is looked for within three months unless the reader names other days."""
LONGEST_MS = 1200
"""Longer than this no single query of the list may take."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filters of an address. What is not understood is left out and shown empty in the form."""

    kind: str = ""
    since: date | None = None
    until: date | None = None
    district: str = ""
    provider: str = ""

    @property
    def narrow(self) -> bool:
        return bool(self.district or self.provider)


@require_safe
def acts(request: HttpRequest) -> HttpResponse:
    today = localdate()
    policy = law.policy_in_force(on=today)
    wanted = read_filters(policy, request.GET, today=today)
    turned: Turned[PublicAct]
    try:
        older, newer = keys_in(request.GET)
        turned, too_wide = page_of_acts(policy, wanted, today=today, older=older, newer=newer), False
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
        turned, too_wide = Turned([], None, None), True
    context = {
        "filters": _filters(policy, wanted),
        "reset_url": reverse("portal:acts"),
        "export_url": f"{reverse('portal:acts_csv')}?{request.GET.urlencode()}" if turned.rows else "",
        "acts": [_row(policy, act) for act in turned.rows],
        "paging": paging(request, turned),
        "too_wide": too_wide,
        "tiles": [],
        "noindex": True,
    }
    return answers.short_lived(render(request, "portal/acts.html", context), noindex=True)


@require_safe
def acts_csv(request: HttpRequest) -> HttpResponse:
    """What the list shows from this page on, at most ``EXPORTED`` rows."""
    today = localdate()
    policy = law.policy_in_force(on=today)
    wanted = read_filters(policy, request.GET, today=today)
    older, newer = keys_in(request.GET)
    turned = page_of_acts(policy, wanted, today=today, older=older, newer=newer, size=EXPORTED)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="acts-{today}.csv"'
    answer.write("\ufeff" + _csv(policy, request, turned.rows))
    return answers.short_lived(answer, noindex=True)


@require_safe
def act(request: HttpRequest, number: int) -> HttpResponse:
    today = localdate()
    policy = law.policy_in_force(on=today)
    found = showing.acts(policy, on=today).select_related("subject").filter(pk=number).first()
    if found is None:
        raise Http404
    kind, adverse = (
        law.item_label(policy, found.item),
        law.is_adverse(policy, item=found.item, seriousness=found.seriousness),
    )
    terms = statements.terms(policy, found)
    context = {
        "crumbs": [
            Crumb("首页", reverse("portal:home")),
            Crumb(found.subject.name, reverse("portal:subject", args=[found.subject.public_id])),
            Crumb(kind),
        ],
        "kind": kind,
        "subject": head(policy, found.subject),
        "statement": statements.statement(policy, found, whole=True) if adverse else None,
        "entry": None if adverse else statements.entry(policy, found),
        "clock": statements.clock(policy, found),
        "terms": terms if len(terms) > 1 else [],
        "published_on": localdate(found.published_at),
        "stop_on": last_day_if(found.stop_on),
        "fields": showing.fields(policy, found, kind=found.subject.kind),
        "noindex": adverse,
    }
    return answers.short_lived(render(request, "portal/act.html", context), noindex=adverse)


def read_filters(policy: Policy, parameters: QueryDict, *, today: date) -> Wanted:
    kind, district = parameters.get("kind", ""), parameters.get("district", "")
    provider = parameters.get("provider", "")
    wanted = Wanted(
        kind=kind if kind in law.public_acts(policy) else "",
        since=_day(parameters.get("since", "")),
        until=_day(parameters.get("until", "")),
        district=district if district in policy.counties or district == policy.city.code else "",
        provider=provider
        if any(agency.name == provider for agency in policy.agencies.agencies.values())
        else "",
    )
    if wanted.narrow and wanted.since is None:
        since = (wanted.until or today) - timedelta(days=NARROWED_DAYS)
        return Wanted(wanted.kind, since, wanted.until, wanted.district, wanted.provider)
    return wanted


def page_of_acts(
    policy: Policy,
    wanted: Wanted,
    *,
    today: date,
    older: Key | None = None,
    newer: Key | None = None,
    size: int = PAGE,
) -> Turned[PublicAct]:
    """One page, newest decision first, with the subjects of the acts."""

    def fetch(key: Key | None, back: bool, limit: int) -> Sequence[PublicAct]:
        ids = _ids(policy, wanted, key, back, limit, today=today)
        rows = {row.pk: row for row in _loaded(policy, ids, today=today)}
        return [rows[one] for one in ids if one in rows]

    return turn(fetch, key_of=showing.key_of, older=older, newer=newer, size=size)


def _loaded(policy: Policy, ids: Sequence[int], *, today: date) -> QuerySet[PublicAct]:
    return showing.acts(policy, on=today).select_related("subject").filter(pk__in=ids)


def _ids(
    policy: Policy, wanted: Wanted, key: Key | None, back: bool, limit: int, *, today: date
) -> list[int]:
    """The nearest acts beyond a key: of each kind as many as the page holds, then the nearest of all."""
    kinds = law.public_acts(policy)
    items = [kinds[wanted.kind]] if wanted.kind else list(kinds.values())
    order = ("-decided_on", "-id") if back else ("decided_on", "id")
    known = showing.acts(policy, on=today).filter(
        _filter(wanted), beyond_day(key, back), decided_on__isnull=False
    )
    parts = [
        known.filter(item=item).order_by(*order).values_list("decided_on", "id")[:limit] for item in items
    ]
    with transaction.atomic(using=showing.DATABASE):
        with connections[showing.DATABASE].cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = %s", [LONGEST_MS])
        rows = [row for part in parts for row in part]
    rows.sort(reverse=back)
    return [number for _, number in rows[:limit]]


def _filter(wanted: Wanted) -> Q:
    found = Q()
    if wanted.since:
        found &= Q(decided_on__gte=wanted.since)
    if wanted.until:
        found &= Q(decided_on__lte=wanted.until)
    if wanted.district:
        found &= Q(subject__division_code=wanted.district)
    if wanted.provider:
        found &= Q(provider=wanted.provider)
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _filters(policy: Policy, wanted: Wanted) -> list[Filter]:
    kinds = [Option(key, policy.act(key).title) for key in law.public_acts(policy)]
    counties = [Option(code, county.name) for code, county in policy.counties.items() if county.until is None]
    agencies = sorted({agency.name for agency in policy.agencies.agencies.values()})
    everything = Option("", "全部")
    return [
        Filter("kind", "类别", "select", wanted.kind, [everything, *kinds]),
        Filter("since", "决定日期自", "date", str(wanted.since or "")),
        Filter("until", "至", "date", str(wanted.until or "")),
        Filter("district", "企业所在地", "select", wanted.district, [everything, *counties]),
        Filter(
            "provider", "提供单位", "select", wanted.provider, [everything, *(Option(n, n) for n in agencies)]
        ),
    ]


def _row(policy: Policy, found: PublicAct) -> dict[str, Any]:
    return {
        "kind": law.item_label(policy, found.item),
        "name": found.subject.name,
        "subject_url": reverse("portal:subject", args=[found.subject.public_id]),
        "title": statements.title(policy, found),
        "url": statements.act_url(found),
        "document_no": found.document_no,
        "authority": found.authority or found.provider or "",
        "decided_on": found.decided_on,
        "published_on": localdate(found.published_at),
        "clock": statements.clock(policy, found, brief=True),
        "state": statements.state(found),
    }


_HEAD = (
    "类别",
    "相对人",
    "统一社会信用代码",
    "内容",
    "文号",
    "机关",
    "决定日期",
    "公示日期",
    "公示截止日期",
    "网址",
    "标注",
)


def _csv(policy: Policy, request: HttpRequest, rows: Sequence[PublicAct]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_HEAD)
    for found in rows:
        shown = _row(policy, found)
        last = last_day_if(found.stop_on) or ""
        cells = (
            *(shown["kind"], shown["name"], found.subject.code or "", shown["title"], shown["document_no"]),
            *(shown["authority"], shown["decided_on"], shown["published_on"], last),
            request.build_absolute_uri(shown["url"]),
            shown["state"],
        )
        writer.writerow([guarded(str(cell)) for cell in cells])
    return out.getvalue()


def latest(policy: Policy, wanted: Wanted, *, today: date, limit: int) -> list[dict[str, Any]]:
    """The newest acts of all kinds, for the front page."""
    return [_row(policy, found) for found in page_of_acts(policy, wanted, today=today, size=limit).rows]
