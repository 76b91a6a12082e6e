"""What a batch brought into the files, row by row: the way of a reporter to the records of the own unit."""

from django.http import HttpResponse
from django.urls import reverse

from xinheng.core.records import STANDING, RecordState
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.owned import BATCH
from xinheng.interfaces.office.paging import oldest_first
from xinheng.interfaces.office.records_shown import record_url, title_of
from xinheng.interfaces.web.parts import Cell, Column, Crumb, Table
from xinheng.services.batches import number_of
from xinheng.store.batches import Batch
from xinheng.store.records import Record

_COLUMNS = [
    Column("行", "number"),
    Column("主体"),
    Column("记录"),
    Column("决定日期", "day"),
    Column("状态"),
]


@asks(Verb.READ_BATCH, of=BATCH)
def batch_records(call: Call, batch: Batch) -> HttpResponse:
    """Records that stand now. What is repaired, withdrawn or deleted is not named here (legal guard G9)."""
    found = Record.objects.filter(
        batch=batch, known_until__isnull=True, state__in=[int(one) for one in STANDING]
    )
    page, paging = oldest_first(found.select_related("subject", "detail"), call.request)
    opens = bool(call.may(Verb.CORRECT_RECORD, call.of(batch.organisation_id)))
    context = {
        "crumbs": [
            Crumb("批次", reverse("office:batches")),
            Crumb(number_of(batch), reverse("office:batch", args=[batch.public_id])),
            Crumb("入库的记录"),
        ],
        "number": number_of(batch),
        "table": Table("入库的记录", _COLUMNS, [_row(call, one, opens=opens) for one in page], empty=_EMPTY),
        "paging": paging,
    }
    return call.render("batch_records", context)


_EMPTY = "这个批次没有现行的记录：还没有入库，或者已经撤回、修复。"


def _row(call: Call, record: Record, *, opens: bool) -> list[Cell | str]:
    opens = opens or call.may_somewhere(Verb.READ_SUBJECT_FILE)
    title = "　".join(dict.fromkeys(filter(None, (title_of(call, record), record.detail.document_no))))
    return [
        f"{record.row_no}",
        record.subject.name,
        Cell(title, record_url(record.subject, record)) if opens else title,
        record.decided_on.isoformat() if record.decided_on else "—",
        RecordState(record.state).label,
    ]
