"""Steps of a repair that mean something beyond the flow: completion, acceptance, the decision, its taking back.

A granted repair changes the state of the record in the same transaction, and with it everything that rests on the record
ends everywhere (services.records); a repair got by false materials is taken back by two persons after the enterprise was
heard, and the record lives again (《信用修复管理办法》国家发展改革委令第36号; legal guards G5, G9, G17).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.repair import lawful_demands
from xinheng.core.steps import STATEMENT
from xinheng.services.cases import Taker, last_step, take_on_ground, take_step
from xinheng.services.letters_serving import served_on
from xinheng.services.records import Change, change_state
from xinheng.services.repairs import Application, answer_for, hand_in, missing_of, open_record
from xinheng.services.results_push import ask_for_pushes
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.casework import Case, CaseDeadline
from xinheng.store.repairs import RepairApplication


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Who does it, why, when; ``seen`` is the version of the case on the page."""

    actor: User
    policy: Policy
    now: datetime
    reason: str
    seen: int | None = None


@transaction.atomic
def ask_completion(case: Case, keys: Collection[str], act: Act) -> Case:
    """Ask once for lawful materials. Refusals RX7 and RX8; the flow refuses a second time."""
    titles = lawful_demands(act.policy.repair, keys)
    return take(case, "ask_completion", act, wanted=sorted(keys), titles=list(titles))


@transaction.atomic
def complete(
    case: Case,
    application: Application,
    *,
    actor: Taker,
    policy: Policy,
    now: datetime,
    seen: int | None = None,
    reason: str = "",
) -> Case:
    """What was asked for came, at the window or from the enterprise itself."""
    moved = take_step(
        case.public_id, "complete", actor=actor, policy=policy, now=now, reason=reason, seen_version=seen
    )
    hand_in(moved, application, policy=policy, now=now)
    return moved


@transaction.atomic
def accept(case: Case, act: Act) -> Case:
    """The term of the decision begins. Refusal XR7 where a lawful material is missing, RX… where it may not be repaired."""
    _ready(case, act.policy, act.now)
    return take(case, "accept", act)


@transaction.atomic
def decline(case: Case, act: Act) -> Case:
    """Propose not to accept; another person decides."""
    return take(case, "decline", act)


@transaction.atomic
def grant(case: Case, act: Act) -> Case:
    """Another person grants the repair: the record is repaired and every effect of it ends in this transaction."""
    application = _ready(case, act.policy, act.now)
    done = take(case, "grant", act)
    change = Change(deed="repair", reason=act.reason[:500], ground=f"信用修复 {case.number}")
    _change(application, change, act)
    ask_for_pushes(today=day_of(act.now))
    return done


def _ready(case: Case, policy: Policy, now: datetime) -> RepairApplication:
    application = RepairApplication.objects.select_for_update().get(pk=case.pk)
    record = open_record(application.record_key)
    answer_for(record, policy=policy, today=application.lodged_on or day_of(now)).demand()
    missing = missing_of(application, policy=policy)
    if missing:
        raise Refusal(
            "XR7",
            f"还缺：{'、'.join(missing)}。",
            citation="国办发〔2025〕22号",
            advice="请要求补正；能从本单位系统查到的，请直接写明，不再要求企业提交。",
        )
    return application


@transaction.atomic
def propose_annulment(case: Case, act: Act) -> Case:
    """Propose to take a repair back for false materials; the enterprise is told beforehand and heard."""
    return take(case, "propose_annulment", act)


@transaction.atomic
def annul(case: Case, act: Act) -> Case:
    """Another person takes the repair back: the record lives again with what is left of its term.

    Refusal XR8 before the notice was served and the statement came or its term is over.
    """
    refuse_unheard(case, "propose_annulment", act)
    application = RepairApplication.objects.select_for_update().get(pk=case.pk)
    done = take(case, "annul", act)
    RepairApplication.objects.filter(pk=case.pk).update(annulled_on=day_of(act.now))
    change = Change(deed="restore", reason=act.reason[:500], ground=f"撤销信用修复 {case.number}")
    _change(application, change, act)
    return done


def refuse_unheard(case: Case, verb: str, act: Act) -> None:
    """Refusal XR8 where the notice of the step ``verb`` was not served, or the enterprise can still answer."""
    proposed = last_step(case, verb)
    heard = case.events.filter(verb="hear", sequence__gt=proposed.sequence if proposed else 0)
    over = CaseDeadline.objects.filter(
        case=case, key=STATEMENT, ended_on__isnull=True, due_on__lt=day_of(act.now), provisional=False
    )
    if served_on(case, "prior_notice", after=verb) is not None and (heard.exists() or over.exists()):
        return
    raise Refusal(
        "XR8",
        "还没有告知企业，或者陈述申辩的期限没有届满，不能作出不利决定。",
        citation="《中华人民共和国行政处罚法》第四十四条",
        advice="请先签发、送达事先告知书；企业陈述申辩的，登记后再决定。",
    )


def take(case: Case, verb: str, act: Act, **details: object) -> Case:
    """A step on the ground of the case."""
    return take_on_ground(
        case,
        verb,
        actor=act.actor,
        policy=act.policy,
        now=act.now,
        reason=act.reason,
        details=details,
        seen=act.seen,
    )


def _change(application: RepairApplication, change: Change, act: Act) -> None:
    change_state(
        record_key=application.record_key, change=change, actor=act.actor, policy=act.policy, now=act.now
    )
