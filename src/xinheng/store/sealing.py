"""Seals short secrets and whole files with the installation's own key, and opens them again.

A file is AES-256-GCM in chunks of one MiB with a data key of its own, which is kept sealed in its row; whoever holds the
row and the installation's key opens it in constant memory.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from xinheng.core.refusal import Refusal

CHUNK = 1024 * 1024
_NONCE = 12
_TAG = 16


def seal_secret(clear: bytes, *, purpose: str) -> bytes:
    """AES-256-GCM; opened only with the same ``purpose``."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(settings.KEYS.file_key).encrypt(nonce, clear, purpose.encode())


def open_secret(sealed: bytes, *, purpose: str) -> bytes:
    """Raises cryptography.exceptions.InvalidTag for a changed value or another purpose."""
    return AESGCM(settings.KEYS.file_key).decrypt(sealed[:_NONCE], sealed[_NONCE:], purpose.encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedFile:
    """``number`` is that of its row; ``digest`` and ``size`` are those of the clear content."""

    number: int
    name: str
    digest: str
    size: int
    wrapped_key: bytes


def sealed_path(*, digest: str, number: int) -> Path:
    """Where the sealed content of a row lies."""
    name = digest.partition(":")[2]
    folder: Path = settings.HOME / "files" / name[:2]
    return folder / f"{name}.{number}"


def seal_chunk(key: bytes, *, number: int, clear: bytes, digest: str) -> bytes:
    return AESGCM(key).encrypt(number.to_bytes(12, "big"), clear, digest.encode())


def open_file(file: SealedFile) -> Iterator[bytes]:
    """The clear content in chunks, the first of them opened at once. Raises Refusal when the file is gone or changed."""
    chunks = _refusing(file)
    first = next(chunks, b"")
    return chain((first,), chunks)


def _refusing(file: SealedFile) -> Iterator[bytes]:
    try:
        yield from _opened(file)
    except (OSError, InvalidTag) as error:
        raise _spoilt(file) from error


def _opened(file: SealedFile) -> Iterator[bytes]:
    key = AESGCM(open_secret(file.wrapped_key, purpose=file.digest))
    size = 0
    with sealed_path(digest=file.digest, number=file.number).open("rb") as sealed:
        for number, chunk in enumerate(iter(lambda: sealed.read(CHUNK + _TAG), b"")):
            clear = key.decrypt(number.to_bytes(12, "big"), chunk, file.digest.encode())
            size += len(clear)
            yield clear
    if size != file.size:
        raise _spoilt(file)


def _spoilt(file: SealedFile) -> Refusal:
    return Refusal(
        "F07",
        f"文件“{file.name}”的存档缺失或被改动，无法打开。",
        advice="请系统管理员从备份恢复数据目录中的文件，并查明原因。",
    )
