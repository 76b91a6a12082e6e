"""Everyone who received a record learns that it has ended: through the channel, by number, with a receipt, in time."""

import csv
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.people import NOW, TODAY, People
from tests.sealing import seal_all
from tests.services.deliveries import REGISTER, penalty, registration, write
from tests.services.sharers import reader
from tests.services.two_platforms import SECRET, order_of

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.sharing import Purpose
from xinheng.interfaces.jobs import tasks
from xinheng.services.collect import Delivery, import_file
from xinheng.services.endings import (
    confirm_telling,
    escalate_late,
    follow_tellings,
    late_tellings,
    receiver_name,
    tell_receivers,
    told_seconds,
)
from xinheng.services.evaluate import run_model
from xinheng.services.exchanges import decide_peer, propose_peer
from xinheng.services.exchanges_out import make_packages
from xinheng.services.exchanges_sending import note_sent
from xinheng.services.publication import publish_batch
from xinheng.services.records import Change, change_state
from xinheng.services.results_push import Recipient, push, receive, subscribe
from xinheng.services.sharing_reads import Asked, read_changes, read_subject
from xinheng.store.connectors import keep_secret
from xinheng.store.files import read_file
from xinheng.store.models import (
    Batch,
    Ending,
    ExchangePackage,
    Publication,
    Record,
    Telling,
    Way,
)

MODEL = "food/food-operators"
ASKED = Asked(purpose=Purpose.PERMIT.value)
ENDED = NOW + timedelta(hours=3)
SECOND = timedelta(seconds=1)


@pytest.fixture
def holders(committed_people: People, policy: Policy, home: Path, tmp_path: Path) -> SimpleNamespace:
    """A bank that was sent grades, a department that read by key, and a platform that was sent lines."""
    people = committed_people
    keep_secret(SECRET, "一个双方都知道的密文")
    proposed = propose_peer(order_of(people), actor=people.wang, policy=policy, now=NOW - timedelta(days=1))
    peer = decide_peer(proposed.public_id, agree=True, reason="已核对", actor=people.zhao, now=NOW)
    delivery = Delivery(policy=policy, organisation=people.market, actor=people.li, now=NOW)
    rows = [registration(number) for number in (1, 2)]
    import_file(write(tmp_path, *rows, header=REGISTER, called="登记注册.csv"), delivery)
    import_file(write(tmp_path, *(penalty(number) for number in (1, 2))), delivery)
    publish_batch(Batch.objects.get(item=4).public_id, reviewer=people.zhou, policy=policy, now=NOW)
    run_model(MODEL, policy=policy, as_of=TODAY, actor=people.li, now=NOW + timedelta(hours=1), publish=True)
    wanted = Recipient(name="开封某某银行", kind="bank", model=MODEL, purpose="贷前参考")
    bank = subscribe(wanted, policy=policy, actor=people.wang, today=TODAY, now=NOW)
    push(bank.public_id, policy=policy, now=NOW + timedelta(hours=2))
    _, key, _ = reader(people, policy)
    record = Record.objects.filter(item=4).select_related("subject").order_by("pk")[0]
    assert record.subject.code
    read_subject(key, record.subject.code, ASKED, policy=policy, now=NOW + timedelta(hours=2))
    seal_all(NOW)
    for package in make_packages(peer.public_id, policy=policy, now=NOW):
        note_sent(package, now=NOW)
    return SimpleNamespace(people=people, bank=bank, key=key, peer=peer, record=record, policy=policy)


def _end(holders: SimpleNamespace, deed: str = "repair", *, now: datetime = ENDED) -> Ending:
    change = Change(deed=deed, reason="已履行", ground="信用修复决定〔2026〕1号")
    key = holders.record.record_key
    change_state(record_key=key, change=change, actor=holders.people.zhao, policy=holders.policy, now=now)
    seal_all(NOW)
    return Ending.objects.latest("pk")


def _told() -> dict[str, bool]:
    return {row.channel: row.told_at is not None for row in Telling.objects.all()}


def _carry(holders: SimpleNamespace, *, now: datetime) -> ExchangePackage:
    """What the round of exchange does: the package goes to the other platform."""
    package = ExchangePackage.objects.filter(way=Way.OUT).order_by("-number")[0]
    note_sent(package, now=now)
    return package


@pytest.mark.row("M12-04")
@pytest.mark.row("M10-09")
@pytest.mark.row("X-04")
@pytest.mark.row("M5-10")
@pytest.mark.guard("G9")
def test_every_receiver_is_told_within_a_minute_and_by_number_alone(holders: SimpleNamespace) -> None:
    ending = _end(holders)
    assert tell_receivers(policy=holders.policy, now=ENDED + SECOND) == 1
    assert _told() == {"results": False, "exchange": False, "sharing": True}
    package = _carry(holders, now=ENDED + 5 * SECOND)
    assert package.retractions == 1
    sent = push(holders.bank.public_id, policy=holders.policy, now=ENDED + 9 * SECOND)
    assert tell_receivers(policy=holders.policy, now=ENDED + 10 * SECOND) == 0
    assert all(_told().values())
    seconds = told_seconds(ending)
    assert seconds is not None and seconds < 60
    assert sent is not None and sent.withdrawn == 1
    lines = list(csv.reader(b"".join(read_file(sent.file)).decode("utf-8-sig").splitlines()))
    assert [line for line in lines if line[0] == "撤回"] == [
        ["撤回", holders.record.subject.public_id, *[""] * 5]
    ]
    told = read_changes(
        holders.key, ASKED, after="", limit=100, policy=holders.policy, now=ENDED + 20 * SECOND
    )
    assert {"record": holders.record.record_key, "ended": True} in told.body["records"]


@pytest.mark.row("M12-04")
@pytest.mark.row("M10-09")
@pytest.mark.row("X-04")
def test_receipts_are_collected_from_every_channel(holders: SimpleNamespace) -> None:
    _end(holders)
    tell_receivers(policy=holders.policy, now=ENDED + SECOND)
    package = _carry(holders, now=ENDED + 2 * SECOND)
    sent = push(holders.bank.public_id, policy=holders.policy, now=ENDED + 3 * SECOND)
    assert sent is not None
    follow_tellings(now=ENDED + 4 * SECOND)
    assert not Telling.objects.filter(received_at__isnull=False).exists()
    later = ENDED + timedelta(hours=1)
    receive(sent.public_id, receipt="银行收据 3 号", actor=holders.people.wang, now=later)
    read_changes(holders.key, ASKED, after="", limit=100, policy=holders.policy, now=later)
    arrived: dict[str, Any] = {
        "state": "received",
        "receipt": {"number": package.number},
        "received_at": later,
    }
    ExchangePackage.objects.filter(pk=package.pk).update(**arrived)
    follow_tellings(now=later + SECOND)
    receipts = dict(Telling.objects.values_list("channel", "receipt"))
    assert receipts["results"] == "银行收据 3 号"
    assert f"交换包 {package.number}" in receipts["exchange"]
    assert "已读取变更" in receipts["sharing"]


@pytest.mark.row("M12-04")
def test_who_never_had_it_is_not_told(holders: SimpleNamespace) -> None:
    other = Record.objects.filter(item=4).exclude(pk=holders.record.pk).get()
    change = Change(deed="withdraw", reason="更正", ground="汴市监〔2026〕1号")
    key = other.record_key
    change_state(record_key=key, change=change, actor=holders.people.zhao, policy=holders.policy, now=ENDED)
    seal_all(NOW)
    tell_receivers(policy=holders.policy, now=ENDED + SECOND)
    assert sorted(Telling.objects.values_list("channel", flat=True)) == ["exchange", "results"]


def test_a_second_run_tells_nobody_twice(holders: SimpleNamespace) -> None:
    _end(holders)
    tell_receivers(policy=holders.policy, now=ENDED + SECOND)
    packages, tellings = ExchangePackage.objects.count(), Telling.objects.count()
    tasks.tell_receivers()
    tasks.tell_receivers()
    assert (ExchangePackage.objects.count(), Telling.objects.count()) == (packages, tellings)


@pytest.mark.row("M5-10")
def test_an_expired_publication_is_told_to_those_who_read_it(holders: SimpleNamespace) -> None:
    from xinheng.services.publication import stop_due

    last = Publication.objects.get(record_key=holders.record.record_key).stop_on
    assert last is not None
    moment = ENDED + timedelta(days=800)
    assert stop_due(today=last, now=moment) == 2
    tell_receivers(policy=holders.policy, now=moment + SECOND)
    assert "sharing" in _told()
    assert "exchange" not in _told()


@pytest.mark.row("M12-04")
@pytest.mark.row("X-04")
def test_who_does_not_confirm_in_time_goes_to_the_credit_office(holders: SimpleNamespace) -> None:
    _end(holders)
    tell_receivers(policy=holders.policy, now=ENDED + SECOND)
    policy, people = holders.policy, holders.people
    assert escalate_late(policy=policy, today=TODAY, now=ENDED) == 0
    after = ENDED + timedelta(days=5)
    assert escalate_late(policy=policy, today=after.date(), now=after) == 3
    assert escalate_late(policy=policy, today=after.date(), now=after) == 0
    late = late_tellings()
    assert [receiver_name(row) for row in late] == ["开封某某银行", "开封市信用平台", "市市场监管局"]
    with pytest.raises(Refusal) as silent:
        confirm_telling(late[0].pk, receipt=" ", actor=people.wang, now=after)
    assert silent.value.code == "TELL1"
    done = confirm_telling(late[0].pk, receipt="银行来函已删除", actor=people.wang, now=after)
    assert done.received_at == after and len(late_tellings()) == 2
    with pytest.raises(Refusal) as again:
        confirm_telling(late[0].pk, receipt="再次", actor=people.wang, now=after)
    assert again.value.code == "TELL2"


@pytest.mark.guard("G15")
def test_without_a_term_nobody_is_late(holders: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    _end(holders)
    tell_receivers(policy=holders.policy, now=ENDED + SECOND)
    after = ENDED + timedelta(days=50)
    monkeypatch.setattr(
        "xinheng.core.policy.Policy.parameter", lambda *args, **given: SimpleNamespace(value=None)
    )
    assert escalate_late(policy=holders.policy, today=after.date(), now=after) == 0


def test_trouble_with_one_platform_keeps_nobody_from_the_others(
    holders: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **given: object) -> None:
        raise Refusal("EX15", "没有密文。")

    monkeypatch.setattr("xinheng.services.endings.make_packages", broken)
    ending = _end(holders)
    tell_receivers(policy=holders.policy, now=ENDED + SECOND)
    assert _told() == {"results": False, "exchange": False, "sharing": True}
    assert told_seconds(ending) is None
