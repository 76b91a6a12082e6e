"""Which kinds of information may stand in a credit record, who supplies them, and who may see them.

The catalogue is closed: what is not in it never enters a record (E11), and a local supplement needs a
local regulation. Kinds that must not be collected are listed with it. Serves 全国公共信用信息基础目录,
国办发〔2020〕49号 and 《河南省社会信用条例》第十一条.
"""

import re
from enum import IntEnum, StrEnum
from typing import Annotated, Self

from pydantic import Field, StrictBool, StrictInt, model_validator

from xinheng.core.overlays import Change
from xinheng.core.policy_file import PolicyModel
from xinheng.core.sources import Citation, Entry, Rank

FIRST_LOCAL_NUMBER = 101
_LOCAL = re.compile(r"local_([1-9][0-9]{2,4})")
SUPPLEMENTING = (Rank.LAW, Rank.ADMINISTRATIVE_REGULATION, Rank.CENTRAL_POLICY, Rank.LOCAL_REGULATION)


class Item(IntEnum):
    """Numbers stored in the database and in snapshots; they never change."""

    REGISTRATION = 1
    COURT = 2
    PERMIT = 3
    PENALTY = 4
    COMPULSION = 5
    CONFIRMATION = 6
    LEVY = 7
    PAYMENT = 8
    ADJUDICATION = 9
    COMPENSATION = 10
    REWARD = 11
    INSPECTION = 12
    ABNORMAL_OPERATION = 13
    SERIOUS_LIST = 14
    CONTRACT = 15
    COMMITMENT = 16
    EVALUATION = 17
    COMPLIANCE = 18
    HONOUR = 19
    INTELLECTUAL_PROPERTY = 20
    VOLUNTARY = 21
    COMPLAINT = 22
    OBJECTION = 23
    UTILITY = 24
    INTERVIEW = 25

    @property
    def code(self) -> str:
        return self.name.lower()


class Nature(StrEnum):
    """What a record of the item says about its subject (信息性质)."""

    BASIC = "basic"
    GOOD = "good"
    FAILING = "failing"
    MIXED = "mixed"
    PROCESS = "process"

    @property
    def label(self) -> str:
        return _NATURES[self]


class Disclosure(StrEnum):
    """Who may see it, from the widest to the narrowest circle (公开属性)."""

    PUBLIC = "public"
    QUERY = "query"
    SHARED = "shared"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        return _DISCLOSURES[self]


class Sharing(StrEnum):
    """How other bodies get it (共享属性); where nothing is laid down it stays unsaid."""

    OPEN = "open"
    CONDITIONAL = "conditional"
    NONE = "none"

    @property
    def label(self) -> str:
        return {"open": "无条件共享", "conditional": "有条件共享", "none": "不予共享"}[self.value]


class Persons(StrEnum):
    """Whether rows of the item may concern natural persons; such rows never enter (G2)."""

    NONE = "none"
    POSSIBLE = "possible"
    MOSTLY = "mostly"

    @property
    def label(self) -> str:
        return {"none": "不涉及自然人", "possible": "可能涉及自然人", "mostly": "多为自然人"}[self.value]


class Keeping(StrEnum):
    """How long a record of the item counts (有效期限)."""

    WHILE_TRUE = "while_true"
    DOCUMENT = "document"
    PUBLICATION = "publication"
    UNTIL_EXIT = "until_exit"
    CASE = "case"

    @property
    def label(self) -> str:
        return _KEEPINGS[self]


class FieldKind(StrEnum):
    TEXT = "text"
    CODE = "code"
    DATE = "date"
    YUAN = "yuan"
    NUMBER = "number"
    CHOICE = "choice"

    @property
    def label(self) -> str:
        return _FIELD_KINDS[self]


class CatalogueField(PolicyModel):
    """One column of an item. ``public``: may be shown to everybody where the item is.

    ``code_set`` names the list from which values come, such as a standard; ``choices`` are its values where it is short.
    """

    kind: FieldKind
    length: Annotated[StrictInt, Field(gt=0)] | None = None
    required: StrictBool = False
    public: StrictBool = True
    code_set: str = ""
    choices: tuple[str, ...] = ()
    unit: str = ""

    @property
    def measured_in(self) -> str:
        return self.unit or ("元" if self.kind is FieldKind.YUAN else "")


class CatalogueItem(Entry):
    """One kind of information. ``burdens``: a record may ground an effect to the subject's disadvantage.

    ``organisations`` are keys of the agencies that supply it where ``providers``, the sectors, are too wide; ``area`` is
    the county whose item it is, else empty. ``consent``: taken only with the subject's written consent. ``reviews``: which
    paper records each review that the catalogue asks of an item that burdens. ``sharing_basis``: on what the city rests
    the attribute that the basic list leaves unsaid.
    """

    number: Annotated[StrictInt, Field(ge=1, le=32767)]
    title: str
    group: str
    nature: Nature
    disclosure: Disclosure
    burdens: StrictBool
    persons: Persons
    keeping: Keeping
    providers: tuple[str, ...] = Field(min_length=1)
    cycle: str
    national: StrictBool
    note: str = ""
    sharing: Sharing | None = None
    sharing_basis: tuple[Citation, ...] = ()
    organisations: tuple[str, ...] = ()
    area: str = ""
    consent: StrictBool = False
    reviews: dict[str, str] = Field(default_factory=dict)
    fields: dict[str, CatalogueField] = Field(min_length=1)


class ForbiddenRule(StrEnum):
    """NEVER admits no consent; CONSENT needs warned written consent; FINAL needs a decision in force; PERSONS may not be
    taken of natural persons."""

    NEVER = "never"
    CONSENT = "consent"
    FINAL = "final"
    PERSONS = "persons"

    @property
    def label(self) -> str:
        return _FORBIDDEN_RULES[self]


class ForbiddenKind(Entry):
    """Information that may not be collected, or not used against a subject; ``words`` betray it in a header."""

    title: str
    rule: ForbiddenRule
    words: tuple[str, ...] = Field(min_length=1)


class Review(Entry):
    """What must have been done before an item that burdens its subjects is added (专家评估、公开征求意见)."""

    title: str


class Catalogue(PolicyModel):
    edition: str
    items: dict[str, CatalogueItem]
    forbidden: dict[str, ForbiddenKind]
    reviews: dict[str, Review] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _numbers_are_the_stored_ones(self) -> Self:
        for item in Item:
            entry = self.items.get(item.code)
            if entry is None or entry.number != item.value:
                raise ValueError(f"目录须含“{item.code}”且编号为 {item.value}")
        local = [entry.number for code, entry in self.items.items() if code.upper() not in Item.__members__]
        if any(number < FIRST_LOCAL_NUMBER for number in local) or len(set(local)) != len(local):
            raise ValueError(f"地方补充目录的编号从 {FIRST_LOCAL_NUMBER} 起且不得重复")
        return self

    def item(self, number: int) -> CatalogueItem:
        """Raises KeyError for a number outside the catalogue."""
        for entry in self.items.values():
            if entry.number == number:
                return entry
        raise KeyError(number)

    def forbidden_by(self, header: str) -> tuple[ForbiddenKind, ...]:
        """Kinds that a column header names."""
        return tuple(kind for kind in self.forbidden.values() if any(word in header for word in kind.words))


def item_number(code: str) -> int | None:
    """The stored number of an item by its code: of the nation's list, or ``local_101`` and so on; None for neither."""
    if code.upper() in Item.__members__:
        return Item[code.upper()].value
    local = _LOCAL.fullmatch(code)
    number = int(local[1]) if local else 0
    return number if FIRST_LOCAL_NUMBER <= number <= 32767 else None


def item_code(number: int) -> str:
    """The opposite of ``item_number``."""
    return Item(number).code if number < FIRST_LOCAL_NUMBER else f"local_{number}"


def forbidden_changes(change: Change) -> list[str]:
    """A lower level may not widen disclosure, burden more, or collect more than a local regulation allows."""
    before, after = change.before, change.after
    if isinstance(after, ForbiddenKind):
        weaker = isinstance(before, ForbiddenKind) and _strength(after.rule) < _strength(before.rule)
        fewer = isinstance(before, ForbiddenKind) and not set(before.words) <= set(after.words)
        return ["下级不能放宽禁止归集的规定"] if weaker or fewer else []
    if not isinstance(after, CatalogueItem):
        return []
    if before is None:
        carried = change.carried_by(SUPPLEMENTING)
        return [] if carried else [f"目录之外增加信息项须有地方性法规依据，{change.grounds_text}不够"]
    causes = [f"不能改写“{name}”" for name in ("number", "title", "national") if change.altered(name)]
    if isinstance(before, CatalogueItem) and before.sharing is not None and change.altered("sharing"):
        causes.append("不能改写上级已定的共享属性")
    if isinstance(before, CatalogueItem) and not change.carried_by(SUPPLEMENTING):
        if _circle(after.disclosure) < _circle(before.disclosure):
            causes.append(
                f"扩大公开范围（{before.disclosure.label}→{after.disclosure.label}），依据的位阶不够"
            )
        if after.burdens and not before.burdens:
            causes.append("增加对信用主体不利的用途，依据的位阶不够")
    return causes


def _strength(rule: ForbiddenRule) -> int:
    order = (ForbiddenRule.PERSONS, ForbiddenRule.FINAL, ForbiddenRule.CONSENT, ForbiddenRule.NEVER)
    return order.index(rule)


def _circle(disclosure: Disclosure) -> int:
    return list(Disclosure).index(disclosure)


_NATURES = {
    Nature.BASIC: "基础信息",
    Nature.GOOD: "守信信息",
    Nature.FAILING: "失信信息",
    Nature.MIXED: "守信或失信信息",
    Nature.PROCESS: "办理过程信息",
}
_DISCLOSURES = {
    Disclosure.PUBLIC: "向社会公开",
    Disclosure.QUERY: "授权查询",
    Disclosure.SHARED: "政务共享",
    Disclosure.CLOSED: "仅供办理，不予披露",
}
_KEEPINGS = {
    Keeping.WHILE_TRUE: "状态存续期间",
    Keeping.DOCUMENT: "文书有效期内",
    Keeping.PUBLICATION: "按失信程度的公示期",
    Keeping.UNTIL_EXIT: "至移出之日",
    Keeping.CASE: "至事项办结归档",
}
_FIELD_KINDS = {
    FieldKind.TEXT: "文字",
    FieldKind.CODE: "代码",
    FieldKind.DATE: "日期",
    FieldKind.YUAN: "金额",
    FieldKind.NUMBER: "数字",
    FieldKind.CHOICE: "选项",
}
_FORBIDDEN_RULES = {
    ForbiddenRule.NEVER: "禁止归集",
    ForbiddenRule.CONSENT: "须书面同意",
    ForbiddenRule.FINAL: "须有生效法律文书",
    ForbiddenRule.PERSONS: "不得归集自然人的",
}
