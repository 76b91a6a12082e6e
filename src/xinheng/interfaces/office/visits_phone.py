"""The page of inspectors on the phone, which works without network, and what it asks and sends.

The page itself holds nothing of anybody: a service worker of its own scope keeps it, the list comes apart and is sealed on
the phone. Times of the phone are corrected by the server's (legal guard G7).
"""

import hashlib
import json
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.urls import reverse

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.core.visits import UNREACHED
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.visits_parcels import Parcel, parcel_of
from xinheng.interfaces.web.refusals import told
from xinheng.services.cases import state_title
from xinheng.services.draw_substitutes import changes_at
from xinheng.services.visit_items import items_of
from xinheng.services.visits import certificates_of, points_of, results_of
from xinheng.services.visits_phone import take_from_phone
from xinheng.store.letters import IssuedLetter
from xinheng.store.visits import Visit

MOST = 200
_OPEN = {"approved": "go", "notified": "go", "rushed": "go", "on_site": "there", "rush_on_site": "there"}
_STYLES = ("tokens.css", "base.css", "field.css", "print.css", "chop.svg")
_CAMERA = "camera=(self), geolocation=(), microphone=()"


@asks(Verb.RECORD_VISIT)
def field(call: Call) -> HttpResponse:
    """The same for everybody: it is kept on phones."""
    response = HttpResponse(_shell(call))
    response["Permissions-Policy"] = _CAMERA
    response["Cache-Control"] = "no-cache"
    return response


def _shell(call: Call) -> str:
    context = {
        "noindex": True,
        "visits_url": f"{reverse('office:visits')}?kind=mine",
        "list_url": reverse("office:field_list"),
        "sync_url": reverse("office:field_sync"),
        "worker_url": reverse("office:field_worker"),
        "login_url": f"{reverse('account_login')}?next={reverse('office:field')}",
        "leave_url": reverse("account_logout"),
    }
    return render_to_string("office/field.html", context, request=call.request)


@asks(Verb.RECORD_VISIT)
def field_worker(call: Call) -> HttpResponse:
    """The service worker. Its name for what it keeps changes with every file of the page."""
    files = _assets()
    known = hashlib.sha256(_shell(call).encode())
    for path in files.values():
        known.update(Path(path).read_bytes())
    head = {"name": f"xinheng-field-{known.hexdigest()[:16]}", "page": reverse("office:field")}
    kept = json.dumps({**head, "files": list(files)})
    script = Path(_found("web/field/worker.js")).read_text(encoding="utf-8")
    response = HttpResponse(f"const KEPT = {kept};\n{script}", content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@lru_cache
def _assets() -> dict[str, str]:
    """Address and place of each file that the page needs."""
    folder = Path(_found("web/field/worker.js")).parent
    names = [f"web/field/{one.name}" for one in sorted(folder.glob("*.js")) if one.name != "worker.js"]
    names += [f"web/{one}" for one in _STYLES]
    return {f"{settings.STATIC_URL}{name}": _found(name) for name in names}


def _found(name: str) -> str:
    place = finders.find(name)
    assert isinstance(place, str)
    return place


@asks(Verb.RECORD_VISIT)
def field_list(call: Call) -> HttpResponse:
    """The visits this person is sent to and that are not recorded yet, with what is needed there and nothing more."""
    mine = certificates_of(call.user)
    found = Visit.objects.filter(certificates__overlap=mine, case__state__in=_OPEN)
    visits = (
        list(found.select_related("case", "subject", "plan", "drawn").order_by("pk")[:MOST]) if mine else []
    )
    noticed = _noticed(visits)
    return _json(
        {
            "owner": call.user.public_id,
            "csrf": get_token(call.request),
            "now": call.now.isoformat(),
            "visits": [_visit(one, noticed, call.policy) for one in visits],
        }
    )


def _noticed(visits: list[Visit]) -> set[int]:
    """Cases whose notice names the officers who go now."""
    letters = IssuedLetter.objects.filter(case__in=[one.case_id for one in visits], kind="inspection_notice")
    newest = dict(letters.order_by("issued_at").values_list("case_id", "issued_at"))
    changed = changes_at(visits)
    found = set(newest)
    return found - {
        one.case_id
        for one in visits
        if one.case_id in found and one.pk in changed and newest[one.case_id] < changed[one.pk]
    }


def _visit(visit: Visit, noticed: set[int], policy: Policy) -> dict[str, Any]:
    case, subject = visit.case, visit.subject
    return {
        "id": case.public_id,
        "number": case.number,
        "state": state_title(case),
        "there": _OPEN[case.state] == "there",
        "noticed": case.pk in noticed or case.state == "rushed",
        "name": subject.name,
        "credit_code": subject.code or "",
        "address": subject.address,
        "matter": visit.matter,
        "ground": items_of(visit, policy=policy).ground,
        "code": visit.code,
        "team": visit.certificates,
        "points": [{"key": key, "text": one.text} for key, one in points_of(visit, policy=policy).items()],
        "results": [
            {"key": key, "title": one.title, "failing": one.failing, "away": key == UNREACHED}
            for key, one in results_of(visit, policy=policy).items()
        ],
    }


@asks(Verb.RECORD_VISIT, methods=("POST",))
def field_sync(call: Call) -> HttpResponse:
    """Answers each thing apart; a refusal of the whole says that nothing was taken."""
    try:
        parcel = parcel_of(_body(call), now=call.now)
        _demand_sender(call, parcel)
    except Refusal as refusal:
        said = {"code": refusal.code, "words": told(refusal)}
        return _json(said, status=409 if refusal.code == "VP3" else 400)
    answers = parcel.in_order(
        take_from_phone(
            parcel.items, offset_now=parcel.offset, actor=call.user, policy=call.policy, now=call.now
        )
    )
    return _json({"now": call.now.isoformat(), "answers": [asdict(one) for one in answers]})


def _body(call: Call) -> bytes:
    try:
        return call.request.body
    except RequestDataTooBig as error:
        raise Refusal(
            "VP4", "一次上传的内容超过 2 MiB，没有接收。", advice="请刷新外勤页后分次上传。"
        ) from error


def _demand_sender(call: Call, parcel: Parcel) -> None:
    """What one inspector wrote is not sent under the name of another who signed in on the same phone."""
    if parcel.owner != call.user.public_id:
        raise Refusal(
            "VP3",
            "手机上的记录属于另一个账号，没有上传。",
            advice="请用写下这些记录的账号登录后上传。",
        )


def _json(said: dict[str, Any], *, status: int = 200) -> HttpResponse:
    response = JsonResponse(said, status=status, json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = "private, no-store"
    return response
