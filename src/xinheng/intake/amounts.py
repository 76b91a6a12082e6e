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
    """Fen of the fines that a sentence states; where none is called a fine, of all amounts that are no range."""
    plain = unicodedata.normalize("NFKC", text)
    fines: set[int] = set()
    others: set[int] = set()
    after_range = -1
    for match in _AMOUNT.finditer(plain):
        fen = _fen(match)
        after = plain[match.end() :]
        if _RANGE_AFTER.match(after) or match.start() == after_range or fen is None:
            after_range = match.end() + len(found[0]) if (found := _RANGE_AFTER.match(after)) else -1
            continue
        fined = _FINE_BEFORE.search(plain[max(0, match.start() - 12) : match.start()]) or _FINE_AFTER.match(
            after
        )
        (fines if fined else others).add(fen)
    return frozenset(fines or others)


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
