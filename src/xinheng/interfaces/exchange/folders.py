"""Reads what senders lay into their folders: ``$XINHENG_HOME/inbox/<organisation>/``, whole files only.

A file counts as whole when it has its final name and was last written half a minute ago or earlier. Its receipt then
lies in ``done/`` or ``returned/`` (《河南省社会信用条例》第十七条). The file itself and the workbook of what was not
accepted lie there only where no row tells of a person and every column is known (legal guard G2).
"""

import json
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.urls import reverse

from xinheng.core.checks import Defect
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.batches import receipt_of
from xinheng.services.collect import Delivery, import_file
from xinheng.services.sender_calls import summary_of
from xinheng.services.time import SHANGHAI, day_of
from xinheng.store.batches import Batch, BatchState
from xinheng.store.files import read_file
from xinheng.store.organisations import Organisation

log = structlog.get_logger()
DONE, RETURNED = "done", "returned"
UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart", ".swp")
QUIET_SECONDS = 30
"""How long a file must have been left alone."""
NOT_KEPT = frozenset({Defect.PERSONAL, Defect.CATALOGUE, Defect.SIMPLE_PROCEDURE, Defect.NATURAL_PERSON})
"""A file with one of these is left nowhere in clear."""
_UNOPENED = "F03"
"""Code of a file that could not be opened at all; whatever else is refused was read, and nobody says what is in it."""
_LONGEST_NAME = 160
"""Bytes of a name, so that what is put before and after it still fits a file system."""


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
        files = _whole_files(folder, now)
        organisation = Organisation.objects.filter(key=folder.name).first() if files else None
        if organisation is not None:
            yield from (Dropped(organisation, one) for one in files)


def _whole_files(folder: Path, now: datetime) -> list[Path]:
    """A folder that cannot be read keeps nobody from the others."""
    try:
        found = [(_written_at(one, now), one.name, one) for one in folder.iterdir()]
    except OSError as error:
        log.warning("folder_unreadable", folder=folder.name, error=type(error).__name__)
        return []
    return [path for written, _, path in sorted(found) if written]


def _written_at(path: Path, now: datetime) -> float:
    """When a whole file was last written; 0 for what is none, or is gone."""
    if path.name.startswith((".", "~$")) or path.suffix.lower() in UNFINISHED:
        return 0
    try:
        found = path.lstat()
    except OSError:
        return 0
    whole = stat.S_ISREG(found.st_mode) and now.timestamp() - found.st_mtime >= QUIET_SECONDS
    return found.st_mtime if whole else 0


def take_folders(*, policy: Policy, now: datetime) -> int:
    """Take every whole file once; returns how many. A file at which something breaks stops no other."""
    count = 0
    for one in dropped(now=now):
        try:
            _take(one.path, one.organisation, policy=policy, now=now)
            count += 1
        except (DatabaseError, InterfaceError) as error:
            log.exception("folder_waits", exc_info=error)
        except Exception as error:
            log.exception("folder_broken", exc_info=error)
            _give_up(one.path, now=now)
    _clear(days=policy.days_kept("inbox", on=day_of(now)), now=now)
    return count


def _give_up(path: Path, *, now: datetime) -> None:
    told = {
        "code": "X18",
        "message": "系统出错，没有收下这个文件。",
        "advice": "请联系信用办；查明后重新放入。",
    }
    try:
        _lay_away(path, RETURNED, told, keep=True, now=now)
    except OSError as error:
        log.exception("folder_stuck", exc_info=error)


def _clear(*, days: int | None, now: datetime) -> None:
    """Take answered files away after their days."""
    if days is None:
        return
    for where in (DONE, RETURNED):
        for path in inbox().glob(f"*/{where}/*"):
            with suppress(OSError):
                if not path.is_symlink() and path.is_file() and _age(path, now) > timedelta(days=days):
                    path.unlink()


def _age(path: Path, now: datetime) -> timedelta:
    return timedelta(seconds=now.timestamp() - path.lstat().st_ctime)


def _take(path: Path, organisation: Organisation, *, policy: Policy, now: datetime) -> None:
    delivery = Delivery(policy=policy, organisation=organisation, actor=None, now=now, by_machine=True)
    try:
        batch = import_file(path, delivery, name=_readable(path.name))
    except Refusal as refusal:
        log.warning("folder_refused", code=refusal.code)
        if refusal.code == "F01":
            return
        told = {"code": refusal.code, "message": refusal.message, "advice": refusal.advice}
        _lay_away(path, RETURNED, told, keep=refusal.code == _UNOPENED, now=now)
        return
    batch.refresh_from_db()
    whole = batch.state == BatchState.LOADED and not batch.returned
    keep = _may_be_kept(batch)
    target = _lay_away(path, DONE if whole else RETURNED, _told(batch, keep=keep), keep=keep, now=now)
    if keep and batch.workbook is not None and batch.workbook.wrapped_key is not None:
        _write(target.with_name(f"{target.stem}-退回.xlsx"), b"".join(read_file(batch.workbook)))
    log.info("folder_taken", batch=batch.public_id, state=batch.state)


def _may_be_kept(batch: Batch) -> bool:
    """Whether the file and its workbook may lie in clear: it was read, and tells of no person (legal guard G2)."""
    found = batch.report
    personal = NOT_KEPT & set(found.get("problems", {})) or found.get("personal_ids_found")
    return batch.state == BatchState.LOADED and not personal


def _told(batch: Batch, *, keep: bool) -> dict[str, object]:
    """The receipt; where nothing is left in clear, the pages on which signed-in people find the rest."""
    told = {key: value for key, value in summary_of(batch).items() if key != "records"}
    if batch.state == BatchState.LOADED:
        told["receipt_of"] = receipt_of(batch)
    if keep:
        return told
    names = {"page": "office:batch"} | ({"workbook": "office:workbook"} if batch.workbook is not None else {})
    return told | {
        "kept": "文件含有或可能含有个人信息，原件和退回表不留在文件夹中，请登录平台查看。",
        **{key: reverse(name, kwargs={"batch": batch.public_id}) for key, name in names.items()},
    }


def _readable(name: str) -> str:
    """A name whose bytes are not UTF-8 was written in GB 18030."""
    written = os.fsencode(name)
    try:
        return written.decode("utf-8")
    except UnicodeDecodeError:
        return written.decode("gb18030", errors="replace").replace("/", "_")


def _shortened(name: str) -> str:
    stem, ending = Path(name).stem, Path(name).suffix[:16]
    while len(f"{stem}{ending}".encode()) > _LONGEST_NAME:
        stem = stem[:-1]
    return f"{stem}{ending}"


def _lay_away(path: Path, where: str, told: Mapping[str, object], *, keep: bool, now: datetime) -> Path:
    """Write what is told of a file, and move it beside that under a name of its own, or remove it."""
    folder = path.parent / where
    if folder.is_symlink():
        folder.unlink()
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    target = _place(folder, _shortened(_readable(path.name)), now)
    _write(
        target.with_name(f"{target.name}.receipt.json"),
        json.dumps(told, ensure_ascii=False, indent=1).encode(),
    )
    if keep:
        _move(path, target)
    else:
        path.unlink()
    return target


def _place(folder: Path, name: str, now: datetime) -> Path:
    stamp = now.astimezone(SHANGHAI).strftime("%Y%m%d-%H%M%S")
    target, number = folder / f"{stamp}-{name}", 1
    while target.exists() or target.with_name(f"{target.name}.receipt.json").exists():
        number += 1
        target = folder / f"{stamp}-{number}-{name}"
    return target


def _move(path: Path, target: Path) -> None:
    """For this account alone; a file that is owned by another is copied."""
    try:
        path.chmod(0o600)
    except PermissionError:
        with path.open("rb") as content, _private(target) as out:
            shutil.copyfileobj(content, out)
        path.unlink()
    else:
        path.replace(target)


def _write(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.part")
    with _private(draft) as out:
        out.write(content)
    draft.replace(path)


def _private(path: Path) -> BinaryIO:
    """A new file that only this account reads."""
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
