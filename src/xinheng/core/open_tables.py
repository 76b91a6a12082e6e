"""What the city gives to everybody in bulk: the tables, their columns with meaning, and the terms of use (policy/…/open_data.yml).

A table holds no more than the public pages: items that the catalogue opens, fields that it marks public, nobody's name,
home or telephone, no score and no grade (《河南省社会信用条例》第十九条; legal guards G1, G9, G16).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import count

from xinheng.core.canonical import digest_of
from xinheng.core.catalogue import CatalogueItem, Item
from xinheng.core.policy import Policy
from xinheng.core.public_fields import HOMES, PERSONS
from xinheng.core.records import Finality, RecordState, Seriousness

FORMAT = 1
ITEM = "信息项"
"""The column of an act by which it belongs to one table or another."""


class Source(StrEnum):
    """Of what the rows of a table are."""

    SUBJECT = "subject"
    ACT = "act"
    LISTING = "listing"
    PLAN = "plan"
    MEASURE = "measure"


class Kind(StrEnum):
    """How the values of a column are written. ``DAY_OF``: the day, in China, of a moment."""

    TEXT = "text"
    DAY = "day"
    DAY_OF = "day_of"
    NUMBER = "number"
    FLAG = "flag"
    JSON = "json"

    @property
    def written(self) -> str:
        return {"day_of": "day", "json": "text"}.get(self.value, self.value)


@dataclass(frozen=True, slots=True)
class Column:
    """``path`` leads to the value, through relations with two underscores; ``field``: it is a field of the record so named,
    or so named ``also`` by those who report it. ``either``: of rows of these items it is another column's value."""

    name: str
    kind: Kind
    says: str
    path: str = ""
    field: bool = False
    also: str = ""
    either: tuple[tuple[tuple[int, ...], "Column"], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table. ``columns`` begin with the key. ``items`` and ``lists`` are what it may hold; ``kept_back`` are classes of
    failing records that are not shown; ``rows`` are those of a table that stands in policy."""

    key: str
    title: str
    says: str
    source: Source
    columns: tuple[Column, ...]
    items: tuple[int, ...] = ()
    lists: tuple[str, ...] = ()
    kept_back: tuple[int, ...] = ()
    sole_traders: bool = False
    rows: tuple[tuple[str | bool, ...], ...] = ()

    @property
    def digest(self) -> str:
        """Names the columns: with another one a copy must be taken anew."""
        return digest_of([[one.name, one.kind.written] for one in self.columns])

    @property
    def fields(self) -> tuple[Column, ...]:
        """Those of its columns that are fields of the record."""
        return tuple(one for one in self.columns if one.field)


def _who(path: str) -> tuple[Column, ...]:
    """Whom a row concerns; ``path`` leads to the subject."""
    return (
        Column("主体编号", Kind.TEXT, "本站的主体编号，网址为 /subject/编号", f"{path}public_id"),
        Column("主体名称", Kind.TEXT, "登记名称", f"{path}name"),
        Column("统一社会信用代码", Kind.TEXT, "没有代码的为空", f"{path}code"),
    )


_SUBJECT = (
    *_who(""),
    Column("主体类型", Kind.TEXT, "enterprise 企业，branch 分支机构，sole_trader 个体工商户，cooperative 农民专业合作社，social_organisation 社会组织，public_institution 事业单位，government 机关，other 其他", "kind"),
    Column("登记状态", Kind.TEXT, "active 存续，suspended 歇业，revoked 吊销，cancelled 注销，moved 迁出，unknown 未注明", "status"),
    Column("行政区划代码", Kind.TEXT, "六位，GB/T 2260", "division_code"),
    Column("登记机关", Kind.TEXT, "", "registrar"),
    Column("监管领域", Kind.TEXT, "领域的代号", "sector"),
    Column("成立日期", Kind.DAY, "", "established_on"),
)  # fmt: skip


def _labels(kinds: Iterator[tuple[object, str]]) -> str:
    return "，".join(f"{int(str(one))} {label}" for one, label in kinds)


_ACT = (
    Column("公示编号", Kind.NUMBER, "网址为 /act/编号", "id"),
    *_who("subject__"),
    Column(ITEM, Kind.NUMBER, "公共信用信息目录的编号", "item"),
    Column("标题", Kind.TEXT, "", "title"),
    Column("文号", Kind.TEXT, "", "document_no"),
    Column("机关", Kind.TEXT, "作出决定或者提供信息的机关", "authority"),
    Column("提供单位", Kind.TEXT, "报送单位", "provider"),
    Column("决定日期", Kind.DAY, "", "decided_on"),
    Column("公示日期", Kind.DAY_OF, "本站开始公示的日期", "published_at"),
    Column("停止公示日期", Kind.DAY, "自该日起不再公示；没有规定期限的为空", "stop_on"),
    Column("失信程度", Kind.NUMBER, _labels((int(one), one.label) for one in Seriousness), "seriousness"),
    Column("标注", Kind.NUMBER, _labels((int(one), one.label) for one in (RecordState.ACTIVE, RecordState.ANNOTATED, RecordState.DISPUTED)), "state"),
    Column("确定程度", Kind.NUMBER, _labels((int(one), one.label) for one in Finality), "finality"),
    Column("金额", Kind.NUMBER, "人民币，单位为分", "amount_fen"),
)  # fmt: skip
_LISTING = (
    Column("列入编号", Kind.TEXT, "", "public_id"),
    *_who("subject__"),
    Column("名单", Kind.TEXT, "名单的代号，网址为 /lists/代号", "list_key"),
    Column("名单性质", Kind.TEXT, "", "kind"),
    Column("列入日期", Kind.DAY, "", "from_on"),
    Column("移出日期", Kind.DAY, "自该日起不在名单；没有规定期限的为空", "until_on"),
    Column("认定单位", Kind.TEXT, "", "organisation"),
    Column("异议中", Kind.FLAG, "正在核查对该项列入的异议", "disputed"),
)
_PLAN = (
    Column("计划编号", Kind.TEXT, "", "public_id"),
    Column("计划名称", Kind.TEXT, "", "title"),
    Column("年度", Kind.NUMBER, "", "year"),
    Column("事项", Kind.TEXT, "", "matter"),
    Column("依据", Kind.TEXT, "", "basis"),
    Column("单位", Kind.TEXT, "", "organisation"),
    Column("批准日期", Kind.DAY_OF, "", "approved_at"),
    Column("备案单位", Kind.TEXT, "", "filed_with"),
    Column("备案编号", Kind.TEXT, "", "filing_number"),
    Column("批次", Kind.JSON, "各批的范围 scope、计划户数 planned、起止日期 from_on 和 until_on，JSON 数组", "batches"),
)  # fmt: skip
_MEASURE = (
    Column("措施代号", Kind.TEXT, ""),
    Column("措施", Kind.TEXT, ""),
    Column("类别", Kind.TEXT, ""),
    Column("对象", Kind.TEXT, ""),
    Column("实施主体", Kind.TEXT, ""),
    Column("本平台执行", Kind.FLAG, "否的，由有权机关执行，本平台只作提示"),
    Column("依据", Kind.TEXT, ""),
)
_SAID = ("行政相对人名称", "统一社会信用代码")
"""Fields that other columns say already."""
_RECORDED = {
    **dict.fromkeys(("许可决定日期", "处罚决定日期", "承诺作出日期"), (Kind.DAY, "decided_on")),
    **dict.fromkeys(("许可机关", "处罚机关", "检查机关", "承诺受理单位"), (Kind.TEXT, "authority")),
    "承诺编码": (Kind.TEXT, "document_no"),
    "承诺人名称": (Kind.TEXT, "subject__name"),
    "承诺人代码": (Kind.TEXT, "subject__code"),
}
"""Fields of the catalogue that the record holds in a column of its own, whatever the sender calls it."""
_ALSO = {
    "许可决定文书号": "行政许可决定文书号",
    "许可决定文书名称": "行政许可决定文书名称",
    "处罚决定书文号": "行政处罚决定书文号",
}
"""As the standard of the two publications calls them."""
_ACTS = {
    Item.PERMIT: ("permits", "行政许可"),
    Item.PENALTY: ("penalties", "行政处罚"),
    Item.INSPECTION: ("inspections", "监督检查结果"),
    Item.COMMITMENT: ("commitments", "信用承诺"),
}
OTHER_ACTS = "acts"
"""The table of what is published and has no table of its own."""


def public_items(policy: Policy) -> tuple[int, ...]:
    """Numbers of the catalogue items that anybody may see."""
    items = policy.catalogue.items.values()
    return tuple(item.number for item in items if policy.may_be_public(item))


def classes_kept_back(policy: Policy) -> tuple[int, ...]:
    """Classes of failing records that are kept and not shown."""
    classes = (Seriousness.MINOR, Seriousness.GENERAL, Seriousness.SERIOUS)
    return tuple(int(known) for known in classes if not policy.seriousness.of(known).published)


def tables(policy: Policy) -> Mapping[str, Table]:
    """The tables of a city by key, in the order in which they are told."""
    return {one.key: one for one in (_subjects(policy), *_of_acts(policy), *_others(policy))}


def _subjects(policy: Policy) -> Table:
    return Table(
        key="subjects",
        title="主体",
        says="在册和曾经在册的主体；并入他户的不单列",
        source=Source.SUBJECT,
        columns=_SUBJECT,
        sole_traders=policy.open_data.sole_traders,
    )


def _of_acts(policy: Policy) -> Iterator[Table]:
    public = set(public_items(policy))
    known = {item.number: item for item in policy.catalogue.items.values()}
    for number, (key, title) in _ACTS.items():
        fields = tuple(_fields(known[int(number)]))
        items = [int(number)] if int(number) in public else []
        yield _acts(policy, key, title, f"正在公示的{title}信息", items=items, fields=fields)
    others = sorted(public - {int(Item.REGISTRATION), *map(int, _ACTS)})
    says = "正在公示的其他信息：其他行政行为、经营异常名录、荣誉等，按信息项区分"
    yield _acts(policy, OTHER_ACTS, "其他公示信息", says, items=others, fields=())


def _acts(
    policy: Policy, key: str, title: str, says: str, *, items: Iterable[int], fields: tuple[Column, ...]
) -> Table:
    return Table(
        key=key,
        title=title,
        says=says,
        source=Source.ACT,
        columns=(*_ACT, *fields),
        items=tuple(items),
        kept_back=classes_kept_back(policy),
        sole_traders=policy.open_data.sole_traders,
    )


def side_by_side(acts: Sequence[Table]) -> Table:
    """Tables of acts as one that is read in one pass: what the record tells of each, then the first field of every table in
    one column, and so on. ``in_place`` finds the columns of each again."""
    first = acts[0]
    fields = [
        Column(
            f"字段{place}",
            Kind.TEXT,
            "",
            either=tuple((one.items, one.fields[place]) for one in acts if place < len(one.fields)),
        )
        for place in range(max(len(one.fields) for one in acts))
    ]
    items = tuple(sorted(number for one in acts for number in one.items))
    return replace(first, key="side_by_side", columns=(*_ACT, *fields), items=items)


def in_place(table: Table) -> tuple[int, ...]:
    """For each column of a table of acts, its place in the one of ``side_by_side``."""
    told = {one.path: place for place, one in enumerate(_ACT)}
    fields = count(len(_ACT))
    return tuple(next(fields) if one.field else told[one.path] for one in table.columns)


def _fields(item: CatalogueItem) -> Iterator[Column]:
    """The item's fields that may be told, persons and homes left out."""
    for name, field in item.fields.items():
        personal = any(word in name for word in (*PERSONS, *HOMES))
        if field.public and not personal and name not in (*_SAID, *(one.name for one in _ACT)):
            says = "公共信用信息目录的字段"
            if name in _RECORDED:
                yield Column(name, _RECORDED[name][0], says, _RECORDED[name][1])
            else:
                yield Column(name, Kind.TEXT, says, name, field=True, also=_ALSO.get(name, ""))


def _others(policy: Policy) -> Iterator[Table]:
    published = tuple(key for key, of in policy.lists.lists.items() if of.published)
    yield Table(
        key="listings",
        title="名单",
        says="今天在可以公布的名单上的主体",
        source=Source.LISTING,
        columns=_LISTING,
        lists=published,
        sole_traders=policy.open_data.sole_traders,
    )
    yield Table(
        key="plans",
        title="抽查计划",
        says="已批准的抽查计划；个案检查不预告",
        source=Source.PLAN,
        columns=_PLAN,
    )
    yield Table(
        key="measures",
        title="奖惩措施清单",
        says="可以采取的措施，清单以外不得增设",
        source=Source.MEASURE,
        columns=_MEASURE,
        rows=tuple(_measures(policy)),
    )


def _measures(policy: Policy) -> Iterator[tuple[str | bool, ...]]:
    for key, one in policy.measures.measures.items():
        targets = "、".join(target.label for target in one.targets)
        cited = "；".join(policy.sources[each.source].cite(each.clause) for each in one.basis)
        yield key, one.title, one.group.label, targets, one.bodies, one.executed_here, cited
