"""Says in Chinese which parts of two names differ, the weightiest first. Repeats no more of a name than the part."""

from collections.abc import Callable

from xinheng.matching.features import Difference
from xinheng.matching.names import NameParts
from xinheng.matching.pair_kernel import (
    BRANCH_DIFFERS,
    BRANCH_MISSING,
    BRAND_DIFFERS,
    FORM_DIFFERS,
    FORM_GROWN,
    FORM_MISSING,
    GROUP_DIFFERS,
    NUMBER_DIFFERS,
    ONE_REPLACED,
    PLACE_DIFFERS,
    PLACE_LEVEL,
    PLACE_MISSING,
    PLACE_NARROWER,
    REPLACED_ALIKE,
    SAME_CORE,
    SITE_DIFFERS,
    SITE_MISSING,
    TRADE_DIFFERS,
    TRADE_MISSING,
    TRADE_WIDER,
    UNNAMED,
)

Told = Callable[[NameParts, NameParts], str]


def _versus(left: str, right: str) -> str:
    return f"（{left or '无'}／{right or '无'}）"


_WORDS: tuple[tuple[int, Told], ...] = (
    (NUMBER_DIFFERS, lambda a, b: "序号不同"),
    (BRANCH_DIFFERS, lambda a, b: f"分支机构不同{_versus(a.branch, b.branch)}"),
    (BRANCH_MISSING, lambda a, b: f"一方是分支机构（{a.branch or b.branch}）"),
    (PLACE_DIFFERS, lambda a, b: f"行政区划不同{_versus(a.region.text, b.region.text)}"),
    (BRAND_DIFFERS, lambda a, b: f"字号不同{_versus(a.brand, b.brand)}"),
    (FORM_DIFFERS, lambda a, b: f"组织形式种类不同{_versus(a.form, b.form)}"),
    (TRADE_DIFFERS, lambda a, b: f"行业不同{_versus(a.trade, b.trade)}"),
    (TRADE_MISSING, lambda a, b: f"一方没有行业（{a.trade or b.trade}）"),
    (TRADE_WIDER, lambda a, b: f"行业写法宽窄不同{_versus(a.trade, b.trade)}"),
    (GROUP_DIFFERS, lambda a, b: "一方是集团"),
    (SITE_DIFFERS, lambda a, b: f"场所不同{_versus(a.site, b.site)}"),
    (SITE_MISSING, lambda a, b: f"一方注明场所（{a.site or b.site}）"),
    (PLACE_MISSING, lambda a, b: f"一方没有行政区划（{a.region.text or b.region.text}）"),
    (PLACE_NARROWER, lambda a, b: f"行政区划写法宽窄不同{_versus(a.region.text, b.region.text)}"),
    (PLACE_LEVEL, lambda a, b: f"行政区划层级不同{_versus(a.region.text, b.region.text)}"),
    (UNNAMED, lambda a, b: "没有字号，只能以行政区划区分"),
    (FORM_GROWN, lambda a, b: f"组织形式不同{_versus(a.form, b.form)}"),
    (FORM_MISSING, lambda a, b: f"一方没有组织形式（{a.form or b.form}）"),
)


def told(found: Difference, one: NameParts, other: NameParts) -> str:
    """The differences, or that there are none but in the way of writing."""
    row = found.row.tolist()
    parts = []
    for column, say in _WORDS:
        if row[column]:
            parts.append(say(one, other))
            if column == BRAND_DIFFERS and row[ONE_REPLACED]:
                parts[-1] += "，一字之差" + ("且读音相同" if row[REPLACED_ALIKE] else "")
    if found.replaced and not row[BRAND_DIFFERS]:
        left, right = found.replaced
        parts.append(f"一字之差（{left}／{right}）")
    if one.remarks or other.remarks:
        parts.append("附注未计入")
    if not parts:
        return "名称各部分相同，仅写法不同"
    same = "字号、行业相同；" if row[SAME_CORE] else ""
    return same + "；".join(parts)
