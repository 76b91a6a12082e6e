"""The register of checks before an act (事前核查) and what it counts: by field and month, beside the commitments of the field.

The field is that of the organ where it is in charge of one alone, otherwise the one that was said; what was not said is
counted apart and never guessed (平信用〔2021〕1号第10项).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import TruncMonth

from xinheng.core.masking import mask_personal
from xinheng.core.measure_rows import Occasion
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.commitments_figures import BREACHED
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.check_register import DESK, SYSTEM, CheckMade
from xinheng.store.commitments import Commitment
from xinheng.store.organisations import Organisation


@dataclass(frozen=True, slots=True)
class Month:
    """``first``: its first day. Checks by people and by systems; commitments taken, checked and not kept."""

    first: date
    desk: int = 0
    system: int = 0
    taken: int = 0
    checked: int = 0
    breached: int = 0


def field_of(organisation: Organisation, given: str, *, policy: Policy) -> str:
    """The field of a check; empty where the organ has several and none was said. Refusal CR1 for one that is not its own."""
    own = fields_in_charge(organisation, policy=policy)
    if given and given not in own:
        titles = "、".join(own.values()) or "没有"
        raise Refusal(
            "CR1",
            "核查所写的领域不是本单位主管的领域。",
            citation="平信用〔2021〕1号第10项",
            advice=f"本单位主管的领域：{titles}。不确定的不填。",
        )
    return given or (next(iter(own)) if len(own) == 1 else "")


def fields_in_charge(organisation: Organisation, *, policy: Policy) -> dict[str, str]:
    """Fields that policy gives to the organ, by key."""
    agency = policy.agencies.agencies.get(organisation.key)
    sectors = policy.sectors.sectors
    return {key: sectors[key].title for key in (agency.sectors if agency else ()) if key != "any"}


def entry_of(
    subject: int,
    occasion: Occasion,
    *,
    organisation: Organisation,
    field: str,
    reference: str,
    by: User,
    now: datetime,
) -> CheckMade:
    """A check at a desk, to be saved in the transaction in which it is answered. ``reference``: for what, kept without
    persons. Checks of systems are entered by ``services.checks_entering``."""
    return CheckMade(
        organisation=organisation,
        subject_id=subject,
        way=DESK,
        occasion=occasion.value,
        field=field,
        reference=mask_personal(reference.strip()).text[:300],
        by=by,
        day=day_of(now),
        at=now,
    )


def alone() -> Q:
    """For checks: made at a desk of one enterprise by itself, not of many at once."""
    others = CheckMade.objects.filter(
        **{name: OuterRef(name) for name in ("organisation", "day", "at", "occasion", "by")}
    )
    return Q(way=DESK) & ~Q(Exists(others.exclude(pk=OuterRef("pk"))))


def undecided(organisation: Organisation) -> QuerySet[CheckMade]:
    """Checks of one enterprise at the desk of the organ of which nobody said what was decided, the newest first."""
    found = CheckMade.objects.filter(alone(), organisation=organisation, decision=None)
    return found.select_related("subject", "by").order_by("-pk")


def checks_in(field: str, units: Collection[int], *, start: date, end: date) -> QuerySet[CheckMade]:
    """Checks of these organs in the field and ``[start, end)``; ``field`` empty: those of which nobody said it."""
    return CheckMade.objects.filter(field=field, organisation__in=list(units), day__gte=start, day__lt=end)


def commitments_in(field: str, units: Collection[int], *, start: date, end: date) -> QuerySet[Commitment]:
    """Registered commitments in matters of the lists of the field; those made of the own accord belong to no field."""
    return Commitment.objects.filter(
        item_list__body__sector=field,
        organisation__in=list(units),
        registered_at__isnull=False,
        committed_on__gte=start,
        committed_on__lt=end,
    )


def months_of(field: str, units: Collection[int], *, start: date, end: date) -> list[Month]:
    """Each month in which there was something, the newest first."""
    checks = checks_in(field, units, start=start, end=end).annotate(month=TruncMonth("day"))
    made = checks.values("month").annotate(
        desk=Count("pk", filter=Q(way=DESK)), system=Count("pk", filter=Q(way=SYSTEM))
    )
    promised = commitments_in(field, units, start=start, end=end).annotate(month=TruncMonth("committed_on"))
    taken = promised.values("month").annotate(
        taken=Count("pk"),
        checked=Count("pk", filter=~Q(outcome="")),
        breached=Count("pk", filter=Q(outcome__in=BREACHED)),
    )
    found: dict[date, dict[str, int]] = {}
    for rows, names in ((made, ("desk", "system")), (taken, ("taken", "checked", "breached"))):
        for first, *counts in rows.order_by("month").values_list("month", *names):
            found.setdefault(first, {}).update(zip(names, counts, strict=True))
    return [Month(first, **found[first]) for first in sorted(found, reverse=True)]
