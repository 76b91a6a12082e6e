"""Who may be an object of a check: the rule of a matter, and the scope that a plan narrows it to (检查对象名录库).

All parts of a rule hold together, each by any entry of its list; a rule without parts takes in everybody graded in the field.
Size, ownership and taxes are no parts (公平竞争审查条例 第十条、第十八条; legal guard G12).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, model_validator

from xinheng.core.canonical import digest_of
from xinheng.core.models import SubjectKind
from xinheng.core.policy_file import PolicyModel
from xinheng.core.sources import Entry

if TYPE_CHECKING:
    from xinheng.core.policy import Policy

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
Industry = Annotated[str, Field(pattern=r"^[0-9]{2,4}$")]
District = Annotated[str, Field(pattern=r"^[0-9]{6}$")]
Licence = Annotated[str, Field(min_length=2, max_length=64)]
PARTS = ("kinds", "sectors", "industries", "permits", "commitments", "districts")
EVERYBODY = "本领域有评价结果的全部经营主体（没有另定对象规则）"
LEFT_OUT = "已歇业、吊销、注销、迁出的不在内"


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What the codes of a rule are called, by code."""

    sectors: Mapping[str, str]
    commitments: Mapping[str, str]
    districts: Mapping[str, str]


def names_of(policy: "Policy") -> Names:
    """What the city calls them; a sector with others within it names these."""
    known = policy.sectors.sectors
    inner = {key: [one.title for one in known.values() if one.within == key] for key in known}
    counties = {code: county.name for code, county in policy.city_file.counties.items()}
    return Names(
        sectors={
            key: f"{one.title}（含{'、'.join(inner[key])}）" if inner[key] else one.title
            for key, one in known.items()
        },
        commitments={key: one.title for key, one in policy.commitments.types.items()},
        districts={policy.city.code: policy.city.name, **counties},
    )


class ObjectParts(PolicyModel):
    """``industries``: first digits of 国民经济行业分类 (GB/T 4754); ``permits``: names of certificates, letter by letter;
    ``commitments``: types of commitment; ``districts``: codes of GB/T 2260, of a county or of all that lies in a city."""

    kinds: tuple[SubjectKind, ...] = ()
    sectors: tuple[Code, ...] = ()
    industries: tuple[Industry, ...] = ()
    permits: tuple[Licence, ...] = ()
    commitments: tuple[Code, ...] = ()
    districts: tuple[District, ...] = ()

    @model_validator(mode="after")
    def _nothing_stands_twice(self) -> "ObjectParts":
        for name in PARTS:
            if len(set(getattr(self, name))) != len(getattr(self, name)):
                raise ValueError(f"{name} 有重复")
        return self

    def parts(self) -> dict[str, list[str]]:
        """The parts that say something, as they stand in a published record."""
        found = {name: [str(one) for one in getattr(self, name)] for name in PARTS}
        return {name: values for name, values in found.items() if values}

    @property
    def version(self) -> str:
        """Digest of the parts: the same words have the same version wherever they stand."""
        return digest_of(self.parts())

    def words(self, names: Names) -> str:
        """The rule in Chinese for anybody."""
        said = [_WORDS[name](values, names) for name, values in self.parts().items()]
        return f"{'，并且'.join(said) or EVERYBODY}；{LEFT_OUT}"

    def wider_than(self, other: "ObjectParts | None") -> bool:
        """Whether it may take in anybody whom the other leaves out."""
        mine = self.parts()
        return other is not None and any(
            not set(mine.get(name, ())) or set(mine[name]) - set(values)
            for name, values in other.parts().items()
        )


class ObjectRule(ObjectParts, Entry):
    """The rule of a matter of the list, with its ground."""


ANYBODY = ObjectParts()


@dataclass(frozen=True, slots=True)
class NamedRule:
    """A rule of a pool and whose it is, e.g. that of the matter or of the plan."""

    name: str
    rule: ObjectParts

    def published(self, names: Names) -> dict[str, Any]:
        """As the announcement of a draw states it."""
        return {
            "name": self.name,
            "words": self.rule.words(names),
            "parts": self.rule.parts(),
            "version": self.rule.version,
        }


def _listed(values: Sequence[str], titles: Mapping[str, str]) -> str:
    return "、".join(titles.get(one, one) for one in values)


_WORDS: Mapping[str, Callable[[Sequence[str], Names], str]] = {
    "kinds": lambda values, _: f"主体类型为{'、'.join(SubjectKind(one).label for one in values)}",
    "sectors": lambda values, names: f"登记行业属{_listed(values, names.sectors)}",
    "industries": lambda values, _: f"国民经济行业分类代码以{'、'.join(values)}开头",
    "permits": lambda values, _: "持有有效的" + "或者".join(f"“{one}”" for one in values),
    "commitments": lambda values, names: f"作过{_listed(values, names.commitments)}承诺、履行情况还没有认定",
    "districts": lambda values, names: f"登记在{_listed(values, names.districts)}",
}
