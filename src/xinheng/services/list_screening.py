"""Screens lists that other organs decide against the enterprises here: every night, and minutes after a delivery, a
registration or another name.

A hit opens a case that a named person settles. Nothing is intercepted, ended or laid on anybody by the hit itself, and a
hit ends with the entry it rests on (淮政办发〔2020〕80号四（一）; 国办发〔2020〕49号; legal guards G2, G3, G9).
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

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
from xinheng.services.cases import Opening, ground_of, open_case, take_step
from xinheng.services.list_comparison import is_list
from xinheng.services.list_names import Near, near_names
from xinheng.services.measures_ending import in_force
from xinheng.services.organisations import city
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.casework import Case
from xinheng.store.listings import ListEntry
from xinheng.store.records import Record
from xinheng.store.subjects import SubjectName

SERIES = "BD"
RECENT = timedelta(hours=1)
"""How far back the screening after deliveries looks; it is idempotent, and the night looks at everything."""


MOST_ELSE = 200
"""Hits on enterprises to whom nothing was given that wait for people at a time; the others come as these are settled."""


class Given(StrEnum):
    """What the city has given that a listing elsewhere puts in question; ``NOTHING`` for an entry on a serious list all the same."""

    GOOD_LIST = "good_list"
    INCENTIVE = "incentive"
    PROPOSED = "proposed"
    COMMITMENT = "commitment"
    NOTHING = "nothing"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Given.GOOD_LIST: "在守信激励名单上",
    Given.INCENTIVE: "正在享受守信激励措施",
    Given.PROPOSED: "正在认定为守信激励对象",
    Given.COMMITMENT: "承诺或者容缺受理的事项正在办理",
    Given.NOTHING: "没有给予激励，也没有正在办理的承诺；核实后由主管部门决定是否依清单提出措施",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Screened:
    """``found`` cases were opened, ``ended`` closed because the entry stands no more."""

    found: int
    ended: int


def screen_all(*, policy: Policy, now: datetime) -> Screened:
    """Everything that stands; safe to run again."""
    ended = _end_fallen(policy=policy, now=now)
    standing, today = listed(policy), day_of(now)
    near = near_names(standing, given_to(None, on=today), on=today)
    found = _open_near(near, policy=policy, now=now)
    return Screened(found=found + _find(standing, policy=policy, now=now), ended=ended)


def screen_recent(*, policy: Policy, now: datetime) -> int:
    """What was delivered of late, and who was registered or renamed; returns the cases opened. Safe to run again."""
    since, today = now - RECENT, day_of(now)
    standing = listed(policy)
    named = SubjectName.objects.filter(known_at__gt=since, known_at__lte=now).values("subject")
    fresh = standing.filter(batch__loaded_at__gt=since)
    near: list[Near] = []
    if fresh.exists() or named.exists():
        given = given_to(None, on=today)
        renamed = set(named.filter(subject__in=given).values_list("subject", flat=True))
        near += near_names(fresh, given, on=today)
        near += near_names(standing, {one: given[one] for one in renamed}, on=today)
    found = _open_near(near, policy=policy, now=now)
    touched = standing.filter(Q(batch__loaded_at__gt=since) | Q(subject__in=named))
    return found + _find(touched, policy=policy, now=now)


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


def listed(policy: Policy) -> QuerySet[Record]:
    """Living entries of lists that were decided elsewhere and came as public credit information."""
    feeds = [feed for feed in policy.feeds if is_list(feed, policy)]
    own = ListEntry.objects.filter(record_key__isnull=False).values("record_key")
    return (
        Record.objects.filter(
            Q(item=Item.SERIOUS_LIST) | Q(batch__feed__in=feeds),
            known_until__isnull=True,
            state__in=list(STANDING),
            batch__provenance=Provenance.PUBLIC.number,
        )
        .exclude(finality=Finality.REVOKED)
        .exclude(record_key__in=own)
    )


def _find(rows: QuerySet[Record], *, policy: Policy, now: datetime) -> int:
    """Those to whom something was given, all of them; then some of the others on a serious list, the oldest first."""
    today = day_of(now)
    given = given_to(rows, on=today)
    ground = Concat(Value(f"{GroundKind.RECORD}:"), Cast(OuterRef("record_key"), CharField()))
    asked = Case.objects.filter(kind=NAME, ground=ground)
    standing = rows.exclude(valid_to__lte=today).exclude(Exists(asked))
    standing = standing.select_related("subject", "detail").order_by("pk")
    hits = list(standing.filter(subject__in=given))
    count = sum(_open(one, given[one.subject_id], policy=policy, now=now) for one in hits)
    others = standing.filter(item=Item.SERIOUS_LIST, subject__merged_into__isnull=True)
    others = others.exclude(subject__in=given)
    waiting = Case.objects.filter(kind=NAME, state="found", details__given=[Given.NOTHING.value]).count()
    room = max(MOST_ELSE - waiting, 0)
    return count + sum(_open(one, [Given.NOTHING], policy=policy, now=now) for one in others[:room])


def _open_near(near: Sequence[Near], *, policy: Policy, now: datetime) -> int:
    """A pair is put before a person once, whatever was said of it."""
    count = 0
    for one in near:
        kind = {"kind": NAME, "subject": one.record.subject, "details__near": one.subject.public_id}
        if not Case.objects.filter(**kind).exists():
            details = {"near": one.subject.public_id, "score": f"{one.score:.2f}"}
            count += _open(one.record, one.given, policy=policy, now=now, **details)
    return count


def _open(record: Record, given: Sequence[str], *, policy: Policy, now: datetime, **details: str) -> bool:
    """Of the enterprise that the entry names; ``near``: the one here whose name is like it. A case that runs on it is enough."""
    title = f"{record.subject.name}：{policy.catalogue.item(record.item).title}"
    opening = Opening(
        flow=NAME,
        kind=NAME,
        series=SERIES,
        title=title,
        organisation=city(),
        subject=record.subject,
        ground=Ground(GroundKind.RECORD, record.record_key),
        details={"given": list(given), **details},
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
