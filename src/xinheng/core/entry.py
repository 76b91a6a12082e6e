"""What a person is asked for one record of a feed: the questions of the form and the columns of the template.

Both are made from the feed, so that what is filled in is read back by the same feed. Columns that only serve to
recognise natural persons are not asked for, since such rows are not taken (《个人信息保护法》, legal guard G2).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from xinheng.core.catalogue import CatalogueItem
from xinheng.core.feeds import KIND_OF, Column, Feed, Kind, Target, Unit
from xinheng.core.refusal import Refusal

_OF_PERSONS = frozenset({Target.PARTY_ID, Target.PARTY_ID_KIND})
_OTHER_CODES = frozenset({Target.REGISTRATION_NO, Target.ORGANISATION_NO, Target.TAX_NO})
_NOT_TAKEN = "person"
_UNITS = {Unit.FEN: "分", Unit.YUAN: "元", Unit.WAN: "万元"}


@dataclass(frozen=True, slots=True)
class Question:
    """One column. ``choices`` is closed where ``closed`` is true; ``joined_by`` allows several of them in a cell;
    ``of_party`` is the code by which the row finds its subject. ``demanded_by`` names who lays down that it is filled in."""

    header: str
    kind: Kind
    required: bool
    choices: tuple[str, ...] = ()
    closed: bool = False
    joined_by: str = ""
    unit: str = ""
    longest: int = 2000
    default: str = ""
    of_party: bool = False
    demanded_by: str = ""

    @property
    def hint(self) -> str:
        """How it is filled in, and who asks for it."""
        must = f"{self.demanded_by}规定必填" if self.demanded_by else ""
        return "；".join(part for part in (self._how, must) if part)

    @property
    def _how(self) -> str:
        if self.of_party:
            return "18 位，照营业执照填写；没有任何代码的不能入库，要退回补填"
        if self.joined_by:
            return f"可以填多个，用“{self.joined_by}”隔开"
        if self.kind is Kind.AMOUNT:
            return f"单位：{self.unit}，只填数字"
        return _HINTS.get(self.kind, "")


_HINTS = {
    Kind.DATE: "格式：2026-01-31",
    Kind.CODE: "",
    Kind.INTEGER: "只填整数",
    Kind.NAME: "与营业执照一致的全称",
}


def may_be_asked(feed: Feed) -> bool:
    """Whether a record can be filled in by hand: its columns have names, and those read are enough to know it."""
    if feed.item is None or not feed.layout.header or not feed.recognise.headers:
        return False
    read = {
        header for column in (*feed.columns.values(), *feed.details.values()) for header in column.headers
    }
    return all(read.intersection(group) for group in feed.recognise.headers)


def questions(feed: Feed, item: CatalogueItem | None = None) -> tuple[Question, ...]:
    """In the order of the feed; two fields that are read from one column are one question. Refusal FE1.

    With ``item`` a field that the catalogue requires under one of the names of the column must be filled in as well.
    """
    if not may_be_asked(feed):
        raise Refusal(
            "FE1",
            f"“{feed.title}”的文件没有固定的表头，或者靠不读入的列识别，不能在线填报。",
            advice="请照原来的文件格式上传。",
        )
    demanded = {name for name, field in item.fields.items() if field.required} if item else set()
    return tuple(_with_demand(asked, column, demanded, feed) for asked, column in _questions(feed))


def _with_demand(asked: Question, column: Column, demanded: set[str], feed: Feed) -> Question:
    """A subject with another code needs no credit code, whatever the catalogue says."""
    other = asked.of_party and _OTHER_CODES & set(feed.columns)
    catalogue = bool(demanded & set(column.headers)) and not other
    who = ("目录" if catalogue else "", "数据源" if column.required else "")
    return replace(asked, required=column.required or catalogue, demanded_by="和".join(filter(None, who)))


def _questions(feed: Feed) -> Iterator[tuple[Question, Column]]:
    asked: set[str] = set()
    telling = [header for group in feed.recognise.headers for header in group]
    for target, column in feed.columns.items():
        if target not in _OF_PERSONS and column.headers and not asked.intersection(column.headers):
            asked.update(column.headers)
            question = _question(column, KIND_OF[target], telling)
            yield replace(question, of_party=target is Target.CODE), column
    for column in feed.details.values():
        if not column.person and column.headers and not asked.intersection(column.headers):
            asked.update(column.headers)
            yield _question(column, column.kind, telling), column


def _question(column: Column, kind: Kind, telling: list[str]) -> Question:
    header = next((name for name in column.headers if name in telling), column.headers[0])
    choices = _choices(column)
    unit = column.units.get(header, column.unit)
    return Question(
        header=header,
        kind=kind,
        required=column.required,
        choices=choices,
        closed=bool(choices) and column.unknown is None and not column.contains,
        joined_by="、" if "、" in (column.separators or "") else (column.separators or "")[:1],
        unit=_UNITS[unit] if unit else "",
        longest=column.max_length or 2000,
        default=column.default or "",
    )


def _choices(column: Column) -> tuple[str, ...]:
    """The first label of each word; what leads to a natural person is left out."""
    first: dict[str, str] = {}
    for label, word in (*column.values.items(), *column.contains.items()):
        if word != _NOT_TAKEN:
            first.setdefault(word, label)
    return tuple(first.values())


def filled_in(feed: Feed, answers: Mapping[str, str]) -> list[tuple[str, str]]:
    """Header and cell of each question, blanks cut off. Refusal FE2 where nothing at all was filled in."""
    cells = [(asked.header, answers.get(asked.header, "").strip()) for asked in questions(feed)]
    if not any(cell for _, cell in cells):
        raise Refusal("FE2", "没有填写任何内容。", advice="请至少填写主体名称和统一社会信用代码。")
    return cells
