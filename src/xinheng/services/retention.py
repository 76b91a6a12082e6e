"""Ends what may last for a term only: files lose their keys, rows that went back are emptied, and rows set aside that
nobody decided go back to their sender, previews that nobody confirmed are given up, answers to systems are emptied.

Serves 《个人信息保护法》第十九、四十七条 and legal guard G2; the terms are those of ``retention.yml``.
"""

from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q

from xinheng.core.days import DueDate
from xinheng.core.policy import Policy
from xinheng.intake.workbook import kept_workbook
from xinheng.services.collect import workshop
from xinheng.services.ledger import note
from xinheng.services.previews import PREVIEW, normal_header, reading
from xinheng.services.returns import CHUNK, keep_workbook
from xinheng.services.time import day_of, end_of
from xinheng.store.batches import Batch, BatchState, ReturnedRow, ReturnedState, StoredFile
from xinheng.store.connectors import ConnectorPull
from xinheng.store.files import destroy_file, files_due

UNCONFIRMED = "逾期无人确认，按期限撤销并销毁文件"
UNDECIDED = "逾期无人处理，按期限退回报送单位"
_STRIP = """
UPDATE store_sendercall SET answer = answer || '{"records": [], "whole": false}'
WHERE called_at < %s AND (answer->'records' <> '[]' OR answer->'whole' = 'true')
"""
_COLUMNS = "SELECT DISTINCT jsonb_object_keys(original) FROM store_returnedrow WHERE batch_id = %s AND original IS NOT NULL"


def destroy_expired_files(*, today: date, now: datetime) -> int:
    """Destroy every file whose term is over, each with its event; returns how many."""
    count = 0
    for due in files_due(today=today).values_list("pk", flat=True):
        with transaction.atomic():
            stored = files_due(today=today).select_for_update().filter(pk=due).first()
            if stored is not None:
                destroy_file(stored, now=now)
                note("file.destroyed", now=now, object=f"file:{stored.pk}", payload={"file": stored.digest})
                count += 1
    return count


def give_up_previews(*, policy: Policy, today: date, now: datetime) -> int:
    """Cancel what nobody confirmed in time and destroy its file; returns how many.

    What is kept for longer, by an earlier rule, is kept for one more term.
    """
    term = policy.days_kept("preview", on=today)
    if term is None:
        return 0
    last, given_up = today + timedelta(days=term), (BatchState.PREVIEW, BatchState.CANCELLED)
    kept = Batch.objects.filter(state__in=given_up, original__destroyed_at__isnull=True)
    longer = kept.filter(Q(original__destroy_on__gt=last) | Q(original__destroy_on__isnull=True))
    StoredFile.objects.filter(pk__in=longer.values("original")).update(destroy_on=last)
    over = kept.filter(state=BatchState.PREVIEW, original__destroy_on__lte=today)
    return sum(_give_up(pk, now=now) for pk in over.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _give_up(pk: int, *, now: datetime) -> int:
    batch = Batch.objects.select_for_update(no_key=True).get(pk=pk)
    original = batch.original
    if batch.state != BatchState.PREVIEW or original is None or original.destroyed_at is not None:
        return 0
    batch.state = BatchState.CANCELLED
    batch.report = {key: value for key, value in batch.report.items() if key != PREVIEW}
    batch.save(update_fields=["state", "report"])
    destroy_file(original, now=now)
    note("batch.cancelled", now=now, object=f"batch:{batch.public_id}", reason=UNCONFIRMED)
    return 1


@transaction.atomic
def forget_returned_rows(*, policy: Policy, today: date, now: datetime) -> int:
    """Empty rows that were refused or sent back once their term is over; number and defects stay for the count."""
    term = policy.days_kept("refused", on=today)
    if term is None:
        return 0
    before = end_of(today - timedelta(days=term))
    over = ReturnedRow.objects.filter(
        Q(original__isnull=False) | Q(normalised__isnull=False),
        Q(state=ReturnedState.REFUSED, batch__received_at__lt=before)
        | Q(state=ReturnedState.RETURNED, decided_at__lt=before),
    )
    count = over.update(original=None, normalised=None)
    if count:
        note("rows.emptied", now=now, object=f"day:{today.isoformat()}", payload={"count": count})
    return count


@transaction.atomic
def forget_answers(*, policy: Policy, today: date, now: datetime) -> int:
    """Leave of old answers to systems the batch, its counts and its receipt, without the records; returns how many.

    The same Idempotency-Key still leads to the same delivery.
    """
    term = policy.days_kept("call_answer", on=today)
    if term is None:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_STRIP, [end_of(today - timedelta(days=term))])
        count = int(cursor.rowcount)
    if count:
        note("answers.emptied", now=now, object=f"day:{today.isoformat()}", payload={"count": count})
    return count


@transaction.atomic
def forget_pulls(*, policy: Policy, today: date, now: datetime) -> int:
    """Empty what a source answered to old fetches, but for the last of each connector; returns how many.

    When a fetch was made, what became of it and its batch stay.
    """
    term = policy.days_kept("connector_pull", on=today)
    if term is None:
        return 0
    later = ConnectorPull.objects.filter(connector=OuterRef("connector"), pk__gt=OuterRef("pk"))
    over = ConnectorPull.objects.filter(Exists(later), ended_at__lt=end_of(today - timedelta(days=term)))
    count = over.exclude(message="").update(message="")
    if count:
        note("pulls.emptied", now=now, object=f"day:{today.isoformat()}", payload={"count": count})
    return count


@transaction.atomic
def forget_readings(*, policy: Policy, today: date, now: datetime) -> int:
    """End what is kept of whom a department read once its term is over; returns how many readings.

    The calls stay as counts. The last reading of a subject and item by a grant that still holds stays as well: by it the
    department is told when the record ends (legal guard G9).
    """
    term = policy.days_kept("sharing_reading", on=today)
    if term is None:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT store_forget_readings(%s)", [today - timedelta(days=term)])
        count = int(cursor.fetchone()[0])
    if count:
        note("readings.forgotten", now=now, object=f"day:{today.isoformat()}", payload={"count": count})
    return count


def decide_by(set_aside_on: date, *, policy: Policy) -> DueDate | None:
    """The last day on which a row set aside may be decided; None where no term is set."""
    term = policy.days_kept("quarantine", on=set_aside_on)
    return policy.calendar.next_workday(set_aside_on + timedelta(days=term)) if term is not None else None


def return_overdue_rows(*, policy: Policy, today: date, now: datetime) -> int:
    """Send what nobody decided in time back to its sender, one workbook a batch; returns how many rows."""
    waiting = ReturnedRow.objects.filter(state=ReturnedState.WAITING).order_by()
    count = 0
    for pk, loaded_at in waiting.values_list("batch", "batch__loaded_at").distinct().order_by("batch"):
        due = decide_by(day_of(loaded_at), policy=policy) if loaded_at else None
        if due is not None and due.on < today:
            count += _return_rows(pk, policy=policy, now=now)
    return count


@transaction.atomic
def _return_rows(pk: int, *, policy: Policy, now: datetime) -> int:
    batch = Batch.objects.select_for_update(no_key=True).get(pk=pk)
    overdue = ReturnedRow.objects.filter(batch=batch, state=ReturnedState.WAITING)
    count = overdue.update(state=ReturnedState.RETURNED, decided_at=now, reason=UNDECIDED)
    if not count:
        return 0
    returned = ReturnedRow.objects.filter(batch=batch, decided_by=None, decided_at=now).order_by("row_no")
    with workshop() as work:
        out = work / "returned.xlsx"
        rows = returned.values_list("row_no", "problems", "original").iterator(CHUNK)
        kept_workbook(
            _header(batch, policy), ((no, told, cells or {}) for no, told, cells in rows), out, work=work
        )
        batch.workbook = keep_workbook(out, batch, policy=policy, now=now)
    batch.save(update_fields=["workbook"])
    note(
        "rows.returned",
        now=now,
        object=f"batch:{batch.public_id}",
        payload={"count": count, "workbook": batch.workbook.digest},
    )
    return count


def _header(batch: Batch, policy: Policy) -> list[str]:
    """The sender's columns, those that the feed reads first and in its order. A column that was empty in every row
    stands under the feed's own word for it, so that the workbook is recognised when it comes back filled."""
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS, [batch.pk])
        found = {name: normal_header(name) for (name,) in cursor.fetchall()}
    feed = policy.feeds.get(batch.feed)
    if feed is None:
        return sorted(found)
    for column in feed.columns.values():
        words = {word: normal_header(word) for word in column.headers if "#" not in word}
        if words and not set(words.values()) & set(found.values()):
            found |= [next(iter(words.items()))]
    places = {name: place for place, name in enumerate(reading(feed))}
    return sorted(found, key=lambda name: (places.get(found[name], len(places)), name))
