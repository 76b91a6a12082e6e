"""The words of the repair guide that goes out with a decision: of which records, from when, with which materials.

Every decision that burdens takes the guide along in one service (两书同达; 国办发〔2025〕22号; legal guards G5, G15). A day
that nobody knows is said to be unknown, and nothing but the lawful materials is named.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from xinheng.core.letters import LONGEST, in_words
from xinheng.core.repair import Answer
from xinheng.core.repair_rules import RepairRules, When


@dataclass(frozen=True, slots=True)
class Told:
    """One piece of information the guide speaks of. ``answer`` is None where this platform knows no rule or no record;
    ``more`` are words of the list's own rule."""

    words: str
    answer: Answer | None = None
    more: str = ""


UNKNOWN = "何时可以申请尚待确认，请向本机关询问；认为信息有误的，可以随时提出异议。"


def guide_words(told: Sequence[Told], rules: RepairRules) -> dict[str, str]:
    """The fields of the letter ``repair_guide``."""
    named = "；".join(one.words for one in told) or "本决定所依据的信息"
    lines = [f"{one.words}：{when_words(one)}" if len(told) > 1 else when_words(one) for one in told]
    return {
        "record": named[: LONGEST["line"]],
        "earliest": "\n".join(lines or [UNKNOWN])[: LONGEST["text"]],
        "materials": "\n".join(f"{paper.title}（{paper.hint}）" for paper in rules.materials.values()),
    }


def when_words(told: Told) -> str:
    """From when one may apply, and until when the publication lasts at most."""
    when = "" if told.answer is None and told.more else _when(told.answer)
    return when + _until(told.answer) + told.more


def _when(answer: Answer | None) -> str:
    if answer is None or answer.way is None:
        return UNKNOWN
    if answer.way.when is When.ELSEWHERE:
        return f"{answer.place.hint}。" if answer.place else UNKNOWN
    if answer.way.when is When.DUTY:
        return "改正并履行完义务以后即可申请，没有最短期限。"
    if answer.earliest_on is None:
        return "最短公示期尚待确认，不因此妨碍申请；改正并履行完义务以后可以提出。"
    source = (
        f"（{answer.rule.citation}{'' if answer.rule.verified else '，期限待核'}）" if answer.rule else ""
    )
    return f"改正并履行完义务的，自{in_words(answer.earliest_on)}起可以申请{source}。"


def _until(answer: Answer | None) -> str:
    if answer is None or answer.stops_on is None:
        return ""
    return f"依法公示的，最迟到{in_words(answer.stops_on)}自动停止公示。"
