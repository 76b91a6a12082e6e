"""Writes pages as OFD (GB/T 33190-2016): words as words in embedded faces, lines and fills as paths.

The same pages give the same bytes. The list of everything in the package bears our signature and lies in it as an
attachment, so that a changed file is told from a good one; the electronic seal of GM/T 0031 and GM/T 0099 is not here.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from io import BytesIO
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from xinheng.core.canonical import digest
from xinheng.documents.otf import Face, by_sign, font_file
from xinheng.documents.set_pages import Box, Colour, Page, Pages, Run, Shape
from xinheng.documents.signing import Seen, Signer, sign_value, verify_value

SPACE = "http://www.ofdspec.org/2016"
SIGNED = "Doc_0/Attachs/signature.json"
FORMAT = "xinheng-ofd-1"
_MM = 25.4 / 72
_EARLIEST = (1980, 1, 1, 0, 0, 0)
ET.register_namespace("ofd", SPACE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """What the file says of itself. ``told`` enters what is signed."""

    title: str
    author: str
    made_on: date
    told: Mapping[str, str]


def write_ofd(pages: Pages, cover: Cover, signer: Signer) -> bytes:
    """The signed file."""
    files = _files(pages, cover)
    listed = {
        "format": FORMAT,
        **cover.told,
        "files": [{"name": name, "digest": digest(content)} for name, content in sorted(files.items())],
    }
    signed = json.dumps(sign_value(listed, signer), ensure_ascii=False, indent=1, sort_keys=True)
    return _packed({**files, SIGNED: signed.encode()})


def read_signed(content: bytes, trusted: Sequence[bytes]) -> tuple[Seen, dict[str, Any]]:
    """Whether one of the trusted keys signed exactly this file, and what was signed; nothing where it is not genuine."""
    try:
        files = _unpacked(content)
        signed = json.loads(files.pop(SIGNED))
        listed = {one["name"]: one["digest"] for one in signed["content"]["files"]}
    except (BadZipFile, NotImplementedError, EOFError, OSError, ValueError, KeyError, TypeError):
        return Seen(genuine=False, cause="不是本平台制作的 OFD 文件。"), {}
    seen = verify_value(signed, trusted)
    if not seen.genuine:
        return seen, {}
    if signed["content"].get("format") != FORMAT or listed != {
        name: digest(one) for name, one in files.items()
    }:
        return Seen(genuine=False, signer=seen.signer, cause="签名之后内容被改动过。"), {}
    return seen, dict(signed["content"])


def _packed(files: Mapping[str, bytes]) -> bytes:
    """Stored as they are: the bytes of the whole follow from the files alone."""
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_STORED) as out:
        for name, content in files.items():
            out.writestr(ZipInfo(name, _EARLIEST), content)
    return packed.getvalue()


def _unpacked(content: bytes) -> dict[str, bytes]:
    """Raises BadZipFile for any package but one that this module packs."""
    with ZipFile(BytesIO(content)) as given:
        entries = given.infolist()
        if any(entry.compress_type != ZIP_STORED for entry in entries):
            raise BadZipFile
        files = {entry.filename: given.read(entry) for entry in entries}
    if _packed(files) != content:
        raise BadZipFile
    return files


def _files(pages: Pages, cover: Cover) -> dict[str, bytes]:
    ids = _Ids()
    fonts = {key: (next(ids), f"font_{place}.otf") for place, key in enumerate(sorted(pages.faces))}
    taken = {key: _Taken(face, fonts[key][0], by_sign(face)) for key, face in pages.faces.items()}
    bodies = [_page(page, taken, ids) for page in pages.pages]
    files = {
        **{f"Doc_0/Pages/Page_{place}/Content.xml": _xml(body) for place, body in enumerate(bodies)},
        **{f"Doc_0/Res/{file}": font_file(pages.faces[key]) for key, (_, file) in fonts.items()},
        "Doc_0/PublicRes.xml": _xml(_resources(pages.faces, fonts)),
        "Doc_0/Attachs/Attachments.xml": _xml(_attachments(cover)),
        "Doc_0/Document.xml": _xml(_document(pages.pages, ids)),
    }
    name = sha256(b"".join(files[one] for one in sorted(files))).hexdigest()[:32]
    return {"OFD.xml": _xml(_root(cover, name)), **files}


@dataclass(slots=True)
class _Ids:
    """Numbers of the objects of a document, each once."""

    last: int = 0

    def __iter__(self) -> Iterator[int]:
        return self

    def __next__(self) -> int:
        self.last += 1
        return self.last


def _element(name: str, text: str = "", *inner: ET.Element, **given: str) -> ET.Element:
    made = ET.Element(f"{{{SPACE}}}{name}", given)
    made.text = text or None
    made.extend(inner)
    return made


def _xml(root: ET.Element) -> bytes:
    return bytes(ET.tostring(root, encoding="UTF-8", xml_declaration=True, short_empty_elements=True))


def _root(cover: Cover, name: str) -> ET.Element:
    told = _element(
        "DocInfo",
        "",
        _element("DocID", name),
        _element("Title", cover.title),
        _element("Author", cover.author),
        _element("CreationDate", cover.made_on.isoformat()),
        _element("Creator", "Xinheng"),
    )
    body = _element("DocBody", "", told, _element("DocRoot", "Doc_0/Document.xml"))
    return _element("OFD", "", body, Version="1.1", DocType="OFD")


def _document(pages: Sequence[Page], ids: _Ids) -> ET.Element:
    listed = [
        _element("Page", ID=str(next(ids)), BaseLoc=f"Pages/Page_{place}/Content.xml")
        for place in range(len(pages))
    ]
    shared = _element(
        "CommonData",
        "",
        _element("MaxUnitID", str(ids.last)),
        _area(pages[0]),
        _element("PublicRes", "PublicRes.xml"),
    )
    return _element(
        "Document",
        "",
        shared,
        _element("Pages", "", *listed),
        _element("Attachments", "Attachs/Attachments.xml"),
    )


def _area(page: Page, name: str = "PageArea") -> ET.Element:
    box = f"0 0 {_number(page.width * _MM)} {_number(page.height * _MM)}"
    return _element(name, "", _element("PhysicalBox", box))


def _resources(faces: Mapping[str, Face], fonts: Mapping[str, tuple[int, str]]) -> ET.Element:
    listed = [
        _element(
            "Font",
            "",
            _element("FontFile", file),
            ID=str(number),
            FontName=faces[key].family,
            FamilyName=faces[key].family,
            Charset="unicode",
        )
        for key, (number, file) in fonts.items()
    ]
    return _element("Res", "", _element("Fonts", "", *listed), BaseLoc="Res")


def _attachments(cover: Cover) -> ET.Element:
    place = _element("FileLoc", "signature.json")
    given = {"ID": "signature", "Name": "签名", "Format": "json", "CreationDate": cover.made_on.isoformat()}
    return _element("Attachments", "", _element("Attachment", "", place, **given))


@dataclass(frozen=True, slots=True)
class _Taken:
    """A face that is taken along, its number, and which glyph a reader finds for a sign."""

    face: Face
    number: int
    known: Mapping[int, int]


def _page(page: Page, taken: Mapping[str, _Taken], ids: _Ids) -> ET.Element:
    layer = _element("Layer", Type="Body", ID=str(next(ids)))
    for thing in page.things:
        for one in _words(thing, taken[thing.font]) if isinstance(thing, Run) else _lines(thing, page):
            one.set("ID", str(next(ids)))
            layer.append(one)
    return _element("Page", "", _area(page, "Area"), _element("Content", "", layer))


@dataclass(slots=True)
class _Stretch:
    """Glyphs that one object of text holds."""

    glyphs: list[int] = field(default_factory=list)
    at: list[float] = field(default_factory=list)


def _stretches(run: Run, face: Face) -> Iterator[_Stretch]:
    """A glyph for several signs stands alone, and so does a sign that some readers count twice (two words of UTF-16)."""
    open_one = _Stretch()
    for glyph, at in zip(run.glyphs, run.at, strict=True):
        if len(face.signs[glyph].encode("utf-16-be")) > 2:
            yield open_one
            yield _Stretch([glyph], [at])
            open_one = _Stretch()
        else:
            open_one.glyphs.append(glyph)
            open_one.at.append(at)
    yield open_one


def _trimmed(stretch: _Stretch, face: Face) -> _Stretch:
    """Without the blanks at the ends, which readers cut off."""
    blank = [face.signs[glyph].isspace() for glyph in stretch.glyphs]
    seen = [place for place, one in enumerate(blank) if not one]
    if not seen:
        return _Stretch()
    return _Stretch(stretch.glyphs[seen[0] : seen[-1] + 1], stretch.at[seen[0] : seen[-1] + 1])


def _words(run: Run, taken: _Taken) -> Iterator[ET.Element]:
    face, size = taken.face, run.size * _MM
    for stretch in _stretches(run, face):
        shown = _trimmed(stretch, face)
        if not shown.glyphs:
            continue
        last = shown.at[-1] * _MM + face.widths[shown.glyphs[-1]] / 1000 * size
        left, top = round(shown.at[0] * _MM - size / 4, 3), round(run.y * _MM - size * 1.2, 3)
        text = "".join(face.signs[glyph] for glyph in shown.glyphs)
        places = [round(at * _MM - left, 3) for at in shown.at]
        code = _element("TextCode", text, X=_number(places[0]), Y=_number(run.y * _MM - top))
        if len(places) > 1:
            code.set("DeltaX", " ".join(_number(b - a) for a, b in pairwise(places)))
        yield _element(
            "TextObject",
            "",
            _element("FillColor", Value=_colour(run.colour)),
            *_named_glyphs(shown.glyphs, text, taken.known),
            code,
            Boundary=_box(left, top, last + size / 4 - left, size * 1.7),
            Font=str(taken.number),
            Size=_number(size),
        )


def _named_glyphs(glyphs: Sequence[int], text: str, known: Mapping[int, int]) -> Iterable[ET.Element]:
    """By number only where the reader would take another glyph for a sign."""
    if [known.get(ord(sign)) for sign in text] == list(glyphs):
        return []
    named = _element("Glyphs", " ".join(map(str, glyphs)))
    count = {"CodePosition": "0", "CodeCount": str(len(text)), "GlyphCount": str(len(glyphs))}
    return [_element("CGTransform", "", named, **count)]


def _lines(shape: Shape, page: Page) -> Iterator[ET.Element]:
    points = [point for _, points in shape.strokes for point in points]
    edge = shape.width if shape.line is not None else 0.0
    box: Box = (
        min(x for x, _ in points) - edge,
        min(y for _, y in points) - edge,
        max(x for x, _ in points) + edge,
        max(y for _, y in points) + edge,
    )
    within = shape.within or (0.0, 0.0, page.width, page.height)
    left, top = max(box[0], within[0]), max(box[1], within[1])
    right, bottom = min(box[2], within[2]), min(box[3], within[3])
    if right <= left or bottom <= top:
        return
    drawn = " ".join(
        " ".join((letter, *(_box((x - left) * _MM, (y - top) * _MM) for x, y in points)))
        for letter, points in shape.strokes
    )
    given = {"Stroke": "true" if shape.line else "false", "Fill": "true" if shape.fill else "false"}
    if shape.line is not None:
        given["LineWidth"] = _number(shape.width * _MM)
    if shape.even_odd:
        given["Rule"] = "Even-Odd"
    colours = [
        _element(name, Value=_colour(colour))
        for name, colour in (("StrokeColor", shape.line), ("FillColor", shape.fill))
        if colour is not None
    ]
    area = _box(left * _MM, top * _MM, (right - left) * _MM, (bottom - top) * _MM)
    yield _element("PathObject", "", *colours, _element("AbbreviatedData", drawn), Boundary=area, **given)


def _colour(colour: Colour) -> str:
    return " ".join(map(str, colour))


def _box(*parts: float) -> str:
    return " ".join(map(_number, parts))


def _number(value: float) -> str:
    """To a thousandth of a millimetre, without trailing zeros."""
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
