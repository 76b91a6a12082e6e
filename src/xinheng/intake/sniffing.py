"""Finds out what a file is by its content, not by its name: workbook or text, and in which encoding.

Departments send XLSX and XLS named .csv, GB18030 beside UTF-8, and text exported as UTF-16. A file that is
none of these is named, so that the sender knows what to do.
"""

import codecs
import re
import zipfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from xinheng.core.refusal import Refusal

BLOCK = 1024 * 1024


class Format(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"
    JSON = "json"


_FOREIGN = (
    (b"%PDF", "PDF 文档"),
    (b"Rar!", "RAR 压缩包"),
    (b"7z\xbc\xaf", "7z 压缩包"),
    (b"\x1f\x8b", "gzip 压缩包"),
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"{\\rtf", "RTF 文档"),
)
_BEGINS_AS_JSON = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:\{\s*[\"}]|\[\s*[\]{])")
"""A JSON object, or a list of objects."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def unreadable(message: str, advice: str = "请重新导出为 CSV（UTF-8）或 XLSX 后上传。") -> Refusal:
    """The whole file cannot be read (E19)."""
    return Refusal("E19", message, advice=advice)


def format_of(path: Path) -> Format:
    """Raises Refusal (E19) for an empty file or one that is neither text nor a workbook."""
    with path.open("rb") as file:
        start = file.read(512)
    if not start:
        raise unreadable("文件是空的。", "请确认导出成功后重新上传。")
    if start.startswith(_OLE):
        return Format.XLS
    if start.startswith(b"PK"):
        return _format_of_archive(path)
    for magic, what in _FOREIGN:
        if start.startswith(magic):
            raise unreadable(f"文件是{what}，不是表格。")
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<html", b"<!doctype", b"<?xml", b"<table")):
        raise unreadable("文件是网页或 XML，不是表格。", "请在原系统中另存为 CSV 或 XLSX 后上传。")
    return Format.JSON if _BEGINS_AS_JSON.match(start) else Format.CSV


def _format_of_archive(path: Path) -> Format:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise unreadable("工作簿不完整，可能上传中断。", "请确认本地文件能打开后重新上传。") from error
    if any(name.startswith("xl/") for name in names):
        return Format.XLSX
    if "content.xml" in names:
        return Format.ODS
    raise unreadable("文件是压缩包，不是工作簿。", "请解压后逐个上传其中的表格。")


@dataclass(frozen=True, slots=True)
class Text:
    """A file of UTF-8 text. ``sure`` is false where only its beginning was decoded; ``replaced`` tells of U+FFFD."""

    path: Path
    encoding: str
    sure: bool
    replaced: bool = False


def as_utf8(path: Path, work: Path) -> Text:
    """The file itself where its beginning is UTF-8, else a copy in ``work``."""
    with path.open("rb") as file:
        start = file.read(BLOCK)
    for bom, name in _BOMS:
        if start.startswith(bom):
            return _copied(path, work, name)
    if _begins_as(start, "utf-8"):
        return Text(path, "utf-8", sure=False)
    if start.count(b"\x00") > len(start) // 10:
        raise unreadable("文件不是文本表格（含大量空字节）。")
    return _copied(path, work, _nearest(start))


def settled(text: Text, work: Path) -> Text:
    """The same text after every byte was decoded; bytes that are no character become U+FFFD."""
    if text.sure:
        return text
    with text.path.open("rb") as file:
        if _decodes(file, "utf-8"):
            return Text(text.path, "utf-8", sure=True)
        wrong = _first_wrong(file)
    return _copied(text.path, work, _nearest(wrong))


def _copied(path: Path, work: Path, encoding: str) -> Text:
    target = work / "text.csv"
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    replaced = False
    with path.open("rb") as read, target.open("wb") as write:
        while block := read.read(BLOCK):
            characters = decoder.decode(block)
            replaced = replaced or "\ufffd" in characters
            write.write(characters.encode("utf-8", errors="replace"))
        write.write(decoder.decode(b"", final=True).encode("utf-8", errors="replace"))
    return Text(target, "utf-8" if encoding == "utf-8-sig" else encoding, sure=True, replaced=replaced)


def _begins_as(start: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(start, final=len(start) < BLOCK)
    except UnicodeDecodeError:
        return False
    return True


def _decodes(file: BinaryIO, encoding: str) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while block := file.read(BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _first_wrong(file: BinaryIO) -> bytes:
    """The block in which UTF-8 first fails."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    while block := file.read(BLOCK):
        try:
            decoder.decode(block)
        except UnicodeDecodeError:
            return block
    return b""


def _nearest(sample: bytes) -> str:
    """UTF-8 with a broken character here and there, GB18030, or neither.

    Broken UTF-8 may by chance be valid GB18030 from end to end; few failures among many characters tell it.
    """
    as_utf8_text = sample.decode("utf-8", errors="replace")
    failures = as_utf8_text.count("\ufffd")
    characters = sum(sign > "\x7f" for sign in as_utf8_text) - failures
    if failures * 4 <= characters:
        return "utf-8"
    if _begins_as(sample, "gb18030"):
        return "gb18030"
    if sample.decode("gb18030", errors="replace").count("\ufffd") > max(20, len(sample) // 50):
        raise unreadable("无法识别文件的字符编码。", "请另存为 CSV UTF-8（逗号分隔）后上传。")
    return "gb18030"
