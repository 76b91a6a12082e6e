"""What makes a record weigh more on its subject, and the procedure in which two persons decide such a correction.

A correction that lightens or is neutral is made by one person; one that burdens is proposed by one, decided by another
and told to the enterprise (《行政处罚法》第五十七、五十八条 as the model of review and decision by different persons;
《河南省社会信用条例》第四十一条).
"""

from dataclasses import dataclass, replace
from datetime import date

from xinheng.core.flows import NEW, Flow, State, Step, published
from xinheng.core.records import STANDING, Finality, RecordState, Seriousness
from xinheng.core.roles import Role
from xinheng.core.steps import DECIDERS, OFFICERS, adverse, by, by_clock

LETTER = "correction_notice"
PROPOSERS = OFFICERS | {
    Role.COLLECTOR,
    Role.TOWN_REPORTER,
    Role.REGISTRAR_DESK,
    Role.COURT_LIAISON,
    Role.COMPLAINTS_LIAISON,
}
"""Who may correct a record: whoever reports, and whoever reviews."""

CORRECTION_1 = published(
    Flow(
        name="correction",
        version=1,
        title="加重更正",
        states=(
            State(
                key="proposed",
                title="待决定",
                party="报送单位提出更正您的一条信息，更正后对您更为不利，正由另一人核对。决定以前信息不变。",
            ),
            State(
                key="corrected",
                title="已更正",
                settled=True,
                party="信息已经更正，理由和所依据的文书见《信用信息更正告知书》。认为有误的，可以提出异议。",
            ),
            State(key="declined", title="不予更正", settled=True, party="信息没有更正，仍是原来的内容。"),
            State(key="withdrawn", title="已撤回意见", settled=True, party="更正意见已经撤回，信息没有变。"),
        ),
        steps=(
            by(PROPOSERS, "propose", "提出加重更正", NEW, "proposed", ground_required=True),
            adverse("carry", "同意更正", "proposed", "corrected", not_by=("propose",), notice=LETTER),
            by(DECIDERS, "decline", "不予更正", "proposed", "declined", not_by=("propose",)),
            by(PROPOSERS, "withdraw", "撤回更正意见", "proposed", "withdrawn"),
        ),
    )
)

BRING = by_clock("bring", "报送的内容与先前不一致", NEW, "proposed")
"""What its sender tells otherwise than before is a proposal already; who decides on the row has compared both."""


def _or_brought(step: Step) -> Step:
    return replace(step, not_by=(*step.not_by, "bring")) if step.two_person else step


CORRECTION = published(
    replace(CORRECTION_1, version=2, steps=(BRING, *(_or_brought(step) for step in CORRECTION_1.steps)))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """What of a record decides how it weighs. ``amount`` is fen; ``start`` and ``end`` are its valid period, the end None
    where it is open; ``decided_on`` begins its publication. ``subject`` is whoever bears it."""

    subject: int
    state: RecordState = RecordState.ACTIVE
    seriousness: Seriousness = Seriousness.NONE
    finality: Finality = Finality.UNKNOWN
    amount: int | None = None
    headcount: int | None = None
    decided_on: date | None = None
    start: date | None = None
    end: date | None = None
    result: str = ""


def heavier(before: Weight, after: Weight, *, burdens: bool) -> tuple[str, ...]:
    """In which respects ``after`` weighs more, as words for people; empty where it is lighter or the same.

    ``burdens``: the catalogue lets records of this item count against their subject. Without it, and without a class of
    failing, nothing weighs. Where it cannot be told which of two weighs more, such as two results, the later does.
    """
    if not burdens and max(before.seriousness, after.seriousness) is Seriousness.NONE:
        return ()
    found = {
        "主体": after.subject != before.subject,
        "状态": after.state in STANDING and before.state not in STANDING,
        "失信程度": after.seriousness > before.seriousness,
        "效力": _firmness(after.finality) > _firmness(before.finality),
        "金额": _more(before.amount, after.amount),
        "人数": _more(before.headcount, after.headcount),
        "决定日期": _later(before.decided_on, after.decided_on),
        "有效期": _longer(before, after),
        "结果": after.result != before.result,
    }
    return tuple(word for word, weighs in found.items() if weighs)


def _firmness(finality: Finality) -> int:
    """How firm a decision stands: quashed, under attack, neither known nor over, final (legal guard G3)."""
    if finality is Finality.REVOKED:
        return 0
    if finality in (Finality.UNDER_REVIEW, Finality.IN_COURT):
        return 1
    return 3 if finality in (Finality.UPHELD, Finality.FINAL) else 2


def _more(before: int | None, after: int | None) -> bool:
    return after is not None and (before is None or after > before)


def _later(before: date | None, after: date | None) -> bool:
    """A later day of the decision ends publication and the window of evaluation later."""
    return after is not None and (before is None or after > before)


def _longer(before: Weight, after: Weight) -> bool:
    """Ends later or begins earlier; with an open end a later beginning counts too, for what is younger weighs longer."""
    if (before.end or date.max) < (after.end or date.max):
        return True
    if after.start == before.start:
        return False
    if before.start is None or after.start is None:
        return True
    return after.start < before.start or after.end is None
