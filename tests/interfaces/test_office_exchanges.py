"""The platforms above and below in the office: declared by one, agreed to by another, reconciled, sent again."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.interfaces.office_people import post, signed_in, text
from tests.people import NOW, People
from tests.services.two_platforms import COUNTY, SECRET, SINCE, order_of

from xinheng.core.exchange_package import signed
from xinheng.core.policy import Policy
from xinheng.services.exchanges import decide_peer, propose_peer
from xinheng.store.connectors import keep_secret
from xinheng.store.models import ExchangeEntry, ExchangePackage, ExchangePeer, PeerState, SenderKey, Way

FIELDS: dict[str, object] = {
    "name": "河南省信用平台",
    "relation": "above",
    "level": "province",
    "own_code": "410200",
    "peer_code": "410000",
    "outgoing": ["penalty", "permit"],
    "from_on": "2026-01-01",
    "transport": "folder",
    "secret": SECRET,
    "receipt_hours": "24",
    "ground": "平信用〔2021〕1号",
}


@pytest.fixture
def office(people: People, home: Path, office_clock: None) -> Client:
    """Wang of the credit office."""
    keep_secret(SECRET, "一个双方都知道的密文")
    return signed_in(people.wang)


@pytest.fixture
def peer(people: People, policy: Policy, home: Path) -> ExchangePeer:
    made = propose_peer(order_of(people), actor=people.wang, policy=policy, now=NOW)
    return decide_peer(made.public_id, agree=True, reason="已核对", actor=people.zhao, now=NOW)


def url(name: str, peer: ExchangePeer) -> str:
    return reverse(f"office:{name}", kwargs={"peer": peer.public_id})


def sent(peer: ExchangePeer) -> ExchangeEntry:
    """A package with one record."""
    ExchangePackage.objects.create(
        peer=peer,
        way=Way.OUT,
        number=1,
        first=1,
        last=1,
        retractions=0,
        chain="sha256:" + "0" * 64,
        manifest={"items": {"penalty": 1}},
        made_at=NOW - timedelta(days=3),
        next_at=NOW,
    )
    return ExchangeEntry.objects.create(
        peer=peer, way=Way.OUT, mark="a" * 16, item=4, n=1, flag="standing", record_key=1, body="b" * 64
    )


@pytest.mark.row("M2-12")
def test_a_platform_is_declared_by_one_and_agreed_to_by_another(office: Client, people: People) -> None:
    form = text(office.get(reverse("office:new_exchange")))
    assert "行政处罚信息" in form
    assert "登记注册基本信息" not in form
    made = post(office, reverse("office:new_exchange"), {**FIELDS, "organisation": people.city.public_id})
    assert made.status_code == 302
    peer = ExchangePeer.objects.get()
    assert (peer.state, peer.items.count()) == (PeerState.PROPOSED, 2)
    own = text(office.get(url("exchange", peer)))
    assert "同意交换" not in own
    assert post(office, url("decide_exchange", peer), {"agree": "yes", "reason": "好"}).status_code == 403
    zhao = signed_in(people.zhao)
    assert "登记平台：河南省信用平台" in text(zhao.get("/office/desk/"))
    assert "请写明理由" in text(post(zhao, url("decide_exchange", peer), {"agree": "yes", "reason": ""}))
    assert post(zhao, url("decide_exchange", peer), {"agree": "yes", "reason": "已核对"}).status_code == 302
    peer.refresh_from_db()
    assert peer.state == PeerState.STANDING


@pytest.mark.row("M2-12")
def test_what_was_typed_stays_when_a_declaration_is_refused(office: Client, people: People) -> None:
    wrong = {**FIELDS, "organisation": people.city.public_id, "peer_code": "410200", "from_on": "一月"}
    page = text(post(office, reverse("office:new_exchange"), wrong))
    assert "请写成 2026-01-01 的样子" in page
    assert 'value="平信用〔2021〕1号"' in page
    same = text(post(office, reverse("office:new_exchange"), {**wrong, "from_on": "2026-01-01"}))
    assert "双方的代号不能相同" in same
    assert not ExchangePeer.objects.exists()


@pytest.mark.row("M2-12")
def test_a_late_receipt_stands_on_the_desk(office: Client, peer: ExchangePeer) -> None:
    sent(peer)
    assert "1 个交换包没有回执" in text(office.get("/office/desk/"))
    assert "回执逾期" in text(office.get(url("exchange", peer)))


def _statement(peer: ExchangePeer, *blocks: list[object]) -> SimpleUploadedFile:
    told = {
        "format": "xinheng-holdings/1",
        "stream": peer.stream,
        "through": 1,
        "blocks": list(blocks),
        "listed": [1, 1],
        "rows": [],
        "at": NOW.isoformat(),
    }
    content = json.dumps(signed(told, secret="一个双方都知道的密文")).encode()
    return SimpleUploadedFile("holdings.json", content)


@pytest.mark.row("M2-12")
def test_a_statement_shows_what_they_lack_and_the_range_is_sent_again(
    office: Client, peer: ExchangePeer
) -> None:
    entry = sent(peer)
    assert "还没有对过账" in text(office.get(url("exchange_holdings", peer)))
    done = post(office, url("compare_exchange", peer), {"file": _statement(peer)})
    assert done.status_code == 302
    page = text(office.get(url("exchange_holdings", peer)))
    for words in ("有差异", "对方少 1 条", "以表格查看", entry.mark, "补发这一段"):
        assert words in page
    table = office.get(url("exchange_table", peer)).content.decode()
    assert "行政处罚信息,1,1000,1,0,0,不一致" in table
    ways: dict[str, object] = {"first": "1", "last": "1000", "reason": ""}
    assert "请写明补发的原因" in text(post(office, url("resend_exchange", peer), ways))
    assert "请填写起止行号" in text(post(office, url("resend_exchange", peer), {**ways, "first": "x"}))
    assert post(office, url("resend_exchange", peer), {**ways, "reason": "对账"}).status_code == 302
    package = ExchangePackage.objects.get()
    assert (package.state, package.attempts) == ("waiting", 0)


@pytest.mark.row("M2-12")
def test_a_statement_of_nobody_is_refused(office: Client, peer: ExchangePeer) -> None:
    for content in (b"", b"{}", b"not json", b'{"mac": "x"}'):
        given = SimpleUploadedFile("x.json", content)
        page = text(post(office, url("compare_exchange", peer), {"file": given}))
        assert "没有办理" in page or "这个文件是空的" in page
    assert not peer.comparisons.exists()


@pytest.mark.row("M2-12")
def test_a_key_is_shown_once_and_the_earlier_one_ends(office: Client, peer: ExchangePeer) -> None:
    ExchangePeer.objects.update(transport="http", url="https://x.example", networks=["10.0.0.0/24"])
    first = post(office, url("exchange_key", peer))
    assert first.headers["Cache-Control"] == "no-store"
    assert "xh_" in text(first)
    assert "xh_" not in text(office.get(url("exchange", peer)))
    post(office, url("exchange_key", peer))
    assert SenderKey.objects.filter(revoked_at__isnull=True).count() == 1
    assert SenderKey.objects.count() == 2


@pytest.mark.row("M2-12")
def test_an_ended_platform_exchanges_no_more(office: Client, peer: ExchangePeer) -> None:
    assert "请写明理由" in text(post(office, url("end_exchange", peer), {"reason": " "}))
    assert post(office, url("end_exchange", peer), {"reason": "另行登记"}).status_code == 302
    page = text(office.get(url("exchange", peer)))
    assert "已停用" in page
    assert "停用这个平台" not in page
    assert COUNTY in page
    assert SINCE.isoformat() in page
