"""What of the ten kinds of act waits to be public, and how punctually each department was with what is public.

An act of a kind that the city publishes waits from its load until a second person has reviewed it for secrecy and privacy;
its day comes from the binding clock, and stays open where no text sets one (legal guards G8, G15; 淮安 五（二）, 宛政办〔2020〕
17号 六（二）).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q
from django.db.models.functions import TruncDate

from xinheng.core.policy import Policy
from xinheng.services.statistics import to_publish
from xinheng.services.time import SHANGHAI
from xinheng.store.batches import Batch, BatchState
from xinheng.store.effects import Publication


@dataclass(frozen=True, slots=True)
class Waiting:
    """Records of one batch that nobody has reviewed; ``due_on`` of the first, None where no text sets a day."""

    batch: Batch
    records: int
    due_on: date | None


@dataclass(frozen=True, slots=True)
class Punctuality:
    """Of one organisation: public acts whose day lay in the period, and those of them that became public after it."""

    organisation: int
    published: int
    late: int


def public_kinds(policy: Policy) -> dict[int, str]:
    """Kinds of act that are public here, by the number of their item."""
    items = policy.catalogue.items
    return {
        items[act.item].number: kind
        for kind, act in policy.acts.acts.items()
        if policy.may_be_public(items[act.item])
    }


def waiting_acts(organisations: Iterable[int], *, policy: Policy, today: date) -> tuple[Waiting, ...]:
    """What is due first in front, what has no day last."""
    loaded = Batch.objects.filter(state=BatchState.LOADED, published_at__isnull=True)
    found = loaded.filter(organisation__in=list(organisations), item__in=list(public_kinds(policy)))
    batches = {batch.pk: batch for batch in found.select_related("organisation")}
    records: dict[int, int] = {}
    first: dict[int, date] = {}
    for pk, due_on, number in to_publish(batches, policy=policy, today=today):
        records[pk] = records.get(pk, 0) + number
        if due_on is not None:
            first[pk] = min(due_on, first.get(pk, due_on))
    waiting = [Waiting(batches[pk], number, first.get(pk)) for pk, number in records.items()]
    return tuple(sorted(waiting, key=lambda one: (one.due_on or date.max, one.batch.pk)))


def punctuality(organisations: Iterable[int], *, policy: Policy, since: date) -> tuple[Punctuality, ...]:
    """By organisation that delivered, the one with the most late acts first. Acts that were due before ``since`` do not
    count: records of earlier years that come with the first load say nothing of how a department works now."""
    shown = Publication.objects.filter(
        due_on__gte=since,
        item__in=list(public_kinds(policy)),
        ground__batch__organisation__in=list(organisations),
    ).annotate(day=TruncDate("published_at", tzinfo=SHANGHAI))
    rows = (
        shown.order_by()
        .values_list("ground__batch__organisation")
        .annotate(number=Count("pk"), late=Count("pk", filter=Q(day__gt=F("due_on"))))
    )
    found = [Punctuality(unit, number, late) for unit, number, late in rows if unit is not None]
    return tuple(sorted(found, key=lambda one: (-one.late, one.organisation)))
