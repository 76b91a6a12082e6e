"""How a measure comes to lie on an enterprise and ends: the flow of burdens and the flow of incentives.

A burden is proposed on a living ground, told beforehand where the group of the measure asks it, decided by a second
person, served, and in force from its service (国办发〔2020〕49号; legal guards G3, G14, G17). An incentive burdens nobody:
two persons and a ground, no letter.
"""

from xinheng.core.flows import NEW, Flow, State, Step, published
from xinheng.core.steps import DECIDERS, OFFICERS, STATEMENT, TAKERS, adverse, by, by_clock

_PROPOSED = ("propose", "revise")
PROPOSE = (*_PROPOSED, "notify")
_OPEN = ("drafted", "noticed", "heard")


def _proposing(*, burden: bool) -> tuple[Step, ...]:
    states = _OPEN if burden else ("drafted",)
    return (
        by(OFFICERS, "propose", "提出措施" if burden else "提出激励", NEW, "drafted", ground_required=True),
        by(OFFICERS, "revise", "补充理由", "drafted", "drafted"),
        by(OFFICERS, "withdraw", "撤回建议", states, "withdrawn", ends=(STATEMENT,) if burden else ()),
    )


_HEARING = (
    by(OFFICERS, "notify", "事先告知", "drafted", "noticed", notice="prior_notice", starts=(STATEMENT,)),
    by(TAKERS, "hear", "登记并答复陈述申辩", "noticed", "heard", ends=(STATEMENT,)),
    by_clock("stay_silent", "期满未陈述申辩", "noticed", "heard", after=STATEMENT),
)

_DECIDING = (
    adverse("decide", "决定采取措施", ("drafted", "heard"), "decided", not_by=PROPOSE, notice="decision"),
    by(DECIDERS, "refuse", "不采取措施", ("drafted", "heard"), "refused", not_by=PROPOSE),
    by(OFFICERS, "serve", "登记送达", "decided", "served"),
    by(OFFICERS, "start", "生效并通知响应单位", "served", "in_force", ground_required=True),
    by(DECIDERS, "drop", "决定不再生效", ("decided", "served"), "revoked"),
)

_GRANTING = (
    by(DECIDERS, "grant", "决定给予激励", "drafted", "in_force", not_by=_PROPOSED, ground_required=True),
    by(DECIDERS, "refuse", "不给予激励", "drafted", "refused", not_by=_PROPOSED),
)

_ENDING = (
    by(DECIDERS, "lift", "解除", "in_force", "lifted"),
    by(DECIDERS, "annul", "纠正错误措施", "in_force", "annulled"),
    by_clock("end", "随依据或期限终止", "in_force", "ended"),
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
                party="拟采取的措施写在事先告知书上。从收到告知书起，您可以在期限内陈述、申辩并提交证据，不会因此加重处理。",
            ),
            State(key="heard", title="待决定", party="陈述申辩已经登记，等待决定。"),
            State(key="decided", title="待送达", party="决定已经作出，决定书将送达您；送达以前不执行。"),
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
        steps=(*_proposing(burden=True), *_HEARING, *_DECIDING, *_ENDING),
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
        steps=(*_proposing(burden=False), *_GRANTING, *_ENDING),
    )
)
