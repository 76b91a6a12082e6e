"""What an organ says it decided after a check: the closing of the loop that a check before an act opens (应查必查).

A check is information and never decides. Whoever was refused, limited or favoured because of it was so on the ground of
something that applied; an outcome that burdens or favours names that ground (国办发〔2020〕49号; legal guard G16).
"""

from collections.abc import Collection, Sequence
from datetime import date
from enum import StrEnum

from xinheng.core.refusal import Refusal


class CheckOutcome(StrEnum):
    """How the matter ended for the enterprise, as far as the check had a part in it."""

    UNAFFECTED = "unaffected"
    FAVOURED = "favoured"
    LIMITED = "limited"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def needs_ground(self) -> bool:
        """Whether it rests on something that applied to the enterprise."""
        return self in (CheckOutcome.FAVOURED, CheckOutcome.LIMITED, CheckOutcome.REFUSED)


_LABELS = {
    CheckOutcome.UNAFFECTED: "核查内容没有影响办理",
    CheckOutcome.FAVOURED: "依据激励措施给予便利",
    CheckOutcome.LIMITED: "依法限制或者从严办理",
    CheckOutcome.REFUSED: "依法不予办理",
    CheckOutcome.WITHDRAWN: "申请人撤回或者事项终止",
}


def refuse_decision(
    outcome: CheckOutcome,
    *,
    grounds: Sequence[str],
    applied: Collection[str],
    decided_on: date,
    checked_on: date,
    today: date,
) -> None:
    """``applied``: numbers of what applied to the enterprise in the matter. Refusals: CX1 a day before the check or to come,
    CX2 no ground where one is needed, CX3 a ground that did not apply."""
    if not checked_on <= decided_on <= today:
        raise Refusal(
            "CX1",
            f"决定日期应在核查之日（{checked_on}）至今天之间。",
            advice="请核对日期；先核查，后决定。",
        )
    if outcome.needs_ground and not grounds:
        raise Refusal(
            "CX2",
            f"“{outcome.label}”须写明所依据的措施或者禁入决定的文号。",
            citation="国办发〔2020〕49号",
            advice="请填写核查答复列出的编号（接口为 grounds 中的 number）；核查答复本身不是依据。",
        )
    if wrong := [one for one in grounds if one not in applied]:
        raise Refusal(
            "CX3",
            f"所写的依据在这个事项上不适用于该主体：{'、'.join(wrong)[:200]}。",
            citation="国办发〔2020〕49号",
            advice="请填写核查答复中措施、禁入或者激励的编号（接口为 number）；已经终止的不得再作为依据。",
        )
