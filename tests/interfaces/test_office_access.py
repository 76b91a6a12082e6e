"""Every route of the office names its verb, and is tried with every role."""

from datetime import date

import pytest
from django.test import Client
from django.urls import URLPattern, reverse
from tests.interfaces.office_people import enrol, post, signed_in, text
from tests.people import PASSWORD, People, make_user

from xinheng.core.roles import OF_ENTERPRISES, REACHES, SECOND_FACTOR, Role, Verb
from xinheng.interfaces.office import urls
from xinheng.interfaces.office.sign_in import AuthenticateForm
from xinheng.store.models import LedgerEvent, RoleGrant, User

PARTS: dict[str, object] = {
    "row": 1,
    "inspector": 1,
    "key": 1,
    "model": "food/food-operators",
    "version": 1,
    "number": 1,
    "year": 2026,
    "grant": 1,
    "notice": 1,
    "place": 0,
}


def _routes() -> list[URLPattern]:
    return list(urls.urlpatterns)


def _url(route: URLPattern) -> str:
    parts = {name: PARTS.get(name, "a" * 16) for name in route.pattern.converters}
    return reverse(f"office:{route.name}", kwargs=parts)


def _verbs(route: URLPattern) -> tuple[Verb, ...]:
    verbs: tuple[Verb, ...] = getattr(route.callback, "verbs", ())
    return verbs


def _holding(people: People, *roles: Role) -> User:
    return make_user("gu", "顾某", people.city, *roles)


def test_every_route_declares_what_it_does() -> None:
    assert [route.name for route in _routes() if not _verbs(route)] == []


def test_a_stranger_is_sent_to_sign_in(db: None) -> None:
    client = Client()
    answers = {route.name: client.get(_url(route)) for route in _routes()}
    entry = "/account/login/"
    assert [
        name
        for name, answer in answers.items()
        if answer.status_code != 302 or not answer.headers["Location"].startswith(entry)
    ] == []


def test_somebody_without_a_role_is_refused(people: People) -> None:
    client, wrong = signed_in(_holding(people)), []
    for route in _routes():
        for answer in (client.get(_url(route)), post(client, _url(route))):
            told = text(answer)
            if answer.status_code != 403 or not ("权限" in told or "职责" in told):
                wrong.append(route.name)
    assert wrong == []


def test_somebody_without_a_role_is_shown_no_menu(people: People) -> None:
    page = text(signed_in(_holding(people)).get("/office/desk/"))
    assert [
        url for url in ("/office/desk/", "/office/upload/", "/office/ledger/") if f'href="{url}"' in page
    ] == []


@pytest.mark.row("M17-01")
@pytest.mark.parametrize("role", [role for role in Role if role not in OF_ENTERPRISES])
def test_a_role_opens_its_routes_and_no_others(role: Role, people: People) -> None:
    """Of routes closed to it that do the same, one is tried: all pass one gate, which somebody without a role tries on each."""
    client = signed_in(_holding(people, role))
    wrong, tried = [], set()
    for route in _routes():
        verbs = _verbs(route)
        allowed = any(role in REACHES[verb] for verb in verbs)
        if route.name == "start" or (not allowed and verbs in tried):
            continue
        tried.add(verbs)
        refused = client.get(_url(route)).status_code == 403
        if allowed == refused:
            wrong.append((route.name, "open" if not refused else "closed"))
    assert wrong == []


def test_what_changes_something_is_posted(people: People) -> None:
    user = _holding(people)
    client = signed_in(user)
    for route in _routes():
        if "GET" not in route.callback.methods:  # type: ignore[attr-defined]
            role = next(iter(REACHES[_verbs(route)[0]]))
            RoleGrant.objects.filter(user=user).delete()
            RoleGrant.objects.create(user=user, role=role, organisation=people.city, from_on=date(2020, 1, 1))
            assert client.get(_url(route)).status_code == 405, route.name
            assert client.head(_url(route)).status_code == 405, route.name


def test_a_form_of_another_site_changes_nothing(people: People) -> None:
    enrol(people.wang)
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.wang)
    forms = [route for route in _routes() if "POST" in route.callback.methods]  # type: ignore[attr-defined]
    open_to_wang = [route for route in forms if client.post(_url(route)).status_code != 403]
    assert open_to_wang == []


@pytest.mark.parametrize("role", sorted(SECOND_FACTOR))
def test_whoever_needs_a_second_factor_is_sent_to_enrol_one(role: Role, people: People) -> None:
    client = signed_in(_holding(people, role), enrolled=False)
    response = client.get("/office/")
    assert (response.status_code, response.headers["Location"]) == (302, reverse("mfa_activate_totp"))


def test_each_role_begins_where_it_has_work(people: People) -> None:
    first = {
        Role.COLLECTOR: "/office/desk/",
        Role.LEADER: "/office/dashboard/",
        Role.AUDITOR: "/office/dashboard/",
        Role.SYSTEM_ADMIN: "/office/users/",
    }
    for number, (role, url) in enumerate(first.items()):
        user = make_user(f"u{number}", "某", people.city, role)
        assert signed_in(user).get("/office/").headers["Location"] == url


def test_a_role_ends_with_its_last_day(people: People) -> None:
    RoleGrant.objects.filter(user=people.li).update(to_on=date(2026, 2, 1))
    assert signed_in(people.li).get("/office/desk/").status_code == 403


def test_the_menu_shows_what_one_may_open(people: People) -> None:
    page = text(signed_in(people.li).get("/office/desk/"))
    assert 'href="/office/upload/"' in page
    assert 'href="/office/ledger/"' not in page


def test_a_batch_of_another_department_stays_closed(people: People) -> None:
    user = _holding(people)
    RoleGrant.objects.create(
        user=user, role=Role.COLLECTOR, organisation=people.market, from_on=date(2020, 1, 1)
    )
    from tests.people import NOW

    from xinheng.store.models import Batch

    batch = Batch.objects.create(
        organisation=people.city,
        received_at=NOW,
        file_name="许可.csv",
        file_digest="sha256:0",
        policy_digest="sha256:0",
        state="unmapped",
    )
    assert signed_in(user).get(reverse("office:batch", kwargs={"batch": batch.public_id})).status_code == 403


def test_a_page_that_does_not_exist_stays_in_the_office(people: People) -> None:
    client = signed_in(people.li)
    for url in ("/office/nothing/here/", reverse("office:batch", kwargs={"batch": "a" * 16})):
        response = client.get(url, headers={"referer": "http://testserver/office/batches/"})
        page = text(response)
        assert response.status_code == 404
        assert 'class="menu"' in page
        assert "没有这一页" in page
        assert "公示期" not in page
        assert 'href="http://testserver/office/batches/">返回上一页' in page


def test_a_refusal_stays_in_the_office_with_a_way_back(people: People) -> None:
    response = signed_in(people.li).get("/office/ledger/", headers={"referer": "http://elsewhere/"})
    page = text(response)
    assert response.status_code == 403
    assert "您没有“查看和核验操作账本”的权限" in page
    assert "如工作需要" in page
    assert 'href="/office/desk/">回到业务系统首页' in page
    assert 'href="/office/upload/"' in page
    assert "elsewhere" not in page


def test_an_address_without_its_last_slash_is_found(people: People) -> None:
    response = signed_in(people.li).get("/office/batches?state=preview")
    assert response.headers["Location"] == "/office/batches/?state=preview"


def test_the_head_of_the_page_names_unit_and_person_once(people: People) -> None:
    head = text(signed_in(people.li).get("/office/desk/")).split("bar-actor")[1].split("</div>")[0]
    assert "市市场监管局　李收集<" in head
    assert Role.COLLECTOR.label not in head


def test_signing_in_locks_the_name_after_five_failures(people: People) -> None:
    client = Client()
    answers = [
        client.post("/account/login/", {"login": "li", "password": f"wrong {number}"}) for number in range(6)
    ]
    assert "已锁定" in text(answers[-1])
    assert LedgerEvent.objects.filter(kind="account.locked").exists()


def test_a_demonstration_tells_the_code_and_nothing_else_does(people: People, settings: object) -> None:
    enrol(people.zhao)
    form = AuthenticateForm(user=people.zhao)
    settings.DEMO = False  # type: ignore[attr-defined]
    assert form.demo_code == ""
    settings.DEMO = True  # type: ignore[attr-defined]
    assert len(form.demo_code) == 6
    assert form.demo_code.isdigit()
    client = Client()
    asked = client.post("/account/login/", {"login": "zhao", "password": PASSWORD}, follow=True)
    assert "演示环境当前动态口令" in text(asked)
    code = AuthenticateForm(user=people.zhao).demo_code
    landed = client.post("/account/2fa/authenticate/", {"code": code})
    assert landed.headers["Location"] == "/office/"


@pytest.mark.parametrize("way", ["signup/", "email/", "confirm-email/", "password/reset/", "password/set/"])
def test_accounts_are_given_and_not_taken(way: str, db: None) -> None:
    response = Client().get(f"/account/{way}")
    assert response.status_code == 409
    assert "系统管理员" in text(response)
