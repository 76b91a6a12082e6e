"""What an organ has still to check of what it granted on commitments (告知承诺事后核查), in the order of their terms.

A task lives from the registration of the commitment until somebody finds it kept or proposes that it was not; its term is that
of the list of matters, 待确认 where nobody set one (淮政办发〔2020〕80号二（一）; legal guard G15). A look at papers and shared
records comes first: a visit needs a plan like any other (legal guard G7).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Min, Q, QuerySet

from xinheng.core.commitment_flow import CHECK
from xinheng.core.commitment_items import Item, Variant
from xinheng.core.policy import Policy
from xinheng.services.commitments import item_of
from xinheng.store.commitments import Commitment

AFTERWARDS = tuple(one.value for one in Variant if one.acts_first)


@dataclass(frozen=True, slots=True)
class Task:
    """``due_on`` None: 待确认. ``workdays_left`` is negative when late; ``way``: how the list says it is checked."""

    commitment: Commitment
    due_on: date | None
    provisional: bool
    workdays_left: int | None
    way: str

    @property
    def late(self) -> bool:
        return self.workdays_left is not None and self.workdays_left < 0


def waiting(organisations: Collection[int], *, afterwards: bool = False) -> QuerySet[Commitment]:
    """Registered commitments of these organs that nobody has checked, the most pressed first. ``afterwards``: only those on
    which the organ acted before it checked."""
    running = Q(case__deadlines__key=CHECK, case__deadlines__ended_on__isnull=True)
    found = Commitment.objects.filter(
        Q(case__isnull=True) | Q(case__state="accepted"),
        organisation__in=list(organisations),
        registered_at__isnull=False,
        outcome="",
    )
    if afterwards:
        found = found.filter(variant__in=AFTERWARDS)
    return found.annotate(due=Min("case__deadlines__due_on", filter=running)).order_by(
        F("due").asc(nulls_last=True), "pk"
    )


def late_count(organisations: Collection[int], *, on: date) -> int:
    """Of how many the term is over."""
    return late(waiting(organisations), on=on).count()


def late(found: QuerySet[Commitment], *, on: date) -> QuerySet[Commitment]:
    """Of ``waiting``, those whose term is over."""
    return found.filter(Q(("due__lt", on)))


def task_of(commitment: Commitment, *, policy: Policy, on: date) -> Task:
    """A commitment of ``waiting`` as a task."""
    due: date | None = commitment.due  # type: ignore[attr-defined]
    item: Item | None = item_of(commitment)
    return Task(
        commitment=commitment,
        due_on=due,
        provisional=due is not None and policy.calendar.is_provisional(due),
        workdays_left=policy.calendar.workdays_between(on, due) if due else None,
        way=item.check_way if item else "",
    )
