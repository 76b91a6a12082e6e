"""What a campaign has come to: lines by state, by county, by department, and week by week.

Read from the lines and from the events of the interviews and orders on the same records; nothing is counted twice or kept.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from django.db.models import Q, QuerySet

from xinheng.core.campaigns import PROCEDURES, Life, LineState, Move, counts, state_at, state_of, weeks
from xinheng.core.policy import Policy
from xinheng.services.coverage import county_of
from xinheng.services.time import day_of, end_of
from xinheng.store.campaigns import Campaign, CampaignLine
from xinheng.store.casework import Case, CaseEvent

Counts = Mapping[LineState, int]
Key = TypeVar("Key", int, str)


@dataclass(frozen=True, slots=True)
class Board:
    """``subjects``: enterprises with a line, whatever its state. ``weekly``: the last day of each week with the lines by
    state at its end; the present week ends now."""

    total: Counts
    subjects: int
    by_county: Sequence[tuple[str, Counts]]
    by_unit: Sequence[tuple[int, Counts]]
    weekly: Sequence[tuple[date, Counts]]


def board_of(
    campaign: Campaign, *, policy: Policy, now: datetime, units: Iterable[int] | None = None
) -> Board:
    """``units``: only the lines that these organisations recognised; None for all."""
    rows = campaign.lines.select_related("subject")
    lines = list(rows if units is None else rows.filter(organisation__in=list(units)))
    lives = [life for _, life in lives_of(lines, policy=policy)]
    until = min(campaign.until_on, day_of(now) + timedelta(days=1))
    days = weeks(campaign.from_on, until) if until > campaign.from_on else ()
    return Board(
        total=counts(map(state_of, lives)),
        subjects=len({line.subject_id for line in lines}),
        by_county=_grouped((life.county, life) for life in lives),
        by_unit=_grouped((life.unit, life) for life in lives),
        weekly=[(day, _on(lives, day, today=day_of(now))) for day in days],
    )


def _on(lives: Iterable[Life], day: date, *, today: date) -> Counts:
    """At the end of a day that is over, or as it stands."""
    return counts(state_of(life) if day >= today else state_at(life, end_of(day)) for life in lives)


def _grouped(lives: Iterable[tuple[Key, Life]]) -> list[tuple[Key, Counts]]:
    groups: dict[Key, list[Life]] = defaultdict(list)
    for key, life in lives:
        groups[key].append(life)
    return [(key, counts(map(state_of, some))) for key, some in sorted(groups.items())]


def lives_of(lines: Sequence[CampaignLine], *, policy: Policy) -> list[tuple[CampaignLine, Life]]:
    """Each line with what happened to it."""
    moves = _moves(lines)
    return [
        (
            line,
            Life(
                unit=line.organisation_id,
                county=county_of(line.subject.division_code, policy),
                taken_at=line.taken_at,
                ended_at=line.ended_at,
                ended_why=line.ended_why,
                moves=tuple(
                    move for over, move in moves[line.ground_key] if over is None or over > line.taken_at
                ),
            ),
        )
        for line in lines
    ]


def states_of(lines: Sequence[CampaignLine], *, policy: Policy) -> dict[int, LineState]:
    """The present state of each line, by its number."""
    return {line.pk: state_of(life) for line, life in lives_of(lines, policy=policy)}


def waiting_for(units: Iterable[int], *, policy: Policy, on: date) -> list[tuple[Campaign, int]]:
    """Running campaigns with lines that these organisations recognised and that nobody has acted on yet (谁认定、谁约谈), what
    ends first in front; how many lines. A line whose ground rests waits for nobody."""
    rows = CampaignLine.objects.filter(
        organisation__in=list(units),
        ended_at__isnull=True,
        suspended_at__isnull=True,
        campaign__case__state="running",
        campaign__until_on__gt=on,
    )
    lines = list(rows.select_related("campaign__case__organisation", "subject").order_by("pk"))
    states = states_of(lines, policy=policy)
    of_campaign: dict[int, tuple[Campaign, int]] = {}
    for line in lines:
        if states[line.pk] is LineState.WAITING:
            campaign, number = of_campaign.get(line.campaign_id, (line.campaign, 0))
            of_campaign[line.campaign_id] = (campaign, number + 1)
    return sorted(of_campaign.values(), key=lambda one: (one[0].until_on, one[0].pk))


def cases_on(line: CampaignLine) -> list[Case]:
    """Interviews and orders on the record of the line that did not end before it was taken in, oldest first."""
    rows = _cases([line]).filter(Q(closed_at__isnull=True) | Q(closed_at__gt=line.taken_at))
    return list(rows.order_by("pk"))


def _cases(lines: Sequence[CampaignLine]) -> QuerySet[Case]:
    subjects = {line.subject_id for line in lines}
    grounds = {f"{line.ground_kind}:{line.ground_key}" for line in lines}
    of_them = Q(subject__in=subjects) | Q(subject__merged_into__in=subjects)
    return Case.objects.filter(of_them, kind__in=PROCEDURES, ground__in=grounds)


def _moves(lines: Sequence[CampaignLine]) -> Mapping[int, list[tuple[datetime | None, Move]]]:
    """By the key of the record: when its case was over, and each state it came into."""
    found: dict[int, list[tuple[datetime | None, Move]]] = defaultdict(list)
    events = (
        CaseEvent.objects.filter(case__in=_cases(lines))
        .select_related("case")
        .order_by("case_id", "sequence")
    )
    for event in events:
        move = Move(case=event.case_id, kind=event.case.kind, state=event.to_state, at=event.at)
        found[int(event.case.ground.partition(":")[2])].append((event.case.closed_at, move))
    return found
