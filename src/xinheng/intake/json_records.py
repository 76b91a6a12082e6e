"""Reads a JSON file of records as a table: each field name is a column, each object a row.

Numbers keep the digits that were sent, so that no amount is rounded on the way. What a table cannot hold (objects in
objects, a field named twice) is refused with the record and the field, the whole file with it (E19).
"""

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from xinheng.intake.limits import MIB, Limits
from xinheng.intake.sniffing import Text, unreadable

MOST_BYTES = 64 * MIB
"""A JSON file is held in memory as a whole."""
RECORDS = "records"
_LONE = re.compile("[\ud800-\udfff]")
_WORDS = {True: "是", False: "否", None: ""}
_BLANK = " \t\r\n\u00a0\u3000\u200b\ufeff"
_ADVICE = '请按 {"records": [{字段名: 值, …}, …]} 的形式，用 UTF-8 编码重新发送。'


def as_table(path: Path, work: Path, limits: Limits) -> Text:
    """The records as UTF-8 CSV in ``work``, columns in the order in which they first come. Raises Refusal (E19)."""
    records = _records(path)
    columns = dict.fromkeys(name for record in records for name in record)
    if len(columns) > limits.columns:
        raise unreadable(f"记录共有{len(columns)}个字段，超过上限{limits.columns}个。", _ADVICE)
    target = work / "records.csv"
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(columns)
        writer.writerows([_cell(record.get(name)) for name in columns] for record in records)
    return Text(target, "utf-8", sure=True)


def check(path: Path) -> int:
    """How many records a JSON file holds. Raises Refusal (E19)."""
    return len(_records(path))


def _records(path: Path) -> list[dict[str, Any]]:
    if path.stat().st_size > MOST_BYTES:
        raise unreadable(f"JSON 文件超过{MOST_BYTES // MIB} MiB。", "请分成几次发送，或改用 CSV。")
    try:
        text = path.read_bytes().decode("utf-8-sig")
        found = json.loads(
            text,
            object_pairs_hook=_object,
            parse_float=str,
            parse_int=str,
            parse_constant=_no_number,
        )
    except UnicodeDecodeError as error:
        raise unreadable(f"JSON 不是 UTF-8 编码（第{error.start + 1}个字节）。", _ADVICE) from error
    except json.JSONDecodeError as error:
        raise unreadable(
            f"JSON 不完整或写法有误（第{error.lineno}行第{error.colno}个字符）。", _ADVICE
        ) from error
    except RecursionError as error:
        raise unreadable("JSON 的层次过多。", _ADVICE) from error
    records = found.get(RECORDS) if isinstance(found, dict) else found
    if isinstance(records, list) and not records:
        raise unreadable("没有一条记录。", _ADVICE)
    if not isinstance(records, list):
        raise unreadable(f"JSON 中没有“{RECORDS}”列表。", _ADVICE)
    for number, record in enumerate(records, start=1):
        for cause in _faults(record):
            raise unreadable(f"第{number}条记录{cause}。", _ADVICE)
    return records


class _Doubled(dict[str, Any]):
    """An object in which a field stands twice."""

    field = ""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    doubled, names = _Doubled(found), [name for name, _ in pairs]
    doubled.field = next(name for name in names if names.count(name) > 1)
    return doubled


def _faults(record: object) -> Iterator[str]:
    if not isinstance(record, dict):
        yield "不是一个对象"
    elif isinstance(record, _Doubled):
        yield f"的字段“{record.field[:40]}”出现了两次"
    else:
        yield from (
            f"的字段“{name[:40]}”的值是列表或对象，应为文字、数字、是否或空"
            for name, value in record.items()
            if isinstance(value, list | dict)
        )
        yield from ("有一个没有名字的字段" for name in record if not name.strip())
        if not any(str(value).strip(_BLANK) for value in record.values() if value is not None):
            yield "没有任何内容"


def _no_number(word: str) -> str:
    raise unreadable(f"JSON 中有不是数的值“{word}”。", _ADVICE)


def _cell(value: str | bool | None) -> str:
    return _LONE.sub("\ufffd", value) if isinstance(value, str) else _WORDS[value]
