"""An objection: marked at once, looked into by who provided the information, answered by a second person in the province's term.

What is objected to stays marked until the answer (《河南省社会信用条例》第四十一条; other provinces by their own lines, legal
guard G15). Nobody is worse off for objecting. The enterprise or the window lodges, another platform may push.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from xinheng.core.days import first_day_off
from xinheng.core.flows import NEW, Flow, State, published
from xinheng.core.refusal import Refusal
from xinheng.core.roles import OF_ENTERPRISES
from xinheng.core.steps import DECIDERS, OFFICERS, TAKERS, WINDOW, by, by_clock

TOTAL = "objections.total_workdays"
PROVIDER = "objections.provider_workdays"
OWN = "objections.own_workdays"
REVIEW = "objections.review_workdays"
REVIEW_OF_ENTRIES = "objections.review_of_entries"
"""Whether an answer on a list entry may be taken on to the province: 1 it may, 0 it may not, unknown elsewhere."""
FIRST_DAY_OFF = "first_day_off"
"""Mark of a finding whose end (``values.valid_to``) is the first day off; without it, the last day."""
MARKED = ("at_source", "checking", "answered", "reviewing")
"""States in which what is objected to bears the mark."""


class Aim(StrEnum):
    """What can be objected to."""

    RECORD = "record"
    INSPECTION = "inspection"
    LIST_ENTRY = "list_entry"
    MEASURE = "measure"
    GRADE = "grade"

    @property
    def label(self) -> str:
        return {
            "record": "信用记录",
            "inspection": "检查结果",
            "list_entry": "列入名单",
            "measure": "惩戒措施",
            "grade": "信用评价",
        }[self.value]


class Channel(StrEnum):
    """By which way the objection came."""

    OWN = "own"
    WINDOW = "window"
    PUSHED = "pushed"

    @property
    def label(self) -> str:
        return {"own": "企业空间", "window": "窗口", "pushed": "其他平台转来"}[self.value]


class Answer(StrEnum):
    """How an objection ends."""

    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"
    UPHELD = "upheld"
    RETRACTED = "retracted"

    @property
    def label(self) -> str:
        return {
            "corrected": "更正",
            "withdrawn": "撤回有误的信息",
            "upheld": "维持原信息",
            "retracted": "企业撤回异议",
        }[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What the objector says is wrong and wants. At most 1000 signs each."""

    wrong: str
    wanted: str = ""

    def checked(self) -> "Claim":
        """Refusal OB1 for an objection that says nothing: nobody could look into it."""
        if len(self.wrong.strip()) < 4:
            raise Refusal(
                "OB1", "没有写明哪里有误。", advice="请写明哪一项内容有误、事实是什么；有证明材料的一并说明。"
            )
        return Claim(wrong=self.wrong.strip()[:1000], wanted=self.wanted.strip()[:1000])


def with_first_day_off(finding: Mapping[str, Any]) -> Mapping[str, Any]:
    """The finding with the first day off as its end, whichever day it says."""
    values = finding.get("values") or {}
    if finding.get(FIRST_DAY_OFF) or not values.get("valid_to"):
        return finding
    stop = first_day_off(date.fromisoformat(values["valid_to"])).isoformat()
    return {**finding, "values": {**values, "valid_to": stop}, FIRST_DAY_OFF: True}


def review_refusal(known: int | None) -> Refusal | None:
    """Why an answer cannot be taken on to the province; None where it can (legal guard G15)."""
    if known == 1:
        return None
    cause = "没有规定" if known == 0 else "是否有规定待确认"
    return Refusal(
        "OB9",
        f"对这类异议的处理结果，本省{cause}向省级主管部门提请复核，不能在这里提请。",
        advice="可以依法申请行政复议或者提起行政诉讼，期限见处理结果告知书。",
    )


_LODGERS = OF_ENTERPRISES | WINDOW
_TAKEN = ("lodge", "lodge_own", "reply", "find")
_ANSWER = "objection_answer"
_RUNNING = ("at_source", "checking", "answered")

_STATES = (
    State(
        key="at_source",
        title="提供单位核查中",
        party="已经标注“异议中”，提供单位正在核查。不需要您做什么。",
    ),
    State(key="checking", title="平台核查中", party="已经标注“异议中”，正在核查。不需要您做什么。"),
    State(key="answered", title="待作出处理", party="核查已有结果，由另一人审定后答复您。"),
    State(
        key="decided",
        title="已处理，待告知",
        party="信息已经更正或者撤回，标注已去除。处理结果告知书将送达您。",
    ),
    State(
        key="upheld",
        title="维持，待告知",
        party="核查后没有改变信息，标注已去除。结果和理由写在处理结果告知书上，将送达您。",
    ),
    State(key="done", title="办结", settled=True, party="处理结果已经告知，事项办结。"),
    State(
        key="told",
        title="维持并已告知",
        settled=True,
        party="没有改变信息，理由已经告知。不服的，可以依法申请行政复议、提起诉讼；有省级复核的可以提请复核。",
    ),
    State(key="reviewing", title="复核中", party="已经转省级主管部门复核，复核期间标注“异议中”。"),
    State(key="final", title="复核维持", settled=True, party="复核后没有改变信息，事项办结。"),
    State(key="retracted", title="异议已撤回", settled=True, party="您撤回了异议，标注已去除。"),
)

_IN = (
    by(_LODGERS, "lodge", "提出异议，转提供单位核查", NEW, "at_source", starts=(TOTAL, PROVIDER)),
    by(_LODGERS, "lodge_own", "提出异议，平台核查", NEW, "checking", starts=(OWN,)),
    by_clock("receive", "收到转来的异议，转提供单位核查", NEW, "at_source", starts=(TOTAL, PROVIDER)),
    by_clock("receive_own", "收到转来的异议，平台核查", NEW, "checking", starts=(OWN,)),
)

_CHECKING = (
    by(OFFICERS, "reply", "核查并回复", "at_source", "answered", ends=(PROVIDER,)),
    by(OFFICERS, "find", "核查完毕", "checking", "answered"),
    by(DECIDERS, "send_back", "退回重新核查", "answered", "at_source", not_by=_TAKEN, starts=(PROVIDER,)),
    by(
        _LODGERS,
        "retract",
        "撤回异议",
        _RUNNING,
        "retracted",
        reason_required=False,
        ends=(TOTAL, PROVIDER, OWN),
    ),
)

_ANSWERING = (
    by(DECIDERS, "correct", "更正", "answered", "decided", not_by=_TAKEN, notice=_ANSWER),
    by(DECIDERS, "withdraw", "撤回有误的信息", "answered", "decided", not_by=_TAKEN, notice=_ANSWER),
    by(DECIDERS, "uphold", "维持原信息", "answered", "upheld", not_by=_TAKEN, notice=_ANSWER),
    by(TAKERS, "serve", "告知结果", "decided", "done", ends=(TOTAL, OWN)),
    by(TAKERS, "serve", "告知结果", "upheld", "told", ends=(TOTAL, OWN)),
)

_REVIEWING = (
    by(_LODGERS, "ask_review", "提请复核", "told", "reviewing", starts=(REVIEW,)),
    by(OFFICERS, "review_uphold", "登记复核结果：维持", "reviewing", "final", ends=(REVIEW,)),
    by(OFFICERS, "review_change", "登记复核结果：应当更正或者撤回", "reviewing", "answered", ends=(REVIEW,)),
)

OBJECTION = published(
    Flow(
        name="objection",
        version=1,
        title="异议处理",
        states=_STATES,
        steps=(*_IN, *_CHECKING, *_ANSWERING, *_REVIEWING),
    )
)
