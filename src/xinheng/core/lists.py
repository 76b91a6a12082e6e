"""Which lists exist, who enters a subject in them, and that no other list can be made.

A list of serious failing subjects needs a law, a regulation or a policy of the Party centre and the State
Council; a region may add one only by a local regulation (国办发〔2020〕49号). A focus list (重点关注) steers
supervision and takes no right away; it is internal.
"""

from enum import StrEnum

from pydantic import Field, StrictBool

from xinheng.core.overlays import Change
from xinheng.core.policy_file import PolicyModel
from xinheng.core.refusal import Refusal
from xinheng.core.sources import Entry, Rank

FOUNDING = (Rank.LAW, Rank.ADMINISTRATIVE_REGULATION, Rank.CENTRAL_POLICY, Rank.LOCAL_REGULATION)


class ListKind(StrEnum):
    SERIOUS = "serious"
    ABNORMAL = "abnormal"
    FOCUS = "focus"
    POSITIVE = "positive"

    @property
    def label(self) -> str:
        return _KINDS[self]


_KINDS = {
    ListKind.SERIOUS: "严重失信主体名单",
    ListKind.ABNORMAL: "经营（活动）异常名录",
    ListKind.FOCUS: "重点关注对象（仅用于监管）",
    ListKind.POSITIVE: "守信激励对象",
}


class ListType(Entry):
    """One list. ``term``, ``extension`` and ``early_exit`` are parameter keys; ``grounds`` say who may be entered."""

    title: str
    kind: ListKind
    authority: str
    sector: str
    grounds: tuple[str, ...]
    published: StrictBool
    term: str | None = None
    extension: str | None = None
    early_exit: str | None = None
    exit: str
    prior_notice: StrictBool = True
    hearing: StrictBool = False
    higher_approval: StrictBool = False
    entities_only: StrictBool = False
    note: str = ""


class ListAlias(Entry):
    """An older name that still stands in files, and the kind it means today."""

    kind: ListKind


class Lists(PolicyModel):
    lists: dict[str, ListType] = Field(min_length=1)
    aliases: dict[str, ListAlias] = {}

    def require(self, key: str) -> ListType:
        """The list type; a list that is not registered is refused."""
        if key not in self.lists:
            raise Refusal(
                "LIST-UNREGISTERED",
                f"名单“{key}”不在国家设列的名单范围内，不能认定、不能列入",
                citation="国办发〔2020〕49号",
                advice="请核对名单名称；确需增设的，须先有法律、法规或党中央、国务院政策文件依据",
            )
        return self.lists[key]


def forbidden_changes(change: Change) -> list[str]:
    """A lower level may add no list and no ground for listing, nor publish one, without a regulation."""
    before, after = change.before, change.after
    if isinstance(after, ListAlias):
        return []
    if not isinstance(after, ListType):
        return []
    internal = after.kind is ListKind.FOCUS and not after.published
    if before is None:
        if internal or after.kind is ListKind.POSITIVE or change.carried_by(FOUNDING):
            return []
        return [
            f"增设{after.kind.label}须有法律、法规或党中央、国务院政策文件依据，{change.grounds_text}不够"
        ]
    assert isinstance(before, ListType)
    causes = [f"不能改写“{name}”" for name in ("kind", "sector") if change.altered(name)]
    if change.carried_by(FOUNDING):
        return causes
    if set(after.grounds) - set(before.grounds):
        causes.append(f"增加列入情形须有法律、法规依据，{change.grounds_text}不够")
    if after.published and not before.published:
        causes.append("改为公示须有法律、法规依据")
    causes += [f"不能改写“{name}”" for name in ("term", "extension", "early_exit") if change.altered(name)]
    guards = ("prior_notice", "hearing", "higher_approval", "entities_only")
    causes += [f"不能取消“{name}”" for name in guards if getattr(before, name) and not getattr(after, name)]
    return causes
