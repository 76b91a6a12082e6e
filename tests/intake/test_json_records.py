"""JSON is read as a table of the same words, or refused as a whole with the record and the field."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from xinheng.core.refusal import Refusal
from xinheng.intake.json_records import as_table
from xinheng.intake.limits import Limits
from xinheng.intake.sniffing import Format, format_of


def _read(folder: Path, content: str | bytes) -> list[list[str]]:
    path = folder / "发来.json"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    text = as_table(path, folder, Limits())
    with text.path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def _records(*records: dict[str, Any]) -> str:
    return json.dumps({"records": records}, ensure_ascii=False)


@pytest.mark.parametrize("start", ['{"records"', '[{"a"', " \n[ {", '\ufeff{ "a"', "[]", "{}"])
def test_a_json_file_is_known_by_its_first_characters(tmp_path: Path, start: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(start, encoding="utf-8")
    assert format_of(path) is Format.JSON


@pytest.mark.parametrize("start", ["[序号],名称\n", "{名称},代码\n", "名称,代码\n"])
def test_a_table_whose_header_begins_with_a_bracket_is_text(tmp_path: Path, start: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(start, encoding="utf-8")
    assert format_of(path) is Format.CSV


def test_columns_come_in_the_order_in_which_they_are_first_named(tmp_path: Path) -> None:
    rows = _read(
        tmp_path, _records({"名称": "甲", "代码": None}, {"金额": 1, "名称": "乙\r\n二", "真": True})
    )
    assert rows == [["名称", "代码", "金额", "真"], ["甲", "", "", ""], ["乙\r\n二", "", "1", "是"]]


def test_a_number_keeps_its_digits(tmp_path: Path) -> None:
    content = '[{"额": 0.10, "数": 12345678901234567890, "小": 1e-2}]'
    assert _read(tmp_path, content)[1] == ["0.10", "12345678901234567890", "1e-2"]


def test_half_a_character_becomes_the_sign_of_a_broken_one(tmp_path: Path) -> None:
    assert _read(tmp_path, '[{"名": "甲\\ud83d乙"}]')[1] == ["甲\ufffd乙"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"records": [', "不完整"),
        ('{"records": 3}', "没有“records”列表"),
        ('{"records": []}', "没有一条记录"),
        ('[{"a": "1"}, 7]', "第2条记录不是一个对象"),
        ('[{"a": "1", "a": "2"}]', "第1条记录的字段“a”出现了两次"),
        ('[{"a": {"b": 1}}]', "第1条记录的字段“a”的值是列表或对象"),
        ('[{"a": NaN}]', "不是数的值“NaN”"),
        ('[{"a": "1"}, {"a": "\\u3000"}]', "第2条记录没有任何内容"),
        ("[" * 100_000, "层次过多"),
        ('[{"名": "甲"}]'.encode("gb18030"), "不是 UTF-8"),
        ('[{"a": "1"}]'.encode("utf-16"), "不是 UTF-8"),
    ],
)
def test_what_a_table_cannot_hold_is_refused_as_a_whole(
    tmp_path: Path, content: str | bytes, said: str
) -> None:
    with pytest.raises(Refusal, match=said) as caught:
        _read(tmp_path, content)
    assert caught.value.code == "E19"
    assert caught.value.advice
