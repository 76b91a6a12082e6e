"""How an enterprise comes on a list, step by step, and what must stand before each step (名单认定).

Evidence that is final, written notice that was served, statement and answer, what the rule of the list asks besides,
legal review, a decision by a further person with every head of proportion reasoned, decision and repair guide served
together, then the entry (国办发〔2020〕49号; 《行政处罚法》第五、四十四、四十五、五十八条; legal guards G3, G11, G17). A list of
good faith is publicised first and never opened without a fair-competition review (G12).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from xinheng.core.catalogue import Item
from xinheng.core.flows import NEW, Flow, State, published
from xinheng.core.lists import ListKind, ListType
from xinheng.core.records import Seriousness
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Role
from xinheng.core.steps import DECIDERS, OFFICERS, STATEMENT, TAKERS, adverse, by, by_clock

PUBLICITY = "lists.publicity_workdays"
PREPARING = ("propose", "revise", "notify", "answer")
DECISIVE = frozenset({Item.PENALTY, Item.COMPULSION, Item.ADJUDICATION, Item.COURT})
"""What a list of serious failing subjects may rest on: judgement, penalty, compulsory or other decision (M9-02)."""
BASIS = "国办发〔2020〕49号"

_LEGAL = frozenset({Role.LEGAL_REVIEWER})
_OPEN = ("drafted", "notified", "hearing", "stated", "prepared", "reviewed")


class Hurdle(StrEnum):
    """What the rule of a list may ask between statement and legal review; each is a step of the flow."""

    HEARING = "hear"
    COLLECTIVE = "discuss"
    HIGHER = "approve_higher"
    PROVINCIAL = "review_province"

    @property
    def label(self) -> str:
        return _HURDLES[self]


_HURDLES = {
    Hurdle.HEARING: "听证",
    Hurdle.COLLECTIVE: "集体讨论",
    Hurdle.HIGHER: "上级同意",
    Hurdle.PROVINCIAL: "省级复核",
}


def hurdles(of: ListType) -> tuple[Hurdle, ...]:
    """Those that this list asks for."""
    asked = {
        Hurdle.HEARING: of.hearing,
        Hurdle.COLLECTIVE: of.collective,
        Hurdle.HIGHER: of.higher_approval,
        Hurdle.PROVINCIAL: of.provincial_review,
    }
    return tuple(one for one, wanted in asked.items() if wanted)


class Head(StrEnum):
    """A head of proportion (过惩相当) that the decider answers in own words."""

    NATURE = "nature"
    CIRCUMSTANCES = "circumstances"
    HARM = "harm"
    PROPORTION = "proportion"

    @property
    def label(self) -> str:
        return _HEADS[self][0]

    @property
    def question(self) -> str:
        return _HEADS[self][1]


_HEADS = {
    Head.NATURE: ("性质", "性质恶劣在哪里？"),
    Head.CIRCUMSTANCES: ("情节", "情节严重在哪里？有无从轻、减轻情形，是否已经改正？"),
    Head.HARM: ("社会危害", "造成或者可能造成什么危害？"),
    Head.PROPORTION: ("过惩相当", "为什么责令整改、约谈、重点关注等较轻的做法不够？"),
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """The record a recognition rests on: number of its catalogue item, class, kind of its subject."""

    item: int
    seriousness: Seriousness
    sole_trader: bool


def check_evidence(of: ListType, found: Evidence) -> None:
    """Refuses what grounds no entry on this list, however final it is. LG1 kind of act, LG2 class, LG3 natural person."""
    if of.kind is ListKind.POSITIVE:
        return
    if of.kind is ListKind.SERIOUS and found.item not in DECISIVE:
        raise Refusal(
            "LG1",
            f"列入“{of.title}”须依据生效的裁判、行政处罚、行政强制或者行政裁决，所选记录不是。",
            citation=BASIS,
            advice="请从该主体档案中选择相应的决定；检查、举报、承诺等线索不能直接列入名单。",
        )
    least = Seriousness.SERIOUS if of.kind is ListKind.SERIOUS else Seriousness.GENERAL
    if found.seriousness < least:
        raise Refusal(
            "LG2",
            f"所依据的记录是“{found.seriousness.label}”，列入“{of.title}”不符合过惩相当。",
            citation="《行政处罚法》第五条；国办发〔2020〕49号",
            advice="失信程度有误的，请先由认定单位更正；无误的，请采用提示、约谈、责令整改等做法。",
        )
    if of.entities_only and found.sole_trader:
        raise Refusal(
            "LG3", f"“{of.title}”只列法人和非法人组织，不列个体工商户。", advice="请核对主体类型和名单种类。"
        )


def check_hurdles(of: ListType, *, taken: frozenset[str]) -> None:
    """Refusal LG4 where the rule of the list asks for something that has not taken place."""
    missing = [one for one in hurdles(of) if one.value not in taken]
    if missing:
        words = "、".join(one.label for one in missing)
        raise Refusal(
            "LG4",
            f"“{of.title}”的认定规则要求{words}，还没有登记。",
            citation=BASIS,
            advice=f"请先办理并在事项中登记：{words}，写明文号或者纪要编号。",
        )


def check_heads(answers: Mapping[str, str]) -> dict[str, str]:
    """The answers to the heads of proportion, trimmed. Refusal LG5 where one is not answered."""
    given = {head.value: answers.get(head.value, "").strip() for head in Head}
    empty = [Head(key).label for key, text in given.items() if len(text) < 4]
    if empty:
        raise Refusal(
            "LG5",
            f"过惩相当审查还没有写明：{'、'.join(empty)}。",
            citation="《行政处罚法》第五条；国办发〔2020〕49号（过惩相当）",
            advice="请逐项写明事实和判断；写不出理由的，不应当列入。",
        )
    return given


def months_of(of: ListType, *, longest: int, wanted: int | None) -> int:
    """How long the entry holds. Refusal LG6 beyond what the rule of the list allows."""
    months = longest if wanted is None else wanted
    if not 0 < months <= longest:
        raise Refusal(
            "LG6",
            f"“{of.title}”的期限最长{longest}个月，不能定为{months}个月。",
            citation=BASIS,
            advice="请在规定的期限以内确定。",
        )
    return months


_STATES = (
    State(key="drafted", title="拟定认定意见", party="认定单位正在研究，还没有作出任何决定。"),
    State(
        key="notified",
        title="待送达告知书",
        party="决定是否列入名单以前，先送达事先告知书。收到以前，期限不起算。",
    ),
    State(
        key="hearing",
        title="陈述申辩期",
        party="您可以在期限内向认定单位陈述、申辩，并提交证据。期限从收到告知书起算。",
    ),
    State(key="stated", title="待答复陈述申辩", party="您的陈述、申辩已经收到，认定单位会逐项答复是否采纳。"),
    State(key="prepared", title="待法制审核", party="陈述、申辩环节已经结束，正在审核。不需要您做什么。"),
    State(key="reviewed", title="待决定", party="法制审核已经完成，等待决定。不需要您做什么。"),
    State(
        key="decided", title="待送达决定书", party="决定已经作出。决定书和信用修复告知书送达以前不列入名单。"
    ),
    State(key="served", title="待列入", party="决定书已经送达。不服的，可以照决定书写明的途径救济。"),
    State(
        key="listed",
        title="在列",
        settled=True,
        party="您在名单上。何时移出、怎样修复，见信用修复告知书。",
    ),
    State(key="declined", title="不予列入", settled=True, party="决定不列入名单，事项已经结束。"),
    State(key="withdrawn", title="撤回", settled=True, party="认定单位已经撤回，不列入名单。"),
    State(key="revoked", title="决定已撤销", settled=True, party="列入决定已经撤销，您不在名单上。"),
    State(key="ended", title="已移出", settled=True, party="您已经移出名单，依据名单采取的措施同时终止。"),
)
_PREPARING = (
    by(OFFICERS, "propose", "提出认定意见", NEW, "drafted", ground_required=True),
    by(OFFICERS, "revise", "修改认定意见", "drafted", "drafted"),
    by(OFFICERS, "notify", "事先告知", "drafted", "notified", notice="prior_notice", starts=(STATEMENT,)),
    by(OFFICERS, "serve", "登记送达", "notified", "hearing"),
    by(TAKERS, "state", "收到陈述申辩", ("hearing", "stated"), "stated"),
    by(OFFICERS, "answer", "答复陈述申辩", "stated", "prepared", ends=(STATEMENT,)),
    by_clock("lapse", "期满未陈述申辩", "hearing", "prepared", after=STATEMENT),
    *(by(OFFICERS, one.value, f"登记{one.label}", "prepared", "prepared") for one in Hurdle),
    by(_LEGAL, "review", "法制审核通过", "prepared", "reviewed", not_by=PREPARING),
    by(_LEGAL, "send_back", "法制审核退回", "prepared", "drafted", not_by=PREPARING),
    by(OFFICERS | DECIDERS, "withdraw", "撤回认定意见", _OPEN, "withdrawn", ends=(STATEMENT,)),
)
_DECIDING = (
    adverse("decide", "决定列入", "reviewed", "decided", not_by=(*PREPARING, "review"), notice="decision"),
    by(DECIDERS, "decline", "决定不予列入", "reviewed", "declined", not_by=PREPARING),
    by(DECIDERS, "return", "退回重办", "reviewed", "drafted", not_by=PREPARING),
    by(OFFICERS, "serve", "登记送达", "decided", "served"),
    by(OFFICERS, "enter", "列入名单", "served", "listed", ground_required=True),
    by(DECIDERS, "revoke", "撤销列入决定", ("decided", "served", "listed"), "revoked"),
    by_clock("end", "移出名单", "listed", "ended"),
)

LISTING = published(
    Flow(name="listing", version=1, title="名单认定", states=_STATES, steps=(*_PREPARING, *_DECIDING))
)

_GOOD_STATES = (
    State(key="drafted", title="拟定名单", party="正在研究，还没有公示。"),
    State(key="publicised", title="公示中", party="正在公示，听取意见。"),
    State(key="objected", title="有异议待核实", party="公示期间有异议，正在核实。"),
    State(key="prepared", title="待决定", party="公示期已满，等待决定。"),
    State(key="listed", title="在列", settled=True, party="您是守信激励对象。"),
    State(key="declined", title="不予列入", settled=True, party="这一次没有列入，不影响以后再次认定。"),
    State(key="withdrawn", title="撤回", settled=True, party="认定单位已经撤回。"),
    State(key="ended", title="已移出", settled=True, party="期满或者不再符合条件，已经移出。"),
)
GOOD_LISTING = published(
    Flow(
        name="good_listing",
        version=1,
        title="守信激励对象认定",
        states=_GOOD_STATES,
        steps=(
            by(OFFICERS, "propose", "提出认定意见", NEW, "drafted", ground_required=True),
            by(OFFICERS, "publicise", "开始公示", "drafted", "publicised", starts=(PUBLICITY,)),
            by(TAKERS, "object", "收到异议", "publicised", "objected", ends=(PUBLICITY,)),
            by(OFFICERS, "dismiss", "异议不成立，重新公示", "objected", "publicised", starts=(PUBLICITY,)),
            by(DECIDERS, "uphold", "异议成立，不予列入", "objected", "declined"),
            by_clock("lapse", "公示期满无异议", "publicised", "prepared", after=PUBLICITY),
            by(
                DECIDERS,
                "decide",
                "决定列入",
                "prepared",
                "listed",
                not_by=("propose", "publicise"),
                ground_required=True,
            ),
            by(DECIDERS, "decline", "决定不予列入", "prepared", "declined"),
            by(
                OFFICERS | DECIDERS,
                "withdraw",
                "撤回认定意见",
                ("drafted", "publicised", "objected", "prepared"),
                "withdrawn",
                ends=(PUBLICITY,),
            ),
            by(DECIDERS, "lift", "移出（不再符合条件）", "listed", "ended"),
            by_clock("end", "期满移出", "listed", "ended"),
        ),
    )
)
