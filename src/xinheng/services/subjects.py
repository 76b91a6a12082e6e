"""Reads the file of a subject: as of a day, as known on a day. Every reading is an event in the ledger."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from xinheng.core.document_no import document_key
from xinheng.core.ids import normalise_code
from xinheng.core.records import STANDING, RecordState
from xinheng.core.refusal import Refusal
from xinheng.services.ledger import note
from xinheng.services.time import end_of
from xinheng.store.accounts import User
from xinheng.store.effects import Publication
from xinheng.store.records import Record, open_versions
from xinheng.store.subjects import Subject, SubjectCode

ACCIDENT = "accident_"
HANDLED = ("accident_rectifying", "accident_handled", "accident_assessed")
"""Words of results in the feeds of accidents and of their handling."""
REPORT = "事故调查报告文号"
"""Field by which the handling of an accident names it."""


@dataclass(frozen=True, slots=True)
class SubjectFile:
    """A subject and the record versions that were known and held. ``ended`` records were left closed."""

    subject: Subject
    records: tuple[Record, ...]
    as_of: date | None
    known_on: date | None
    ended: int = 0


def subject_of_code(code: str) -> Subject | None:
    """Who bears this credit code, however it is typed; nobody where the subject was merged into another."""
    wanted = normalise_code(code)
    return Subject.objects.filter(code=wanted, merged_into=None).first() if wanted else None


def holder_of_code(code: str) -> Subject | None:
    """Who bears this code or bore it before; for one that was merged, the subject under which its records are filed."""
    wanted = normalise_code(code)
    if not wanted:
        return None
    found = Subject.objects.select_related("merged_into").filter(code=wanted).first()
    if found is None:
        older = SubjectCode.objects.select_related("subject__merged_into").filter(value=wanted).first()
        found = older.subject if older else None
    return found and (found.merged_into or found)


def open_file(
    public_id: str,
    *,
    actor: User | None,
    reason: str,
    now: datetime,
    as_of: date | None = None,
    known_on: date | None = None,
    with_ended: bool = False,
) -> SubjectFile:
    """The file with records in order of decision, newest first; written to the ledger as read.

    Without ``with_ended`` stay closed what was repaired, shielded, withdrawn or deleted, and what was published until its
    last day (legal guard G9).
    """
    subject = Subject.objects.filter(public_id=public_id).first()
    if subject is None:
        raise Refusal(
            "S01", "没有这个主体的档案。", advice="请检查网址，或按名称、统一社会信用代码重新查询。"
        )
    records = tuple(
        versions_of(subject, as_of=as_of, known_on=known_on)
        .select_related("detail", "batch__organisation", "batch__received_by", "note")
        .order_by("-decided_on", "-id")
    )
    note(
        "subject.read",
        now=now,
        actor=actor,
        subject=subject.public_id,
        reason=reason,
        payload={
            "as_of": as_of.isoformat() if as_of else None,
            "known_on": known_on.isoformat() if known_on else None,
            "with_ended": with_ended,
        },
    )
    if with_ended:
        return SubjectFile(subject, records, as_of, known_on)
    over = ended_keys(subject)
    living = tuple(record for record in records if _stands(record) and record.record_key not in over)
    return SubjectFile(subject, living, as_of, known_on, ended=len(records) - len(living))


def handled_by(accident: Record) -> list[Record] | None:
    """The standing results of handling that name the report of an accident, oldest first; None for what is none."""
    report = document_key(accident.detail.document_no)
    if not accident.result.startswith(ACCIDENT) or accident.result in HANDLED or not report:
        return None
    told = (
        open_versions()
        .filter(subject=accident.subject_id, item=accident.item, result__in=HANDLED)
        .select_related("subject")
    )
    return [
        record
        for record in told.order_by("decided_on", "pk")
        if _stands(record) and document_key(str(record.detail.fields.get(REPORT) or "")) == report
    ]


def ended_keys(subject: Subject) -> frozenset[int]:
    """Records whose publication ran to its last day; they are archive from then on (《河南省社会信用条例》第十九条)."""
    publications = Publication.objects.filter(subject=subject)
    over = set(publications.filter(stop_reason="expired").values_list("record_key", flat=True))
    return frozenset(
        over - set(publications.filter(stopped_at__isnull=True).values_list("record_key", flat=True))
    )


def _stands(record: Record) -> bool:
    return RecordState(record.state) in STANDING


def versions_of(subject: Subject, *, as_of: date | None, known_on: date | None) -> QuerySet[Record]:
    """Record versions known by the end of ``known_on`` (None: now) that concern the time up to ``as_of``."""
    versions = Record.objects.filter(subject=subject)
    if known_on is None:
        versions = versions.filter(known_until__isnull=True)
    else:
        end = end_of(known_on)
        versions = versions.filter(known_at__lt=end).filter(
            Q(known_until__isnull=True) | Q(known_until__gte=end)
        )
    if as_of is not None:
        versions = versions.filter(
            Q(decided_on__isnull=True) | Q(decided_on__lte=as_of),
            Q(valid_from__isnull=True) | Q(valid_from__lte=as_of) | Q(decided_on__lte=as_of),
        )
    return versions
