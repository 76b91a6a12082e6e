"""Tells enterprises that a record may soon be repaired: in the space of those with an account, on a list of the window
for the others.

A reminder is a service: nobody loses anything who got none, and nothing is told of a record that has ended, rests or is
being repaired already (requirements M12-01; legal guards G5, G9).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from xinheng.core.mandates import Matter
from xinheng.core.policy import Policy
from xinheng.core.records import STANDING
from xinheng.core.repair_flow import OPEN
from xinheng.services.enterprises import living
from xinheng.services.ledger import note
from xinheng.services.time import day_of
from xinheng.store.effects import Publication
from xinheng.store.enterprises import Mandate
from xinheng.store.records import Record
from xinheng.store.repairs import RepairApplication, RepairReminder
from xinheng.store.subjects import Subject

DAYS = "repair.remind_days"
CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Soon:
    """A record that may be repaired from ``earliest_on`` on."""

    number: int
    record: Record
    earliest_on: date


def write_reminders(*, policy: Policy, now: datetime) -> int:
    """Write those that are due, each once a first day; returns how many. None while the figure is not known."""
    today = day_of(now)
    days = policy.parameter(DAYS, on=today).value
    if days is None:
        return 0
    told = RepairReminder.objects.filter(
        record_key=OuterRef("record_key"), earliest_on=OuterRef("earliest_repair_on")
    )
    due = Publication.objects.filter(
        ~Exists(told),
        stopped_at__isnull=True,
        earliest_repair_on__gte=today,
        earliest_repair_on__lte=today + timedelta(days=days),
    )
    rows = due.order_by("pk").values_list("record_key", "earliest_repair_on")
    count, chunk = 0, list(rows[:CHUNK])
    while chunk:
        with transaction.atomic():
            RepairReminder.objects.bulk_create(
                (
                    RepairReminder(record_key=key, earliest_on=day, written_at=now)
                    for key, day in chunk
                    if day
                ),
                ignore_conflicts=True,
            )
            note("repair.reminded", now=now, payload={"records": [key for key, _ in chunk]})
        count += len(chunk)
        chunk = list(rows[:CHUNK])
    return count


def reminders_of(subject: Subject, *, today: date) -> list[Soon]:
    """What an enterprise is told now, the first day first."""
    keys = Record.objects.filter(subject=subject, known_until__isnull=True).values("record_key")
    return _soon(standing(today=today).filter(record_key__in=keys))


def standing(*, today: date) -> QuerySet[RepairReminder]:
    """Reminders whose day is to come or has come, whose record is still shown, and on which no application runs."""
    shown = Publication.objects.filter(
        record_key=OuterRef("record_key"), earliest_repair_on=OuterRef("earliest_on"), stopped_at__isnull=True
    )
    asked = RepairApplication.objects.filter(record_key=OuterRef("record_key"), case__state__in=OPEN)
    found = RepairReminder.objects.filter(Exists(shown), ~Exists(asked), earliest_on__gte=today - KEPT)
    return found.order_by("earliest_on", "pk")


KEPT = timedelta(days=30)
"""How long a reminder stays after its day; our own choice, no rule."""


def for_the_window(
    *, today: date, units: Collection[int] | None, after: tuple[date, int] | None, limit: int
) -> list[Soon]:
    """Those whose enterprise has no account that may apply for it. ``units``: only records that these delivered."""
    served = living(Mandate.objects.filter(matters__contains=[Matter.REQUESTS.value]), on=today)
    records = Record.objects.filter(record_key=OuterRef("record_key"), known_until__isnull=True)
    theirs = records.exclude(subject__in=served.values("subject"))
    if units is not None:
        theirs = theirs.filter(batch__organisation__in=list(units))
    rows = standing(today=today).filter(Exists(theirs))
    if after is not None:
        day, number = after
        rows = rows.filter(Q(earliest_on__gt=day) | Q(earliest_on=day, pk__gt=number))
    return _soon(rows[:limit])


def _soon(rows: Iterable[RepairReminder]) -> list[Soon]:
    found = list(rows)
    kept = Record.objects.filter(
        record_key__in=[one.record_key for one in found], known_until__isnull=True, state__in=list(STANDING)
    )
    records = {one.record_key: one for one in kept.select_related("subject", "detail")}
    return [
        Soon(one.pk, records[one.record_key], one.earliest_on) for one in found if one.record_key in records
    ]
