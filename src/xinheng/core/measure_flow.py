"""How a measure comes to lie on an enterprise and ends: the flow of burdens and the flow of incentives.

A burden is proposed on a living ground, told beforehand where the group of the measure asks it, decided by a second
person, served, and in force from its service (国办发〔2020〕49号; legal guards G3, G14, G17). An incentive burdens nobody:
two persons and a ground, no letter.
"""

from xinheng.core.flows import NEW, Flow, State, Step, published
from xinheng.core.roles import Role

STATEMENT = "letters.statement_workdays"
"""The term for statement and defence; it starts with the service of the prior notice."""
PROPOSE = ("propose", "revise", "notify")
_OFFICERS = frozenset({Role.REVIEWER, Role.CREDIT_OFFICE_OPERATOR})
_TAKERS = _OFFICERS | {Role.WINDOW_CLERK}
_DECIDERS = frozenset({Role.DECIDER})
_OPEN = ("drafted", "noticed", "heard")


def _proposing(*, adverse: bool) -> tuple[Step, ...]:
    states = _OPEN if adverse else ("drafted",)
    return (
        Step(
            verb="propose",
            title="提出措施" if adverse else "提出激励",
            from_states=(NEW,),
            to_state="drafted",
            roles=_OFFICERS,
            ground_required=True,
            reason_required=True,
        ),
        Step(
            verb="revise",
            title="补充理由",
            from_states=("drafted",),
            to_state="drafted",
            roles=_OFFICERS,
            reason_required=True,
        ),
        Step(
            verb="withdraw",
            title="撤回建议",
            from_states=states,
            to_state="withdrawn",
            roles=_OFFICERS,
            reason_required=True,
            ends=(STATEMENT,) if adverse else (),
        ),
    )


_HEARING = (
    Step(
        verb="notify",
        title="事先告知",
        from_states=("drafted",),
        to_state="noticed",
        roles=_OFFICERS,
        reason_required=True,
        notice="prior_notice",
        starts=(STATEMENT,),
    ),
    Step(
        verb="hear",
        title="登记并答复陈述申辩",
        from_states=("noticed",),
        to_state="heard",
        roles=_TAKERS,
        reason_required=True,
        ends=(STATEMENT,),
    ),
    Step(
        verb="stay_silent",
        title="期满未陈述申辩",
        from_states=("noticed",),
        to_state="heard",
        ends=(STATEMENT,),
        after=STATEMENT,
    ),
)

_DECIDING = (
    Step(
        verb="decide",
        title="决定采取措施",
        from_states=("drafted", "heard"),
        to_state="decided",
        roles=_DECIDERS,
        not_by=PROPOSE,
        adverse=True,
        ground_required=True,
        reason_required=True,
        notice="decision",
    ),
    Step(
        verb="refuse",
        title="不采取措施",
        from_states=("drafted", "heard"),
        to_state="refused",
        roles=_DECIDERS,
        not_by=PROPOSE,
        reason_required=True,
    ),
    Step(
        verb="serve",
        title="登记送达",
        from_states=("decided",),
        to_state="served",
        roles=_OFFICERS,
        reason_required=True,
    ),
    Step(
        verb="start",
        title="生效并通知响应单位",
        from_states=("served",),
        to_state="in_force",
        roles=_OFFICERS,
        ground_required=True,
        reason_required=True,
    ),
    Step(
        verb="drop",
        title="决定不再生效",
        from_states=("decided", "served"),
        to_state="revoked",
        roles=_DECIDERS,
        reason_required=True,
    ),
)

_GRANTING = (
    Step(
        verb="grant",
        title="决定给予激励",
        from_states=("drafted",),
        to_state="in_force",
        roles=_DECIDERS,
        not_by=("propose", "revise"),
        ground_required=True,
        reason_required=True,
    ),
    Step(
        verb="refuse",
        title="不给予激励",
        from_states=("drafted",),
        to_state="refused",
        roles=_DECIDERS,
        not_by=("propose", "revise"),
        reason_required=True,
    ),
)

_ENDING = (
    Step(
        verb="lift",
        title="解除",
        from_states=("in_force",),
        to_state="lifted",
        roles=_DECIDERS,
        reason_required=True,
    ),
    Step(
        verb="annul",
        title="纠正错误措施",
        from_states=("in_force",),
        to_state="annulled",
        roles=_DECIDERS,
        reason_required=True,
    ),
    Step(verb="end", title="随依据或期限终止", from_states=("in_force",), to_state="ended"),
)

_OVER = (
    State(key="refused", title="不予采取", settled=True, party="没有作出决定，事项已经结束。"),
    State(key="withdrawn", title="建议已撤回", settled=True, party="没有作出决定，事项已经结束。"),
    State(key="lifted", title="已解除", settled=True, party="措施已经解除，各单位已被通知停止。"),
    State(
        key="annulled",
        title="已纠正",
        settled=True,
        party="措施有误，已经撤销，自始不应采取；各单位已被通知停止。因此受到的损失，可以依法请求赔偿。",
    ),
    State(key="ended", title="已终止", settled=True, party="措施已随依据或期限终止，各单位已被通知停止。"),
)

MEASURE = published(
    Flow(
        name="measure",
        version=1,
        title="失信惩戒措施",
        states=(
            State(key="drafted", title="拟定措施", party="办理单位正在研究，还没有作出决定。"),
            State(
                key="noticed",
                title="已告知，待陈述申辩",
                party="告知书写明了拟采取的措施。您可以在期限内陈述、申辩并提交证据，不会因此加重处理。",
            ),
            State(key="heard", title="待决定", party="陈述申辩已经登记，等待决定。"),
            State(key="decided", title="待送达", party="决定已经作出，正在送达；送达以前不执行。"),
            State(key="served", title="已送达，待生效", party="决定已经送达，救济途径写在决定书上。"),
            State(
                key="in_force",
                title="执行中",
                settled=True,
                party="措施正在执行。依据被撤销、修复或者期满的，措施同时终止；认为有误的，可以提出异议。",
            ),
            State(
                key="revoked", title="决定不再生效", settled=True, party="决定没有生效，不会采取任何措施。"
            ),
            *_OVER,
        ),
        steps=(*_proposing(adverse=True), *_HEARING, *_DECIDING, *_ENDING),
    )
)

INCENTIVE = published(
    Flow(
        name="incentive",
        version=1,
        title="守信激励",
        states=(
            State(key="drafted", title="拟定激励", party="办理单位正在研究，还没有作出决定。"),
            State(key="in_force", title="享受激励", settled=True, party="激励正在执行。"),
            *_OVER,
        ),
        steps=(*_proposing(adverse=False), *_GRANTING, *_ENDING),
    )
)
