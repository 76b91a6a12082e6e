"""What waits for one officer: rows, batches, drafts, plans and models to be run, each with the term that runs for it.

A task appears where a verb of the officer reaches its organisation, and not to those who may not take it because they
took the step before (two persons; 《行政处罚法》第五十七、五十八条).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import Count, Min, Q

from xinheng.core.code_issues import IssueState
from xinheng.core.days import DueDate, last_day
from xinheng.core.policy import Policy
from xinheng.core.roles import Verb
from xinheng.core.subject_merge import MergeState
from xinheng.planning.drift import Verdict
from xinheng.services.approvals import SERIES
from xinheng.services.article_clearing import barred_pages
from xinheng.services.batches import answered_by, answers_for, without_unneeded
from xinheng.services.campaigns_board import waiting_for as waiting_lines
from xinheng.services.cases import desk, steps_for
from xinheng.services.cases_waiting import waiting_for
from xinheng.services.connectors import troubled
from xinheng.services.evaluation_cycles import REMIND_DAYS, cycles
from xinheng.services.exchanges import late_peers, waiting_peers
from xinheng.services.identities import waiting_rows
from xinheng.services.joint_checks import answers_for as answers_for_joints
from xinheng.services.joint_checks import waiting_for as joints_waiting
from xinheng.services.letters import waiting as letters_waiting
from xinheng.services.listings_entries import unreviewed as entries_unreviewed
from xinheng.services.oversight import unseen
from xinheng.services.retention import decide_by
from xinheng.services.risk_order import watched
from xinheng.services.senders import places_waiting
from xinheng.services.statistics import due_items, last_received, publication_days, unreviewed
from xinheng.services.time import day_of
from xinheng.services.up_reports import refused_rows
from xinheng.services.webhooks import given_up
from xinheng.store.accounts import User
from xinheng.store.batches import Batch, BatchState, ReturnedRow, ReturnedState
from xinheng.store.campaigns import Campaign
from xinheng.store.casework import Case, CaseDeadline
from xinheng.store.code_issues import CodeIssue
from xinheng.store.connectors import Connector
from xinheng.store.deletions import DeletionProposal, DeletionState
from xinheng.store.exchanges import ExchangePeer
from xinheng.store.identities import SubjectMerge
from xinheng.store.organisations import Organisation
from xinheng.store.quality import Conflict, ConflictState
from xinheng.store.senders import SenderKey
from xinheng.store.webhooks import Webhook

MOST = 100
_DRAFTS = (*SERIES, "inspection_plan")
"""Kinds of case that run as approvals."""


class Kind(StrEnum):
    """Sorts of task; the order is that of the desk where terms are equal."""

    PLACE = "place"
    WEBHOOK = "webhook"
    SOURCE = "source"
    EXCHANGE = "exchange"
    APPROVE = "approve"
    EDIT = "edit"
    STEP = "step"
    REVIEW = "review"
    ROWS = "rows"
    CONFIRM = "confirm"
    MAP = "map"
    EVALUATE = "evaluate"
    CONFLICT = "conflict"
    LETTER = "letter"
    DELETION = "deletion"
    CODE_ASSIGN = "code_assign"
    CODE_FIX = "code_fix"
    CODE_VERIFY = "code_verify"
    IDENTITY = "identity"
    MERGE = "merge"
    OVERSIGHT = "oversight"
    JOINT = "joint"
    CAMPAIGN = "campaign"
    DRIFT = "drift"
    SENT_BACK = "sent_back"
    ARTICLE = "article"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A running term: the last day and the rule it comes from."""

    due: DueDate | None
    workdays_left: int | None
    rule: str
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One line of the desk. ``count`` is the number of rows or records concerned."""

    kind: Kind
    batch: Batch | None = None
    case: Case | None = None
    organisation: Organisation | None = None
    count: int = 0
    term: Term | None = None
    model: str = ""
    key: SenderKey | None = None
    connector: Connector | None = None
    peer: ExchangePeer | None = None
    webhook: Webhook | None = None
    deletion: DeletionProposal | None = None
    campaign: Campaign | None = None


@dataclass(frozen=True, slots=True)
class Seat:
    """Whose desk it is. ``reach`` gives the organisations to which this person's roles carry a verb."""

    user: User
    reach: Callable[[Verb], frozenset[int]]
    policy: Policy
    today: date


def tasks(seat: Seat) -> list[Task]:
    """Everything that waits for this person, what is due first in front."""
    found = [
        *_channels(seat),
        *_cases(seat),
        *_steps(seat),
        *_reviews(seat),
        *_rows(seat),
        *_batches(seat),
        *_models(seat),
        *_conflicts(seat),
        *_letters(seat),
        *_deletions(seat),
        *_codes(seat),
        *_identities(seat),
        *_oversight(seat),
        *_joints(seat),
        *_campaigns(seat),
        *_drift(seat),
        *_sent_back(seat),
        *_articles(seat),
    ]
    far = date.max
    return sorted(
        found,
        key=lambda task: (
            task.term.due.on if task.term and task.term.due else far,
            list(Kind).index(task.kind),
        ),
    )[:MOST]


def _channels(seat: Seat) -> Iterator[Task]:
    """Keys used from two places and sources that changed, for the office and for the sender."""
    reached = seat.reach(Verb.MANAGE_SENDERS) | seat.reach(Verb.IMPORT_FILE)
    doubtful = {place.key_id: place.key for place in places_waiting(reached)[:MOST]}
    for key in doubtful.values():
        yield Task(kind=Kind.PLACE, key=key, organisation=key.organisation)
    for hook in given_up(reached)[:MOST]:
        yield Task(kind=Kind.WEBHOOK, webhook=hook, organisation=hook.key.organisation)
    for row in troubled(reached)[:MOST]:
        yield Task(kind=Kind.SOURCE, connector=row, organisation=row.organisation)
    for peer, late in late_peers(seat.reach(Verb.MANAGE_SENDERS), today=seat.today):
        yield Task(kind=Kind.EXCHANGE, peer=peer, organisation=peer.organisation, count=late)
    for peer in waiting_peers(seat.reach(Verb.DECIDE_CASE)).exclude(proposed_by=seat.user)[:MOST]:
        yield Task(kind=Kind.EXCHANGE, peer=peer, organisation=peer.organisation)


def _cases(seat: Seat) -> Iterator[Task]:
    reached = seat.reach(Verb.READ_CASE) | seat.reach(Verb.DRAFT_PLAN) | seat.reach(Verb.DRAFT_POLICY)
    drafts = desk(sorted(reached)).filter(kind__in=_DRAFTS, state__in=("drafted", "submitted"))
    for case in drafts.select_related("organisation__parent")[:MOST]:
        verbs = {step.verb for step in steps_for(case, seat.user, on=seat.today)}
        if "approve" in verbs:
            yield Task(kind=Kind.APPROVE, case=case, term=_of_case(case, seat))
        elif "edit" in verbs:
            yield Task(kind=Kind.EDIT, case=case, term=_of_case(case, seat))


def _oversight(seat: Seat) -> Iterator[Task]:
    """Checks of named enterprises of which the supervisors have not taken note."""
    waiting = unseen(seat.reach(Verb.OVERSEE_CHECKS)).count()
    if waiting:
        yield Task(kind=Kind.OVERSIGHT, count=waiting)


def _joints(seat: Seat) -> Iterator[Task]:
    """Joint checks to which the person's own organ has not answered."""
    waiting = joints_waiting(seat.reach(Verb.DRAFT_CASE) & answers_for_joints(seat.user)).count()
    if waiting:
        yield Task(kind=Kind.JOINT, count=waiting)


def _steps(seat: Seat) -> Iterator[Task]:
    """Cases of every other procedure in which this person may take a step now."""
    reached = seat.reach(Verb.DRAFT_CASE) | seat.reach(Verb.DECIDE_CASE)
    waiting = waiting_for(seat.user, sorted(reached), on=seat.today, most=MOST)
    first: dict[int, CaseDeadline] = {}
    clocks = CaseDeadline.objects.filter(case__in=[case.pk for case in waiting], ended_on__isnull=True)
    for clock in clocks.order_by("due_on"):
        first.setdefault(clock.case_id, clock)
    for case in waiting:
        yield Task(kind=Kind.STEP, case=case, term=_of_clock(first.get(case.pk), seat))


def _of_case(case: Case, seat: Seat) -> Term | None:
    running = CaseDeadline.objects.filter(case=case, ended_on__isnull=True)
    return _of_clock(running.order_by("due_on").first(), seat)


def _of_clock(clock: CaseDeadline | None, seat: Seat) -> Term | None:
    if clock is None:
        return None
    reading = seat.policy.parameter(clock.key, on=clock.started_on)
    due = DueDate(clock.due_on, clock.provisional, clock.calendar_version) if clock.due_on else None
    return term(due, rule=f"{reading.title}：{reading.citation}", verified=reading.verified, seat=seat)


def _reviews(seat: Seat) -> Iterator[Task]:
    batches = {
        batch.pk: batch
        for batch in unreviewed(seat.reach(Verb.REVIEW_SECRECY), policy=seat.policy, today=seat.today)
        if not answers_for(seat.user, batch)
    }
    first: dict[int, date] = {}
    count: dict[int, int] = {}
    for batch, due, number in publication_days(batches, policy=seat.policy, today=seat.today):
        first[batch] = min(due, first.get(batch, due))
        count[batch] = count.get(batch, 0) + number
    for pk, day in first.items():
        rule, verified = _publication_rule(batches[pk], seat)
        last = DueDate(day, seat.policy.calendar.is_provisional(day), seat.policy.calendar.version)
        running = term(last, rule=rule, verified=verified, seat=seat)
        yield Task(kind=Kind.REVIEW, batch=batches[pk], count=count[pk], term=running)
    for entered in entries_unreviewed(seat.reach(Verb.REVIEW_SECRECY)):
        if not answers_for(seat.user, entered):
            yield Task(kind=Kind.REVIEW, batch=entered, count=entered.rows)


def _publication_rule(batch: Batch, seat: Seat) -> tuple[str, bool]:
    policy = seat.policy
    kind = next(
        (k for k, act in policy.acts.acts.items() if policy.catalogue.items[act.item].number == batch.item)
    )
    reading = next(clock for clock in policy.act_clocks(kind, on=seat.today) if clock.value is not None)
    return f"{reading.title}：{reading}（{reading.citation}）", reading.verified


def _rows(seat: Seat) -> Iterator[Task]:
    """One line a sender: how many rows wait, and when the first of them go back undecided. Rows in which the code alone
    is wrong stand in the line of their own (``_identities``)."""
    waiting = (
        ReturnedRow.objects.filter(
            state=ReturnedState.WAITING, batch__organisation__in=seat.reach(Verb.DECIDE_QUARANTINE)
        )
        .exclude(answered_by(seat.user, through="batch__"))
        .exclude(pk__in=waiting_rows().values("pk"))
        .order_by()
        .values_list("batch__organisation")
        .annotate(number=Count("pk"), first=Min("batch__loaded_at"))
    )
    found = {organisation: (number, day_of(first)) for organisation, number, first in waiting}
    for organisation in Organisation.objects.filter(pk__in=found).order_by("pk"):
        number, set_aside_on = found[organisation.pk]
        yield Task(kind=Kind.ROWS, organisation=organisation, count=number, term=_of_rows(set_aside_on, seat))


def _of_rows(set_aside_on: date, seat: Seat) -> Term:
    """Rows that nobody decides go back to their sender after the term of policy."""
    reading = seat.policy.parameter("retention.quarantine_days", on=set_aside_on)
    due = decide_by(set_aside_on, policy=seat.policy)
    return term(due, rule=f"{reading.title}：{reading}", verified=reading.verified, seat=seat)


def _batches(seat: Seat) -> Iterator[Task]:
    waiting = {BatchState.PREVIEW: Verb.IMPORT_FILE, BatchState.UNMAPPED: Verb.DRAFT_POLICY}
    for state, verb in waiting.items():
        found = Batch.objects.filter(state=state, organisation__in=seat.reach(verb))
        for batch in without_unneeded(found).select_related("organisation").order_by("-pk")[:MOST]:
            kind = Kind.CONFIRM if state == BatchState.PREVIEW else Kind.MAP
            yield Task(kind=kind, batch=batch, count=batch.rows)


def _models(seat: Seat) -> Iterator[Task]:
    """Models whose results are due again within a month, for whoever may run them where their sector belongs."""
    reached = seat.reach(Verb.RUN_EVALUATION)
    if not reached:
        return
    for cycle in cycles(seat.policy, today=seat.today):
        mine = next((unit for unit in cycle.owners if unit.pk in reached), None)
        if cycle.rule is None or cycle.due_on is None or mine is None:
            continue
        if (cycle.due_on - seat.today).days > REMIND_DAYS:
            return
        calendar = seat.policy.calendar
        due = DueDate(cycle.due_on, calendar.is_provisional(cycle.due_on), calendar.version)
        rule = f"评价周期 {cycle.rule.months} 个月：{cycle.rule.source}"
        yield Task(
            kind=Kind.EVALUATE,
            model=cycle.model.id,
            organisation=mine,
            term=term(due, rule=rule, verified=cycle.rule.verified, seat=seat),
        )


def _conflicts(seat: Seat) -> Iterator[Task]:
    """Facts on which two departments disagree, in one line, for whoever may decide between both."""
    reached = seat.reach(Verb.DECIDE_QUARANTINE)
    waiting = Conflict.objects.filter(
        state=ConflictState.OPEN, first_sender__in=reached, second_sender__in=reached
    )
    if number := waiting.count():
        yield Task(kind=Kind.CONFLICT, count=number)


def _deletions(seat: Seat) -> Iterator[Task]:
    """Records that another person proposed to delete."""
    waiting = DeletionProposal.objects.filter(
        state=DeletionState.PROPOSED, organisation__in=seat.reach(Verb.DELETE_RECORD)
    ).exclude(proposed_by=seat.user)
    for proposal in waiting.select_related("subject").order_by("pk")[:MOST]:
        yield Task(kind=Kind.DELETION, deletion=proposal)


def _letters(seat: Seat) -> Iterator[Task]:
    """Letters that went out and are not yet served, in one line: the terms that wait for them do not run."""
    if number := letters_waiting(seat.reach(Verb.DRAFT_CASE)).count():
        yield Task(kind=Kind.LETTER, count=number)


def _codes(seat: Seat) -> Iterator[Task]:
    """Matters of codes, one line a step: to be given to the registrar, to be put right, to be verified by another."""
    steps = (
        (Kind.CODE_ASSIGN, IssueState.OPEN, Verb.PROPOSE_QUARANTINE),
        (Kind.CODE_FIX, IssueState.ASSIGNED, Verb.CORRECT_RECORD),
        (Kind.CODE_VERIFY, IssueState.FIXED, Verb.DECIDE_QUARANTINE),
    )
    for kind, state, verb in steps:
        waiting = CodeIssue.objects.filter(state=state.value, organisation__in=seat.reach(verb))
        if kind is Kind.CODE_VERIFY:
            waiting = waiting.exclude(fixed_by=seat.user)
        told = waiting.aggregate(number=Count("pk"), first=Min("due_on"))
        if told["number"]:
            yield Task(kind=kind, count=told["number"], term=_of_codes(kind, told["first"], seat))


def _of_codes(kind: Kind, due_on: date | None, seat: Seat) -> Term | None:
    if kind is not Kind.CODE_FIX or due_on is None:
        return None
    calendar = seat.policy.calendar
    due = DueDate(due_on, calendar.is_provisional(due_on), calendar.version)
    return term(due, rule="交办时写明的整改期限", verified=True, seat=seat)


def _identities(seat: Seat) -> Iterator[Task]:
    """Rows without a code, and merges or splits that another person proposed."""
    reached = seat.reach(Verb.DECIDE_QUARANTINE)
    rows = waiting_rows().filter(batch__organisation__in=reached)
    told = rows.exclude(answered_by(seat.user, through="batch__")).aggregate(
        number=Count("pk"), first=Min("batch__loaded_at")
    )
    if told["number"]:
        yield Task(kind=Kind.IDENTITY, count=told["number"], term=_of_rows(day_of(told["first"]), seat))
    if not Organisation.objects.filter(pk__in=reached, parent__isnull=True).exists():
        return
    merges = SubjectMerge.objects.filter(
        Q(state=MergeState.PROPOSED.value) & ~Q(proposed_by=seat.user)
        | Q(state=MergeState.SPLITTING.value) & ~Q(split_by=seat.user)
    )
    if number := merges.count():
        yield Task(kind=Kind.MERGE, count=number)


def _campaigns(seat: Seat) -> Iterator[Task]:
    """Lines of special campaigns for the unit that recognised their ground, one line a campaign; until its last day."""
    reached = seat.reach(Verb.DRAFT_CASE)
    found = waiting_lines(sorted(reached), policy=seat.policy, on=seat.today) if reached else []
    calendar = seat.policy.calendar
    for campaign, number in found[:MOST]:
        last = last_day(campaign.until_on)
        due = DueDate(last, calendar.is_provisional(last), calendar.version)
        rule = f"专项治理方案写明的截止日期（{campaign.document_no}）"
        running = term(due, rule=rule, verified=True, seat=seat)
        yield Task(kind=Kind.CAMPAIGN, campaign=campaign, count=number, term=running)


def _drift(seat: Seat) -> Iterator[Task]:
    """The points table in force no longer orders as it was learnt, for whoever drafts policy: to be learnt anew."""
    if seat.reach(Verb.DRAFT_POLICY):
        found = watched(on=seat.today)
        if found is not None and found.verdict is Verdict.DRIFT:
            yield Task(kind=Kind.DRIFT, count=found.visits)


def _sent_back(seat: Seat) -> Iterator[Task]:
    """Permits and penalties that the platform above refused, for whoever delivered them."""
    if number := refused_rows(seat.reach(Verb.IMPORT_FILE)).count():
        yield Task(kind=Kind.SENT_BACK, count=number)


def _articles(seat: Seat) -> Iterator[Task]:
    """Pages with a file that stays closed until its maker clears it."""
    if number := len(barred_pages(seat.reach(Verb.DRAFT_POLICY))):
        yield Task(kind=Kind.ARTICLE, count=number)


def term(due: DueDate | None, *, rule: str, verified: bool, seat: Seat) -> Term:
    left = seat.policy.calendar.workdays_between(seat.today, due.on) if due else None
    return Term(due=due, workdays_left=left, rule=rule, verified=verified)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A catalogue item that a department supplies: when something last came, and how often it should."""

    item: int
    cycle: str
    last_on: date | None
    by_catalogue: bool


def duties(organisation: Organisation, *, policy: Policy) -> list[Duty]:
    """Items that the catalogue asks of the department, and items it has delivered before."""
    named = due_items(organisation.key, policy)
    last = {item: moment for (_, item), moment in last_received([organisation.pk]).items()}
    return [
        Duty(
            item=item,
            cycle=policy.catalogue.item(item).cycle,
            last_on=day_of(last[item]) if item in last else None,
            by_catalogue=item in named,
        )
        for item in sorted(named | set(last))
    ]


def reports_due(*, policy: Policy, today: date) -> Iterable[tuple[str, str, DueDate, str, bool]]:
    """Reports that the city's document wants on fixed days: title, period, day, rule, compared with the text."""
    for deadline in policy.deadlines.deadlines.values():
        day = deadline.next_due(today)
        citation = deadline.basis[0]
        rule = policy.sources[citation.source].cite(citation.clause)
        due = DueDate(day, False, policy.calendar.version)
        yield deadline.title, f"{day.year} 年 {day.month} 月", due, rule, citation.verified
