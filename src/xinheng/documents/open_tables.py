"""Says of a folder of open data whether it is what the city published: the signature of its manifest, and every file of it.

Needs the folder and certificates alone, no server.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from xinheng.documents.signing import verify_value

MANIFEST = "manifest.json"
MOST_BYTES = 10 * 1024 * 1024


def what_is_wrong(folder: Path, trusted: Sequence[bytes]) -> Iterator[str]:
    """Chinese sentences; none where the folder is genuine and whole."""
    try:
        path = folder / MANIFEST
        if path.stat().st_size > MOST_BYTES:
            yield f"{MANIFEST}过大，不是开放数据的清单。"
            return
        signed = json.loads(path.read_bytes())
    except (OSError, ValueError):
        yield f"文件夹里没有可以读取的{MANIFEST}。"
        return
    seen = verify_value(signed, trusted)
    if not seen.genuine:
        yield f"{MANIFEST}：{seen.cause}"
        return
    for table in signed["content"]["datasets"]:
        for file in table["files"]:
            yield from _file(folder, file)


def _file(folder: Path, told: dict[str, Any]) -> Iterator[str]:
    path = folder / told["name"]
    if path.parent != folder or not path.is_file():
        yield f"{told['name']}：缺少这个文件。"
        return
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if path.stat().st_size != told["bytes"] or told["digest"] != f"sha256:{found}":
        yield f"{told['name']}：与清单所列的大小或者摘要不一致。"
