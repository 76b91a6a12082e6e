"""Reads what senders lay into their folders: ``$XINHENG_HOME/inbox/<organisation>/``, whole files only.

A file is whole when it has its final name and has kept its size and time since the round before. It then lies in
``done/`` with its receipt, or in ``returned/`` with the workbook of what was not accepted (《河南省社会信用条例》第十七条).
"""

import json
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from django.conf import settings

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.collect import Delivery, import_file
from xinheng.services.sender_calls import summary_of
from xinheng.services.time import SHANGHAI
from xinheng.store.batches import Batch, BatchState
from xinheng.store.files import read_file
from xinheng.store.organisations import Organisation

log = structlog.get_logger()
DONE, RETURNED = "done", "returned"
UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart", ".swp")
QUIET_SECONDS = 30
"""How long a file must have been left alone."""
KEPT = timedelta(days=7)
"""How long what was answered lies in the folder; the platform keeps its own, encrypted copy."""


@dataclass(frozen=True, slots=True)
class Dropped:
    organisation: Organisation
    path: Path


def inbox() -> Path:
    home: Path = settings.HOME
    return home / "inbox"


def dropped(*, now: datetime) -> Iterator[Dropped]:
    """Whole files in the folders of senders, oldest first. Links, what hides, and folders of nobody are left alone."""
    root = inbox()
    if not root.is_dir():
        return
    for folder in sorted(root.iterdir()):
        if folder.is_symlink() or not folder.is_dir():
            continue
        files = [entry for entry in folder.iterdir() if _is_whole(entry, now)]
        organisation = Organisation.objects.filter(key=folder.name).first() if files else None
        if organisation is None:
            continue
        yield from (Dropped(organisation, one) for one in sorted(files, key=lambda one: one.stat().st_mtime))


def _is_whole(path: Path, now: datetime) -> bool:
    if path.name.startswith((".", "~$")) or path.suffix.lower() in UNFINISHED:
        return False
    try:
        found = path.lstat()
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and now.timestamp() - found.st_mtime >= QUIET_SECONDS


def take_folders(*, policy: Policy, now: datetime) -> int:
    """Take every whole file once; returns how many."""
    count = 0
    for one in dropped(now=now):
        _take(one.path, one.organisation, policy=policy, now=now)
        count += 1
    _clear(now=now)
    return count


def _clear(*, now: datetime) -> None:
    """Take answered files away after their days."""
    for where in (DONE, RETURNED):
        for path in inbox().glob(f"*/{where}/*"):
            if not path.is_symlink() and path.is_file() and _age(path, now) > KEPT:
                path.unlink()


def _age(path: Path, now: datetime) -> timedelta:
    return timedelta(seconds=now.timestamp() - path.lstat().st_ctime)


def _take(path: Path, organisation: Organisation, *, policy: Policy, now: datetime) -> None:
    delivery = Delivery(policy=policy, organisation=organisation, actor=None, now=now, by_machine=True)
    try:
        batch = import_file(path, delivery, name=path.name)
    except Refusal as refusal:
        log.warning("folder_refused", code=refusal.code)
        if refusal.code == "F01":
            return
        told = {"code": refusal.code, "message": refusal.message, "advice": refusal.advice}
        _lay_away(path, RETURNED, told, now=now)
        return
    batch.refresh_from_db()
    whole = batch.state == BatchState.LOADED and not batch.returned
    target = _lay_away(path, DONE if whole else RETURNED, summary_of(batch), now=now)
    if batch.workbook is not None and batch.workbook.wrapped_key is not None:
        _write(target.with_name(f"{target.stem}-退回.xlsx"), b"".join(read_file(batch.workbook)))
    _forget_persons(target, batch)
    log.info("folder_taken", batch=batch.public_id, state=batch.state)


def _forget_persons(path: Path, batch: Batch) -> None:
    """The original of a file with rows on natural persons is not kept (legal guard G2)."""
    if batch.report.get("problems", {}).get("E16"):
        path.unlink(missing_ok=True)


def _lay_away(path: Path, where: str, told: Mapping[str, object], *, now: datetime) -> Path:
    """Move a file under a name of its own, with what is told of it beside it."""
    folder = path.parent / where
    if folder.is_symlink():
        folder.unlink()
    folder.mkdir(exist_ok=True)
    stamp = now.astimezone(SHANGHAI).strftime("%Y%m%d-%H%M%S")
    target = folder / f"{stamp}-{path.name}"
    number = 1
    while target.exists():
        number += 1
        target = folder / f"{stamp}-{number}-{path.name}"
    said = {key: value for key, value in told.items() if key != "records"}
    _write(
        target.with_name(f"{target.name}.receipt.json"),
        json.dumps(said, ensure_ascii=False, indent=1).encode(),
    )
    path.replace(target)
    return target


def _write(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.part")
    draft.write_bytes(content)
    draft.replace(path)
