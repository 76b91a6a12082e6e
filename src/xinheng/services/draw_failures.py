"""Says that an announced draw could not be made, so that it may be announced again in the open.

One person names the cause, another agrees; cause and words are public at once and stay. Whoever had seen the outcome could
call a draw failed that he does not like: no team is therefore tried here, a silent party is named, and nobody commits to the
same secret twice (《优化营商环境条例》第五十四条; docs/draw.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from xinheng.core.masking import masked_line
from xinheng.core.refusal import Refusal
from xinheng.services.ledger import note
from xinheng.services.pools import draw_as_announced
from xinheng.store.accounts import User
from xinheng.store.draw_failures import DrawFailure, FailureCause
from xinheng.store.draw_secrets import DrawSecret
from xinheng.store.inspections import Draw, DrawAnnouncement, Plan

LEAST = 10
"""Characters of a public reason."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """The attempt that comes now; ``repeated`` is the digest of the failed announcement and ``reason`` why it failed."""

    attempt: int = 1
    repeated: str = ""
    reason: str = ""


@transaction.atomic
def report_failure(
    announcement: DrawAnnouncement,
    *,
    cause: FailureCause,
    reason: str,
    party: str = "",
    reveals: Mapping[str, str],
    actor: User,
    now: datetime,
) -> DrawFailure:
    """Propose that a draw failed; a second proposal replaces the first while nobody has agreed.

    ``reveals``: what the parties revealed, needed where no team could be formed; it is tried and not kept. Refusals: I08
    drawn or given up already, I09 no reason, I12 no such party, I21 one that has revealed, I11 it can be drawn after all.
    """
    _open(announcement)
    said = masked_line(reason)[:400]
    if len(said) < LEAST:
        raise Refusal(
            "I09",
            f"请写明为什么没有抽取成功，不少于{LEAST}个字。",
            citation="《优化营商环境条例》第五十四条",
            advice="理由随失败的公告一起公开，请写清事实。",
        )
    silent = party if cause is FailureCause.NO_REVEAL else ""
    if cause is FailureCause.NO_REVEAL and party not in _parties(announcement):
        raise Refusal("I12", "请指明是公告中的哪一个单位没有公开原值。", advice="请从公告所列的单位中选择。")
    _refuse_revealed(announcement, silent)
    if cause is FailureCause.NO_TEAM:
        _check_stuck(announcement, reveals=reveals, now=now)
    failure, _ = DrawFailure.objects.update_or_create(
        announcement=announcement,
        defaults={
            "cause": cause,
            "party": silent,
            "reason": said,
            "proposed_by": actor,
            "proposed_at": now,
        },
    )
    _noted("draw.failing", failure, actor=actor, now=now)
    return failure


@transaction.atomic
def agree_failure(announcement: DrawAnnouncement, *, actor: User, now: datetime) -> DrawFailure:
    """A second person agrees; the draw is given up and may be announced again. Refusals: I08, I13 nothing proposed, I14
    the same person, I21 the party revealed meanwhile."""
    _open(announcement)
    failure = DrawFailure.objects.select_for_update().filter(announcement=announcement).first()
    if failure is None:
        raise Refusal("I13", "没有人提出这次抽取未能完成。", advice="请由经办人先写明原因。")
    if failure.proposed_by_id == actor.pk:
        raise Refusal(
            "I14", "提出抽取未能完成的人不能自己同意。", advice="请由另一名有权批准抽查计划的人办理。"
        )
    _refuse_revealed(announcement, failure.party)
    failure.agreed_by, failure.agreed_at = actor, now
    failure.save(update_fields=["agreed_by", "agreed_at"])
    _noted("draw.failed", failure, actor=actor, now=now)
    return failure


def repeat_of(plan: Plan, *, parties: Mapping[str, str]) -> Repeat:
    """What a new announcement of the plan repeats. Refusals: I03 the last one waits or was drawn, I15 a commitment that
    was used before: its secret may be known."""
    known = list(plan.announcements.select_related("failure").order_by("attempt"))
    if not known:
        return Repeat()
    failure = getattr(known[-1], "failure", None)
    if failure is None or failure.agreed_at is None:
        raise Refusal(
            "I03",
            "本计划已经公告过一次抽取。",
            advice="请在原公告上完成抽取；确实不能完成的，写明原因、经另一人同意后重新公告。",
        )
    used = {(party["name"], party["commitment"]) for one in known for party in one.content["parties"]}
    for name, value in parties.items():
        if (name, value) in used:
            raise Refusal(
                "I15",
                f"“{name}”的承诺值在前一次公告中用过。",
                advice="请该单位另拟秘密文字，重新计算承诺值。",
            )
    return Repeat(known[-1].attempt + 1, known[-1].digest, f"{failure.get_cause_display()}：{failure.reason}")


def refuse_failed(announcement: DrawAnnouncement) -> None:
    """Refusal I10: a draw that was given up is not made any more."""
    if _given_up(announcement):
        raise Refusal("I10", "这次公告已经宣布未能完成，不能再据以抽取。", advice="请重新公告后抽取。")


def _given_up(announcement: DrawAnnouncement) -> bool:
    return DrawFailure.objects.filter(announcement=announcement, agreed_at__isnull=False).exists()


def _open(announcement: DrawAnnouncement) -> None:
    Plan.objects.select_for_update().get(pk=announcement.plan_id)
    drawn = Draw.objects.filter(announcement=announcement).exists()
    if drawn or _given_up(announcement):
        raise Refusal(
            "I08",
            "这次公告已经抽取完毕，结果不能作废。" if drawn else "这次公告已经宣布未能完成。",
            citation="《优化营商环境条例》第五十四条",
            advice="请查看抽取记录。" if drawn else "请重新公告后抽取。",
        )


def _parties(announcement: DrawAnnouncement) -> list[str]:
    return [party["name"] for party in announcement.content["parties"]]


def _refuse_revealed(announcement: DrawAnnouncement, party: str) -> None:
    """A party that has handed in its words did not keep silent."""
    if party and DrawSecret.objects.filter(announcement=announcement, party=party).exists():
        raise Refusal(
            "I21",
            f"“{party}”已经提交秘密文字，不能说它没有公开原值。",
            citation="《优化营商环境条例》第五十四条",
            advice="请等其余单位提交后抽取；确有单位不公开的，写明那个单位。",
        )


def _check_stuck(announcement: DrawAnnouncement, *, reveals: Mapping[str, str], now: datetime) -> None:
    """Only the draw itself can say that no team is to be had."""
    try:
        draw_as_announced(announcement, reveals=reveals, now=now)
    except Refusal as refusal:
        if refusal.code != "draw_no_team":
            raise
        return
    raise Refusal(
        "I11", "按各单位公开的原值可以抽取，检查组也分派得出，不能作未完成处理。", advice="请完成这次抽取。"
    )


def _noted(kind: str, failure: DrawFailure, *, actor: User, now: datetime) -> None:
    announcement = failure.announcement
    note(
        kind,
        now=now,
        actor=actor,
        object=f"draw:{announcement.plan.public_id}",
        reason=failure.reason,
        payload={"announcement": announcement.digest, "cause": failure.cause},
    )
