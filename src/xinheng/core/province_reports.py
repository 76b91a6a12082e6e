"""Reads what the platform of the province answers to a request for its special report, and says when to ask again.

The form of the interface is our own proposal, for nobody here has seen that of the province; another form is read by
changing this module and the calls alone (发改财金〔2025〕565号; legal guard G10).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from xinheng.core.refusal import Refusal

AGREED = (
    "本企业同意{city}把本企业的名称、统一社会信用代码和所选的领域、时段交给省级信用平台，"
    "代本企业申请并取得专项信用报告，用于所选用途；取得后只交给本企业。"
)
FIRST, LONGEST = timedelta(minutes=2), timedelta(hours=12)


class RequestState(StrEnum):
    """ASKED: waits to go out; SENT: the province works on it."""

    ASKED = "asked"
    SENT = "sent"
    DONE = "done"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        return {"asked": "待发往省平台", "sent": "省平台办理中", "done": "已取得", "refused": "省平台未出具"}[
            self.value
        ]

    @property
    def open(self) -> bool:
        return self in (RequestState.ASKED, RequestState.SENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An answer. ``number``: of the request there; ``report`` and ``digest``: of the report once it is made; ``why``: of a
    refusal, in the words of the province; ``simulated``: by a stand-in for trying out."""

    number: str
    state: RequestState
    why: str = ""
    report: str = ""
    digest: str = ""
    simulated: bool = False


_STATES = {"accepted": RequestState.SENT, "working": RequestState.SENT, "done": RequestState.DONE, "refused": RequestState.REFUSED}  # fmt: skip


def told_by(answer: object) -> Told:
    """Refusal SP3 for an answer that cannot be read."""
    if not isinstance(answer, Mapping):
        raise unreadable()
    state = _STATES.get(str(answer.get("state", "")))
    number, report = _word(answer, "number"), _word(answer, "report")
    digest = _word(answer, "digest", longest=71)
    why = _word(answer, "detail", longest=300)
    whole = bool(report and digest.startswith("sha256:"))
    if state is None or not number or (state is RequestState.DONE and not whole):
        raise unreadable()
    if state is RequestState.REFUSED and not why:
        why = "省平台没有说明原因"
    return Told(
        number=number,
        state=state,
        why=why if state is RequestState.REFUSED else "",
        report=report,
        digest=digest,
        simulated=answer.get("simulated") is True,
    )


def _word(answer: Mapping[Any, Any], key: str, *, longest: int = 60) -> str:
    value = answer.get(key, "")
    if not isinstance(value, str) or "\x00" in value:
        raise unreadable()
    return value.strip()[:longest]


def unreadable() -> Refusal:
    return Refusal("SP3", "省平台的回答读不出来。", advice="申请已保留，会自动再试；持续如此请联系省平台。")


def next_try(tries: int, *, now: datetime) -> datetime:
    """After so many tries that failed one after another."""
    factor: int = 2 ** min(tries, 12)
    return now + min(FIRST * factor, LONGEST)
