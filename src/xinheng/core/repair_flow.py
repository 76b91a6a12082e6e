"""The way of an application for repair: prepared by the enterprise, lodged at the national site, accepted, reviewed, decided.

The clock of acceptance runs from the day of the push, that of the decision from acceptance. Every answer against the
enterprise is proposed by one person and given by another with reasons (《信用修复管理办法》国家发展改革委令第36号; 国办发〔2025〕22号).
"""

import xinheng.core.repair_letters  # noqa: F401 - publishes the letters of the flow
from xinheng.core.flows import NEW, Flow, State, Step, published
from xinheng.core.roles import OF_ENTERPRISES, Role

ACCEPT = "repair.accept_workdays"
DECIDE = "repair.decide_workdays"
COMPLETE = "repair.complete_workdays"
STATEMENT = "letters.statement_workdays"
"""For the enterprise to answer before a repair is taken back; it starts with the service of the notice."""
OPEN = ("prepared", "received", "completing", "completed", "declining", "reviewing", "examined")

_OFFICERS = frozenset({Role.REVIEWER, Role.CREDIT_OFFICE_OPERATOR})
_TAKERS = _OFFICERS | {Role.WINDOW_CLERK}
_EITHER = _TAKERS | OF_ENTERPRISES
_DECIDERS = frozenset({Role.DECIDER})

_STATES = (
    State(
        key="prepared",
        title="待提交",
        party="材料已经备好，还没有提出申请。请到下面写明的渠道提交，或者请窗口协助提交。",
    ),
    State(key="received", title="待受理", party="申请已经收到，认定单位正在看材料是否齐全。不需要您做什么。"),
    State(key="completing", title="待补正", party="材料不齐。请按补正通知书一次补齐；只会要求补正一次。"),
    State(key="completed", title="已补正，待受理", party="补正的材料已经收到。不需要您做什么。"),
    State(key="declining", title="拟不予受理", party="认定单位正在复核能不能受理。不需要您做什么。"),
    State(key="reviewing", title="审核中", party="申请已经受理，正在审核。不需要您做什么。"),
    State(key="examined", title="待决定", party="已经审核，正在作出决定。不需要您做什么。"),
    State(
        key="granted",
        title="已修复",
        settled=True,
        party="已经修复：停止公示、停止共享和使用，据此采取的措施同时解除，评价重新计算。",
    ),
    State(
        key="refused",
        title="不予修复",
        settled=True,
        party="没有同意修复，理由见决定书。条件具备后可以再次申请；不服的可以提出异议、申请行政复议或者提起诉讼。",
    ),
    State(
        key="not_accepted",
        title="不予受理",
        settled=True,
        party="没有受理，理由见决定书。条件具备后可以再次申请；不服的可以提出异议、申请行政复议或者提起诉讼。",
    ),
    State(key="withdrawn", title="已撤回申请", settled=True, party="申请已经撤回，以后可以再申请。"),
    State(key="moot", title="不需要修复", settled=True, party="这条信息已经由别的途径终止，不需要再修复。"),
    State(
        key="annulling",
        title="拟撤销修复",
        party="认定单位认为修复的材料不真实，拟撤销修复。请在告知书写明的期限内陈述、申辩。",
    ),
    State(
        key="annulled",
        title="修复已撤销",
        settled=True,
        party="修复已经撤销，信息恢复公示，理由见决定书。不服的可以申请行政复议或者提起诉讼。",
    ),
)

_APPLYING = (
    Step(verb="prepare", title="准备修复材料", from_states=(NEW,), to_state="prepared", roles=OF_ENTERPRISES),
    Step(
        verb="revise",
        title="修改修复材料",
        from_states=("prepared",),
        to_state="prepared",
        roles=OF_ENTERPRISES,
    ),
    Step(
        verb="lodge",
        title="登记修复申请",
        from_states=(NEW, "prepared"),
        to_state="received",
        roles=_TAKERS,
        starts=(ACCEPT,),
    ),
    Step(
        verb="receive",
        title="收到推送的申请",
        from_states=(NEW, "prepared"),
        to_state="received",
        starts=(ACCEPT,),
    ),
    Step(
        verb="ask_completion",
        title="要求补正",
        from_states=("received",),
        to_state="completing",
        roles=_OFFICERS,
        reason_required=True,
        notice="completion_request",
        suspends=(ACCEPT,),
        starts=(COMPLETE,),
    ),
    Step(
        verb="complete",
        title="补正材料",
        from_states=("completing",),
        to_state="completed",
        roles=_EITHER,
        resumes=(ACCEPT,),
        ends=(COMPLETE,),
    ),
    Step(
        verb="accept",
        title="受理",
        from_states=("received", "completed"),
        to_state="reviewing",
        roles=_OFFICERS,
        starts=(DECIDE,),
        ends=(ACCEPT,),
    ),
    Step(
        verb="decline",
        title="拟不予受理",
        from_states=("received", "completing", "completed"),
        to_state="declining",
        roles=_OFFICERS,
        reason_required=True,
        resumes=(ACCEPT,),
        ends=(COMPLETE,),
    ),
    Step(
        verb="reconsider",
        title="退回重新审查",
        from_states=("declining",),
        to_state="completed",
        roles=_DECIDERS,
        not_by=("decline",),
        reason_required=True,
    ),
    Step(
        verb="not_accept",
        title="不予受理",
        from_states=("declining",),
        to_state="not_accepted",
        roles=_DECIDERS,
        not_by=("decline",),
        adverse=True,
        ground_required=True,
        reason_required=True,
        notice="refusal",
        ends=(ACCEPT,),
    ),
)

_DECIDING = (
    Step(
        verb="examine",
        title="提出审核意见",
        from_states=("reviewing",),
        to_state="examined",
        roles=_OFFICERS,
        reason_required=True,
    ),
    Step(
        verb="return",
        title="退回审核",
        from_states=("examined",),
        to_state="reviewing",
        roles=_DECIDERS,
        not_by=("examine",),
        reason_required=True,
    ),
    Step(
        verb="grant",
        title="准予修复",
        from_states=("examined",),
        to_state="granted",
        roles=_DECIDERS,
        not_by=("accept", "examine"),
        ground_required=True,
        reason_required=True,
        notice="repair_result",
        ends=(DECIDE,),
    ),
    Step(
        verb="refuse",
        title="不予修复",
        from_states=("examined",),
        to_state="refused",
        roles=_DECIDERS,
        not_by=("accept", "examine"),
        adverse=True,
        ground_required=True,
        reason_required=True,
        notice="refusal",
        ends=(DECIDE,),
    ),
    Step(
        verb="withdraw",
        title="撤回申请",
        from_states=OPEN,
        to_state="withdrawn",
        roles=_EITHER,
        reason_required=True,
        ends=(ACCEPT, COMPLETE, DECIDE),
    ),
    Step(
        verb="settle",
        title="信息已终止，事项终结",
        from_states=OPEN,
        to_state="moot",
        ends=(ACCEPT, COMPLETE, DECIDE),
    ),
    Step(
        verb="propose_annulment",
        title="拟撤销修复",
        from_states=("granted",),
        to_state="annulling",
        roles=_OFFICERS,
        ground_required=True,
        reason_required=True,
        notice="prior_notice",
        starts=(STATEMENT,),
    ),
    Step(
        verb="hear",
        title="登记陈述申辩",
        from_states=("annulling",),
        to_state="annulling",
        roles=_EITHER,
        reason_required=True,
    ),
    Step(
        verb="keep",
        title="不撤销修复",
        from_states=("annulling",),
        to_state="granted",
        roles=_DECIDERS,
        not_by=("propose_annulment",),
        reason_required=True,
        ends=(STATEMENT,),
    ),
    Step(
        verb="annul",
        title="撤销修复",
        from_states=("annulling",),
        to_state="annulled",
        roles=_DECIDERS,
        not_by=("propose_annulment",),
        adverse=True,
        ground_required=True,
        reason_required=True,
        notice="repair_annulled",
        ends=(STATEMENT,),
    ),
)

REPAIR = published(
    Flow(name="repair", version=1, title="信用修复", states=_STATES, steps=(*_APPLYING, *_DECIDING))
)
