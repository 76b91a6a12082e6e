"""Writes, seals and verifies the ledger: who did or read what (《河南省社会信用条例》第二十四、三十九条)."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet

from xinheng.core import ledger as rules
from xinheng.core.canonical import digest_of
from xinheng.core.masking import mask_personal
from xinheng.store import locks
from xinheng.store.accounts import User
from xinheng.store.ledger import LedgerBatch, LedgerEvent, LedgerLeaf


def note(
    kind: str,
    *,
    now: datetime,
    actor: User | None = None,
    subject: str = "",
    object: str = "",  # noqa: A002 - the ledger's own word
    reason: str = "",
    payload: object = None,
) -> LedgerEvent:
    """Add an event inside the caller's transaction. ``reason`` enters masked, ``payload`` as a digest only (G13)."""
    event = event_of(
        kind, now=now, actor=actor, subject=subject, object=object, reason=reason, payload=payload
    )
    event.save(force_insert=True)
    return event


def note_all(events: Sequence[LedgerEvent]) -> None:
    """Add several events of ``event_of`` at once, inside the transaction of what they tell of."""
    LedgerEvent.objects.bulk_create(events)


def event_of(
    kind: str,
    *,
    now: datetime,
    actor: User | None = None,
    subject: str = "",
    object: str = "",  # noqa: A002 - the ledger's own word
    reason: str = "",
    payload: object = None,
) -> LedgerEvent:
    """An event as ``note`` would add it, not added yet."""
    return LedgerEvent(
        at=now,
        kind=kind,
        actor=actor,
        subject=subject,
        object=object[:80],
        reason=mask_personal(reason).text[:200],
        payload_digest=digest_of(payload) if payload is not None else "",
    )


@transaction.atomic
def seal_events(*, now: datetime) -> LedgerBatch | None:
    """Seal every event of finished transactions that is not sealed yet; None when there is none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [locks.SEALER])
        if not cursor.fetchone()[0]:
            return None
    place, last = _place(), _last()
    era = rules.era_of(last, server=place.server, horizon=place.horizon)
    waiting = _waiting(last, place)
    if last is None or era == last.era:
        waiting = waiting.filter(transaction__lt=place.horizon)
    events = list(waiting.select_related("actor").order_by("transaction", "id"))
    if not events:
        return None
    leaves = [_entry(event).leaf() for event in events]
    sealed = rules.seal(
        leaves,
        after=last,
        sealed_at=now,
        below_transaction=place.horizon,
        era=era,
        server=place.server,
    )
    batch = LedgerBatch.objects.create(**asdict(sealed))
    LedgerLeaf.objects.bulk_create(
        LedgerLeaf(event=event, batch=batch, position=position, digest=leaf)
        for position, (event, leaf) in enumerate(zip(events, leaves, strict=True))
    )
    return batch


@dataclass(frozen=True, slots=True)
class _Place:
    """The server that keeps the ledger now; its transactions below ``horizon`` are finished."""

    server: str
    horizon: int


def _place() -> _Place:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT system_identifier::text, pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
            " FROM pg_control_system()"
        )
        return _Place(*cursor.fetchone())


def _last() -> rules.Batch | None:
    batch = LedgerBatch.objects.order_by("-number").first()
    return _batch(batch) if batch else None


def _waiting(last: rules.Batch | None, place: _Place) -> QuerySet[LedgerEvent]:
    """Events without a leaf. On the server of the last batch they lie at and above its horizon, and what lies below was
    slipped in; on another one every event without a leaf was either in the dump or came since."""
    unsealed = LedgerEvent.objects.filter(leaf__isnull=True)
    if last is None or rules.era_of(last, server=place.server, horizon=place.horizon) != last.era:
        return unsealed
    return unsealed.filter(transaction__gte=last.below_transaction)


def verify_ledger() -> Iterator[str]:
    """What is wrong with the ledger, as Chinese sentences; nothing when it is whole."""
    batches = [_batch(batch) for batch in LedgerBatch.objects.order_by("number")]
    yield from rules.verify_chain(batches)
    for batch in batches:
        leaves = LedgerLeaf.objects.filter(batch_id=batch.number).order_by("position")
        kept = list(leaves.select_related("event__actor"))
        entries = [_entry(leaf.event) for leaf in kept]
        yield from rules.verify_batch(batch, entries)
        algorithm = batch.root.partition(":")[0]
        digests = [bytes(leaf.digest) for leaf in kept]
        for position in rules.changed_positions(digests, entries, algorithm=algorithm):
            yield f"第{batch.number}批第{position + 1}个事件（编号{entries[position].id}）：封存后被改动"
    if batches:
        yield from _slipped_in(batches[-1])


def _slipped_in(last: rules.Batch) -> Iterator[str]:
    place = _place()
    if rules.era_of(last, server=place.server, horizon=place.horizon) != last.era:
        return
    for event in LedgerEvent.objects.filter(transaction__lt=last.below_transaction, leaf__isnull=True):
        yield f"事件{event.pk}：事务号早于封存界限却不在任何批次中（事后插入）"


def sealed_until(moment: datetime) -> bool:
    """Whether every event up to a moment is sealed, so that whoever follows the ledger finds it."""
    return not _waiting(_last(), _place()).filter(at__lte=moment).exists()


def unsealed_count() -> int:
    """How many events wait to be sealed."""
    return _waiting(_last(), _place()).count()


def _entry(event: LedgerEvent) -> rules.Entry:
    return rules.Entry(
        id=event.pk,
        transaction=event.transaction,
        at=event.at,
        kind=event.kind,
        actor=event.actor.public_id if event.actor else None,
        subject=event.subject,
        object=event.object,
        reason=event.reason,
        payload_digest=event.payload_digest,
    )


def _batch(batch: LedgerBatch) -> rules.Batch:
    return rules.Batch(
        number=batch.number,
        sealed_at=batch.sealed_at,
        below_transaction=batch.below_transaction,
        size=batch.size,
        root=batch.root,
        previous=batch.previous,
        chain=batch.chain,
        era=batch.era,
        server=batch.server,
    )
