"""What a page shows as a table file, for further work elsewhere."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header

from xinheng.core.cell_text import guarded
from xinheng.store.batches import StoredFile
from xinheng.store.files import read_file


def as_table(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """CSV that spreadsheets read as UTF-8; no cell can act as a formula."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    response = HttpResponse("﻿" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.csv") or "attachment"
    return response


def stored(file: StoredFile) -> StreamingHttpResponse:
    """A kept file, decrypted as it is sent. Raises Refusal once it has been destroyed."""
    response = StreamingHttpResponse(read_file(file), content_type=file.media_type)
    response["Content-Disposition"] = content_disposition_header(True, file.name) or "attachment"
    response["Content-Length"] = str(file.size)
    return response


def _plain(cell: object) -> str:
    return "" if cell is None else guarded(str(cell))
