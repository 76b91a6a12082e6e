"""The secrets of one installation: a single 0600 file in ``$XINHENG_HOME``, made on first use."""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Keys:
    """``file_key`` wraps data keys; ``hash_key`` keys digests over personal fields (32 bytes each)."""

    django: str
    file_key: bytes
    hash_key: bytes


def keys_of(home: Path) -> Keys:
    """Read the keys of ``home``; two processes that come first at once agree on one set."""
    path = home / "secrets.json"
    if not path.exists():
        _make(path)
    stored = json.loads(path.read_text(encoding="utf-8"))
    return Keys(
        django=stored["django"],
        file_key=bytes.fromhex(stored["file_key"]),
        hash_key=bytes.fromhex(stored["hash_key"]),
    )


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    fresh = {
        "django": secrets.token_urlsafe(48),
        "file_key": secrets.token_hex(32),
        "hash_key": secrets.token_hex(32),
    }
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        json.dump(fresh, out)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
