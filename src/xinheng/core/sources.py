"""Which legal documents stand behind a rule, of what rank, where and when they hold.

Each file in ``policy/sources`` is one document. The rank decides what a rule citing it may do: a city's
plan may bind the administration tighter, only a law or a local regulation may burden a subject further
(国办发〔2020〕49号). Part of what every figure and every adverse statement shows as its ground.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StrictBool, model_validator

from xinheng.core.policy_file import PolicyModel

NATION = "100000"

Area = Annotated[str, Field(pattern=r"^[1-9][0-9]{5}$")]
SourceId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=80)]


class Rank(StrEnum):
    """Place of a document in the order of legal norms."""

    LAW = "law"
    ADMINISTRATIVE_REGULATION = "administrative_regulation"
    CENTRAL_POLICY = "central_policy"
    JUDICIAL_INTERPRETATION = "judicial_interpretation"
    MINISTRY_RULE = "ministry_rule"
    MINISTRY_DOCUMENT = "ministry_document"
    LOCAL_REGULATION = "local_regulation"
    LOCAL_RULE = "local_rule"
    LOCAL_DOCUMENT = "local_document"
    STANDARD = "standard"
    PROPOSAL = "proposal"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Rank.LAW: "法律",
    Rank.ADMINISTRATIVE_REGULATION: "行政法规",
    Rank.CENTRAL_POLICY: "党中央、国务院政策文件",
    Rank.JUDICIAL_INTERPRETATION: "司法解释",
    Rank.MINISTRY_RULE: "部门规章",
    Rank.MINISTRY_DOCUMENT: "部门规范性文件",
    Rank.LOCAL_REGULATION: "地方性法规",
    Rank.LOCAL_RULE: "地方政府规章",
    Rank.LOCAL_DOCUMENT: "地方规范性文件",
    Rank.STANDARD: "标准",
    Rank.PROPOSAL: "建议值（非法律规定）",
}


class Source(PolicyModel):
    """One legal document. ``text_read``: the text was at hand when figures were compared with it."""

    id: SourceId
    title: str
    number: str = ""
    issuer: str
    rank: Rank
    jurisdiction: Area = NATION
    issued: date | None = None
    in_force: date | None = None
    repealed_on: date | None = None
    repealed_by: SourceId | None = None
    text_read: StrictBool
    note: str = ""

    @model_validator(mode="after")
    def _days_are_in_order(self) -> Self:
        days = [day for day in (self.issued, self.in_force, self.repealed_on) if day is not None]
        if days != sorted(days):
            raise ValueError("印发日、施行日、废止日的先后不对")
        if self.repealed_by is not None and self.repealed_on is None:
            raise ValueError("写了 repealed_by 就要写 repealed_on")
        return self

    def cite(self, clause: str = "") -> str:
        """``《河南省社会信用条例》第四十一条``; a numbered item of a document reads ``第11项``."""
        number = f"（{self.number}）" if self.number else ""
        place = f"第{clause}项" if clause.isascii() and clause.isdigit() else clause
        name = self.title if self.rank is Rank.PROPOSAL else f"《{self.title}》"
        return f"{name}{number}{place}"

    def holds_in(self, area: tuple[str, ...]) -> bool:
        """Whether the document binds a place; ``area`` runs from the nation down to the city."""
        return self.jurisdiction in area

    def holds_on(self, day: date) -> bool:
        """Whether the document is in force on a day, as far as its days are known."""
        begun = self.in_force is None or self.in_force <= day
        return begun and (self.repealed_on is None or day < self.repealed_on)


class Citation(PolicyModel):
    """Where a rule stands. ``quote`` are words of the clause, compared where the document is at hand."""

    source: SourceId
    clause: str = ""
    quote: str = ""
    verified: StrictBool


class Entry(PolicyModel):
    """A rule with its grounds; lower levels append theirs."""

    basis: tuple[Citation, ...] = Field(min_length=1)

    @property
    def verified(self) -> bool:
        return all(citation.verified for citation in self.basis)


def citation_causes(
    citation: Citation, *, sources: Mapping[str, Source], area: tuple[str, ...], on: date | None = None
) -> list[str]:
    """What is wrong with a citation made for a place, ``on`` the day its rule begins."""
    source = sources.get(citation.source)
    if source is None:
        return [f"来源“{citation.source}”不在 policy/sources 中"]
    causes = []
    if not source.holds_in(area):
        causes.append(f"{source.cite()}的效力范围是 {source.jurisdiction}，不能作为本地依据")
    if on and source.in_force and on < source.in_force:
        causes.append(f"{source.cite()}自{source.in_force}起施行，不能作为{on}的依据")
    if on and source.repealed_on and on >= source.repealed_on:
        causes.append(f"{source.cite()}已于{source.repealed_on}废止，不能作为{on}起的依据")
    if citation.verified and source.rank is Rank.PROPOSAL:
        causes.append("建议值不是法律规定，不能标为已核对")
    elif citation.verified and not (source.text_read and (citation.clause or citation.quote)):
        causes.append("标为已核对的，来源文本须已读过且写明条款或原文")
    return causes


def check_sources(sources: Mapping[str, Source]) -> list[str]:
    """Causes among the documents themselves."""
    return [
        f"{source.id}：repealed_by：来源“{source.repealed_by}”不在 policy/sources 中"
        for source in sources.values()
        if source.repealed_by is not None and source.repealed_by not in sources
    ]
