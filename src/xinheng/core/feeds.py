"""What a feed file may say: how the columns of a real file become records of one catalogue item.

A feed (``policy/feeds/<id>.yml``) names the headers by which it is recognised, where each field of a
record stands, in which unit and wording, and who counts as a natural person. Numbers taken from law carry
source and ``verified``. Serves 《河南省社会信用条例》第十一、十三条 on what may be collected.
"""

from enum import StrEnum
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from xinheng.core.catalogue import Item, item_number
from xinheng.core.provenance import Provenance, class_causes

ITEMS: dict[str, int] = {item.code: item.value for item in Item}
"""Numbers of the catalogue items by their codes."""


class Kind(StrEnum):
    """How the text of a cell is read."""

    TEXT = "text"
    NAME = "name"
    CODE = "code"
    DATE = "date"
    AMOUNT = "amount"
    ENUM = "enum"
    INTEGER = "integer"


class Unit(StrEnum):
    """Unit in which a column states money; stored are fen."""

    FEN = "fen"
    YUAN = "yuan"
    WAN = "wan"

    @property
    def in_fen(self) -> int:
        return {"fen": 1, "yuan": 100, "wan": 1_000_000}[self.value]


class Target(StrEnum):
    """A field of the record to which a column leads. The last five only decide and are not kept."""

    NAME = "name"
    CODE = "code"
    REGISTRATION_NO = "registration_no"
    ORGANISATION_NO = "organisation_no"
    TAX_NO = "tax_no"
    SOURCE_KEY = "source_key"
    DOCUMENT_NO = "document_no"
    DECIDED_ON = "decided_on"
    VALID_FROM = "valid_from"
    VALID_TO = "valid_to"
    AUTHORITY = "authority"
    AUTHORITY_CODE = "authority_code"
    AMOUNT = "amount"
    HEADCOUNT = "headcount"
    RESULT = "result"
    SERIOUSNESS = "seriousness"
    FINALITY = "finality"
    TITLE = "title"
    REPORTED_ON = "reported_on"
    PARTY_CATEGORY = "party_category"
    PARTY_ID_KIND = "party_id_kind"
    PARTY_ID = "party_id"
    PROCEDURE = "procedure"


KIND_OF: dict[Target, Kind] = {
    Target.NAME: Kind.NAME,
    Target.CODE: Kind.CODE,
    Target.REGISTRATION_NO: Kind.CODE,
    Target.ORGANISATION_NO: Kind.CODE,
    Target.TAX_NO: Kind.CODE,
    Target.SOURCE_KEY: Kind.TEXT,
    Target.DOCUMENT_NO: Kind.TEXT,
    Target.DECIDED_ON: Kind.DATE,
    Target.VALID_FROM: Kind.DATE,
    Target.VALID_TO: Kind.DATE,
    Target.AUTHORITY: Kind.TEXT,
    Target.AUTHORITY_CODE: Kind.CODE,
    Target.AMOUNT: Kind.AMOUNT,
    Target.HEADCOUNT: Kind.INTEGER,
    Target.RESULT: Kind.ENUM,
    Target.SERIOUSNESS: Kind.ENUM,
    Target.FINALITY: Kind.ENUM,
    Target.TITLE: Kind.TEXT,
    Target.REPORTED_ON: Kind.DATE,
    Target.PARTY_CATEGORY: Kind.ENUM,
    Target.PARTY_ID_KIND: Kind.TEXT,
    Target.PARTY_ID: Kind.TEXT,
    Target.PROCEDURE: Kind.ENUM,
}
"""A target fixes how its column is read."""

SERIOUSNESS_WORDS = ("none", "minor", "general", "serious")
FINALITY_WORDS = ("unknown", "within_term", "under_review", "in_court", "upheld", "revoked", "final")
CLOSED_WORDS: dict[Target, tuple[str, ...]] = {
    Target.SERIOUSNESS: SERIOUSNESS_WORDS,
    Target.FINALITY: FINALITY_WORDS,
    Target.PARTY_CATEGORY: ("person", "organisation", "sole_trader"),
    Target.PROCEDURE: ("simple", "ordinary"),
}
"""Enumerations that do not differ from feed to feed: the position of a word is the stored number."""

PENALTY_KINDS: dict[str, str] = {
    "warning": "警告",
    "criticism": "通报批评",
    "fine": "罚款",
    "confiscation": "没收违法所得、没收非法财物",
    "suspension": "暂扣许可证件",
    "downgrade": "降低资质等级",
    "revocation": "吊销许可证件",
    "restriction": "限制开展生产经营活动",
    "stoppage": "责令停产停业",
    "closure": "责令关闭",
    "career_ban": "限制从业",
    "detention": "行政拘留",
    "other": "其他",
}
"""《行政处罚法》第九条. Several kinds are joined by ``+`` in this order, e.g. ``fine+confiscation``."""

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,59}$")]
Header = Annotated[str, Field(min_length=1, max_length=120)]
Label = Annotated[str, Field(min_length=1, max_length=200)]
Word = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,39}$")]
Shape = Literal["any", "name", "code", "date", "number", "document_no", "authority"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


DAYS_OF_REMOVAL = frozenset({"移出日期", "移出时间"})
"""Headers of an end that say the first day on which a fact holds no more."""


class Column(_Part):
    """Where a field stands and how its cells are read.

    ``headers`` are aliases in order of preference; where a file has several of them, the first filled cell
    of the row counts. ``A#2`` is the second column below a merged header ``A``. ``position`` counts from 1
    and serves files without a header. For an enumeration ``values`` is asked first (whole cell), then
    ``contains`` (a fragment, in this order), then ``unknown``; without it the value is a problem (E02). With
    ``separators`` a cell may hold several values. ``prose``: the amount stands in a sentence, or not at all.
    ``first_day_off``: the cells of ``valid_to`` say the first day on which the fact holds no more (移出日期), not its last.
    A column that is found by no other header than ``DAYS_OF_REMOVAL`` says it without the mark.
    """

    headers: tuple[Header, ...] = ()
    position: Annotated[int, Field(ge=1, le=1000)] | None = None
    kind: Kind = Kind.TEXT
    required: bool = False
    unit: Unit | None = None
    units: dict[Header, Unit] = Field(default_factory=dict)
    day_first: bool = False
    period: Literal["start", "end"] = "start"
    first_day_off: bool = False
    values: dict[Label, Word] = Field(default_factory=dict)
    contains: dict[Label, Word] = Field(default_factory=dict)
    unknown: Word | None = None
    default: Label | None = None
    separators: str | None = None
    prose: bool = False
    person: bool = False
    public: bool = True
    max_length: Annotated[int, Field(ge=1, le=100_000)] | None = None

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if not self.headers and self.position is None and self.default is None:
            raise ValueError("栏目须写 headers（表头及其别名）、position（列序号）或 default（固定值）之一")
        if len(set(self.headers)) != len(self.headers):
            raise ValueError("headers 中有重复的别名")
        if not set(self.units) <= set(self.headers):
            raise ValueError("units 只能为 headers 中的表头另定单位")
        return self

    @property
    def says_first_day_off(self) -> bool:
        """Whether the cells of an end say the first day on which the fact holds no more."""
        return self.first_day_off or (bool(self.headers) and DAYS_OF_REMOVAL.issuperset(self.headers))

    @property
    def words(self) -> frozenset[str]:
        """Every value that the enumeration can yield."""
        return frozenset((*self.values.values(), *self.contains.values(), *filter(None, (self.unknown,))))


class Recognise(_Part):
    """By what a file is known to belong to the feed.

    Of each group in ``headers`` one must be there, none of ``absent`` may be. ``title`` words are looked for
    in the lines above the header, the sheet name and the name of the file; where the headers are too general
    ``title_required`` makes one of them necessary. ``shape`` describes the columns of a file without header.
    """

    headers: tuple[tuple[Header, ...], ...] = ()
    absent: tuple[Header, ...] = ()
    title: tuple[Label, ...] = ()
    title_required: bool = False
    shape: dict[Annotated[int, Field(ge=1, le=1000)], Shape] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _is_decidable(self) -> Self:
        if not self.headers and not self.shape:
            raise ValueError("recognise 须写 headers（必备表头）或 shape（无表头文件各列的样子）")
        if self.title_required and not self.title:
            raise ValueError("title_required 为 true 时须写 title")
        return self


class Layout(_Part):
    """Where the table lies. Without ``header`` columns are found by their position."""

    header: bool = True
    skip_rows: Annotated[int, Field(ge=0, le=1000)] = 0
    sheet: Label | None = None


class NaturalPerson(_Part):
    """Rows on natural persons are refused (legal guard G2). ``names`` also judges by the name where no code helps."""

    names: bool = True
    id_kinds: tuple[Label, ...] = ("身份证", "居民身份证", "护照", "通行证", "永久居留")


class Sourced(_Part):
    """A rule or number taken from law: id of a file in ``policy/sources`` and whether a person compared it."""

    source: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
    clause: str = ""
    verified: bool


class SeriousnessCase(_Part):
    """All conditions given must hold; amounts are fen, the upper one is excluded."""

    result: tuple[Word, ...] = ()
    amount_from_fen: Annotated[int, Field(ge=0)] | None = None
    amount_below_fen: Annotated[int, Field(ge=1)] | None = None
    title_contains: tuple[Label, ...] = ()
    seriousness: Literal["none", "minor", "general", "serious"]

    @model_validator(mode="after")
    def _has_condition(self) -> Self:
        if not (
            self.result or self.amount_from_fen is not None or self.amount_below_fen or self.title_contains
        ):
            raise ValueError("严重程度规则至少要有一个条件")
        return self


class SeriousnessRule(Sourced):
    """The first case that holds gives the class, else ``otherwise``. A column ``seriousness`` goes before."""

    cases: tuple[SeriousnessCase, ...] = ()
    otherwise: Literal["none", "minor", "general", "serious"]


class AmountRule(_Part):
    """Results that need an amount above zero, and whether others must be without one (E06)."""

    needs: tuple[Word, ...]
    only: bool = True


class Lateness(Sourced):
    """Work-days between decision and report after which a row is late (E09, flagged)."""

    workdays: Annotated[int, Field(ge=1, le=365)]


class Undated(_Part):
    """What stands in for a missing ``decided_on``: a date in title or file name, then perhaps the day of receipt."""

    title: bool = False
    received: bool = False
    period: Literal["start", "end"] = "start"


class Expectations(_Part):
    """What a usual delivery yields; below it the receipt says so."""

    rows: Annotated[int, Field(ge=0)] = 1
    accepted_per_mille: Annotated[int, Field(ge=0, le=1000)] = 0


class Feed(_Part):
    """One kind of file. ``item`` null: known, but not on subjects; ``reason`` then says why nothing is read.

    ``notified``: whether a subject is told of a result of others that comes by this feed (提示信息). ``provenance``: from
    whom the information comes; only that of public bodies may burden anybody. ``ends``: feeds whose records, of the same
    subject and document, are over when a row of this feed comes (移出). ``scan``: records may or must come with a scan (扫描件).
    ``bodies_only``: rows of government bodies, public institutions and marked state-owned enterprises alone (E21).
    """

    id: Id
    title: Label
    item: str | None
    reason: str = ""
    agency: str = ""
    agency_code: str = ""
    recognise: Recognise
    layout: Layout = Layout()
    columns: dict[Target, Column] = Field(default_factory=dict)
    details: dict[Label, Column] = Field(default_factory=dict)
    natural_person: NaturalPerson = NaturalPerson()
    seriousness: SeriousnessRule | None = None
    amounts: AmountRule | None = None
    lateness: Lateness | None = None
    undated: Undated = Undated()
    expect: Expectations = Expectations()
    notified: bool = True
    provenance: Provenance = Provenance.PUBLIC
    ends: tuple[Id, ...] = ()
    scan: Literal["required", "optional"] | None = None
    bodies_only: bool = False

    @model_validator(mode="before")
    @classmethod
    def _complaints_are_complaints(cls, given: Any) -> Any:
        if isinstance(given, dict) and given.get("item") == Item.COMPLAINT.code:
            return {"provenance": Provenance.COMPLAINT, **given}
        return given

    @property
    def item_number(self) -> int:
        """Number of the catalogue item; 0 for a feed that is not on subjects."""
        return (item_number(self.item) or 0) if self.item else 0

    @model_validator(mode="after")
    def _fits_catalogue(self) -> Self:
        if self.item is None:
            if not self.reason:
                raise ValueError("item 为空的数据源须写 reason（为何不含主体记录）")
            return self
        if item_number(self.item) is None:
            raise ValueError(f"item“{self.item}”不在目录中；可用：{'、'.join(ITEMS)}")
        if Target.NAME not in self.columns and Target.CODE not in self.columns:
            raise ValueError("columns 至少要有 name（主体名称）或 code（统一社会信用代码）")
        if causes := class_causes(self.item, self.provenance):
            raise ValueError("；".join(causes))
        if self.ends and Target.DOCUMENT_NO not in self.columns:
            raise ValueError("写 ends 的数据源须有 document_no（案号、文号），否则不知道移出的是哪一条")
        return self

    @model_validator(mode="after")
    def _columns_fit_targets(self) -> Self:
        for target, column in self.columns.items():
            kind = KIND_OF[target]
            if column.kind not in (Kind.TEXT, kind):
                raise ValueError(f"columns.{target}：类型应为 {kind}")
            if kind is Kind.AMOUNT and column.unit is None:
                raise ValueError(f"columns.{target}：金额须写 unit（fen、yuan 或 wan）")
            if column.first_day_off and target is not Target.VALID_TO:
                raise ValueError(f"columns.{target}：first_day_off 只用于 valid_to")
            allowed = CLOSED_WORDS.get(target)
            if allowed and not column.words <= set(allowed):
                raise ValueError(f"columns.{target}：取值只能是 {'、'.join(allowed)}")
        for field, column in self.details.items():
            if column.first_day_off:
                raise ValueError(f"details.{field}：first_day_off 只用于 columns 的 valid_to")
            if column.kind is Kind.AMOUNT and column.unit is None:
                raise ValueError(f"details.{field}：金额须写 unit（fen、yuan 或 wan）")
        if not self.layout.header and any(
            column.position is None and column.default is None
            for column in (*self.columns.values(), *self.details.values())
        ):
            raise ValueError("无表头的数据源，每个栏目都须写 position（列序号）")
        return self

    def kind_of(self, target: Target) -> Kind:
        return KIND_OF[target]


def feed_schema() -> dict[str, Any]:
    """JSON Schema of a feed file, for editors and the office."""
    return Feed.model_json_schema()


def dump_feed(feed: Feed) -> str:
    """The feed as a policy file: every text quoted, defaults left out, so that it can be read back as it was."""
    content = feed.model_dump(mode="json", exclude_defaults=True)
    ordered = {"id": feed.id, "title": feed.title, "item": feed.item, **content}
    return yaml.dump(ordered, Dumper=_QuotingDumper, allow_unicode=True, sort_keys=False, width=110)


class _QuotingDumper(yaml.SafeDumper):
    """Quotes every text value so that no reader can take it for a number or a truth value."""


def _quoted(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    plain = text.isascii() and text.replace("_", "").isalpha() and text not in {"true", "false", "null"}
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if plain else '"')


_QuotingDumper.add_representer(str, _quoted)
