"""What a subject's result would be if named records were repaired, withdrawn or paid; nothing is written.

A supposition changes facts and leaves the rules: the same reference evaluation answers on the same day. It is no
decision and no promise (国办发〔2025〕22号; 《个人信息保护法》第二十四条).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from xinheng.core.evaluation import Evaluation, Evaluator, Fact
from xinheng.core.models import ScoringModel
from xinheng.core.records import RecordState
from xinheng.core.refusal import Refusal
from xinheng.core.treatment import Treatment

PAID = {"unpaid": "paid_late", "overdue": "paid_late"}
"""Result words of a debt by what they become once it is paid after its day."""


class Supposition(StrEnum):
    """What is supposed to have become of a record."""

    REPAIRED = "repaired"
    WITHDRAWN = "withdrawn"
    PAID = "paid"

    @property
    def label(self) -> str:
        return {"repaired": "准予修复", "withdrawn": "撤回", "paid": "已缴清"}[self.value]


@dataclass(frozen=True, slots=True)
class Moved:
    """An indicator whose points change; signs as in Contribution."""

    indicator: str
    before_milli: int
    after_milli: int


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The result as it is and as it would be on the same day."""

    before: Evaluation
    after: Evaluation
    moved: tuple[Moved, ...]

    @property
    def gained_milli(self) -> int:
        return self.after.points_milli - self.before.points_milli


def what_if(
    model: ScoringModel,
    facts: Iterable[Fact],
    supposed: Mapping[int, Supposition],
    *,
    as_of: date,
    treatment: Treatment,
) -> WhatIf:
    """Evaluate with and without the suppositions, by record id.

    Raises Refusal WHAT-IF-RECORD for a record that is not on file, WHAT-IF-PAID for one that is no open debt.
    """
    known = tuple(facts)
    unknown = sorted(set(supposed) - {fact.record_id for fact in known})
    if unknown:
        numbers = "、".join(str(record) for record in unknown)
        raise Refusal("WHAT-IF-RECORD", f"这个主体没有记录 {numbers}", advice="请从评价说明所列的记录中选择")
    changed = tuple(
        _changed(fact, supposed[fact.record_id]) if fact.record_id in supposed else fact for fact in known
    )
    evaluator = Evaluator(model, treatment=treatment)
    before = evaluator.evaluate(known, as_of=as_of)
    after = evaluator.evaluate(changed, as_of=as_of)
    pairs = zip(before.contributions, after.contributions, strict=True)
    moved = tuple(
        Moved(old.indicator, old.points_milli, new.points_milli)
        for old, new in pairs
        if old.points_milli != new.points_milli
    )
    return WhatIf(before=before, after=after, moved=moved)


def _changed(fact: Fact, supposed: Supposition) -> Fact:
    if supposed is Supposition.REPAIRED:
        return replace(fact, state=int(RecordState.REPAIRED))
    if supposed is Supposition.WITHDRAWN:
        return replace(fact, state=int(RecordState.WITHDRAWN))
    words = fact.result.split("+")
    if not set(words) & set(PAID):
        raise Refusal(
            "WHAT-IF-PAID",
            f"记录 {fact.record_id} 没有尚未缴清的款项",
            advice="罚款已缴而处罚仍在公示的，请选择“准予修复”",
        )
    return replace(fact, result="+".join(PAID.get(word, word) for word in words))
