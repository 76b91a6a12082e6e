"""The application for repair on paper, filled in as far as is known, to be printed and signed (G5: nothing else is asked)."""

from typing import Any

from xinheng.core.policy import Policy
from xinheng.core.repair import FREE, Answer
from xinheng.store.records import Record


def sheet_of(record: Record, answer: Answer, policy: Policy) -> dict[str, Any]:
    """Context of ``web/repair_sheet.html``. The sheet names the enterprise and its record; no person."""
    return {
        "name": record.subject.name,
        "code": record.subject.code or "",
        "facts": [
            ("信息", record.detail.title or policy.catalogue.item(record.item).title),
            ("文号", record.detail.document_no),
            ("作出单位", record.detail.authority),
        ],
        "decided_on": record.decided_on,
        "place": answer.place,
        "materials": [one.title for one in answer.materials.values()],
        "pledge": policy.repair.commitment,
        "free": FREE,
    }
