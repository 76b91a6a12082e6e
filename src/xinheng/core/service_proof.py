"""How a letter reaches whom it is for (送达), what proves it, and the day on which it counts as served.

By hand, left in place, electronic with consent, by post, by public notice, in the order in which the law lets them
stand in for each other (legal guard G17; 《民事诉讼法》 on service, to which 《行政处罚法》第六十一条 refers). A term that
waits for a letter begins on the day given here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from xinheng.core.parameters import Reading
from xinheng.core.refusal import Refusal

LAW = "《中华人民共和国民事诉讼法》关于送达的规定"


class Way(StrEnum):
    """``proof`` is what has to be written down for it."""

    DIRECT = "direct"
    LEFT = "left"
    ELECTRONIC = "electronic"
    POST = "post"
    ANNOUNCEMENT = "announcement"

    @property
    def label(self) -> str:
        return _WORDS[self][0]

    @property
    def proof(self) -> str:
        return _WORDS[self][1]

    @property
    def moment(self) -> str:
        """Which day counts, for the form."""
        return _WORDS[self][2]


_WORDS = {
    Way.DIRECT: ("直接送达", "送达回证编号和签收人身份", "受送达人在送达回证上签收的日期"),
    Way.LEFT: ("留置送达", "拒收事由和见证人或者影像记录的编号", "把文书留在受送达人住所的日期"),
    Way.ELECTRONIC: (
        "电子送达（经同意）",
        "送达地址确认书编号和到达系统的回执号",
        "到达受送达人特定系统的日期",
    ),
    Way.POST: ("邮寄送达", "邮件号码", "邮件回执上注明的收件日期"),
    Way.ANNOUNCEMENT: ("公告送达", "公告的文号和刊登位置", "发出公告之日起，经过规定的日数"),
}


class Outcome(StrEnum):
    """What became of one try."""

    SERVED = "served"
    FAILED = "failed"
    ANNOUNCED = "announced"

    @property
    def label(self) -> str:
        return {"served": "已送达", "failed": "未能送达", "announced": "公告期内"}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One try to serve: ``on`` is the day it was made, received or announced. ``proof`` names the paper, not a person."""

    way: Way
    on: date
    failed: bool = False
    proof: str = ""
    reason: str = ""
    consent: bool = False


@dataclass(frozen=True, slots=True)
class Served:
    """``served_on`` is None for a try that failed; with a public notice it lies ahead."""

    outcome: Outcome
    served_on: date | None


def judge(
    new: Try,
    *,
    issued_on: date,
    today: date,
    earlier: Sequence[Outcome],
    tries: Reading,
    announcement: Reading,
) -> Served:
    """What a try amounts to. Refused without its proof, out of order, after service, or where a term is unknown."""
    _check_days(new, issued_on=issued_on, today=today)
    if Outcome.SERVED in earlier:
        raise Refusal("SV1", "这份文书已经登记送达。", advice="请刷新页面查看送达情况。")
    if new.failed:
        return _failed(new)
    if not new.proof.strip():
        raise Refusal(
            "SV2",
            f"{new.way.label}必须写明送达凭证：{new.way.proof}。",
            citation=LAW,
            advice="请照送达回证、邮件回执或者公告填写。",
        )
    if new.way is Way.ELECTRONIC and not new.consent:
        raise Refusal(
            "SV3",
            "没有受送达人同意，不能电子送达。",
            citation="《中华人民共和国行政处罚法》第六十一条",
            advice="请先由受送达人签订送达地址确认书，或者改用其他方式送达。",
        )
    if new.way is Way.ANNOUNCEMENT:
        return _announced(new, earlier=earlier, tries=tries, announcement=announcement)
    return Served(Outcome.SERVED, new.on)


def is_over(served_on: date, *, today: date) -> bool:
    """Whether a public notice has stood long enough: its last day must have passed."""
    return today > served_on


def _check_days(new: Try, *, issued_on: date, today: date) -> None:
    if new.on > today:
        raise Refusal("SV4", "送达日期不能晚于今天。", advice="请填写实际送达、退回或者发出公告的日期。")
    if new.on < issued_on:
        raise Refusal(
            "SV5", f"送达日期早于文书签发的{issued_on}。", advice="请核对送达回证或者回执上的日期。"
        )


def _failed(new: Try) -> Served:
    if not new.reason.strip():
        raise Refusal("SV6", "未能送达的，必须写明原因。", advice="请写明退回、无人签收或者查无此处等情况。")
    if new.way is Way.ANNOUNCEMENT:
        raise Refusal("SV7", "公告送达没有未送达的情形。", advice="请选择实际尝试过的送达方式。")
    return Served(Outcome.FAILED, None)


def _announced(new: Try, *, earlier: Sequence[Outcome], tries: Reading, announcement: Reading) -> Served:
    if Outcome.ANNOUNCED in earlier:
        raise Refusal("SV8", "这份文书正在公告送达。", advice="公告期满即视为送达，不必重复公告。")
    failed, wanted = list(earlier).count(Outcome.FAILED), tries.required()
    if failed < wanted:
        raise Refusal(
            "SV9",
            f"公告送达之前须有{wanted}次其他方式未能送达，现有{failed}次。",
            citation=LAW,
            advice="请先用直接、邮寄等方式送达，未能送达的登记原因。",
        )
    return Served(Outcome.ANNOUNCED, new.on + timedelta(days=announcement.required()))
