"""Which matters may be checked at enterprises, by whom, on what points, and with which result (抽查事项清单).

Nothing outside the published list is checked (国办发〔2024〕54号; legal guard G7): a matter names its ground, who may check
it, how, why that cannot be done off-site, and the points to look at. The results are those of the publicity system.
"""

from collections.abc import Collection, Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StrictBool, model_validator

from xinheng.core.inspection_objects import ANYBODY, ObjectParts, ObjectRule
from xinheng.core.overlays import Change
from xinheng.core.policy_file import PolicyModel
from xinheng.core.refusal import Refusal
from xinheng.core.sources import Entry, Rank

ENTERPRISE_CHECKS = "国办发〔2024〕54号"
"""On checks of enterprises: what refusals of plans, draws and visits cite (legal guard G7)."""
G7 = f"{ENTERPRISE_CHECKS}（条款待核）"
CARRYING = (
    Rank.LAW,
    Rank.ADMINISTRATIVE_REGULATION,
    Rank.LOCAL_REGULATION,
    Rank.MINISTRY_RULE,
    Rank.LOCAL_RULE,
)
"""Ranks of norms that can carry a check; a document below them cannot."""

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
Text = Annotated[str, Field(min_length=2, max_length=400)]


class MatterKind(StrEnum):
    """重点 matters have no upper ratio; 一般 ones are kept within the ratio of the plan."""

    KEY = "key"
    GENERAL = "general"

    @property
    def label(self) -> str:
        return {"key": "重点检查事项", "general": "一般检查事项"}[self.value]


class ObjectKind(StrEnum):
    """What is looked at; behind a site or product stands the enterprise that answers for it."""

    ENTERPRISE = "enterprise"
    SITE = "site"
    PRODUCT = "product"
    PROJECT = "project"

    @property
    def label(self) -> str:
        return {"enterprise": "经营主体", "site": "场所", "product": "产品", "project": "项目"}[self.value]


class Way(StrEnum):
    """How a matter is checked. Only ``SITE`` enters an enterprise."""

    SITE = "site"
    DOCUMENTS = "documents"
    OFF_SITE = "off_site"

    @property
    def label(self) -> str:
        return {"site": "现场检查", "documents": "书面检查", "off_site": "网络监测等非现场检查"}[self.value]


class OrganLevel(StrEnum):
    """Whose organs may check: the city's or the county's."""

    CITY = "city"
    COUNTY = "county"

    @property
    def label(self) -> str:
        return {"city": "市级", "county": "县级"}[self.value]


class ResultCode(Entry):
    """One way in which a check may end. ``failing``: it is a negative result, with objection and repair (G6).

    ``pending``: something remains to be done, so that the result is not the last word.
    """

    title: Text
    failing: StrictBool
    pending: StrictBool = False
    note: str = ""


class Weight(StrEnum):
    """How much hangs on a point, the weightiest first. ``REQUIRED`` is what law demands in every visit."""

    REQUIRED = "required"
    KEY = "key"
    ROUTINE = "routine"
    EXTRA = "extra"

    @property
    def label(self) -> str:
        return {"required": "法定必查项", "key": "重点项", "routine": "常规项", "extra": "增加项"}[self.value]


class Point(Entry):
    """One line of the checklist. Without ``weight`` nobody has said that a grade may leave it out, and none does."""

    text: Text
    weight: Weight | None = None


class Matter(Entry):
    """One entry of the list. It stands from ``listed_on`` until before ``delisted_on``. ``objects``: who is in the pool of
    its draws; without it everybody graded in the field."""

    title: Text
    kind: MatterKind
    object: ObjectKind
    objects: ObjectRule | None = None
    bodies: tuple[Key, ...] = Field(min_length=1)
    levels: tuple[OrganLevel, ...] = Field(min_length=1)
    ways: tuple[Way, ...] = Field(min_length=1)
    why_on_site: str = ""
    points: dict[Key, Point] = Field(min_length=1)
    results: tuple[Key, ...] = Field(min_length=2)
    listed_on: date
    delisted_on: date | None = None
    note: str = ""

    @model_validator(mode="after")
    def _going_there_has_a_reason(self) -> Self:
        if Way.SITE in self.ways and len(self.why_on_site) < 8:
            raise ValueError("写了现场检查（site）的，须写明为什么不能用非现场方式（why_on_site）")
        if Way.SITE not in self.ways and self.why_on_site:
            raise ValueError("没有现场检查（site）的，不写 why_on_site")
        return self

    @model_validator(mode="after")
    def _nothing_stands_twice(self) -> Self:
        for name in ("bodies", "levels", "ways", "results"):
            listed = getattr(self, name)
            if len(set(listed)) != len(listed):
                raise ValueError(f"{name} 有重复")
        if self.delisted_on is not None and self.delisted_on <= self.listed_on:
            raise ValueError("delisted_on 须晚于 listed_on")
        return self

    def open_to(self, sectors: Collection[str], level: OrganLevel) -> bool:
        """Whether an organ with these fields and of this level may check it; a county answers for all its fields."""
        answers = level is OrganLevel.COUNTY or not set(sectors).isdisjoint(self.bodies)
        return level in self.levels and answers

    @property
    def rule(self) -> ObjectParts:
        return self.objects or ANYBODY

    def stands_on(self, day: date) -> bool:
        return self.listed_on <= day and (self.delisted_on is None or day < self.delisted_on)


class InspectionMatters(PolicyModel):
    """The list and the results; a city may add what a norm carries, and narrow what stands above."""

    results: dict[Key, ResultCode] = Field(min_length=2)
    matters: dict[Key, Matter]

    @model_validator(mode="after")
    def _results_are_known(self) -> Self:
        for key, matter in self.matters.items():
            if unknown := [result for result in matter.results if result not in self.results]:
                raise ValueError(f"事项 {key} 的结果 {'、'.join(unknown)} 不在 results 中")
            given = [self.results[result].failing for result in matter.results]
            if all(given) or not any(given):
                raise ValueError(f"事项 {key} 的结果须既有未发现问题的，也有发现问题的")
        return self

    def standing(self, *, on: date) -> Mapping[str, Matter]:
        """What may be checked on a day."""
        return {key: matter for key, matter in self.matters.items() if matter.stands_on(on)}

    def require(self, key: str, *, on: date) -> Matter:
        """The matter, if it stands in the published list on a day."""
        matter = self.matters.get(key)
        if matter is None or not matter.stands_on(on):
            name = matter.title if matter else key
            raise Refusal(
                "MATTER-UNLISTED",
                f"“{name}”在{on}不在公布的抽查事项清单内，不得检查",
                citation=G7,
                advice="请从清单中选择事项；确需增加的，先按程序列入清单并公布",
            )
        return matter

    def require_for(
        self, key: str, *, sectors: Collection[str], level: OrganLevel, organ: str, on: date
    ) -> Matter:
        """The matter, if an organ with these fields and of this level may check it."""
        matter = self.require(key, on=on)
        if not matter.open_to(sectors, level):
            raise Refusal(
                "MATTER-BODY",
                f"“{matter.title}”不由{organ}检查",
                citation=G7,
                advice="请由清单列明的机关检查，或者只选择本机关的事项",
            )
        return matter

    def results_of(self, key: str) -> Mapping[str, ResultCode]:
        """The results that a check of a matter may have."""
        return {result: self.results[result] for result in self.matters[key].results}


def forbidden_changes(change: Change) -> list[str]:
    """A lower level may drop or narrow; what burdens enterprises further needs a law, a regulation or a rule."""
    before, after = change.before, change.after
    if isinstance(after, ResultCode):
        return ["检查结果代码全国统一，下级不能增加或者改动"]
    assert isinstance(after, Matter)
    if change.carried_by(CARRYING):
        return []
    lacking = f"须有法律、法规或者规章依据，{change.grounds_text}不够"
    if before is None:
        return [f"增加检查事项{lacking}"]
    assert isinstance(before, Matter)
    return [f"{cause}{lacking}" for cause in _wider(before, after)]


def _wider(before: Matter, after: Matter) -> list[str]:
    """What a changed entry takes more from enterprises than the one above it."""
    causes = []
    if after.kind is MatterKind.KEY is not before.kind:
        causes.append("把一般检查事项改为重点检查事项")
    for name, words in (("bodies", "检查机关"), ("levels", "检查层级"), ("ways", "检查方式")):
        if set(getattr(after, name)) - set(getattr(before, name)):
            causes.append(f"增加{words}")
    if after.rule.wider_than(before.rule):
        causes.append("扩大检查对象")
    if set(after.points) - set(before.points):
        causes.append("增加检查内容")
    earlier, later = after.listed_on < before.listed_on, _ends(after) > _ends(before)
    if earlier or later:
        causes.append("延长列入清单的时间")
    return causes


def _ends(matter: Matter) -> date:
    return matter.delisted_on or date.max
