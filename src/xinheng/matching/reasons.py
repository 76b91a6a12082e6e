"""Says in Chinese which parts of two names differ, the weightiest first. Repeats no more of a name than the part."""

from collections.abc import Callable

from xinheng.matching.features import Difference
from xinheng.matching.names import NameParts

Told = Callable[[NameParts, NameParts], str]


def _versus(left: str, right: str) -> str:
    return f"（{left or '无'}／{right or '无'}）"


_WORDS: tuple[tuple[str, Told], ...] = (
    ("number_differs", lambda a, b: "序号不同"),
    ("branch_differs", lambda a, b: f"分支机构不同{_versus(a.branch, b.branch)}"),
    ("branch_missing", lambda a, b: f"一方是分支机构（{a.branch or b.branch}）"),
    ("place_differs", lambda a, b: f"行政区划不同{_versus(a.region.text, b.region.text)}"),
    ("brand_differs", lambda a, b: f"字号不同{_versus(a.brand, b.brand)}"),
    ("form_differs", lambda a, b: f"组织形式种类不同{_versus(a.form, b.form)}"),
    ("trade_differs", lambda a, b: f"行业不同{_versus(a.trade, b.trade)}"),
    ("trade_missing", lambda a, b: f"一方没有行业（{a.trade or b.trade}）"),
    ("trade_wider", lambda a, b: f"行业写法宽窄不同{_versus(a.trade, b.trade)}"),
    ("group_differs", lambda a, b: "一方是集团"),
    ("site_differs", lambda a, b: f"场所不同{_versus(a.site, b.site)}"),
    ("site_missing", lambda a, b: f"一方注明场所（{a.site or b.site}）"),
    ("place_missing", lambda a, b: f"一方没有行政区划（{a.region.text or b.region.text}）"),
    ("place_narrower", lambda a, b: f"行政区划写法宽窄不同{_versus(a.region.text, b.region.text)}"),
    ("place_level", lambda a, b: f"行政区划层级不同{_versus(a.region.text, b.region.text)}"),
    ("unnamed", lambda a, b: "没有字号，只能以行政区划区分"),
    ("form_grown", lambda a, b: f"组织形式不同{_versus(a.form, b.form)}"),
    ("form_missing", lambda a, b: f"一方没有组织形式（{a.form or b.form}）"),
)


def told(found: Difference, one: NameParts, other: NameParts) -> str:
    """The differences, or that there are none but in the way of writing."""
    values = found.values
    parts = []
    for name, say in _WORDS:
        if values[name]:
            parts.append(say(one, other))
            if name == "brand_differs" and values["one_replaced"]:
                parts[-1] += "，一字之差" + ("且读音相同" if values["replaced_alike"] else "")
    if found.replaced and not values["brand_differs"]:
        left, right = found.replaced
        parts.append(f"一字之差（{left}／{right}）")
    if one.remarks or other.remarks:
        parts.append("附注未计入")
    if not parts:
        return "名称各部分相同，仅写法不同"
    same = "字号、行业相同；" if values["same_core"] else ""
    return same + "；".join(parts)
