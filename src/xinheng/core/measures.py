"""Which measures may follow a failing record, and that nothing outside the list can be chosen.

Three groups, fourteen kinds in the national basic list; a province may add its own by a local
regulation, never one of the first group. Measures on natural persons and those of courts and carriers
are shown as existing and are not executed here. Serves 全国失信惩戒措施基础清单 and 国办发〔2020〕49号.
"""

from enum import IntEnum, StrEnum

from pydantic import Field, StrictBool

from xinheng.core.overlays import Change
from xinheng.core.policy_file import PolicyModel
from xinheng.core.refusal import Refusal
from xinheng.core.sources import Entry, Rank

RESTRICTING = (Rank.LAW, Rank.ADMINISTRATIVE_REGULATION, Rank.CENTRAL_POLICY)
SUPPLEMENTING = (*RESTRICTING, Rank.LOCAL_REGULATION)


class MeasureGroup(IntEnum):
    """Weight of a measure: what it needs as a ground grows with it."""

    RIGHTS = 1
    MANAGEMENT = 2
    MARKET = 3
    INCENTIVE = 4

    @property
    def label(self) -> str:
        return ("减损权益或增加义务", "行政管理措施", "由市场主体自主决定", "守信激励")[self.value - 1]


class Target(StrEnum):
    LISTED = "listed"
    FAILING = "failing"
    GOOD = "good"

    @property
    def label(self) -> str:
        return {"listed": "列入严重失信主体名单的主体", "failing": "有失信信息的主体", "good": "守信主体"}[
            self.value
        ]


class Measure(Entry):
    """One kind of measure. ``executed_here`` is false where only courts, carriers or banks may act."""

    title: str
    group: MeasureGroup
    targets: tuple[Target, ...] = Field(min_length=1)
    bodies: str
    persons_only: StrictBool = False
    executed_here: StrictBool
    related_matters_only: StrictBool = False
    needs_own_basis: StrictBool
    note: str = ""


class Measures(PolicyModel):
    edition: str
    measures: dict[str, Measure]

    def require(self, key: str, *, target: Target) -> Measure:
        """The measure, if it is listed, acts on such a target and is executed here."""
        measure = self.measures.get(key)
        if measure is None:
            raise Refusal(
                "MEASURE-UNLISTED",
                f"措施“{key}”不在失信惩戒措施清单内，不能采取",
                citation="国办发〔2020〕49号；全国失信惩戒措施基础清单",
                advice="请从清单中选择措施；清单以外不得增设",
            )
        if target not in measure.targets:
            raise Refusal(
                "MEASURE-TARGET",
                f"“{measure.title}”只适用于{'、'.join(t.label for t in measure.targets)}",
                citation="国办发〔2020〕49号（过惩相当）",
                advice="请选择适用于该对象的措施",
            )
        if not measure.executed_here:
            raise Refusal(
                "MEASURE-ELSEWHERE",
                f"“{measure.title}”由{measure.bodies}依法执行，本系统只作提示",
                advice="请向有权机关了解执行情况",
            )
        return measure


def forbidden_changes(change: Change) -> list[str]:
    """A lower level may add only supplements carried by a local regulation, and may not make one heavier."""
    before, after = change.before, change.after
    if not isinstance(after, Measure):
        return []
    if before is None:
        if after.group is MeasureGroup.INCENTIVE:
            return []
        if after.group is MeasureGroup.RIGHTS and not change.carried_by(RESTRICTING):
            return [f"减损权益的措施须有法律、行政法规依据，{change.grounds_text}不够"]
        carried = change.carried_by(SUPPLEMENTING)
        return [] if carried else [f"清单以外增设措施须有地方性法规依据，{change.grounds_text}不够"]
    assert isinstance(before, Measure)
    causes = []
    if after.group < before.group or after.group is MeasureGroup.INCENTIVE is not before.group:
        causes.append("不能改变措施的类别")
    if set(after.targets) - set(before.targets) and not change.carried_by(RESTRICTING):
        causes.append("扩大惩戒对象须有法律、行政法规依据")
    guards = ("persons_only", "related_matters_only", "needs_own_basis")
    causes += [f"不能取消“{name}”" for name in guards if getattr(before, name) and not getattr(after, name)]
    if after.executed_here and not before.executed_here:
        causes.append("不能改由本系统执行")
    return causes
