"""Keys of departments' systems: shown once, counted, revoked, and looked at when used from two places."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import BoundedSemaphore

import pytest
from tests.people import NOW, TODAY, People
from tests.refusals import code_of
from tests.services.deliveries import HEADER, penalty

from xinheng.core.canonical import digest_of
from xinheng.core.ids import uscc_check_character
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services import sender_calls
from xinheng.services.collect import Delivery, import_file
from xinheng.services.sender_calls import Answer, Push, receipt_holds, take
from xinheng.services.senders import KeyOrder, admit, make_key, places_waiting, revoke_key, settle_place
from xinheng.store.models import Batch, LedgerEvent, Record, SenderCall, SenderKey, SenderPlace

FEED = "penalty-dual-publicity"
HOME = "10.8.1.20"
AUTHORITY = "11410200MB1886843"


@pytest.fixture
def order(people: People) -> KeyOrder:
    return KeyOrder(
        organisation=people.market, name="执法办案系统", feeds=(FEED,), expires_on=TODAY + timedelta(days=90)
    )


@pytest.fixture
def key(order: KeyOrder, people: People, policy: Policy) -> tuple[SenderKey, str]:
    return make_key(order, actor=people.wang, policy=policy, now=NOW)


def _admitted(text: str, *, address: str = HOME, minutes: float = 0) -> SenderKey:
    return admit(text, address=address, now=NOW + timedelta(minutes=minutes))


def _refused(text: str, *, address: str = HOME, minutes: float = 0) -> str:
    return code_of(_admitted, text, address=address, minutes=minutes)


def test_only_the_digest_of_a_key_is_kept(key: tuple[SenderKey, str]) -> None:
    row, text = key
    secret = text.split("_", 2)[2]
    kept = json.dumps(list(SenderKey.objects.values()), default=str)
    assert secret not in kept
    assert text not in str(list(LedgerEvent.objects.values()))
    assert _admitted(text) == row


def test_a_key_that_is_none_opens_nothing(key: tuple[SenderKey, str]) -> None:
    text = key[1]
    wrong = text[:-1] + ("A" if text[-1] != "A" else "B")
    other = f"xh_{'a' * 10}_{text.split('_', 2)[2]}"
    assert {_refused(one) for one in ("", "xh_", wrong, other, f"{text} ", "钥匙")} == {"K02"}


def test_a_key_ends_with_its_last_day_and_with_its_revocation(
    key: tuple[SenderKey, str], people: People
) -> None:
    text = key[1]
    assert _admitted(text, minutes=90 * 24 * 60)
    assert _refused(text, minutes=91 * 24 * 60) == "K04"
    with pytest.raises(Refusal, match="原因"):
        revoke_key(key[0].public_id, actor=people.wang, reason=" ", now=NOW)
    revoke_key(key[0].public_id, actor=people.wang, reason="人员离岗", now=NOW)
    assert _refused(text) == "K03"
    assert LedgerEvent.objects.filter(kind="sender.revoked").count() == 1


@pytest.mark.row("M2-04")
def test_a_key_used_from_two_places_waits_for_a_person(key: tuple[SenderKey, str], people: People) -> None:
    text = key[1]
    for address in (HOME, "10.8.1.99", HOME):
        _admitted(text, address=address)
    reached = frozenset({people.market.pk})
    assert not places_waiting(reached).exists()
    _admitted(text, address="172.16.3.4", minutes=1)
    waiting = places_waiting(reached).get()
    assert waiting.place == "172.16.3.0/24"
    assert not places_waiting(frozenset({people.city.pk})).exists()
    assert LedgerEvent.objects.filter(kind="sender.second_place").count() == 1
    settle_place(waiting.pk, actor=people.wang, reason="备用机房", now=NOW)
    _admitted(text, minutes=2)
    _admitted(text, address="172.16.3.4", minutes=3)
    assert not places_waiting(reached).exists()


def test_a_key_of_declared_networks_is_refused_elsewhere_and_the_attempt_is_shown(
    order: KeyOrder, people: People, policy: Policy
) -> None:
    bound = replace(order, networks=("10.8.1.0/24", "10.9.0.7", ""))
    _, text = make_key(bound, actor=people.wang, policy=policy, now=NOW)
    _admitted(text)
    _admitted(text, address="10.9.0.7")
    reached = frozenset({people.market.pk})
    assert not places_waiting(reached).exists()
    assert [_refused(text, address="203.0.113.9") for _ in range(3)] == ["K05"] * 3
    place = places_waiting(reached).get()
    assert (place.place, place.refused) == ("203.0.113.0/24", True)
    assert LedgerEvent.objects.filter(kind="sender.refused").count() == 1


def test_calls_are_counted_by_the_minute(order: KeyOrder, people: People, policy: Policy) -> None:
    _, text = make_key(replace(order, per_minute=3), actor=people.wang, policy=policy, now=NOW)
    for second in range(3):
        _admitted(text, minutes=second / 60)
    assert _refused(text, minutes=0.5) == "K06"
    assert _admitted(text, minutes=1)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": " "}, "名称"),
        ({"feeds": ()}, "至少选择一个"),
        ({"feeds": ("没有",)}, "没有这样的数据源"),
        ({"expires_on": TODAY - timedelta(days=1)}, "早于今天"),
        ({"expires_on": TODAY + timedelta(days=400)}, "超过一年"),
        ({"per_minute": 0}, "每分钟"),
        ({"networks": ("10.8.1.300",)}, "不是网络地址"),
        ({"networks": ("0.0.0.0/0",)}, "网段过大"),
    ],
)
def test_what_cannot_be_ordered_is_refused(
    order: KeyOrder, people: People, policy: Policy, change: dict[str, object], said: str
) -> None:
    with pytest.raises(Refusal, match=said):
        make_key(replace(order, **change), actor=people.wang, policy=policy, now=NOW)
    assert not SenderKey.objects.exists()


def _record(number: int, **changes: str) -> dict[str, str]:
    sent = dict(zip(HEADER.split(","), penalty(number, **changes).split(","), strict=True))
    return sent | {"处罚机关统一社会信用代码": AUTHORITY + uscc_check_character(AUTHORITY)}


def _push(
    key: SenderKey, folder: Path, *records: dict[str, str], idempotency: str = "one", feed: str = FEED
) -> Push:
    body = folder / f"{idempotency}.json"
    body.write_text(json.dumps({"records": records}, ensure_ascii=False), encoding="utf-8")
    return Push(
        key=key,
        feed=feed,
        body=body,
        digest=digest_of(body.read_text(encoding="utf-8")),
        name="推送.json",
        idempotency_key=idempotency,
        records=True,
    )


def _taken(push: Push, policy: Policy, *, minutes: int = 0) -> Answer:
    return take(push, policy=policy, now=NOW + timedelta(minutes=minutes))


@pytest.mark.row("M2-04")
def test_each_record_is_answered(
    key: tuple[SenderKey, str], tmp_path: Path, policy: Policy, home: Path
) -> None:
    push = _push(
        key[0],
        tmp_path,
        _record(1),
        _record(2, facts="由张三（电话13812345678）经手"),
        _record(3, code="91410202MA000003AB"),
        _record(4, name="王小明", kind="自然人", code=""),
        _record(5, decided="2026-11-02") | {"上报日期": "2026-11-20"},
    )
    answer = _taken(push, policy)
    assert answer.status == 201
    found = [
        (row["record"], row["outcome"], [p["code"] for p in row["problems"]])
        for row in answer.body["records"]
    ]
    assert found == [
        (1, "accepted", []),
        (2, "repaired", ["E10"]),
        (3, "quarantined", ["E03"]),
        (4, "refused", ["E16"]),
        (5, "flagged", ["E09"]),
    ]
    assert (answer.body["rows"], answer.body["accepted"], answer.body["returned"]) == (5, 3, 2)
    assert all(problem["message"] for row in answer.body["records"] for problem in row["problems"])
    batch = Batch.objects.get()
    assert (batch.public_id, batch.receipt) == (answer.body["delivery"], answer.body["receipt"])
    assert receipt_holds(batch)
    batch.report["accepted"] = 5
    assert not receipt_holds(batch)


@pytest.mark.guard("G13")
def test_nothing_of_a_person_stands_in_answer_or_ledger(
    key: tuple[SenderKey, str], tmp_path: Path, policy: Policy, home: Path
) -> None:
    person = _record(4, name="王小明", kind="自然人", code="", facts="身份证 410202199001011239")
    answer = _taken(_push(key[0], tmp_path, _record(1), person), policy)
    kept = str(answer.body) + str(list(SenderCall.objects.values())) + str(list(LedgerEvent.objects.values()))
    assert "王小明" not in kept
    assert "410202199001011239" not in kept


def test_the_same_call_again_has_the_same_answer(
    key: tuple[SenderKey, str], tmp_path: Path, policy: Policy, home: Path
) -> None:
    push = _push(key[0], tmp_path, _record(1), _record(2))
    first, again = _taken(push, policy), _taken(push, policy, minutes=5)
    assert (again.status, again.body, again.repeated) == (first.status, first.body, True)
    assert (Batch.objects.count(), Record.objects.count()) == (1, 2)


def test_another_body_under_the_same_number_is_refused(
    key: tuple[SenderKey, str], tmp_path: Path, policy: Policy, home: Path
) -> None:
    _taken(_push(key[0], tmp_path, _record(1)), policy)
    with pytest.raises(Refusal) as caught:
        _taken(_push(key[0], tmp_path, _record(2)), policy)
    assert caught.value.code == "K08"
    assert Record.objects.count() == 1


def test_the_same_body_under_another_number_changes_nothing(
    key: tuple[SenderKey, str], tmp_path: Path, policy: Policy, home: Path
) -> None:
    first = _taken(_push(key[0], tmp_path, _record(1)), policy)
    again = _taken(_push(key[0], tmp_path, _record(1), idempotency="two"), policy, minutes=1)
    assert (again.status, again.body["repeated"]) == (200, True)
    assert again.body["receipt"] == first.body["receipt"]
    assert Record.objects.count() == 1


def test_rows_known_before_are_answered_as_known(
    key: tuple[SenderKey, str], tmp_path: Path, policy: Policy, home: Path
) -> None:
    _taken(_push(key[0], tmp_path, _record(1)), policy)
    answer = _taken(_push(key[0], tmp_path, _record(2), _record(1), idempotency="two"), policy, minutes=1)
    assert [row["outcome"] for row in answer.body["records"]] == ["accepted", "known"]


def test_a_call_under_way_is_not_carried_out_twice(
    key: tuple[SenderKey, str], tmp_path: Path, policy: Policy, home: Path
) -> None:
    push = _push(key[0], tmp_path, _record(1))
    sender_calls._claim(push, NOW)
    with pytest.raises(Refusal) as caught:
        _taken(push, policy, minutes=1)
    assert caught.value.code == "K09"
    assert _taken(push, policy, minutes=3).status == 201


def test_a_call_that_broke_off_may_be_made_again(
    key: tuple[SenderKey, str],
    tmp_path: Path,
    policy: Policy,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    push = _push(key[0], tmp_path, _record(1))

    def full(*_: object, **__: object) -> Batch:
        raise Refusal("F01", "磁盘空间不足。")

    with monkeypatch.context() as broken:
        broken.setattr(sender_calls, "import_file", full)
        with pytest.raises(Refusal, match="磁盘"):
            _taken(push, policy)
    assert _taken(push, policy).status == 201


def test_a_feed_of_which_the_key_knows_nothing_is_refused(
    key: tuple[SenderKey, str], tmp_path: Path, policy: Policy, home: Path
) -> None:
    with pytest.raises(Refusal) as caught:
        _taken(_push(key[0], tmp_path, _record(1), feed="permit-dual-publicity"), policy)
    assert caught.value.code == "K07"
    assert not Batch.objects.exists()


def test_what_is_not_of_the_feed_is_kept_apart_and_said(
    key: tuple[SenderKey, str], tmp_path: Path, policy: Policy, home: Path
) -> None:
    answer = _taken(_push(key[0], tmp_path, {"企业": "甲", "备注": "乙"}), policy)
    assert (answer.status, answer.body["state"]) == (422, "unmapped")
    assert "缺少：行政相对人名称" in answer.body["message"]
    assert not Record.objects.exists()


def test_a_system_learns_nothing_of_what_others_delivered(
    key: tuple[SenderKey, str], people: People, tmp_path: Path, policy: Policy, home: Path
) -> None:
    push = _push(key[0], tmp_path, _record(1))
    other = Delivery(policy=policy, organisation=people.city, actor=people.wang, now=NOW)
    theirs = import_file(push.body, other, feed=FEED)
    answer = _taken(push, policy, minutes=1)
    assert answer.body["delivery"] != theirs.public_id
    assert [row["outcome"] for row in answer.body["records"]] == ["known"]


def test_places_of_a_revoked_key_wait_for_nobody(key: tuple[SenderKey, str], people: People) -> None:
    text = key[1]
    _admitted(text)
    _admitted(text, address="172.16.3.4")
    revoke_key(key[0].public_id, actor=people.wang, reason="泄露", now=NOW)
    assert _refused(text, address="192.0.2.1") == "K03"
    assert not SenderPlace.objects.filter(waiting=True).exists()


def test_a_call_that_waits_too_long_for_its_turn_is_sent_away(
    key: tuple[SenderKey, str],
    tmp_path: Path,
    policy: Policy,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    push = _push(key[0], tmp_path, _record(1))
    monkeypatch.setattr(sender_calls, "WAIT_SECONDS", 0.01)
    with monkeypatch.context() as full:
        full.setattr(sender_calls, "_AT_WORK", BoundedSemaphore(1))
        with sender_calls._turn(), pytest.raises(Refusal) as caught:
            _taken(push, policy)
    assert caught.value.code == "K10"
    assert not SenderCall.objects.exists()
    assert _taken(push, policy).status == 201


def test_a_call_that_fails_late_leaves_the_claim_of_its_successor(
    key: tuple[SenderKey, str],
    tmp_path: Path,
    policy: Policy,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    push, later = _push(key[0], tmp_path, _record(1)), NOW + timedelta(minutes=3)

    def late(*_: object, **__: object) -> Batch:
        sender_calls._claim(push, later)
        raise Refusal("F01", "磁盘空间不足。")

    monkeypatch.setattr(sender_calls, "import_file", late)
    with pytest.raises(Refusal, match="磁盘"):
        _taken(push, policy)
    assert SenderCall.objects.get().called_at == later
