"""Content pages of the portal (政策法规、政策解读、典型案例、工作动态、诚信宣传日): their sections, their small closed markup, and
what may not stand in them.

A text is paragraphs, headings, lists and links, nothing else; a typical case names no enterprise and nothing names a person
(石家庄市〔2019〕126号 （二十二）; 宛政办〔2020〕17号 七（四）; legal guards G13, G14).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StrictBool, model_validator

from xinheng.core.masking import find_personal
from xinheng.core.names import normalise_name
from xinheng.core.policy_file import PolicyModel
from xinheng.core.refusal import Refusal
from xinheng.core.sources import Citation, Entry, Rank, Source

LONGEST = 20_000


class Section(StrEnum):
    POLICY = "policy"
    EXPLANATION = "explanation"
    CASE = "case"
    NEWS = "news"
    DAY = "day"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Section.POLICY: "政策法规",
    Section.EXPLANATION: "政策解读",
    Section.CASE: "典型案例",
    Section.NEWS: "工作动态",
    Section.DAY: "诚信宣传日",
}


class PublicityDay(Entry):
    """A day of the year on which credit is made known."""

    title: str
    month: Annotated[int, Field(ge=1, le=12)]
    day: Annotated[int, Field(ge=1, le=31)]

    @model_validator(mode="after")
    def _is_a_day(self) -> Self:
        date(2023, self.month, self.day)
        return self

    def next_on(self, today: date) -> date:
        """The next such day, today included."""
        this = date(today.year, self.month, self.day)
        return this if this >= today else this.replace(year=today.year + 1)


class Body(StrEnum):
    """Whose arrears a document may have made public."""

    STATE_OWNED = "state_owned"
    STATE_BODY = "state_body"


class PublicColumn(Entry):
    """Something that the portal shows besides records and articles, where a document of the city says so. ``bodies``: of
    whom the document speaks."""

    title: str
    published: StrictBool
    bodies: list[Body] = []


def opened_by(column: PublicColumn, sources: Mapping[str, Source]) -> tuple[Citation, ...]:
    """The documents that open a column: not the proposal of the platform, which keeps it closed."""
    return tuple(one for one in column.basis if sources[one.source].rank is not Rank.PROPOSAL)


class ArticleRules(PolicyModel):
    days: dict[str, PublicityDay] = {}
    columns: dict[str, PublicColumn] = {}


ARREARS = "arrears"
"""Arrears of government bodies and state-owned enterprises, published by decision."""


class Mark(StrEnum):
    """Kinds of block."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"


@dataclass(frozen=True, slots=True)
class Span:
    """Words, a link where there is an address."""

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    mark: Mark
    spans: tuple[Span, ...]


_LINK = re.compile(r"\[([^\[\]\n]{1,200})\]\(((?:https?://|/)[^\s()<>\"']{1,500})\)")


def blocks(text: str) -> tuple[Block, ...]:
    """A line a block: ``# `` begins a heading, ``- `` an item of a list; ``[words](address)`` is a link to http, https or a
    page of this site. Everything else stands as it is written."""
    found = []
    for line in filter(None, (one.strip() for one in text.splitlines())):
        mark = (
            Mark.HEADING if line.startswith("# ") else Mark.ITEM if line.startswith("- ") else Mark.PARAGRAPH
        )
        found.append(Block(mark, tuple(_spans(line if mark is Mark.PARAGRAPH else line[2:].strip()))))
    return tuple(found)


def _spans(line: str) -> Iterator[Span]:
    at = 0
    for link in _LINK.finditer(line):
        if link[2].startswith("//"):
            continue
        if link.start() > at:
            yield Span(line[at : link.start()])
        yield Span(link[1], link[2])
        at = link.end()
    if at < len(line):
        yield Span(line[at:])


DOCUMENT_NO = re.compile(r"[〔\[（(【]\s*(?:19|20)\d{2}\s*[〕\]）)】]")
"""The year of a document number."""
_CODE = re.compile(r"(?<![0-9A-Z])[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}(?![0-9A-Z])")
_ENDS = re.compile(
    r"公司|商行|超市|酒店|饭店|餐厅|药店|药房|门诊|医院|诊所|学校|幼儿园|合作社|集团|中心|厂|店|行|社"
    r"|部|馆|坊|站|园|铺|室|院|所|会|队|场|屋|吧|亭|庄|楼|堂"
)
_NAME = re.compile(r"[0-9A-Za-z（）()\u4e00-\u9fff]")
_SHORTEST, _LONGEST_NAME = 5, 40


def refuse_naming(section: Section, title: str, text: str) -> None:
    """Refusals WZ3 a person's number, telephone or the like; in a typical case also WZ4 the number of a document or a
    credit code."""
    whole = f"{title}\n{text}"
    if any(True for _ in find_personal(whole)):
        raise Refusal("WZ3", "文章里有证件号码、手机号码等个人信息。", advice="请删去以后重试。")
    if section is Section.CASE and (DOCUMENT_NO.search(whole) or _CODE.search(whole)):
        raise Refusal(
            "WZ4",
            "典型案例不写文号和统一社会信用代码，凭它们可以找到企业。",
            advice="请写成“某食品公司受到处罚”等后重试。",
        )


def possible_names(text: str) -> frozenset[str]:
    """Normalised strings of the text that could be the name of an enterprise: whatever ends as such names do."""
    found: set[str] = set()
    for end in _ENDS.finditer(text):
        start = end.start()
        while start > 0 and end.end() - start < _LONGEST_NAME and _NAME.match(text[start - 1]):
            start -= 1
            if end.end() - start >= _SHORTEST:
                found.add(normalise_name(text[start : end.end()]))
    return frozenset(found)
