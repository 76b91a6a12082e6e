"""Files as delivered, encrypted one data key each, found by the digest of their clear content.

Erasing is destroying the data key: what remains on disk and in backups can no longer be read, and the ledger
stays whole. Content is AES-256-GCM in chunks of one MiB, so that a file of any size passes in constant memory.
"""

import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from xinheng.core.os_errors import os_cause
from xinheng.core.refusal import Refusal
from xinheng.store.batches import StoredFile
from xinheng.store.public import published_path
from xinheng.store.sealing import CHUNK, SealedFile, open_file, seal_chunk, seal_secret, sealed_path


def put_file(
    source: Path, *, name: str, media_type: str, now: datetime, destroy_on: date | None = None
) -> StoredFile:
    """Encrypt ``source`` into the store; raises Refusal when the disk is full, leaving nothing behind."""
    key = secrets.token_bytes(32)
    digest, size = _digest_of(source)
    stored = StoredFile(
        digest=digest,
        size=size,
        media_type=media_type,
        name=name[:255],
        wrapped_key=seal_secret(key, purpose=digest),
        stored_at=now,
        destroy_on=destroy_on,
    )
    stored.save()
    with source.open("rb") as clear:
        chunks = enumerate(iter(lambda: clear.read(CHUNK), b""))
        sealed = (seal_chunk(key, number=at, clear=chunk, digest=digest) for at, chunk in chunks)
        _write(_path(stored), sealed)
    return stored


def put_content(
    content: bytes, *, name: str, media_type: str, now: datetime, destroy_on: date | None = None
) -> StoredFile:
    """The same for what was made in memory."""
    root: Path = settings.HOME / "work"
    root.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=root, prefix="content-") as folder:
        path = Path(folder) / "content"
        path.write_bytes(content)
        return put_file(path, name=name, media_type=media_type, now=now, destroy_on=destroy_on)


def _write(target: Path, pieces: Iterable[bytes]) -> None:
    """All of it or nothing."""
    draft = target.with_suffix(".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("wb") as out:
            out.writelines(pieces)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(target)
    except OSError as error:
        raise Refusal(
            "F01",
            f"文件无法保存（{os_cause(error)}），本次操作没有写入任何内容。",
            advice="请检查数据目录所在磁盘的剩余空间和权限后重试。",
        ) from error
    finally:
        draft.unlink(missing_ok=True)


def read_file(stored: StoredFile) -> Iterator[bytes]:
    """The clear content in chunks. Raises Refusal when the key has been destroyed, or the file is gone or changed."""
    if stored.wrapped_key is None:
        raise Refusal("F02", "该文件已按规定期限销毁，无法再打开。", advice="需要时请报送单位重新提供。")
    return open_file(
        SealedFile(
            number=stored.pk,
            name=stored.name,
            digest=stored.digest,
            size=stored.size,
            wrapped_key=bytes(stored.wrapped_key),
        )
    )


def publish_file(stored: StoredFile) -> None:
    """Lay the content of ``stored`` open for everybody, beside the sealed one; a second time changes nothing."""
    _write(published_path(stored.digest), read_file(stored))


def files_due(*, today: date) -> QuerySet[StoredFile]:
    """Files whose term is over and whose key is still there, oldest first."""
    return StoredFile.objects.filter(destroyed_at__isnull=True, destroy_on__lte=today).order_by("pk")


def destroy_file(stored: StoredFile, *, now: datetime) -> None:
    """Destroy the key with the transaction, and the sealed content once it is committed."""
    stored.wrapped_key = None
    stored.destroyed_at = now
    stored.save(update_fields=["wrapped_key", "destroyed_at"])
    path = _path(stored)
    transaction.on_commit(lambda: path.unlink(missing_ok=True))


def _path(stored: StoredFile) -> Path:
    return sealed_path(digest=stored.digest, number=stored.pk)


def digest_of_file(path: Path) -> str:
    """Of the content, as ``core.canonical.digest`` writes it."""
    with path.open("rb") as content:
        return f"sha256:{hashlib.file_digest(content, 'sha256').hexdigest()}"


def _digest_of(source: Path) -> tuple[str, int]:
    hasher = hashlib.sha256()
    size = 0
    with source.open("rb") as clear:
        for chunk in iter(lambda: clear.read(CHUNK), b""):
            hasher.update(chunk)
            size += len(chunk)
    return f"sha256:{hasher.hexdigest()}", size
