"""Sources that answer, hang, lie about where they are, or have no certificate worth the name."""

import ipaddress
import json
import ssl
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import connection
from tests.interfaces.sources import Source, led, served
from tests.people import NOW, People
from tests.services.deliveries import HEADER, code, penalty

from xinheng.core.policy import Policy
from xinheng.interfaces.exchange.pulling import pull
from xinheng.services.connectors import ConnectorOrder, declare, troubled
from xinheng.store.connectors import keep_secret
from xinheng.store.models import Batch, Connector, ConnectorPull, PullState, Record

FEED = "penalty-dual-publicity"
HERE = ("127.0.0.1/32",)


@pytest.fixture
def source() -> Iterator[Source]:
    with served() as made:
        yield made


@pytest.fixture
def at_home(people: People, policy: Policy, home: Path) -> Any:
    def make(**given: Any) -> Connector:
        order = {
            "organisation": people.market,
            "name": "处罚接口",
            "kind": "json",
            "feed": FEED,
            "networks": HERE,
            "source": "data.records",
            "max_seconds": 2,
        }
        return declare(ConnectorOrder(**order | given), actor=people.wang, policy=policy, now=NOW)

    return make


def _record(number: int) -> dict[str, str]:
    return dict(zip(HEADER.split(","), penalty(number).split(","), strict=True)) | {"id": str(number)}


def _answer(*numbers: int) -> tuple[int, bytes, dict[str, str]]:
    records = [_record(number) for number in numbers]
    return 200, json.dumps({"data": {"records": records}}, ensure_ascii=False).encode(), {}


def _pulled(connector: Connector, policy: Policy, *, minutes: int = 0) -> ConnectorPull:
    Connector.objects.update(next_at=NOW)
    done = pull(connector.public_id, policy=policy, now=NOW + timedelta(minutes=minutes))
    assert done is not None
    return done


@pytest.mark.row("M2-04")
@pytest.mark.row("M17-02")
def test_an_interface_is_read_from_its_cursor_on(source: Source, at_home: Any, policy: Policy) -> None:
    keep_secret("token", "t0ken")
    connector = at_home(
        url=f"http://127.0.0.1:{source.port}/penalties?area=龙亭",
        cursor_field="id",
        cursor_parameter="since",
        secret="token",
    )
    source.answers = [_answer(1, 2), _answer(9, 10), _answer()]
    done = _pulled(connector, policy)
    assert (done.state, done.rows) == (PullState.LOADED, 4)
    assert Record.objects.count() == 4
    paths = [path for path, _ in source.seen]
    assert [path.partition("&")[2] for path in paths] == ["", "since=2", "since=10"]
    assert source.seen[0][1]["Authorization"] == "Bearer t0ken"
    connector.refresh_from_db()
    assert connector.cursor == "10"


def test_a_source_is_not_asked_without_the_secret(source: Source, at_home: Any, policy: Policy) -> None:
    connector = at_home(url=f"http://127.0.0.1:{source.port}/", secret="token")
    source.answers = [_answer(1)]
    done = _pulled(connector, policy)
    assert (done.state, done.code) == (PullState.REFUSED, "X06")
    assert source.seen == []


def test_a_csv_is_read_as_it_comes(source: Source, at_home: Any, policy: Policy) -> None:
    connector = at_home(url=f"http://127.0.0.1:{source.port}/", kind="csv")
    body = "\n".join((HEADER, penalty(1), penalty(2))).encode("gb18030")
    source.answers = [(200, body, {})]
    done = _pulled(connector, policy)
    assert (done.state, done.rows) == (PullState.LOADED, 2)
    connector.refresh_from_db()
    assert connector.columns == HEADER.split(",")


@pytest.mark.row("M2-04")
@pytest.mark.parametrize("trickle", [False, True], ids=["silent", "a byte at a time"])
def test_a_source_that_hangs_is_cut_off(source: Source, at_home: Any, policy: Policy, trickle: bool) -> None:
    connector = at_home(url=f"http://127.0.0.1:{source.port}/", max_seconds=1)
    source.answers, source.trickle, source.hang = [_answer(1)], trickle, 0 if trickle else 60
    begun = time.monotonic()
    done = _pulled(connector, policy)
    assert time.monotonic() - begun < 30
    assert (done.state, done.code) == (PullState.FAILED, "X12")
    assert not Batch.objects.exists()


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((500, b"{}", {}), "X15"),
        ((302, b"", {"Location": "http://127.0.0.1/"}), "X15"),
        ((200, b"<html>", {}), "X15"),
        ((200, b'{"data": {}}', {}), "X15"),
        ((200, b'{"data": {"records": [1]}}', {}), "X15"),
        ((200, '{"data": "甲"}'.encode("gb18030"), {}), "X15"),
        ((200, b"x", {"Content-Length": "100"}), "X15"),
        ((200, _answer(1)[1], {"Content-Length": ""}), "X15"),
    ],
)
def test_an_answer_that_is_none_leaves_all_as_it_is(
    source: Source, at_home: Any, policy: Policy, answer: tuple[int, bytes, dict[str, str]], code: str
) -> None:
    connector = at_home(url=f"http://127.0.0.1:{source.port}/")
    source.answers = [answer]
    done = _pulled(connector, policy)
    assert (done.state, done.code) == (PullState.FAILED, code)
    assert done.message
    assert not Batch.objects.exists()


def test_more_than_was_agreed_is_refused(source: Source, at_home: Any, policy: Policy) -> None:
    connector = at_home(url=f"http://127.0.0.1:{source.port}/", max_rows=2)
    source.answers = [_answer(1, 2, 3)]
    assert "2 行的上限" in _pulled(connector, policy).message
    assert not Record.objects.exists()


def _dated(*days: int) -> tuple[int, bytes, dict[str, str]]:
    records = [_record(number) | {"changed": f"2026-11-{day:02}"} for number, day in enumerate(days, start=1)]
    return 200, json.dumps(records, ensure_ascii=False).encode(), {}


@pytest.mark.row("M2-04")
def test_a_backlog_of_an_interface_comes_in_parts_and_no_day_is_cut(
    source: Source, at_home: Any, policy: Policy
) -> None:
    url = f"http://127.0.0.1:{source.port}/"
    connector = at_home(url=url, source="", cursor_field="changed", cursor_parameter="since", max_rows=3)
    source.answers = [_dated(2, 1, 2, 3, 2)]
    first = _pulled(connector, policy)
    assert (first.state, first.rows) == (PullState.LOADED, 1)
    connector.refresh_from_db()
    assert (connector.cursor, connector.next_at) == ("2026-11-01", NOW)
    source.answers, source.seen[:] = [_dated(2, 2, 2), _dated(3), _dated()], []
    second = _pulled(connector, policy, minutes=1)
    assert (second.state, second.rows) == (PullState.LOADED, 3)
    assert "since=2026-11-01" in source.seen[0][0]
    connector.refresh_from_db()
    assert connector.cursor == "2026-11-02"


def test_a_day_with_more_than_was_agreed_is_refused(source: Source, at_home: Any, policy: Policy) -> None:
    url = f"http://127.0.0.1:{source.port}/"
    connector = at_home(url=url, source="", cursor_field="changed", cursor_parameter="since", max_rows=2)
    source.answers = [_dated(1, 1, 1, 2)]
    done = _pulled(connector, policy)
    assert (done.state, done.code) == (PullState.FAILED, "X21")
    assert not Batch.objects.exists()


def test_a_backlog_of_a_csv_comes_in_parts(source: Source, at_home: Any, policy: Policy) -> None:
    url = f"http://127.0.0.1:{source.port}/"
    connector = at_home(url=url, kind="csv", cursor_field="changed", cursor_parameter="since", max_rows=3)
    rows = [f"{penalty(number)},2026-11-{day:02}" for number, day in ((1, 1), (2, 3), (3, 1), (4, 3))]
    source.answers = [(200, "\n".join((f"{HEADER},changed", *rows)).encode("gb18030"), {})]
    done = _pulled(connector, policy)
    assert (done.state, done.rows) == (PullState.LOADED, 2)
    connector.refresh_from_db()
    assert (connector.cursor, connector.next_at) == ("2026-11-01", NOW)
    assert set(Record.objects.values_list("subject__code", flat=True)) == {code(1), code(3)}


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_a_record_without_a_cursor_is_refused(
    source: Source, at_home: Any, policy: Policy, kind: str
) -> None:
    url = f"http://127.0.0.1:{source.port}/"
    connector = at_home(url=url, kind=kind, source="", cursor_field="id", cursor_parameter="since")
    body = json.dumps([_record(1), _record(2) | {"id": None}]).encode()
    if kind == "csv":
        body = "\n".join((f"{HEADER},id", f"{penalty(1)},1", f"{penalty(2)},")).encode()
    source.answers = [(200, body, {})]
    done = _pulled(connector, policy)
    assert (done.state, done.code) == (PullState.FAILED, "X22")
    connector.refresh_from_db()
    assert connector.cursor == ""


def test_a_name_that_leads_elsewhere_is_not_followed(
    source: Source, at_home: Any, policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    connector = at_home(url=f"http://api.example:{source.port}/", networks=("10.8.1.0/24",))
    source.answers = [_answer(1)]
    for address in ("127.0.0.1", "169.254.169.254", "10.8.2.1"):
        found = [(2, 1, 6, "", (address, source.port)), (2, 1, 6, "", ("10.8.1.1", source.port))]
        monkeypatch.setattr("socket.getaddrinfo", lambda *_, found=found: found)
        assert _pulled(connector, policy).code == "X03"
    assert source.seen == []


def test_a_port_on_which_nobody_answers_is_told(at_home: Any, policy: Policy) -> None:
    with served() as gone:
        port = gone.port
    done = _pulled(at_home(url=f"http://127.0.0.1:{port}/"), policy)
    assert (done.state, done.code) == (PullState.FAILED, "X13")


def _certified(folder: Path) -> tuple[ssl.SSLContext, bytes]:
    """A server of this machine with a certificate that nobody signed but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate = made.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "server.pem"
    path.write_bytes(secret + certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context, certificate


def test_a_certificate_is_verified(at_home: Any, policy: Policy, home: Path) -> None:
    context, certificate = _certified(home)
    with served(context) as source:
        source.answers = [_answer(1)]
        connector = at_home(url=f"https://127.0.0.1:{source.port}/")
        assert _pulled(connector, policy).code == "X14"
        assert source.seen == []
        (home / "ca.pem").write_bytes(certificate)
        assert _pulled(connector, policy, minutes=1).state == PullState.LOADED


@pytest.fixture
def database(committed_people: People) -> Iterator[int]:
    """A port behind which lies the database of the tests, with a view of penalties."""
    values = connection.settings_dict
    if not str(values["HOST"]).startswith("/"):
        pytest.skip("the database of the tests has no socket in a folder")
    names = HEADER.split(",")
    columns = ", ".join(f'"{name}" text' for name in names)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE source_penalty (id serial, {columns})")
        for number in range(1, 6):
            marks = ", ".join(["%s"] * len(names))
            cursor.execute(
                f"INSERT INTO source_penalty ({', '.join(chr(34) + n + chr(34) for n in names)}) VALUES ({marks})",
                penalty(number).split(","),
            )
    with led(f"{values['HOST']}/.s.PGSQL.{values['PORT'] or 5432}") as port:
        yield port


def _view(port: int, people: People, **given: Any) -> ConnectorOrder:
    """An order for a view of this database, reached through a port of the machine."""
    values = connection.settings_dict
    order: dict[str, Any] = {
        "organisation": people.market,
        "name": "处罚视图",
        "kind": "database",
        "feed": FEED,
        "networks": HERE,
        "url": f"postgresql://{values['USER']}@127.0.0.1:{port}/{values['NAME']}",
    }
    return ConnectorOrder(**order | given)


def _declared(order: ConnectorOrder, people: People, policy: Policy) -> Connector:
    return declare(order, actor=people.wang, policy=policy, now=NOW)


@pytest.mark.row("M2-04")
@pytest.mark.row("M17-02")
def test_a_view_of_a_database_is_read_from_its_cursor_on(
    database: int, committed_people: People, policy: Policy, home: Path
) -> None:
    order = _view(database, committed_people, source="public.source_penalty", cursor_field="id", max_rows=3)
    connector = _declared(order, committed_people, policy)
    first = _pulled(connector, policy)
    assert (first.state, first.rows) == (PullState.LOADED, 3), first.message
    connector.refresh_from_db()
    assert (connector.cursor, connector.next_at) == ("3", NOW)
    second = _pulled(connector, policy, minutes=1)
    assert (second.state, second.rows) == (PullState.LOADED, 2)
    assert _pulled(connector, policy, minutes=2).state == PullState.NOTHING
    assert Record.objects.count() == 5
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE source_penalty RENAME COLUMN 处罚类别 TO 处罚种类")
        cursor.execute("INSERT INTO source_penalty (行政相对人名称) VALUES ('甲')")
    changed = _pulled(connector, policy, minutes=3)
    assert (changed.state, changed.code) == (PullState.REFUSED, "X07")
    assert Record.objects.count() == 5


@pytest.mark.row("M2-04")
def test_a_column_renamed_in_a_database_is_told_before_any_row_is_new(
    database: int, committed_people: People, policy: Policy, home: Path
) -> None:
    order = _view(database, committed_people, source="public.source_penalty", cursor_field="id")
    connector = _declared(order, committed_people, policy)
    assert _pulled(connector, policy).state == PullState.LOADED
    assert _pulled(connector, policy, minutes=1).state == PullState.NOTHING
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE source_penalty RENAME COLUMN 处罚类别 TO 处罚种类")
    changed = _pulled(connector, policy, minutes=2)
    assert (changed.state, changed.code, changed.rows) == (PullState.REFUSED, "X07", 0)
    assert "少了“处罚类别”" in changed.message
    assert "多了“处罚种类”" in changed.message
    assert connector.public_id in {one.public_id for one in troubled(frozenset([committed_people.market.pk]))}


@pytest.mark.row("M2-04")
def test_a_column_missing_from_a_csv_without_rows_is_told(
    source: Source, at_home: Any, policy: Policy
) -> None:
    connector = at_home(url=f"http://127.0.0.1:{source.port}/", kind="csv", cursor_field="")
    source.answers = [(200, f"{HEADER}\n{penalty(1)}\n".encode(), {})]
    assert _pulled(connector, policy).state == PullState.LOADED
    for body, state in ((b"", PullState.NOTHING), (f"{HEADER}\n".encode(), PullState.NOTHING)):
        source.answers = [(200, body, {})]
        assert _pulled(connector, policy, minutes=1).state == state
    source.answers = [(200, f"{HEADER.replace('处罚类别', '处罚种类')}\n".encode(), {})]
    changed = _pulled(connector, policy, minutes=2)
    assert (changed.state, changed.code) == (PullState.REFUSED, "X07")
    assert "处罚种类" in changed.message


def _dated_view(port: int, people: People, policy: Policy, *days: str | None) -> Connector:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE source_penalty ADD COLUMN changed date")
        for number, day in enumerate(days, start=1):
            cursor.execute("UPDATE source_penalty SET changed = %s WHERE id = %s", [day, number])
    order = _view(port, people, source="source_penalty", cursor_field="changed", max_rows=3)
    return _declared(order, people, policy)


@pytest.mark.row("M2-04")
def test_rows_of_one_day_are_never_divided(
    database: int, committed_people: People, policy: Policy, home: Path
) -> None:
    days = ("2026-11-01", "2026-11-02", "2026-11-02", "2026-11-02", "2026-11-03")
    connector = _dated_view(database, committed_people, policy, *days)
    found = [_pulled(connector, policy, minutes=minute) for minute in range(4)]
    assert [(one.state, one.rows) for one in found] == [
        (PullState.LOADED, 1),
        (PullState.LOADED, 3),
        (PullState.LOADED, 1),
        (PullState.NOTHING, 0),
    ]
    assert Record.objects.count() == 5
    connector.refresh_from_db()
    assert connector.cursor == "2026-11-03"


@pytest.mark.parametrize(
    ("days", "said"),
    [(("2026-11-01",) * 4 + ("2026-11-02",), "X21"), (("2026-11-01",) * 2 + (None,) * 3, "X22")],
    ids=["too many of one day", "no day"],
)
def test_a_cursor_that_does_not_divide_the_rows_is_refused(
    database: int,
    committed_people: People,
    policy: Policy,
    home: Path,
    days: tuple[str | None, ...],
    said: str,
) -> None:
    connector = _dated_view(database, committed_people, policy, *days)
    done = _pulled(connector, policy)
    assert (done.state, done.code) == (PullState.FAILED, said)
    connector.refresh_from_db()
    assert connector.cursor == ""
    assert not Batch.objects.exists()


def test_a_database_that_hangs_is_cut_off(
    database: int, committed_people: People, policy: Policy, home: Path
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE VIEW sleeping AS SELECT pg_sleep(120)::text AS id")
    order = _view(database, committed_people, name="慢视图", source="sleeping", max_seconds=1)
    connector = _declared(order, committed_people, policy)
    begun = time.monotonic()
    assert _pulled(connector, policy).code == "X12"
    assert time.monotonic() - begun < 60
    missing = declare(
        replace(order, name="没有", source="nothing"),
        actor=committed_people.wang,
        policy=policy,
        now=NOW,
    )
    assert "没有表或视图“nothing”" in _pulled(missing, policy, minutes=1).message
