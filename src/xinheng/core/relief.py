"""Temporary relief in a reorganisation of bankruptcy: on a ruling of the court the effects of failing records rest.

They rest while the plan is carried out; when it is done the records are repaired, and when it fails they count again,
which two persons decide after the enterprise was heard (国办发〔2025〕22号; domain rules on bankruptcy are 未核).
"""

from xinheng.core.flows import NEW, Flow, State, published
from xinheng.core.roles import OF_ENTERPRISES
from xinheng.core.steps import DECIDERS, OFFICERS, STATEMENT, TAKERS, adverse, by

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
            by(TAKERS, "ask", "登记法院裁定", NEW, "asked"),
            by(DECIDERS, "grant", "暂时解除", "asked", "resting", not_by=("ask",)),
            adverse("refuse", "不予暂时解除", "asked", "refused", not_by=("ask",), notice="refusal"),
            by(TAKERS | OF_ENTERPRISES, "withdraw", "撤回申请", "asked", "withdrawn"),
            by(DECIDERS, "finish", "重整计划执行完毕，正式修复", "resting", "done", not_by=("ask",)),
            by(
                OFFICERS,
                "propose_end",
                "拟终止暂时解除",
                "resting",
                "ending",
                notice="prior_notice",
                starts=(STATEMENT,),
            ),
            by(TAKERS | OF_ENTERPRISES, "hear", "登记陈述申辩", "ending", "ending"),
            by(
                DECIDERS,
                "keep",
                "继续暂时解除",
                "ending",
                "resting",
                not_by=("propose_end",),
                ends=(STATEMENT,),
            ),
            adverse(
                "end",
                "终止暂时解除",
                "ending",
                "over",
                not_by=("propose_end",),
                notice="decision",
                ends=(STATEMENT,),
            ),
        ),
    )
)
