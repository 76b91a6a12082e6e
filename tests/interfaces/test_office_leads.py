"""Leads on their pages and by key: an officer deals with each once, and neither portal nor the enterprise learns of a lead."""

from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from tests.interfaces.api_calls import Caller, caller, post_json
from tests.interfaces.office_people import post, signed_in, text
from tests.interfaces.own_space import visitor_of
from tests.interfaces.portal_city import portal_reads_default
from tests.people import NOW, People, make_organisation, make_user
from tests.services.trips import CODE, Trips, make_trips

from xinheng.core.policy import Policy
from xinheng.core.roles import Role
from xinheng.store.models import CaseCheck, Lead, OrganisationKind, User

pytestmark = [pytest.mark.usefixtures("office_clock"), pytest.mark.row("M8-08"), pytest.mark.guard("G7")]
WHAT = "冷库温度持续偏高"
PUSHED = {
    "external": "D-1",
    "code": CODE,
    "device": "iot",
    "device_no": "LK-07",
    "what": WHAT,
    "said": "连续 3 小时高于 8 度",
    "observed_at": (NOW - timedelta(hours=1)).isoformat(),
}


@pytest.fixture
def trips(people: People, policy: Policy, home: object, uploads: object) -> Trips:
    made = make_trips(people, policy)
    made.subject()
    return made


@pytest.fixture
def system(trips: Trips, people: People, policy: Policy) -> Caller:
    return caller(people, policy)


@pytest.fixture
def he(trips: Trips) -> User:
    return make_user("he", "何市监", trips.people.market, Role.REVIEWER)


def _push(system: Caller, **changed: object) -> HttpResponse:
    return post_json("/api/v1/leads", {**PUSHED, **changed}, system.text)


def _url(lead: Lead) -> str:
    return reverse("office:lead", kwargs={"lead": lead.public_id})


def test_a_lead_pushed_twice_is_one_and_answered_with_its_state(system: Caller) -> None:
    first = _push(system).json()
    assert first == _push(system).json() and first["outcome"] == "open"
    assert Lead.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"attachments": ["sha256:" + "a" * 64]}, 409),
        ({"code": "1" * 18}, 409),
        ({"device": "spy"}, 400),
        ({"observed_at": "昨天"}, 400),
        ({"observed_at": "2026-11-20T09:00:00"}, 400),
        ({"what": ""}, 400),
    ],
)
def test_a_lead_that_does_not_fit_is_refused(system: Caller, changed: dict[str, object], status: int) -> None:
    answer = _push(system, **changed)
    assert answer.status_code == status and answer.headers["Content-Type"] == "application/problem+json"
    assert not Lead.objects.exists()


def test_an_officer_closes_a_lead_with_a_reason(system: Caller, he: User) -> None:
    _push(system)
    lead, client = Lead.objects.get(), signed_in(he)
    assert WHAT in text(client.get(reverse("office:leads")))
    assert "没有写明怎样判断的" in text(post(client, _url(lead), {"verb": "close", "reason": "无"}))
    assert "请写明看了什么" in text(post(client, _url(lead), {"verb": "close"}))
    assert post(client, _url(lead), {"verb": "close", "reason": "正在除霜，已恢复"}).status_code == 302
    page = text(client.get(_url(lead)))
    assert "未发现问题，已关闭" in page and "何市监" in page and 'name="verb"' not in page


def test_an_officer_asks_the_enterprise_by_letter(system: Caller, he: User) -> None:
    _push(system)
    lead, client = Lead.objects.get(), signed_in(he)
    answer = post(client, _url(lead), {"verb": "prompt", "reason": "读数偏高，请企业自查"})
    lead.refresh_from_db()
    assert lead.case is not None and answer.headers["Location"].endswith(f"{lead.case.number}/")
    assert client.get(answer.headers["Location"]).status_code == 200


def test_an_officer_puts_a_check_to_the_decider(system: Caller, he: User, trips: Trips) -> None:
    _push(system)
    lead, client = Lead.objects.get(), signed_in(he)
    said = {"verb": "check", "year": "2026", "organisation": trips.people.market.public_id}
    assert "请选择检查事项" in text(post(client, _url(lead), {**said, "reason": "远程不能核实"}))
    answer = post(
        client, _url(lead), {**said, "matter": "food_operation", "reason": "远程不能核实，须看货物"}
    )
    assert answer.status_code == 302 and CaseCheck.objects.get().reason == "monitoring"


def test_another_unit_and_an_inspector_see_no_lead(system: Caller, trips: Trips) -> None:
    _push(system)
    lead = Lead.objects.get()
    fire = make_organisation("kaifeng.fire", OrganisationKind.DEPARTMENT, "市消防", trips.people.city)
    for user in (make_user("huo", "霍消防", fire, Role.REVIEWER), trips.li):
        assert WHAT not in text(signed_in(user).get(reverse("office:leads")))
        assert signed_in(user).get(_url(lead)).status_code == 403


def test_portal_and_own_space_are_silent_about_a_lead(system: Caller, trips: Trips) -> None:
    _push(system)
    lead = Lead.objects.get()
    own = visitor_of(lead.subject, trips.people.wang)
    for route in ("own_visits", "own_cases", "own_file"):
        assert WHAT not in text(own.get(reverse(f"counter:{route}", args=[lead.subject.public_id])))
    with portal_reads_default():
        for url in (
            reverse("portal:subject", args=[lead.subject.public_id]),
            reverse("portal:inspection_results"),
        ):
            page = Client().get(url)
            assert page.status_code == 200 and WHAT not in text(page)


def test_a_lead_is_handed_over_taken_and_then_on_the_page_of_the_other_organ(
    trips: Trips, system: Caller, he: User
) -> None:
    safety = make_organisation(
        "kaifeng.emergency_management", OrganisationKind.DEPARTMENT, "市应急管理局", trips.people.city
    )
    liu = make_user("liu", "刘应急", safety, Role.REVIEWER)
    _push(system)
    lead = Lead.objects.get()
    page = reverse("office:lead", kwargs={"lead": lead.public_id})
    assert signed_in(liu).get(page).status_code == 403
    hand = reverse("office:hand_lead", kwargs={"lead": lead.public_id})
    assert post(signed_in(liu), hand, {"to": safety.public_id, "why": "归我"}).status_code == 403
    client = signed_in(he)
    post(client, hand, {"to": "", "why": ""})
    assert "请选择接收机关" in text(client.get(page))
    post(client, hand, {"to": safety.public_id, "why": "属于安全生产监督职责"})
    waiting = text(client.get(page))
    assert "等待接收" in waiting and "未发现问题，关闭" not in waiting
    other = signed_in(liu)
    assert WHAT in text(other.get(reverse("office:leads") + "?outcome=offered"))
    assert "属于安全生产监督职责" in text(other.get(page))
    answer = reverse("office:answer_lead", kwargs={"lead": lead.public_id})
    assert post(client, answer, {"verb": "take"}).status_code == 404
    post(other, answer, {"verb": "take", "reason": ""})
    assert "未发现问题，关闭" in text(other.get(page))
    assert client.get(page).status_code == 403
