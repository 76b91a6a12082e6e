"""What was taken by sharing, for the enterprise concerned and for the office: by whom, what for, when, how much.

The enterprise learns organisations, purposes and days, never persons (《河南省社会信用条例》第三十九条, 未核).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Max, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from xinheng.core.catalogue import item_code
from xinheng.core.sharing import Purpose
from xinheng.services.reach import tree
from xinheng.store.identities import ever_one_with
from xinheng.store.sharing import SharingCall, SharingReading
from xinheng.store.subjects import Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One organisation asked about the subject for one purpose on one day, by a consent where there is a number."""

    organisation: str
    purpose: str
    matter: str
    day: date
    items: tuple[str, ...]
    calls: int
    records: int
    consents: tuple[str, ...]


def who_asked(subject: Subject, *, limit: int = 200) -> tuple[Query, ...]:
    """Who took what of the subject, newest day first: for its own space and for its file in the office."""
    rows = SharingReading.objects.filter(subject__in=ever_one_with(subject.pk))
    days = (
        rows.values_list("call__grant", "call__day")
        .annotate(newest=Max("pk"))
        .order_by("-call__day", "-newest")[:limit]
    )
    return tuple(_query(rows.filter(call__grant=grant, call__day=day)) for grant, day, _ in days)


def _query(rows: QuerySet[SharingReading]) -> Query:
    """The readings by one grant on one day."""
    kept = list(rows.select_related("call__grant", "consent"))
    grant = kept[0].call.grant
    return Query(
        organisation=tree().name(grant.organisation_id),
        purpose=Purpose(grant.purpose).label,
        matter=grant.matter,
        day=kept[0].call.day,
        items=tuple(item_code(item) for item in sorted({one.item for one in kept})),
        calls=len({one.call_id for one in kept}),
        records=sum(one.records for one in kept),
        consents=tuple(sorted({one.consent.public_id for one in kept if one.consent is not None})),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Calls and records of one organisation, item and month; ``item`` empty for calls that were refused or read nobody."""

    organisation: int
    month: date
    item: str
    calls: int
    refused: int
    subjects: int
    records: int


def usage(organisations: Iterable[int], *, from_on: date, until_on: date) -> tuple[Usage, ...]:
    """By month, organisation and item, in days that both count; what was refused stands in lines of its own."""
    calls = SharingCall.objects.filter(
        grant__organisation__in=list(organisations), day__gte=from_on, day__lte=until_on
    ).annotate(month=TruncMonth("day"), unit=F("grant__organisation"))
    read = (
        calls.filter(readings__isnull=False)
        .values("month", "unit", "readings__item")
        .annotate(
            calls=Count("pk", distinct=True),
            subjects=Count("readings__subject", distinct=True),
            total=Sum("readings__records"),
        )
    )
    empty = Count("pk", filter=Q(readings__isnull=True), distinct=True)
    refused = Count("pk", filter=~Q(refused=""), distinct=True)
    other = calls.values("month", "unit").annotate(calls=empty, refused=refused)
    lines = [
        Usage(
            organisation=one["unit"],
            month=one["month"],
            item=item_code(one["readings__item"]),
            calls=one["calls"],
            refused=0,
            subjects=one["subjects"],
            records=one["total"],
        )
        for one in read
    ] + [
        Usage(
            organisation=one["unit"],
            month=one["month"],
            item="",
            calls=one["calls"],
            refused=one["refused"],
            subjects=0,
            records=0,
        )
        for one in other
        if one["calls"]
    ]
    return tuple(sorted(lines, key=lambda line: (line.month, line.organisation, line.item), reverse=True))
