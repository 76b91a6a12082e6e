"""Watches whether listing stays in proportion: how often an organisation lists, on what, and how often it fell.

A figure is a reason to look, never a finding: a person looks at the cases behind it (requirements M9-03; 国办发〔2020〕49号).
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q

from xinheng.core.days import add_months
from xinheng.core.grounds import EndCause
from xinheng.core.listing import DECISIVE
from xinheng.core.lists import ListKind
from xinheng.core.policy import Policy
from xinheng.core.records import STANDING, Seriousness
from xinheng.services.reach import tree
from xinheng.store.listings import ListEntry
from xinheng.store.records import Record

MONTHS, FELL = "lists.watch_months", "lists.watch_fell_per_mille"
"""Parameters: how far back is counted, and the share of entries taken back from which somebody is asked to look."""
_FELL = (EndCause.WITHDRAWN.value, EndCause.REVOKED.value, EndCause.CORRECTED.value)


@dataclass(frozen=True, slots=True)
class Watched:
    """One organisation within the months of policy. ``decisions`` are its decisive records, ``serious`` those of the serious class;
    ``light`` are entries on a serious list whose ground was not serious; ``fell`` those taken back."""

    organisation: int
    name: str
    decisions: int
    serious: int
    listed: int
    focus: int
    light: int
    fell: int
    fell_per_mille: int | None

    @property
    def per_thousand(self) -> int | None:
        """Entries on serious lists a thousand decisions; None where there was no decision."""
        return self.listed * 1000 // self.decisions if self.decisions else None

    @property
    def beyond(self) -> bool:
        """More entries than serious decisions, an entry on a light ground, or as many taken back as policy says."""
        return self.listed > self.serious or self.light > 0 or self._many_fell

    @property
    def _many_fell(self) -> bool:
        share = self.fell_per_mille
        return share is not None and self.fell * 1000 >= self.listed * share > 0


def watch(organisations: frozenset[int], *, policy: Policy, today: date) -> list[Watched]:
    """One line an organisation that decided or listed within the months of policy, most entries first; nothing where
    nobody set them."""
    months, share = (policy.parameter(key, on=today).value for key in (MONTHS, FELL))
    if months is None:
        return []
    since = add_months(today, -months)
    facts = (
        Record.objects.filter(
            known_until__isnull=True,
            state__in=list(STANDING),
            item__in=[item.value for item in DECISIVE],
            decided_on__gt=since,
            batch__organisation__in=organisations,
        )
        .order_by()
        .values("batch__organisation")
        .annotate(all=Count("id"), serious=Count("id", filter=Q(seriousness=Seriousness.SERIOUS)))
    )
    serious = Q(kind=ListKind.SERIOUS.value)
    entries = (
        ListEntry.objects.filter(organisation__in=organisations, from_on__gt=since)
        .order_by()
        .values("organisation")
        .annotate(
            listed=Count("id", filter=serious),
            focus=Count("id", filter=Q(kind=ListKind.FOCUS.value)),
            light=Count("id", filter=serious & Q(seriousness__lt=Seriousness.SERIOUS)),
            fell=Count("id", filter=serious & Q(end_cause__in=_FELL)),
        )
    )
    decided: dict[int, Any] = {row["batch__organisation"]: row for row in facts}
    listed: dict[int, Any] = {row["organisation"]: row for row in entries}
    names = tree()
    found = [
        _line(one, names.name(one), decided.get(one, {}), listed.get(one, {}), share)
        for one in {*decided, *listed}
    ]
    return sorted(found, key=lambda line: (-line.listed, line.name))


def _line(
    organisation: int, name: str, decided: dict[str, int], listed: dict[str, int], share: int | None
) -> Watched:
    return Watched(
        organisation=organisation,
        name=name,
        decisions=decided.get("all", 0),
        serious=decided.get("serious", 0),
        listed=listed.get("listed", 0),
        focus=listed.get("focus", 0),
        light=listed.get("light", 0),
        fell=listed.get("fell", 0),
        fell_per_mille=share,
    )
