"""The list of matters in which a sector takes commitments (可承诺事项清单): conditions, materials, type, letter.

Licensing and proof by commitment (告知承诺) are left out of areas that touch safety and life; the areas are those of
guobanfa-2020-42 and are still to be compared with its text. A list is drafted by one person and approved by another.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StrictBool, StrictInt

from xinheng.core.commitment_letters import PromiseLetter
from xinheng.core.policy_file import PolicyModel
from xinheng.core.refusal import Refusal

PROMISE_LIST, PROMISE_LETTER = "promise_list", "promise_letter"
"""Kinds of what is published: lists of matters, letters."""
EXCLUSION = "国办发〔2020〕42号（条文待核）"


class Variant(StrEnum):
    """The procedure a commitment belongs to."""

    PLAIN = "plain"
    PROOF = "proof"
    LICENCE = "licence"
    INVESTMENT = "investment"

    @property
    def label(self) -> str:
        return _VARIANTS[self]

    @property
    def acts_first(self) -> bool:
        """Whether the authority acts on the commitment and checks afterwards; what rests on a false one can be revoked."""
        return self is not Variant.PLAIN


_VARIANTS = {
    Variant.PLAIN: "一般信用承诺",
    Variant.PROOF: "证明事项告知承诺",
    Variant.LICENCE: "涉企经营许可告知承诺",
    Variant.INVESTMENT: "企业投资项目承诺制",
}


class Area(StrEnum):
    """What a matter may touch."""

    NATIONAL_SECURITY = "national_security"
    PUBLIC_SAFETY = "public_safety"
    FINANCE = "finance"
    ECOLOGY = "ecology"
    LIFE = "life"
    PUBLIC_RESOURCES = "public_resources"

    @property
    def label(self) -> str:
        return {
            "national_security": "国家安全、国家秘密",
            "public_safety": "公共安全",
            "finance": "金融业审慎监管",
            "ecology": "生态环境保护",
            "life": "直接关系人身健康、生命财产安全",
            "public_resources": "公共资源配置",
        }[self.value]


class Nature(StrEnum):
    """What the applicant comes for."""

    LICENCE = "licence"
    SERVICE = "service"

    @property
    def label(self) -> str:
        return {"licence": "许可事项", "service": "公共服务事项"}[self.value]


class Material(PolicyModel):
    """``later``: may be handed in after acceptance (可容缺); ``promised``: the commitment takes its place."""

    name: Annotated[str, Field(min_length=1, max_length=120)]
    later: StrictBool = False
    promised: StrictBool = False


class Item(PolicyModel):
    """One matter. ``kind`` is one of the six types; ``check_workdays`` the term in which the department says it checks,
    None where it says none (待确认, G15)."""

    key: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    title: Annotated[str, Field(min_length=2, max_length=120)]
    nature: Nature = Nature.LICENCE
    kind: str
    variant: Variant = Variant.PLAIN
    basis: tuple[str, ...] = Field(min_length=1)
    conditions: tuple[str, ...] = Field(min_length=1)
    materials: tuple[Material, ...] = Field(min_length=1)
    letter: str
    areas: tuple[Area, ...] = ()
    check_workdays: Annotated[StrictInt, Field(ge=1, le=250)] | None = None
    check_way: Annotated[str, Field(max_length=200)] = ""

    @property
    def may_wait(self) -> tuple[str, ...]:
        """Materials that may be handed in later."""
        return tuple(one.name for one in self.materials if one.later)

    @property
    def wanted(self) -> tuple[str, ...]:
        """Materials to hand in at once or later; those that the commitment replaces are not asked for."""
        return tuple(one.name for one in self.materials if not one.promised)


class ItemList(PolicyModel):
    """The list of one sector."""

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,59}$")]
    sector: str
    title: Annotated[str, Field(min_length=2, max_length=120)]
    items: tuple[Item, ...] = ()

    def item(self, key: str) -> Item | None:
        return next((item for item in self.items if item.key == key), None)


def list_flaws(
    draft: ItemList,
    *,
    kinds: Mapping[str, str],
    sectors: Mapping[str, str],
    letters: Mapping[str, PromiseLetter],
) -> tuple[str, ...]:
    """What stands against publishing a list, as Chinese sentences."""
    found = [] if draft.items else ["清单里还没有事项"]
    if draft.sector not in sectors:
        found.append(f"没有“{draft.sector}”这个行业领域")
    keys = [item.key for item in draft.items]
    found += [f"事项编号“{key}”重复" for key in sorted({key for key in keys if keys.count(key) > 1})]
    for item in draft.items:
        found += [f"{item.title}：{flaw}" for flaw in _item_flaws(item, kinds=kinds, letters=letters)]
    return tuple(found)


def _item_flaws(
    item: Item, *, kinds: Mapping[str, str], letters: Mapping[str, PromiseLetter]
) -> Iterator[str]:
    if item.kind not in kinds:
        yield f"没有“{item.kind}”这种承诺类型"
    letter = letters.get(item.letter)
    if letter is None:
        yield f"没有承诺书“{item.letter}”"
    elif letter.kind != item.kind:
        yield f"承诺书“{letter.title}”属于另一种承诺类型"
    if item.kind == "tolerance" and not item.may_wait:
        yield "容缺办理至少要有一项可以后补的材料"
    if item.variant in (Variant.PROOF, Variant.LICENCE) and item.areas:
        touched = "、".join(area.label for area in item.areas)
        yield f"涉及{touched}，不适用{item.variant.label}（{EXCLUSION}）"
    if item.variant is Variant.PROOF and not any(one.promised for one in item.materials):
        yield "证明事项告知承诺要写明以承诺代替哪些证明"


def missing_of(item: Item, handed_in: frozenset[str]) -> tuple[str, ...]:
    """Materials that are asked for and not there, in the order of the list."""
    return tuple(name for name in item.wanted if name not in handed_in)


def refuse_unknown(item: Item, handed_in: frozenset[str]) -> None:
    """Nobody hands in what the list does not ask for. Refusal CM3."""
    strange = sorted(handed_in - set(item.wanted))
    if strange:
        raise Refusal(
            "CM3",
            f"清单没有要求“{'、'.join(strange)}”，不能收取。",
            advice="请按公布的材料清单收取。",
        )


def check_tolerance(item: Item, missing: tuple[str, ...]) -> None:
    """Refusals CM4 nothing is missing, CM5 something is missing that may not come later."""
    if not missing:
        raise Refusal("CM4", "材料齐全，不需要容缺受理。", advice="请直接受理，即时办理。")
    hard = [name for name in missing if name not in item.may_wait]
    if hard:
        raise Refusal(
            "CM5",
            f"缺少“{'、'.join(hard)}”，清单没有把它列为可以后补的材料，不能容缺受理。",
            advice="请一次告知需要补齐的材料；补齐后再受理。",
        )
