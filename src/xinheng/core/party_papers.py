"""Which papers an enterprise may put to its case, and when: proof for its own side, in the states that wait for it.

Only what the law lets ask for has a place (国办发〔2025〕22号 on materials of repair; 《行政处罚法》第四十五条 on statement,
defence and evidence). A place is an offer: nothing is taken against an enterprise that leaves it empty (legal guard G5).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

DUTY_DONE = "duty_done"
"""The proof in an application for repair that the duty is done."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One paper that fits now. ``title`` is written to the file as what it is; ``key`` stands in addresses."""

    key: str
    title: str
    hint: str = ""


_STATEMENT = (
    Slot("statement", "陈述、申辩意见", "签名盖章后扫描或者拍照。"),
    Slot("evidence", "陈述、申辩的证据"),
)
_EVIDENCE = (Slot("evidence", "信息有误的证据", "例如原决定书、缴款凭证、更正函。"),)
_PROOF = (Slot("proof", "整改证明", "例如整改报告、照片、检验报告。"),)
_REPAIRING = ("prepared", "received", "completing", "completed", "reviewing")

_BY_STATE: Mapping[tuple[str, str], tuple[Slot, ...]] = MappingProxyType(
    {
        **dict.fromkeys(
            (("objection", state) for state in ("at_source", "checking", "answered", "told", "reviewing")),
            _EVIDENCE,
        ),
        **dict.fromkeys(
            (("rectification", state) for state in ("correcting", "checking", "overdue", "checking_late")),
            _PROOF,
        ),
        ("listing", "hearing"): _STATEMENT,
        ("listing", "stated"): _STATEMENT,
        ("measure", "noticed"): _STATEMENT,
        ("repair", "annulling"): _STATEMENT,
        ("relief", "ending"): _STATEMENT,
        ("commitment", "notified"): _STATEMENT,
        ("commitment", "accepted"): (Slot("kept", "履行承诺的证明", "自愿；办理单位核查时参考。"),),
    }
)


NOTHING = "不需要您做什么。"
MAY_ADD = "还缺的或者想补充的材料，现在可以交。"


def to_do(meaning: str, *, awaited: bool) -> str:
    """What a state says to the enterprise, so that it never says “nothing to do” beside papers that may be handed in."""
    return meaning.replace(NOTHING, MAY_ADD) if awaited else meaning


def slots(
    kind: str, state: str, *, materials: Iterable[Slot] = (), missing: Iterable[str] = ()
) -> tuple[Slot, ...]:
    """What may be put to a case of this kind in this state. ``materials``: the lawful ones of a repair; ``missing``: those
    that the enterprise promised to hand in later (容缺受理)."""
    if kind == "repair" and state in _REPAIRING:
        return tuple(materials)
    if kind == "commitment" and state in ("lodged", "tolerated", "late"):
        return tuple(Slot(f"m{number}", name) for number, name in enumerate(missing, 1))
    return _BY_STATE.get((kind, state), ())
