"""What a credit report is made of: its kinds, its chapters with their fields, and what it is asked for (policy/…/reports.yml).

The chapters are those of the national report of version V2.0. A report states facts: no chapter holds a score or a
grade, and no kind of report is a verdict (国办发〔2020〕49号; legal guards G10, G16).
"""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import Field, StrictBool, StrictInt, model_validator

from xinheng.core.catalogue import Disclosure, Item
from xinheng.core.measure_rows import Occasion
from xinheng.core.overlays import Change
from xinheng.core.policy_file import PolicyModel
from xinheng.core.sources import Entry

CHAPTERS = 10
BASIC, AUTHORISED, SPECIAL = "basic", "authorised", "special"


class Kind(Entry):
    """``disclosures``: items that enter; ``published_only``: of these, what is shown to the public now; ``to_anyone``:
    whoever asks gets it, else the subject alone; ``sole_traders_to_anyone``: also on natural persons who trade (G1)."""

    title: str
    says: str
    disclosures: tuple[Disclosure, ...] = Field(min_length=1)
    published_only: StrictBool
    to_anyone: StrictBool
    sole_traders_to_anyone: StrictBool = False

    @model_validator(mode="after")
    def _nobody_gets_more_than_is_public(self) -> Self:
        if self.to_anyone and not (self.published_only and self.disclosures == (Disclosure.PUBLIC,)):
            raise ValueError("向任何人出具的报告只能含正在公示的信息")
        if set(self.disclosures) - {Disclosure.PUBLIC, Disclosure.QUERY}:
            raise ValueError("政务共享和不公开的信息不进入信用报告")
        return self


class Chapter(Entry):
    """``items``: catalogue items with the fields that are told of their records; ``says``: why the chapter is empty."""

    number: Annotated[StrictInt, Field(ge=1, le=CHAPTERS)]
    title: str
    items: dict[str, tuple[str, ...]]
    says: str = ""


class Information(Entry):
    """A kind of information of the special report; without ``items`` this platform collects none, and ``says`` so."""

    number: Annotated[StrictInt, Field(ge=1, le=CHAPTERS)]
    title: str
    items: dict[str, tuple[str, ...]]
    says: str


class Special(Entry):
    """The special report (专项信用报告) of what this platform holds: its kinds of information, and what it does not say."""

    title: str
    says: str
    edition: str
    information: dict[str, Information] = Field(min_length=1)
    notes: tuple[str, ...] = Field(min_length=1)


class LeftOut(Entry):
    """An item that no report holds, and why."""

    says: str


class Purpose(Entry):
    """What a report is asked for."""

    title: str


class Substitute(Entry):
    """A matter for which a report may stand in place of certificates."""

    title: str


class MustCheck(Entry):
    """A matter in which organs check before they decide (应查必查); its key is the matter of a check. ``decided``: items of
    the catalogue that show decisions of this matter."""

    title: str
    decided: tuple[str, ...] = ()


class ReportRules(PolicyModel):
    """Every item of the catalogue stands in one chapter or is left out by name."""

    kinds: dict[str, Kind]
    special: Special
    sections: dict[str, Chapter]
    left_out: dict[str, LeftOut]
    purposes: dict[str, Purpose] = Field(min_length=1)
    substitutes: dict[str, Substitute] = Field(min_length=1)
    must_check: dict[Occasion, MustCheck] = {}

    @model_validator(mode="after")
    def _chapters_hold_every_item_once(self) -> Self:
        if set(self.kinds) != {BASIC, AUTHORISED}:
            raise ValueError("报告的种类为基础版（basic）和授权版（authorised）")
        if sorted(one.number for one in self.sections.values()) != list(range(1, CHAPTERS + 1)):
            raise ValueError(f"报告为 {CHAPTERS} 章，章号不重不漏")
        told = [item for one in self.sections.values() for item in one.items]
        told += self.left_out
        missing = sorted({item.code for item in Item} ^ set(told))
        if missing or len(told) != len(set(told)):
            raise ValueError(f"目录信息项须各入一章或者写明不入：{'、'.join(missing) or '有重复'}")
        strange = {item for one in self.must_check.values() for item in one.decided} - {
            one.code for one in Item
        }
        if strange:
            raise ValueError(f"应查必查的信息项目录中没有：{'、'.join(sorted(strange))}")
        if Item.EVALUATION.code not in self.left_out:
            raise ValueError("信用报告不载评分和等级")
        return self

    @property
    def chapters(self) -> tuple[tuple[str, Chapter], ...]:
        """In the order of the report."""
        return tuple(sorted(self.sections.items(), key=lambda one: one[1].number))

    def title_of(self, kind: str) -> str:
        """Of a kind of report, the special one included."""
        return self.special.title if kind == SPECIAL else self.kinds[kind].title

    @property
    def places(self) -> Mapping[str, str]:
        """The chapter of each item of the nation's list."""
        return {item: key for key, one in self.sections.items() for item in one.items}


def forbidden_changes(change: Change) -> list[str]:
    """Kinds and chapters are alike in the whole country, so that a report is read everywhere."""
    return (
        []
        if change.section in ("purposes", "must_check")
        else ["报告的种类、章节和字段由国家规定，下级不能改写"]
    )
