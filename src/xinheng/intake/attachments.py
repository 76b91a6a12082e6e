"""Looks into one attachment before it is kept: what it is by its content, and whether anything in it could act.

Only seven kinds pass (core.attachments), or those of them that the caller names. Refused are archives, files that are two things at once, PDFs with scripts,
launch actions or embedded files, office files with macros, and what costs more to decode than the limits allow. What
passes may still hold what a virus scanner knows; that is asked apart.
"""

import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xinheng.core.attachments import Kind, is_package, kind_by_head, kind_by_parts
from xinheng.core.refusal import Refusal

CHILD = Path(__file__).with_name("attachment_child.py")
MIB = 1024 * 1024
_HEAD = 1024
_TAIL = 2048
_FORMS = {Kind.JPEG: "JPEG", Kind.PNG: "PNG", Kind.TIFF: "TIFF"}
_MACROS = re.compile(
    r"(?:^|/)(?:vbaproject\.bin|vbadata\.xml)$|/activex/|/macrosheets/|/embeddings/|/dialogsheets/"
)
_PROGRAMS = re.compile(
    r"\.(?:exe|dll|com|scr|bat|cmd|ps1|vbs|vbe|js|jse|wsf|hta|jar|msi|lnk|sh|so|html?|svg|zip|rar|7z|pdf)$"
)
_RAW_ACTIVE = re.compile(rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|ImportData|SubmitForm)\b")
_OUTSIDE = re.compile(
    rb'(?:attachedTemplate|oleObject|frame|subDocument|externalLinkPath)"[^>]*TargetMode="External"'
    rb'|TargetMode="External"[^>]*(?:attachedTemplate|oleObject|frame|subDocument|externalLinkPath)"'
)
_LAYERS = 400
_RELATIONS = 4 * MIB
_FOUND = {
    "script": ("AT05", "PDF 中含有脚本或可执行表单"),
    "launch": ("AT06", "PDF 中含有启动程序、提交数据或打开其他文件的动作"),
    "embedded": ("AT07", "PDF 中嵌有其他文件或多媒体"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What looking into one file may cost: pixels of one page, unpacked bytes of a package, MiB and seconds of the child."""

    pixels: int
    unpacked_bytes: int = 512 * MIB
    unpacked_ratio: int = 200
    child_memory: int = 1536
    child_seconds: int = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """What a file is. ``pages`` is None for packages, which stay closed to us."""

    kind: Kind
    pages: int | None = None


def inspect(path: Path, bounds: Bounds, *, taken: Collection[Kind] = tuple(Kind)) -> Inspected:
    """Raises Refusal (AT01–AT13); nothing of the file is kept by then. ``taken``: the kinds that pass here."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head:
        raise Refusal("AT01", "这个文件是空的。", advice="请确认扫描或导出成功后重新上传。")
    if is_package(head):
        return Inspected(kind=_package(path, head, bounds))
    kind = kind_by_head(head)
    if kind is None or kind not in taken:
        *first, last = (one.label for one in taken)
        raise Refusal(
            "AT02",
            f"不能接收这种文件：从内容看，它不是{'、'.join((*first, last))}中的任何一种（与文件名无关）。",
            advice=f"请另存或扫描为 {'、'.join(first)} 或 {last} 后上传。",
        )
    _refuse_two_in_one(path, head, kind)
    told = _pdf(path, bounds) if kind is Kind.PDF else _image(path, kind, bounds)
    return Inspected(kind=kind, pages=int(told["pages"]))


def inspect_pictures(paths: Sequence[Path], bounds: Bounds) -> dict[Path, Inspected | Refusal]:
    """As ``inspect`` for several small pictures, in one child: starting one a picture costs more than looking.

    What one child cannot answer for all is asked picture by picture.
    """
    found: dict[Path, Inspected | Refusal] = {}
    pictures: dict[Path, Kind] = {}
    for path in paths:
        try:
            pictures[path] = _picture(path)
        except Refusal as refusal:
            found[path] = refusal
    many = [part for path, kind in pictures.items() for part in (_FORMS[kind], str(path))]
    try:
        told = answer_of("pictures", Path(), bounds, str(bounds.pixels), *many)["pictures"] if many else []
    except Refusal:
        told = [None] * len(pictures)
    for (path, kind), pages in zip(pictures.items(), told, strict=True):
        try:
            found[path] = Inspected(kind=kind, pages=pages) if pages else inspect(path, bounds)
        except Refusal as refusal:
            found[path] = refusal
    return found


def _picture(path: Path) -> Kind:
    with path.open("rb") as file:
        head = file.read(_HEAD)
    kind = kind_by_head(head)
    if kind not in _FORMS:
        raise Refusal("AT24", "这不是照片或者签名的图像，没有接收。", advice="请重新拍照或者重新签名。")
    _refuse_two_in_one(path, head, kind)
    return kind


def drawn_anew(
    path: Path, out: Path, *, kind: Kind, page: int, longest: int, bounds: Bounds
) -> tuple[int, int]:
    """One page of an image as a new JPEG of at most ``longest`` pixels a side, in ``out``; returns width and height. Raises
    Refusal."""
    form = (_FORMS[kind], str(bounds.pixels), str(page), str(longest), str(out))
    told = answer_of("draw", path, bounds, *form)
    return int(told["width"]), int(told["height"])


def _package(path: Path, head: bytes, bounds: Bounds) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            kind = kind_by_parts(entry.filename for entry in entries)
            if kind is None:
                raise Refusal(
                    "AT03",
                    "不接收压缩包：里面的文件无法逐一核对和查看。",
                    advice="请解压后逐个上传，一份材料一个文件。",
                )
            _refuse_unpacked_size(entries, path, bounds)
            _refuse_active_package(archive, entries)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise _broken() from error
    if b"%PDF-" in head or entries[0].header_offset != 0:
        raise _two_in_one()
    return kind


def _refuse_unpacked_size(entries: list[zipfile.ZipInfo], path: Path, bounds: Bounds) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    ratio = unpacked / max(path.stat().st_size, 1)
    if unpacked > bounds.unpacked_bytes or (unpacked > 10 * MIB and ratio > bounds.unpacked_ratio):
        raise _too_costly(f"解压后异常庞大（{unpacked // MIB} MiB）")


def _refuse_active_package(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    for entry in entries:
        name = f"/{entry.filename.lower()}"
        if entry.flag_bits & 1:
            raise _locked()
        if _MACROS.search(name) or _PROGRAMS.search(name):
            raise _macro()
        if name == "/[content_types].xml" and b"macroenabled" in _read(archive, entry).lower():
            raise _macro()
        if name.endswith(".rels") and _OUTSIDE.search(_read(archive, entry)):
            raise _macro()


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Small parts only; a larger one than any office program writes is refused."""
    with archive.open(entry) as part:
        content = part.read(_RELATIONS + 1)
    if len(content) > _RELATIONS:
        raise _too_costly("文件的目录部分异常庞大")
    return content


def _refuse_two_in_one(path: Path, head: bytes, kind: Kind) -> None:
    """A picture or PDF that is also an archive, another document or a program for whoever opens it otherwise."""
    if zipfile.is_zipfile(path) or (kind is not Kind.PDF and b"%PDF-" in head):
        raise _two_in_one()
    if kind is Kind.PDF:
        with path.open("rb") as file:
            file.seek(max(path.stat().st_size - _TAIL, 0))
            if b"%%EOF" not in file.read():
                raise _broken()


def _pdf(path: Path, bounds: Bounds) -> dict[str, Any]:
    told = answer_of("pdf", path, bounds)
    if found := _FOUND.get(told.get("found", "")):
        raise _active(*found)
    if told.get("found") == "locked":
        raise _locked()
    if _RAW_ACTIVE.search(path.read_bytes()):
        raise _active(*_FOUND["script"])
    return told


def _image(path: Path, kind: Kind, bounds: Bounds) -> dict[str, Any]:
    return answer_of("image", path, bounds, _FORMS[kind], str(bounds.pixels))


def answer_of(deed: str, path: Path, bounds: Bounds, *more: str, child: Path = CHILD) -> dict[str, Any]:
    """What a child says of the file under these bounds. Raises Refusal where it cannot be read or costs too much."""
    numbers = (str(bounds.child_memory), str(bounds.child_seconds))
    command = [sys.executable, "-I", str(child), deed, str(path), *numbers, *more]
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=bounds.child_seconds + 15, check=False, encoding="utf-8"
        )
    except subprocess.TimeoutExpired as error:
        raise _too_costly("打开它超过了时间限制") from error
    if done.returncode == 3:
        raise _broken()
    if done.returncode != 0:
        raise _too_costly("打开它超过了内存或时间限制")
    told: dict[str, Any] = json.loads(done.stdout)
    if told.get("found") == "large":
        raise _too_costly(f"图像的像素或页数过多（每页上限 {bounds.pixels // 1_000_000} 百万像素）")
    return told


def _active(code: str, sentence: str) -> Refusal:
    return Refusal(
        code, f"{sentence}，不能接收。", advice="请用“打印为 PDF”或重新扫描的办法去掉这些内容后上传。"
    )


def _macro() -> Refusal:
    return Refusal(
        "AT08",
        "文件中含有宏、控件、程序或指向外部的模板，不能接收。",
        advice="请另存为不含宏的 DOCX、XLSX，或导出为 PDF 后上传。",
    )


def _two_in_one() -> Refusal:
    return Refusal(
        "AT09",
        "文件的内容同时是两种格式（例如图片后面接有压缩包），不能接收。",
        advice="请重新扫描或导出后上传。",
    )


def _too_costly(cause: str) -> Refusal:
    return Refusal(
        "AT10", f"{cause}，已拒绝打开。", advice="请降低分辨率（300 dpi 即可）或分成几个文件后上传。"
    )


def _locked() -> Refusal:
    return Refusal("AT11", "文件设有密码，无法核对内容。", advice="请去掉密码后重新上传。")


def _broken() -> Refusal:
    return Refusal(
        "AT12", "文件不完整或已损坏，无法打开核对。", advice="请确认在本机能打开，再重新扫描或导出后上传。"
    )
