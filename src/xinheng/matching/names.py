"""Parts a name of an enterprise: 行政区划 + 字号 + 行业 + 组织形式, branch, and what others added to it.

《企业名称登记管理规定》第六条 gives the order; brackets may hold the place (样例（开封）科技有限公司), the form
（有限合伙）, a former name, a branch, or a remark of the department that has nothing to do with the name.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from xinheng.matching.characters import name_key
from xinheng.matching.divisions import NATIONAL, NOWHERE, Divisions, Region
from xinheng.matching.trades import split_trade


class Form(StrEnum):
    """组织形式, as far as it tells enterprises apart."""

    NONE = ""
    COMPANY = "公司"
    LIMITED = "有限责任公司"
    SHARES = "股份有限公司"
    PARTNERSHIP = "合伙企业"
    SOLE = "个人独资企业"
    COOPERATIVE = "合作社"
    OFFICE = "事务所"
    SOLE_TRADER = "个体工商户"


@dataclass(frozen=True, slots=True)
class NameParts:
    """One name. ``whole`` is its key without remarks; ``former`` are older names that stood in brackets."""

    key: str
    whole: str
    region: Region
    brand: str
    trade: str
    form: Form
    group: bool
    branch: str
    site: str
    remarks: tuple[str, ...]
    former: tuple[str, ...]
    region_inside: bool = False

    @property
    def core(self) -> str:
        return self.brand + self.trade


_FORMS = (
    (Form.SHARES, "股份有限责任公司|股份有限公司|股份公司|股份制公司|有限股份公司|股份有限|股份"),
    (Form.LIMITED, "有限责任有限公司|有限责任公司|责任有限公司|有限公司|有限责任|有限公|有限"),
    (Form.COMPANY, "总公司|集团公司|公司"),
    (
        Form.PARTNERSHIP,
        r"合伙企业(?:\((?:有限合伙|普通合伙|特殊普通合伙|特殊的普通合伙)\))?|\((?:有限合伙|普通合伙|特殊普通合伙|特殊的普通合伙)\)",
    ),
    (Form.SOLE, r"\(个人独资(?:企业)?\)|个人独资企业"),
    (Form.COOPERATIVE, "农民专业合作社联合社|农民专业合作社|专业合作社|股份经济合作社|经济合作社|合作社"),
    (Form.SOLE_TRADER, r"\(个体工商户\)|个体工商户"),
    (Form.OFFICE, "事务所"),
)
_COMPANY = re.compile(
    "(?=[股有责总集公])(?:" + "|".join(f"(?P<{form.name}>{text})" for form, text in _FORMS[:3]) + ")"
)
_ENDING = re.compile("(?:" + "|".join(f"(?P<{form.name}>{text})" for form, text in _FORMS[3:]) + ")$")
_ENDS = frozenset("业社所户)")
_FORM_IN_BRACKETS = re.compile(r"(?:有限|普通|特殊普通|特殊的普通)合伙|个人独资(?:企业)?|个体工商户")
_GROUP = re.compile(r"\(集团\)|企业集团|集团$")
_PLAIN = re.compile(r"[\u4e00-\u9fff]+")
_SPARE = re.compile(r"[\s,，.。;；:：、/\\!！?？*#~+=]+")
_LEADING = re.compile(r"^(?:\([^()]*\))+(?=.{4})")
_BRACKET = re.compile(r"\(([^()]*)\)?")
_PLACE_FIRST = re.compile(r"^\(([^()]{2,8})\)([省市县区])")
_NESTED = re.compile(r"\(([^()]*)\(([^()]*)\)?")
_FORMER = re.compile(
    r"^(?:曾用名|原名称?|原为|原企业名称|更名前|变更前|前身|现改为|现更名为|现名|现为|更名为|变更为|已更名为|原)[:：为]?(?P<name>.{4,})$"
)
_PLATFORM = re.compile(
    "京东|淘宝|天猫|拼多多|抖音|快手|微店|当当|孔夫子|苏宁|美团|饿了么|小红书|亚马逊|旗舰店|专营店|专卖店|网店"
)
_REMARK = re.compile(
    r"(?:[-_—]+[^-_]*(?:违法|违反|案|管理|处罚|检查|项目|工程|异常|注销|吊销|迁出)|疏于.*案|涉嫌.*|[-_].*案|案|[-_)(\]\[]+|\d{1,4})$"
)
_REMARKED = re.compile(r"[-_—\d()\[\]案涉]")
"""Without one of these there is no remark."""
_BRANCH_KIND = (
    "(?:分公司|支公司|子公司|分店|支行|分行|分理处|储蓄所|分社|分院|分校|分所|分厂|分部|分中心|分场|分站|项目部|项目经理部|办事处|代表处|营业部"
    "|营业厅|营业所|营销服务部|营销部|门市部|门店|连锁店|直营店|加盟店|便利店|车间|经营部|服务部|读者服务部|加油站|加气站|号店|店|[东西南北]区)"
)
_BRANCH_INSIDE = re.compile(
    "(?:分公司|支公司|分店|支行|分行|分院|分校|分社|分所|项目部|办事处|代表处|营业部)$"
)
_COUNT = "(?:第?[一二三四五六七八九十百千零〇两壹贰叁肆伍陆柒捌玖拾0-9]+)"
_BRANCH = re.compile(
    rf"(?:{_COUNT}(?:号|家)?{_BRANCH_KIND}|(?:分公司|支公司|分店|支行|分行|分理处|分社|分校|分所|分厂|分部|项目部|办事处|代表处)|{_BRANCH_KIND}{_COUNT})$"
)


def parse_name(raw: str, *, divisions: Divisions = NATIONAL) -> NameParts:
    """As ``part_name``; remembers the names asked for last."""
    return _remembered(raw, divisions)


@lru_cache(maxsize=1 << 14)
def _remembered(raw: str, divisions: Divisions) -> NameParts:
    return part_name(raw, divisions=divisions)


def part_name(raw: str, *, divisions: Divisions = NATIONAL) -> NameParts:
    """The parts of a name; never fails, what is not recognised stays in the 字号."""
    key = name_key(raw)
    text, inside = key, _NOTHING_INSIDE
    leading: tuple[str, ...] = ()
    if not _PLAIN.fullmatch(key):
        text, leading = _without_leading(_SPARE.sub("", key), divisions)
        text, inside = _without_brackets(text, divisions)
    text, trailing = _without_remark(text)
    head, form, tail, group = _formed(text)
    form = form if form is not Form.NONE or not inside.form else inside.form
    head, branch = (head, tail) if tail else _branched(head, form, divisions)
    branch = branch or inside.branch
    region, end = divisions.leading(head)
    if end and (len(head) - end < 2 or (form is Form.NONE and len(head) - end < 2)):
        region, end = NOWHERE, 0
    brand, trade = split_trade(head[end:])
    placed = inside.region if region is NOWHERE else region
    if region is not NOWHERE and inside.region is not NOWHERE:
        placed = Region(
            region.text + inside.region.text,
            region.named | inside.region.named,
            region.implied | inside.region.implied,
        )
    return NameParts(
        key=key,
        whole=text,
        region=placed,
        brand=brand,
        trade=trade,
        form=form,
        group=group or inside.group,
        branch=branch,
        site=inside.site,
        remarks=(*leading, *inside.remarks, *trailing),
        former=inside.former,
        region_inside=inside.region is not NOWHERE,
    )


@dataclass(frozen=True, slots=True)
class _Inside:
    """What brackets held."""

    region: Region = NOWHERE
    form: Form = Form.NONE
    group: bool = False
    site: str = ""
    branch: str = ""
    remarks: tuple[str, ...] = ()
    former: tuple[str, ...] = ()


_NOTHING_INSIDE = _Inside()


def _without_leading(text: str, divisions: Divisions) -> tuple[str, tuple[str, ...]]:
    """Marks that a department sets before a name, such as (白名单); (开封)市样例 is read without its brackets."""
    text = _PLACE_FIRST.sub(r"\1\2", text)
    found = _LEADING.match(text)
    if found is None or divisions.whole(found.group().strip("()")) is not NOWHERE:
        return text, ()
    return text[found.end() :], tuple(re.findall(r"[^()]+", found.group()))


def _without_brackets(text: str, divisions: Divisions) -> tuple[str, _Inside]:
    """The text without its brackets, and what they said; words of the name itself stay in their place."""
    if "(" not in text:
        return text.replace(")", ""), _NOTHING_INSIDE
    while _NESTED.search(text):
        text = _NESTED.sub(r"(\1\2", text)
    region, form, group, site, branch = NOWHERE, Form.NONE, False, "", ""
    remarks: list[str] = []
    former: list[str] = []
    kept: list[str] = []
    last = 0
    for found in _BRACKET.finditer(text):
        kept.append(text[last : found.start()])
        last = found.end()
        inside = found.group(1)
        place = divisions.whole(inside)
        older = _FORMER.match(inside)
        behind = bool(_COMPANY.search("".join(kept))) or last == len(text)
        if place is not NOWHERE:
            region = place
        elif _FORM_IN_BRACKETS.fullmatch(inside):
            form = _form_inside(inside)
        elif inside in ("集团", "控股"):
            group = True
        elif older is not None:
            former.append(older["name"])
        elif behind and _BRANCH_INSIDE.search(inside):
            branch = inside
        elif _PLATFORM.search(inside) or "经营者" in inside or (behind and not _says_place(inside)):
            remarks.append(inside)
        elif behind:
            site += inside
        else:
            kept.append(inside)
    kept.append(text[last:])
    plain = "".join(kept).replace(")", "")
    return plain, _Inside(region, form, group, site, branch, tuple(remarks), tuple(former))


_SITE = re.compile("(?:店|厂|厂区|院区|校区|分部|号|厅|剧场|街道|部|站|场|园区)$")


def _says_place(inside: str) -> bool:
    return bool(_SITE.search(inside))


def _form_inside(inside: str) -> Form:
    if "合伙" in inside:
        return Form.PARTNERSHIP
    return Form.SOLE if "独资" in inside else Form.SOLE_TRADER


def _without_remark(text: str) -> tuple[str, tuple[str, ...]]:
    """What the department wrote behind the name: _发票违法, -案, a number."""
    if not _REMARKED.search(text):
        return text, ()
    remarks: list[str] = []
    while (found := _REMARK.search(text)) and found.start() >= 4:
        remarks.append(found.group().strip("-_"))
        text = text[: found.start()]
    return text, tuple(filter(None, remarks))


def _formed(text: str) -> tuple[str, Form, str, bool]:
    """Head, form, what follows the form, and whether it calls itself a group."""
    found = _ENDING.search(text) if text[-1:] in _ENDS else None
    if found is not None and found.start() >= 2 and found.lastgroup is not None:
        head = text[: found.start()]
        return head, Form[found.lastgroup], "", False
    company = next((one for one in _COMPANY.finditer(text) if one.start() >= 2), None)
    if company is None or company.lastgroup is None:
        return _grouped(text, Form.NONE, "")
    end = company.end()
    short = company.group() in ("股份", "有限", "有限公", "有限责任", "股份有限")
    if short and end < len(text):
        return _grouped(text, Form.NONE, "")
    if company.group() == "公司" and text[company.start() - 1 : company.start()] in ("分", "支", "子"):
        return _grouped(text, Form.NONE, "")
    return _grouped(text[: company.start()], Form[company.lastgroup], text[end:].strip("-_"))


def _grouped(head: str, form: Form, tail: str) -> tuple[str, Form, str, bool]:
    found = _GROUP.search(head) if "集团" in head else None
    if found is not None and found.start() >= 2:
        return head[: found.start()] + head[found.end() :], form, tail, True
    return head, form, tail, False


def _branched(head: str, form: Form, divisions: Divisions) -> tuple[str, str]:
    """A branch of something that is no company: 样例饭店第二分店, 样例银行开封分行."""
    found = _BRANCH.search(head) if form is Form.NONE else None
    if found is None or found.start() < 4:
        return head, ""
    cut = found.start()
    for begin in range(max(4, cut - 6), cut - 1):
        if divisions.whole(head[begin:cut]) is not NOWHERE:
            cut = begin
            break
    return head[:cut], head[cut:]
