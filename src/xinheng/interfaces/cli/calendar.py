"""`xinheng calendar`: writes the work-day calendar as policy files and answers for single days.

The files under policy/calendar come from the package chinesecalendar; they are marked unverified until
somebody has compared them with the notice of the State Council's General Office.
"""

import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from xinheng.core.refusal import Refusal
from xinheng.interfaces.cli.targets import make_folder, write_text

_WEEKDAYS = "一二三四五六日"


def year_file(year: int) -> str:
    """The text of ``policy/calendar/<year>.yml``."""
    from chinese_calendar.constants import Holiday, holidays, workdays

    chinese = {holiday.value: holiday.chinese for holiday in Holiday}
    lines = [
        f"# {year}年工作日历。休息日含落在周末的节假日；verified 为 false 表示尚未与国务院办公厅放假通知核对。",
        f"year: {year}",
        f'source: "chinesecalendar {version("chinesecalendar")}"',
        "verified: false",
        *_days("holidays", {day: chinese[name] for day, name in holidays.items() if day.year == year}),
        *_days(
            "make_up_workdays", {day: chinese[name] for day, name in workdays.items() if day.year == year}
        ),
    ]
    return "\n".join(lines) + "\n"


def _days(key: str, days: dict[datetime.date, str]) -> list[str]:
    if not days:
        return [f"{key}: []"]
    return [
        f"{key}:",
        *(
            f'  - "{day.isoformat()}" # {name}，周{_WEEKDAYS[day.weekday()]}'
            for day, name in sorted(days.items())
        ),
    ]


def export(
    first: Annotated[int, typer.Option("--from", metavar="年份", help="起始年份")],
    last: Annotated[int, typer.Option("--to", metavar="年份", help="终止年份")],
    out: Annotated[Path, typer.Option("--out", metavar="文件夹", help="写到这个文件夹")],
) -> None:
    """把 chinesecalendar 的节假日和调休写成 <年份>.yml。"""
    from chinese_calendar.constants import holidays

    known = {day.year for day in holidays}
    missing = sorted({*range(first, last + 1)} - known)
    if first > last or missing:
        raise Refusal(
            "CAL03",
            f"没有{missing[0]}年的节假日数据。" if missing else "起始年份晚于终止年份。",
            advice=f"可以导出的年份为{min(known)}年至{max(known)}年。",
        )
    make_folder(out, option="--out")
    for year in range(first, last + 1):
        write_text(out / f"{year}.yml", year_file(year), option="--out")
    print(f"已写出{last - first + 1}个年份：{out}")


def register(app: typer.Typer) -> None:
    """Add the group ``calendar``."""
    group = typer.Typer(help="工作日历：由 chinesecalendar 写成政策文件。", no_args_is_help=True)
    group.callback()(lambda: None)
    group.command("export")(export)
    app.add_typer(group, name="calendar")
