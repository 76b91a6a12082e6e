"""A county's platform reports to the city's: once, in order, with receipts; what ends below ends above."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.people import NOW, TODAY, People
from tests.services.deliveries import HEADER, code, name, penalty, write
from tests.services.two_platforms import SINCE, Pair, order_of, two_platforms

from xinheng.core.policy import Policy
from xinheng.core.records import RecordState
from xinheng.core.refusal import Refusal
from xinheng.services.exchanges import (
    decide_peer,
    end_peer,
    late_peers,
    propose_peer,
    standing_peer,
)
from xinheng.services.exchanges_holdings import compare, statement
from xinheng.services.exchanges_sending import due_packages, note_sent, resend
from xinheng.services.publication import publish_batch
from xinheng.services.records import Change, change_state, correct
from xinheng.services.returns import adopt_row
from xinheng.store.models import (
    Batch,
    ExchangeEntry,
    ExchangePackage,
    ExchangePeer,
    LedgerEvent,
    PackageState,
    Publication,
    Record,
    ReturnedRow,
    Way,
)

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def pair(django_db_setup: None, django_db_blocker: Any, tmp_path: Path, policy: Policy) -> Iterator[Pair]:
    with django_db_blocker.unblock(), two_platforms(tmp_path, policy) as found:
        yield found


def below(
    pair: Pair, folder: Path, *rows: str, called: str = "行政处罚.csv", header: str = HEADER
) -> list[ExchangePackage]:
    """Deliver rows to the county and make packages of them."""
    with pair.at(pair.county):
        pair.county.import_rows(write(folder, *rows, called=called, header=header))
        return pair.county.make()


def ended(pair: Pair, number: int, *, deed: str = "withdraw") -> list[ExchangePackage]:
    with pair.at(pair.county) as county:
        change = Change(deed=deed, reason="张三的复议理由", ground="汴政复决〔2026〕1号")
        key = Record.objects.get(subject__code=code(number), known_until__isnull=True).record_key
        change_state(record_key=key, change=change, actor=county.people.wang, policy=county.policy, now=LATER)
        return county.make(now=LATER)


def above(pair: Pair, number: int) -> Record | None:
    with pair.at(pair.city):
        found = Record.objects.filter(subject__code=code(number), known_until__isnull=True)
        return found.select_related("detail", "batch").first()


@pytest.mark.row("M2-12")
def test_what_the_county_collects_stands_at_the_city_with_a_receipt(pair: Pair, tmp_path: Path) -> None:
    rows = (f"{penalty(1)},2026-02-02", f"{penalty(2, fine='3')},长期")
    made = below(pair, tmp_path, *rows, header=f"{HEADER},处罚有效期")
    assert [package.number for package in made] == [1]
    receipt = pair.over(1)
    assert (receipt["standing"], receipt["returned"]) == (2, [])
    record = above(pair, 2)
    assert record is not None
    assert (record.amount_fen, record.detail.document_no) == (3_000_000, "汴市监罚〔2026〕2号")
    ends = [getattr(above(pair, number), "valid_to", None) for number in (1, 2)]
    assert ends == [date(2026, 2, 3), date(2100, 1, 1)], "the first day off, on both sides"
    assert record.batch is not None
    assert (record.batch.feed, record.batch.provenance) == ("exchange-penalty", 1)
    with pair.at(pair.county):
        package = ExchangePackage.objects.get()
        assert (package.state, package.returned) == (PackageState.RECEIVED, 0)
        here = Record.objects.get(subject__code=code(2))
        said = (here.seriousness, here.result, here.valid_to)
        assert said == (record.seriousness, record.result, record.valid_to)


@pytest.mark.row("M2-12")
def test_a_lost_receipt_and_a_doubled_package_change_nothing(pair: Pair, tmp_path: Path) -> None:
    below(pair, tmp_path, penalty(1))
    with pair.at(pair.county) as county:
        rows = county.file_of(1)
        package = ExchangePackage.objects.get()
        assert (package.state, package.attempts) == (PackageState.SENT, 1)
        peer = ExchangePeer.objects.get()
        assert due_packages(peer, now=NOW + timedelta(minutes=4)) == []
        assert due_packages(peer, now=NOW + timedelta(minutes=5)) == [package]
        note_sent(package, now=NOW)
        assert due_packages(peer, now=NOW + timedelta(minutes=9)) == []
    with pair.at(pair.city) as city:
        first = city.receive(rows)
        again = city.receive(rows, now=LATER)
        assert (Record.objects.count(), ExchangePackage.objects.count()) == (1, 1)
        assert (again["standing"], again["chain"]) == (first["standing"], first["chain"])
    with pair.at(pair.county) as county:
        county.acknowledge(again, now=LATER)
        county.acknowledge(first, now=LATER)
        assert ExchangePackage.objects.get().state == PackageState.RECEIVED
        assert due_packages(ExchangePeer.objects.get(), now=NOW + timedelta(days=9)) == []


def _tampered(rows: list[bytes]) -> Iterator[list[bytes]]:
    manifest, line = json.loads(rows[0]), json.loads(rows[1])
    yield [rows[0], json.dumps({**line, "say": {**line["say"], "amount_fen": 1}}).encode()]
    yield [rows[0], json.dumps({**line, "body": "0" * 64}).encode()]
    yield [json.dumps({**manifest, "count": 2}).encode(), *rows[1:], rows[1]]
    yield [json.dumps({**manifest, "made_at": "2020-01-01"}).encode(), *rows[1:]]
    yield rows[:1]
    yield [*rows, rows[1]]
    yield [b"{}", *rows[1:]]
    yield [b"not json", *rows[1:]]
    yield []


@pytest.mark.row("M2-12")
def test_a_package_that_was_changed_is_refused_as_a_whole(pair: Pair, tmp_path: Path) -> None:
    below(pair, tmp_path, penalty(1))
    with pair.at(pair.county) as county:
        rows = county.file_of(1)
    with pair.at(pair.city) as city:
        for wrong in _tampered(rows):
            with pytest.raises(Refusal) as caught:
                city.receive(wrong)
            assert caught.value.code in {"EX01", "EX02"}
        assert not Record.objects.exists()
        assert not Batch.objects.exists()
        assert city.receive(rows)["standing"] == 1


@pytest.mark.row("M2-12")
def test_a_package_that_skips_a_number_is_refused_with_what_is_missing(pair: Pair, tmp_path: Path) -> None:
    for number in (1, 2, 3):
        below(pair, tmp_path, penalty(number), called=f"{number}.csv")
    with pair.at(pair.county) as county:
        third = county.file_of(3)
    with pair.at(pair.city) as city:
        with pytest.raises(Refusal, match="缺少第 1—2 号") as caught:
            city.receive(third)
        assert caught.value.code == "EX03"
        assert not Record.objects.exists()
    for number in (1, 2, 3):
        pair.over(number)
    with pair.at(pair.city):
        assert Record.objects.count() == 3


@pytest.mark.row("M2-12")
@pytest.mark.guard("G9")
def test_what_ends_below_ends_above_and_its_words_travel_no_more(pair: Pair, tmp_path: Path) -> None:
    below(pair, tmp_path, penalty(1, facts="未建立进货查验记录"), penalty(2))
    pair.over(1)
    with pair.at(pair.city) as city:
        batch = Batch.objects.get()
        published = publish_batch(batch.public_id, reviewer=city.people.zhou, policy=city.policy, now=NOW)
        assert published == 2
    ended(pair, 1)
    with pair.at(pair.county) as county:
        retraction = b"".join(county.file_of(2)).decode()
        old = b"".join(county.file_of(1)).decode()
    told = json.loads(retraction.splitlines()[1])
    assert set(told) == {"n", "id", "op"}
    assert told["op"] == "retract"
    assert "张三" not in retraction
    assert "汴政复决" not in retraction
    assert name(1) not in old
    assert name(2) in old
    receipt = pair.over(2)
    assert receipt["ended"] == 1
    record = above(pair, 1)
    assert record is not None
    assert record.state == RecordState.SHIELDED
    with pair.at(pair.city):
        assert Publication.objects.get(record_key=record.record_key).stopped_at is not None
        entry = ExchangeEntry.objects.get(record_key=record.record_key)
        assert (entry.flag, entry.body, entry.said) == ("ended", "", "")
    with pair.at(pair.county):
        assert not ExchangeEntry.objects.filter(flag="ended").exclude(body="", said="").exists()


@pytest.mark.row("M2-12")
@pytest.mark.guard("G9")
def test_a_record_that_ended_before_its_package_left_never_leaves(pair: Pair, tmp_path: Path) -> None:
    below(pair, tmp_path, penalty(1), penalty(2))
    ended(pair, 1)
    with pair.at(pair.county) as county:
        rows = county.file_of(1)
    assert name(1) not in b"".join(rows).decode()
    receipt = pair.over(1)
    assert (receipt["standing"], receipt["voided"]) == (1, 1)
    assert above(pair, 1) is None
    assert pair.over(2)["ended"] == 1
    assert above(pair, 1) is None


@pytest.mark.row("M2-12")
@pytest.mark.guard("G9")
def test_a_retraction_that_comes_before_its_record_keeps_it_out(pair: Pair, tmp_path: Path) -> None:
    below(pair, tmp_path, penalty(1), penalty(2))
    with pair.at(pair.county) as county:
        full = county.file_of(1)
    mark = json.loads(full[1])["id"]
    with pair.at(pair.city):
        city_peer = ExchangePeer.objects.get()
        ExchangeEntry.objects.create(peer=city_peer, way=Way.IN, mark=mark, item=0, n=9, flag="ended")
    with pair.at(pair.city) as city:
        receipt = city.receive(full)
        assert (receipt["standing"], receipt["ended"]) == (1, 1)
        assert Record.objects.count() == 1


@pytest.mark.row("M2-12")
@pytest.mark.guard("G9")
def test_a_row_that_waits_for_a_person_is_given_up_when_it_ends_below(pair: Pair, tmp_path: Path) -> None:
    with pair.at(pair.city) as city:
        other = penalty(1, document="汴市监罚〔2026〕91号", name="开封另一家食品有限公司")
        city.import_rows(write(tmp_path, other, called="市级.csv"))
    below(pair, tmp_path, penalty(1))
    receipt = pair.over(1)
    assert [code_ for _, _, code_ in receipt["returned"]] == ["E17"]
    with pair.at(pair.county):
        assert ExchangeEntry.objects.get().code == "E17"
    with pair.at(pair.city):
        assert ReturnedRow.objects.get().state == "waiting"
    ended(pair, 1)
    pair.over(2)
    with pair.at(pair.city):
        row = ReturnedRow.objects.get()
        assert (row.state, row.original, row.normalised) == ("returned", None, None)


@pytest.mark.row("M2-12")
@pytest.mark.guard("G9")
def test_a_row_that_a_person_accepted_ends_with_what_it_came_from(pair: Pair, tmp_path: Path) -> None:
    with pair.at(pair.city) as city:
        other = penalty(1, document="汴市监罚〔2026〕91号", name="开封另一家食品有限公司")
        city.import_rows(write(tmp_path, other, called="市级.csv"))
    below(pair, tmp_path, penalty(1))
    pair.over(1)
    with pair.at(pair.city) as city:
        row = ReturnedRow.objects.get()
        adopt_row(row.pk, actor=city.people.zhao, reason="登记机关确认更名", now=LATER)
        came = Record.objects.get(batch=row.batch, known_until__isnull=True).record_key
    ended(pair, 1)
    assert pair.over(2)["ended"] == 1
    with pair.at(pair.city):
        record = Record.objects.get(record_key=came, known_until__isnull=True)
        assert record.state == RecordState.SHIELDED


@pytest.mark.row("M2-12")
def test_many_records_go_in_several_packages(
    pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xinheng.services.exchanges_out.MOST_LINES", 2)
    made = below(pair, tmp_path, *(penalty(number) for number in range(1, 6)))
    assert [(one.number, one.first, one.last) for one in made] == [(1, 1, 2), (2, 3, 4), (3, 5, 5)]
    assert [pair.over(one.number)["standing"] for one in made] == [2, 2, 1]
    with pair.at(pair.city):
        assert Record.objects.count() == 5


@pytest.mark.row("M2-12")
def test_a_correction_and_an_objection_below_are_seen_above(pair: Pair, tmp_path: Path) -> None:
    below(pair, tmp_path, penalty(1, fine="3"))
    pair.over(1)
    with pair.at(pair.county) as county:
        key = Record.objects.get().record_key
        change = Change(deed="correct", reason="数额有误", ground="更正通知")
        given: dict[str, Any] = {"actor": county.people.wang, "policy": county.policy, "now": LATER}
        correct(record_key=key, change=change, values={"amount_fen": 100_000}, fields={}, **given)
        dispute = Change(deed="dispute", reason="企业提出异议", ground="异议受理通知")
        change_state(record_key=key, change=dispute, **given)
        assert [one.number for one in county.make(now=LATER)] == [2]
    pair.over(2)
    record = above(pair, 1)
    assert record is not None
    assert (record.amount_fen, record.state) == (100_000, RecordState.DISPUTED)
    with pair.at(pair.county) as county:
        assert county.make(now=LATER) == []


@pytest.mark.row("M2-12")
def test_what_stands_again_below_stands_again_above_unless_the_city_ended_it(
    pair: Pair, tmp_path: Path
) -> None:
    below(pair, tmp_path, penalty(1), penalty(2))
    pair.over(1)
    ended(pair, 1, deed="shield")
    ended(pair, 2, deed="shield")
    for number in (2, 3):
        pair.over(number)
    with pair.at(pair.city) as city:
        key = Record.objects.get(subject__code=code(2), known_until__isnull=True).record_key
        repair = Change(deed="repair", reason="修复", ground="修复决定")
        change_state(record_key=key, change=repair, actor=city.people.wang, policy=city.policy, now=LATER)
    ended(pair, 1, deed="restore")
    ended(pair, 2, deed="restore")
    pair.over(4)
    assert [code_ for _, _, code_ in pair.over(5)["returned"]] == ["EX21"]
    states = [above(pair, number).state for number in (1, 2)]  # type: ignore[union-attr]
    assert states == [RecordState.ACTIVE, RecordState.REPAIRED]


@pytest.mark.row("M2-12")
def test_both_sides_compare_and_a_range_is_sent_again(pair: Pair, tmp_path: Path) -> None:
    below(pair, tmp_path, penalty(1), penalty(2))
    pair.over(1)
    below(pair, tmp_path, penalty(3), called="二.csv")
    with pair.at(pair.city):
        told = statement(ExchangePeer.objects.get(), now=NOW)
    with pair.at(pair.county) as county:
        peer = ExchangePeer.objects.get()
        found = compare(peer, told, actor=county.people.wang, now=NOW)
        assert [(one["item"], one["ours"], one["theirs"]) for one in found.found] == [("penalty", 3, 2)]
        assert [(line["n"], line["theirs"]) for line in found.found[0]["lines"]] == [(3, "")]
        with pytest.raises(Refusal, match="校验码"):
            compare(peer, {**told, "through": 9}, actor=county.people.wang, now=NOW)
        with pytest.raises(Refusal, match="原因"):
            resend(peer.public_id, first=3, last=3, actor=county.people.wang, reason="", now=NOW)
        with pytest.raises(Refusal, match="没有发过"):
            resend(peer.public_id, first=9, last=9, actor=county.people.wang, reason="对账", now=NOW)
        assert resend(peer.public_id, first=1, last=3, actor=county.people.wang, reason="对账", now=NOW) == [
            1,
            2,
        ]
        assert [row.number for row in due_packages(peer, now=NOW)] == [1, 2]
    pair.over(1)
    pair.over(2)
    with pair.at(pair.city):
        told = statement(ExchangePeer.objects.get(), now=NOW)
    with pair.at(pair.county) as county:
        found = compare(ExchangePeer.objects.get(), told, actor=county.people.wang, now=NOW)
        assert found.found == []
        assert [block["same"] for block in found.blocks] == [True]


@pytest.mark.row("M2-12")
def test_a_late_receipt_comes_to_the_desk(pair: Pair, tmp_path: Path) -> None:
    below(pair, tmp_path, penalty(1))
    with pair.at(pair.county) as county:
        reached = frozenset({county.people.city.pk})
        assert late_peers(reached, today=TODAY) == []
        late = late_peers(reached, today=TODAY + timedelta(days=1))
        assert [(peer.name, count) for peer, count in late] == [("开封市信用平台", 1)]
        assert late_peers(frozenset({county.people.market.pk}), today=TODAY + timedelta(days=2)) == []


@pytest.mark.row("M2-12")
@pytest.mark.guard("G13")
def test_only_declared_items_go_and_come(pair: Pair, tmp_path: Path) -> None:
    below(pair, tmp_path, penalty(1))
    with pair.at(pair.county) as county:
        rows = county.file_of(1)
        kept = f"{list(ExchangePackage.objects.values())}{list(LedgerEvent.objects.values())}"
        assert name(1) not in kept
        assert "双方都知道" not in kept
    with pair.at(pair.city) as city:
        end_peer(city.peer.public_id, actor=city.people.wang, reason="另行登记", now=NOW)
        with pytest.raises(Refusal, match="没有登记"):
            city.receive(rows)
        assert not Record.objects.exists()


@pytest.mark.row("M2-12")
@pytest.mark.parametrize("item", ["registration", "complaint", "utility", "voluntary"])
def test_what_may_not_go_over_is_refused(people: People, policy: Policy, item: str) -> None:
    with pytest.raises(Refusal) as caught:
        propose_peer(order_of(people, outgoing={item: SINCE}), actor=people.wang, policy=policy, now=NOW)
    assert caught.value.code == "EX10"


@pytest.mark.row("M2-12")
def test_a_platform_is_declared_by_two_persons(people: People, policy: Policy) -> None:
    peer = propose_peer(order_of(people), actor=people.wang, policy=policy, now=NOW)
    with pytest.raises(Refusal, match="没有正在交换"):
        standing_peer(peer.public_id)
    with pytest.raises(Refusal, match="不能自己决定"):
        decide_peer(peer.public_id, agree=True, reason="好", actor=people.wang, now=NOW)
    with pytest.raises(Refusal, match="理由"):
        decide_peer(peer.public_id, agree=True, reason=" ", actor=people.zhao, now=NOW)
    decide_peer(peer.public_id, agree=True, reason="已核对", actor=people.zhao, now=NOW)
    assert standing_peer(peer.public_id).decided_by == people.zhao
    with pytest.raises(Refusal, match="已经决定过"):
        decide_peer(peer.public_id, agree=False, reason="反悔", actor=people.zhao, now=NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"ground": " "},
        {"outgoing": {}},
        {"outgoing": {"nothing": SINCE}},
        {"peer_code": "410221"},
        {"receipt_hours": 0},
        {"transport": "http", "url": "ftp://x"},
        {"transport": "http", "url": "https://x.example/", "networks": ()},
    ],
)
def test_what_cannot_be_declared_is_refused(people: People, policy: Policy, change: dict[str, Any]) -> None:
    with pytest.raises(Refusal):
        propose_peer(order_of(people, **change), actor=people.wang, policy=policy, now=NOW)
    assert not ExchangePeer.objects.exists()
