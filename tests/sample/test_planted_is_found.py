"""What the sample city plants is what intake finds, file by file and code by code, and nothing else.

E17 needs more than the file: a wrong name that stands alone is found by comparing with the register.
"""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.feeds import feeds_in

from xinheng.core.feeds import Feed
from xinheng.core.policy import load_policy
from xinheng.intake.prepare import Prepared, prepare
from xinheng.intake.standards import standards_of
from xinheng.sample.sheets import FEEDS

POLICY = Path(__file__).parents[2] / "policy"
ELSEWHERE = ("E17",)


@pytest.fixture(scope="module")
def feeds() -> dict[str, Feed]:
    return feeds_in(POLICY)


def _entry(folder: Path, feed: str) -> dict[str, Any]:
    """The file of the feed that carries most kinds of defect."""
    planted = json.loads((folder / "planted.json").read_text(encoding="utf-8"))
    entries: list[dict[str, Any]] = [entry for entry in planted["files"] if entry["feed"] == feed]
    return max(entries, key=lambda entry: len(entry["planted"]))


def _expected(folder: Path, entry: dict[str, Any]) -> dict[str, int]:
    implied = json.loads((folder / "planted.json").read_text(encoding="utf-8"))["implied"]
    expected = {code: count for code, count in entry["planted"].items() if code not in ELSEWHERE}
    for code, others in implied.items():
        for other in others if code in entry["planted"] else ():
            expected[other] = expected.get(other, 0) + entry["planted"][code]
    return expected


def _prepared(folder: Path, entry: dict[str, Any], feeds: dict[str, Feed], work: Path, day: date) -> Prepared:
    work.mkdir()
    standards = standards_of(load_policy(POLICY, city="kaifeng"))
    return prepare(folder / entry["path"], feeds=feeds, work=work, today=day, standards=standards)


@pytest.mark.row("M2-04")
@pytest.mark.parametrize("feed", sorted(set(FEEDS.values())))
def test_intake_finds_what_was_planted(
    feed: str, delivered: Path, feeds: dict[str, Feed], tmp_path: Path, as_of: date
) -> None:
    entry = _entry(delivered, feed)
    found = _prepared(delivered, entry, feeds, tmp_path / "work", as_of)
    assert (found.feed, found.header_row, found.rows) == (feed, entry["header_row"], entry["rows"])
    assert found.duplicates == entry["duplicates"]
    problems = {code: count for code, count in found.problems.items() if code not in ELSEWHERE}
    assert problems == _expected(delivered, entry)
    assert found.problems.get("E17", 0) <= entry["planted"].get("E17", 0)
    assert found.personal_ids_found == entry["personal_numbers"]


def test_a_city_without_dirt_is_accepted_whole(
    clean: Path, feeds: dict[str, Feed], tmp_path: Path, as_of: date
) -> None:
    for feed in (
        "xinheng-registration",
        "penalty-dual-publicity",
        "permit-dual-publicity",
        "xinheng-inspection",
    ):
        entry = _entry(clean, feed)
        found = _prepared(clean, entry, feeds, tmp_path / feed, as_of)
        assert (found.accepted, dict(found.problems)) == (entry["rows"], {})
