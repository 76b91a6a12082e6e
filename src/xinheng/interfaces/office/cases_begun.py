"""The record on which a case begins: found by the address, and what the first form shows of it."""

from typing import Any

from django.http import Http404

from xinheng.interfaces.office.access import Call
from xinheng.interfaces.office.paging import number
from xinheng.interfaces.office.records_shown import record_url
from xinheng.interfaces.office.wording import item_title
from xinheng.store.records import Record


def record_of(call: Call) -> Record:
    """The record that the address names; 404 without one."""
    key = number(call.request, "record")
    known = Record.objects.select_related("subject").filter(known_until__isnull=True)
    found = known.filter(record_key=key).first() if key is not None else None
    if found is None:
        raise Http404
    return found


def begun_on(call: Call, record: Record) -> dict[str, Any]:
    """Whom the case is about, and the record in a line with its address."""
    return {
        "subject": record.subject.name,
        "ground": words_of_record(call, record),
        "record_url": record_url(record.subject, record),
    }


def words_of_record(call: Call, record: Record) -> str:
    """Its item and the day of its decision."""
    decided = f"　{record.decided_on}" if record.decided_on else ""
    return f"{item_title(record.item, call.policy)}{decided}"
