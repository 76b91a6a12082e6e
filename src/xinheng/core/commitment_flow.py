"""A commitment from its lodging to what became of it: taken at once, or with material to come; checked; contested.

Whoever proposes that it was not kept does not decide it; before that the enterprise is told and heard. How long the
department has to check is in the published list of its matters; a term nobody set stays open (legal guard G15).
"""

from dataclasses import replace

from xinheng.core.flows import NEW, Flow, State, Step, published
from xinheng.core.mandates import Matter
from xinheng.core.roles import OF_ENTERPRISES
from xinheng.core.steps import DECIDERS, OFFICERS, STATEMENT, TAKERS, adverse, by, by_clock

SUPPLEMENT = "commitments.supplement"
"""To the day on which the enterprise promised to hand in what is missing."""
LATE = "late"
"""The state of a commitment whose promised day has passed."""
CHECK = "commitments.check"
"""In which the department checks whether the commitment is kept."""


_STATES = (
    State(key="lodged", title="待受理", party="承诺和材料已经收到，办理单位正在核对。不需要您做什么。"),
    State(key="tolerated", title="容缺受理，待补材料", party="已经先行受理。请在您承诺的日期以前补齐材料。"),
    State(key=LATE, title="逾期未补", party="承诺的补交日期已过。请尽快补齐；仍然可以补交。"),
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
    by(TAKERS | OF_ENTERPRISES, "lodge", "递交承诺", NEW, "lodged", reason_required=False),
    by(
        TAKERS,
        "register",
        "登记已作出的承诺",
        NEW,
        "accepted",
        reason_required=False,
        ground_required=True,
        starts=(CHECK,),
    ),
    by(TAKERS, "accept", "受理并登记", "lodged", "accepted", reason_required=False, starts=(CHECK,)),
    by(TAKERS, "tolerate", "容缺受理", "lodged", "tolerated", starts=(SUPPLEMENT,)),
    by(DECIDERS, "decline", "不予受理", "lodged", "declined", not_by=("lodge",), notice="refusal"),
    by(
        TAKERS,
        "supplement",
        "材料补齐，登记",
        ("tolerated", "late"),
        "accepted",
        ends=(SUPPLEMENT,),
        starts=(CHECK,),
    ),
    by_clock("fall_late", "逾期未补", "tolerated", "late", after=SUPPLEMENT),
    by(DECIDERS, "drop", "撤销容缺受理", "late", "dropped", not_by=("lodge", "tolerate"), notice="refusal"),
    by(
        TAKERS | OF_ENTERPRISES,
        "withdraw",
        "撤回",
        ("lodged", "tolerated", "late"),
        "withdrawn",
        ends=(SUPPLEMENT,),
    ),
)

_CHECKING = (
    by(OFFICERS, "keep", "核查通过，全部履行", "accepted", "kept", ends=(CHECK,)),
    by(OFFICERS, "find", "拟认定未履行", "accepted", "found", ends=(CHECK,)),
    by(
        OFFICERS | DECIDERS,
        "clear",
        "不成立，继续核查",
        ("found", "notified", "heard"),
        "accepted",
        ends=(STATEMENT,),
        starts=(CHECK,),
    ),
    adverse(
        "notify",
        "告知企业",
        "found",
        "notified",
        not_by=("find",),
        notice="breach_notice",
        starts=(STATEMENT,),
    ),
    by(TAKERS, "hear", "记录陈述、申辩", "notified", "heard", ends=(STATEMENT,)),
    by_clock("stay_silent", "期满未陈述", "notified", "heard", after=STATEMENT),
    adverse("determine", "认定未履行", "heard", "determined", not_by=("find",), notice="decision"),
    by(DECIDERS, "overturn", "撤销认定", "determined", "overturned"),
)

COMMITMENT_1 = published(
    Flow(
        name="commitment",
        version=1,
        title="信用承诺",
        states=_STATES,
        steps=(*_TAKING, *_CHECKING),
        matter=Matter.COMMITMENTS,
    )
)


def _with_term_kept(step: Step) -> Step:
    """The promised day that passed keeps its clock, so that the promise stays among what is overdue until it is settled."""
    if step.verb == "fall_late":
        return replace(step, ends=())
    if step.verb == "drop":
        return replace(step, ends=(*step.ends, SUPPLEMENT))
    return step


COMMITMENT = published(
    replace(COMMITMENT_1, version=2, steps=tuple(map(_with_term_kept, COMMITMENT_1.steps)))
)
