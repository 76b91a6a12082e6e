"""Carries packages, receipts and comparisons through folders, for networks that are bridged by hand or by a gate (摆渡).

``$XINHENG_HOME/exchange/<peer code>/out`` is laid out for the other side, ``…/in`` is what came from it. A file counts
once it has its final name; what was taken lies in ``…/in/done``.
"""

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import structlog
from django.conf import settings

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.exchanges_content import file_name, pieces
from xinheng.services.exchanges_holdings import compare
from xinheng.services.exchanges_in import receive, refused
from xinheng.services.exchanges_sending import (
    due_packages,
    note_failed,
    note_sent,
    resend_from,
    take_receipt,
)
from xinheng.store.exchanges import ExchangePackage, ExchangePeer, PackageState, Way

log = structlog.get_logger()
PACKAGE, RECEIPT, HOLDINGS = "package-", "receipt-", "holdings-"
DONE = "done"
MOST_BYTES = 256 * 1024 * 1024


def folder_of(peer: ExchangePeer, way: str) -> Path:
    home: Path = settings.HOME
    path = home / "exchange" / peer.peer_code.replace("/", "_") / way
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def waits(peer: ExchangePeer) -> bool:
    """Whether something came for us."""
    return next(_came(peer), None) is not None


def carry(peer: ExchangePeer, *, policy: Policy, now: datetime) -> int:
    """Take what came, then lay out what is due; returns how many files were moved."""
    count = 0
    for path in list(_came(peer)):
        count += 1
        try:
            _take(path, peer, policy=policy, now=now)
        except Exception as error:
            log.exception("exchange_file_broken", exc_info=error)
            continue
        _lay_away(path)
    for row in due_packages(peer, now=now):
        try:
            _write(folder_of(peer, "out") / file_name(peer, row.number), pieces(row))
        except Refusal as refusal:
            note_failed(row, refusal, now=now)
            break
        note_sent(row, now=now)
        count += 1
    return count


def _came(peer: ExchangePeer) -> Iterator[Path]:
    """Receipts first, then packages in their order."""
    whole = sorted(folder_of(peer, "in").glob("*.json*"))
    known = [path for path in whole if path.is_file() and not path.is_symlink()]
    for kind in (RECEIPT, HOLDINGS, PACKAGE):
        yield from (path for path in known if path.name.startswith(kind))


def _take(path: Path, peer: ExchangePeer, *, policy: Policy, now: datetime) -> None:
    if path.name.startswith(PACKAGE):
        _take_package(path, peer, policy=policy, now=now)
        return
    try:
        value = json.loads(path.read_bytes()[:MOST_BYTES])
        if path.name.startswith(HOLDINGS):
            compare(peer, value, actor=None, now=now)
        elif isinstance(value, dict) and "refused" in value:
            _refused(value, peer, now=now)
        else:
            take_receipt(value, peer=peer, now=now)
    except (Refusal, ValueError) as error:
        log.warning("exchange_file_refused", name=path.name, cause=str(error)[:200])


def _take_package(path: Path, peer: ExchangePeer, *, policy: Policy, now: datetime) -> None:
    """The receipt, or why there is none, is laid out for the other side."""
    answer = folder_of(peer, "out") / path.name.replace(PACKAGE, RECEIPT).replace(".jsonl", ".json")
    rows = path.read_bytes()[:MOST_BYTES].splitlines(keepends=True)
    try:
        told = receive(rows, policy=policy, now=now, peer=peer)
    except Refusal as refusal:
        log.warning("exchange_refused", code=refusal.code, name=path.name)
        told = refused(refusal, first=rows[0] if rows else b"")
    _write(answer, [json.dumps(told, ensure_ascii=False).encode()])


def _refused(told: dict[str, object], peer: ExchangePeer, *, now: datetime) -> None:
    """What the other side did not take: what it lacks goes again at once, all else waits for its hour."""
    number, further = told.get("number"), told.get("next")
    rows = peer.packages.filter(way=Way.OUT, number=number if isinstance(number, int) else 0)
    row = rows.first()
    if row is None or told.get("stream") != peer.stream:
        return
    cause = Refusal(str(told["refused"])[:8], str(told.get("message", ""))[:300])
    note_failed(row, cause, now=now)
    if told["refused"] == "EX03" and isinstance(further, int):
        resend_from(peer, further, now=now)


def _write(path: Path, parts: Iterable[bytes]) -> None:
    draft = path.with_name(f".{path.name}.part")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.writelines(parts)
    draft.replace(path)


def _lay_away(path: Path) -> None:
    """Packages are not kept in clear; receipts and statements hold no words."""
    if path.name.startswith(PACKAGE):
        path.unlink()
        return
    done = path.parent / DONE
    done.mkdir(exist_ok=True, mode=0o700)
    with suppress(OSError):
        path.replace(done / path.name)


def clear_answered(peer: ExchangePeer) -> None:
    """Take packages that were acknowledged out of the folder that was laid out."""
    answered = ExchangePackage.objects.filter(peer=peer, way=Way.OUT, state=PackageState.RECEIVED)
    for path in folder_of(peer, "out").glob(f"{PACKAGE}{peer.stream}-*.jsonl"):
        number = path.stem.rpartition("-")[2]
        if number.isdecimal() and answered.filter(number=int(number)).exists():
            path.unlink(missing_ok=True)
