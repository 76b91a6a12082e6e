"""What an attachment may be: seven kinds of document, known by their content and never by their name.

Decides which feed asks for scans (淮政办发〔2020〕80号二（一）: 登记表及承诺书图片或扫描件), under which name a file is handed
out, and what an unscanned or infected file may still do. What is active inside a file is found by the room of intake.
"""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Literal

from xinheng.core.feeds import ITEMS, Feed

Need = Literal["required", "optional"]
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_LONGEST = 80


class Kind(StrEnum):
    """The documents that are taken."""

    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"
    TIFF = "tiff"
    OFD = "ofd"
    DOCX = "docx"
    XLSX = "xlsx"

    @property
    def label(self) -> str:
        return {"jpeg": "JPG", "tiff": "TIFF"}.get(self.value, self.value.upper())

    @property
    def suffix(self) -> str:
        return {"jpeg": "jpg", "tiff": "tif"}.get(self.value, self.value)

    @property
    def media_type(self) -> str:
        return _MEDIA_TYPES[self]

    @property
    def image(self) -> bool:
        return self in (Kind.JPEG, Kind.PNG, Kind.TIFF)


_OFFICE = "application/vnd.openxmlformats-officedocument."
_MEDIA_TYPES = {
    Kind.PDF: "application/pdf",
    Kind.JPEG: "image/jpeg",
    Kind.PNG: "image/png",
    Kind.TIFF: "image/tiff",
    Kind.OFD: "application/ofd",
    Kind.DOCX: f"{_OFFICE}wordprocessingml.document",
    Kind.XLSX: f"{_OFFICE}spreadsheetml.sheet",
}
PUBLIC = tuple(kind for kind in Kind if kind is not Kind.TIFF)
"""The kinds that can be written again for everybody: a picture that every browser shows, a file without its makers."""
_SUFFIXES = {Kind.JPEG: (".jpg", ".jpeg"), Kind.TIFF: (".tif", ".tiff")}


def accepted(kinds: Iterable[Kind]) -> str:
    """For the file field of a form; it helps who chooses and decides nothing."""
    return ",".join(suffix for kind in kinds for suffix in _SUFFIXES.get(kind, (f".{kind.suffix}",)))


ACCEPT = accepted(Kind)
_HEADS: tuple[tuple[bytes, Kind], ...] = (
    (b"%PDF-1.", Kind.PDF),
    (b"%PDF-2.", Kind.PDF),
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"II*\x00", Kind.TIFF),
    (b"MM\x00*", Kind.TIFF),
)
_PACKED = b"PK\x03\x04"
_PARTS = {Kind.OFD: "OFD.xml", Kind.DOCX: "word/document.xml", Kind.XLSX: "xl/workbook.xml"}


def kind_by_head(head: bytes) -> Kind | None:
    """The kind whose signature the content begins with; packages are told apart by ``kind_by_parts``."""
    return next((kind for signature, kind in _HEADS if head.startswith(signature)), None)


def is_package(head: bytes) -> bool:
    return head.startswith(_PACKED)


def kind_by_parts(names: Iterable[str]) -> Kind | None:
    """What a zip package is, by the one part that each kind must have; None for an archive of files."""
    held = set(names)
    found = [kind for kind, part in _PARTS.items() if part in held]
    return found[0] if len(found) == 1 else None


class Target(StrEnum):
    """To what a file can be attached."""

    BATCH = "batch"
    RECORD = "record"
    STATEMENT = "statement"
    CASE = "case"


class Barred(StrEnum):
    """Why a file cannot go to the public: what nobody but its maker can take out, or see to."""

    REMARKS = "remarks"
    REVISIONS = "revisions"
    HIDDEN = "hidden"
    NAMED = "named"
    UNREADABLE = "unreadable"

    @property
    def label(self) -> str:
        return {
            "remarks": "批注",
            "revisions": "修订记录",
            "hidden": "隐藏的工作表、数据连接、共享修订或者附带的文件",
            "named": "电子签名或者电子印章，它的属性里写有作者等信息",
            "unreadable": "平台打不开的内容",
        }[self.value]


class Checked(StrEnum):
    """What the virus scanner has said."""

    UNCHECKED = "unchecked"
    CLEAN = "clean"
    INFECTED = "infected"

    @property
    def label(self) -> str:
        return {"unchecked": "未查毒", "clean": "未发现病毒", "infected": "发现病毒"}[self.value]

    def may_open(self, *, scanner: bool) -> bool:
        """Where a scanner is declared nothing is opened before it has spoken; what it found bad never is."""
        return self is Checked.CLEAN or (self is Checked.UNCHECKED and not scanner)


def file_name(title: str, kind: Kind) -> str:
    """The name under which the file is handed out: no path, no control or direction mark, the suffix of its content."""
    stem = _UNSAFE.sub("", title).strip(". ")
    for known in (f".{one}" for one in ACCEPT.replace(".", "").split(",")):
        stem = stem.removesuffix(known).removesuffix(known.upper())
    return f"{stem[:_LONGEST].strip('. ') or '附件'}.{kind.suffix}"


def scans_needed(feed: Feed, *, register_due: bool) -> Need | None:
    """Whether records of the feed come with a scan. Where the city's document asks for the register of commitments
    with its scans each month, those of commitments are required."""
    if register_due and feed.item_number == ITEMS["commitment"]:
        return "required"
    return feed.scan
