"""The interview of an enterprise: called by two persons on a living ground, held or missed, minuted, confirmed by another.

提示约谈 warns early, 警示约谈 follows a finding; who recognised the fault interviews (shijiazhuang-2019-126 （十二）,
huaizhengbanfa-2020-80 四（二）, wanzhengban-2020-17 五（二）). An interview is no sanction: it ends in minutes that stand in
the file and weigh in no score by themselves. None of the documents gives a term.
"""

from enum import StrEnum

from xinheng.core.flows import NEW, Flow, State, Step, published
from xinheng.core.roles import Role


class Manner(StrEnum):
    """What kind of interview it is."""

    REMINDER = "reminder"
    WARNING = "warning"

    @property
    def label(self) -> str:
        return {"reminder": "提示约谈", "warning": "警示约谈"}[self.value]


DRAFTING = ("draft", "revise")
_OFFICERS = frozenset({Role.REVIEWER, Role.CREDIT_OFFICE_OPERATOR})
_DECIDERS = frozenset({Role.DECIDER})

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
    Step(
        verb="draft",
        title="拟约谈",
        from_states=(NEW,),
        to_state="drafted",
        roles=_OFFICERS,
        ground_required=True,
        reason_required=True,
    ),
    Step(
        verb="revise",
        title="修改",
        from_states=("drafted",),
        to_state="drafted",
        roles=_OFFICERS,
        reason_required=True,
    ),
    Step(
        verb="withdraw",
        title="撤销草稿",
        from_states=("drafted",),
        to_state="withdrawn",
        roles=_OFFICERS,
        reason_required=True,
    ),
    Step(
        verb="call",
        title="决定约谈",
        from_states=("drafted",),
        to_state="called",
        roles=_DECIDERS,
        not_by=DRAFTING,
        adverse=True,
        ground_required=True,
        reason_required=True,
        notice="interview_invitation",
    ),
    Step(
        verb="return",
        title="退回",
        from_states=("drafted",),
        to_state="drafted",
        roles=_DECIDERS,
        not_by=DRAFTING,
        reason_required=True,
    ),
)

_MEETING = (
    Step(
        verb="put_off",
        title="另约时间",
        from_states=("called", "missed"),
        to_state="called",
        roles=_OFFICERS,
        reason_required=True,
        notice="interview_invitation",
    ),
    Step(
        verb="miss",
        title="登记未参加",
        from_states=("called",),
        to_state="missed",
        roles=_OFFICERS,
        reason_required=True,
    ),
    Step(
        verb="minute",
        title="登记约谈记录",
        from_states=("called",),
        to_state="held",
        roles=_OFFICERS,
        reason_required=True,
    ),
    Step(
        verb="amend",
        title="更正记录",
        from_states=("held",),
        to_state="held",
        roles=_OFFICERS,
        reason_required=True,
    ),
    Step(
        verb="confirm",
        title="核对记录，入档",
        from_states=("held",),
        to_state="done",
        roles=_OFFICERS | _DECIDERS,
        not_by=("minute", "amend"),
        reason_required=True,
        notice="interview_minutes",
    ),
    Step(
        verb="end",
        title="不再约谈",
        from_states=("called", "missed"),
        to_state="closed",
        roles=_DECIDERS,
        reason_required=True,
    ),
)

INTERVIEW = published(
    Flow(name="interview", version=1, title="约谈", states=_STATES, steps=(*_CALLING, *_MEETING))
)
