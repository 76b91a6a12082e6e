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
    """One list. ``term``, ``extension``, ``early_exit`` and ``publicity`` are parameter keys; ``grounds`` say who may be
    entered. ``recognised_elsewhere``: courts or organs of other places decide, entries only come in with their records.
    ``fair_competition``: nobody enters before a fair-competition review is on record (legal guard G12)."""

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
    collective: StrictBool = False
    higher_approval: StrictBool = False
    provincial_review: StrictBool = False
    entities_only: StrictBool = False
    recognised_elsewhere: StrictBool = False
    fair_competition: StrictBool = False
    publicity: str | None = None
    note: str = ""

    @property
    def burdens(self) -> bool:
        return self.kind is not ListKind.POSITIVE


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

    def require_here(self, key: str) -> ListType:
        """The list type, if departments of this city recognise who stands on it."""
        found = self.require(key)
        if found.recognised_elsewhere:
            raise Refusal(
                "LIST-ELSEWHERE",
                f"“{found.title}”由{found.authority}在其系统中认定，本系统只同步，不能在这里认定",
                citation="国办发〔2020〕49号",
                advice="请由有权机关认定后，按数据目录报送列入和移出信息",
            )
        return found

    def kind_named(self, words: str) -> ListKind | None:
        """What kind of list a file means by its name for it: a registered title, or an older word that is read on
        import only (黑名单). None for a list that nobody provides for."""
        said = "".join(words.split())
        found = next((one.kind for one in self.lists.values() if one.title == said), None)
        if found is not None:
            return found
        alias = self.aliases.get(said)
        return alias.kind if alias else None

    def named(self, words: str) -> ListType | None:
        """The registered list of this title; an older word names a kind, never a list."""
        return self.lists.get(self.key_named(words))

    def key_named(self, words: str) -> str:
        """The key of the registered list of this title; empty where there is none."""
        said = "".join(words.split())
        return next((key for key, one in self.lists.items() if one.title == said), "")


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
    causes += [
        f"不能改写“{name}”"
        for name in ("term", "extension", "early_exit", "publicity")
        if change.altered(name)
    ]
    guards = (
        *("prior_notice", "hearing", "collective", "higher_approval", "provincial_review", "entities_only"),
        *("recognised_elsewhere", "fair_competition"),
    )
    causes += [f"不能取消“{name}”" for name in guards if getattr(before, name) and not getattr(after, name)]
    return causes
