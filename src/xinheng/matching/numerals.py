"""Reads the figures in a name: 第二分公司 and 第2分公司 are one, 二十四 is 24."""

import re
from dataclasses import replace

from xinheng.matching.names import NameParts

_NUMERALS = {sign: str(value) for value, sign in enumerate("〇一二三四五六七八九")} | {
    sign: str(value) for value, sign in enumerate("零壹贰叁肆伍陆柒捌玖")
}
_COUNTED = "[〇零一二三四五六七八九十百壹贰叁肆伍陆柒捌玖拾两0-9]"
_NUMBER = re.compile(
    rf"第{_COUNTED}+|{_COUNTED}+(?=[号店厂部分支院校所中小幼车矿队场营厅])|[0-9]+|(?<=店){_COUNTED}+$"
)
_NUMERAL = re.compile(_COUNTED)
_TENS = re.compile(r"(?:(?P<hundreds>[1-9]?)百)?0?(?:(?P<tens>[1-9]?)十)?(?P<ones>[0-9]?)")


def has_numeral(parts: NameParts) -> bool:
    return _NUMERAL.search(f"{parts.core}{parts.branch}{parts.site}") is not None


def in_digits(parts: NameParts) -> NameParts:
    """The parts with every ordinal in digits; a figure that is a 字号 stays as it is."""
    brand, trade, branch, site = (
        _NUMBER.sub(lambda found: as_digits(found.group().removeprefix("第")), text)
        for text in (parts.brand, parts.trade, parts.branch, parts.site)
    )
    return replace(parts, brand=brand, trade=trade, branch=branch, site=site)


def numbers(parts: NameParts) -> tuple[str, ...]:
    """The ordinals of a name, Chinese figures as digits: 第二十四分店 and 24分店 are one number."""
    found = _NUMBER.findall(f"{parts.core}|{parts.branch}|{parts.site}")
    return tuple(as_digits(one.removeprefix("第")) for one in found)


def as_digits(text: str) -> str:
    """二十四 → 24, 一〇三 → 103, 24 → 24."""
    text = text.replace("两", "二").replace("拾", "十")
    plain = "".join(_NUMERALS.get(sign, sign) for sign in text)
    if not set(plain) & {"十", "百"}:
        return plain
    found = _TENS.fullmatch(plain)
    if found is None:
        return plain
    hundreds = int(found["hundreds"] or "1") * 100 if "百" in plain else 0
    tens = int(found["tens"] or "1") * 10 if "十" in plain else 0
    return str(hundreds + tens + int(found["ones"] or "0"))
