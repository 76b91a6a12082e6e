"""Files laid into a sender's folder: whole ones only, answered in the folder, originals with persons not kept."""

import json
import os
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from tests.people import NOW, People
from tests.services.deliveries import HEADER, penalty

from xinheng.core.canonical import digest_of
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.interfaces.exchange import tasks
from xinheng.interfaces.exchange.folders import dropped, take_folders
from xinheng.services.collect import import_file
from xinheng.store.models import Batch, Record

STILL = NOW - timedelta(minutes=5)


@pytest.fixture
def folder(people: People, home: Path) -> Path:
    place = home / "inbox" / people.market.key
    place.mkdir(parents=True)
    return place


def _laid(folder: Path, name: str, *rows: str, at: object = STILL) -> Path:
    path = folder / name
    path.write_text("\n".join((HEADER, *rows)), encoding="utf-8")
    os.utime(path, (at.timestamp(), at.timestamp()))  # type: ignore[attr-defined]
    return path


def _found(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file())


@pytest.mark.row("M2-04")
def test_a_whole_file_is_taken_and_answered_with_its_receipt(
    folder: Path, policy: Policy, people: People
) -> None:
    _laid(folder, "行政处罚.csv", penalty(1), penalty(2))
    assert take_folders(policy=policy, now=NOW) == 1
    batch = Batch.objects.get()
    assert (batch.organisation, batch.accepted) == (people.market, 2)
    assert _found(folder) == []
    assert _found(folder / "done") == [
        "20261120-100000-行政处罚.csv",
        "20261120-100000-行政处罚.csv.receipt.json",
    ]
    told = json.loads((folder / "done" / "20261120-100000-行政处罚.csv.receipt.json").read_text("utf-8"))
    assert (told["receipt"], told["accepted"]) == (batch.receipt, 2)
    assert digest_of(told["receipt_of"]) == told["receipt"]
    assert take_folders(policy=policy, now=NOW) == 0


def test_a_file_with_faults_comes_back_with_its_workbook(folder: Path, policy: Policy) -> None:
    _laid(folder, "行政处罚.csv", penalty(1), penalty(2, code="91410202MA000003AB"))
    take_folders(policy=policy, now=NOW)
    assert Record.objects.count() == 1
    assert _found(folder / "returned") == [
        "20261120-100000-行政处罚-退回.xlsx",
        "20261120-100000-行政处罚.csv",
        "20261120-100000-行政处罚.csv.receipt.json",
    ]


def test_a_file_that_no_feed_knows_comes_back(folder: Path, policy: Policy) -> None:
    path = folder / "名单.csv"
    path.write_text("甲,乙\n1,2\n", encoding="utf-8")
    os.utime(path, (STILL.timestamp(), STILL.timestamp()))
    take_folders(policy=policy, now=NOW)
    told = json.loads((folder / "returned" / "20261120-100000-名单.csv.receipt.json").read_text("utf-8"))
    assert told["state"] == "unmapped"
    assert told["advice"]


def _clear_text(path: Path) -> bytes:
    if path.suffix != ".xlsx":
        return path.read_bytes()
    with zipfile.ZipFile(path) as book:
        return b"".join(book.read(name) for name in book.namelist())


@pytest.mark.guard("G2")
@pytest.mark.parametrize(
    ("told", "changes"),
    [
        ("王小明", {"name": "王小明", "kind": "自然人", "code": ""}),
        ("13903781234", {"facts": "当事人电话13903781234，销售过期食品"}),
    ],
    ids=["natural person", "personal number"],
)
def test_nothing_on_persons_is_left_in_clear(
    folder: Path, policy: Policy, told: str, changes: dict[str, str]
) -> None:
    _laid(folder, "行政处罚.csv", penalty(1), penalty(2, **changes), penalty(3, code="91410202MA000003AB"))
    take_folders(policy=policy, now=NOW)
    assert _found(folder / "returned") == ["20261120-100000-行政处罚.csv.receipt.json"]
    assert not any(told.encode() in _clear_text(path) for path in folder.rglob("*") if path.is_file())
    receipt = json.loads((folder / "returned" / _found(folder / "returned")[0]).read_text("utf-8"))
    batch = Batch.objects.get()
    assert batch.workbook is not None
    assert receipt["delivery"] == batch.public_id
    assert receipt["workbook"] == f"/office/batches/{batch.public_id}/workbook/"


@pytest.mark.guard("G2")
def test_a_file_that_no_feed_knows_is_not_left_in_clear(folder: Path, policy: Policy) -> None:
    path = folder / "名单.csv"
    path.write_text("甲,乙\n王小明,410202199001011234\n", encoding="utf-8")
    os.utime(path, (STILL.timestamp(), STILL.timestamp()))
    take_folders(policy=policy, now=NOW)
    assert _found(folder / "returned") == ["20261120-100000-名单.csv.receipt.json"]
    told = json.loads((folder / "returned" / "20261120-100000-名单.csv.receipt.json").read_text("utf-8"))
    assert told["page"] == f"/office/batches/{Batch.objects.get().public_id}/"
    assert "workbook" not in told


@pytest.mark.guard("G2")
def test_a_file_that_is_refused_as_a_whole_is_not_left_in_clear(
    folder: Path, policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> Batch:
        raise Refusal("E11", "含有不得归集的内容。", advice="请删去后重新报送。")

    monkeypatch.setattr("xinheng.interfaces.exchange.folders.import_file", refuse)
    _laid(folder, "行政处罚.csv", penalty(1))
    take_folders(policy=policy, now=NOW)
    assert _found(folder) == []
    assert _found(folder / "returned") == ["20261120-100000-行政处罚.csv.receipt.json"]


def test_what_is_left_is_for_this_account_alone(folder: Path, policy: Policy) -> None:
    _laid(folder, "行政处罚.csv", penalty(1), penalty(2, code="91410202MA000003AB")).chmod(0o644)
    take_folders(policy=policy, now=NOW)
    left = list((folder / "returned").iterdir())
    assert len(left) == 3
    assert {path.stat().st_mode & 0o777 for path in left} == {0o600}
    assert (folder / "returned").stat().st_mode & 0o777 == 0o700


def test_a_file_at_which_something_breaks_stops_no_other(
    folder: Path, policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(path: Path, *given: Any, **named: Any) -> Batch:
        if path.name == "坏.csv":
            raise ValueError
        return import_file(path, *given, **named)

    monkeypatch.setattr("xinheng.interfaces.exchange.folders.import_file", broken)
    _laid(folder, "坏.csv", penalty(1), at=STILL - timedelta(minutes=1))
    _laid(folder, "行政处罚.csv", penalty(2))
    assert take_folders(policy=policy, now=NOW) == 1
    assert Record.objects.count() == 1
    assert _found(folder) == []
    receipt = folder / "returned" / "20261120-100000-坏.csv.receipt.json"
    assert json.loads(receipt.read_text("utf-8"))["code"] == "X18"


def test_a_file_waits_while_the_database_does_not_answer(
    folder: Path, policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: Any, **__: Any) -> Batch:
        raise OperationalError

    _laid(folder, "行政处罚.csv", penalty(1))
    with monkeypatch.context() as patch:
        patch.setattr("xinheng.interfaces.exchange.folders.import_file", busy)
        assert take_folders(policy=policy, now=NOW) == 0
    assert _found(folder) == ["行政处罚.csv"]
    assert take_folders(policy=policy, now=NOW) == 1


@pytest.mark.parametrize("name", ["行政处罚" * 20 + ".csv", os.fsdecode("行政处罚.csv".encode("gb18030"))])
def test_a_name_that_is_long_or_in_another_encoding_is_taken(folder: Path, policy: Policy, name: str) -> None:
    _laid(folder, name, penalty(1))
    assert take_folders(policy=policy, now=NOW) == 1
    assert Batch.objects.get().file_name.startswith("行政处罚")
    assert len(_found(folder / "done")) == 2


@pytest.mark.parametrize("name", ["行政处罚.csv.part", ".行政处罚.csv", "~$行政处罚.xlsx", "行政处罚.tmp"])
def test_an_unfinished_file_is_left_alone(folder: Path, policy: Policy, name: str) -> None:
    _laid(folder, name, penalty(1))
    assert take_folders(policy=policy, now=NOW) == 0
    assert _found(folder) == [name]


def test_a_file_that_still_grows_is_left_alone(folder: Path, policy: Policy) -> None:
    _laid(folder, "行政处罚.csv", penalty(1), at=NOW - timedelta(seconds=5))
    assert take_folders(policy=policy, now=NOW) == 0
    assert take_folders(policy=policy, now=NOW + timedelta(minutes=1)) == 1


def test_links_and_folders_of_nobody_are_not_looked_at(
    folder: Path, home: Path, policy: Policy, tmp_path: Path
) -> None:
    secret = _laid(home, "secrets.csv", penalty(1))
    (folder / "行政处罚.csv").symlink_to(secret)
    elsewhere = home / "elsewhere"
    elsewhere.mkdir()
    _laid(elsewhere, "行政处罚.csv", penalty(2))
    (home / "inbox" / "link").symlink_to(elsewhere)
    nobody = home / "inbox" / "nobody"
    nobody.mkdir()
    _laid(nobody, "行政处罚.csv", penalty(3))
    assert take_folders(policy=policy, now=NOW) == 0
    assert not Batch.objects.exists()
    assert _found(nobody) == ["行政处罚.csv"]


def test_answers_are_not_written_through_a_link(folder: Path, home: Path, policy: Policy) -> None:
    outside = home / "outside"
    outside.mkdir()
    (folder / "done").symlink_to(outside)
    _laid(folder, "行政处罚.csv", penalty(1))
    take_folders(policy=policy, now=NOW)
    assert _found(outside) == []
    assert len(_found(folder / "done")) == 2


def test_answers_are_taken_away_after_the_days_of_policy(folder: Path, policy: Policy) -> None:
    _laid(folder, "行政处罚.csv", penalty(1))
    take_folders(policy=policy, now=NOW)
    answered = folder / "done" / "20261120-100000-行政处罚.csv"
    written = answered.lstat().st_ctime
    later = NOW + timedelta(seconds=written - NOW.timestamp()) + timedelta(days=8)
    _laid(folder, "另一份.csv", penalty(2), at=later - timedelta(minutes=5))
    take_folders(policy=policy, now=later)
    assert not answered.exists()


def test_a_round_is_started_only_where_there_is_something_to_do(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[object] = []

    class Child:
        pid = 1

        def __init__(self, command: object, **_: object) -> None:
            started.append(command)

    monkeypatch.setattr("xinheng.interfaces.exchange.tasks.subprocess.Popen", Child)
    tasks.exchange_round(0)
    assert started == []
    _laid(folder, "行政处罚.csv", penalty(1))
    assert next(dropped(now=NOW)).path.name == "行政处罚.csv"
    tasks.exchange_round(0)
    assert len(started) == 1
