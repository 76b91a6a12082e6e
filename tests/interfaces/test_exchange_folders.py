"""Files laid into a sender's folder: whole ones only, answered in the folder, originals with persons not kept."""

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest
from tests.people import NOW, People
from tests.services.deliveries import HEADER, penalty

from xinheng.core.policy import Policy
from xinheng.interfaces.exchange import tasks
from xinheng.interfaces.exchange.folders import dropped, take_folders
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


@pytest.mark.guard("G2")
def test_the_original_of_a_file_with_persons_is_not_left_behind(folder: Path, policy: Policy) -> None:
    _laid(folder, "行政处罚.csv", penalty(1), penalty(2, name="王小明", kind="自然人", code=""))
    take_folders(policy=policy, now=NOW)
    left = [path for path in folder.rglob("*") if path.is_file()]
    assert "20261120-100000-行政处罚.csv" not in [path.name for path in left]
    assert not any("王小明".encode() in path.read_bytes() for path in left if path.suffix != ".xlsx")


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


def test_answers_are_taken_away_after_a_week(folder: Path, policy: Policy) -> None:
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
