"""The page of inspectors on the phone, as the server gives and takes it: who may, what it holds, what each message is answered."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from tests.interfaces.office_people import enrol, signed_in, text
from tests.people import NOW, People, make_user
from tests.services.phones import paper, photo
from tests.services.trips import CODE, POINTS, TEAM, Trips, make_trips

from xinheng.core.policy import Policy
from xinheng.core.roles import Role
from xinheng.store.models import Attachment, DrawSubstitute, User, Visit, VisitArrival, VisitSheet

pytestmark = [
    pytest.mark.usefixtures("office_clock"),
    pytest.mark.row("M8-04"),
    pytest.mark.row("X-06"),
    pytest.mark.guard("G7"),
]
PAGE, LIST, SYNC = "/office/visits/field/", "/office/visits/field/list", "/office/visits/field/sync"
CLOCK = {"at": NOW.isoformat(), "offset": 0}


@pytest.fixture
def trips(people: People, policy: Policy, home: object) -> Trips:
    return make_trips(people, policy)


def _arrival(visit: Visit, /, **given: object) -> dict[str, Any]:
    known = {
        "kind": "arrival",
        "client_id": "phone-arrival",
        "way": "code",
        "code": visit.code,
        "clock": CLOCK,
    }
    return {**known, "visit": visit.case.public_id, **given}


def _sheet(visit: Visit, /, **given: object) -> dict[str, Any]:
    said = {"result": "no_problem", "found": "没有发现问题", "views": "", "present": list(TEAM)}
    points = {key: {"finding": "fit", "note": ""} for key in POINTS}
    known = {"kind": "sheet", "client_id": "phone-sheet", "clock": CLOCK, "points": points}
    return {**known, **said, "visit": visit.case.public_id, **given}


def _paper(visit: Visit, content: bytes) -> dict[str, Any]:
    one = paper(visit, content)
    return {
        "kind": "paper",
        "client_id": one.client_id,
        "visit": one.visit,
        "what": "photo",
        "content": base64.b64encode(content).decode(),
    }


def _sync(client: Client, user: User, *items: object, **given: object) -> HttpResponse:
    body = {"owner": user.public_id, "device_now": NOW.isoformat(), "items": list(items), **given}
    return client.post(SYNC, json.dumps(body), content_type="application/json")


def _answers(response: HttpResponse) -> list[tuple[str, str]]:
    return [(one["state"], one["code"]) for one in json.loads(response.content)["answers"]]


def test_the_page_holds_nothing_of_anybody_and_alone_opens_the_camera(trips: Trips) -> None:
    visit = trips.approved()
    li = signed_in(trips.li)
    response = li.get(PAGE)
    assert response.headers["Permissions-Policy"] == "camera=(self), geolocation=(), microphone=()"
    for word in (visit.subject.name, visit.code, trips.li.display_name, trips.li.public_id, "csrf"):
        assert word not in text(response)
    assert "camera=()" in li.get(reverse("office:visits")).headers["Permissions-Policy"]


def test_the_worker_keeps_the_page_and_its_files_and_no_other_page(trips: Trips) -> None:
    response = signed_in(trips.li).get("/office/visits/field/worker.js")
    assert response.headers["Content-Type"].startswith("text/javascript")
    kept = json.loads(text(response).splitlines()[0].removeprefix("const KEPT = ").removesuffix(";"))
    assert kept["page"] == PAGE
    assert all(one.startswith("/static/web/") for one in kept["files"])
    assert {"/static/web/field/page.js", "/static/web/field/vault.js"} <= set(kept["files"])


def test_an_inspector_is_listed_what_is_assigned_and_needed_there(trips: Trips) -> None:
    visit = trips.approved()
    other = make_user("other", "何检查", trips.people.market, Role.INSPECTOR)
    given = json.loads(signed_in(trips.li).get(LIST).content)
    (one,) = given["visits"]
    assert (one["name"], one["credit_code"], one["noticed"]) == (visit.subject.name, CODE, True)
    assert [point["key"] for point in one["points"]] == list(POINTS)
    assert given["owner"] == trips.li.public_id
    assert json.loads(signed_in(other).get(LIST).content)["visits"] == []
    assert "马检查" not in json.dumps(given, ensure_ascii=False)


@pytest.mark.row("M8-03")
def test_a_notice_that_names_the_officers_of_before_is_none(trips: Trips) -> None:
    visit = trips.approved()
    li = signed_in(trips.li)
    assert json.loads(li.get(LIST).content)["visits"][0]["noticed"] is True
    assert visit.drawn is not None
    DrawSubstitute.objects.create(
        draw=visit.drawn.draw,
        drawn=visit.drawn,
        absent_no="4102000009",
        cause="recused",
        reason="申请依法回避",
        proposed_by=trips.people.wang,
        proposed_at=NOW,
        agreed_by=trips.people.zhao,
        agreed_at=NOW + timedelta(days=1),
        sequence=1,
        substitute_no=TEAM[0],
    )
    assert json.loads(li.get(LIST).content)["visits"][0]["noticed"] is False


def test_what_the_phone_sends_is_seen_once_in_the_office(trips: Trips) -> None:
    visit = trips.approved()
    li = signed_in(trips.li)
    items = [_arrival(visit), _sheet(visit), _paper(visit, photo())]
    assert _answers(_sync(li, trips.li, *items)) == [("taken", "")] * 3
    assert _answers(_sync(li, trips.li, *items)) == [("known", "")] * 3
    assert VisitArrival.objects.count() == VisitSheet.objects.count() == Attachment.objects.count() == 1
    page = text(signed_in(trips.people.wang).get(reverse("office:case", args=[visit.case.number])))
    assert "没有发现问题" in page
    assert json.loads(li.get(LIST).content)["visits"] == []


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"kind": "score"}, "VP5"),
        ({"visit": "../../etc"}, "VP5"),
        ({"way": "drone"}, "VP5"),
        ({"clock": {"at": "2026-11-20 10:00", "offset": 0}}, "VP5"),
        ({"clock": {"at": "9999-12-31T23:59:59Z", "offset": 300_000_000}}, "VP5"),
        ({"clock": {"at": NOW.isoformat(), "offset": 10**30}}, "VP5"),
        ({"code": "a\x00b"}, "W05"),
        ({"code": "\ud800"}, "W05"),
        ({"extra": 1}, "VP5"),
    ],
)
def test_a_malformed_thing_is_answered_by_its_place_and_holds_up_nothing(
    trips: Trips, changed: dict[str, object], code: str
) -> None:
    visit = trips.approved()
    wrong = _arrival(visit, **changed)
    answers = _answers(_sync(signed_in(trips.li), trips.li, wrong, _arrival(visit)))
    assert answers == [("refused", code), ("taken", "")]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "VP1"),
        (b"[]", "VP1"),
        (b'{"owner": 1}', "VP1"),
        (b"\xff\xfe", "VP1"),
        (b"[" * 100_000, "VP1"),
        (b'{"owner": "a", "device_now": "0001-01-01T00:00:00+14:00", "items": []}', "VP3"),
        (b'{"owner": "a", "device_now": "2026-11-20T10:00:00Z", "items": [' + b"1," * 200 + b"1]}", "VP2"),
        (b'{"owner": "' + b"a" * 3 * 1024 * 1024 + b'"}', "VP4"),
    ],
)
def test_what_is_no_parcel_is_refused_as_a_whole(trips: Trips, body: bytes, code: str) -> None:
    response = signed_in(trips.li).post(SYNC, body, content_type="application/json")
    assert response.status_code in (400, 409)
    assert json.loads(response.content)["code"] == code


def test_a_refusal_comes_with_the_law_it_rests_on(trips: Trips) -> None:
    visit = trips.approved()
    answer = _sync(signed_in(trips.li), trips.li, _arrival(visit, code="22222ABCDE"))
    (one,) = json.loads(answer.content)["answers"]
    assert (one["code"], one["citation"]) == ("VF1", "国办发〔2024〕54号")


def test_what_one_wrote_is_not_sent_under_the_name_of_another(trips: Trips) -> None:
    visit = trips.approved()
    response = _sync(signed_in(trips.ma), trips.li, _arrival(visit))
    assert response.status_code == 409
    assert json.loads(response.content)["code"] == "VP3"
    assert not VisitArrival.objects.exists()


def test_a_session_that_ran_out_is_sent_to_sign_in_and_nothing_is_taken(trips: Trips) -> None:
    visit = trips.approved()
    response = _sync(Client(), trips.li, _arrival(visit))
    assert response.status_code == 302
    assert not VisitArrival.objects.exists()


def test_a_message_without_the_token_is_refused(trips: Trips) -> None:
    visit = trips.approved()
    enrol(trips.li)
    client = Client(enforce_csrf_checks=True)
    client.force_login(trips.li)
    assert _sync(client, trips.li, _arrival(visit)).status_code == 403
    token = json.loads(client.get(LIST).content)["csrf"]
    body = {"owner": trips.li.public_id, "device_now": NOW.isoformat(), "items": [_arrival(visit)]}
    sent = client.post(
        SYNC, json.dumps(body), content_type="application/json", headers={"X-CSRFToken": token}
    )
    assert _answers(sent) == [("taken", "")]


def test_a_phone_far_ahead_is_corrected_by_what_the_message_shows(trips: Trips) -> None:
    visit, ahead = trips.approved(), timedelta(hours=5)
    wrong = {"at": (NOW + ahead).isoformat(), "offset": -5 * 3600}
    sent = _sync(
        signed_in(trips.li),
        trips.li,
        _arrival(visit, clock=wrong),
        device_now=(NOW + ahead).isoformat(),
    )
    assert _answers(sent) == [("taken", "")]
    assert VisitArrival.objects.get().at == NOW
