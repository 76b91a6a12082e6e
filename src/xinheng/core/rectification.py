"""The order to put something right: given by two persons, served, answered with proof, checked, or overdue.

An order is adverse: it needs a ground that lives, a reason and a second person. That the recognising department sets a
term and looks at the result is in the cities' documents (shijiazhuang-2019-126 （十二）, huaizhengbanfa-2020-80 四（二）,
wanzhengban-2020-17 五（二）); none of them gives its length, which is policy data.
"""

from xinheng.core.flows import NEW, Flow, State, Step, published
from xinheng.core.roles import Role

CORRECT = "rectification.correct_workdays"
"""The term in which the enterprise puts it right; it starts with the service of the order."""
CHECK = "rectification.check_workdays"
"""The term in which the department checks what was handed in."""
ORDER = ("draft", "revise")

_OFFICERS = frozenset({Role.REVIEWER, Role.CREDIT_OFFICE_OPERATOR})
_TAKERS = _OFFICERS | {Role.WINDOW_CLERK}
_DECIDERS = frozenset({Role.DECIDER})

_STATES = (
    State(
        key="drafted", title="拟定整改要求", party="办理单位正在拟定整改要求，还没有作出。不需要您做什么。"
    ),
    State(key="ordered", title="待送达", party="整改要求已经作出，正在送达。期限从送达之日起算。"),
    State(key="correcting", title="整改中", party="请在期限内整改，并把整改材料交到办理单位。"),
    State(key="checking", title="待核查", party="整改材料已经收到，办理单位正在核查。不需要您做什么。"),
    State(key="overdue", title="逾期未改", party="整改期限已过。请尽快整改并交来材料，仍然会核查。"),
    State(key="checking_late", title="逾期后待核查", party="逾期后交来的整改材料已经收到，正在核查。"),
    State(key="done", title="整改完成", settled=True, party="核查通过，事项已经办结。"),
    State(key="withdrawn", title="撤销草稿", settled=True, party="没有作出整改要求，事项已经结束。"),
    State(key="revoked", title="撤回整改要求", settled=True, party="整改要求已经撤回，不需要整改。"),
)

_ORDERING = (
    Step(
        verb="draft",
        title="拟定整改要求",
        from_states=(NEW,),
        to_state="drafted",
        roles=_OFFICERS,
        ground_required=True,
        reason_required=True,
    ),
    Step(
        verb="revise",
        title="修改整改要求",
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
        verb="confirm",
        title="责令整改",
        from_states=("drafted",),
        to_state="ordered",
        roles=_DECIDERS,
        not_by=ORDER,
        adverse=True,
        ground_required=True,
        reason_required=True,
        notice="rectification_order",
    ),
    Step(
        verb="return",
        title="退回",
        from_states=("drafted",),
        to_state="drafted",
        roles=_DECIDERS,
        not_by=ORDER,
        reason_required=True,
    ),
    Step(
        verb="serve",
        title="登记送达",
        from_states=("ordered",),
        to_state="correcting",
        roles=_OFFICERS,
        reason_required=True,
        starts=(CORRECT,),
    ),
)

_CORRECTING = (
    Step(
        verb="hand_in",
        title="收到整改材料",
        from_states=("correcting",),
        to_state="checking",
        roles=_TAKERS,
        reason_required=True,
        suspends=(CORRECT,),
        starts=(CHECK,),
    ),
    Step(
        verb="send_back",
        title="整改不到位，退回",
        from_states=("checking",),
        to_state="correcting",
        roles=_OFFICERS,
        reason_required=True,
        resumes=(CORRECT,),
        ends=(CHECK,),
    ),
    Step(
        verb="fall_overdue",
        title="期满未改",
        from_states=("correcting",),
        to_state="overdue",
        ends=(CORRECT,),
        after=CORRECT,
    ),
    Step(
        verb="hand_in_late",
        title="逾期后收到整改材料",
        from_states=("overdue",),
        to_state="checking_late",
        roles=_TAKERS,
        reason_required=True,
        starts=(CHECK,),
    ),
    Step(
        verb="send_back_late",
        title="逾期整改不到位，退回",
        from_states=("checking_late",),
        to_state="overdue",
        roles=_OFFICERS,
        reason_required=True,
        ends=(CHECK,),
    ),
    Step(
        verb="pass",
        title="核查通过",
        from_states=("checking", "checking_late"),
        to_state="done",
        roles=_OFFICERS,
        not_by=("hand_in", "hand_in_late"),
        reason_required=True,
        ends=(CORRECT, CHECK),
    ),
    Step(
        verb="revoke",
        title="撤回整改要求",
        from_states=("ordered", "correcting", "checking", "overdue", "checking_late"),
        to_state="revoked",
        roles=_DECIDERS,
        reason_required=True,
        ends=(CORRECT, CHECK),
    ),
)

RECTIFICATION = published(
    Flow(name="rectification", version=1, title="责令整改", states=_STATES, steps=(*_ORDERING, *_CORRECTING))
)
