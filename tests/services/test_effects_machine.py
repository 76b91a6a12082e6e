"""Arbitrary sequences of the real services on PostgreSQL leave no effect without its ground and nobody untold.

Records are published, listed upon, corrected, disputed, lifted, repaired, revoked, deleted; entries and measures are laid
and ended; subjects are merged and split; the night's clocks run. Each sequence is undone by its savepoint.
"""

import os
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from tests.people import NOW, People
from tests.store import measure_rows
from tests.store.rows import DIGEST, Rows

from xinheng.core.grounds import EffectKind, EndCause, Ground, GroundKind, check_ground, lives
from xinheng.core.policy import Policy
from xinheng.core.records import Finality, RecordState
from xinheng.core.refusal import Refusal
from xinheng.services.effects import end_effects
from xinheng.services.effects_audit import audit_effects
from xinheng.services.listings_entries import follow_ended as follow_listings
from xinheng.services.measures_ending import end_due as end_measures_due
from xinheng.services.measures_ending import follow_ended as follow_measures
from xinheng.services.measures_ending import remedy_wrong
from xinheng.services.publication import stop_due
from xinheng.services.records import Change, change_state, correct, delete
from xinheng.services.subject_merge import decide_merge, decide_split, propose_merge, propose_split
from xinheng.services.time import day_of
from xinheng.store.models import (
    Case,
    Ending,
    ListEntry,
    MeasureApplied,
    Publication,
    Record,
    Subject,
    SubjectMerge,
)

SEQUENCES = 200 if os.environ.get("XINHENG_LONG") else 40
"""Of the long run (XINHENG_LONG=1, some minutes), and of every run."""
STEPS = 10
DEEDS = ("annotate", "dispute", "shield", "repair", "withdraw", "restore", "shield", "restore")
OVER = {RecordState.REPAIRED, RecordState.WITHDRAWN, RecordState.DELETED, RecordState.SHIELDED}


@dataclass
class Site:
    """Two enterprises with published records, and what people may do to them. ``now`` moves on with every step."""

    people: People
    policy: Policy
    rows: Rows
    now: datetime = NOW
    numbers: count = field(default_factory=lambda: count(1000))  # type: ignore[type-arg]
    done: list[str] = field(default_factory=list)

    def records(self) -> list[Record]:
        return list(Record.objects.filter(known_until__isnull=True).select_related("subject").order_by("pk"))

    def say(self, word: str) -> Change:
        return Change(deed=word, reason="依据文书", ground="（2026）文书号")

    def publish(self, chance: random.Random) -> None:
        """One more final penalty, public at once."""
        subject = chance.choice(list(Subject.objects.filter(merged_into__isnull=True).order_by("pk")))
        number = next(self.numbers)
        record = self.rows.record(
            record_key=number,
            subject=subject,
            natural_hash=number.to_bytes(16, "big"),
            known_at=self.now - timedelta(seconds=30),
            finality=chance.choice([Finality.FINAL, Finality.UPHELD, Finality.WITHIN_TERM]),
            decided_on=date(2026, 9, 1),
            seriousness=2,
        )
        self.rows.detail(record=record)
        stop = chance.choice([date(2027, 9, 1), day_of(self.now) + timedelta(days=chance.randrange(1, 9))])
        self.rows.publication(ground=record, record_key=number, subject=subject, stop_on=stop)

    def change(self, chance: random.Random) -> None:
        record, deed = chance.choice(self.records()), chance.choice(DEEDS)
        given = {"actor": self.people.zhao, "policy": self.policy, "now": self.now}
        before = Ending.objects.count()
        after = change_state(record_key=record.record_key, change=self.say(deed), **given)  # type: ignore[arg-type]
        if RecordState(after.state) in OVER or deed == "dispute":
            assert Ending.objects.count() > before, "a missed notice"

    def correct(self, chance: random.Random) -> None:
        record = chance.choice(self.records())
        values: dict[str, object] = chance.choice(
            [{"finality": int(Finality.REVOKED)}, {"seriousness": 1}, {"seriousness": 3}, {"amount_fen": 1}]
        )
        correct(
            record_key=record.record_key,
            change=self.say("correct"),
            values=values,
            fields={},
            actor=self.people.zhao,
            policy=self.policy,
            now=self.now,
        )

    def delete(self, chance: random.Random) -> None:
        delete(
            record_key=chance.choice(self.records()).record_key,
            change=self.say("delete"),
            proposed_by=self.people.wang,
            actor=self.people.zhao,
            policy=self.policy,
            now=self.now,
            with_original=False,
        )

    def enter(self, chance: random.Random) -> None:
        """Lay an entry on a record that may ground one, as services.listings does after its case."""
        record = chance.choice(self.records())
        self._may(EffectKind.LIST_ENTRY, record)
        key = chance.choice(["focus.food", "focus.drugs"])
        if ListEntry.objects.filter(subject=record.subject, list_key=key, ended_at__isnull=True).exists():
            return
        ListEntry.objects.create(
            subject=record.subject,
            ground_kind="record",
            ground_key=record.record_key,
            list_key=key,
            kind="focus",
            organisation=self.people.market,
            decision=self.rows.case(subject=record.subject),
            proposed_by=self.people.wang,
            decided_by=self.people.zhao,
            from_on=day_of(self.now),
            until_on=day_of(self.now) + timedelta(days=30),
            entered_at=self.now,
        )

    def measure(self, chance: random.Random) -> None:
        """Lay a measure on a record, or on an entry that stands."""
        entries = list(
            ListEntry.objects.filter(ended_at__isnull=True, suspended_at__isnull=True).order_by("pk")
        )
        if entries and chance.random() < 0.5:
            entry = chance.choice(entries)
            self._lie("list_entry", entry.pk, entry.subject, chance)
        else:
            record = chance.choice(self.records())
            self._may(EffectKind.MEASURE, record)
            self._lie("record", record.record_key, record.subject, chance)

    def _lie(self, kind: str, key: int, subject: Subject, chance: random.Random) -> None:
        until = day_of(self.now) + timedelta(days=chance.randrange(1, 30))
        case = self.rows.case(subject=subject)
        name = f"limit_{next(self.numbers)}"
        measure_rows.measure(
            self.rows, ground_kind=kind, ground_key=key, subject=subject, decision=case,
            until_on=until, measure=name, from_on=day_of(self.now) - timedelta(days=1), policy_digest=DIGEST,
        )  # fmt: skip

    def _may(self, kind: EffectKind, record: Record) -> None:
        check_ground(
            kind,
            state=RecordState(record.state),
            finality=Finality(record.finality),
            needs_final=True,
        )

    def end_entry(self, chance: random.Random) -> None:
        entries = list(ListEntry.objects.filter(ended_at__isnull=True).order_by("pk"))
        if entries:
            entry = chance.choice(entries)
            cause = chance.choice([EndCause.TERM_EXPIRED, EndCause.REVOKED, EndCause.REPAIRED])
            end_effects(
                Ground(GroundKind.LIST_ENTRY, entry.pk), cause, subject=entry.subject_id, now=self.now
            )

    def remedy(self, chance: random.Random) -> None:
        measures = list(
            MeasureApplied.objects.filter(ended_at__isnull=True).select_related("subject").order_by("pk")
        )
        if measures:
            remedy_wrong(chance.choice(measures), reason="异议成立", policy=self.policy, now=self.now)

    def night(self, chance: random.Random) -> None:
        """The clocks of the night, some days on."""
        self.now += timedelta(days=chance.randrange(1, 10))
        stop_due(today=day_of(self.now), now=self.now)
        end_measures_due(policy=self.policy, now=self.now)
        for entry in ListEntry.objects.filter(ended_at__isnull=True, until_on__lte=day_of(self.now)).order_by(
            "pk"
        ):
            ground = Ground(GroundKind.LIST_ENTRY, entry.pk)
            end_effects(ground, EndCause.TERM_EXPIRED, subject=entry.subject_id, now=self.now)

    def merge(self, chance: random.Random) -> None:
        one, other = list(Subject.objects.order_by("pk"))[:2]
        why = {"reason": "换发代码", "ground": "登记底册", "now": self.now}
        standing = SubjectMerge.objects.filter(state="merged").first()
        if standing is not None:
            propose_split(standing.public_id, reason="查明是两家", actor=self.people.wang, now=self.now)
            decide = decide_split
            public_id = standing.public_id
        else:
            public_id = propose_merge(one, other, keep=one, actor=self.people.wang, **why).public_id  # type: ignore[arg-type]
            decide = decide_merge
        decide(
            public_id, agree=True, reason="已核对", actor=self.people.zhao, policy=self.policy, now=self.now
        )

    def jobs(self, chance: random.Random) -> None:
        """What the outbox would run after an end."""
        ended = ListEntry.objects.values_list("pk", flat=True)
        follow_listings(list(ended), policy=self.policy, now=self.now)
        follow_measures(
            list(MeasureApplied.objects.values_list("pk", flat=True)), policy=self.policy, now=self.now
        )

    def check(self) -> None:
        """No orphan, nothing unlawful, nobody told of nothing, no case that cannot end."""
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        later = audit_effects(today=day_of(self.now), now=self.now)
        assert [str(one) for one in later.orphans if one.what != "终止告知"] == []
        for measure in MeasureApplied.objects.filter(
            ended_at__isnull=True, suspended_at__isnull=True, ground_kind="record"
        ):
            record = Record.objects.get(record_key=measure.ground_key, known_until__isnull=True)
            assert lives(RecordState(record.state), Finality(record.finality))
            assert record.finality in (Finality.FINAL, Finality.UPHELD), "an unlawful measure"


ACTIONS: tuple[Callable[[Site, random.Random], None], ...] = (
    *(Site.publish, Site.change, Site.change, Site.change, Site.correct, Site.delete, Site.enter, Site.enter),
    *(Site.measure, Site.measure, Site.end_entry, Site.remedy, Site.night, Site.merge, Site.jobs),
)


@pytest.fixture
def site(people: People, policy: Policy, home: object) -> Site:
    rows = Rows(people)
    site = Site(people, policy, rows)
    for number in (1, 2):
        rows.subject(name=f"样例{number}号企业", last_known_at=NOW - timedelta(days=1))
    chance = random.Random(1)
    for _ in range(3):
        site.publish(chance)
    return site


@pytest.mark.row("M12-04")
@pytest.mark.row("M10-09")
@pytest.mark.row("M5-10")
@pytest.mark.guard("G3")
@pytest.mark.guard("G9")
@pytest.mark.slow
def test_arbitrary_sequences_of_the_real_services_keep_every_law(site: Site) -> None:
    chance = random.Random(20261121)
    taken = SimpleNamespace(steps=0, refused=0)
    for number in range(SEQUENCES):
        site.now, site.done = NOW, []
        with transaction.atomic():
            _sequence(site, chance, number, taken)
            transaction.set_rollback(True)
    assert taken.steps > SEQUENCES * STEPS / 2, "most steps were refused: the sequences try nothing"


def _sequence(site: Site, chance: random.Random, number: int, taken: SimpleNamespace) -> None:
    for _ in range(STEPS):
        site.now += timedelta(minutes=5)
        action = chance.choice(ACTIONS)
        site.done.append(action.__name__)
        try:
            with transaction.atomic():
                action(site, chance)
        except Refusal as refusal:
            site.done[-1] += f"[{refusal.code}]"
            taken.refused += 1
            continue
        taken.steps += 1
        try:
            site.check()
        except Exception as error:
            raise AssertionError(f"sequence {number}: {error}: {site.done}") from error


def test_what_the_sequences_try_is_seen_when_it_goes_wrong(site: Site) -> None:
    """The check would prove nothing if it could not fail."""
    record = site.records()[0]
    site._lie("record", record.record_key, record.subject, random.Random(3))
    assert MeasureApplied.objects.count() == 1 and Case.objects.exists() and Publication.objects.exists()
    measure = MeasureApplied.objects.get()
    MeasureApplied.objects.update(ground_key=404)
    with pytest.raises(AssertionError):
        site.check()
    MeasureApplied.objects.update(ground_key=measure.ground_key)
