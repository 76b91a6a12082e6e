"""Files of the sample city: the same for the same seed, shaped as departments send them, dirt where it is noted."""

import csv
import hashlib
import io
import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from xinheng.core.ids import read_code
from xinheng.sample.city import SampleCity, found_city, write_files
from xinheng.sample.dirt import ADDED, POSSIBLE
from xinheng.sample.histories import SHAPES, history
from xinheng.sample.places import City
from xinheng.sample.sheets import COLUMNS


def _digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _planted(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "planted.json").read_text(encoding="utf-8"))
    return content


def _lines(folder: Path, entry: dict[str, Any]) -> list[list[str]]:
    path = folder / entry["path"]
    if entry["format"] == "xlsx":
        pages = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)
        return [[str(cell) for cell in row] for row in pages]
    return list(csv.reader(io.StringIO(path.read_bytes().decode(entry["encoding"]), newline="")))


def test_the_same_seed_gives_the_same_bytes_on_any_number_of_threads(
    delivered: Path, tmp_path: Path, city: City, as_of: date
) -> None:
    again = found_city(city=city, size="s", seed=7, as_of=as_of, scratch=tmp_path / "scratch")
    again.connection.execute("SET threads = 1")
    write_files(again, out=tmp_path / "again")
    again.connection.close()
    assert _digests(tmp_path / "again") == _digests(delivered)


def test_another_seed_gives_another_city(delivered: Path, tmp_path: Path, city: City, as_of: date) -> None:
    other = found_city(city=city, size="s", seed=8, as_of=as_of, scratch=tmp_path / "scratch")
    write_files(other, out=tmp_path / "other")
    other.connection.close()
    mine, theirs = _digests(delivered), _digests(tmp_path / "other")
    assert all(mine[path] != theirs[path] for path in mine.keys() & theirs.keys())


def test_a_small_city_has_about_twenty_thousand_rows_in_thirty_to_sixty_files(delivered: Path) -> None:
    planted = _planted(delivered)
    assert 18_000 <= planted["rows"] <= 22_000
    assert 30 <= len(planted["files"]) <= 60
    assert len({entry["sender"] for entry in planted["files"]}) >= 12


def test_formats_and_encodings_differ_from_file_to_file(delivered: Path) -> None:
    entries = _planted(delivered)["files"]
    assert {entry["encoding"] for entry in entries} == {"utf-8-sig", "utf-8", "gb18030", ""}
    assert {entry["header_row"] for entry in entries} == {1, 2, 3}


def test_every_file_has_its_header_where_noted_and_as_many_rows_as_noted(delivered: Path) -> None:
    headers = {tuple(header for header, _ in columns) for columns in COLUMNS.values()}
    for entry in _planted(delivered)["files"]:
        lines = _lines(delivered, entry)
        assert tuple(lines[entry["header_row"] - 1]) in headers, entry["path"]
        assert len(lines) == entry["header_row"] + entry["rows"], entry["path"]


def test_planted_rows_are_noted_one_by_one(delivered: Path) -> None:
    with (delivered / "planted-rows.csv").open(encoding="utf-8") as notes:
        noted = list(csv.DictReader(notes))
    counts: Counter[tuple[str, str]] = Counter((row["path"], row["code"]) for row in noted)
    for entry in _planted(delivered)["files"]:
        expected = {**entry["planted"], **({"duplicate": entry["duplicates"]} if entry["duplicates"] else {})}
        assert {code: n for (path, code), n in counts.items() if path == entry["path"]} == expected
    assert len({(row["path"], row["row"]) for row in noted}) == len(noted)


def test_each_possible_defect_is_planted_somewhere(delivered: Path) -> None:
    planted = _planted(delivered)
    possible = {code for codes in POSSIBLE.values() for code in codes} - {"duplicate"}
    assert set(planted["planted"]) == possible
    assert planted["duplicates"] > 0
    assert 0.02 < (sum(planted["planted"].values()) + planted["duplicates"]) / planted["rows"] < 0.06


def test_codes_are_wrong_where_noted_and_right_elsewhere(delivered: Path) -> None:
    with (delivered / "planted-rows.csv").open(encoding="utf-8") as notes:
        noted = {(row["path"], int(row["row"])): row["code"] for row in csv.DictReader(notes)}
    for entry in _planted(delivered)["files"]:
        lines = _lines(delivered, entry)
        header = lines[entry["header_row"] - 1]
        place = next(
            n
            for n, word in enumerate(header)
            if "统一社会信用代码" in word or word in ("承诺人代码", "纳税人识别号")
        )
        for number, line in enumerate(lines[entry["header_row"] :], start=entry["header_row"] + 1):
            code = noted.get((entry["path"], number))
            right = read_code(line[place]).valid
            if code == "E03":
                assert not right and len(line[place]) == 18
            elif code == "E13":
                assert not right
            elif code not in ("E12", "E16"):
                assert right, (entry["path"], number, line[place])


def test_added_rows_repeat_a_row_of_the_file(delivered: Path) -> None:
    with (delivered / "planted-rows.csv").open(encoding="utf-8") as notes:
        noted = [row for row in csv.DictReader(notes) if row["code"] == "duplicate"]
    files = {
        entry["path"]: entry
        for entry in _planted(delivered)["files"]
        if entry["feed"] != "xinheng-tax-honour"
    }
    checked = 0
    for row in noted:
        if row["path"] in files:
            lines = _lines(delivered, files[row["path"]])
            assert lines.count(lines[int(row["row"]) - 1]) == 2
            checked += 1
    assert checked > 20


def test_without_dirt_nothing_is_planted(tmp_path: Path, city: City, as_of: date) -> None:
    clean = found_city(city=city, size="s", seed=7, as_of=as_of, scratch=tmp_path / "scratch", dirt=0)
    planted = write_files(clean, out=tmp_path / "clean")
    clean.connection.close()
    assert planted["planted"] == {}
    assert planted["duplicates"] == 0


def test_no_day_lies_after_the_day_of_the_sample(sample: SampleCity, as_of: date) -> None:
    for kind in SHAPES:
        rows = sample.connection.execute(
            f"SELECT max(decided_on), min(decided_on - established_on) "
            f"FROM ({history(kind, size=sample.size, as_of=as_of)})"
        ).fetchall()
        assert rows[0][0] < as_of, kind
        assert rows[0][1] >= 0, kind


@pytest.mark.parametrize("code", ADDED)
def test_added_defects_are_known(code: str) -> None:
    assert any(code in codes for codes in POSSIBLE.values())
