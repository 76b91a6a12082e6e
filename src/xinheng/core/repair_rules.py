"""What may be asked for a repair, where it is applied for, and which rule each kind of record follows (policy/…/repair.yml).

Proof of the duty done and a public commitment are the materials; courses and donations may be offered and never be
asked for (国办发〔2025〕22号; 《信用修复管理办法》国家发展改革委令第36号; legal guard G5).
"""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from xinheng.core.overlays import Change
from xinheng.core.policy_file import PolicyModel
from xinheng.core.sources import Entry


class When(StrEnum):
    """From when a kind of record may be repaired: after its shortest publication, once the duty is done, or not here."""

    TERM = "term"
    DUTY = "duty"
    ELSEWHERE = "elsewhere"


class Paper(Entry):
    """Something handed in. ``hint`` says what serves as it."""

    title: str
    hint: str = ""


class Place(Entry):
    """Where the application is lodged."""

    title: str
    url: str = ""
    hint: str


class Way(Entry):
    """How records of these catalogue items are repaired; ``sectors`` empty: of any sector."""

    title: str
    items: tuple[str, ...] = Field(min_length=1)
    sectors: tuple[str, ...] = ()
    when: When
    place: str
    note: str = ""


class Pledge(Entry):
    """The public commitment that goes with an application, in the words that the enterprise confirms. A changed text is a
    new version."""

    version: str
    title: str
    text: str
    liability: str


class RepairRules(PolicyModel):
    """``materials`` are the only ones that may be demanded; ``offers`` are voluntary; the first ``way`` that fits holds."""

    materials: dict[str, Paper] = Field(min_length=1)
    offers: dict[str, Paper]
    places: dict[str, Place]
    ways: dict[str, Way]
    pledge: dict[str, Pledge]

    @model_validator(mode="after")
    def _names_point_somewhere(self) -> Self:
        loose = {way.place for way in self.ways.values()} - set(self.places)
        if loose:
            raise ValueError(f"没有这样的申请渠道：{'、'.join(sorted(loose))}")
        both = set(self.materials) & set(self.offers)
        if both:
            raise ValueError(f"自愿事项不能列为申请材料：{'、'.join(sorted(both))}")
        if set(self.pledge) != {"text"}:
            raise ValueError("修复承诺书写在 pledge.text")
        return self

    @property
    def commitment(self) -> Pledge:
        return self.pledge["text"]

    def way_of(self, item: str, sectors: Collection[str]) -> Way | None:
        """The way of a record of this catalogue item that came from a body of these sectors."""
        fitting = (way for way in self.ways.values() if item in way.items)
        return next((way for way in fitting if not way.sectors or set(way.sectors) & set(sectors)), None)


def forbidden_changes(change: Change) -> list[str]:
    """Lower levels ask for no further material, make no kind of record harder to repair and send nobody elsewhere."""
    if change.section == "materials":
        return ["申请材料由国家规定，下级不能增加或者改写"]
    if not isinstance(change.after, Way):
        return []
    if change.before is None:
        return ["各类信息的修复规则由国家规定，下级不能增加"]
    return [f"下级不能改写“{name}”" for name in ("items", "sectors", "when", "place") if change.altered(name)]


def titles(papers: Mapping[str, Paper], keys: Collection[str]) -> tuple[str, ...]:
    return tuple(paper.title for key, paper in papers.items() if key in keys)
