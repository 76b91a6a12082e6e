"""Enters a served decision on its list, and lets entries end by their term or by a second word on the decision.

A serious entry stands in the file as a record of its own, sent down the way of every delivered row, so that page,
report, exchange with other platforms, objection and repair treat it like any listing (legal guards G3, G8, G11).
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from xinheng.core.days import add_months, last_day
from xinheng.core.grounds import EndCause, Ground, GroundKind
from xinheng.core.lists import ListKind, ListType
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.case_grounds import grounded
from xinheng.services.cases import last_step, take_step
from xinheng.services.collect import Delivery
from xinheng.services.effects import end_effects
from xinheng.services.entry import import_rows
from xinheng.services.ledger import note
from xinheng.services.letters import organ_of
from xinheng.services.letters_serving import served_on
from xinheng.services.listings import By, evidence, list_of, longest_term, step
from xinheng.services.listings_exits import left_behind
from xinheng.services.loading import take_loader_lock
from xinheng.services.records import Change, change_state
from xinheng.services.scores import ask_for_refresh
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.batches import Batch, BatchState
from xinheng.store.casework import Case
from xinheng.store.letters import IssuedLetter
from xinheng.store.listings import ListEntry
from xinheng.store.records import Record
from xinheng.store.subjects import Subject

FEED = "xinheng-serious-list"
_DEEDS = {EndCause.REVOKED: "withdraw", EndCause.WITHDRAWN: "withdraw", EndCause.REPAIRED: "repair"}


@transaction.atomic
def enter(case: Case, by: By, *, reason: str) -> ListEntry:
    """Put the subject on the list from the day of service. Refusals: LG12 decision and repair guide were not served
    together, those of the ground, LG20 the file did not take it."""
    of, today = list_of(case, by.policy), day_of(by.now)
    began = served_on(case, "decision", after="decide")
    guided = served_on(case, "repair_guide", after="decide")
    if began is None or guided is None:
        raise Refusal(
            "LG12",
            "决定书和信用修复告知书还没有一并送达，不能列入。",
            citation="国办发〔2025〕22号（两书同达）；《河南省社会信用条例》第二十八条",
            advice="请签发《决定书》和《信用修复告知书》，一并送达并登记送达回证后再列入。",
        )
    subject, ground = _locked(case)
    decided = last_step(case, "decide")
    assert decided is not None
    record = evidence(ground.reference, subject, of, policy=by.policy, on=today)
    months = decided.details.get("months")
    until = add_months(began, int(months)) if months else None
    key = None
    if of.kind is not ListKind.FOCUS:
        key = _filed(case, of, by, began=began, until=until)
    step(case, "enter", by, reason=reason)
    entry = _make(case, of, by, ground=ground, seriousness=record.seriousness, key=key, days=(began, until))
    _announce(entry, by, kind="listing.entered")
    return entry


@transaction.atomic
def enter_good(case: Case, by: By, *, reason: str) -> ListEntry:
    """Decide that a subject of good faith is entered, after its publicity is over. Refusal LG21 without a recorded
    fair-competition review (legal guard G12)."""
    of, today = list_of(case, by.policy), day_of(by.now)
    subject, ground = _locked(case)
    check_competition(case, of)
    evidence(ground.reference, subject, of, policy=by.policy, on=today)
    months = longest_term(of, policy=by.policy, on=today)
    step(case, "decide", by, reason=reason)
    until = add_months(today, months) if months else None
    entry = _make(case, of, by, ground=ground, seriousness=0, key=None, days=(today, until))
    _announce(entry, by, kind="listing.good_entered")
    return entry


def publicise(case: Case, by: By, *, review: str, reviewed_on: date, finding: str, reason: str) -> Case:
    """Open the publicity of a proposal, with the fair-competition review of the incentive on record (legal guard G12)."""
    of = list_of(case, by.policy)
    if of.fair_competition and (not review.strip() or not finding.strip()):
        raise _uncompared()
    if reviewed_on > day_of(by.now):
        raise Refusal("LG23", "公平竞争审查的日期不能晚于今天。", advice="请照审查表填写日期。")
    details = {
        "review": review.strip()[:120],
        "reviewed_on": reviewed_on.isoformat(),
        "finding": finding.strip()[:500],
    }
    return step(case, "publicise", by, reason=reason, details=details)


def check_competition(case: Case, of: ListType) -> None:
    """Refusal LG21 where the list asks for a fair-competition review and none is on record."""
    shown = last_step(case, "publicise")
    if of.fair_competition and (shown is None or not shown.details.get("review")):
        raise _uncompared()


def _uncompared() -> Refusal:
    return Refusal(
        "LG21",
        "公示以前须有公平竞争审查的记录：审查表编号、日期和结论。",
        citation="《公平竞争审查条例》第十条、第十八条",
        advice="请先由起草单位完成公平竞争审查，再填写编号和结论。",
    )


@transaction.atomic
def take_off(
    entry: ListEntry,
    cause: EndCause,
    *,
    why: str,
    document: str,
    actor: User | None,
    policy: Policy,
    now: datetime,
) -> None:
    """End an entry and all that rests on it; its record leaves the file in the same transaction (legal guard G9)."""
    ground = Ground(GroundKind.LIST_ENTRY, entry.pk)
    end_effects(ground, cause, subject=entry.subject_id, now=now, why=why)
    if entry.record_key is not None:
        change = Change(deed=_DEEDS.get(cause, "exit"), reason=why[:500], ground=document[:200])
        change_state(record_key=entry.record_key, change=change, actor=actor, policy=policy, now=now)
    case = Case.objects.get(pk=entry.decision_id)
    if case.state == "listed":
        take_step(case.public_id, "end", actor=None, policy=policy, now=now)
    note(
        "listing.ended",
        now=now,
        actor=actor,
        subject=entry.subject.public_id,
        object=f"listing:{entry.public_id}",
        reason=why[:200],
        payload={"cause": cause.value},
    )


@transaction.atomic
def revoke(case: Case, by: By, *, reason: str, document: str) -> Case:
    """Take back the decision: before the entry it ends the case, afterwards the entry with all that rests on it."""
    taken = step(case, "revoke", by, reason=reason, details={"document": document.strip()[:120]})
    _take_off_decided(case, EndCause.REVOKED, by, why=reason, document=document or case.number)
    return taken


@transaction.atomic
def lift(case: Case, by: By, *, reason: str) -> Case:
    """A subject of good faith no longer fits: it leaves the list."""
    taken = step(case, "lift", by, reason=reason)
    _take_off_decided(case, EndCause.WITHDRAWN, by, why=reason, document=case.number)
    return taken


def _take_off_decided(case: Case, cause: EndCause, by: By, *, why: str, document: str) -> None:
    """End the entry that this case made, if it still stands."""
    entry = ListEntry.objects.filter(decision=case, ended_at__isnull=True).first()
    if entry is not None:
        take_off(entry, cause, why=why, document=document, actor=by.actor, policy=by.policy, now=by.now)


def end_due(*, policy: Policy, today: date, now: datetime) -> int:
    """End every entry whose term is over, one transaction each; returns how many."""
    due = ListEntry.objects.filter(ended_at__isnull=True, until_on__lte=today).order_by("pk")
    count = 0
    for entry in due.select_related("subject", "decision"):
        take_off(
            entry, EndCause.TERM_EXPIRED, why="期限届满移出名单", document=entry.decision.number,
            actor=None, policy=policy, now=now,
        )  # fmt: skip
        count += 1
    return count


def follow_ended(ids: Iterable[int], *, policy: Policy, now: datetime) -> int:
    """Bring records and cases after entries that another verb has ended; returns how many. Safe to run again."""
    count = 0
    for entry in left_behind(ids):
        change = Change(deed="withdraw", reason="名单列入已经终止", ground=entry.decision.number)
        assert entry.record_key is not None
        change_state(record_key=entry.record_key, change=change, actor=None, policy=policy, now=now)
        count += 1
    for case in Case.objects.filter(
        list_entry__in=list(ids), state="listed", list_entry__ended_at__isnull=False
    ):
        take_step(case.public_id, "end", actor=None, policy=policy, now=now)
    return count


def _locked(case: Case) -> tuple[Subject, Ground]:
    """The enterprise under lock, after that of the loader, and the ground of the case."""
    subject, ground = grounded(case)
    take_loader_lock()
    return Subject.objects.select_for_update().get(pk=subject.pk), ground


def unreviewed(organisations: Iterable[int]) -> QuerySet[Batch]:
    """Entries in the file that nobody has reviewed for secrecy yet; until then they are not public. No law gives a term."""
    waiting = ListEntry.objects.filter(ended_at__isnull=True).values("record_key")
    filed = Record.objects.filter(known_until__isnull=True, record_key__in=waiting).values("batch")
    return (
        Batch.objects.filter(
            pk__in=filed,
            feed=FEED,
            state=BatchState.LOADED,
            published_at__isnull=True,
            organisation__in=list(organisations),
        )
        .select_related("organisation")
        .order_by("pk")
    )


def _make(
    case: Case,
    of: ListType,
    by: By,
    *,
    ground: Ground,
    seriousness: int,
    key: int | None,
    days: tuple[date, date | None],
) -> ListEntry:
    first, decided = last_step(case, "propose"), last_step(case, "decide")
    assert case.subject_id is not None
    assert first is not None
    assert first.actor is not None
    assert decided is not None
    assert decided.actor is not None
    early = by.policy.parameter(of.early_exit, on=day_of(by.now)).value if of.early_exit else None
    return ListEntry.objects.create(
        subject_id=case.subject_id,
        ground_kind=ground.kind.value,
        ground_key=ground.reference,
        list_key=case.details["list"],
        kind=of.kind.value,
        organisation=case.organisation,
        decision=case,
        record_key=key,
        seriousness=seriousness,
        proposed_by=first.actor,
        decided_by=decided.actor,
        from_on=days[0],
        until_on=days[1],
        early_on=add_months(days[0], early) if early else None,
        entered_at=by.now,
    )


def _announce(entry: ListEntry, by: By, *, kind: str) -> None:
    """The file is another from now on: what is derived from it is stale at once."""
    subject = Subject.objects.select_for_update().get(pk=entry.subject_id)
    subject.version += 1
    subject.save(update_fields=["version"])
    ask_for_refresh()
    note(
        kind,
        now=by.now,
        actor=by.actor,
        subject=subject.public_id,
        object=f"listing:{entry.public_id}",
        payload={"list": entry.list_key, "from": entry.from_on.isoformat()},
    )


def _filed(case: Case, of: ListType, by: By, *, began: date, until: date | None) -> int:
    """The key of the record by which the listing stands in the file."""
    assert case.subject is not None
    letter = IssuedLetter.objects.filter(case=case, kind="decision").latest("pk")
    cells = {
        "失信主体名称": case.subject.name,
        "统一社会信用代码": case.subject.code or "",
        "列入决定文书号": letter.number,
        "列入名单名称": of.title,
        "列入事由": str(case.details.get("matter", "")),
        "列入日期": began.isoformat(),
        "列入期限至": last_day(until).isoformat() if until else "",
        "认定单位": organ_of(case.organisation, policy=by.policy),
        "在列状态": "列入",
    }
    delivery = Delivery(policy=by.policy, organisation=case.organisation, actor=by.actor, now=by.now)
    rows = (list(cells), list(cells.values()))
    batch = import_rows(rows, delivery, feed=FEED, name=f"列入名单 {case.number}.csv")
    made = Record.objects.filter(batch=batch, known_until__isnull=True, subject=case.subject).first()
    if made is None:
        raise Refusal(
            "LG20",
            "列入信息没有能够记入该主体的档案。",
            advice="请核对主体的名称和统一社会信用代码，更正后再列入。",
        )
    return made.record_key
