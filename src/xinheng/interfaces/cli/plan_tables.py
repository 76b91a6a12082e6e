"""Reads a history of visits, or a list of visits to come, from a CSV file as people keep it.

A day may be written in any usual way, but not so that two readers read two days. What cannot be read is refused with its
record; nothing is left out.
"""

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np

from xinheng.core.refusal import Refusal
from xinheng.core.resident_id import is_resident_id
from xinheng.intake.dates import read_date
from xinheng.interfaces.cli.matching_tables import Table, read_table
from xinheng.planning.visits import Ints, Visits

VISIT = {
    "visit_id": ("visit_id", "检查编号", "检查单号", "任务编号"),
    "entity": ("entity", "主体代码", "统一社会信用代码", "主体名称", "企业名称", "被检查单位名称"),
    "day": ("day", "检查日期", "检查时间", "监督检查日期"),
}
FAILED = {"failed": ("failed", "是否不合格")}
_BLANK = frozenset({"", "na", "n/a", "nan", "null", "none", "-", "--", "—"})
_RESULTS = {"0": 0, "1": 1, "0.0": 0, "1.0": 1}
_UNCLEAR = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.]\d{4}\b")


def read_history(file: Path) -> Visits:
    """Visits with results. Raises Refusal PLN01 to PLN07 and those of ``read_table``."""
    table = read_table(file, needed={**VISIT, **FAILED}, wanted={})
    cells = _column(table, "failed")
    for number, cell in enumerate(cells, start=1):
        if cell not in _RESULTS:
            said = f"“{cell[:20]}”" if cell else "空白"
            raise Refusal(
                "PLN04",
                f"{file.name}第{number}条记录的 failed 是{said}，应为 0 或 1。",
                advice="不合格写 1，合格写 0；没有结果的检查不要放在历史里。",
            )
    return _visits(file, table, np.array([_RESULTS[cell] for cell in cells], dtype=np.int64))


def read_visits(file: Path) -> Visits:
    """Visits to come; a column of results is not looked at. Raises as ``read_history``."""
    return _visits(file, read_table(file, needed=VISIT, wanted=FAILED), None)


def _visits(file: Path, table: Table, failed: Ints | None) -> Visits:
    if not table.rows:
        raise Refusal("PLN01", f"{file.name}只有表头，没有检查记录。", advice="请确认导出成功后再运行。")
    ids, entities = _column(table, "visit_id"), _column(table, "entity")
    _refuse_blank(file, ids, "visit_id")
    _refuse_blank(file, entities, "entity")
    _refuse_twice(file, ids)
    if any(map(is_resident_id, set(entities))):
        raise Refusal(
            "PLN07",
            f"{file.name}的 entity 列有居民身份证号码。",
            citation="《中华人民共和国个人信息保护法》第六条",
            advice="只排企业等经营主体的检查；请删去自然人的记录，或改用统一社会信用代码。",
        )
    taken = set(table.at.values())
    columns = {
        name: [_plain(row[place]) for row in table.rows]
        for place, name in enumerate(_titles(table.header))
        if place not in taken and (name or any(row[place].strip() for row in table.rows))
    }
    days = _days(file, _column(table, "day"))
    return Visits(ids=ids, entities=entities, days=days, failed=failed, columns=columns)


def _column(table: Table, key: str) -> list[str]:
    place = table.at[key]
    return [" ".join(row[place].split()) for row in table.rows]


def _plain(cell: str) -> str:
    """One word for everything that says nothing."""
    text = " ".join(cell.split())
    return "" if text.lower() in _BLANK else text


def _titles(header: Sequence[str]) -> list[str]:
    """Names of the columns; nameless ones by place, repeated ones counted on."""
    names: list[str] = []
    for place, cell in enumerate(header, start=1):
        name = first = " ".join(cell.split()) or f"第{place}列"
        count = 1
        while name in names:
            count += 1
            name = f"{first}#{count}"
        names.append(name)
    return names


def _refuse_blank(file: Path, cells: Sequence[str], name: str) -> None:
    if "" in cells:
        number = cells.index("") + 1
        raise Refusal(
            "PLN02", f"{file.name}第{number}条记录没有 {name}。", advice=f"请补上 {name} 后再运行。"
        )


def _refuse_twice(file: Path, ids: Sequence[str]) -> None:
    seen: set[str] = set()
    for number, one in enumerate(ids, start=1):
        if one in seen:
            raise Refusal(
                "PLN03",
                f"{file.name}第{number}条记录的 visit_id“{one[:40]}”重复。",
                advice="一次检查只能有一条记录；请去重后再运行。",
            )
        seen.add(one)


def _days(file: Path, cells: Sequence[str]) -> Ints:
    day_first = _day_first(file, cells)
    known: dict[str, int] = {}
    for number, cell in enumerate(cells, start=1):
        if cell in known:
            continue
        day = read_date(cell, day_first=day_first).day
        if day is None:
            said = f"“{cell[:20]}”" if cell else "空白"
            raise Refusal(
                "PLN05",
                f"{file.name}第{number}条记录的 day 是{said}，不是日期。",
                advice="请写作 2026-11-21 这样的日期。",
            )
        known[cell] = day.toordinal()
    return np.array([known[cell] for cell in cells], dtype=np.int64)


def _day_first(file: Path, cells: Sequence[str]) -> bool:
    """Whether 3/4/2024 is the third of April, as told by the days after the twelfth."""
    found = [match for match in map(_UNCLEAR.match, set(cells)) if match]
    first = any(int(match[1]) > 12 for match in found)
    second = any(int(match[2]) > 12 for match in found)
    if found and first == second:
        raise Refusal(
            "PLN06",
            f"{file.name}的 day 分不清日和月（如“{min(match.string for match in found)}”）。",
            advice="请写作 2026-11-21 这样的日期。",
        )
    return first


def day_given(text: str, *, option: str) -> date:
    """The day of an option. Raises Refusal PLN08."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refusal(
            "PLN08", f"{option} {text} 不是日期。", advice="请写作 2026-11-21 这样的日期。"
        ) from error
