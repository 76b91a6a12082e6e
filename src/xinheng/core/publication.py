"""When an administrative act must be published, and how long a failing record may stay published.

The clocks of the ten kinds of act come from ``acts.yml`` (7 work-days nationally for permits and
penalties, G8); the periods by seriousness from ``seriousness.yml``, as in force on the day of the decision.
Serves 《行政处罚法》第四十八条 and 《信用修复管理办法》(国家发展改革委令第36号).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Self

from pydantic import StrictBool, model_validator

from xinheng.core.days import add_months
from xinheng.core.overlays import Change
from xinheng.core.parameters import Reading, Series, Status
from xinheng.core.policy_file import PolicyModel
from xinheng.core.records import Seriousness
from xinheng.core.sources import Entry, Rank
from xinheng.core.up_reporting import UpLayout

BURDENING = (Rank.LAW, Rank.ADMINISTRATIVE_REGULATION)

OPENNESS = "公开类型"
"""Field in which the provider of a record says who may see it (信用承诺信息归集表第十九项)."""
OPEN = ("可向社会公开", "向社会公开", "社会公开", "主动公开", "公开")
"""What the field says of a record that everybody may see. Any other word keeps the record from the public."""


def open_to_all(fields: Mapping[str, object]) -> bool:
    """Whether the provider lets everybody see a record; a record without the field follows its item alone."""
    marked = str(fields.get(OPENNESS) or "").strip()
    return not marked or marked in OPEN


class Act(Entry):
    """One of the ten kinds. ``clocks`` are parameter keys: the first binds here, the others compete with it. ``template``:
    the feed by which a record is filled in by hand. ``published``: whether the city shows the kind, whatever the catalogue
    says; ``mostly_persons``: what concerns a sole trader is then not shown (G1, G8)."""

    title: str
    item: str
    template: str
    clocks: tuple[str, ...]
    published: StrictBool
    condition: str = ""
    up_reported: StrictBool = False
    mostly_persons: StrictBool = False


class Acts(PolicyModel):
    """The ten kinds, and the ``layouts`` of those that are reported upwards, by their keys."""

    acts: dict[str, Act]
    layouts: dict[str, UpLayout] = {}

    @model_validator(mode="after")
    def _ten_kinds(self) -> Self:
        if len(self.acts) != 10:
            raise ValueError("行政行为为十类，不多不少")
        if unknown := set(self.layouts) - {key for key, act in self.acts.items() if act.up_reported}:
            raise ValueError(f"不上报的行政行为没有上报栏目：{'、'.join(sorted(unknown))}")
        return self


class SectorPeriods(PolicyModel):
    """Parameter keys that replace the general periods in one sector."""

    minimum: str | None
    maximum: str


class SeriousnessClass(Entry):
    """A class of failing records. ``minimum`` and ``maximum`` are parameter keys."""

    title: str
    published: StrictBool
    minimum: str | None
    maximum: str
    repair: str
    sectors: dict[str, SectorPeriods] = {}


class PenaltyKind(Entry):
    """Fallback class of one kind of penalty, used until the sector's own table is entered."""

    title: str
    seriousness: str
    words: tuple[str, ...] = ()
    note: str = ""


class SeriousnessRules(PolicyModel):
    classes: dict[str, SeriousnessClass]
    penalty_kinds: dict[str, PenaltyKind]

    @model_validator(mode="after")
    def _classes_are_the_stored_ones(self) -> Self:
        names = {value.name.lower() for value in Seriousness if value is not Seriousness.NONE}
        if set(self.classes) != names:
            raise ValueError(f"失信程度须为 {'、'.join(sorted(names))} 三类")
        unknown = {kind.seriousness for kind in self.penalty_kinds.values()} - names
        if unknown:
            raise ValueError(f"未知的失信程度 {'、'.join(sorted(unknown))}")
        return self

    def of(self, seriousness: Seriousness) -> SeriousnessClass:
        return self.classes[seriousness.name.lower()]

    def seriousness_of(self, penalty: str) -> Seriousness:
        """The gravest class whose words occur in a penalty's category text; NONE where none does."""
        found = [
            Seriousness[kind.seriousness.upper()]
            for kind in self.penalty_kinds.values()
            if any(word in penalty for word in (kind.title, *kind.words))
        ]
        return max(found, default=Seriousness.NONE)


@dataclass(frozen=True, slots=True)
class PublicationPeriod:
    """How long a record may be published, counted from the day of its document."""

    seriousness: Seriousness
    published: bool
    decided_on: date
    minimum: Reading | None
    maximum: Reading

    @property
    def earliest_repair_on(self) -> date | None:
        """First day on which the minimum has passed; None while the minimum is unconfirmed."""
        if self.minimum is None or self.minimum.status is Status.NO_RULE:
            return self.decided_on
        return None if self.minimum.value is None else add_months(self.decided_on, self.minimum.value)

    @property
    def stops_on(self) -> date | None:
        """First day on which it is no longer published; None while the maximum is unconfirmed."""
        return None if self.maximum.value is None else add_months(self.decided_on, self.maximum.value)


def publication_period(
    rules: SeriousnessRules,
    parameters: Mapping[str, Series],
    *,
    seriousness: Seriousness,
    decided_on: date,
    sector: str | None = None,
) -> PublicationPeriod:
    """The period by the figures in force on ``decided_on``; a sector's own figures prevail where it has any."""
    entry = rules.of(seriousness)
    minimum, maximum = entry.minimum, entry.maximum
    own = entry.sectors.get(sector) if sector else None
    if own and parameters[own.maximum].on(decided_on).status is not Status.NO_RULE:
        minimum, maximum = own.minimum, own.maximum
    return PublicationPeriod(
        seriousness=seriousness,
        published=entry.published,
        decided_on=decided_on,
        minimum=parameters[minimum].on(decided_on) if minimum else None,
        maximum=parameters[maximum].on(decided_on),
    )


def forbidden_act_changes(change: Change) -> list[str]:
    """A lower level may open further kinds to the public, add clocks and lay down its own layout for what goes up; the
    kinds themselves are fixed by law."""
    if isinstance(change.after, UpLayout):
        return []
    if not isinstance(change.before, Act) or not isinstance(change.after, Act):
        return ["行政行为的种类由法律规定，下级不能增加"]
    fields = ("title", "item", "clocks", "up_reported", "mostly_persons")
    return [f"下级不能改写“{name}”" for name in fields if change.altered(name)]


def forbidden_seriousness_changes(change: Change) -> list[str]:
    """Lower levels may not make a record graver, publish an unpublished class or swap its periods."""
    before, after = change.before, change.after
    if change.carried_by(BURDENING):
        return []
    if isinstance(after, PenaltyKind):
        if not isinstance(before, PenaltyKind):
            return ["失信程度的分类标准由国家行业主管部门制定，下级不能增加"]
        graver = Seriousness[after.seriousness.upper()] > Seriousness[before.seriousness.upper()]
        return ["下级不能加重失信程度"] if graver else []
    fields = ("published", "minimum", "maximum", "sectors", "title")
    return [f"下级不能改写“{name}”" for name in fields if change.altered(name)]
