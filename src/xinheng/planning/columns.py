"""Which columns of a table may enter a points table, and which not: each with its reason, told and kept in the model.

Inspectors and natural persons never enter (《个人信息保护法》第六条), nor what fair competition keeps out of supervision:
ownership, place of registration, size, taxes (《公平竞争审查条例》第十条, legal guard G12). Names decide, and content
where it can be told.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from xinheng.core.masking import find_personal
from xinheng.core.person_names import looks_like_person_name
from xinheng.planning.features import parsed_days, parsed_numbers
from xinheng.planning.figures import area_under_curve
from xinheng.planning.visits import Floats, Visits

LEVELS = 25
"""A column with no more words gets points for each of them; with more, the rate of those alike is taken."""
_LOOKED_AT = 3000
_TELLING = 0.97


class Use(StrEnum):
    """How a column enters. LEFT_OUT is for columns without use, REFUSED for what may not enter."""

    LEVELS = "levels"
    GROUPS = "groups"
    NUMBER = "number"
    DAY = "day"
    LEFT_OUT = "left_out"
    REFUSED = "refused"


class Ground(StrEnum):
    INSPECTOR = "inspector"
    PERSON = "person"
    COMPETITION = "competition"
    OUTCOME = "outcome"
    USELESS = "useless"

    @property
    def sentence(self) -> str:
        return _SENTENCES[self]


_SENTENCES = {
    Ground.INSPECTOR: "指向检查人员，不得作为特征",
    Ground.PERSON: "指向自然人，不得作为特征",
    Ground.COMPETITION: "所有制、注册地、规模、纳税不得作为特征（《公平竞争审查条例》第十条）",
    Ground.OUTCOME: "检查之后才知道，或几乎等于结果，用了就是泄漏",
    Ground.USELESS: "没有可用的信息",
}


@dataclass(frozen=True, slots=True)
class Judged:
    """``reason`` is a Chinese phrase for columns that do not enter."""

    column: str
    use: Use
    ground: Ground | None = None
    reason: str = ""

    @property
    def enters(self) -> bool:
        return self.use not in (Use.LEFT_OUT, Use.REFUSED)


_INSPECTOR = re.compile(
    "检查人|检查员|执法人|执法员|执法者|执法证|监管人|监管员|监督员|协管|巡查人|巡查员|督查员|核查人|核查员|抽查人|抽查员|检验员"
    "|承办|经办|主办人|协办人|办案|审核人|复核人|签字|签名|检查组|执法组|带队|组长|队员|专员|工号|警号"
    "|inspector|inspectedby|checkedby|visitedby|auditedby|examinedby|reviewedby|conductedby|performedby|assignedto|handledby"
    "|officer|sanitarian|examiner|auditor|assessor|reviewer|investigator|enforcer|surveyor|checker|badge|supervisor"
    "|jianchayuan|jiancharen|zhifaren"
)
_SHORT_INSPECTOR = frozenset({"insp", "officer", "agent", "team", "crew", "staff", "who", "by", "jcr", "zfr"})
_ABOUT = frozenset({"id", "no", "num", "number", "name", "code", "key", "pair", "1", "2", "a", "b"})
_PERSON = re.compile(
    "姓名|人名|法定代表|法人代表|法人姓名|^法人$|负责人|经营者|业主|店主|老板|股东|投资人|联系人|电话|手机|身份证|证件号|护照|邮箱"
    "|微信|性别|出生|年龄|民族|籍贯|户籍|学历|陪同|当事人|person|proprietor|legalrep|contact|phone|mobile|email|e-mail"
    "|idcard|idnumber|birth|gender|ethnic|nationality|surname|firstname|lastname|fullname"
)
_SHORT_PERSON = frozenset({"tel", "telephone", "sex", "owner", "operator", "manager", "chef", "director"})
_COMPETITION = re.compile(
    "所有制|企业性质|单位性质|经济性质|经济类型|经济成分|登记注册类型|注册类型|企业类型|主体类型|公司类型|控股|国有|国企|央企"
    "|民营|私营|外资|内资|港澳台|注册地|登记地|住所|注册区|注册省|注册市|登记机关|注册机关|本地企业|外地|是否本地|规模|注册资|实缴|资本"
    "|从业人|职工|员工|雇员|人数|营业收入|营业额|营收|销售额|产值|总资产|净资产|资产总|利润|小微|面积|座位|床位"
    "|纳税|税收|税额|税款|缴税|完税|ownership|ownertype|stateowned|foreignowned|privatelyowned|legalform|companytype"
    "|enterprisetype|entitytype|domicile|incorporat|employee|headcount|revenue|turnover|capital|floorarea|squarem|squaref"
)
_SHORT_COMPETITION = frozenset(
    {
        "size",
        "scale",
        "sales",
        "assets",
        "profit",
        "seats",
        "sqm",
        "sqft",
        "m2",
        "tax",
        "taxes",
        "taxpayer",
        "vat",
    }
    | {"local", "soe", "foreign", "workers", "staffing", "income"}
)
_REGISTERED = re.compile("regist|注册|登记")
_WHERE = re.compile(
    "place|area|city|district|province|county|addr|region|location|authority|office|state|zip|地|区|市|省|机关|址"
)
_OUTCOME = re.compile(
    "检查结果|检查结论|抽查结果|检验结果|处理结果|结果|结论|处罚|罚款|整改|违法|违规|不合格|不符合|问题数|发现问题"
    "|result|outcome|violation|penalt|verdict|disposition|failed|passed|finding"
)
_BEFORE = re.compile(
    "此前|以前|上年|上次|去年|历史|以往|累计|近[一二三四五六1-6]|past|prior|prev|last|history|ever|before"
)


def judge(visits: Visits) -> list[Judged]:
    """A verdict on each column of a history."""
    return [_by_name(name) or _by_content(name, visits.columns[name], visits) for name in visits.columns]


def refused_by_name(name: str) -> str:
    """Why a column of this name may never be a feature; empty where its name says nothing against it."""
    found = _by_name(name)
    return found.reason if found else ""


def names_persons(words: Sequence[str]) -> bool:
    """Numbers of persons stand in it, or most of many words are names of persons."""
    shown = words[:_LOOKED_AT]
    if sum(bool(find_personal(word)) for word in shown) > len(shown) * 0.05:
        return True
    return len(shown) >= 5 and sum(map(looks_like_person_name, shown)) > len(shown) * 0.6


def _by_name(name: str) -> Judged | None:
    words = _words(name)
    joined = "".join(words)
    rest = set(words) - _ABOUT
    if _INSPECTOR.search(joined) or (rest and rest <= _SHORT_INSPECTOR):
        return _refused(name, Ground.INSPECTOR)
    if _OUTCOME.search(joined) and not _BEFORE.search(joined):
        return _refused(name, Ground.OUTCOME)
    registered = _REGISTERED.search(joined)
    if (
        _COMPETITION.search(joined)
        or rest & _SHORT_COMPETITION
        or (registered and _WHERE.search(joined[: registered.start()] + joined[registered.end() :]))
    ):
        return _refused(name, Ground.COMPETITION)
    if _PERSON.search(joined) or rest & _SHORT_PERSON:
        return _refused(name, Ground.PERSON)
    return None


def _words(name: str) -> list[str]:
    """Words of a column name: ``inspectorID_2`` → inspector, id, 2."""
    plain = unicodedata.normalize("NFKC", name)
    plain = re.sub("(?<=[a-z0-9])(?=[A-Z])", " ", plain).lower()
    return re.findall("[a-z]+|[0-9]+|[㐀-鿿]+", plain)


def _refused(name: str, ground: Ground) -> Judged:
    return Judged(name, Use.REFUSED, ground, ground.sentence)


def _useless(name: str, reason: str) -> Judged:
    return Judged(name, Use.LEFT_OUT, Ground.USELESS, reason)


def _by_content(name: str, cells: Sequence[str], visits: Visits) -> Judged:
    counts = Counter(cells)
    counts.pop("", None)
    filled = counts.total()
    if len(counts) < 2 or filled < len(cells) * 0.02:
        return _useless(name, "全部相同或几乎全空")
    if names_persons(list(counts)):
        return _refused(name, Ground.PERSON)
    days = parsed_days(cells)
    if np.isfinite(days).sum() > filled * 0.95:
        return _day_column(name, days, visits)
    numbers = parsed_numbers(cells)
    numeric = np.isfinite(numbers).sum() > filled * 0.95 and len(counts) > LEVELS // 2
    if numeric and _runs_on(numbers, visits):
        return _useless(name, "随日期递增的流水号")
    if _tells_result(numbers if numeric else _level_rates(cells, visits), visits):
        return _refused(name, Ground.OUTCOME)
    if numeric:
        serial = len(counts) > filled * 0.9 and all(cell.isdigit() for cell in list(counts)[:200])
        return _useless(name, "每行一个号码") if serial else Judged(name, Use.NUMBER)
    if sum(map(len, counts)) > len(counts) * 40:
        return _useless(name, "自由文本")
    if len(counts) > filled * 0.5:
        return _useless(name, "几乎每行不同")
    if len(counts) > LEVELS and _names_entity(cells, visits.entities):
        return _useless(name, "与主体一一对应")
    return Judged(name, Use.LEVELS if len(counts) <= LEVELS else Use.GROUPS)


def _day_column(name: str, days: Floats, visits: Visits) -> Judged:
    later = np.nansum(days > visits.days)
    if later > np.isfinite(days).sum() * 0.01:
        return Judged(name, Use.REFUSED, Ground.OUTCOME, "有晚于检查日的日期，检查时还不知道")
    if np.nanmean(days == visits.days) > 0.9:
        return _useless(name, "就是检查日")
    return Judged(name, Use.DAY)


def _runs_on(numbers: Floats, visits: Visits) -> bool:
    """Whether the numbers grow with the days, as serial numbers do."""
    known = np.isfinite(numbers)
    if known.sum() < 30:
        return False
    ranks = [np.argsort(np.argsort(values[known])) for values in (numbers, visits.days)]
    return bool(abs(np.corrcoef(ranks[0], ranks[1])[0, 1]) > 0.97)


def _level_rates(cells: Sequence[str], visits: Visits) -> Floats:
    codes: dict[str, int] = {}
    keys = np.array([codes.setdefault(cell, len(codes)) for cell in cells])
    failed = np.bincount(keys, weights=visits.results)
    rates: Floats = (failed / np.bincount(keys))[keys]
    rates[np.bincount(keys)[keys] < 20] = np.nan
    return rates


def _tells_result(values: Floats, visits: Visits) -> bool:
    """Whether the column alone says the result of the same visit almost always."""
    known = np.isfinite(values)
    if known.sum() < len(values) * 0.5:
        return False
    area = area_under_curve(visits.results[known], values[known])
    return max(area, 1 - area) > _TELLING


def _names_entity(cells: Sequence[str], entities: Sequence[str]) -> bool:
    """Whether each word stands for one enterprise and hardly any enterprise for two."""
    pairs = set(zip(cells, entities, strict=True))
    words, names = len({pair[0] for pair in pairs}), len({pair[1] for pair in pairs})
    return len(pairs) <= words * 1.02 and len(pairs) <= names * 1.05
