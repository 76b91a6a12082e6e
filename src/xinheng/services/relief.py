"""Lets the failing records of an enterprise rest during its reorganisation, on a ruling of the court, and ends that again.

The records are shielded, which suspends every effect and ends none (core.grounds); after the plan was carried out they
are repaired, and where it fails they count again for what is left of their terms (国办发〔2025〕22号).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from xinheng.core.grounds import Ground, GroundKind
from xinheng.core.policy import Policy
from xinheng.core.records import STANDING, RecordState, Seriousness
from xinheng.core.refusal import Refusal
from xinheng.services.cases import Opening, last_step, open_case
from xinheng.services.organisations import city
from xinheng.services.records import Change, change_state
from xinheng.services.repair_decisions import Act, refuse_unheard, take
from xinheng.services.subjects import ended_keys, versions_of
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.casework import Case
from xinheng.store.records import WEIGHABLE, Record
from xinheng.store.subjects import Subject

KIND = "relief"
SERIES = "CZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """The ruling that approves the plan of reorganisation or the settlement: court, number, day."""

    court: str
    number: str
    ruled_on: date


@transaction.atomic
def ask(subject: Subject, ruling: Ruling, *, actor: User, policy: Policy, now: datetime, reason: str) -> Case:
    """Register a ruling. Refusals: XB1 it is not described, XB2 there is nothing to lift, C03 it runs already."""
    if not (ruling.court.strip() and ruling.number.strip()) or ruling.ruled_on > day_of(now):
        raise Refusal(
            "XB1",
            "没有写明作出裁定的法院、案号，或者裁定日期还没有到。",
            citation="国办发〔2025〕22号",
            advice="请按法院批准重整计划（或者认可和解协议）的裁定书填写。",
        )
    keys = burdening(subject)
    if not keys:
        raise Refusal("XB2", "该企业没有现行的失信信息，不需要暂时解除。", advice="请核对企业名称和代码。")
    opening = Opening(
        flow=KIND,
        kind=KIND,
        series=SERIES,
        title=f"{subject.name}重整期间暂时解除",
        organisation=city(),
        subject=subject,
        ground=Ground(GroundKind.RECORD, keys[0]),
        details={
            "court": ruling.court.strip()[:120],
            "ruling": ruling.number.strip()[:80],
            "ruled_on": ruling.ruled_on.isoformat(),
        },
    )
    return open_case(opening, verb="ask", actor=actor, policy=policy, now=now, reason=reason)


def burdening(subject: Subject) -> list[int]:
    """Keys of the failing records that stand."""
    over = ended_keys(subject)
    rows = versions_of(subject, as_of=None, known_on=None).filter(WEIGHABLE, state__in=list(STANDING))
    return sorted(
        row.record_key for row in rows if row.seriousness != Seriousness.NONE and row.record_key not in over
    )


@transaction.atomic
def grant(case: Case, act: Act) -> Case:
    """Another person lets the records rest: nothing is shown, shared or applied while the plan is carried out."""
    assert case.subject is not None
    keys = burdening(case.subject)
    done = take(case, "grant", act, records=keys)
    _change(keys, "shield", case, act)
    return done


@transaction.atomic
def finish(case: Case, act: Act) -> Case:
    """The plan was carried out: the records are repaired."""
    done = take(case, "finish", act)
    _change(_resting(case), "repair", case, act)
    return done


@transaction.atomic
def end(case: Case, act: Act) -> Case:
    """The plan failed, the enterprise was heard: the records count again. Refusal XR8 before that."""
    refuse_unheard(case, "propose_end", act)
    done = take(case, "end", act)
    _change(_resting(case), "restore", case, act)
    return done


def _resting(case: Case) -> list[int]:
    """Keys of the records that this case let rest and that still do."""
    granted = last_step(case, "grant")
    keys = granted.details.get("records", []) if granted else []
    standing = Record.objects.filter(
        record_key__in=keys, known_until__isnull=True, state=RecordState.SHIELDED
    )
    return sorted(standing.values_list("record_key", flat=True))


def _change(keys: Sequence[int], deed: str, case: Case, act: Act) -> None:
    ground = f"{case.details['court']} {case.details['ruling']}"[:200]
    change = Change(deed=deed, reason=act.reason[:500], ground=ground)
    for key in keys:
        change_state(record_key=key, change=change, actor=act.actor, policy=act.policy, now=act.now)
