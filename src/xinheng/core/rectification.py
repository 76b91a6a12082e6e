"""The order to put something right: given by two persons, served, answered with proof, checked, or overdue.

An order is adverse: it needs a ground that lives, a reason and a second person. That the recognising department sets a
term and looks at the result is in the cities' documents (shijiazhuang-2019-126 （十二）, huaizhengbanfa-2020-80 四（二）,
wanzhengban-2020-17 五（二）); none of them gives its length, which is policy data.
"""

from xinheng.core.flows import NEW, Flow, State, published
from xinheng.core.steps import DECIDERS, OFFICERS, TAKERS, adverse, by, by_clock

CORRECT = "rectification.correct_workdays"
"""The term in which the enterprise puts it right; it starts with the service of the order."""
CHECK = "rectification.check_workdays"
"""The term in which the department checks what was handed in."""
ORDER = ("draft", "revise")


_STATES = (
    State(
        key="drafted", title="拟定整改要求", party="办理单位正在拟定整改要求，还没有作出。不需要您做什么。"
    ),
    State(
        key="ordered", title="待送达", party="整改要求已经作出，责令整改通知书将送达您。期限从送达之日起算。"
    ),
    State(key="correcting", title="整改中", party="请在期限内整改，并把整改材料交到办理单位。"),
    State(key="checking", title="待核查", party="整改材料已经收到，办理单位正在核查。不需要您做什么。"),
    State(key="overdue", title="逾期未改", party="整改期限已过。请尽快整改并交来材料，仍然会核查。"),
    State(key="checking_late", title="逾期后待核查", party="逾期后交来的整改材料已经收到，正在核查。"),
    State(key="done", title="整改完成", settled=True, party="核查通过，事项已经办结。"),
    State(key="withdrawn", title="撤销草稿", settled=True, party="没有作出整改要求，事项已经结束。"),
    State(key="revoked", title="撤回整改要求", settled=True, party="整改要求已经撤回，不需要整改。"),
)

_ORDERING = (
    by(OFFICERS, "draft", "拟定整改要求", NEW, "drafted", ground_required=True),
    by(OFFICERS, "revise", "修改整改要求", "drafted", "drafted"),
    by(OFFICERS, "withdraw", "撤销草稿", "drafted", "withdrawn"),
    adverse("confirm", "责令整改", "drafted", "ordered", not_by=ORDER, notice="rectification_order"),
    by(DECIDERS, "return", "退回", "drafted", "drafted", not_by=ORDER),
    by(OFFICERS, "serve", "登记送达", "ordered", "correcting", starts=(CORRECT,)),
)

_CORRECTING = (
    by(TAKERS, "hand_in", "收到整改材料", "correcting", "checking", suspends=(CORRECT,), starts=(CHECK,)),
    by(
        OFFICERS, "send_back", "整改不到位，退回", "checking", "correcting", resumes=(CORRECT,), ends=(CHECK,)
    ),
    by_clock("fall_overdue", "期满未改", "correcting", "overdue", after=CORRECT),
    by(TAKERS, "hand_in_late", "逾期后收到整改材料", "overdue", "checking_late", starts=(CHECK,)),
    by(OFFICERS, "send_back_late", "逾期整改不到位，退回", "checking_late", "overdue", ends=(CHECK,)),
    by(
        OFFICERS,
        "pass",
        "核查通过",
        ("checking", "checking_late"),
        "done",
        not_by=("hand_in", "hand_in_late"),
        ends=(CORRECT, CHECK),
    ),
    by(
        DECIDERS,
        "revoke",
        "撤回整改要求",
        ("ordered", "correcting", "checking", "overdue", "checking_late"),
        "revoked",
        ends=(CORRECT, CHECK),
    ),
)

RECTIFICATION = published(
    Flow(name="rectification", version=1, title="责令整改", states=_STATES, steps=(*_ORDERING, *_CORRECTING))
)
