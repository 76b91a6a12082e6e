"""Runs alone in a child process: writes one file again without what it tells of its makers, under hard limits.

Usage: ``python clearing_child.py KIND FILE MEMORY_MIB SECONDS OUT TITLE``, KIND being pdf, docx, xlsx or ofd. Properties
(author, organisation, program, times, own fields), XMP but for the standard of PDF/A that the file keeps, small pictures of
the first page and what cameras write into pictures are left out. Prints one JSON line: ``found``: remarks, revisions or hidden parts, for which nothing is written;
``signed``: whether a signature covers the file, which is then not written; ``named``: whether its properties tell of somebody.
Imports nothing of the package but its neighbour. Exit codes as of ``attachment_child``.
"""

import json
import posixpath
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    from attachment_child import limit  # type: ignore[import-not-found, unused-ignore]
else:
    from xinheng.intake.attachment_child import limit

_PROGRAM = {"/Title", "/Subject", "/Creator", "/Producer", "/CreationDate", "/ModDate", "/Trapped"}
"""Properties of a PDF that tell of programs and times alone."""
_QUIET = {"/Link", "/Widget", "/PrinterMark", "/TrapNet", "/Watermark"}
"""Annotations that are no remark of a reader."""
_XMP_NAMES = re.compile(rb"creator>\s*<\w*:?(?:Seq|Bag|li)|[<\s:](?:Author|Manager|Company|authors?)\b", re.I)
_ARCHIVE = {
    name: re.compile(rb"\bpdfaid:%s(?:>\s*|\s*=\s*[\"'])([0-9A-Za-z]{1,4})\s*[<\"']" % name.encode())
    for name in ("part", "rev", "conformance")
}
"""What XMP says of PDF/A, as an element or an attribute: part, edition and level of the standard (ISO 19005)."""
_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>{marks}
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""
_TRACES = ("/PieceInfo", "/LastModified", "/SpiderInfo")

_DROPPED = re.compile(r"^(?:docprops/|customxml/|word/people\.xml$|xl/persons/)")
_HELD = {
    "remarks": re.compile(
        r"^xl/(?:comments\d*\.xml$|comments/|threadedcomments/)|^word/comments\w*\.xml$", re.I
    ),
    "hidden": re.compile(r"^xl/(?:revisions/|connections\.xml$)"),
}
_AUTHOR = re.compile(rb"<[^<>]*[\s:]author\s*=\s*[\"']")
_HIDDEN_SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^<>]*\bstate\s*=\s*[\"'](?:very)?hidden", re.I)
_PATHS = re.compile(
    rb"<(?:\w+:)?(?:absPath|fileSharing)\b[^<>]*(?:/>|>\s*</(?:\w+:)?(?:absPath|fileSharing)>)"
)
_PROPERTY_NAMES = re.compile(
    rb"<(?:\w+:)?(?:creator|lastModifiedBy|Company|Manager|property)(?:\s[^<>]*)?>\s*[^<\s]"
)
_OFD_REMARK = re.compile(rb"<(?:\w+:)?Annot\s(?![^<>]*\bType\s*=\s*[\"'](?:Link|Watermark|Stamp)[\"'])")
_OFD_MAKER = re.compile(
    rb"(<(?:\w+:)?Annot\s[^<>]*?)\s(?:Creator|LastModDate)\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*')"
)
_OFD_KEPT = {"DocID", "DocUsage"}
_OFD_NAMES = {"Author", "CustomDatas"}
_DAY = (1980, 1, 1, 0, 0, 0)

_KEPT = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
"""Application segments of a JPEG that stay, by mark and beginning: its measure and its colours."""
_BARE = {0x00, 0x01, *range(0xD0, 0xD9), 0xFF}
"""What may stand behind FF without a length: fill bytes and marks that say nothing outside a picture."""
_PICTURE_OVER = re.compile(rb"\xff[^\x00\x01\xd0-\xd7\xff]")


def clear_pdf(path: Path, out: Path, title: str) -> dict[str, object]:
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import DictionaryObject, IndirectObject, NameObject, NullObject, StreamObject

    reader = PdfReader(str(path), strict=False)
    annotations = _annotations(reader)
    if any(one.get("/Subtype") not in _QUIET for one in annotations):
        return {"found": "remarks"}
    if _signed(reader) or any(one.get("/FT") == "/Sig" and "/V" in one for one in annotations):
        return {"signed": True, "named": _names(reader)}
    marks = _archive_marks(_xmp(reader))
    writer = PdfWriter(clone_from=reader)
    for thing in writer._objects:
        if not isinstance(thing, DictionaryObject):
            continue
        told = thing.raw_get("/Metadata") if "/Metadata" in thing else None
        if isinstance(told, IndirectObject):
            writer._objects[told.idnum - 1] = NullObject()
        for key in ("/Metadata", *_TRACES):
            thing.pop(key, None)
        if isinstance(thing, StreamObject):
            _clear_stream(thing)
    writer.pdf_header = reader.pdf_header
    writer.metadata = None
    if marks:
        writer.root_object[NameObject("/Metadata")] = writer._add_object(_packet(title, marks))
    else:
        writer.metadata = {"/Title": title, "/Producer": ""}
    writer.write(str(out))
    return {}


def _archive_marks(xmp: bytes) -> str:
    found = {name: mark.search(xmp) for name, mark in _ARCHIVE.items()}
    if found["part"] is None:
        return ""
    return "".join(f"<pdfaid:{n}>{one[1].decode()}</pdfaid:{n}>" for n, one in found.items() if one)


def _packet(title: str, marks: str) -> Any:
    """In clear, and with the title that otherwise stands beside it, as PDF/A asks."""
    from pypdf.generic import DecodedStreamObject, NameObject

    made = DecodedStreamObject()
    made.set_data(_XMP.format(title=escape(title), marks=marks).encode())
    made[NameObject("/Type")] = NameObject("/Metadata")
    made[NameObject("/Subtype")] = NameObject("/XML")
    return made


def _clear_stream(stream: Any) -> None:
    """A JPEG, also one that is packed once more (``[/FlateDecode /DCTDecode]``), which is then kept as it was within."""
    from pypdf.filters import decode_stream_data
    from pypdf.generic import ArrayObject, NameObject, StreamObject

    told = _under(stream, "/Filter")
    filters = [one.get_object() for one in told] if isinstance(told, list) else [told]
    if filters[-1:] != ["/DCTDecode"]:
        return
    if filters[:-1]:
        settings = _under(stream, "/DecodeParms")
        packed = StreamObject()
        packed._data = stream._data
        packed[NameObject("/Filter")] = ArrayObject(filters[:-1])
        if isinstance(settings, list) and len(settings) == len(filters):
            packed[NameObject("/DecodeParms")] = ArrayObject(settings[:-1])
        stream._data = decode_stream_data(packed)
        stream.pop("/DecodeParms", None)
        stream[NameObject("/Filter")] = NameObject("/DCTDecode")
        if isinstance(settings, list) and isinstance(last := settings[-1].get_object(), dict):
            stream[NameObject("/DecodeParms")] = last
    stream._data = clear_picture(stream._data)


def _under(thing: Any, key: str) -> Any:
    found = thing.get(key)
    return None if found is None else found.get_object()


def _annotations(reader: Any) -> list[Any]:
    held = [page["/Annots"] for page in reader.pages if "/Annots" in page]
    found = [one.get_object() for many in held if isinstance(many, list) for one in many]
    return [one for one in found if isinstance(one, dict)]


def _signed(reader: Any) -> bool:
    form = reader.trailer["/Root"].get("/AcroForm")
    flags = form.get_object().get("/SigFlags", 0) if form is not None else 0
    return bool(int(flags) & 1) or "/Perms" in reader.trailer["/Root"]


def _names(reader: Any) -> bool:
    properties = reader.trailer.get("/Info")
    told = properties.get_object() if properties is not None else {}
    return any(str(told[key]).strip() for key in told if key not in _PROGRAM) or bool(
        _XMP_NAMES.search(_xmp(reader))
    )


def _xmp(reader: Any) -> bytes:
    xmp = reader.trailer["/Root"].get("/Metadata")
    return bytes(xmp.get_object().get_data()) if xmp is not None else b""


def clear_picture(content: bytes) -> bytes:
    """A JPEG without what its camera wrote, a PNG without its words; anything else as it is."""
    if content.startswith(b"\xff\xd8"):
        return b"".join(_segments(content))
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return content[:8] + b"".join(_chunks(content))
    return content


def _segments(content: bytes) -> Iterator[bytes]:
    """The first picture alone: cameras put more behind its end, with all they know in each."""
    yield content[:2]
    at = 2
    while 0 <= (at := content.find(b"\xff", at)) < len(content) - 1:
        mark = content[at + 1]
        if mark == 0xD9:
            yield content[at : at + 2]
            return
        if mark in _BARE:
            at += 1
            continue
        end = at + 2 + max(2, int.from_bytes(content[at + 2 : at + 4]))
        if _kept(mark, content[at + 4 : end]):
            yield content[at:end]
        at = end
        if mark == 0xDA:
            over = _PICTURE_OVER.search(content, at)
            at = over.start() if over else len(content)
            yield content[end:at]


def _kept(mark: int, body: bytes) -> bool:
    if not (0xE0 <= mark <= 0xEF or mark == 0xFE):
        return True
    return mark in _KEPT and body.startswith(_KEPT[mark])


def _chunks(content: bytes) -> Iterator[bytes]:
    at = 8
    while at + 8 <= len(content):
        end = at + 12 + int.from_bytes(content[at : at + 4])
        kind = content[at + 4 : at + 8]
        if kind not in (b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME"):
            yield content[at:end]
        if kind == b"IEND":
            return
        at = end


def clear_office(path: Path, out: Path) -> dict[str, object]:
    with zipfile.ZipFile(path) as source:
        names = [one.filename for one in source.infolist() if not one.is_dir()]
        for found, held in _HELD.items():
            if any(held.search(name.lower()) and _says(source, name) for name in names):
                return {"found": found}
        for name in names:
            if name.lower().endswith(".xml") and not _DROPPED.search(name.lower()):
                if name.startswith("word/") and _AUTHOR.search(source.read(name)):
                    return {"found": "revisions"}
                if name == "xl/workbook.xml" and _HIDDEN_SHEET.search(source.read(name)):
                    return {"found": "hidden"}
        if any(name.lower().startswith("_xmlsignatures/") for name in names):
            told = [source.read(name) for name in names if name.lower().startswith("docprops/")]
            return {"signed": True, "named": any(_PROPERTY_NAMES.search(one) for one in told)}
        gone = {name for name in names if _DROPPED.search(name.lower())}
        with zipfile.ZipFile(out, "w") as made:
            for name in names:
                if name not in gone and not _of_dropped(name):
                    _put(made, name, _office_part(name, source.read(name), gone))
    return {}


def _says(source: zipfile.ZipFile, name: str) -> bool:
    """Programs write empty parts for remarks."""
    return not name.lower().startswith("word/") or b"comment " in source.read(name)


def _of_dropped(name: str) -> bool:
    folder, _, last = name.rpartition("/_rels/")
    return bool(last and _DROPPED.search(f"{folder}/{last.removesuffix('.rels')}".lower()))


def _office_part(name: str, content: bytes, gone: set[str]) -> bytes:
    if name == "[Content_Types].xml":
        return _without(content, lambda one: str(one.get("PartName", "")).lstrip("/") in gone)
    if name.endswith(".rels"):
        folder = posixpath.dirname(posixpath.dirname(name))
        return _without(content, lambda one: _target(folder, one) in gone)
    if name == "xl/workbook.xml":
        return _PATHS.sub(b"", content)
    return clear_picture(content) if "/media/" in name else content


def _target(folder: str, relation: ET.Element) -> str:
    target = str(relation.get("Target", ""))
    return posixpath.normpath(
        target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
    )


def _without(content: bytes, unwanted: Any) -> bytes:
    root = _parsed(content)
    for one in [one for one in root if unwanted(one)]:
        root.remove(one)
    return _written(root)


def _parsed(content: bytes) -> ET.Element:
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise ValueError("a document type")
    return ET.fromstring(content)


def _written(root: ET.Element) -> bytes:
    ET.register_namespace("", root.tag.partition("}")[0].lstrip("{"))
    return bytes(ET.tostring(root, encoding="UTF-8", xml_declaration=True))


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    """Under a day that tells nothing."""
    entry = zipfile.ZipInfo(name, _DAY)
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)


def clear_ofd(path: Path, out: Path, title: str) -> dict[str, object]:
    with zipfile.ZipFile(path) as source:
        parts = {one.filename: source.read(one) for one in source.infolist() if not one.is_dir()}
    texts = {name: content for name, content in parts.items() if name.lower().endswith(".xml")}
    if any(_OFD_REMARK.search(content) for content in texts.values()):
        return {"found": "remarks"}
    if any(re.search(rb"<(?:\w+:)?Attachments[\s>]", content) for content in texts.values()):
        return {"found": "hidden"}
    root = _parsed(parts["OFD.xml"])
    told = [one for one in root.iter() if _local(one) == "DocInfo"]
    if any(_local(one) == "Signatures" for one in root.iter()):
        named = any(
            _local(one) in _OFD_NAMES and "".join(one.itertext()).strip() for info in told for one in info
        )
        return {"signed": True, "named": named}
    for info in told:
        for one in list(info):
            if _local(one) == "Title":
                one.text = title
            elif _local(one) not in _OFD_KEPT:
                info.remove(one)
    ET.register_namespace("ofd", root.tag.partition("}")[0].lstrip("{"))
    parts["OFD.xml"] = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    with zipfile.ZipFile(out, "w") as made:
        for name, content in parts.items():
            _put(made, name, _without_makers(content) if name in texts else clear_picture(content))
    return {}


def _without_makers(content: bytes) -> bytes:
    while (less := _OFD_MAKER.sub(rb"\1", content)) != content:
        content = less
    return content


def _local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def main(arguments: list[str]) -> int:
    kind, path, out, title = arguments[0], Path(arguments[1]), Path(arguments[4]), arguments[5]
    limit(int(arguments[2]), int(arguments[3]))
    try:
        if kind == "pdf":
            told = clear_pdf(path, out, title)
        else:
            told = clear_ofd(path, out, title) if kind == "ofd" else clear_office(path, out)
    except MemoryError:
        return 4
    except Exception as error:
        sys.stderr.write(type(error).__name__)
        return 4 if "Limit" in type(error).__name__ or getattr(error, "errno", None) else 3
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
