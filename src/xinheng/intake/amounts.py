"""Reads amounts of money as people write them: 5,000、0.5万元、伍仟元整、处五千元罚款.

Used for the few texts that are no plain number. A range taken from the law (五千元以上一万元以下) is no amount;
two different amounts in one sentence are not guessed at.
"""

import re
import unicodedata
from decimal import Decimal, InvalidOperation

from xinheng.core.feeds import Unit

_DIGITS = {
    sign: value
    for value, signs in enumerate(
        ("零〇○", "一壹", "二贰貳两", "三叁參", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
    )
    for sign in signs
}
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_MYRIADS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_SIGNS = "".join((*_DIGITS, *_TENS, *_MYRIADS))
_NUMERAL = rf"[{_SIGNS}0-9.,]*[{_SIGNS}0-9]"
_AMOUNT = re.compile(
    rf"(?P<whole>{_NUMERAL})\s*(?:元|圆|块)(?:(?P<jiao>[{''.join(_DIGITS)}0-9])角)?(?:零?(?P<fen>[{''.join(_DIGITS)}0-9])分)?"
)
_FINE_BEFORE = re.compile(r"(?:罚款|罚金|处罚|并处|处以|处)(?:金额)?(?:[:为共计]|人民币|合计)*$")
_FINE_AFTER = re.compile(r"\s*(?:整|正)?[)】]?(?:人民币)?的?(?:行政)?(?:处罚)?罚款")
_TOTAL_BEFORE = re.compile(r"(?:共计|合计|总计|累计|共)(?:罚款|处罚款|人民币)*$")
_EACH = re.compile(r"分别|各处|每(?:台|辆|处|个|次|件|套)")
_RANGE_AFTER = re.compile(r"\s*(?:整|正)?(?:以上|以下|至|到|-|~)")
_PARTS = re.compile(rf"[0-9][0-9,]*(?:\.[0-9]+)?|[{_SIGNS}]")
_DECORATION = re.compile(r"人民币|rmb|cny|[¥$\s]|整$|正$", re.IGNORECASE)
MOST_FEN = 9 * 10**15


def read_amount(text: str, *, unit: Unit) -> int | None:
    """Fen of a cell that holds nothing but an amount; None where it is none. Without 元 the column's unit holds."""
    plain = _DECORATION.sub("", unicodedata.normalize("NFKC", text))
    whole = _AMOUNT.fullmatch(plain)
    if whole:
        return _fen(whole)
    if not re.fullmatch(_NUMERAL, plain):
        return None
    written = any(sign in _DIGITS or sign in _TENS for sign in plain)
    number = _number(plain)
    if number is None:
        return None
    return _bounded(number * (Unit.YUAN if written else unit).in_fen)


def amounts_in(text: str) -> frozenset[int]:
    """Fen of the fines that a sentence states; where none is called a fine, of all amounts that are no range.

    A total (共计、合计) stands for its parts. Without one, amounts for each of several things stay as they are
    and 0 is added, so that nobody takes a part for the whole.
    """
    plain = unicodedata.normalize("NFKC", text)
    fines: set[int] = set()
    others: set[int] = set()
    range_until = -1
    for match in _AMOUNT.finditer(plain):
        fen = _fen(match)
        before, after = plain[max(0, match.start() - 12) : match.start()], plain[match.end() :]
        ranged = _RANGE_AFTER.match(after)
        if ranged or match.start() == range_until or fen is None:
            range_until = match.end() + len(ranged[0]) if ranged else -1
        elif _TOTAL_BEFORE.search(before):
            return frozenset({fen})
        else:
            called = _FINE_BEFORE.search(before) or _FINE_AFTER.match(after)
            (fines if called else others).add(fen)
    stated = fines or others
    return frozenset(stated | {0}) if stated and _EACH.search(plain) else frozenset(stated)


def _fen(match: re.Match[str]) -> int | None:
    number = _number(match["whole"])
    if number is None:
        return None
    small = 10 * _digit(match["jiao"]) + _digit(match["fen"])
    return _bounded(number * 100 + small)


def _digit(sign: str | None) -> int:
    return 0 if not sign else _DIGITS[sign] if sign in _DIGITS else int(sign)


def _bounded(fen: Decimal) -> int | None:
    whole = int(fen.to_integral_value())
    return whole if 0 <= whole <= MOST_FEN else None


def _number(numeral: str) -> Decimal | None:
    """5,000、1.2万、伍仟零贰拾、3万5千. None where two digits follow each other without a unit (二〇二三)."""
    total, section, current = Decimal(0), Decimal(0), None
    for part in _PARTS.findall(numeral):
        if part[0].isdecimal():
            if current is not None:
                return None
            try:
                current = Decimal(part.replace(",", ""))
            except InvalidOperation:
                return None
        elif part in _DIGITS:
            if current:
                return None
            current = Decimal(_DIGITS[part])
        elif part in _TENS:
            section += (Decimal(1) if current is None or current == 0 else current) * _TENS[part]
            current = None
        else:
            section += current or 0
            total = (
                (total + section) * _MYRIADS[part]
                if _MYRIADS[part] == 10**8
                else total + section * _MYRIADS[part]
            )
            section, current = Decimal(0), None
    return total + section + (current or 0)
