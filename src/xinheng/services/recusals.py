"""Recusal in a case: declared by the officer, or asked for by the party; another person decides, with a reason.

Until it is decided the matter goes on (administrative-penalty-law 第四十三条). A recused person takes no further step; the
steps taken before stand and stay visible with their names, and count for the rule of two persons.
"""

from datetime import datetime

from django.db import transaction

from xinheng.core.access import Target, may
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.services.accounts import actor_of
from xinheng.services.cases import locked
from xinheng.services.ledger import note
from xinheng.services.reach import tree
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.case_moves import Recusal
from xinheng.store.casework import Case

LAW = "《中华人民共和国行政处罚法》第四十三条"


@transaction.atomic
def declare(case: str, *, actor: User, reason: str, now: datetime) -> Recusal:
    """An officer declares the own recusal."""
    return _ask(locked(case), person=actor, by_party=False, actor=actor, reason=reason, now=now)


@transaction.atomic
def ask_for(case: str, *, person: str, actor: User, reason: str, now: datetime) -> Recusal:
    """An officer writes down that the party asked for the recusal of a person. Refusal RC2: no such person."""
    found = User.objects.filter(public_id=person).first()
    if found is None:
        raise Refusal("RC2", "没有这名工作人员。", advice="请从名单中选择。")
    return _ask(locked(case), person=found, by_party=True, actor=actor, reason=reason, now=now)


def _ask(case: Case, *, person: User, by_party: bool, actor: User, reason: str, now: datetime) -> Recusal:
    if case.closed_at is not None:
        raise Refusal("RC4", "事项已经办结，不再处理回避。", advice="对结果有异议的，请按异议或复议办理。")
    if not reason.strip():
        raise Refusal(
            "RC1", "请写明回避的理由。", advice="请写明利害关系或其他可能影响公正的情形。", citation=LAW
        )
    if Recusal.objects.filter(case=case, person=person, granted=True).exists():
        raise Refusal("RC3", "此人已经从本事项回避。", advice="不需要再次提出。")
    asked, fresh = Recusal.objects.get_or_create(
        case=case,
        person=person,
        granted=None,
        defaults={"by_party": by_party, "reason": reason.strip()[:500], "asked_by": actor, "asked_at": now},
    )
    if not fresh:
        raise Refusal("RC5", "此人的回避正在等待决定。", advice="请等另一人作出决定。")
    note(
        "recusal.asked",
        now=now,
        actor=actor,
        object=f"case:{case.number}",
        payload={"person": person.public_id, "by_party": by_party},
    )
    return asked


@transaction.atomic
def decide(public_id: str, *, grant: bool, actor: User, answer: str, now: datetime) -> Recusal:
    """Somebody who decides in this unit grants or refuses. Refusals: RC6 decided already, RC7 the person concerned or
    who asked, RC8 no reason, ``access`` without the role."""
    asked = (
        Recusal.objects.select_for_update()
        .select_related("case__organisation")
        .filter(public_id=public_id)
        .first()
    )
    if asked is None or asked.granted is not None:
        raise Refusal("RC6", "没有待决定的回避。", advice="请刷新页面查看现状。")
    path = tree().path(asked.case.organisation_id)
    allowed = may(actor_of(actor), Verb.DECIDE_CASE, Target(organisations=path), on=day_of(now))
    if not allowed:
        raise Refusal("access", allowed.reason, advice="请由本单位的决定人决定。")
    if actor.pk in (asked.person_id, asked.asked_by_id):
        raise Refusal("RC7", "本人和提出人不能决定这项回避。", advice="请由另一名决定人办理。", citation=LAW)
    if not answer.strip():
        raise Refusal("RC8", "请写明同意或不同意的理由。", advice="请填写理由后再提交。")
    asked.granted, asked.decided_by, asked.decided_at, asked.answer = grant, actor, now, answer.strip()[:500]
    asked.save(update_fields=["granted", "decided_by", "decided_at", "answer"])
    note(
        "recusal.granted" if grant else "recusal.refused",
        now=now,
        actor=actor,
        object=f"case:{asked.case.number}",
        reason=answer,
        payload={"person": asked.person.public_id},
    )
    return asked
