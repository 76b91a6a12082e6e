"""Screens lists that other organs decide against what this city has given: every night, and minutes after a delivery.

A hit opens a case that a named person settles. Nothing is intercepted, ended or laid on anybody by the hit itself, and a
hit ends with the entry it rests on (淮政办发〔2020〕80号四（一）; 国办发〔2020〕49号; legal guards G2, G3, G9).
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import Q, QuerySet

from xinheng.core.catalogue import Item
from xinheng.core.grounds import Ground, GroundKind, lives
from xinheng.core.list_hit import NAME
from xinheng.core.lists import ListKind
from xinheng.core.measures import MeasureGroup
from xinheng.core.policy import Policy
from xinheng.core.provenance import Provenance
from xinheng.core.records import STANDING, Finality, RecordState
from xinheng.core.refusal import Refusal
from xinheng.services.case_grounds import decide_on_record
from xinheng.services.cases import Opening, ground_of, open_case, take_step, written
from xinheng.services.list_comparison import is_list
from xinheng.services.listings_entries import FEED
from xinheng.services.measures_ending import in_force
from xinheng.services.organisations import city
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.casework import Case
from xinheng.store.listings import ListEntry
from xinheng.store.records import Record

SERIES = "BD"
RECENT = timedelta(hours=1)
"""How far back the screening after deliveries looks; it is idempotent, and the night looks at everything."""


class Given(StrEnum):
    """What the city has given that a listing elsewhere puts in question."""

    GOOD_LIST = "good_list"
    INCENTIVE = "incentive"
    PROPOSED = "proposed"
    COMMITMENT = "commitment"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Given.GOOD_LIST: "在守信激励名单上",
    Given.INCENTIVE: "正在享受守信激励措施",
    Given.PROPOSED: "正在认定为守信激励对象",
    Given.COMMITMENT: "承诺或者容缺受理的事项正在办理",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Screened:
    """``found`` cases were opened, ``ended`` closed because the entry stands no more."""

    found: int
    ended: int


def screen_all(*, policy: Policy, now: datetime) -> Screened:
    """Everything that stands; safe to run again."""
    ended = _end_fallen(policy=policy, now=now)
    return Screened(found=_find(_listed(policy), policy=policy, now=now), ended=ended)


def screen_recent(*, policy: Policy, now: datetime) -> int:
    """What was delivered of late; returns the cases opened. Safe to run again."""
    fresh = _listed(policy).filter(batch__loaded_at__gt=now - RECENT)
    return _find(fresh, policy=policy, now=now)


def given_to(subjects: QuerySet[Record] | None, *, on: date) -> dict[int, list[Given]]:
    """What was given, by subject; of all subjects, or of those of these records."""
    narrowed = Q() if subjects is None else Q(subject__in=subjects.values("subject"))
    entries = ListEntry.objects.filter(narrowed, ended_at__isnull=True, kind=ListKind.POSITIVE.value)
    incentives = in_force(on=on).filter(narrowed, group=MeasureGroup.INCENTIVE.value)
    running = Case.objects.filter(narrowed, closed_at__isnull=True, subject__isnull=False)
    found: dict[int, list[Given]] = defaultdict(list)
    for given, rows in (
        (Given.GOOD_LIST, entries.exclude(until_on__lte=on)),
        (Given.INCENTIVE, incentives),
        (Given.PROPOSED, running.filter(kind="good_listing")),
        (Given.COMMITMENT, running.filter(kind="commitment")),
    ):
        for subject in rows.order_by("subject").values_list("subject", flat=True).distinct():
            found[subject].append(given)
    return dict(found)


def _listed(policy: Policy) -> QuerySet[Record]:
    """Living entries of lists that were decided elsewhere and came as public credit information."""
    feeds = [feed for feed in policy.feeds if is_list(feed, policy)]
    return (
        Record.objects.filter(
            Q(item=Item.SERIOUS_LIST) | Q(batch__feed__in=feeds),
            known_until__isnull=True,
            state__in=list(STANDING),
            batch__provenance=Provenance.PUBLIC.number,
        )
        .exclude(finality=Finality.REVOKED)
        .exclude(batch__feed=FEED)
    )


def _find(rows: QuerySet[Record], *, policy: Policy, now: datetime) -> int:
    today = day_of(now)
    given = given_to(rows, on=today)
    found = rows.filter(subject__in=given).exclude(valid_to__lte=today).select_related("subject", "detail")
    return sum(
        _open(record, given[record.subject_id], policy=policy, now=now) for record in found.order_by("pk")
    )


def _open(record: Record, given: list[Given], *, policy: Policy, now: datetime) -> bool:
    """A hit is put before a person once, whatever was said of it."""
    ground = Ground(GroundKind.RECORD, record.record_key)
    if Case.objects.filter(kind=NAME, ground=written(ground), subject=record.subject).exists():
        return False
    opening = Opening(
        flow=NAME,
        kind=NAME,
        series=SERIES,
        title=f"{record.subject.name}名单比对核实",
        organisation=city(),
        subject=record.subject,
        ground=ground,
        details={"given": [one.value for one in given]},
    )
    try:
        open_case(opening, verb="find", actor=None, policy=policy, now=now)
    except Refusal as refusal:
        if refusal.code != "C03":
            raise
        return False
    return True


def _end_fallen(*, policy: Policy, now: datetime) -> int:
    """Hits whose entry left its list, was repaired or withdrawn, before anybody looked."""
    count = 0
    for case in Case.objects.filter(kind=NAME, state="found").select_related("subject").order_by("pk"):
        if not _stands(case, on=day_of(now)):
            take_step(case.public_id, "end", actor=None, policy=policy, now=now)
            count += 1
    return count


def _stands(case: Case, *, on: date) -> bool:
    ground = ground_of(case)
    record = Record.objects.filter(
        record_key=ground.reference if ground else 0, known_until__isnull=True
    ).first()
    if record is None or (record.valid_to is not None and record.valid_to <= on):
        return False
    return lives(RecordState(record.state), Finality(record.finality))


@transaction.atomic
def confirm_hit(case: Case, *, actor: User, policy: Policy, now: datetime, reason: str, seen: int) -> Case:
    """A person says that it is the same enterprise and that the entry stands; refusal RE2 where it lives no more."""
    return decide_on_record(case, "confirm", actor=actor, policy=policy, now=now, reason=reason, seen=seen)
