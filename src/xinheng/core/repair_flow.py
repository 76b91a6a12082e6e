"""The way of an application for repair: prepared by the enterprise, lodged at the national site, accepted, reviewed, decided.

The clock of acceptance runs from the day of the push, that of the decision from acceptance. Every answer against the
enterprise is proposed by one person and given by another with reasons (《信用修复管理办法》国家发展改革委令第36号; 国办发〔2025〕22号).
"""

from dataclasses import replace

import xinheng.core.repair_letters  # noqa: F401 - publishes the letters of the flow
from xinheng.core.flows import NEW, Flow, State, Step, published
from xinheng.core.roles import OF_ENTERPRISES
from xinheng.core.steps import DECIDERS, OFFICERS, STATEMENT, TAKERS, adverse, by, by_clock

ACCEPT = "repair.accept_workdays"
DECIDE = "repair.decide_workdays"
TOTAL = "repair.total_workdays"
"""From the application to the answer, in general; it starts with the day of the application at the national site."""
COMPLETE = "repair.complete_workdays"
OPEN = ("prepared", "received", "completing", "completed", "declining", "reviewing", "examined")

_EITHER = TAKERS | OF_ENTERPRISES

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
    by(OF_ENTERPRISES, "prepare", "准备修复材料", NEW, "prepared", reason_required=False),
    by(OF_ENTERPRISES, "revise", "修改修复材料", "prepared", "prepared", reason_required=False),
    by(
        TAKERS,
        "lodge",
        "登记修复申请",
        (NEW, "prepared"),
        "received",
        reason_required=False,
        starts=(ACCEPT,),
    ),
    by_clock("receive", "收到推送的申请", (NEW, "prepared"), "received", starts=(ACCEPT,)),
    by(
        OFFICERS,
        "ask_completion",
        "要求补正",
        "received",
        "completing",
        notice="completion_request",
        suspends=(ACCEPT,),
        starts=(COMPLETE,),
    ),
    by(
        _EITHER,
        "complete",
        "补正材料",
        "completing",
        "completed",
        reason_required=False,
        resumes=(ACCEPT,),
        ends=(COMPLETE,),
    ),
    by(
        OFFICERS,
        "accept",
        "受理",
        ("received", "completed"),
        "reviewing",
        reason_required=False,
        starts=(DECIDE,),
        ends=(ACCEPT,),
    ),
    by(
        OFFICERS,
        "decline",
        "拟不予受理",
        ("received", "completing", "completed"),
        "declining",
        resumes=(ACCEPT,),
        ends=(COMPLETE,),
    ),
    by(DECIDERS, "reconsider", "退回重新审查", "declining", "completed", not_by=("decline",)),
    adverse(
        "not_accept",
        "不予受理",
        "declining",
        "not_accepted",
        not_by=("decline",),
        notice="refusal",
        ends=(ACCEPT,),
    ),
)

_DECIDING = (
    by(OFFICERS, "examine", "提出审核意见", "reviewing", "examined"),
    by(DECIDERS, "return", "退回审核", "examined", "reviewing", not_by=("examine",)),
    by(
        DECIDERS,
        "grant",
        "准予修复",
        "examined",
        "granted",
        not_by=("accept", "examine"),
        ground_required=True,
        notice="repair_result",
        ends=(DECIDE,),
    ),
    adverse(
        "refuse",
        "不予修复",
        "examined",
        "refused",
        not_by=("accept", "examine"),
        notice="refusal",
        ends=(DECIDE,),
    ),
    by(_EITHER, "withdraw", "撤回申请", OPEN, "withdrawn", ends=(ACCEPT, COMPLETE, DECIDE)),
    by_clock("settle", "信息已终止，事项终结", OPEN, "moot", ends=(ACCEPT, COMPLETE, DECIDE)),
    by(
        OFFICERS,
        "propose_annulment",
        "拟撤销修复",
        "granted",
        "annulling",
        ground_required=True,
        notice="prior_notice",
        starts=(STATEMENT,),
    ),
    by(_EITHER, "hear", "登记陈述申辩", "annulling", "annulling"),
    by(
        DECIDERS,
        "keep",
        "不撤销修复",
        "annulling",
        "granted",
        not_by=("propose_annulment",),
        ends=(STATEMENT,),
    ),
    adverse(
        "annul",
        "撤销修复",
        "annulling",
        "annulled",
        not_by=("propose_annulment",),
        notice="repair_annulled",
        ends=(STATEMENT,),
    ),
)

REPAIR_1 = published(
    Flow(name="repair", version=1, title="信用修复", states=_STATES, steps=(*_APPLYING, *_DECIDING))
)


def _with_total(step: Step) -> Step:
    """The step as it moves the term of the whole, which stands still while the enterprise completes."""
    if step.verb in ("lodge", "receive"):
        return replace(step, starts=(*step.starts, TOTAL))
    if step.verb == "ask_completion":
        return replace(step, suspends=(*step.suspends, TOTAL))
    if step.verb in ("complete", "decline"):
        return replace(step, resumes=(*step.resumes, TOTAL))
    if step.verb in ("not_accept", "grant", "refuse", "withdraw", "settle"):
        return replace(step, ends=(*step.ends, TOTAL))
    return step


REPAIR = published(replace(REPAIR_1, version=2, steps=tuple(map(_with_total, REPAIR_1.steps))))
"""Since version 2 a case also shows by when the enterprise is to have its answer, counted from its application."""
