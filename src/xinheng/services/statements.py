"""Signed statements that a department had nothing of an item in a period, reminders, and the monthly register.

A statement (无数据报送说明) counts as covered: who signed it, when, for which period stands in the ledger. It ends when
a person withdraws it, or when data of that period come after all. 淮政办发〔2020〕80号 二（一） on the register.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Count, Q

from xinheng.core.canonical import digest_of
from xinheng.core.collection_cycle import Span, covers, due_day
from xinheng.core.commitments import Needed
from xinheng.core.days import add_months
from xinheng.core.feeds import ITEMS
from xinheng.core.policy import Policy
from xinheng.core.records import STANDING
from xinheng.core.refusal import Refusal
from xinheng.services.batches import number_of
from xinheng.services.coverage import Cell, arrivals, duties_of, grace, span_from, to_remind
from xinheng.services.ledger import note
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.attachments import has_scan
from xinheng.store.batches import Batch
from xinheng.store.ledger import LedgerEvent
from xinheng.store.organisations import Organisation, OrganisationKind
from xinheng.store.quality import NothingStatement
from xinheng.store.records import Record

REGISTER = "commitment_register"
"""Key of the deadline by which the register of commitments is reported."""
_OVERTAKEN = "批次 {} 报送了这一期的数据"


@transaction.atomic
def sign_nothing(
    organisation: Organisation, *, item: int, start: date, actor: User, policy: Policy, now: datetime
) -> NothingStatement:
    """Sign for a department that a period brought nothing. Refusals: Q01 it is not over, Q02 data came, Q03 the item
    is not the department's, Q04 it is signed already, Q08 the person is not of the department."""
    today = day_of(now)
    if actor.organisation_id != organisation.pk:
        raise Refusal("Q08", "无数据报送说明由本单位人员签署。", advice="请提醒该单位报送人员办理。")
    if (organisation.pk, item) not in {
        (unit.pk, own) for unit, own in duties_of([organisation], policy=policy, on=today)
    }:
        raise Refusal(
            "Q03",
            "目录没有要求本单位报送这一项，不需要说明。",
            advice="请核对单位和目录项；应由本单位报送的，请先补充到目录。",
        )
    span = span_from(item, start, policy=policy)
    if today < span.end:
        raise Refusal(
            "Q01", f"{span.label}还没有结束，不能说明本期没有数据。", advice=f"请在 {span.end} 以后办理。"
        )
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    if _came(organisation.pk, item, span, policy=policy, today=today):
        raise Refusal("Q02", f"{span.label}已经报送过数据，不能说明没有数据。", advice="请核对本期的批次。")
    if NothingStatement.objects.filter(
        organisation=organisation, item=item, start_on=span.start, withdrawn_at__isnull=True
    ).exists():
        raise Refusal("Q04", f"{span.label}已经作过说明。", advice="请刷新页面。")
    return _sign(organisation, item=item, span=span, actor=actor, policy=policy, now=now)


def _sign(
    organisation: Organisation, *, item: int, span: Span, actor: User, policy: Policy, now: datetime
) -> NothingStatement:
    words = text_of(item, span, policy=policy)
    content = {
        "organisation": organisation.key,
        "item": item,
        "from": span.start.isoformat(),
        "to": span.end.isoformat(),
        "text": words,
        "signed_by": actor.public_id,
        "signed_at": now.isoformat(),
    }
    statement = NothingStatement.objects.create(
        organisation=organisation,
        item=item,
        start_on=span.start,
        end_on=span.end,
        text=words,
        signed_by=actor,
        signed_at=now,
        digest=digest_of(content),
    )
    note("nothing.signed", now=now, actor=actor, object=f"statement:{statement.public_id}", payload=content)
    return statement


def text_of(item: int, span: Span, *, policy: Policy) -> str:
    """What the person signs."""
    title = policy.catalogue.item(item).title
    return f"经核实，本单位{span.label}没有应当报送的“{title}”。此后发现应报数据的，随即补报。"


def _came(organisation: int, item: int, span: Span, *, policy: Policy, today: date) -> bool:
    own = arrivals([organisation], since=span.start, known_by=today).get((organisation, item), [])
    until = due_day(span.before, workdays=grace(policy, on=today), calendar=policy.calendar).on
    return any(covers(one, span, grace_until=until) for one in own)


@transaction.atomic
def withdraw_statement(public_id: str, *, actor: User, reason: str, now: datetime) -> None:
    """A person takes a statement back."""
    statement = NothingStatement.objects.select_for_update().filter(public_id=public_id).first()
    if statement is None or statement.withdrawn_at is not None:
        raise Refusal("Q06", "这份说明已经撤回。", advice="请刷新页面。")
    if not reason.strip():
        raise Refusal("Q07", "请写明撤回的理由。", advice="请补充后重试。")
    statement.withdrawn_at, statement.withdrawn_by, statement.reason = now, actor, reason.strip()[:300]
    statement.save(update_fields=["withdrawn_at", "withdrawn_by", "reason"])
    note(
        "nothing.withdrawn",
        now=now,
        actor=actor,
        object=f"statement:{statement.public_id}",
        reason=statement.reason,
    )


@transaction.atomic
def withdraw_overtaken(batches: Iterable[int], *, now: datetime) -> int:
    """Statements end for whose period these batches brought records; returns how many."""
    count = 0
    found = Batch.objects.filter(pk__in=list(batches), item__isnull=False).select_related("marks")
    for batch in found.order_by("pk"):
        months = batch.marks.months
        if not months or batch.item is None:
            continue
        spoken = Q()
        for month in months:
            spoken |= Q(start_on__lte=month, end_on__gt=month)
        for statement in NothingStatement.objects.select_for_update().filter(
            spoken, organisation=batch.organisation_id, item=batch.item, withdrawn_at__isnull=True
        ):
            statement.withdrawn_at, statement.withdrawn_for = now, batch
            statement.reason = _OVERTAKEN.format(number_of(batch))
            statement.save(update_fields=["withdrawn_at", "withdrawn_for", "reason"])
            note(
                "nothing.withdrawn",
                now=now,
                object=f"statement:{statement.public_id}",
                reason=statement.reason,
            )
            count += 1
    return count


def remind(organisations: Iterable[Organisation], *, policy: Policy, now: datetime) -> list[Cell]:
    """Write down who is reminded of what, once a period before it is due and once after; returns the new ones."""
    today = day_of(now)
    asked = to_remind(organisations, policy=policy, today=today)
    since = now - timedelta(days=400)
    known = set(
        LedgerEvent.objects.filter(kind="collection.reminded", at__gte=since).values_list("object", flat=True)
    )
    fresh = [cell for cell in asked if reminder_key(cell, today=today) not in known]
    with transaction.atomic():
        for cell in fresh:
            note("collection.reminded", now=now, object=reminder_key(cell, today=today))
    return fresh


def reminder_key(cell: Cell, *, today: date) -> str:
    """Under which the ledger knows a reminder."""
    stage = "overdue" if today > cell.stood.due.on else "due"
    return f"remind:{cell.organisation.public_id}:{cell.item}:{cell.stood.span.start}:{stage}"


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """What a body has reported of the register of a month. ``scans`` counts the commitments that have their scan."""

    organisation: Organisation
    reported: bool
    nothing: bool
    commitments: int
    incomplete: int
    scans: int

    @property
    def complete(self) -> bool:
        return (self.reported or self.nothing) and not self.incomplete and self.scans >= self.commitments


@dataclass(frozen=True, slots=True)
class MonthlyRegister:
    """The register of commitments of one month, due on a fixed day (N1)."""

    title: str
    month: Span
    due_on: date
    lines: tuple[RegisterLine, ...]

    @property
    def missing(self) -> int:
        return sum(not line.complete for line in self.lines)


def monthly_register(
    organisations: Iterable[Organisation], *, policy: Policy, today: date
) -> MonthlyRegister | None:
    """The register that is due next, checked for completeness; None where the city's document asks for none."""
    deadline = policy.deadlines.deadlines.get(REGISTER)
    if deadline is None:
        return None
    due = deadline.next_due(today)
    end = due.replace(day=1)
    month = Span(add_months(end, -1), end)
    bodies = {
        unit.pk: unit
        for unit in organisations
        if unit.kind in (OrganisationKind.DEPARTMENT, OrganisationKind.TOWN)
    }
    item = ITEMS["commitment"]
    came = arrivals(bodies, since=month.start, known_by=today)
    said = set(
        NothingStatement.objects.filter(
            organisation__in=bodies, item=item, start_on=month.start, withdrawn_at__isnull=True
        ).values_list("organisation", flat=True)
    )
    counts = _commitments(bodies, month, policy=policy)
    lines = []
    for pk, unit in bodies.items():
        number, incomplete, scans = counts.get(pk, (0, 0, 0))
        reported = number > 0 or any(
            covers(one, month, grace_until=month.start) for one in came.get((pk, item), ())
        )
        lines.append(RegisterLine(unit, reported, pk in said, number, incomplete, scans))
    return MonthlyRegister(deadline.title, month, due, tuple(lines))


def _commitments(bodies: Iterable[int], month: Span, *, policy: Policy) -> dict[int, tuple[int, int, int]]:
    """Commitments of the month by sender, how many lack a column that is always needed, how many have their scan."""
    feeds = [feed for feed in policy.feeds.values() if feed.item == "commitment"]
    kept = {label for feed in feeds for label in feed.details}
    columns = policy.commitments.register_columns.values()
    needed = [column.title for column in columns if column.needed is Needed.ALWAYS and column.title in kept]
    full = Q()
    for title in needed:
        full &= Q(detail__fields__has_key=title)
    rows = (
        Record.objects.filter(
            item=ITEMS["commitment"],
            batch__organisation__in=list(bodies),
            known_until__isnull=True,
            state__in=list(STANDING),
            decided_on__gte=month.start,
            decided_on__lt=month.end,
        )
        .order_by()
        .values_list("batch__organisation")
        .annotate(number=Count("pk"), whole=Count("pk", filter=full), scans=Count("pk", filter=has_scan()))
    )
    return {pk: (number, number - whole, scans) for pk, number, whole, scans in rows if pk is not None}
