"""The documents lead nowhere that does not exist: links, files and commands they name are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
NAMED = re.compile(
    r"`((?:src/xinheng|docs|policy|scripts|tests|bench|core|store|services|scoring|intake|interfaces|config)"
    r"/[A-Za-z0-9_./-]+)(?::[a-z_]+)?`"
)
COMMAND = re.compile(r"\.venv/bin/xinheng ((?:[a-z][a-z-]*)(?: [a-z][a-z-]*)?)")
MADE_UP = "policy/city/410100/"
"""The city that add-a-city.md adds."""
ROOMS = ("core/", "store/", "services/", "scoring/", "intake/", "interfaces/", "config/")


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_every_link_leads_to_a_file(document: Path) -> None:
    links = LINK.findall(document.read_text(encoding="utf-8"))
    assert not [link for link in links if not (document.parent / link).exists()]


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_every_file_named_exists(document: Path) -> None:
    named = NAMED.findall(document.read_text(encoding="utf-8"))
    places = {name: ROOT / ("src/xinheng" if name.startswith(ROOMS) else "") / name for name in named}
    assert not [name for name, place in places.items() if not place.exists() and MADE_UP not in name]


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_every_command_shown_exists(document: Path) -> None:
    from typer.main import get_command

    from xinheng.interfaces.cli import app

    top = get_command(app).commands  # type: ignore[attr-defined]
    for shown in COMMAND.findall(document.read_text(encoding="utf-8")):
        first, _, second = shown.partition(" ")
        assert first in top, shown
        if hasattr(top[first], "commands"):
            assert second in top[first].commands, shown


def test_every_document_stands_in_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    files = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert not [name for name in files - {"README.md"} if f"({name})" not in index]
