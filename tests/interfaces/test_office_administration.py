"""Accounts, roles and the ledger: kept apart, never on oneself, and every change can be found."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from tests.interfaces.office_people import post, signed_in, text
from tests.people import NOW, TODAY, People, make_user
from tests.sealing import seal_all

import xinheng
from xinheng.core.roles import Role
from xinheng.interfaces.office.wording import EVENTS
from xinheng.services.accounts import lock_after_failure
from xinheng.services.ledger import note
from xinheng.store.models import LedgerEvent, RoleGrant, User

pytestmark = pytest.mark.usefixtures("office_clock")


def _administrator(people: People, username: str, role: Role) -> User:
    return make_user(username, username, people.city, role)


@pytest.fixture
def system(people: People) -> Client:
    return signed_in(_administrator(people, "xi", Role.SYSTEM_ADMIN))


@pytest.fixture
def security(people: People) -> Client:
    return signed_in(_administrator(people, "an", Role.SECURITY_ADMIN))


def _user(name: str, user: User) -> str:
    return reverse(f"office:{name}", kwargs={"user": user.public_id})


def _grant(people: People, role: Role, **changes: object) -> dict[str, object]:
    return {"role": role.value, "organisation": people.market.public_id, **changes}


@pytest.mark.row("M17-01")
def test_one_administrator_opens_the_account_and_another_gives_the_role(
    system: Client, security: Client, people: People
) -> None:
    account = {
        "username": "qian",
        "display_name": "钱某",
        "organisation": people.market.public_id,
        "password": "a long enough phrase",
    }
    post(system, "/office/users/new/", dict(account))
    qian = User.objects.get(username="qian")
    assert not RoleGrant.objects.filter(user=qian).exists()
    assert post(system, _user("grant_role", qian), _grant(people, Role.COLLECTOR)).status_code == 403
    post(security, _user("grant_role", qian), _grant(people, Role.COLLECTOR, to_on="2027-01-01"))
    given = RoleGrant.objects.get(user=qian)
    assert (given.role, given.to_on) == (Role.COLLECTOR, date(2027, 1, 1))
    assert signed_in(qian).get("/office/desk/").status_code == 200


def test_roles_that_exclude_each_other_are_refused_with_the_reason(security: Client, people: People) -> None:
    answer = text(post(security, _user("grant_role", people.chen), _grant(people, Role.DECIDER)))
    assert "管理员不得兼任业务角色" in answer
    RoleGrant.objects.filter(user=people.chen).update(to_on=TODAY + timedelta(days=3))
    answer = text(post(security, _user("grant_role", people.chen), _grant(people, Role.DECIDER)))
    assert "管理员不得兼任业务角色" in answer
    assert RoleGrant.objects.filter(user=people.chen).count() == 1


def test_nobody_gives_himself_a_role(people: People) -> None:
    an = _administrator(people, "an", Role.SECURITY_ADMIN)
    answer = post(signed_in(an), _user("grant_role", an), _grant(people, Role.SECURITY_ADMIN))
    assert answer.status_code == 403
    assert "不能对自己的账号" in text(answer)


def test_a_role_is_taken_back_from_today(security: Client, people: People) -> None:
    held = RoleGrant.objects.get(user=people.li)
    part = {"user": people.li.public_id, "grant": held.pk}
    post(security, reverse("office:end_role", kwargs=part))
    held.refresh_from_db()
    assert held.to_on == TODAY
    assert signed_in(people.li).get("/office/desk/").status_code == 403


def test_a_role_of_somebody_else_is_not_found_under_this_account(security: Client, people: People) -> None:
    held = RoleGrant.objects.get(user=people.zhao)
    part = {"user": people.li.public_id, "grant": held.pk}
    assert post(security, reverse("office:end_role", kwargs=part)).status_code == 404


def test_a_weak_password_and_a_taken_name_are_said_at_the_field(system: Client, people: People) -> None:
    account = {
        "username": "li",
        "display_name": "李某",
        "organisation": people.market.public_id,
        "password": "12345",
    }
    page = text(post(system, "/office/users/new/", dict(account)))
    assert "这个账号已经有了" in page
    assert "12345" not in page
    assert User.objects.filter(display_name="李某").count() == 0


def test_a_closed_account_is_out_at_the_next_page(system: Client, people: People) -> None:
    clerk = signed_in(people.li)
    assert clerk.get("/office/desk/").status_code == 200
    assert "请写明理由" in text(post(system, _user("close_user", people.li), {"reason": ""}))
    post(system, _user("close_user", people.li), {"reason": "调离"})
    assert clerk.get("/office/desk/").status_code == 302
    assert LedgerEvent.objects.filter(kind="account.closed", reason="调离").exists()


def test_a_new_password_ends_the_session_of_its_holder(system: Client, people: People) -> None:
    clerk = signed_in(people.li)
    post(system, _user("set_password", people.li), {"password": "another long phrase"})
    assert clerk.get("/office/desk/").status_code == 302


def test_security_unlocks_a_name_and_clears_a_lost_second_factor(security: Client, people: People) -> None:
    for _ in range(5):
        lock_after_failure("zhao", now=NOW)
    decider = signed_in(people.zhao)
    assert "锁定到" in text(security.get(_user("user", people.zhao)))
    post(security, _user("unlock_user", people.zhao), {"reason": "本人到场核实"})
    assert "锁定到" not in text(security.get(_user("user", people.zhao)))
    post(security, _user("remove_second_factor", people.zhao), {"reason": "手机遗失"})
    assert not Authenticator.objects.filter(user=people.zhao).exists()
    assert decider.get("/office/desk/").headers["Location"] == reverse("mfa_activate_totp")


@pytest.fixture
def auditor(people: People) -> Client:
    cache.clear()
    return signed_in(people.chen)


def test_the_ledger_is_open_to_auditors_only(people: People) -> None:
    assert signed_in(people.zhao).get("/office/ledger/").status_code == 403


def test_every_event_of_the_ledger_is_named_in_chinese() -> None:
    texts = (path.read_text(encoding="utf-8") for path in Path(xinheng.__file__).parent.rglob("*.py"))
    noted = {kind for source in texts for kind in re.findall(r'\bnote\(\s*"([a-z_]+\.[a-z_]+)"', source)}
    assert len(noted) > 20
    assert noted <= set(EVENTS)


def test_the_ledger_is_narrowed_by_person_object_and_day(auditor: Client, people: People) -> None:
    note("batch.published", now=NOW, actor=people.zhou, object="batch:one")
    note("batch.published", now=NOW - timedelta(days=40), actor=people.wang, object="batch:two")
    assert "batch:one" in text(auditor.get("/office/ledger/?actor=zhou"))
    assert "batch:two" not in text(auditor.get("/office/ledger/?actor=zhou"))
    assert "batch:two" in text(auditor.get("/office/ledger/?object=batch:two&kind=batch.published"))
    assert "batch:two" not in text(auditor.get("/office/ledger/?from=2026-11-01&to=2026-11-30"))
    assert "待封存" in text(auditor.get("/office/ledger/"))


@pytest.mark.guard("G13")
def test_an_auditor_finds_a_ledger_row_that_was_changed(committed_people: People) -> None:
    cache.clear()
    auditor = signed_in(committed_people.chen)
    note("role.granted", now=NOW, actor=committed_people.wang, object="user:somebody")
    seal_all(NOW)
    post(auditor, "/office/ledger/verify/")
    assert "完整" in text(auditor.get("/office/ledger/"))
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE store_ledgerevent SET object = 'user:other' WHERE object = 'user:somebody'")
        cursor.execute("SET session_replication_role = origin")
    post(auditor, "/office/ledger/verify/")
    page = text(auditor.get("/office/ledger/"))
    assert "核对发现改动" in page
    assert "封存后被改动" in page
    assert LedgerEvent.objects.filter(kind="ledger.verified", actor=committed_people.chen).count() == 2
