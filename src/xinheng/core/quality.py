"""What each defect of a received row is called, what happens to it, and what its sender must do.

The codes E01–E21 are stored with batches and never change meaning; outcome and wording are policy.
"""

from typing import Annotated, Self

from pydantic import Field, StrictBool, model_validator

from xinheng.core.overlays import Change
from xinheng.core.policy_file import PolicyModel
from xinheng.core.refusal import Outcome
from xinheng.core.sources import Entry

CODES = tuple(f"E{number:02}" for number in range(1, 22))

_STRICTNESS = (Outcome.FLAG, Outcome.REPAIR, Outcome.QUARANTINE, Outcome.REFUSE)


class ProblemCode(Entry):
    """``destroyed``: the original row is encrypted and deleted after the policy's term (G2)."""

    title: str
    outcome: Outcome
    message: Annotated[str, Field(min_length=4)]
    advice: Annotated[str, Field(min_length=4)]
    destroyed: StrictBool = False
    whole_file: StrictBool = False


class Quality(PolicyModel):
    problems: dict[str, ProblemCode]

    @model_validator(mode="after")
    def _every_code_has_an_outcome(self) -> Self:
        missing = [code for code in CODES if code not in self.problems]
        unknown = [code for code in self.problems if code not in CODES]
        if missing or unknown:
            raise ValueError(f"问题代码须恰为 E01–E21（缺 {missing}，多 {unknown}）")
        return self

    def outcomes(self) -> dict[str, Outcome]:
        """What happens to a row, by code."""
        return {code: problem.outcome for code, problem in self.problems.items()}


def forbidden_changes(change: Change) -> list[str]:
    """A lower level may treat a defect more strictly, never less; rows on persons stay refused."""
    before, after = change.before, change.after
    if not isinstance(before, ProblemCode) or not isinstance(after, ProblemCode):
        return ["问题代码全国统一，下级不能增加"]
    causes = []
    if _STRICTNESS.index(after.outcome) < _STRICTNESS.index(before.outcome):
        causes.append(f"不能放宽处理（{before.outcome}→{after.outcome}）")
    if before.destroyed and not after.destroyed:
        causes.append("不能取消原件销毁")
    return causes
