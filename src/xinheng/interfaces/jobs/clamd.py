"""Asks the virus scanner of this machine over its local socket (clamd, ``XINHENG_CLAMD``), file by file.

The content is sent in pieces (INSTREAM); it leaves the machine by no network. What cannot be asked stays unchecked, and
therefore closed.
"""

import socket
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial

import structlog

from xinheng.core.attachments import Checked
from xinheng.core.refusal import Refusal
from xinheng.services.article_files import article_files_to_check, note_article_file_checked
from xinheng.services.attachments import note_checked, to_check
from xinheng.services.province_reports import note_report_checked, reports_to_check
from xinheng.store.batches import StoredFile
from xinheng.store.files import read_file

log = structlog.get_logger()
AT_ONCE = 100
SECONDS = 60
_ANSWER = 4096


def check_waiting(path: str, *, now: datetime) -> int:
    """Ask about every attachment, file of an article and report of the province that waits; returns how many were
    answered. A silent scanner is told in the log."""
    count = 0
    for name, file, noted in _waiting():
        try:
            verdict = verdict_on(read_file(file), path)
        except OSError as error:
            log.error("scanner_unreachable", error=type(error).__name__)
            return count
        except Refusal as refusal:
            log.warning("attachment_unreadable", file=name, code=refusal.code)
            continue
        if verdict is None:
            log.warning("attachment_not_judged", file=name)
            continue
        noted(verdict, now=now)
        count += 1
    return count


def _waiting() -> Iterable[tuple[str, StoredFile, Callable[..., None]]]:
    """By name, with who keeps what the scanner says."""
    for attachment in to_check(AT_ONCE):
        yield f"attachment:{attachment.public_id}", attachment.file, partial(note_checked, attachment)
    for file in article_files_to_check(AT_ONCE):
        yield f"article_file:{file.public_id}", file.file, partial(note_article_file_checked, file)
    for row in reports_to_check(AT_ONCE):
        if row.content is not None:
            yield f"province_request:{row.public_id}", row.content, partial(note_report_checked, row)


def verdict_on(pieces: Iterable[bytes], path: str) -> Checked | None:
    """None where the scanner gave no verdict (size limit, own error). Raises OSError where it does not answer."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(SECONDS)
        line.connect(path)
        line.sendall(b"zINSTREAM\0")
        for piece in pieces:
            if piece:
                line.sendall(len(piece).to_bytes(4, "big") + piece)
        line.sendall(b"\0\0\0\0")
        answer = _answer(line)
    if answer.endswith(b"OK"):
        return Checked.CLEAN
    return Checked.INFECTED if answer.endswith(b"FOUND") else None


def _answer(line: socket.socket) -> bytes:
    said = b""
    while piece := line.recv(_ANSWER):
        said += piece
        if b"\0" in said:
            break
    return said.split(b"\0", 1)[0].strip()
