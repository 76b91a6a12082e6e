"""The visit of an enterprise: approved on paper by a second person, noticed, checked in, recorded, confirmed, told, published.

Why it cannot be checked off-site is on record before anybody goes; in an emergency the approval follows. What was found
becomes public and a record only after another person confirmed it and the enterprise was told (国办发〔2024〕54号;
《优化营商环境条例》第五十四条; legal guards G6, G7).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from xinheng.core.flows import NEW, Flow, State, published
from xinheng.core.inspection_matters import ENTERPRISE_CHECKS
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Role
from xinheng.core.steps import DECIDERS, OFFICERS, adverse, by

PUBLISH = ("acts.inspection_workdays", "acts.inspection_random_workdays")
"""Terms for publication, side by side; they run from the day of the check (legal guard G8)."""
AFTERWARDS = "inspections.emergency_approval_workdays"
"""The term in which an emergency visit is approved afterwards."""
TEAM = "inspections.inspectors_minimum"
"""How many inspectors go at least."""
CODE_SIGNS, CODE_LENGTH = "23456789ABCDEFGHJKMNPQRSTVWXYZ", 10
"""Of the code on a notice (入企检查码); none is taken for another."""
UNREACHED = "not_reached"
"""The result of a check at which nobody could be reached, in the list of results of policy."""
INSPECTORS = frozenset({Role.INSPECTOR})
SECRECY = frozenset({Role.SECRECY_REVIEWER})
APPLIED = ("apply", "apply_again")
WAITING = ("applied", "returned", "approved", "notified")
"""States in which nobody has gone yet, an emergency left aside."""
UNANNOUNCED = ("applied", "returned", "approved", "rushed")
"""States in which the enterprise has no notice and nobody has come: they say nothing to it, so that no list announces a
visit."""
TOLD = ("told", "published", "closed")
"""States in which the enterprise has the letter on its result."""
THERE = ("check_in", "arrive", "record", "record_rush")
JUDGED = (*THERE, "clear", "confirm")

_STATES = (
    State(key="applied", title="待审批"),
    State(key="returned", title="退回修改"),
    State(key="approved", title="待入企"),
    State(
        key="notified",
        title="已通知，待入企",
        party="检查通知书已经送达。检查人员到场时应当出示两个以上执法证件，您可以用检查码核验；"
        "不在清单内的检查，您有权拒绝并投诉。",
    ),
    State(key="rushed", title="紧急检查，待入企"),
    State(key="on_site", title="检查中", party="检查人员已经入企登记。请配合检查，您可以陈述意见。"),
    State(key="rush_on_site", title="紧急检查中", party="检查人员已经入企登记。请配合检查，您可以陈述意见。"),
    State(key="rush_recorded", title="待补办审批", party="检查已经记录，检查机关正在补办审批。"),
    State(key="recorded", title="待审核", party="检查已经记录，检查机关正在审核结果。不需要您做什么。"),
    State(
        key="confirmed",
        title="待告知",
        party="检查结果已经确定，检查结果告知书将送达您。对结果可以陈述意见。",
    ),
    State(key="told", title="待公示", party="检查结果已经告知。对结果不服的，可以提出异议。"),
    State(
        key="published", title="已公示", settled=True, party="检查结果已经依法公示，可以提出异议、申请修复。"
    ),
    State(key="closed", title="办结，不公示", settled=True, party="检查已经办结，结果不公示。"),
    State(key="withdrawn", title="取消检查", settled=True, party="检查已经取消，不需要您做什么。"),
    State(
        key="declined", title="企业依法拒绝", settled=True, party="您拒绝了不应当进行的检查，检查已经结束。"
    ),
    State(key="annulled", title="未补批准，结果不采用", settled=True, party="检查没有获得批准，结果不采用。"),
)

_APPROVING = (
    by(OFFICERS, "apply", "申请入企检查", NEW, "applied", ground_required=True, notice="inspection_form"),
    by(DECIDERS, "return", "退回修改", "applied", "returned", not_by=APPLIED),
    by(OFFICERS, "apply_again", "再次申请", "returned", "applied"),
    by(
        DECIDERS, "approve", "批准入企检查", "applied", "approved", not_by=APPLIED, notice="inspection_notice"
    ),
    by(
        DECIDERS,
        "withdraw",
        "取消检查",
        WAITING,
        "withdrawn",
        not_by=APPLIED,
    ),
    by(OFFICERS | INSPECTORS, "serve", "登记送达通知书", "approved", "notified"),
)

_GOING = (
    by(
        INSPECTORS,
        "check_in",
        "入企登记",
        ("approved", "notified"),
        "on_site",
        notice="inspection_minutes",
        reason_required=False,
    ),
    by(INSPECTORS, "record", "登记检查结果", "on_site", "recorded", reason_required=False, starts=PUBLISH),
    by(
        OFFICERS | INSPECTORS,
        "decline",
        "登记企业依法拒绝",
        ("approved", "notified", "on_site", "rushed"),
        "declined",
        ends=(AFTERWARDS, *PUBLISH),
    ),
)

_RUSHING = (
    by(
        OFFICERS | INSPECTORS,
        "rush",
        "紧急先行检查",
        NEW,
        "rushed",
        ground_required=True,
        starts=(AFTERWARDS,),
    ),
    by(
        INSPECTORS,
        "arrive",
        "入企登记",
        "rushed",
        "rush_on_site",
        notice="inspection_minutes",
        reason_required=False,
    ),
    by(
        INSPECTORS,
        "record_rush",
        "登记检查结果",
        "rush_on_site",
        "rush_recorded",
        reason_required=False,
        starts=PUBLISH,
    ),
    by(
        DECIDERS,
        "approve_after",
        "补办批准",
        "rush_recorded",
        "recorded",
        not_by=("rush", "arrive", "record_rush"),
        notice="inspection_form",
        ends=(AFTERWARDS,),
    ),
    by(
        DECIDERS,
        "annul",
        "不予补批",
        ("rushed", "rush_on_site", "rush_recorded"),
        "annulled",
        not_by=("rush",),
        ends=(AFTERWARDS, *PUBLISH),
    ),
)

_ENDING = (
    by(DECIDERS, "send_back", "退回补正记录", "recorded", "on_site", not_by=THERE),
    by(
        DECIDERS,
        "clear",
        "确认未发现问题",
        "recorded",
        "confirmed",
        not_by=THERE,
        notice="inspection_cleared",
    ),
    adverse("confirm", "确认发现问题", "recorded", "confirmed", not_by=THERE, notice="inspection_result"),
    by(OFFICERS | INSPECTORS, "serve", "登记送达结果", "confirmed", "told"),
    by(SECRECY, "publish", "审查并公示", "told", "published", not_by=JUDGED, ends=PUBLISH),
    by(SECRECY, "close", "不公示，办结", "told", "closed", not_by=JUDGED, ends=PUBLISH),
)

VISIT = published(
    Flow(
        name="inspection_visit",
        version=1,
        title="入企检查",
        states=_STATES,
        steps=(*_APPROVING, *_GOING, *_RUSHING, *_ENDING),
    )
)


class Kind(StrEnum):
    """日常 and 专项 checks are drawn; a 个案 check follows a lead of the closed list."""

    DAILY = "daily"
    SPECIAL = "special"
    CASE = "case"

    @property
    def label(self) -> str:
        return {"daily": "日常检查", "special": "专项检查", "case": "个案检查"}[self.value]


class Arrival(StrEnum):
    """How the officers showed who they are. ``ABSENT``: nobody could be reached at the registered address."""

    CODE = "code"
    SHOWN = "shown"
    ABSENT = "absent"

    @property
    def label(self) -> str:
        return {
            "code": "企业扫码核验",
            "shown": "出示执法证件和通知书",
            "absent": "到登记的住所，未能联系",
        }[self.value]


class Finding(StrEnum):
    """What one point of the checklist showed."""

    FIT = "fit"
    UNFIT = "unfit"
    APART = "apart"

    @property
    def label(self) -> str:
        return {"fit": "符合", "unfit": "不符合", "apart": "不涉及"}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One point as it was found."""

    finding: Finding
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What was written on site. ``client_id`` is made where it is written, so that sending it twice is once.

    ``views``: what the enterprise stated; ``present``: certificates of those who were there.
    """

    client_id: str
    result: str
    found: str
    views: str
    present: tuple[str, ...]
    recorded_at: datetime
    points: Mapping[str, Seen] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """One of the team as the library knows him on the day."""

    certificate: str
    organisation: int
    certified_until: date | None
    taking: bool


def check_team(
    officers: Collection[Officer], *, needed: int, organisation: int, on: date, named: Collection[str]
) -> None:
    """Refuses an uncertified, foreign or unknown officer, and a team below the minimum (《行政处罚法》第四十二条; G7)."""
    known = {one.certificate: one for one in officers}
    for certificate in named:
        one = known.get(certificate)
        if one is None or not one.taking:
            raise _unfit(certificate, "不在执法检查人员名录库中或者已经停用")
        if one.organisation != organisation:
            raise _unfit(certificate, "不是检查机关的人员")
        if one.certified_until is None or one.certified_until < on:
            raise _unfit(certificate, f"的执法证件在{on}不在有效期内")
    if len(set(named)) < needed:
        raise Refusal(
            "VT2",
            f"检查人员只有{len(set(named))}名，不得少于{needed}名。",
            citation="《中华人民共和国行政处罚法》第四十二条",
            advice="请补足持有执法证件的人员后再检查。",
        )


def _unfit(certificate: str, why: str) -> Refusal:
    return Refusal(
        "VT1",
        f"执法证号 {certificate} {why}，不能检查。",
        citation=ENTERPRISE_CHECKS,
        advice="请换由本机关持有有效执法证件的人员检查；不得由第三方人员代替。",
    )


def check_sheet(
    sheet: Sheet, *, points: Collection[str], results: Mapping[str, bool], arrival: Arrival
) -> None:
    """Refusals VS1–VS7 for a sheet that does not say what a record of a check must say.

    ``results``: whether each result that the matter may have is negative, by its key.
    """
    if sheet.result not in results:
        raise Refusal("VS1", f"没有“{sheet.result}”这个检查结果。", advice="请从该事项的结果代码中选择。")
    if not sheet.found.strip():
        raise Refusal(
            "VS2", "没有写明现场检查情况。", advice="请写明检查了什么、看到什么；没有问题的也写明。"
        )
    if unknown := set(sheet.points) - set(points):
        raise Refusal(
            "VS3", f"“{min(unknown)}”不在检查表内。", advice="只能检查清单列明的内容，请刷新检查表。"
        )
    away = arrival is Arrival.ABSENT
    if away != (sheet.result == UNREACHED):
        raise Refusal(
            "VS7",
            "入企登记与检查结果不一致：只有到登记的住所未能联系的，才登记“无法联系”。",
            advice="请核对入企方式和检查结果。",
        )
    if not away and (missing := set(points) - set(sheet.points)):
        raise Refusal(
            "VS4", f"检查表还有 {len(missing)} 项没有填写。", advice="不涉及的请选“不涉及”，不要留空。"
        )
    unfit = [key for key, seen in sheet.points.items() if seen.finding is Finding.UNFIT]
    if any(not sheet.points[key].note.strip() for key in unfit):
        raise Refusal("VS5", "有不符合的项目没有写明情况。", advice="请在不符合的项目后写明事实。")
    if unfit and not results[sheet.result]:
        raise Refusal(
            "VS6", "检查表有不符合项，结果却没有问题。", advice="请核对检查表，或者选择与事实相符的结果。"
        )
