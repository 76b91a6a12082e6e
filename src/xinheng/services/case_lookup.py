"""How far is my case: by number and secret code, for whoever holds both, and nothing on persons (legal guard G13).

A number that does not exist answers like a wrong code, and is locked like one; the code is compared in constant time
and kept as a keyed digest. After wrong codes the number, or the address they came from, is locked for a while.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction

from xinheng.core.code_text import as_typed
from xinheng.core.days import DueDate
from xinheng.core.flows import Flow
from xinheng.core.parameters import Reading
from xinheng.core.party_papers import to_do
from xinheng.core.plain_words import plain
from xinheng.core.policy import Policy
from xinheng.core.procedures import flow_of
from xinheng.core.refusal import Refusal
from xinheng.services.case_clocks import rule_of
from xinheng.services.cases import locked
from xinheng.services.ledger import note
from xinheng.services.party_papers import slots_of
from xinheng.services.reach import tree
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.case_moves import LookupLock
from xinheng.store.casework import Case, CaseDeadline

SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Signs of a code: none that is taken for another."""
LENGTH, GROUP = 12, 4
LOCKED_FOR = timedelta(minutes=15)
TRIES, TRIES_ADDRESS = "casework.lookup_tries", "casework.lookup_tries_address"
LONGEST = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A running clock of the case; ``due`` is None while it stands still or is 待确认."""

    rule: Reading
    due: DueDate | None
    workdays_left: int | None
    suspended_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What whoever holds the code may read. ``passed`` are titles of steps with their days, ``next_steps`` what may come."""

    number: str
    matter: str
    unit: str
    subject: str
    state: str
    meaning: str
    opened_on: date
    closed_on: date | None
    terms: tuple[Term, ...]
    passed: tuple[tuple[date, str], ...]
    next_steps: tuple[str, ...]


@transaction.atomic
def give_code(case: str, *, actor: User | None, now: datetime) -> str:
    """A new code in place of any earlier one, in the clear for the receipt this once."""
    found = locked(case)
    code = "".join(secrets.choice(SIGNS) for _ in range(LENGTH))
    Case.objects.filter(pk=found.pk).update(secret_digest=_digest(code))
    note("case.code_given", now=now, actor=actor, object=f"case:{found.number}")
    return "-".join(code[at : at + GROUP] for at in range(0, LENGTH, GROUP))


def look_up(number: str, code: str, *, address: str, policy: Policy, now: datetime) -> Progress:
    """Refusals: CL1 number and code do not belong together, CL2 locked. Both say nothing on whether the number exists."""
    given = as_typed(number[:LONGEST])
    keys = {f"n:{_digest(given)}": TRIES, f"a:{_digest(address)}": TRIES_ADDRESS}
    if LookupLock.objects.filter(pk__in=keys, locked_until__gt=now).exists():
        raise Refusal(
            "CL2",
            f"输错的次数太多，{LOCKED_FOR.seconds // 60} 分钟内不能再查。",
            advice="请稍后再试，或者持有效证件到受理窗口查询。",
        )
    case = Case.objects.select_related("subject").filter(number=given).first()
    kept = case.secret_digest if case and case.secret_digest else _digest("")
    fits = hmac.compare_digest(kept, _digest(_plain(code) or " "))
    if case is None or not fits:
        _count_failure(keys, policy=policy, now=now)
        raise Refusal(
            "CL1",
            "编号或者查询码不对。",
            advice="请对照受理回执核对；回执丢失的，请到受理窗口重新领取查询码。",
        )
    LookupLock.objects.filter(pk=next(iter(keys))).delete()
    note("case.looked_up", now=now, object=f"case:{case.number}")
    return progress_of(case, policy=policy, today=day_of(now))


def progress_of(case: Case, *, policy: Policy, today: date) -> Progress:
    """The public side of a case: states, steps and days, no persons, no reasons, no free text."""
    flow = flow_of(case.flow, case.flow_version)
    state = flow.state(case.state)
    awaited = bool(slots_of(case, policy=policy)) and case.closed_at is None
    return Progress(
        number=case.number,
        matter=flow.title,
        unit=tree().name(case.organisation_id),
        subject=case.subject.name if case.subject else "",
        state=plain(state.title),
        meaning=to_do(plain(state.party), awaited=awaited),
        opened_on=day_of(case.opened_at),
        closed_on=day_of(case.closed_at) if case.closed_at else None,
        terms=tuple(_terms(case, policy=policy, today=today)),
        passed=tuple(_passed(case, flow)),
        next_steps=tuple(dict.fromkeys(plain(step.title) for step in flow.steps_from(case.state))),
    )


def _terms(case: Case, *, policy: Policy, today: date) -> list[Term]:
    rows = CaseDeadline.objects.filter(case=case, ended_on__isnull=True).order_by("due_on", "pk")
    return [
        Term(
            rule=rule_of(row, policy),
            due=DueDate(row.due_on, row.provisional, row.calendar_version) if row.due_on else None,
            workdays_left=policy.calendar.workdays_between(today, row.due_on) if row.due_on else None,
            suspended_on=row.suspended_on,
        )
        for row in rows
    ]


def _passed(case: Case, flow: Flow) -> list[tuple[date, str]]:
    titles = {step.verb: step.title for step in flow.steps}
    events = case.events.order_by("sequence").values_list("at", "verb")
    return [(day_of(at), plain(titles[verb])) for at, verb in events if verb in titles]


@transaction.atomic
def _count_failure(keys: dict[str, str], *, policy: Policy, now: datetime) -> None:
    for key, figure in sorted(keys.items()):
        most = policy.parameter(figure, on=day_of(now)).value
        lock, _ = LookupLock.objects.select_for_update().get_or_create(
            pk=key, defaults={"last_failed_at": now}
        )
        lock.failures = lock.failures + 1 if now - lock.last_failed_at < LOCKED_FOR else 1
        lock.last_failed_at = now
        if most is not None and lock.failures >= most:
            lock.locked_until, lock.failures = now + LOCKED_FOR, 0
            note(
                "case.lookup_locked",
                now=now,
                object="lookup:number" if key.startswith("n:") else "lookup:address",
            )
        lock.save()


def forget_failures(*, now: datetime) -> int:
    """Forget wrong codes of earlier days; returns how many."""
    count, _ = LookupLock.objects.filter(last_failed_at__lt=now - timedelta(days=1)).delete()
    return count


def _plain(code: str) -> str:
    return "".join(sign for sign in as_typed(code[:LONGEST]) if sign in SIGNS)


def _digest(text: str) -> str:
    keyed = hmac.new(settings.KEYS.hash_key, text.encode(), hashlib.sha256).hexdigest()
    return f"sha256:{keyed}"
