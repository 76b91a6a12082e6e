"""Opens cases and takes their steps: who may, with what reason and ground, and which clocks start and end.

One verb serves every procedure; what a step means for the matter itself is done by the caller in the same
transaction (《行政处罚法》第五十七、五十八条 on review and decision by different persons).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from xinheng.core.access import Actor
from xinheng.core.flow_migration import Move, past_of
from xinheng.core.flows import NEW, Flow, Past, Step, available, check_step
from xinheng.core.grounds import Ground, GroundKind
from xinheng.core.policy import Policy
from xinheng.core.procedures import flow_of, newest
from xinheng.core.refusal import Refusal
from xinheng.services.accounts import actor_of
from xinheng.services.case_clocks import move_clocks, running_clocks, start_clocks
from xinheng.services.enterprises import Party
from xinheng.services.ledger import event_of, note_all
from xinheng.services.reach import Tree, tree
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.case_moves import Recusal
from xinheng.store.casework import Case, CaseDeadline, CaseEvent, next_in
from xinheng.store.ledger import LedgerEvent
from xinheng.store.organisations import Organisation
from xinheng.store.subjects import Subject

Taker = User | Party
"""Who takes a step: somebody of a public body, or an account of the enterprise concerned within its mandate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What a new case is about. ``series`` begins its number, e.g. ``SP`` for approvals. While a case runs, no second one
    of its kind is opened on the same ``ground`` for the same subject."""

    flow: str
    kind: str
    series: str
    title: str
    organisation: Organisation
    subject: Subject | None = None
    ground: Ground | None = None
    details: Mapping[str, Any] | None = None


@transaction.atomic
def open_case(
    opening: Opening,
    *,
    verb: str,
    actor: Taker | None,
    policy: Policy,
    now: datetime,
    reason: str = "",
    counted_from: date | None = None,
) -> Case:
    """Begin a case with its first step; without an actor a system brought it. Refusal C03 names the running case on the
    same matter. ``counted_from``: as for ``take_step``."""
    flow = newest(opening.flow)
    _refuse_twice(opening)
    case = _create(
        number=_next_number(opening.series, year=day_of(now).year),
        kind=opening.kind,
        flow=flow.name,
        flow_version=flow.version,
        state=NEW,
        organisation=opening.organisation,
        subject=opening.subject,
        title=opening.title[:200],
        ground=written(opening.ground),
        details=dict(opening.details or {}),
        opened_by=_user(actor),
        opened_at=now,
    )
    act = _Act(verb, actor, policy, now, reason=reason, ground=opening.ground, counted_from=counted_from)
    return _take(case, flow, act)


def _create(**given: Any) -> Case:
    """Two that come at once: the constraint lets one through and the other is told its number."""
    try:
        with transaction.atomic():
            return Case.objects.create(**given)
    except IntegrityError:
        _refuse_known(given["subject"], kind=given["kind"], ground=given["ground"])
        raise


def _refuse_twice(opening: Opening) -> None:
    if opening.ground is not None:
        _refuse_known(opening.subject, kind=opening.kind, ground=written(opening.ground))


def _refuse_known(subject: Subject | None, *, kind: str, ground: str) -> None:
    if subject is None or not ground:
        return
    first = Case.objects.filter(subject=subject, kind=kind, ground=ground, closed_at__isnull=True).first()
    if first is not None:
        raise Refusal(
            "C03",
            f"同一主体就同一依据已有办理中的事项 {first.number}。",
            advice=f"请打开事项 {first.number} 继续办理，不需要重复提出。",
        )


@transaction.atomic
def take_step(
    public_id: str,
    verb: str,
    *,
    actor: Taker | None,
    policy: Policy,
    now: datetime,
    reason: str = "",
    ground: Ground | None = None,
    details: Mapping[str, Any] | None = None,
    seen_version: int | None = None,
    counted_from: date | None = None,
) -> Case:
    """Take a step of a running case. ``seen_version``: the version on the page; an older one is refused.

    ``counted_from``: the day from which the clocks of the step count, where it was not today, such as that of service.
    """
    return take_held(
        locked(public_id, seen_version=seen_version),
        verb,
        actor=actor,
        policy=policy,
        now=now,
        reason=reason,
        ground=ground,
        details=details,
        counted_from=counted_from,
    )


def take_held(
    case: Case,
    verb: str,
    *,
    actor: Taker | None,
    policy: Policy,
    now: datetime,
    reason: str = "",
    ground: Ground | None = None,
    details: Mapping[str, Any] | None = None,
    counted_from: date | None = None,
    hand: "Hand | None" = None,
) -> Case:
    """As ``take_step``, of a case that the caller has under lock in a transaction of its own."""
    act = _Act(
        verb,
        actor,
        policy,
        now,
        reason=reason,
        ground=ground,
        details=dict(details or {}),
        counted_from=counted_from,
        hand=hand,
    )
    return _take(case, flow_of(case.flow, case.flow_version), act)


def take_on_ground(
    case: Case,
    verb: str,
    *,
    actor: Taker,
    policy: Policy,
    now: datetime,
    reason: str,
    details: Mapping[str, Any] | None = None,
    seen: int | None = None,
) -> Case:
    """A step on the ground on which the case was opened."""
    return take_step(
        case.public_id,
        verb,
        actor=actor,
        policy=policy,
        now=now,
        reason=reason,
        ground=ground_of(case),
        details=details,
        seen_version=seen,
    )


def locked(public_id: str, *, seen_version: int | None = None) -> Case:
    """The case under lock. Refusals: C01 there is none, C02 somebody else moved it since ``seen_version``."""
    found = Case.objects.select_for_update(of=("self",)).select_related("subject")
    case = found.filter(public_id=public_id).first()
    if case is None:
        raise Refusal("C01", "没有这个事项。", advice="请从工作台重新进入。")
    refuse_stale(case, seen_version=seen_version)
    return case


def refuse_stale(case: Case, *, seen_version: int | None) -> None:
    """Refusal C02 where somebody else moved the case since the version that was on the page."""
    if seen_version is not None and seen_version != case.version:
        raise Refusal(
            "C02",
            f"这个事项刚刚被别人办理过：{_last_change(case)}。",
            advice=f"您填写的内容没有生效；请打开事项 {case.number}，看清现状后再办理。",
        )


def _last_change(case: Case) -> str:
    """Who did what when, for somebody who came second."""
    flow = flow_of(case.flow, case.flow_version)
    last = case.events.select_related("actor").order_by("-sequence").first()
    title = next((step.title for step in flow.steps if last and step.verb == last.verb), "更改")
    return f"{last.who}于 {day_of(last.at)} “{title}”，现在是“{state_title(case)}”" if last else "状态有变"


def state_title(case: Case) -> str:
    """The present state in the words of the flow the case pinned."""
    return "尚未开始" if case.state == NEW else flow_of(case.flow, case.flow_version).state(case.state).title


def last_step(case: Case, *verbs: str) -> CaseEvent | None:
    """The last step of these verbs that was taken."""
    return case.events.filter(verb__in=verbs).select_related("actor").order_by("-sequence").first()


def start_on_service(case: Case, verb: str, *, on: date, policy: Policy) -> None:
    """The letter of the step ``verb`` was served: the clocks that waited for it run from that day (legal guard G17).

    None starts in a settled case, and none that runs already or that a later step has ended.
    """
    flow = flow_of(case.flow, case.flow_version)
    step = next((one for one in flow.steps if one.verb == verb), None)
    taken = last_step(case, verb)
    if step is None or taken is None or flow.state(case.state).settled:
        return
    later = set(case.events.filter(sequence__gt=taken.sequence).values_list("verb", flat=True))
    over = frozenset(key for one in flow.steps if one.verb in later for key in one.ends)
    start_clocks(case, step, policy=policy, on=on, served_on=on, over=over)


def steps_for(case: Case, user: Taker, *, on: date) -> tuple[Step, ...]:
    """The buttons of the page for this person."""
    flow = flow_of(case.flow, case.flow_version)
    return available(
        flow,
        state=case.state,
        actor=_number(user),
        roles=_roles_for(user, case, flow, on=on),
        history=history_of(case),
        recused=recused_from(case),
    )


def recused_from(case: Case) -> frozenset[int]:
    """Persons whose recusal was granted. Until another has decided, the matter goes on (administrative-penalty-law 第四十三条)."""
    return frozenset(Recusal.objects.filter(case=case, granted=True).values_list("person_id", flat=True))


def written(ground: Ground | None) -> str:
    """A ground as it stands in a case and its events."""
    return f"{ground.kind}:{ground.reference}" if ground else ""


def ground_of(case: Case) -> Ground | None:
    """What the case was opened on; None where it needs no ground."""
    kind, _, reference = case.ground.partition(":")
    return Ground(GroundKind(kind), int(reference)) if reference else None


@dataclass(frozen=True, slots=True)
class Standing:
    """The grants of somebody and the organisations, read once for several steps."""

    actor: Actor
    tree: Tree


def standing_of(user: User) -> Standing:
    """As it is now."""
    return Standing(actor_of(user), tree())


@dataclass(slots=True)
class Course:
    """What was read of a case under lock, and what its steps since made of it: the steps in their order, who is recused, the
    clocks that run."""

    events: list[CaseEvent]
    recused: frozenset[int]
    running: list[CaseDeadline]

    def last(self, *verbs: str) -> CaseEvent | None:
        """The last step of these verbs that was taken."""
        return next((one for one in reversed(self.events) if one.verb in verbs), None)


def courses_of(cases: Collection[Case]) -> dict[int, Course]:
    """By the key of the case; all of them are under lock."""
    read = {case.pk: Course([], frozenset(), []) for case in cases}
    for event in CaseEvent.objects.filter(case__in=cases).order_by("case_id", "sequence"):
        read[event.case_id].events.append(event)
    granted = Recusal.objects.filter(case__in=cases, granted=True)
    for case, person in granted.values_list("case_id", "person_id"):
        read[case].recused |= {person}
    for clock in running_clocks(cases):
        read[clock.case_id].running.append(clock)
    return read


@dataclass(frozen=True, slots=True)
class Hand:
    """For several steps of a case under lock in one transaction: ``standing`` of who takes them, the ``course`` of the case;
    ``notes`` receives what the ledger is told, for whoever holds the case to note with more."""

    standing: Standing
    course: Course
    notes: list[LedgerEvent]


def roles_in(user: User, organisation: Organisation, *, on: date) -> frozenset[Any]:
    """Roles in force that reach the organisation."""
    return roles_held(actor_of(user), tree().path(organisation.pk), on=on)


def _roles_for(
    taker: Taker, case: Case, flow: Flow, *, on: date, standing: Standing | None = None
) -> frozenset[Any]:
    """Roles that reach the case. An account has one only in cases of an enterprise that authorised it for the matter."""
    if isinstance(taker, User):
        held = standing or standing_of(taker)
        return roles_held(held.actor, held.tree.path(case.organisation_id), on=on)
    mandated = {one.subject_id for one in taker.mandates if flow.matter in one.matters}
    return frozenset(
        grant.role
        for grant in taker.actor.grants
        if grant.in_force(on) and case.subject_id in grant.subjects & mandated
    )


def _number(taker: Taker) -> int:
    return taker.pk if isinstance(taker, User) else taker.actor.user


def _user(taker: Taker | None) -> User | None:
    return taker if isinstance(taker, User) else None


def roles_held(actor: Actor, path: Sequence[int], *, on: date) -> frozenset[Any]:
    return frozenset(
        grant.role for grant in actor.grants if grant.in_force(on) and grant.organisation in path
    )


def history_of(case: Case) -> Sequence[Past]:
    """Steps taken so far, in the words of the version that the case has now."""
    return _past(case.events.order_by("sequence"))


def _past(events: Iterable[CaseEvent]) -> Sequence[Past]:
    return past_of(Move(event.verb, event.taken_by, event.details.get("verbs")) for event in events)


def desk(organisations: Sequence[int]) -> QuerySet[Case]:
    """Open cases of these organisations, oldest first."""
    return (
        Case.objects.filter(organisation__in=organisations, closed_at__isnull=True)
        .select_related("subject", "organisation")
        .order_by("id")
    )


def of_units(organisations: Iterable[int]) -> Q:
    """Rows of these units. All of them need no condition: a long list would keep the planner from the order asked for."""
    named = list(organisations)
    return Q() if are_all(named) else Q(organisation__in=named)


def are_all(organisations: Sequence[int]) -> bool:
    return len(organisations) == Organisation.objects.count()


@dataclass(frozen=True, slots=True)
class _Act:
    """One step that somebody takes."""

    verb: str
    actor: Taker | None
    policy: Policy
    now: datetime
    reason: str = ""
    ground: Ground | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    counted_from: date | None = None
    hand: Hand | None = None

    @property
    def on(self) -> date:
        """The day from which clocks count; never one to come."""
        today = day_of(self.now)
        if self.counted_from is not None and self.counted_from > today:
            raise Refusal("C04", f"日期 {self.counted_from} 还没有到。", advice="请填写今天或以前的日期。")
        return self.counted_from or today


def _take(case: Case, flow: Flow, act: _Act) -> Case:
    course = act.hand.course if act.hand else courses_of([case])[case.pk]
    before, actor, user = case.state, act.actor, _user(act.actor)
    standing = act.hand.standing if act.hand else None
    account = actor.account if isinstance(actor, Party) else None
    step = check_step(
        flow,
        state=before,
        verb=act.verb,
        actor=_number(actor) if actor else None,
        roles=_roles_for(actor, case, flow, on=day_of(act.now), standing=standing) if actor else (),
        history=_past(course.events),
        recused=course.recused,
        reason=act.reason,
        ground=act.ground,
    )
    taken = CaseEvent.objects.create(
        case=case,
        sequence=len(course.events) + 1,
        at=act.now,
        verb=act.verb,
        from_state=before,
        to_state=step.to_state,
        actor=user,
        account=account,
        reason=act.reason[:1000],
        ground=written(act.ground),
        details=dict(act.details),
    )
    course.events.append(taken)
    course.running = move_clocks(case, step, running=course.running, policy=act.policy, on=act.on)
    settled = flow.state(step.to_state).settled
    case.state, case.version = step.to_state, case.version + 1
    case.closed_at = act.now if settled else None
    if user is not None and not (case.handler_id and step.not_by):
        case.handler = user
    case.save(update_fields=["state", "version", "closed_at", "handler"])
    told = event_of(
        f"case.{act.verb}",
        now=act.now,
        actor=user,
        subject=case.subject.public_id if case.subject else "",
        object=f"case:{case.number}",
        payload={"from": before, "to": step.to_state, "reason": act.reason}
        | ({"account": account.public_id} if account else {}),
    )
    if act.hand is None:
        note_all([told])
    else:
        act.hand.notes.append(told)
    return case


def _next_number(series: str, *, year: int) -> str:
    return f"{series}-{year}-{next_in(series, year=year):06d}"
