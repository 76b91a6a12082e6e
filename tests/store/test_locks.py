"""No two purposes share an advisory lock, and none is numbered beside the list."""

import re
from pathlib import Path

from xinheng.store import locks

SRC = Path(locks.__file__).parents[1]


def test_each_purpose_has_a_number_of_its_own() -> None:
    numbers = [value for name, value in vars(locks).items() if name.isupper()]
    assert len(numbers) == len(set(numbers)) > 1


def test_every_lock_is_taken_by_its_name() -> None:
    literal = re.compile(r"7_?240_?0\d\d")
    found = [path.name for path in SRC.rglob("*.py") if literal.search(path.read_text(encoding="utf-8"))]
    assert found == ["locks.py"]


def test_a_lock_is_taken_for_one_purpose_only() -> None:
    taken = re.compile(r"advisory\w*lock\(%s\).*?locks\.([A-Z]+)")
    places: dict[str, set[str]] = {}
    for path in SRC.rglob("*.py"):
        for name in taken.findall(path.read_text(encoding="utf-8")):
            places.setdefault(name, set()).add(path.stem)
    assert places.pop("LOADER") == {"loading", "snapshot_rows"}
    assert all(len(stems) == 1 for stems in places.values())
