"""A complaint that credit information was misused, leaked or tampered with, and its investigation, in confidence.

Anybody may complain without an account (汴政办〔2020〕46号第19项); the unit complained of does not see it, who handles it is not
of that unit, and the result is told to the complainant (legal guard G13).
"""

from dataclasses import replace
from enum import StrEnum

from xinheng.core.flows import NEW, Flow, State, Step, published
from xinheng.core.steps import DECIDERS, OFFICERS, TAKERS, WINDOW, by, by_clock

ACCEPT = "objections.misuse_accept_workdays"
INVESTIGATE = "objections.misuse_workdays"
A_DAY = "objections.misuse_a_day"
"""How many complaints one address may lodge in a day."""
LETTER = "misuse_answer"
"""Tells the complainant what was concluded."""


class Fault(StrEnum):
    """What is complained of."""

    MISUSE = "misuse"
    LEAK = "leak"
    TAMPERING = "tampering"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        return {
            "misuse": "滥用：没有正当理由查看或者使用",
            "leak": "泄露：信息被不该知道的人知道",
            "tampering": "篡改：信息被违规改动",
            "refused": "拒收：不收专项信用报告，仍要求提供有无违法违规的证明",
        }[self.value]


_TAKEN = ("take_in", "accept", "find")

MISUSE_1 = published(
    Flow(
        name="misuse",
        version=1,
        title="信息安全投诉",
        states=(
            State(key="received", title="待受理", party="投诉已经收到，正在看是否属于本平台的事项。"),
            State(key="investigating", title="调查中", party="正在调查。投诉内容对被投诉单位保密。"),
            State(key="found", title="待作出结论", party="调查已有结果，由另一人作出结论。"),
            State(
                key="concluded",
                title="已有结论，待告知",
                party="已有结论，请凭编号和查询码到窗口了解，或等待告知。",
            ),
            State(key="done", title="办结", settled=True, party="结论已经告知，事项办结。"),
        ),
        steps=(
            by_clock("receive", "收到投诉", NEW, "received", starts=(ACCEPT,)),
            by(WINDOW, "take_in", "窗口收到投诉", NEW, "received", reason_required=False, starts=(ACCEPT,)),
            by(
                OFFICERS,
                "accept",
                "受理并调查",
                "received",
                "investigating",
                reason_required=False,
                ends=(ACCEPT,),
                starts=(INVESTIGATE,),
            ),
            by(OFFICERS, "find", "提出调查结果", ("received", "investigating"), "found", ends=(ACCEPT,)),
            by(DECIDERS, "send_back", "退回补充调查", "found", "investigating", not_by=_TAKEN),
            by(DECIDERS, "confirm", "属实，处理", "found", "concluded", not_by=_TAKEN),
            by(DECIDERS, "dismiss", "不属实或者不属于本平台", "found", "concluded", not_by=_TAKEN),
            by(TAKERS, "tell", "告知结论", "concluded", "done", ends=(INVESTIGATE,)),
        ),
    )
)


def _in_writing(step: Step) -> Step:
    if step.verb in ("confirm", "dismiss"):
        return replace(step, notice=LETTER)
    return replace(step, title="当面告知结论（没有留联系方式的）") if step.verb == "tell" else step


_SERVE = by(TAKERS, "serve", "告知结论", "concluded", "done", ends=(INVESTIGATE,))

MISUSE = published(
    replace(
        MISUSE_1,
        version=2,
        steps=(*map(_in_writing, MISUSE_1.steps[:-1]), _SERVE, _in_writing(MISUSE_1.steps[-1])),
    )
)
"""Since version 2 the conclusion goes to the complainant in writing; who left no way to be reached is told at the window."""
