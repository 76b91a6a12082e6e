"""Reads dates as they stand in real files: 2020/9/25、26/10/2023、2021年度2 月、二〇二三年七月、44744、1900/1/0.

Used for the few texts that are no plain ISO date. A month or year without day stands for its first or last
day, as the feed says; a spreadsheet's zero date is an empty cell.
"""

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

FIRST, LAST = date(1949, 10, 1), date(2099, 12, 31)
Period = Literal["start", "end"]

_YMD = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[\sT].*|\d{1,2}:.*)?")
_DMY = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[\sT].*)?")
_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\d{6})?")
_MONTH = re.compile(r"(\d{4})\s*(?:[-/.]|年度?)\s*(\d{1,2})\s*月?(?:份)?")
_YEAR = re.compile(r"(\d{4})\s*(?:年度?)?")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_HAN_YEAR = re.compile(r"[〇零○Ｏ一二三四五六七八九]{4}年")
_OPEN = re.compile(r"长期|永久|无固定期限|不限|长期有效")
_ZERO = re.compile(
    r"(?:1900[-/.]0?1[-/.]0{1,2}|1900[-/.]0?1[-/.]0?1|0000[-/.]00[-/.]00|1899-12-3[01]"
    r"|0001[-/.]0?1[-/.]0?1|1753[-/.]0?1[-/.]0?1)(?:[\sT].*)?"
)
"""What spreadsheets and databases write where no date was entered."""
_HAN = {**{sign: str(value) for value, sign in enumerate("零一二三四五六七八九")}, "〇": "0", "○": "0"}
_SERIAL_START = date(1899, 12, 30)
_TITLE = re.compile(
    r"(?P<year>(?:19|20)\d{2})\s*年度?(?:\s*(?:第?(?P<quarter>[一二三四1-4])季度|(?P<month>\d{1,2})\s*月(?:\s*(?P<day>\d{1,2})\s*日)?))?"
)


@dataclass(frozen=True, slots=True)
class ReadDate:
    """``day`` is None for an empty or an unreadable cell; ``empty`` tells them apart."""

    day: date | None
    empty: bool = False


EMPTY = ReadDate(None, empty=True)
UNREADABLE = ReadDate(None)


def read_date(text: str, *, day_first: bool = False, period: Period = "start") -> ReadDate:
    """``day_first`` decides 3/4/2024; where only one order is possible it is taken."""
    plain = unicodedata.normalize("NFKC", text).strip().strip("'\"")
    if _ZERO.fullmatch(plain):
        return EMPTY
    if _OPEN.fullmatch(plain):
        return ReadDate(LAST)
    if _HAN_YEAR.match(plain):
        plain = _from_han(plain)
    if found := _YMD.fullmatch(plain) or _DIGITS.fullmatch(plain):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if found := _DMY.fullmatch(plain):
        first, second = int(found[1]), int(found[2])
        day, month = (first, second) if (day_first and second <= 12) or first > 12 else (second, first)
        return _day(int(found[3]), month, day)
    if found := _SERIAL.fullmatch(plain):
        return _within(_SERIAL_START + timedelta(days=int(found[1])))
    return _period(plain, period)


def _period(plain: str, period: Period) -> ReadDate:
    if found := _MONTH.fullmatch(plain):
        return _end_or_start(int(found[1]), int(found[2]), int(found[2]), period)
    if found := _YEAR.fullmatch(plain):
        return _end_or_start(int(found[1]), 1, 12, period)
    return UNREADABLE


def date_in_title(title: str, *, period: Period) -> date | None:
    """The last date a title states (年度, 季度, 月, 日), e.g. 截止2023年7月."""
    found = list(_TITLE.finditer(unicodedata.normalize("NFKC", title)))
    if not found:
        return None
    match = found[-1]
    year = int(match["year"])
    if match["quarter"]:
        number = "一二三四".find(match["quarter"]) + 1 or int(match["quarter"])
        return _end_or_start(year, number * 3 - 2, number * 3, period).day
    if match["day"]:
        return _day(year, int(match["month"]), int(match["day"])).day
    first, last = (int(match["month"]), int(match["month"])) if match["month"] else (1, 12)
    return _end_or_start(year, first, last, period).day


def _end_or_start(year: int, first: int, last: int, period: Period) -> ReadDate:
    if not (1 <= first <= 12 and FIRST.year <= year <= LAST.year):
        return UNREADABLE
    return _within(date(year, first, 1) if period == "start" else date(year, last, monthrange(year, last)[1]))


def _day(year: int, month: int, day: int) -> ReadDate:
    try:
        return _within(date(min(year, LAST.year), month, day))
    except ValueError:
        return UNREADABLE


def _within(day: date) -> ReadDate:
    return ReadDate(day) if FIRST <= day <= LAST else UNREADABLE


def _from_han(text: str) -> str:
    """二〇二三年十一月二十日 → 2023年11月20日."""

    def number(part: str) -> str:
        if "十" not in part:
            return "".join(_HAN.get(sign, sign) for sign in part)
        tens, _, ones = part.partition("十")
        return str(int(_HAN.get(tens, "1")) * 10 + int(_HAN.get(ones, "0") or 0))

    return re.sub(r"[零〇○一二三四五六七八九十]+", lambda found: number(found[0]), text)
