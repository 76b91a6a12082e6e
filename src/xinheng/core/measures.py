"""Which measures may follow a failing record, and that nothing outside the list can be chosen.

Three groups, fourteen kinds in the national basic list; a province may add its own by a local
regulation, never one of the first group. Measures on natural persons and those of courts and carriers
are shown as existing and are not executed here. Serves 全国失信惩戒措施基础清单 and 国办发〔2020〕49号.
"""

from collections.abc import Mapping

from xinheng.core.canonical import digest_of
from xinheng.core.measure_rows import (
    BanField,
    BanRule,
    Edition,
    Least,
    Measure,
    MeasureGroup,
    Occasion,
    Target,
)
from xinheng.core.overlays import Change
from xinheng.core.policy_file import PolicyModel
from xinheng.core.refusal import Refusal
from xinheng.core.sources import Rank

__all__ = [
    "BanField",
    "BanRule",
    "Edition",
    "Least",
    "Measure",
    "MeasureGroup",
    "Measures",
    "Occasion",
    "Target",
    "by_group",
    "forbidden_changes",
    "row_digest",
]

RESTRICTING = (Rank.LAW, Rank.ADMINISTRATIVE_REGULATION, Rank.CENTRAL_POLICY)
SUPPLEMENTING = (*RESTRICTING, Rank.LOCAL_REGULATION)
_GUARDS = ("persons_only", "related_matters_only", "needs_own_basis", "recognising_only", "ban")


class Measures(PolicyModel):
    edition: str
    measures: dict[str, Measure]
    bans: dict[str, BanRule] = {}
    editions: dict[str, Edition] = {}

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

    @property
    def digest(self) -> str:
        """Names this very list: every change of a row gives another."""
        return digest_of(self.model_dump(mode="json"))


def row_digest(measure: Measure) -> str:
    """Names this very row, e.g. for the fair-competition review that was made of it."""
    return digest_of(measure.model_dump(mode="json"))


def forbidden_changes(change: Change) -> list[str]:
    """A lower level may add only supplements carried by a local regulation, and may not make one heavier."""
    before, after = change.before, change.after
    if isinstance(after, BanRule):
        carried = change.carried_by(RESTRICTING)
        return [] if carried else [f"增设或改动市场禁入须有法律、行政法规依据，{change.grounds_text}不够"]
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
    return _heavier(before, after, change)


def _heavier(before: Measure, after: Measure, change: Change) -> list[str]:
    """What of a change makes a measure heavier than the level above has it."""
    causes = []
    if after.group < before.group or after.group is MeasureGroup.INCENTIVE is not before.group:
        causes.append("不能改变措施的类别")
    if set(after.targets) - set(before.targets) and not change.carried_by(RESTRICTING):
        causes.append("扩大惩戒对象须有法律、行政法规依据")
    if before.least is Least.SERIOUS and after.least is not before.least:
        causes.append("不能降低适用的失信程度")
    if set(after.occasions) - set(before.occasions) and not change.carried_by(SUPPLEMENTING):
        causes.append("扩大适用事项须有地方性法规依据")
    if before.sectors and set(after.sectors or ("any",)) - set(before.sectors):
        causes.append("不能扩大实施主体")
    causes += [f"不能取消“{name}”" for name in _GUARDS if getattr(before, name) and not getattr(after, name)]
    if after.executed_here and not before.executed_here:
        causes.append("不能改由本系统执行")
    return causes


def by_group(measures: Mapping[str, Measure]) -> dict[MeasureGroup, list[tuple[str, Measure]]]:
    """The rows of each group in the order of the list."""
    return {group: [(k, m) for k, m in measures.items() if m.group is group] for group in MeasureGroup}
