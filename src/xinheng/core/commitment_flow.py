"""A commitment from its lodging to what became of it: taken at once, or with material to come; checked; contested.

Whoever proposes that it was not kept does not decide it; before that the enterprise is told and heard. How long the
department has to check is in the published list of its matters; a term nobody set stays open (legal guard G15).
"""

from xinheng.core.flows import NEW, Flow, State, Step, published
from xinheng.core.mandates import Matter
from xinheng.core.roles import OF_ENTERPRISES, Role

SUPPLEMENT = "commitments.supplement"
"""To the day on which the enterprise promised to hand in what is missing."""
CHECK = "commitments.check"
"""In which the department checks whether the commitment is kept."""
STATEMENT = "letters.statement_workdays"
"""In which the enterprise may answer, from the service of the notice."""

_OFFICERS = frozenset({Role.REVIEWER, Role.CREDIT_OFFICE_OPERATOR})
_TAKERS = _OFFICERS | {Role.WINDOW_CLERK}
_DECIDERS = frozenset({Role.DECIDER})

_STATES = (
    State(key="lodged", title="待受理", party="承诺和材料已经收到，办理单位正在核对。不需要您做什么。"),
    State(key="tolerated", title="容缺受理，待补材料", party="已经先行受理。请在您承诺的日期以前补齐材料。"),
    State(key="late", title="逾期未补", party="承诺的补交日期已过。请尽快补齐；仍然可以补交。"),
    State(key="accepted", title="已受理，待核查", party="承诺已经受理和登记。请按承诺履行，办理单位会核查。"),
    State(key="found", title="拟认定未履行", party="办理单位正在核实履行情况，还没有作出认定。"),
    State(
        key="notified",
        title="已告知，听取意见",
        party="拟认定承诺没有履行。请在告知书写明的期限内陈述、申辩；已经改正的请一并说明。",
    ),
    State(key="heard", title="待认定", party="意见已经收到或者期限已过，由另一名负责人作出认定。"),
    State(key="kept", title="承诺已履行", settled=True, party="核查认为承诺全部履行，事项已经办结。"),
    State(
        key="determined",
        title="已认定未履行",
        settled=True,
        party="已经认定承诺没有履行。不服的可以提出异议；改正以后可以申请信用修复。",
    ),
    State(key="overturned", title="认定已撤销", settled=True, party="未履行的认定已经撤销，不再产生影响。"),
    State(key="declined", title="不予受理", settled=True, party="没有按承诺方式受理。您仍可按一般程序办理。"),
    State(key="dropped", title="撤销容缺受理", settled=True, party="材料没有补齐，先行受理已经撤销。"),
    State(key="withdrawn", title="已撤回", settled=True, party="您已经撤回，事项已经结束。"),
)

_TAKING = (
    Step(
        verb="lodge",
        title="递交承诺",
        from_states=(NEW,),
        to_state="lodged",
        roles=_TAKERS | OF_ENTERPRISES,
    ),
    Step(
        verb="register",
        title="登记已作出的承诺",
        from_states=(NEW,),
        to_state="accepted",
        roles=_TAKERS,
        ground_required=True,
        starts=(CHECK,),
    ),
    Step(
        verb="accept",
        title="受理并登记",
        from_states=("lodged",),
        to_state="accepted",
        roles=_TAKERS,
        starts=(CHECK,),
    ),
    Step(
        verb="tolerate",
        title="容缺受理",
        from_states=("lodged",),
        to_state="tolerated",
        roles=_TAKERS,
        reason_required=True,
        starts=(SUPPLEMENT,),
    ),
    Step(
        verb="decline",
        title="不予受理",
        from_states=("lodged",),
        to_state="declined",
        roles=_DECIDERS,
        not_by=("lodge",),
        reason_required=True,
        notice="refusal",
    ),
    Step(
        verb="supplement",
        title="材料补齐，登记",
        from_states=("tolerated", "late"),
        to_state="accepted",
        roles=_TAKERS,
        reason_required=True,
        ends=(SUPPLEMENT,),
        starts=(CHECK,),
    ),
    Step(
        verb="fall_late",
        title="逾期未补",
        from_states=("tolerated",),
        to_state="late",
        ends=(SUPPLEMENT,),
        after=SUPPLEMENT,
    ),
    Step(
        verb="drop",
        title="撤销容缺受理",
        from_states=("late",),
        to_state="dropped",
        roles=_DECIDERS,
        not_by=("lodge", "tolerate"),
        reason_required=True,
        notice="refusal",
    ),
    Step(
        verb="withdraw",
        title="撤回",
        from_states=("lodged", "tolerated", "late"),
        to_state="withdrawn",
        roles=_TAKERS | OF_ENTERPRISES,
        reason_required=True,
        ends=(SUPPLEMENT,),
    ),
)

_CHECKING = (
    Step(
        verb="keep",
        title="核查通过，全部履行",
        from_states=("accepted",),
        to_state="kept",
        roles=_OFFICERS,
        reason_required=True,
        ends=(CHECK,),
    ),
    Step(
        verb="find",
        title="拟认定未履行",
        from_states=("accepted",),
        to_state="found",
        roles=_OFFICERS,
        reason_required=True,
        ends=(CHECK,),
    ),
    Step(
        verb="clear",
        title="不成立，继续核查",
        from_states=("found", "notified", "heard"),
        to_state="accepted",
        roles=_OFFICERS | _DECIDERS,
        reason_required=True,
        ends=(STATEMENT,),
        starts=(CHECK,),
    ),
    Step(
        verb="notify",
        title="告知企业",
        from_states=("found",),
        to_state="notified",
        roles=_DECIDERS,
        not_by=("find",),
        adverse=True,
        ground_required=True,
        reason_required=True,
        notice="breach_notice",
        starts=(STATEMENT,),
    ),
    Step(
        verb="hear",
        title="记录陈述、申辩",
        from_states=("notified",),
        to_state="heard",
        roles=_TAKERS,
        reason_required=True,
        ends=(STATEMENT,),
    ),
    Step(
        verb="stay_silent",
        title="期满未陈述",
        from_states=("notified",),
        to_state="heard",
        ends=(STATEMENT,),
        after=STATEMENT,
    ),
    Step(
        verb="determine",
        title="认定未履行",
        from_states=("heard",),
        to_state="determined",
        roles=_DECIDERS,
        not_by=("find",),
        adverse=True,
        ground_required=True,
        reason_required=True,
        notice="decision",
    ),
    Step(
        verb="overturn",
        title="撤销认定",
        from_states=("determined",),
        to_state="overturned",
        roles=_DECIDERS,
        reason_required=True,
    ),
)

COMMITMENT = published(
    Flow(
        name="commitment",
        version=1,
        title="信用承诺",
        states=_STATES,
        steps=(*_TAKING, *_CHECKING),
        matter=Matter.COMMITMENTS,
    )
)
