"""Small real files as people and attackers send them, made on the spot."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, PdfObject, TextStringObject


def pdf(path: Path, *, pages: int = 1, mark: str = "") -> Path:
    """A scan without anything active; ``mark`` makes its content its own."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    writer.add_metadata({"/Title": mark or "承诺书"})
    writer.write(path)
    return path


def pdf_with_script(path: Path) -> Path:
    return _acting(path, {"/S": NameObject("/JavaScript"), "/JS": TextStringObject("app.alert('x');")})


def pdf_with_launch(path: Path) -> Path:
    return _acting(path, {"/S": NameObject("/Launch"), "/F": TextStringObject("cmd.exe")})


def _acting(path: Path, action: Mapping[str, PdfObject]) -> Path:
    """The action hangs below the page, as one that runs when the page is opened."""
    writer = PdfWriter()
    page = writer.add_blank_page(595, 842)
    named = DictionaryObject({NameObject(key): value for key, value in action.items()})
    page[NameObject("/AA")] = DictionaryObject({NameObject("/O"): named})
    writer.write(path)
    return path


def pdf_with_file(path: Path) -> Path:
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    writer.add_attachment("a.exe", b"MZ")
    writer.write(path)
    return path


def pdf_locked(path: Path) -> Path:
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(path)
    return path


def picture(path: Path, form: str, *, size: tuple[int, int] = (80, 40), pages: int = 1) -> Path:
    images = [Image.new("RGB", size, (200, 30 + number, 30)) for number in range(pages)]
    more = {"save_all": True, "append_images": images[1:]} if pages > 1 else {}
    images[0].save(path, format=form, **more)
    return path


def bomb(path: Path) -> Path:
    """A PNG of a few kilobytes that says it is forty thousand pixels a side."""
    head = struct.pack(">IIBBBBB", 40_000, 40_000, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * 5001 * 400, 9)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")
    )
    return path


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def package(path: Path, parts: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


TYPES = b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
DOCX = {"[Content_Types].xml": TYPES, "word/document.xml": b"<w:document/>"}
XLSX = {"[Content_Types].xml": TYPES, "xl/workbook.xml": b"<workbook/>"}
OFD = {"OFD.xml": b"<ofd:OFD/>", "Doc_0/Document.xml": b"<ofd:Document/>"}


def archive_bytes() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", b"x")
    return out.getvalue()
