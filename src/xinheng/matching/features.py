"""How two parted names differ, as a row of numbers between 0 and 1 that a person can read.

Each column is one kind of difference or agreement; what each weighs stands in `weights`. The order of the two names
does not matter.
"""

import re
from dataclasses import dataclass, replace

from rapidfuzz.distance import Indel, Levenshtein

from xinheng.matching.characters import sound_alike
from xinheng.matching.divisions import NATION, NOWHERE
from xinheng.matching.names import Form, NameParts
from xinheng.matching.trades import has_name, trade_words

COLUMNS = (
    "same_core",
    "same_brand",
    "brand_differs",
    "brand_within",
    "core_distance",
    "one_replaced",
    "replaced_alike",
    "rearranged",
    "only_added",
    "brand_length",
    "trade_missing",
    "trade_wider",
    "trade_differs",
    "place_missing",
    "place_narrower",
    "place_level",
    "unnamed",
    "place_differs",
    "form_missing",
    "form_grown",
    "form_differs",
    "group_differs",
    "branch_missing",
    "branch_differs",
    "number_differs",
    "site_missing",
    "site_differs",
)

_NUMERALS = {sign: str(value) for value, sign in enumerate("〇一二三四五六七八九")} | {
    sign: str(value) for value, sign in enumerate("零壹贰叁肆伍陆柒捌玖")
}
_COUNTED = "[〇零一二三四五六七八九十百壹贰叁肆伍陆柒捌玖拾两0-9]"
_NUMBER = re.compile(
    rf"第{_COUNTED}+|{_COUNTED}+(?=[号店厂部分支院校所中小幼车矿队场营厅])|[0-9]+|(?<=店){_COUNTED}+$"
)
_NUMERAL = re.compile(_COUNTED)
_PLAIN = re.compile(r"[省市]|分(?=店$)")
_TENS = re.compile(r"(?:(?P<hundreds>[1-9]?)百)?0?(?:(?P<tens>[1-9]?)十)?(?P<ones>[0-9]?)")
_SINGLE = frozenset("〇零一二三四五六七八九十百壹贰叁肆伍陆柒捌玖拾甲乙丙丁戊己庚辛壬癸东西南北")


@dataclass(frozen=True, slots=True)
class Difference:
    """The row of numbers, and what the reason is told from."""

    values: dict[str, float]
    replaced: tuple[tuple[str, str], ...] = ()


def difference(one: NameParts, other: NameParts) -> Difference:
    """How the two names differ."""
    values = dict.fromkeys(COLUMNS, 0.0)
    one, other = _in_digits(one), _in_digits(other)
    replaced = _core(one, other, values)
    _trade(one, other, values)
    _place(one, other, values)
    _form(one, other, values)
    _branch(one, other, values)
    return Difference(values, replaced)


def _in_digits(parts: NameParts) -> NameParts:
    """第二分公司 and 第2分公司 are one; a figure that is a 字号 stays as it is."""
    if not _NUMERAL.search(f"{parts.core}{parts.branch}{parts.site}"):
        return parts
    brand, trade, branch, site = (
        _NUMBER.sub(lambda found: as_digits(found.group().removeprefix("第")), text)
        for text in (parts.brand, parts.trade, parts.branch, parts.site)
    )
    return replace(parts, brand=brand, trade=trade, branch=branch, site=site)


def _core(one: NameParts, other: NameParts, values: dict[str, float]) -> tuple[tuple[str, str], ...]:
    values["brand_length"] = max(0.0, 1 - (min(len(one.brand), len(other.brand)) - 1) / 5)
    if one.core == other.core:
        values["same_core"] = values["same_brand"] = 1.0
        return ()
    values["core_distance"] = Indel.normalized_distance(one.core, other.core)
    if one.brand == other.brand:
        values["same_brand"] = 1.0
    else:
        values["brand_differs"] = 1.0
        shorter, longer = sorted((one.brand, other.brand), key=len)
        values["brand_within"] = float(len(shorter) > 1 and shorter in longer)
    left, right = sorted((one.core, other.core))
    edits = Levenshtein.editops(left, right)
    replaced = tuple((left[e.src_pos], right[e.dest_pos]) for e in edits if e.tag == "replace")
    if len(edits) == len(replaced) == 1:
        values["one_replaced"] = 1.0
    if len(edits) == len(replaced) <= 2 and all(sound_alike(*pair) for pair in replaced):
        values["replaced_alike"] = 1.0
    if len(one.core) == len(other.core) and sorted(one.core) == sorted(other.core):
        values["rearranged"] = 1.0
    if len({edit.tag for edit in edits}) == 1 and not replaced:
        values["only_added"] = 1.0
    if replaced and any(left in _SINGLE and right in _SINGLE for left, right in replaced):
        values["number_differs"] = 1.0
    return replaced


def _trade(one: NameParts, other: NameParts, values: dict[str, float]) -> None:
    if one.trade == other.trade:
        return
    if not one.trade or not other.trade:
        values["trade_missing"] = 1.0
        return
    mine, theirs = trade_words(one.trade), trade_words(other.trade)
    if mine <= theirs or theirs <= mine:
        values["trade_wider"] = 1.0
    else:
        values["trade_differs"] = Indel.normalized_distance(one.trade, other.trade)


def _place(one: NameParts, other: NameParts, values: dict[str, float]) -> None:
    mine, theirs = one.region, other.region
    if mine.named == theirs.named:
        return
    if not (has_name(one.core) and has_name(other.core)):
        values["unnamed"] = 1.0
    if mine is NOWHERE or theirs is NOWHERE:
        nation = one.region_inside != other.region_inside and NATION in mine.named | theirs.named
        values["place_level" if nation else "place_missing"] = 1.0
    elif mine.named <= theirs.named or theirs.named <= mine.named:
        values["place_narrower"] = 1.0
    elif mine.named <= theirs.named | theirs.implied or theirs.named <= mine.named | mine.implied:
        values["place_level"] = 1.0
    else:
        values["place_differs"] = 1.0


_GROWN = frozenset((Form.COMPANY, Form.LIMITED, Form.SHARES))


def _form(one: NameParts, other: NameParts, values: dict[str, float]) -> None:
    values["group_differs"] = float(one.group != other.group)
    if one.form is other.form:
        return
    if Form.NONE in (one.form, other.form):
        values["form_missing"] = 1.0
    elif one.form in _GROWN and other.form in _GROWN:
        values["form_grown"] = 1.0
    else:
        values["form_differs"] = 1.0


def _branch(one: NameParts, other: NameParts, values: dict[str, float]) -> None:
    if _PLAIN.sub("", one.branch) != _PLAIN.sub("", other.branch):
        which = "branch_differs" if one.branch and other.branch else "branch_missing"
        values[which] = 1.0
    if one.site != other.site:
        values["site_differs" if one.site and other.site else "site_missing"] = 1.0
    if numbers(one) != numbers(other) and not (values["branch_missing"] or values["site_missing"]):
        values["number_differs"] = 1.0


def numbers(parts: NameParts) -> tuple[str, ...]:
    """The ordinals of a name, Chinese figures as digits: 第二十四分店 and 24分店 are one number."""
    text = f"{parts.core}|{parts.branch}|{parts.site}"
    if not _NUMERAL.search(text):
        return ()
    found = _NUMBER.findall(text)
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
