"""Adds years to the work-day calendar by two persons, and moves the running terms that were computed without them.

The days off of a year are announced by the State Council each autumn; until then its days are taken Monday to Friday
and shown as provisional (《全国年节及纪念日放假办法》).
"""

from datetime import datetime

from django.db import transaction

from xinheng.core.days import CalendarYear
from xinheng.core.policy import Policy
from xinheng.services.approvals import Draft, approve, propose
from xinheng.services.case_clocks import recompute_deadlines
from xinheng.services.policies import CALENDAR, policy_in_force
from xinheng.services.publication import recompute_due_dates
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.casework import Case, CaseDeadline
from xinheng.store.effects import Publication


def propose_year(year: CalendarYear, *, actor: User, policy: Policy, now: datetime) -> Case:
    """Send a year to the decider. Raises Refusal where it would leave a gap."""
    policy.calendar.extended_by(year)
    draft = Draft(
        kind=CALENDAR,
        key=str(year.year),
        title=f"{year.year}年工作日历",
        body={**year.model_dump(mode="json"), "verified": False},
        organisation=actor.organisation,
        about={},
    )
    return propose(draft, actor=actor, policy=policy, now=now)


@transaction.atomic
def approve_year(
    public_id: str,
    *,
    compared: bool,
    actor: User,
    policy: Policy,
    now: datetime,
    seen_version: int | None = None,
) -> int:
    """Put the year in force; returns how many running terms were computed anew. ``compared``: with the official text."""
    approve(
        public_id,
        actor=actor,
        policy=policy,
        now=now,
        seen_version=seen_version,
        changes={"verified": compared},
    )
    return follow_calendar(policy=policy_in_force(on=day_of(now)))


@transaction.atomic
def follow_calendar(*, policy: Policy) -> int:
    """Compute running terms anew that were computed with another calendar; returns how many."""
    return recompute_due_dates(policy=policy) + recompute_deadlines(policy=policy)


def provisional_terms() -> int:
    """Running terms whose last day lies beyond the calendar."""
    publications = Publication.objects.filter(stopped_at__isnull=True, provisional=True).count()
    return publications + CaseDeadline.objects.filter(ended_on__isnull=True, provisional=True).count()
