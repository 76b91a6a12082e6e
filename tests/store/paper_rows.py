"""Valid rows of attachments and of bundles of scans."""

from typing import Any

from tests.people import NOW, TODAY
from tests.store.rows import DIGEST, Rows

from xinheng.store import models as store


def attachment(rows: Rows, **given: Any) -> store.Attachment:
    put: dict[str, Any] = {"title": "承诺书", "added_at": NOW}
    if "file" not in given:
        put["file"] = rows.file()
    if not {"case", "batch", "statement", "record_key"} & set(given):
        put["batch"] = rows.batch()
    return store.Attachment.objects.create(**put | given)


def bundle(rows: Rows, **given: Any) -> store.ScanBundle:
    handed = {
        "organisation": rows.people.city,
        "item": 19,
        "month": TODAY.replace(day=1),
        "attachments": [],
        "missing": 0,
        "files_size": 0,
        "receipt": DIGEST,
        "reason": "月度报送",
        "made_by": rows.people.wang,
        "made_at": NOW,
    }
    if "index" not in given:
        handed["index"] = rows.file()
    return store.ScanBundle.objects.create(**handed | given)
