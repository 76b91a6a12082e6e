"""Takes the secret words of each organ of a draw from a person of its own, and keeps them sealed until the draw is made.

Whoever knew all of them could compute the outcome before the draw, and call it off; one person therefore speaks for one organ
of a plan, and for an organ that works here only who works there (《优化营商环境条例》第五十四条; docs/decisions/draw.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from xinheng.core import draw as rules
from xinheng.core.draw_rule import commitment
from xinheng.core.refusal import Refusal
from xinheng.services.draw_failures import refuse_failed
from xinheng.services.ledger import note
from xinheng.services.reach import tree
from xinheng.store.accounts import User
from xinheng.store.draw_secrets import DrawSecret
from xinheng.store.inspections import Draw, DrawAnnouncement, Plan
from xinheng.store.sealing import open_secret, seal_secret

LAW = "《优化营商环境条例》第五十四条"
_GOVERNMENT = "人民政府"
"""By which a city or county names itself as an organ."""


@dataclass(frozen=True, slots=True)
class Speaking:
    """One organ of an announced draw; ``given_by`` None while it has not revealed its words."""

    party: str
    commitment: str
    given_by: User | None = None
    given_at: datetime | None = None


@transaction.atomic
def commit_secret(plan: Plan, *, party: str, words: str, actor: User, now: datetime) -> str:
    """The commitment of an organ to its secret words, which are not kept. Refusals DW1, DW2."""
    named = party.strip()
    Plan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    _speak_for(plan, named, actor)
    value = commitment(draw=plan.public_id, party=named, reveal=words)
    DrawSecret.objects.create(plan=plan, party=named, commitment=value, given_by=actor, given_at=now)
    _noted("draw.committed", plan, actor=actor, now=now)
    return value


@transaction.atomic
def reveal_secret(
    announcement: DrawAnnouncement, *, party: str, words: str, actor: User, now: datetime
) -> DrawSecret:
    """Keep what an organ reveals until the draw. Refusals: DW1 a person who spoke for another organ, DW2 one of elsewhere,
    DW3 no such organ, DW4 revealed already, DW5 drawn already, I10 given up, draw_reveal what it did not commit to."""
    plan = Plan.objects.select_for_update(of=("self",)).get(pk=announcement.plan_id)
    if Draw.objects.filter(announcement=announcement).exists():
        raise Refusal("DW5", "这次公告已经抽取过，不再接收秘密文字。", advice="请查看抽取记录。")
    refuse_failed(announcement)
    known = {one["name"]: one["commitment"] for one in announcement.content["parties"]}
    if party not in known:
        raise Refusal("DW3", f"公告中没有“{party[:40]}”这个单位。", advice="请从公告所列的单位中选择。")
    _speak_for(plan, party, actor)
    if DrawSecret.objects.filter(announcement=announcement, party=party).exists():
        raise Refusal(
            "DW4", f"“{party}”的秘密文字已经提交。", advice="不需要再次提交，等其他单位提交后抽取。"
        )
    rules.check_reveal(announcement.content, party=party, reveal=words)
    made = DrawSecret.objects.create(
        plan=plan,
        announcement=announcement,
        party=party,
        commitment=known[party],
        words=seal_secret(words.encode(), purpose=_purpose(announcement)),
        given_by=actor,
        given_at=now,
    )
    _noted("draw.revealed", plan, actor=actor, now=now)
    return made


def revealed(announcement: DrawAnnouncement) -> dict[str, str]:
    """What the organs have revealed so far, by name. Not for pages before the draw."""
    rows = DrawSecret.objects.filter(announcement=announcement)
    return {
        one.party: open_secret(bytes(one.words), purpose=_purpose(announcement)).decode()
        for one in rows
        if one.words is not None
    }


def all_revealed(announcement: DrawAnnouncement) -> Mapping[str, str]:
    """As ``revealed``, once every organ has. Refusal DW6 names those that have not."""
    found = revealed(announcement)
    silent = [one.party for one in speaking(announcement) if one.party not in found]
    if silent:
        raise Refusal(
            "DW6",
            f"{'、'.join(f'“{one}”' for one in silent)}还没有提交秘密文字，不能抽取。",
            citation=LAW,
            advice="请各单位由本单位的人提交；不肯公开的，按抽取未能完成办理。",
        )
    return found


def speaking(announcement: DrawAnnouncement) -> list[Speaking]:
    """The organs in the order of the announcement, with who revealed for each."""
    rows = DrawSecret.objects.filter(announcement=announcement).select_related("given_by")
    given = {one.party: one for one in rows}
    return [
        Speaking(one["name"], one["commitment"], row.given_by if row else None, row.given_at if row else None)
        for one in announcement.content["parties"]
        for row in [given.get(one["name"])]
    ]


def _speak_for(plan: Plan, party: str, actor: User) -> None:
    other = DrawSecret.objects.filter(plan=plan, given_by=actor).exclude(party=party).first()
    if other is not None:
        raise Refusal(
            "DW1",
            f"您已经替“{other.party}”提交过，不能再替“{party}”提交：一个人只代表一个单位。",
            citation=LAW,
            advice=f"请“{party}”的人用自己的账号提交。",
        )
    names = tree()
    places = [one for one in names.parents if party in (names.name(one), f"{names.name(one)}{_GOVERNMENT}")]
    if places and actor.organisation_id not in places:
        raise Refusal(
            "DW2",
            f"“{party}”的秘密文字须由该单位的人提交，您在{names.name(actor.organisation_id)}。",
            citation=LAW,
            advice=f"请把这一页的地址交给“{party}”的人，用自己的账号提交。",
        )


def _purpose(announcement: DrawAnnouncement) -> str:
    return f"draw-secret:{announcement.public_id}"


def _noted(kind: str, plan: Plan, *, actor: User, now: datetime) -> None:
    note(kind, now=now, actor=actor, object=f"draw:{plan.public_id}")
