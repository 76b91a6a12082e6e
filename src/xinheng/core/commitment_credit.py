"""What an officer is told of an applicant's credit before a commitment is taken: a reasoned hint, never a gate.

Only living failing records count, and earlier commitments that were false; no grade is read (legal guards G1, G16).
That a bad record speaks against 告知承诺 until it is repaired is in guobanfa-2020-42, still to be compared with its text.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from xinheng.core.records import Seriousness

RULE = "国办发〔2020〕42号（条文待核）：有较严重不良信用记录或者曾作出虚假承诺的，在信用修复前不适用告知承诺"


@dataclass(frozen=True, slots=True)
class Standing:
    """A living record that speaks against the applicant."""

    title: str
    on: date | None
    seriousness: Seriousness
    false_promise: bool = False

    @property
    def weighs(self) -> bool:
        return self.false_promise or self.seriousness is Seriousness.SERIOUS

    def __str__(self) -> str:
        day = f"（{self.on}）" if self.on else ""
        return f"{self.title}{day}，{'曾作出虚假承诺' if self.false_promise else self.seriousness.label}"


@dataclass(frozen=True, slots=True)
class Hint:
    """``careful``: something speaks against it. Whoever decides does so on the reasons, not on the word."""

    careful: bool
    words: str
    reasons: tuple[str, ...]
    rule: str = RULE


def hint_on(standings: Iterable[Standing]) -> Hint:
    """What is known, put into words."""
    found = tuple(standings)
    weighing = tuple(str(one) for one in found if one.weighs)
    lighter = len(found) - len(weighing)
    more = f"另有 {lighter} 条轻微或一般的不良记录，不影响容缺受理和告知承诺。" if lighter else ""
    if weighing:
        words = f"有需要留意的记录，是否先行受理由您决定并写明理由；修复后不再提示。{more}"
        return Hint(True, words, weighing)
    return Hint(False, f"没有发现较严重的不良记录或者虚假承诺。{more}", ())
