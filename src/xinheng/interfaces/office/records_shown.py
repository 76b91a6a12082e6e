"""Records as the pages of a file show them: one line, one point of the timeline, and where each came from."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.urls import reverse

from xinheng.core.provenance import provenance_of
from xinheng.core.records import RecordState
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call
from xinheng.interfaces.office.wording import (
    RECORD_TONES,
    class_word,
    finality_word,
    item_title,
    result_words,
)
from xinheng.interfaces.web.parts import Crumb, Entry, Source
from xinheng.services.batches import number_of, sender_of
from xinheng.services.time import day_of
from xinheng.store.effects import Publication
from xinheng.store.records import Record
from xinheng.store.subjects import Subject


def record_url(subject: Subject, record: Record) -> str:
    return reverse("office:record", kwargs={"subject": subject.public_id, "key": record.record_key})


def file_crumbs(subject: Subject, *more: Crumb) -> list[Crumb]:
    """The way to the file of an enterprise and on from there."""
    here = reverse("office:subject", kwargs={"subject": subject.public_id})
    return [Crumb("企业档案", reverse("office:subjects")), Crumb(subject.name, here), *more]


def title_of(call: Call, record: Record) -> str:
    """What the record is called in a line."""
    return record.detail.title or record.detail.document_no or item_title(record.item, call.policy)


def source_of(call: Call, record: Record) -> Source:
    """Feed, file, row, sender and receipt of the delivery that a record came in; its class where it is kept apart."""
    batch = record.batch
    if batch is None:
        return Source("系统登记")
    provenance = provenance_of(batch.provenance)
    readable = call.may(Verb.READ_BATCH, call.of(batch.organisation_id))
    return Source(
        unit=call.tree.name(batch.organisation_id),
        received_on=day_of(batch.received_at),
        batch=number_of(batch),
        batch_url=reverse("office:batch", kwargs={"batch": batch.public_id}) if readable else "",
        file_name=batch.file_name,
        row_no=record.row_no,
        feed=feed.title if (feed := call.policy.feeds.get(batch.feed)) else batch.feed,
        sender=sender_of(batch),
        receipt=batch.receipt.partition(":")[2][:12],
        apart="" if provenance.may_burden else provenance.label,
    )


def line_of(call: Call, subject: Subject, record: Record, *, public: bool) -> dict[str, Any]:
    """A line of the table of records."""
    state = RecordState(record.state)
    return {
        "item": item_title(record.item, call.policy),
        "title": title_of(call, record),
        "url": record_url(subject, record),
        "document_no": record.detail.document_no,
        "authority": record.detail.authority,
        "decided_on": record.decided_on,
        "valid_from": record.valid_from,
        "last_on": record.last_on,
        "amount_fen": record.amount_fen,
        "seriousness": class_word(record.seriousness),
        "finality": finality_word(record.finality),
        "state": state.label,
        "tone": RECORD_TONES.get(state, ""),
        "public": public,
        "result": result_words(record.result, record.batch.feed if record.batch else "", call.policy),
        "source": source_of(call, record),
    }


def entries_of(
    call: Call,
    subject: Subject,
    records: Iterable[Record],
    publications: Mapping[int, Publication],
    *,
    until: date,
) -> list[Entry]:
    """The timeline: days to come first, then what happened, newest first."""
    found: list[Entry] = []
    for record in records:
        publication = publications.get(record.record_key)
        title = title_of(call, record)
        if publication is not None:
            found += list(_ahead(publication, title, record_url(subject, record), after=until))
        found.append(_entry(call, subject, record, title))
    dated = sorted(
        (entry for entry in found if entry.on), key=lambda entry: entry.on or date.min, reverse=True
    )
    return [*dated, *(entry for entry in found if entry.on is None)]


def _ahead(publication: Publication, title: str, url: str, *, after: date) -> Iterable[Entry]:
    if publication.earliest_repair_on and publication.earliest_repair_on > after:
        yield Entry(
            publication.earliest_repair_on, f"可以申请修复：{title}", kind="信用修复", url=url, ahead=True
        )
    if publication.stop_on and publication.stop_on > after:
        yield Entry(publication.stop_on, f"公示期满停止公示：{title}", kind="公示", url=url, ahead=True)


def _entry(call: Call, subject: Subject, record: Record, title: str) -> Entry:
    state = RecordState(record.state)
    words = [class_word(record.seriousness), finality_word(record.finality)]
    return Entry(
        on=record.decided_on or record.valid_from,
        title=title,
        kind=item_title(record.item, call.policy),
        body="　".join(word for word in words if word),
        url=record_url(subject, record),
        authority=record.detail.authority,
        document_no=record.detail.document_no,
        until=record.last_on,
        state="" if state is RecordState.ACTIVE else state.label,
        source=source_of(call, record),
    )
