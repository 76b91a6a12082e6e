"""Which rows of the subject master are one subject: merges as edges, and where a record is filed because of them.

Where a record is filed follows from where it came from and the merges in force, from nothing else; a merge undone
therefore leaves what would have been without it. One person proposes, another decides (双人原则).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from xinheng.core.refusal import Refusal


class MergeState(StrEnum):
    PROPOSED = "proposed"
    REFUSED = "refused"
    MERGED = "merged"
    SPLITTING = "splitting"
    UNDONE = "undone"

    @property
    def label(self) -> str:
        return {
            "proposed": "待决定",
            "refused": "未同意",
            "merged": "已合并",
            "splitting": "已提出拆分",
            "undone": "已拆分",
        }[self.value]

    @property
    def in_force(self) -> bool:
        return self in (MergeState.MERGED, MergeState.SPLITTING)


@dataclass(frozen=True, slots=True)
class Merges:
    """The merges in force: absorbed subject → the subject into which it was merged."""

    into: Mapping[int, int]

    def root(self, subject: int) -> int:
        """Under which subject the records of ``subject`` are filed."""
        while subject in self.into:
            subject = self.into[subject]
        return subject

    def members(self, subject: int) -> frozenset[int]:
        """The subject and all that were merged into it, directly or through others."""
        found = {subject}
        grown = True
        while grown:
            more = {absorbed for absorbed, survivor in self.into.items() if survivor in found} - found
            grown = bool(more)
            found |= more
        return frozenset(found)

    def with_merge(self, *, absorbed: int, survivor: int) -> "Merges":
        """Raises Refusal where the two are one already, or the absorbed one was absorbed before."""
        if absorbed == survivor:
            raise Refusal("ME01", "一个主体不能与自己合并。", advice="请选择另一个主体。")
        if absorbed in self.into:
            raise Refusal(
                "ME02", "这个主体已经并入另一个主体。", advice="请对并入后的主体办理，或先拆分原来的合并。"
            )
        if survivor in self.into:
            raise Refusal("ME03", "保留的主体已经并入另一个主体。", advice="请改为并入现在保留的那个主体。")
        if self.root(survivor) == absorbed:
            raise Refusal("ME02", "这两个主体已经合并。", advice="请在合并意见中查看。")
        return Merges({**self.into, absorbed: survivor})

    def without(self, absorbed: int) -> "Merges":
        """Raises Refusal where there is nothing to undo."""
        if absorbed not in self.into:
            raise Refusal("ME04", "这项合并不在有效状态，不能拆分。", advice="请刷新页面。")
        return Merges({one: into for one, into in self.into.items() if one != absorbed})


def filed_under(origin: int, merges: Merges) -> int:
    """Where a record that came under ``origin`` is filed."""
    return merges.root(origin)


@dataclass(frozen=True, slots=True)
class Party:
    """What decides which of two rows stays. ``records``: how many facts it has."""

    subject: int
    code: str | None
    active: bool
    records: int
    sole_trader: bool = False


def keep_of(one: Party, other: Party) -> Party:
    """The one that stays: with a credit code before without, living before ended, more records before fewer, older row
    before younger."""
    return min(
        (one, other),
        key=lambda party: (party.code is None, not party.active, -party.records, party.subject),
    )


def refuse_parties(one: Party, other: Party) -> None:
    """What a sole trader did is never filed under an enterprise, nor the acts of two sole traders together (G1)."""
    if one.sole_trader != other.sole_trader:
        raise Refusal(
            "ME09",
            "个体工商户与企业不能合并为一个主体。",
            citation="《促进个体工商户发展条例》",
            advice="个体工商户转为企业的，按注销和设立分别登记；代码录错的，请在代码问题中更正。",
        )
    if one.sole_trader and one.code and other.code:
        raise Refusal(
            "ME10",
            "两个各有统一社会信用代码的个体工商户不能合并。",
            advice="同一经营者的两家个体工商户是两个主体；代码录错的，请在代码问题中更正。",
        )


def refuse_proposal(*, reason: str, ground: str) -> None:
    if not reason.strip() or not ground.strip():
        raise Refusal("ME05", "请写明理由和所依据的登记材料。", advice="两项都填写后再提交。")


def refuse_decision(state: MergeState, *, proposed_by: int, actor: int, reason: str) -> None:
    """Raises Refusal unless another person decides, with a reason, on what is open."""
    if state not in (MergeState.PROPOSED, MergeState.SPLITTING):
        raise Refusal("ME06", "这项意见已经处理过。", advice="请刷新页面。")
    if proposed_by == actor:
        raise Refusal("ME07", "提出意见的人不能自己决定。", advice="请由另一人决定。")
    if not reason.strip():
        raise Refusal("ME08", "请写明决定的理由。", advice="请补充后重试。")


Act = tuple[str, str, str, str]
"""Item, document number, authority and day of a decision: by them an act that came under two codes is known as one."""


@dataclass(frozen=True, slots=True)
class Filed:
    """A standing record of a group: which act it tells, what it says of it, and under which subject it came."""

    key: int
    origin: int
    act: Act
    said: tuple[str, ...]


def twins(filed: Iterable[Filed]) -> dict[int, int]:
    """Records that tell an act again which came under another code: key → key of the one that stays.

    Records of one origin are never twins of each other, nor are acts without a document number, nor two that say
    different things; those are for a person.
    """
    stays: dict[tuple[Act, tuple[str, ...]], list[Filed]] = {}
    found: dict[int, int] = {}
    for one in sorted(filed, key=lambda record: record.key):
        if not one.act[1]:
            continue
        known = stays.setdefault((one.act, one.said), [])
        first = next((other for other in known if other.origin != one.origin), None)
        if first is None:
            known.append(one)
        else:
            found[one.key] = first.key
    return found
