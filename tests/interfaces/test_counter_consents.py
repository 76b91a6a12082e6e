"""An enterprise consents in its own space, sees who used it, and takes back what it or an officer entered."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.interfaces.office_people import text
from tests.interfaces.own_space import visitor_of
from tests.people import TODAY, People
from tests.services.deliveries import code, name
from tests.services.sharers import agreed, reader
from tests.services.test_consents import ASKED, ITEMS, LATER, register, send, tax
from tests.store.rows import Rows

from xinheng.core.mandates import Matter
from xinheng.core.policy import Policy
from xinheng.core.sharing import Purpose
from xinheng.services.sharing_reads import read_subject
from xinheng.store.models import Consent, LedgerEvent, Subject

pytestmark = [pytest.mark.usefixtures("office_clock"), pytest.mark.row("M2-14")]
GIVEN = {
    "items": ["voluntary"],
    "feeds": ["authorised-tax"],
    "purpose": Purpose.FINANCE.value,
    "receiver": "any",
    "fields_only": "",
    "from_on": TODAY.isoformat(),
    "until_on": (TODAY + timedelta(days=90)).isoformat(),
    "confirmed": "on",
}


@pytest.fixture
def firm(people: People, home: Path) -> Subject:
    return Rows(people).subject(code=code(1), name=name(1))


def _new(client: Client, firm: Subject, **changes: object) -> Any:
    return client.post(reverse("counter:new_own_consent", args=[firm.public_id]), GIVEN | changes)


def _page(client: Client, route: str, firm: Subject, *parts: str) -> str:
    return text(client.get(reverse(f"counter:{route}", args=[firm.public_id, *parts])))


def test_what_is_agreed_online_brings_and_opens_the_records_and_is_taken_back_at_once(
    people: People, policy: Policy, home: Path, tmp_path: Path
) -> None:
    delivery = register(people, policy, tmp_path)
    firm = Subject.objects.get(code=code(1))
    client = visitor_of(firm, people.wang)
    assert send(delivery, tmp_path, tax(1, until="2026-08-31"), called="之前.csv").accepted == 0
    _new(client, firm)
    consent = Consent.objects.get()
    assert (consent.way, consent.entered_by, consent.account is not None) == ("online", None, True)
    assert send(delivery, tmp_path, tax(1)).accepted == 1
    _, key, _ = reader(people, policy, items=ITEMS, purpose=Purpose.FINANCE)
    assert read_subject(key, code(1), ASKED, policy=policy, now=LATER).body["records"]
    assert "食品经营许可审批" in _page(client, "own_consent", firm, consent.public_id)
    here = reverse("counter:own_consent", args=[firm.public_id, consent.public_id])
    assert "请写明撤回的原因" in text(client.post(here, {"reason": " "}))
    client.post(here, {"reason": "贷款已经还清"})
    assert read_subject(key, code(1), ASKED, policy=policy, now=LATER).body["records"] == []
    assert "已撤回" in _page(client, "own_consents", firm)
    kinds = set(LedgerEvent.objects.filter(subject=firm.public_id).values_list("kind", flat=True))
    assert {"consent.entered", "consent.revoked"} <= kinds


def test_nothing_is_chosen_beforehand_least_of_all_the_widest(firm: Subject, people: People) -> None:
    client = visitor_of(firm, people.wang)
    page = _page(client, "new_own_consent", firm)
    assert "checked" not in page
    for field in ("receiver", "purpose"):
        chosen = page.split(f'name="{field}"', 1)[1].split("</select>", 1)[0]
        assert 'value="" selected' in chosen, field
    for field in ("receiver", "purpose"):
        assert f'id="id_{field}_error"' in text(_new(client, firm, **{field: ""}))
    assert not Consent.objects.exists()
    _new(client, firm)
    assert Consent.objects.get().receiver is None
    _new(client, firm, receiver=people.market.public_id)
    assert Consent.objects.order_by("-pk")[0].receiver == people.market


def test_what_an_officer_entered_on_paper_is_taken_back_by_the_enterprise(
    firm: Subject, people: People, policy: Policy
) -> None:
    consent = agreed(firm, people, policy)
    client = visitor_of(firm, people.wang)
    here = reverse("counter:own_consent", args=[firm.public_id, consent.public_id])
    client.post(here, {"reason": "不再需要"})
    consent.refresh_from_db()
    assert consent.ended_at is not None
    assert consent.revoked_by is None
    assert consent.revoked_account is not None
    again = text(client.post(here, {"reason": "再撤一次"}))
    assert "这项授权已经终止" in again


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"confirmed": ""}, "没有确认的，同意不成立"),
        ({"items": []}, "请至少选择一类信息"),
        ({"until_on": (TODAY - timedelta(days=1)).isoformat()}, "截止日早于起始日"),
        ({"items": ["penalty"]}, "请从列表中选择"),
    ],
)
def test_what_is_no_consent_is_refused_and_nothing_is_kept(
    firm: Subject, people: People, changes: dict[str, object], words: str
) -> None:
    assert words in text(_new(visitor_of(firm, people.wang), firm, **changes))
    assert not Consent.objects.exists()


def test_the_same_consent_twice_is_one(firm: Subject, people: People) -> None:
    client = visitor_of(firm, people.wang)
    _new(client, firm)
    assert "已经登记过同样内容的授权" in text(_new(client, firm))
    assert Consent.objects.count() == 1


def test_an_agent_without_that_matter_neither_sees_nor_gives(firm: Subject, people: People) -> None:
    client = visitor_of(firm, people.wang, Matter.FILE, Matter.REQUESTS)
    assert "信息使用授权" not in _page(client, "own_file", firm)
    assert _new(client, firm).status_code == 403
    assert not Consent.objects.exists()


def test_nobody_reaches_the_consent_of_another_enterprise(
    firm: Subject, people: People, policy: Policy
) -> None:
    other = Rows(people).subject(code=code(2), name=name(2))
    consent = agreed(other, people, policy)
    client = visitor_of(firm, people.wang)
    url = reverse("counter:own_consent", args=[firm.public_id, consent.public_id])
    assert client.get(url).status_code == client.post(url, {"reason": "试试"}).status_code == 404
    consent.refresh_from_db()
    assert consent.ended_at is None
