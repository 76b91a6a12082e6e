"""Commitments for everybody: in which matters they can be made, under which conditions, and which were made.

A commitment is shown as a redacted copy, never as a scan, and leaves with its record (legal guards G9, G13; the column asked for by
开封市 and 石家庄市〔2019〕126 号（一）). The sheet of a matter is printed for the window or put on its screen.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from xinheng.core.commitment_items import PROMISE_LETTER, PROMISE_LIST, Item, ItemList
from xinheng.core.commitment_letters import PromiseLetter, unfilled
from xinheng.core.feeds import ITEMS
from xinheng.core.policy import Policy
from xinheng.interfaces.portal import answers, law, showing, statements
from xinheng.interfaces.portal.finding import ids_named, tidy
from xinheng.interfaces.portal.keyset import Key, Turned, keys_in, paging, turn
from xinheng.interfaces.portal.subjects import qr
from xinheng.interfaces.web.large_text import wants_large_text
from xinheng.interfaces.web.parts import Crumb, Filter, Option
from xinheng.store.public import PublicAct, PublicPolicy

PAGE = 30
TURN_SECONDS = 20


def _versions(kind: str, *, on: date) -> dict[str, tuple[PublicPolicy, int]]:
    """The newest version of each key on a day, and its number."""
    found: dict[str, tuple[PublicPolicy, int]] = {}
    rows = PublicPolicy.objects.using(law.DATABASE).filter(kind=kind, from_on__lte=on)
    for row in rows.order_by("from_on", "pk"):
        found[row.key] = (row, found[row.key][1] + 1 if row.key in found else 1)
    return found


def _list(key: str, *, on: date) -> tuple[ItemList, PublicPolicy, int]:
    held = _versions(PROMISE_LIST, on=on).get(key)
    if held is None:
        raise Http404
    return ItemList.model_validate(held[0].body), *held


def _letters(policy: Policy, *, on: date) -> dict[str, PromiseLetter]:
    standard = {key: entry.letter(key) for key, entry in policy.commitments.letters.items()}
    published = _versions(PROMISE_LETTER, on=on).items()
    return standard | {key: PromiseLetter.model_validate(row.body) for key, (row, _) in published}


@require_safe
def promise_lists(request: HttpRequest) -> HttpResponse:
    """Every list in force."""
    on = answers.day_asked(request)
    policy = law.policy_in_force(on=on)
    context = {
        **law.dated(PROMISE_LIST, PROMISE_LETTER, on=on, path=request.path),
        "crumbs": [Crumb("信用承诺", reverse("portal:commitments")), Crumb("可承诺事项清单")],
        "lists": [
            {
                "title": row.body["title"],
                "sector": law.sector_title(policy, row.body["sector"]),
                "items": len(row.body["items"]),
                "number": number,
                "from_on": row.from_on,
                "url": reverse("portal:promise_list", args=[key]) + _then(on),
            }
            for key, (row, number) in sorted(_versions(PROMISE_LIST, on=on).items())
        ],
    }
    return answers.short_lived(render(request, "portal/commitment_lists.html", context), noindex=False)


@require_safe
def promise_list(request: HttpRequest, key: str) -> HttpResponse:
    """The matters of one list."""
    on = answers.day_asked(request)
    policy = law.policy_in_force(on=on)
    found, row, number = _list(key, on=on)
    context = {
        **law.dated(PROMISE_LIST, PROMISE_LETTER, on=on, path=request.path),
        "crumbs": [
            Crumb("信用承诺", reverse("portal:commitments")),
            Crumb("可承诺事项清单", reverse("portal:promise_lists")),
            Crumb(found.title),
        ],
        "title": found.title,
        "sector": law.sector_title(policy, found.sector),
        "number": number,
        "from_on": row.from_on,
        "digest": row.digest,
        "items": [
            {**_told(policy, item), "url": reverse("portal:promise_item", args=[key, item.key]) + _then(on)}
            for item in found.items
        ],
    }
    return answers.short_lived(render(request, "portal/commitment_list.html", context), noindex=False)


@require_safe
def promise_item(request: HttpRequest, key: str, item: str) -> HttpResponse:
    """The sheet of one matter for the window: conditions, materials, letter, and the way to this page.

    ``screen`` shows it in large letters for the hall; with ``turn`` the next matter of the list follows by itself.
    """
    on = answers.day_asked(request)
    policy = law.policy_in_force(on=on)
    found, row, number = _list(key, on=on)
    known = found.item(item)
    if known is None:
        raise Http404
    letter = _letters(policy, on=on).get(known.letter)
    screen = bool(request.GET.get("screen"))
    context = {
        **law.dated(PROMISE_LIST, PROMISE_LETTER, on=on, path=request.path),
        "crumbs": [
            Crumb("可承诺事项清单", reverse("portal:promise_lists")),
            Crumb(found.title, reverse("portal:promise_list", args=[key])),
            Crumb(known.title),
        ],
        "item": _told(policy, known),
        "letter": unfilled(letter) if letter else None,
        "number": number,
        "from_on": row.from_on,
        "qr": qr(request.build_absolute_uri(request.path)),
        "screen": screen,
        "large_text": screen or wants_large_text(request),
        "screen_url": f"{request.path}?screen=1",
        "turn_url": f"{request.path}?screen=1&turn=1",
        "paper_url": request.path,
        "own_url": _own_url(),
    }
    answer = answers.short_lived(render(request, "portal/commitment_item.html", context), noindex=False)
    if screen and request.GET.get("turn"):
        following = found.items[(found.items.index(known) + 1) % len(found.items)]
        address = reverse("portal:promise_item", args=[key, following.key])
        answer.headers["Refresh"] = f"{TURN_SECONDS}; url={address}?screen=1&turn=1"
    return answer


def _then(on: date) -> str:
    """Keeps a reader of an older day at that day."""
    return f"?on={on}" if on != localdate() else ""


def _own_url() -> str:
    return "/own/"


def _told(policy: Policy, item: Item) -> dict[str, Any]:
    return {
        "title": item.title,
        "nature": item.nature.label,
        "type": policy.commitments.titles.get(item.kind, ""),
        "variant": item.variant.label,
        "basis": item.basis,
        "conditions": item.conditions,
        "at_once": [one.name for one in item.materials if not one.later and not one.promised],
        "later": item.may_wait,
        "promised": [one.name for one in item.materials if one.promised],
        "check_workdays": item.check_workdays,
        "check_way": item.check_way,
        "acts_first": item.variant.acts_first,
    }


@require_safe
def commitments(request: HttpRequest) -> HttpResponse:
    """Commitments that were made, newest first; by enterprise, type and district."""
    today = localdate()
    policy = law.policy_in_force(on=today)
    older, newer = keys_in(request.GET)
    rows = _narrowed(policy, request, on=today)

    def fetch(key: Key | None, towards_older: bool, limit: int) -> Sequence[PublicAct]:
        return showing.beyond(rows, key, towards_older, limit)

    turned: Turned[PublicAct] = turn(
        fetch, key_of=lambda row: Key(row.decided_on, row.pk), older=older, newer=newer, size=PAGE
    )
    context = {
        "filters": _filters(policy, request),
        "reset_url": reverse("portal:commitments"),
        "lists_url": reverse("portal:promise_lists"),
        "own_url": _own_url(),
        "rows": [_line(row) for row in turned.rows],
        "paging": paging(request, turned),
        "noindex": True,
    }
    return answers.short_lived(render(request, "portal/commitments.html", context), noindex=True)


def _narrowed(policy: Policy, request: HttpRequest, *, on: date) -> QuerySet[PublicAct]:
    rows = showing.acts(policy, on=on).filter(item=ITEMS["commitment"]).select_related("subject")
    query = tidy(request.GET.get("q", ""))
    if query:
        rows = rows.filter(subject__in=ids_named(query))
    if (kind := request.GET.get("type", "")) in policy.commitments.types:
        entry = policy.commitments.types[kind]
        rows = rows.filter(title__in=(entry.title, *entry.names))
    district = request.GET.get("district", "")
    if district in policy.counties:
        rows = rows.filter(subject__division_code=district)
    return rows


def _filters(policy: Policy, request: HttpRequest) -> list[Filter]:
    value = request.GET.get
    types = [Option(key, entry.title) for key, entry in policy.commitments.types.items()]
    living = [Option(code, one.name) for code, one in policy.counties.items() if one.until is None]
    whole = [Option("", "全部")]
    return [
        Filter("q", "企业", "text", value("q", ""), placeholder="名称或统一社会信用代码"),
        Filter("type", "承诺类型", "select", value("type", ""), [*whole, *types]),
        Filter("district", "县区", "select", value("district", ""), [*whole, *living]),
    ]


def _line(row: PublicAct) -> dict[str, Any]:
    return {
        "name": row.subject.name,
        "subject_url": reverse("portal:subject", args=[row.subject.public_id]),
        "type": row.title,
        "reason": str(row.fields.get("承诺事由", "")),
        "url": reverse("portal:act", args=[row.pk]),
        "code": row.document_no,
        "authority": row.authority,
        "on": row.decided_on,
        "fulfilment": str(row.fields.get("承诺履行状态", "")) or "未到核查",
        "mark": statements.state(row),
    }
