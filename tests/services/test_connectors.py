"""Connectors: due by the clock, refused as a whole when the source changes, looked after by a person."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.people import NOW, People
from tests.services.deliveries import HEADER, penalty

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.connectors import (
    ConnectorOrder,
    Errand,
    Fetched,
    begin,
    declare,
    due,
    end_connector,
    fail,
    fetch_now,
    release,
    take_in,
    troubled,
)
from xinheng.store.connectors import keep_secret, secret_named
from xinheng.store.models import Batch, Connector, ConnectorPull, LedgerEvent, PullState, Record

FEED = "penalty-dual-publicity"


@pytest.fixture
def order(people: People) -> ConnectorOrder:
    return ConnectorOrder(
        organisation=people.market,
        name="处罚库",
        kind="json",
        feed=FEED,
        url="https://api.example/penalties",
        networks=("10.8.1.0/24",),
        secret="penalties",
        cursor_field="行政处罚决定书文号",
        cursor_parameter="since",
        every_minutes=60,
    )


@pytest.fixture
def connector(order: ConnectorOrder, people: People, policy: Policy, home: Path) -> Connector:
    keep_secret("penalties", "t0ken")
    return declare(order, actor=people.wang, policy=policy, now=NOW)


def _errand(connector: Connector, *, minutes: int = 0) -> Errand:
    errand = begin(connector.public_id, now=NOW + timedelta(minutes=minutes))
    assert errand is not None
    return errand


def _fetched(folder: Path, *rows: str, header: str = HEADER, cursor: str = "", more: bool = False) -> Fetched:
    names = header.split(",")
    records = [dict(zip(names, row.split(","), strict=True)) for row in rows]
    path = folder / "fetched.json"
    path.write_text(json.dumps({"records": records}, ensure_ascii=False), encoding="utf-8")
    return Fetched(path=path, columns=tuple(names), rows=len(rows), cursor=cursor, more=more)


def _taken(
    connector: Connector, fetched: Fetched | None, policy: Policy, *, minutes: int = 0
) -> ConnectorPull:
    errand = _errand(connector, minutes=minutes)
    return take_in(errand, fetched, policy=policy, now=NOW + timedelta(minutes=minutes))


@pytest.mark.row("M2-04")
@pytest.mark.row("M17-02")
def test_what_is_fetched_is_a_delivery_with_a_receipt(
    connector: Connector, tmp_path: Path, policy: Policy, people: People
) -> None:
    pull = _taken(connector, _fetched(tmp_path, penalty(1), penalty(2), cursor="2"), policy)
    assert (pull.state, pull.rows) == (PullState.LOADED, 2)
    assert pull.batch is not None
    assert (pull.batch.organisation, pull.batch.accepted) == (people.market, 2)
    assert pull.batch.receipt.startswith("sha256:")
    connector.refresh_from_db()
    assert (connector.cursor, connector.next_at) == ("2", NOW + timedelta(minutes=60))
    assert _errand(connector, minutes=60).cursor == "2"


def test_the_same_content_again_is_nothing_new(connector: Connector, tmp_path: Path, policy: Policy) -> None:
    fetched = _fetched(tmp_path, penalty(1))
    _taken(connector, fetched, policy)
    assert _taken(connector, fetched, policy, minutes=60).state == PullState.NOTHING
    assert _taken(connector, None, policy, minutes=120).state == PullState.NOTHING
    assert Batch.objects.count() == 1


@pytest.mark.row("M2-04")
def test_a_source_that_changes_its_columns_is_refused_as_a_whole(
    connector: Connector, tmp_path: Path, policy: Policy, people: People
) -> None:
    _taken(connector, _fetched(tmp_path, penalty(1)), policy)
    changed = _fetched(tmp_path, penalty(2), header=HEADER.replace("处罚类别", "处罚种类"))
    pull = _taken(connector, changed, policy, minutes=60)
    assert (pull.state, pull.code) == (PullState.REFUSED, "X07")
    assert "少了“处罚类别”" in pull.message
    assert "多了“处罚种类”" in pull.message
    assert Record.objects.count() == 1
    assert due(now=NOW + timedelta(days=9)) == []
    assert troubled(frozenset({people.market.pk})).get().held_reason == pull.message
    assert not troubled(frozenset({people.city.pk})).exists()
    with pytest.raises(Refusal, match="理由"):
        release(connector.public_id, actor=people.wang, reason="", now=NOW)
    release(connector.public_id, actor=people.wang, reason="来源已改回", now=NOW + timedelta(hours=2))
    again = _taken(connector, _fetched(tmp_path, penalty(3)), policy, minutes=121)
    assert again.state == PullState.LOADED


def test_a_field_that_is_left_out_holds_nothing(connector: Connector, tmp_path: Path, policy: Policy) -> None:
    left_out = ("法定代表人", "数据来源单位")

    def records(number: int, *without: str) -> Fetched:
        header, row = HEADER.split(","), penalty(number).split(",")
        kept = [(name, cell) for name, cell in zip(header, row, strict=True) if name not in without]
        return _fetched(
            tmp_path, ",".join(cell for _, cell in kept), header=",".join(name for name, _ in kept)
        )

    _taken(connector, records(1), policy)
    assert _taken(connector, records(2, *left_out), policy, minutes=60).state == PullState.LOADED
    assert _taken(connector, records(3), policy, minutes=120).state == PullState.LOADED
    gone = _taken(connector, records(4, "处罚机关"), policy, minutes=180)
    assert (gone.state, gone.code) == (PullState.REFUSED, "X07")
    assert "少了“处罚机关”" in gone.message


def test_a_source_that_does_not_fit_the_feed_is_held_from_the_first(
    connector: Connector, tmp_path: Path, policy: Policy
) -> None:
    pull = _taken(connector, _fetched(tmp_path, "甲,乙", header="企业,备注"), policy)
    assert pull.state == PullState.REFUSED
    assert "不符" in pull.message
    connector.refresh_from_db()
    assert connector.held_at == NOW
    assert connector.columns == []


def test_failures_are_tried_again_and_told_after_three(
    connector: Connector, people: People, tmp_path: Path, policy: Policy
) -> None:
    reached = frozenset({people.market.pk})
    for hour in range(3):
        assert not troubled(reached).exists()
        errand = _errand(connector, minutes=60 * hour)
        fail(errand, Refusal("X12", "没有答完。"), now=NOW + timedelta(hours=hour))
        again = NOW + timedelta(hours=hour, minutes=15)
        assert due(now=again) == ([connector.public_id] if hour < 2 else [])
    assert troubled(reached).get() == connector
    _taken(connector, _fetched(tmp_path, penalty(1)), policy, minutes=180)
    assert not troubled(reached).exists()


def test_a_fetch_under_way_is_not_joined_and_one_that_broke_off_is_given_up(connector: Connector) -> None:
    first = _errand(connector)
    Connector.objects.update(next_at=NOW)
    assert begin(connector.public_id, now=NOW + timedelta(minutes=10)) is None
    assert _errand(connector, minutes=20).pull != first.pull
    assert ConnectorPull.objects.get(pk=first.pull).state == PullState.FAILED


def test_without_its_secret_nothing_is_asked_for(connector: Connector, people: People) -> None:
    keep_secret("penalties", "")
    with pytest.raises(Refusal, match="密文“penalties”没有登记") as caught:
        begin(connector.public_id, now=NOW)
    assert caught.value.code == "X06"
    connector.refresh_from_db()
    assert connector.held_at == NOW
    assert due(now=NOW + timedelta(days=9)) == []
    pull = ConnectorPull.objects.get()
    assert (pull.state, pull.code, pull.ended_at) == (PullState.REFUSED, "X06", NOW)
    keep_secret("penalties", "t0ken")
    release(connector.public_id, actor=people.wang, reason="已登记", now=NOW)
    assert _errand(connector).secret == "t0ken"


def test_what_is_left_is_fetched_at_once(connector: Connector, tmp_path: Path, policy: Policy) -> None:
    _taken(connector, _fetched(tmp_path, penalty(1), cursor="1", more=True), policy)
    assert due(now=NOW) == [connector.public_id]


def test_a_connector_is_fetched_when_asked_and_ends_when_told(connector: Connector, people: People) -> None:
    _errand(connector)
    assert due(now=NOW + timedelta(minutes=1)) == []
    fetch_now(connector.public_id, actor=people.wang, now=NOW + timedelta(minutes=1))
    assert due(now=NOW + timedelta(minutes=1)) == [connector.public_id]
    end_connector(connector.public_id, actor=people.wang, reason="系统下线", now=NOW)
    assert due(now=NOW + timedelta(days=1)) == []
    with pytest.raises(Refusal, match="已经停用"):
        end_connector(connector.public_id, actor=people.wang, reason="再次", now=NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"feed": "nothing"},
        {"url": "https://u:p@api.example/"},
        {"networks": ()},
        {"cursor_parameter": ""},
        {"kind": "database", "url": "postgresql://r@db.example/p", "source": ""},
        {"kind": "database", "url": "postgresql://r@db.example/p", "source": "a.b.c"},
        {"every_minutes": 1},
        {"max_rows": 0},
        {"max_seconds": 3600},
    ],
)
def test_what_cannot_be_declared_is_refused(
    order: ConnectorOrder, people: People, policy: Policy, change: dict[str, object]
) -> None:
    with pytest.raises(Refusal):
        declare(replace(order, **change), actor=people.wang, policy=policy, now=NOW)
    assert not Connector.objects.exists()


def test_two_connectors_of_one_name_are_refused(
    connector: Connector, order: ConnectorOrder, people: People, policy: Policy
) -> None:
    with pytest.raises(Refusal, match="同名"):
        declare(order, actor=people.wang, policy=policy, now=NOW)


@pytest.mark.guard("G13")
def test_a_secret_stands_in_its_file_and_nowhere_else(connector: Connector, home: Path) -> None:
    (home / "secrets.json").write_text('{"django": "x"}', encoding="utf-8")
    keep_secret("penalties", "s3cr3t-令牌")
    assert secret_named("penalties") == "s3cr3t-令牌"
    assert (home / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert json.loads((home / "secrets.json").read_text(encoding="utf-8"))["django"] == "x"
    assert _errand(connector).secret == "s3cr3t-令牌"
    kept = f"{list(Connector.objects.values())}{list(LedgerEvent.objects.values())}"
    assert "s3cr3t" not in kept
    keep_secret("penalties", "")
    assert secret_named("penalties") is None
