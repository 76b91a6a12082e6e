"""The archive package of letters (归档包): papers, signed twins, proofs of service and a signed list of their digests.

A ZIP whose bytes depend on its content alone. Whoever holds it checks it with the certificates of the platform and nothing
else; a file added, changed or taken away is found (legal guard G17).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from xinheng.core.canonical import digest
from xinheng.core.refusal import Refusal
from xinheng.documents.signing import Signer, sign_value, verify_letter, verify_value

MANIFEST = "manifest.json"
FORMAT = "xinheng-letters-1"
_EARLIEST = (1980, 1, 1, 0, 0, 0)
MOST_BYTES = 200 * 1024 * 1024
"""Of one unpacked package, so that a small file cannot fill the memory."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with one file of the package."""

    name: str
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A package that was checked: genuine where nothing was found. ``numbers`` are those of its letters."""

    genuine: bool
    numbers: tuple[str, ...]
    findings: tuple[Finding, ...]


def package(files: Mapping[str, bytes], *, about: Mapping[str, Any], signer: Signer) -> bytes:
    """``files`` by their names in the package; ``about`` is what the list says beside their digests."""
    listed = {
        "format": FORMAT,
        "about": dict(about),
        "files": [
            {"name": name, "size": len(content), "digest": digest(content)}
            for name, content in sorted(files.items())
        ],
    }
    manifest = json.dumps(sign_value(listed, signer), ensure_ascii=False, indent=1, sort_keys=True).encode()
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as out:
        for name, content in [(MANIFEST, manifest), *sorted(files.items())]:
            out.writestr(ZipInfo(name, _EARLIEST), content, compress_type=ZIP_DEFLATED)
    return packed.getvalue()


def verify_package(packed: bytes, trusted: Sequence[bytes]) -> Opened:
    """Checks list, digests, papers and twins. Refusal AR1 for what is no package at all."""
    files = _unpacked(packed)
    findings: list[Finding] = []
    listed = _listed(files, trusted, findings)
    for name in sorted(set(files) - set(listed) - {MANIFEST}):
        findings.append(Finding(name, "清单中没有这个文件。"))
    numbers = []
    for name, wanted in sorted(listed.items()):
        content = files.get(name)
        if content is None:
            findings.append(Finding(name, "文件缺失。"))
        elif digest(content) != wanted:
            findings.append(Finding(name, "内容与清单不一致。"))
        elif name.endswith(".pdf") and not name.startswith("proofs/"):
            seen = verify_letter(content, trusted)
            findings += [] if seen.genuine else [Finding(name, seen.cause)]
        elif name.endswith(".json"):
            numbers += _twin(name, content, files, trusted, findings)
    return Opened(genuine=not findings, numbers=tuple(numbers), findings=tuple(findings))


def _unpacked(packed: bytes) -> dict[str, bytes]:
    try:
        with ZipFile(BytesIO(packed)) as given:
            entries = given.infolist()
            names = {entry.filename for entry in entries}
            if MANIFEST not in names or len(names) != len(entries):
                raise BadZipFile
            if sum(entry.file_size for entry in entries) > MOST_BYTES:
                raise BadZipFile
            return {entry.filename: given.read(entry) for entry in entries}
    except (BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise Refusal(
            "AR1", "这不是信衡的文书归档包。", advice="请选择由系统导出的 .zip 归档包或者 .pdf 文书。"
        ) from error


def _listed(files: Mapping[str, bytes], trusted: Sequence[bytes], findings: list[Finding]) -> dict[str, str]:
    try:
        signed = json.loads(files[MANIFEST])
        listed = {one["name"]: one["digest"] for one in signed["content"]["files"]}
    except (ValueError, KeyError, TypeError):
        findings.append(Finding(MANIFEST, "清单无法读取。"))
        return {}
    seen = verify_value(signed, trusted)
    if not seen.genuine:
        findings.append(Finding(MANIFEST, seen.cause))
    return listed


def _twin(
    name: str,
    content: bytes,
    files: Mapping[str, bytes],
    trusted: Sequence[bytes],
    findings: list[Finding],
) -> list[str]:
    """The numbers of the letter; its paper must be the one that the twin names."""
    try:
        signed = json.loads(content)
        number, wanted = str(signed["content"]["letter"]["number"]), signed["content"]["paper"]
    except (ValueError, KeyError, TypeError):
        findings.append(Finding(name, "数据文书无法读取。"))
        return []
    seen = verify_value(signed, trusted)
    if not seen.genuine:
        findings.append(Finding(name, seen.cause))
    paper = files.get(name.removesuffix(".json") + ".pdf")
    if paper is None or digest(paper) != wanted:
        findings.append(Finding(name, "与同名的文书不是同一份。"))
    return [number]
