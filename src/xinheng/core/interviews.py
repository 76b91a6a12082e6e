"""The interview of an enterprise: called by two persons on a living ground, held or missed, minuted, confirmed by another.

提示约谈 warns early, 警示约谈 follows a finding; who recognised the fault interviews (shijiazhuang-2019-126 （十二）,
huaizhengbanfa-2020-80 四（二）, wanzhengban-2020-17 五（二）). An interview is no sanction: it ends in minutes that stand in
the file and weigh in no score by themselves. None of the documents gives a term.
"""

from enum import StrEnum

from xinheng.core.flows import NEW, Flow, State, published
from xinheng.core.steps import DECIDERS, OFFICERS, adverse, by


class Manner(StrEnum):
    """What kind of interview it is."""

    REMINDER = "reminder"
    WARNING = "warning"

    @property
    def label(self) -> str:
        return {"reminder": "提示约谈", "warning": "警示约谈"}[self.value]


DRAFTING = ("draft", "revise")

_STATES = (
    State(key="drafted", title="拟约谈", party="办理单位正在准备约谈，还没有决定。不需要您做什么。"),
    State(key="called", title="待约谈", party="请按约谈通知书写明的时间、地点参加；不能参加的，请事先说明。"),
    State(key="missed", title="未参加", party="约定的时间已过。请联系办理单位另约时间。"),
    State(
        key="held", title="待核对记录", party="约谈已经进行，记录正在核对。对记录有意见的，请向办理单位提出。"
    ),
    State(key="done", title="约谈完成", settled=True, party="约谈已经完成，记录已入档。"),
    State(key="closed", title="未约谈，结束", settled=True, party="约谈没有进行，事项已经结束。"),
    State(key="withdrawn", title="撤销草稿", settled=True, party="没有决定约谈，事项已经结束。"),
)

_CALLING = (
    by(OFFICERS, "draft", "拟约谈", NEW, "drafted", ground_required=True),
    by(OFFICERS, "revise", "修改", "drafted", "drafted"),
    by(OFFICERS, "withdraw", "撤销草稿", "drafted", "withdrawn"),
    adverse("call", "决定约谈", "drafted", "called", not_by=DRAFTING, notice="interview_invitation"),
    by(DECIDERS, "return", "退回", "drafted", "drafted", not_by=DRAFTING),
)

_MEETING = (
    by(OFFICERS, "put_off", "另约时间", ("called", "missed"), "called", notice="interview_invitation"),
    by(OFFICERS, "miss", "登记未参加", "called", "missed"),
    by(OFFICERS, "minute", "登记约谈记录", "called", "held"),
    by(OFFICERS, "amend", "更正记录", "held", "held"),
    by(
        OFFICERS | DECIDERS,
        "confirm",
        "核对记录，入档",
        "held",
        "done",
        not_by=("minute", "amend"),
        notice="interview_minutes",
    ),
    by(DECIDERS, "end", "不再约谈", ("called", "missed"), "closed"),
)

INTERVIEW = published(
    Flow(name="interview", version=1, title="约谈", states=_STATES, steps=(*_CALLING, *_MEETING))
)
