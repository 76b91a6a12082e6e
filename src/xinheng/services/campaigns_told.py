"""Tells an enterprise that it was taken into a campaign, why, and how that ends; and that it has ended.

There is no secrecy about it towards the enterprise, and nobody else is told (legal guards G16, G17). The notices are those
of ``services.notices``: served and signed for like the others.
"""

from collections.abc import Iterable
from datetime import datetime

from xinheng.core.campaigns import CLOSED, DONE, LEFT
from xinheng.core.canonical import digest_of
from xinheng.core.days import last_day
from xinheng.core.grounds import Ground, GroundKind
from xinheng.core.policy import Policy
from xinheng.services.measures_grounds import words_of
from xinheng.services.reach import tree
from xinheng.store.campaigns import CampaignLine
from xinheng.store.notices import ResultNotice
from xinheng.store.records import Record

NATURE = (
    "专项治理是机关内部的督促办理：不是名单，不是处罚，也不是惩戒措施；不公开，不影响评价结果，"
    "不作为拒绝办理事项或者交易的理由。"
)
HOW_IT_ENDS = (
    "这条信息被更正、撤回、撤销、修复的，随即退出；整改到位的，由办理单位记为已完成；专项治理到期，全部结束。"
)
RIGHTS = (
    "认为这条信息有误的，可以提出异议；符合条件的，可以申请信用修复；对纳入有意见的，可以向办理单位说明。"
)

_ENDED = {
    DONE: "整改已经到位，记为完成。",
    LEFT: "由办理单位移出。",
    CLOSED: "专项治理已经结束。",
}
_WITH_GROUND = "纳入所依据的信息已经终止或者更正，随即退出。"


def tell_taken(line: CampaignLine, *, policy: Policy, now: datetime) -> None:
    """Write the notice of a line that was taken in."""
    campaign, subject = line.campaign, line.subject
    ground = Ground(GroundKind.RECORD, line.ground_key)
    last = last_day(campaign.until_on)
    text = (
        f"{subject.name}（{subject.code or '没有统一社会信用代码'}）：",
        f"{tree().name(campaign.case.organisation_id)}开展“{campaign.title}”专项治理"
        f"（依据：{campaign.document_title}，{campaign.document_no}），{campaign.from_on} 至 {last}。",
        f"你单位因下列信息纳入：{words_of(ground, policy=policy)}。理由：{line.reason}",
        NATURE,
        HOW_IT_ENDS,
        RIGHTS,
    )
    _write(line, f"纳入“{campaign.title}”专项治理的告知", text, about="taken", now=now)


def tell_ended(ids: Iterable[int], *, now: datetime) -> int:
    """Write the notices of lines that have ended; returns how many. A second run adds none. What the ended record said is
    not repeated (legal guard G9)."""
    told = 0
    rows = CampaignLine.objects.select_related("campaign", "subject").filter(
        pk__in=list(ids), ended_at__isnull=False
    )
    for line in rows.order_by("pk"):
        text = (
            f"{line.subject.name}（{line.subject.code or '没有统一社会信用代码'}）：",
            f"你单位已不在“{line.campaign.title}”专项治理中。{why_ended(line)}",
        )
        told += _write(line, f"退出“{line.campaign.title}”专项治理的告知", text, about="ended", now=now)
    return told


def why_ended(line: CampaignLine) -> str:
    """Why a line has ended, in words; empty while it stands."""
    if line.ended_at is None:
        return ""
    reason = f"理由：{line.end_reason}" if line.end_reason else ""
    return f"{_ENDED.get(line.ended_why, _WITH_GROUND)}{reason}"


def _write(line: CampaignLine, title: str, text: Iterable[str], *, about: str, now: datetime) -> bool:
    source, digest = f"campaign:{line.campaign.public_id}", digest_of([about, line.public_id])
    if ResultNotice.objects.filter(subject=line.subject, source=source, reasons_digest=digest).exists():
        return False
    ResultNotice.objects.create(
        subject=line.subject,
        source=source,
        record=Record.objects.filter(record_key=line.ground_key).latest("pk"),
        reasons_digest=digest,
        title=title[:120],
        text="\n".join(text),
        written_at=now,
    )
    return True
