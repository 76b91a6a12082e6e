"""What of a record goes to another platform: public credit information on enterprises that stands, with everything that
looks personal masked once more (《河南省社会信用条例》第十一条; legal guards G1, G2, G13)."""

import hashlib
from datetime import date

from xinheng.core.canonical import canonical
from xinheng.core.catalogue import item_code
from xinheng.core.exchange_package import Said
from xinheng.core.grounds import lives
from xinheng.core.masking import mask_personal
from xinheng.core.provenance import Provenance
from xinheng.core.reconciliation import OF_PERSONS, goes_since
from xinheng.core.records import STANDING, Finality, RecordState
from xinheng.services.time import day_of
from xinheng.store.records import Record
from xinheng.store.subjects import Subject, SubjectKind

_STATES = {RecordState.ACTIVE: "active", RecordState.ANNOTATED: "annotated", RecordState.DISPUTED: "disputed"}


def goes(record: Record, *, first_known: date, items: dict[int, date]) -> bool:
    """Whether the open version of a record goes over. ``first_known``: the day on which the record came."""
    since = items.get(record.item)
    if since is None or not goes_since(first_known, since=since):
        return False
    if record.batch is None or record.batch.provenance != Provenance.PUBLIC.number:
        return False
    state, finality = RecordState(record.state), Finality(record.finality)
    return state in STANDING and lives(state, finality)


def said_of(record: Record, *, other: tuple[str, str] = ("", ""), first_known: date) -> Said:
    """``record`` comes with its subject, detail and batch. ``other``: kind and value of an older code, where its subject
    has no credit code."""
    detail, subject = record.detail, record.subject
    return Said(
        item=item_code(record.item),
        code=subject.code or "",
        other_kind="" if subject.code else other[0],
        other_code="" if subject.code else other[1],
        name=subject.name or "（未注明名称）",
        kind=subject.kind,
        document_no=_plain(detail.document_no),
        decided_on=_day(record.decided_on),
        valid_from=_day(record.valid_from),
        valid_to=_day(record.last_on),
        authority=_plain(detail.authority),
        authority_code=detail.authority_code,
        amount_fen=record.amount_fen,
        headcount=record.headcount,
        result=record.result,
        seriousness=record.seriousness,
        finality=record.finality,
        title=_plain(detail.title),
        fields=_fields(detail.fields, subject),
        state=_STATES[RecordState(record.state)],  # type: ignore[arg-type]
        feed=record.batch.feed if record.batch else "",
        known_on=first_known.isoformat(),
    )


def _fields(fields: dict[str, str], subject: Subject) -> dict[str, str]:
    hidden = OF_PERSONS if subject.kind == SubjectKind.SOLE_TRADER else frozenset()
    return {label: _plain(str(text)) for label, text in fields.items() if label not in hidden and text}


def _plain(text: str) -> str:
    return mask_personal(text).text


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def fingerprint(said: Said) -> str:
    """By which it is seen that a record says nothing new; kept only while it stands."""
    return hashlib.sha256(canonical(said.model_dump(mode="json", exclude_defaults=True))).hexdigest()


def first_known_days(records: list[Record]) -> dict[int, date]:
    """By record key, the day on which its first version came."""
    keys = [record.record_key for record in records]
    return {pk: day_of(at) for pk, at in Record.objects.filter(pk__in=keys).values_list("pk", "known_at")}
