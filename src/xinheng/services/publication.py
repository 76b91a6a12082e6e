"""Shows records to the public once a named person has reviewed their batch, and ends the showing on time.

Permits and penalties are due within the work-days of the city's pack; a failing record stops by itself when its
longest period is over (《行政处罚法》第四十八条, 《信用修复管理办法》国家发展改革委令第36号; legal guard G8).
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction

from xinheng.core.catalogue import Nature
from xinheng.core.grounds import EffectKind, EndCause
from xinheng.core.inspection_matters import ENTERPRISE_CHECKS
from xinheng.core.parameters import Status
from xinheng.core.policy import Policy
from xinheng.core.provenance import provenance_of
from xinheng.core.publication import OPEN, OPENNESS, open_to_all
from xinheng.core.records import STANDING, Finality, Seriousness
from xinheng.core.refusal import Refusal
from xinheng.services.batches import answers_for
from xinheng.services.effects import write_ending
from xinheng.services.ledger import note
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.batches import Batch, BatchState
from xinheng.store.effects import Publication
from xinheng.store.records import Record, RecordDetail
from xinheng.store.visits import Visit

_TERMS = """
CREATE TEMP TABLE publication_term (
    item smallint, seriousness smallint, decided_on date, due_on date, provisional boolean, earliest_repair_on date, stop_on date
) ON COMMIT DROP
"""
_INSERT = """
INSERT INTO store_publication (
    record_key, ground_id, subject_id, item, decided_on, due_on, provisional, calendar_version, reviewed_by_id,
    published_at, earliest_repair_on, stop_on, stop_reason)
SELECT r.record_key, r.id, r.subject_id, r.item, r.decided_on, t.due_on, t.provisional, %(calendar)s, %(reviewer)s,
       %(now)s, t.earliest_repair_on, t.stop_on, ''
FROM store_record r
LEFT JOIN store_recorddetail d ON d.record_id = r.id
JOIN publication_term t ON t.item = r.item AND t.seriousness = r.seriousness
    AND t.decided_on = coalesce(r.decided_on, '-infinity')
JOIN store_subject s ON s.id = r.subject_id AND NOT (s.kind = 'sole_trader' AND r.item = ANY(%(of_persons)s))
WHERE r.batch_id = %(batch)s AND r.known_until IS NULL AND r.state = ANY(%(states)s) AND r.finality <> %(revoked)s
  AND btrim(coalesce(d.fields->>%(openness)s, '')) = ANY(%(open)s)
FOR SHARE OF r
ON CONFLICT DO NOTHING
"""
_EXPIRE = """
UPDATE store_publication SET stopped_at = %(now)s, stop_reason = %(why)s
WHERE stopped_at IS NULL AND stop_on <= %(today)s
RETURNING subject_id, record_key
"""
_STALE = """
UPDATE store_subject s SET version = version + 1
FROM (SELECT id FROM store_subject WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE) locked
WHERE s.id = locked.id
"""

EXPIRED = "expired"
"""Why a publication ended whose last day was over."""
_AT_ONCE = 10_000
"""Publications of one ending."""


@dataclass(frozen=True, slots=True)
class Term:
    """When a record is due to be public, from when it may be repaired, and the first day it is public no more."""

    due_on: date | None
    provisional: bool
    earliest_repair_on: date | None
    stop_on: date | None


def sector_of(policy: Policy, batch: Batch | None) -> str | None:
    """The sector whose publication periods hold for what an organisation sent (G6); None: the general ones."""
    return sector_of_body(policy, batch.organisation.key) if batch else None


def sector_of_body(policy: Policy, key: str) -> str | None:
    """The sector whose publication periods hold for what this organisation decides; None: the general ones."""
    agency = policy.agencies.agencies.get(key)
    known = {sector for entry in policy.seriousness.classes.values() for sector in entry.sectors}
    return next((sector for sector in agency.sectors if sector in known), None) if agency else None


def term_of(
    policy: Policy,
    *,
    item: int,
    seriousness: Seriousness,
    decided_on: date | None,
    today: date,
    sector: str | None = None,
) -> Term | None:
    """None where the record may not be public: kind, class, an unknown clock (G15), or its time is over."""
    entry = policy.catalogue.item(item)
    if not policy.may_be_public(entry):
        return None
    due = _due(policy, item=item, decided_on=decided_on)
    if entry.nature is not Nature.FAILING and seriousness is Seriousness.NONE:
        return Term(due[0], due[1], None, None)
    if seriousness is Seriousness.NONE or decided_on is None:
        return None
    period = policy.publication_period(seriousness, decided_on=decided_on, sector=sector)
    stop_on = period.stops_on
    if not period.published or stop_on is None or stop_on <= today:
        return None
    return Term(due[0], due[1], period.earliest_repair_on, stop_on)


def _due(policy: Policy, *, item: int, decided_on: date | None) -> tuple[date | None, bool]:
    """The binding clock of the act; none for what is not one of the ten kinds."""
    kind = next(
        (key for key, act in policy.acts.acts.items() if policy.catalogue.items[act.item].number == item),
        None,
    )
    if kind is None or decided_on is None:
        return None, False
    clocks = policy.act_clocks(kind, on=decided_on)
    known = [clock for clock in clocks if clock.status is Status.KNOWN]
    if not known:
        return None, False
    due = policy.calendar.add_workdays(decided_on, known[0].required())
    return due.on, due.provisional


@transaction.atomic
def publish_batch(public_id: str, *, reviewer: User, policy: Policy, now: datetime) -> int:
    """Publish what may be public of a loaded batch after secrecy and privacy review; returns how many."""
    batch = Batch.objects.select_for_update().filter(public_id=public_id).first()
    if batch is None or batch.state != BatchState.LOADED or batch.published_at is not None:
        raise Refusal("P01", "只有已入库、尚未公示的批次可以公示。", advice="请在批次列表中核对批次的状态。")
    if answers_for(reviewer, batch):
        raise Refusal(
            "P02",
            "报送人不能审查自己报送的批次；系统报送、命令行导入的，报送单位的人不能审查。",
            advice="保密和隐私审查须由另一名保密审查人办理。",
        )
    _refuse_untold(batch)
    own = provenance_of(batch.provenance).may_burden
    shown = _publish(batch, reviewer, policy, now=now) if batch.item is not None and own else 0
    batch.published_by, batch.published_at = reviewer, now
    batch.save(update_fields=["published_by", "published_at"])
    note(
        "batch.published",
        now=now,
        actor=reviewer,
        object=f"batch:{batch.public_id}",
        payload={"shown": shown},
    )
    return shown


def _refuse_untold(batch: Batch) -> None:
    """The result of a check is told to the enterprise before anybody else learns of it (legal guard G7)."""
    if Visit.objects.filter(batch=batch, case__state="confirmed").exists():
        raise Refusal(
            "P03",
            "检查结果还没有告知企业，不能公示。",
            citation=ENTERPRISE_CHECKS,
            advice="请先签发《检查结果告知书》并登记送达。",
        )


def _publish(batch: Batch, reviewer: User, policy: Policy, *, now: datetime) -> int:
    records = Record.objects.filter(batch=batch, known_until__isnull=True, state__in=list(STANDING))
    kinds = records.order_by().values_list("item", "seriousness", "decided_on").distinct()
    sector = sector_of(policy, batch)
    terms = [
        (
            item,
            seriousness,
            decided_on or "-infinity",
            term.due_on,
            term.provisional,
            term.earliest_repair_on,
            term.stop_on,
        )
        for item, seriousness, decided_on in kinds
        if (
            term := term_of(
                policy,
                item=item,
                seriousness=Seriousness(seriousness),
                decided_on=decided_on,
                today=day_of(now),
                sector=sector,
            )
        )
    ]
    if not terms:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_TERMS)
        with cursor.cursor.copy("COPY publication_term FROM STDIN") as copy:
            for row in terms:
                copy.write_row(row)
        cursor.execute(
            _INSERT,
            {
                "calendar": policy.calendar.version,
                "reviewer": reviewer.pk,
                "now": now,
                "batch": batch.pk,
                "states": [int(state) for state in STANDING],
                "revoked": int(Finality.REVOKED),
                "of_persons": [batch.item] if batch.item and policy.kept_from_traders(batch.item) else [],
                "openness": OPENNESS,
                "open": ["", *OPEN],
            },
        )
        shown: int = cursor.rowcount
        cursor.execute("DROP TABLE publication_term")
    return shown


def follow_correction(record: Record, policy: Policy, *, moment: datetime) -> None:
    """Let an open publication move to the terms of what is right now, or end where it may not be public any more."""
    shown = Publication.objects.filter(record_key=record.record_key, stopped_at__isnull=True).first()
    if shown is None:
        return
    term = _term_of_version(record, policy, moment=moment)
    if term is None:
        _stop(shown, "correct", moment=moment)
    else:
        _move(shown, record, term, policy, moment=moment)


def _stop(shown: Publication, reason: str, *, moment: datetime) -> None:
    shown.stopped_at, shown.stop_reason = moment, reason
    shown.save(update_fields=["stopped_at", "stop_reason"])


def _move(shown: Publication, record: Record, term: Term, policy: Policy, *, moment: datetime) -> None:
    shown.ground, shown.decided_on = record, record.decided_on
    shown.due_on, shown.provisional = term.due_on, term.provisional
    shown.earliest_repair_on, shown.stop_on = term.earliest_repair_on, term.stop_on
    shown.calendar_version = policy.calendar.version
    shown.save()


def show_again(record: Record, policy: Policy, *, moment: datetime) -> None:
    """Show a record whose publication has ended, where it stands again.

    What was reviewed by a named person needs no second review (G8); what ended because its time was over stays ended (G9).
    """
    if Publication.objects.filter(record_key=record.record_key, stopped_at__isnull=True).exists():
        return
    reviewer = _reviewer_of(record)
    term = _term_of_version(record, policy, moment=moment)
    if reviewer is None or term is None:
        return
    again = Publication(
        record_key=record.record_key,
        ground=record,
        subject_id=record.subject_id,
        item=record.item,
        decided_on=record.decided_on,
        due_on=term.due_on,
        provisional=term.provisional,
        calendar_version=policy.calendar.version,
        reviewed_by_id=reviewer,
        published_at=moment,
        earliest_repair_on=term.earliest_repair_on,
        stop_on=term.stop_on,
    )
    Publication.objects.bulk_create([again], ignore_conflicts=True)


def _term_of_version(record: Record, policy: Policy, *, moment: datetime) -> Term | None:
    """None where the version may not be public; its words and from whom it came count as well as its class."""
    if not record.provenance.may_burden:
        return None
    if record.subject.kind == "sole_trader" and policy.kept_from_traders(record.item):
        return None
    detail = RecordDetail.objects.filter(record=record).first()
    if detail is not None and not open_to_all(detail.fields):
        return None
    return term_of(
        policy,
        item=record.item,
        seriousness=Seriousness(record.seriousness),
        decided_on=record.decided_on,
        today=day_of(moment),
        sector=sector_of(policy, record.batch),
    )


def _reviewer_of(record: Record) -> int | None:
    """Who reviewed the record: for its last publication, else with its batch while it was part of it."""
    last = Publication.objects.filter(record_key=record.record_key).order_by("-stopped_at", "-pk").first()
    if last is not None:
        return None if last.stop_reason == EXPIRED else last.reviewed_by_id
    batch = record.batch
    if batch is None or batch.published_at is None:
        return None
    versions = Record.objects.filter(record_key=record.record_key, known_at__lte=batch.published_at)
    return batch.published_by_id if versions.exists() else None


@transaction.atomic
def stop_due(*, today: date, now: datetime) -> int:
    """End every publication whose last day is over, and nothing else that rests on its record; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(_EXPIRE, {"now": now, "why": EXPIRED, "today": today})
        ended: list[tuple[int, int]] = cursor.fetchall()
        cursor.execute(_STALE, [sorted({subject for subject, _ in ended})])
    for start in range(0, len(ended), _AT_ONCE):
        some = ended[start : start + _AT_ONCE]
        write_ending(
            EndCause.PUBLICATION_EXPIRED,
            now=now,
            ground=None,
            subjects=[subject for subject, _ in some],
            records=[key for _, key in some],
            effects={EffectKind.PUBLICATION.value: len(some)},
        )
    if ended:
        payload = {"count": len(ended)}
        note("publication.expired", now=now, object=f"day:{today.isoformat()}", payload=payload)
    return len(ended)


def recompute_due_dates(*, policy: Policy) -> int:
    """Compute due days again that were computed with another calendar; returns how many were looked at."""
    stale = Publication.objects.filter(stopped_at__isnull=True).exclude(
        calendar_version=policy.calendar.version
    )
    looked = 0
    for item, decided_on in stale.order_by().values_list("item", "decided_on").distinct():
        due, provisional = _due(policy, item=item, decided_on=decided_on)
        looked += stale.filter(item=item, decided_on=decided_on).update(
            due_on=due, provisional=provisional, calendar_version=policy.calendar.version
        )
    return looked
