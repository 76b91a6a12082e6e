"""The record on which a department acts against an enterprise: it lives, is of this enterprise, and the actor's own.

Who recognised a fault acts on it (谁认定、谁办理): shijiazhuang-2019-126 （十二）, wanzhengban-2020-17 五（二）.
"""

from datetime import date, datetime

from xinheng.core.fault_grounds import demand_ground
from xinheng.core.grounds import EffectKind, Ground, check_ground
from xinheng.core.policy import Policy
from xinheng.core.records import Finality, RecordState, Seriousness
from xinheng.core.refusal import Refusal
from xinheng.services.cases import ground_of, roles_in, take_on_ground
from xinheng.store.accounts import User
from xinheng.store.casework import Case
from xinheng.store.records import Record, open_versions
from xinheng.store.subjects import Subject

_DRAFTS = {"interview": "约谈", "rectification": "责令整改"}
"""Kinds of case that are drafted on a fault, with what is to rest on it in words."""


def living_record(record: int, subject: Subject) -> Record:
    """The open version of the record with this key. Refusal RE2 where it ended or is another's."""
    found = Record.objects.filter(record_key=record, known_until__isnull=True, subject=subject).first()
    if found is None or not found.alive:
        raise Refusal(
            "RE2",
            "所依据的记录不存在、不属于这个主体或已经失效。",
            advice="请从该主体的档案中选择现行有效的记录。",
        )
    return found


def demand_fault(record: Record, *, deed: str, policy: Policy) -> None:
    """Refusal IV11 where the record states no fault on which the ``deed`` could rest."""
    item = policy.catalogue.item(record.item)
    demand_ground(
        policy.rectification,
        deed=deed,
        title=item.title,
        item=record.item,
        nature=item.nature,
        seriousness=Seriousness(record.seriousness),
        result=record.result,
    )


def states_fault(record: Record, *, policy: Policy) -> bool:
    """Whether an interview or an order to put right may be drafted on the record; whether it lives is asked when it is."""
    try:
        demand_fault(record, deed="", policy=policy)
    except Refusal:
        return False
    return True


def halted(case: Case, *, policy: Policy) -> str:
    """Why nobody can decide a draft of an interview or an order any more: its record states no fault now, or lives no more.
    Empty for every other case; whoever decides is refused in the same words (IV11, RE2)."""
    deed = _DRAFTS.get(case.kind)
    if deed is None or case.state != "drafted":
        return ""
    subject, ground = grounded(case)
    try:
        demand_fault(living_record(ground.reference, subject), deed=deed, policy=policy)
    except Refusal as refusal:
        return refusal.message
    return ""


def may_rest_on(record: int | None, *, policy: Policy) -> bool:
    """The same of the open version of the record with this key."""
    found = open_versions().filter(record_key=record).first() if record else None
    return found is not None and states_fault(found, policy=policy)


def check_record(record: Record, kind: EffectKind, *, needs_final: bool) -> None:
    """Refusals of ``core.grounds.check_ground`` where this version grounds no effect of the kind."""
    check_ground(
        kind,
        state=RecordState(record.state),
        finality=Finality(record.finality),
        needs_final=needs_final,
        provenance=record.provenance,
    )


def grounded(case: Case) -> tuple[Subject, Ground]:
    """The enterprise and the ground of a case that was opened on both."""
    ground = ground_of(case)
    assert case.subject is not None
    assert ground is not None
    return case.subject, ground


def decide_on_record(
    case: Case, verb: str, *, actor: User, policy: Policy, now: datetime, reason: str, seen: int
) -> Case:
    """Another person decides, on the record on which the case was opened; refusal RE2 where it lives no more."""
    subject, ground = grounded(case)
    living_record(ground.reference, subject)
    return take_on_ground(case, verb, actor=actor, policy=policy, now=now, reason=reason, seen=seen)


def refuse_foreign(record: Record, actor: User, *, on: date) -> None:
    """Refusal RE3 where another unit recognised what the record says."""
    if record.batch and not roles_in(actor, record.batch.organisation, on=on):
        raise Refusal(
            "RE3", "这条记录由别的单位认定。", advice="谁认定、谁办理；请提请认定单位或信用办办理。"
        )
