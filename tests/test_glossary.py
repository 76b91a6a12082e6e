"""Every word that names a file of core, store and services stands in the glossary, with its Chinese."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ENTRY = re.compile(
    r"^\| (?P<english>[^|]+) \| (?P<chinese>[^|]+) \| (?P<meaning>[^|]+) \| ?(?P<files>[^|]*)\|$"
)
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def _entries() -> list[re.Match[str]]:
    lines = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| ") and not line.startswith("| English ")]
    return [found for line in rows if (found := ENTRY.match(line))]


def _files(room: str) -> set[str]:
    """Subject files of a room; ``apps`` and ``models`` of the store belong to Django."""
    framework = {"__init__", "apps"} | ({"models"} if room == "store" else set())
    return {path.stem for path in (ROOT / "src" / "xinheng" / room).glob("*.py")} - framework


@pytest.mark.parametrize("room", ["core", "store", "services"])
def test_every_file_carries_a_word_of_the_glossary(room: str) -> None:
    named = {word for entry in _entries() for word in re.findall(r"`([a-z_]+)`", entry["files"])}
    assert not _files(room) - named


def test_every_entry_has_both_languages_and_one_sentence() -> None:
    rows = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines()
    tables = [line for line in rows if line.startswith("| ") and not line.startswith("| English ")]
    assert len(tables) == len(_entries())
    for entry in _entries():
        assert CHINESE.search(entry["chinese"]), entry["english"]
        assert entry["meaning"].endswith("."), entry["english"]


def test_no_word_is_entered_twice() -> None:
    words = [entry["english"] for entry in _entries()]
    assert not {word for word in words if words.count(word) > 1}
