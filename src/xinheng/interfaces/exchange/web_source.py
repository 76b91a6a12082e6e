"""Fetches from an HTTP interface: one request after another while the cursor goes on, within limits of time, bytes and rows.
What is left above the rows of one fetch comes with the next where there is a cursor.

Redirects are not followed: they would lead past the declaration.
"""

import csv
import http.client
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from xinheng.core.connectors import JSON, is_later
from xinheng.core.refusal import Refusal
from xinheng.interfaces.exchange.addresses import (
    Deadline,
    address_of,
    explained,
    trusting,
)
from xinheng.interfaces.exchange.calls import Led
from xinheng.interfaces.exchange.paging import stop_before, too_many, value_of
from xinheng.services.connectors import Errand, Fetched

MOST_BYTES = 64 * 1024 * 1024
MOST_PAGES = 100
_Row = TypeVar("_Row")
_BLOCK = 1024 * 1024
_SHOWN_PATH = "/?=&%-._~!$'()*+,;:@"


def fetch(errand: Errand, work: Path) -> Fetched | None:
    """The records of all pages as one file in ``work``; without any the columns where the source names them, else None."""
    address = address_of(errand.source, errand.networks)
    context = trusting() if errand.source.scheme == "https" else None
    with Deadline(errand.max_seconds) as deadline, explained(deadline, errand.source):
        try:
            connection = Led(errand.source, address, deadline, context)
            try:
                found = (_records if errand.kind == JSON else _table)(errand, connection, work)
            finally:
                connection.close()
        except http.client.HTTPException as error:
            if deadline.passed:
                raise deadline.refusal() from error
            raise _unfit("来源的回答不完整，或者不是 HTTP。") from error
        if deadline.passed:
            raise deadline.refusal()
        return found


def _ask(errand: Errand, connection: Led, cursor: str) -> bytes:
    headers = {
        "Accept": "application/json" if errand.kind == JSON else "text/csv",
        "Accept-Encoding": "identity",
    }
    if errand.secret:
        headers["Authorization"] = f"Bearer {errand.secret}"
    connection.request("GET", _path(errand, cursor), headers=headers)
    response = connection.getresponse()
    if response.status != http.client.OK:
        where = "，要求转到别处" if 300 <= response.status < 400 else ""
        raise _unfit(f"来源回答了 {response.status}{where}。")
    if response.length is None and not response.chunked:
        raise _unfit("来源没有注明回答的长度，不能确认内容完整。")
    pieces, size = [], 0
    while block := response.read(_BLOCK):
        size += len(block)
        if size > MOST_BYTES:
            raise _unfit(f"来源一次给出的内容超过 {MOST_BYTES // 1024 // 1024} MiB。")
        pieces.append(block)
    connection.hold_to_deadline()
    if size < int(response.getheader("Content-Length") or size):
        raise _unfit("来源的回答在中途断开。")
    return b"".join(pieces)


def _path(errand: Errand, cursor: str) -> str:
    path = quote(errand.source.path, safe=_SHOWN_PATH)
    if not (errand.cursor_parameter and cursor):
        return path
    return f"{path}{'&' if '?' in path else '?'}{urlencode({errand.cursor_parameter: cursor})}"


def _records(errand: Errand, connection: Led, work: Path) -> Fetched | None:
    records: list[dict[str, Any]] = []
    cursor, more = errand.cursor, True
    for _ in range(MOST_PAGES):
        page = _within(_ask(errand, connection, cursor), errand.records)
        records += page
        further = _highest(page, errand.cursor_field, cursor)
        more = bool(page and errand.cursor_field and further != cursor)
        cursor = further
        if not more or len(records) > errand.max_rows:
            break
    if not records:
        return None
    if len(records) > errand.max_rows:
        records = _up_to(errand, records, [str(one.get(errand.cursor_field)) for one in records])
        cursor, more = _highest(records, errand.cursor_field, errand.cursor), True
    path = work / "fetched.json"
    path.write_text(json.dumps({"records": records}, ensure_ascii=False), encoding="utf-8", errors="replace")
    columns = dict.fromkeys(name for record in records for name in record)
    return Fetched(path=path, columns=tuple(columns), rows=len(records), cursor=cursor, more=more)


def _up_to(errand: Errand, rows: Sequence[_Row], values: Sequence[str]) -> list[_Row]:
    """The earliest rows, never some of one value alone; ``values`` are those of the cursor. Refusal X20, X21."""
    if not errand.cursor_field:
        raise too_many(errand.max_rows)
    stop = stop_before(values, most=errand.max_rows, field=errand.cursor_field)
    return [row for row, value in zip(rows, values, strict=True) if is_later(stop, value)]


def _within(content: bytes, path: str) -> list[dict[str, Any]]:
    """The list of records at ``path`` (names joined by dots) of a JSON answer; numbers keep their digits."""
    try:
        found = json.loads(content.decode("utf-8-sig"), parse_float=str, parse_int=str)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise _unfit("来源的回答不是 UTF-8 编码的 JSON。") from error
    for name in filter(None, path.split(".")):
        found = found.get(name) if isinstance(found, dict) else None
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise _unfit(f"来源的回答中没有记录列表{f'“{path}”' if path else ''}。")
    return found


def _highest(records: Sequence[Mapping[str, Any]], field: str, cursor: str) -> str:
    """The highest value of the cursor. Refusal X22 for a record without one."""
    for record in records if field else ():
        value = value_of(record.get(field), field=field)
        if not cursor or is_later(value, cursor):
            cursor = value
    return cursor


def _table(errand: Errand, connection: Led, work: Path) -> Fetched | None:
    content = _ask(errand, connection, errand.cursor)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", errors="replace")
    table = csv.DictReader(io.StringIO(text, newline=""))
    rows, columns = list(table), tuple(table.fieldnames or ())
    if not rows:
        return _header_alone(columns, errand, work) if columns else None
    cursor, path = _highest(rows, errand.cursor_field, errand.cursor), work / "fetched.csv"
    if len(rows) <= errand.max_rows:
        path.write_bytes(content)
        return Fetched(path=path, columns=columns, rows=len(rows), cursor=cursor)
    rows = _up_to(errand, rows, [row[errand.cursor_field] for row in rows] if errand.cursor_field else [])
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows)
    cursor = _highest(rows, errand.cursor_field, errand.cursor)
    return Fetched(path=path, columns=columns, rows=len(rows), cursor=cursor, more=True)


def _header_alone(columns: tuple[str, ...], errand: Errand, work: Path) -> Fetched:
    """No row is new, but the columns may have changed."""
    return Fetched(path=work / "fetched.csv", columns=columns, rows=0, cursor=errand.cursor)


def _unfit(message: str) -> Refusal:
    return Refusal("X15", message, advice="请来源单位检查接口；下次到点会再取。")
