"""Temporary relief in a reorganisation of bankruptcy: on a ruling of the court the effects of failing records rest.

They rest while the plan is carried out; when it is done the records are repaired, and when it fails they count again,
which two persons decide after the enterprise was heard (国办发〔2025〕22号; domain rules on bankruptcy are 未核).
"""

from xinheng.core.flows import NEW, Flow, State, Step, published
from xinheng.core.roles import OF_ENTERPRISES, Role

STATEMENT = "letters.statement_workdays"
_OFFICERS = frozenset({Role.REVIEWER, Role.CREDIT_OFFICE_OPERATOR})
_TAKERS = _OFFICERS | {Role.WINDOW_CLERK}
_DECIDERS = frozenset({Role.DECIDER})

_STATES = (
    State(key="asked", title="待决定", party="重整期间暂时解除的申请已经收到，正在办理。不需要您做什么。"),
    State(
        key="resting",
        title="重整期间暂时解除",
        settled=True,
        party="重整计划执行期间，失信信息暂停公示和使用，措施暂时解除。执行完毕请把法院裁定交来，办理修复。",
    ),
    State(key="refused", title="不予暂时解除", settled=True, party="没有同意暂时解除，理由见决定书。"),
    State(key="withdrawn", title="已撤回申请", settled=True, party="申请已经撤回，以后可以再申请。"),
    State(key="done", title="重整完成，已修复", settled=True, party="重整计划执行完毕，信息已经修复。"),
    State(
        key="ending",
        title="拟终止暂时解除",
        party="认定单位拟终止暂时解除。请在告知书写明的期限内陈述、申辩。",
    ),
    State(
        key="over",
        title="暂时解除已终止",
        settled=True,
        party="暂时解除已经终止，信息恢复公示和使用，理由见决定书。",
    ),
)

RELIEF = published(
    Flow(
        name="relief",
        version=1,
        title="重整期间暂时解除",
        states=_STATES,
        steps=(
            Step(
                verb="ask",
                title="登记法院裁定",
                from_states=(NEW,),
                to_state="asked",
                roles=_TAKERS,
                reason_required=True,
            ),
            Step(
                verb="grant",
                title="暂时解除",
                from_states=("asked",),
                to_state="resting",
                roles=_DECIDERS,
                not_by=("ask",),
                reason_required=True,
            ),
            Step(
                verb="refuse",
                title="不予暂时解除",
                from_states=("asked",),
                to_state="refused",
                roles=_DECIDERS,
                not_by=("ask",),
                adverse=True,
                ground_required=True,
                reason_required=True,
                notice="refusal",
            ),
            Step(
                verb="withdraw",
                title="撤回申请",
                from_states=("asked",),
                to_state="withdrawn",
                roles=_TAKERS | OF_ENTERPRISES,
                reason_required=True,
            ),
            Step(
                verb="finish",
                title="重整计划执行完毕，正式修复",
                from_states=("resting",),
                to_state="done",
                roles=_DECIDERS,
                not_by=("ask",),
                reason_required=True,
            ),
            Step(
                verb="propose_end",
                title="拟终止暂时解除",
                from_states=("resting",),
                to_state="ending",
                roles=_OFFICERS,
                reason_required=True,
                notice="prior_notice",
                starts=(STATEMENT,),
            ),
            Step(
                verb="hear",
                title="登记陈述申辩",
                from_states=("ending",),
                to_state="ending",
                roles=_TAKERS | OF_ENTERPRISES,
                reason_required=True,
            ),
            Step(
                verb="keep",
                title="继续暂时解除",
                from_states=("ending",),
                to_state="resting",
                roles=_DECIDERS,
                not_by=("propose_end",),
                reason_required=True,
                ends=(STATEMENT,),
            ),
            Step(
                verb="end",
                title="终止暂时解除",
                from_states=("ending",),
                to_state="over",
                roles=_DECIDERS,
                not_by=("propose_end",),
                adverse=True,
                ground_required=True,
                reason_required=True,
                notice="decision",
                ends=(STATEMENT,),
            ),
        ),
    )
)
