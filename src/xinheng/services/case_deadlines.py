"""What persons do to the clocks of a case, and lists of what falls due: suspend, resume, extend, remind, escalate.

Every change is a row with reason, day and person. Whether and how far a term may be extended is policy: a term without
a rule on extension is not extended (legal guard G15), and where policy asks another person has to agree.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet

from xinheng.core import clocks
from xinheng.core.policy import Policy
from xinheng.core.procedures import flow_of, flows
from xinheng.core.refusal import Refusal
from xinheng.services.case_clocks import clock_of, keep
from xinheng.services.cases import locked, of_units, recused_from, roles_in, take_step
from xinheng.services.ledger import note
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.case_moves import CaseReminder, DeadlineMove, MoveKind, ReminderLevel
from xinheng.store.casework import Case, CaseDeadline
from xinheng.store.organisations import Organisation, OrganisationKind

TIMES, SECOND, SOON, LATE = (
    "casework.extension_times",
    "casework.extension_second_person",
    "casework.remind_workdays",
    "casework.escalate_workdays",
)


@transaction.atomic
def suspend_deadline(
    case: str, key: str, *, on: date, actor: User, policy: Policy, now: datetime, reason: str, seen: int
) -> None:
    """The clock stands still after ``on``. Refusals: CD1 no such clock, CD2 not an officer of the case, CD3 no reason,
    CD4 a day to come; and those of ``core.clocks``."""
    row = _begun(case, key, actor=actor, now=now, reason=reason, seen=seen)
    _check_day(on, now)
    after = clocks.suspend(clock_of(row), on=on, calendar=policy.calendar)
    _write(row, _move(MoveKind.SUSPENDED, actor, now, reason, on=on), after, policy)


@transaction.atomic
def resume_deadline(
    case: str, key: str, *, on: date, actor: User, policy: Policy, now: datetime, reason: str, seen: int
) -> None:
    """The clock goes on with what was left, from the day after ``on``."""
    row = _begun(case, key, actor=actor, now=now, reason=reason, seen=seen)
    _check_day(on, now)
    after = clocks.resume(clock_of(row), on=on)
    _write(row, _move(MoveKind.RESUMED, actor, now, reason, on=on), after, policy)


@transaction.atomic
def extend_deadline(
    case: str, key: str, *, by: int, actor: User, policy: Policy, now: datetime, reason: str, seen: int
) -> bool:
    """Lengthen the term, or ask for it where policy wants a second person; returns whether it is longer now.

    Refusals: CD5 extended as often as policy allows, CD6 a request is open; and those of ``core.clocks.extend``.
    """
    row = _begun(case, key, actor=actor, now=now, reason=reason, seen=seen)
    if open_request(row) is not None:
        raise Refusal("CD6", "这个期限已有待同意的延长申请。", advice="请等另一人作出决定。")
    after = _extended(row, by=by, policy=policy, on=day_of(now))
    if policy.parameter(SECOND, on=day_of(now)).value != 0:
        _write(row, _move(MoveKind.ASKED, actor, now, reason, by=by))
        return False
    row.extended += 1
    _write(row, _move(MoveKind.EXTENDED, actor, now, reason, by=by), after, policy)
    return True


@transaction.atomic
def answer_extension(
    case: str, key: str, *, agree: bool, actor: User, policy: Policy, now: datetime, reason: str, seen: int
) -> None:
    """A person other than who asked agrees or not. Refusals: CD7 nothing was asked, CD8 the same person."""
    row = _begun(case, key, actor=actor, now=now, reason=reason, seen=seen)
    asked = open_request(row)
    if asked is None:
        raise Refusal("CD7", "没有待决定的延长申请。", advice="请刷新页面查看期限现状。")
    if asked.actor_id == actor.pk:
        raise Refusal("CD8", "延长期限须由另一人同意。", advice="请转交其他人员决定。")
    if not agree:
        _write(row, _move(MoveKind.REFUSED, actor, now, reason, by=asked.by, answers=asked))
        return
    after = _extended(row, by=asked.by, policy=policy, on=day_of(now))
    row.extended += 1
    _write(row, _move(MoveKind.EXTENDED, actor, now, reason, by=asked.by, answers=asked), after, policy)


def open_request(row: CaseDeadline) -> DeadlineMove | None:
    """The request for an extension that nobody has decided."""
    return row.moves.filter(kind=MoveKind.ASKED, answer__isnull=True).select_related("actor").first()


def _extended(row: CaseDeadline, *, by: int, policy: Policy, on: date) -> clocks.Clock:
    times = policy.parameter(TIMES, on=on).value
    if times is not None and row.extended >= times:
        raise Refusal(
            "CD5",
            f"这个期限已经延长过 {row.extended} 次，不能再延长。",
            advice="请在期限内办结，或按逾期办理。",
        )
    limit = f"{row.key}_extension"
    most = policy.parameter(limit, on=on).value if limit in policy.parameters else None
    return clocks.extend(clock_of(row), by=by, on=on, limit=most, calendar=policy.calendar)


def _begun(case: str, key: str, *, actor: User, now: datetime, reason: str, seen: int) -> CaseDeadline:
    """The running clock under lock, after the questions every act asks."""
    found = locked(case, seen_version=seen)
    demand_officer(found, actor, on=day_of(now))
    if not reason.strip():
        raise Refusal("CD3", "请写明理由。", advice="请填写理由后再提交。")
    row = CaseDeadline.objects.select_for_update().filter(case=found, key=key, ended_on__isnull=True).first()
    if row is None:
        raise Refusal("CD1", "这个事项没有正在计算的这个期限。", advice="请刷新页面查看期限现状。")
    return row


def demand_officer(case: Case, actor: User, *, on: date) -> None:
    """Refusal CD2 unless the person holds a role of this flow here and is not recused."""
    flow = flow_of(case.flow, case.flow_version)
    wanted = {role for step in flow.steps for role in step.roles}
    if not roles_in(actor, case.organisation, on=on) & wanted or actor.pk in recused_from(case):
        raise Refusal("CD2", "您不是本事项的办理人员，不能变动它。", advice="请转交办理本事项的人员。")


def _check_day(on: date, now: datetime) -> None:
    if on > day_of(now):
        raise Refusal("CD4", f"日期 {on} 还没有到。", advice="请填写今天或以前的日期。")


def _move(
    kind: MoveKind,
    actor: User,
    now: datetime,
    reason: str,
    *,
    on: date | None = None,
    by: int = 0,
    answers: DeadlineMove | None = None,
) -> DeadlineMove:
    """What somebody does to a clock, not yet written down."""
    said = reason.strip()[:500]
    return DeadlineMove(
        kind=kind, actor=actor, at=now, reason=said, on=on or day_of(now), by=by, answers=answers
    )


def _write(
    row: CaseDeadline, move: DeadlineMove, after: clocks.Clock | None = None, policy: Policy | None = None
) -> None:
    """Write the move down, with the last day before and after it."""
    move.deadline, move.before = row, row.due_on
    if after is not None and policy is not None:
        keep(row, after, policy)
    move.after = row.due_on
    move.save()
    Case.objects.filter(pk=row.case_id).update(version=F("version") + 1)
    note(
        f"deadline.{move.kind}",
        now=move.at,
        actor=move.actor,
        object=f"case:{row.case.number}",
        reason=move.reason,
        payload={"key": row.key, "on": move.on.isoformat(), "by": move.by},
    )


def running(organisations: Iterable[int]) -> QuerySet[CaseDeadline]:
    """Clocks of open cases of these units that have a last day, what is due first in front."""
    return (
        CaseDeadline.objects.filter(of_units(organisations), ended_on__isnull=True, due_on__isnull=False)
        .select_related("case__subject", "case__organisation")
        .order_by("due_on", "id")
    )


def overdue(organisations: Iterable[int], *, today: date) -> QuerySet[CaseDeadline]:
    return running(organisations).filter(due_on__lt=today)


def due_within(
    organisations: Iterable[int], *, workdays: int, today: date, policy: Policy
) -> QuerySet[CaseDeadline]:
    """Due from today on within so many work-days."""
    last = policy.calendar.add_workdays(today, workdays).on
    return running(organisations).filter(due_on__gte=today, due_on__lte=last)


def run_out(*, policy: Policy, now: datetime, refused: Callable[[str, Refusal], None] | None = None) -> int:
    """Take the steps that the clock takes when a term is over; returns how many. A day that may still move is waited
    for: nothing adverse comes of a provisional day (legal guard G15). A case whose step is refused is told to
    ``refused`` and the others go on; without it the refusal is raised."""
    steps = [
        (flow, state, step)
        for flow in flows()
        for step in flow.steps
        if step.after
        for state in step.from_states
    ]
    count = 0
    for flow, state, step in steps:
        due = CaseDeadline.objects.filter(
            key=step.after,
            ended_on__isnull=True,
            due_on__lt=day_of(now),
            provisional=False,
            case__flow=flow.name,
            case__flow_version=flow.version,
            case__state=state,
        )
        for case in due.values_list("case__public_id", flat=True).order_by("case_id"):
            try:
                take_step(case, step.verb, actor=None, policy=policy, now=now)
            except Refusal as refusal:
                if refused is None:
                    raise
                refused(case, refusal)
            else:
                count += 1
    return count


@transaction.atomic
def remind(*, policy: Policy, now: datetime) -> int:
    """Write the reminders that are due, each once a due day: to the unit before the last day, to its head when it is
    over, to the credit office when it is long over. Returns how many are new."""
    today = day_of(now)
    soon = policy.parameter(SOON, on=today).value
    late = policy.parameter(LATE, on=today).value
    if soon is None or late is None:
        return 0
    office = Organisation.objects.filter(kind=OrganisationKind.CITY).order_by("pk").first()
    last = policy.calendar.add_workdays(today, soon).on
    waiting = CaseDeadline.objects.filter(
        ended_on__isnull=True, due_on__lte=last, case__closed_at__isnull=True
    )
    rows = []
    for row in waiting.select_related("case").order_by("pk").iterator(chunk_size=2000):
        assert row.due_on is not None
        left = policy.calendar.workdays_between(today, row.due_on)
        level = _level(row.due_on < today, -left >= late)
        unit = office if level is ReminderLevel.ESCALATED and office else row.case.organisation
        rows.append(CaseReminder(deadline=row, organisation=unit, level=level, due_on=row.due_on, at=now))
    before = CaseReminder.objects.count()
    CaseReminder.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    return CaseReminder.objects.count() - before


def _level(over: bool, long_over: bool) -> ReminderLevel:
    if not over:
        return ReminderLevel.SOON
    return ReminderLevel.ESCALATED if long_over else ReminderLevel.OVERDUE


def reminders_of(organisations: Iterable[int], level: ReminderLevel) -> QuerySet[CaseReminder]:
    """Reminders whose clock still runs to the day they speak of."""
    return CaseReminder.objects.filter(
        Q(organisation__in=list(organisations)),
        level=level,
        deadline__ended_on__isnull=True,
        deadline__due_on=F("due_on"),
    )
