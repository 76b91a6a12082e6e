"""Putting an error of ours right: lift it, tell every receiver, publish the correction, apologise, show the score as it should
have been (错误影响消除).

The cities ask that the harm of a wrong listing or measure be removed (汴政办〔2020〕46号第19项;《河南省社会信用条例》第四十一、
四十二条). Two persons find that it was an error; what was computed then is never rewritten, the right result stands beside.
"""

from datetime import date, timedelta

from xinheng.core.flows import NEW, Flow, State, published
from xinheng.core.steps import DECIDERS, OFFICERS, by

TELL = "objections.revoked_workdays"
"""Within which receivers withdraw what has ended."""
SHARE = "objections.correction_share"
"""For how long the correction is shown, in thousandths of the time for which the error stood."""
LETTER = "error_apology"


REMEDY = published(
    Flow(
        name="remedy",
        version=1,
        title="错误影响消除",
        states=(
            State(key="found", title="待确认", party="办理单位发现一项信息可能有误，正在核对。"),
            State(
                key="lifted",
                title="已解除，正在消除影响",
                party="有误的信息已经解除，正在通知收到过它的单位并送达道歉信。",
            ),
            State(key="done", title="影响已消除", settled=True, party="各接收单位已经通知，事项办结。"),
            State(key="dismissed", title="不是错误", settled=True, party="核对后没有发现错误。"),
        ),
        steps=(
            by(OFFICERS, "find", "提出纠错", NEW, "found", ground_required=True),
            by(
                DECIDERS,
                "lift",
                "确认有误并解除",
                "found",
                "lifted",
                not_by=("find",),
                ground_required=True,
                starts=(TELL,),
            ),
            by(DECIDERS, "dismiss", "确认不是错误", "found", "dismissed", not_by=("find",)),
            by(OFFICERS, "finish", "影响消除完毕", "lifted", "done", ends=(TELL,)),
        ),
    )
)


def shown_until(*, wrong_from: date, wrong_to: date, share: int | None) -> date | None:
    """The first day on which a correction published on ``wrong_to`` is shown no more; None while ``share`` is unknown."""
    if share is None:
        return None
    days = max((wrong_to - wrong_from).days, 1) * share
    return wrong_to + timedelta(days=-(-days // 1000))
