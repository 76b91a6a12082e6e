"""Makes an OpenType font of the outlines that a PDF holds, so that words set with it can be read, searched and copied.

The PDF keeps a bare CFF table, whose glyphs it names by number; what a reader of OFD needs beside it is made here: which
sign each glyph is, how wide it is, and the measures of the whole.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

EM = 1000
_CHARSTRINGS = 17
_EPOCH = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """``outlines``: a CFF table; ``signs``: glyph → the text it stands for; ``box``: left, bottom, right, top of all glyphs.
    Measures are thousandths of the size."""

    name: str
    family: str
    outlines: bytes
    signs: Mapping[int, str]
    widths: Sequence[int]
    box: tuple[int, int, int, int]
    ascent: int
    descent: int


def font_file(face: Face) -> bytes:
    """OpenType with the outlines as they were."""
    tables = {
        b"CFF ": face.outlines,
        b"OS/2": _os2(face),
        b"cmap": _cmap(by_sign(face)),
        b"head": _head(face),
        b"hhea": _hhea(face),
        b"hmtx": b"".join(struct.pack(">Hh", width, 0) for width in face.widths),
        b"maxp": struct.pack(">IH", 0x00005000, len(face.widths)),
        b"name": _name(face),
        b"post": struct.pack(">IIhhIIIII", 0x00030000, 0, -100, 50, 0, 0, 0, 0, 0),
    }
    return _packed(tables)


def glyph_count(outlines: bytes) -> int:
    """How many glyphs a CFF table holds. Raises ValueError for what is no such table."""
    try:
        at = _index(outlines, outlines[2])[1]
        (top,), _ = _index(outlines, at)
        (count,) = struct.unpack_from(">H", outlines, _operand(top, _CHARSTRINGS))
    except (IndexError, struct.error) as error:
        raise ValueError("no CFF table") from error
    return int(count)


def _index(table: bytes, at: int) -> tuple[list[bytes], int]:
    """The entries of an INDEX of CFF, and where it ends."""
    (count,) = struct.unpack_from(">H", table, at)
    if not count:
        return [], at + 2
    size, first = table[at + 2], at + 3
    ends = [int.from_bytes(table[first + one * size : first + (one + 1) * size]) for one in range(count + 1)]
    base = first + (count + 1) * size - 1
    return [table[base + a : base + b] for a, b in pairwise(ends)], base + ends[-1]


def _operand(top: bytes, wanted: int) -> int:
    """The last whole number before an operator of a DICT of CFF. Raises ValueError where there is no such operator."""
    at, last = 0, 0
    while at < len(top):
        sign = top[at]
        if sign == wanted:
            return last
        if sign == 12:
            at += 2
        elif sign < 22:
            at += 1
        elif sign == 28:
            last, at = int.from_bytes(top[at + 1 : at + 3], signed=True), at + 3
        elif sign == 29:
            last, at = int.from_bytes(top[at + 1 : at + 5], signed=True), at + 5
        elif sign == 30:
            at = _after_real(top, at + 1)
        elif sign <= 246:
            last, at = sign - 139, at + 1
        else:
            last = (
                (sign - 247) * 256 + top[at + 1] + 108
                if sign <= 250
                else 251 * 256 - sign * 256 - top[at + 1] - 108
            )
            at += 2
    raise ValueError("no such operator")


def _after_real(top: bytes, at: int) -> int:
    while top[at] & 15 != 15 and top[at] >> 4 != 15:
        at += 1
    return at + 1


def by_sign(face: Face) -> dict[int, int]:
    """The glyph that a reader finds for a sign by itself; of several for one sign, the first."""
    found: dict[int, int] = {}
    for glyph, text in sorted(face.signs.items()):
        if len(text) == 1:
            found.setdefault(ord(text), glyph)
    return dict(sorted(found.items()))


def _cmap(signs: Mapping[int, int]) -> bytes:
    plain = {code: glyph for code, glyph in signs.items() if code < 0xFFFF}
    narrow, wide = _format_4(plain), _format_12(signs)
    start = 4 + 2 * 8
    return (
        struct.pack(">HH", 0, 2)
        + struct.pack(">HHI", 3, 1, start)
        + struct.pack(">HHI", 3, 10, start + len(narrow))
        + narrow
        + wide
    )


def _format_4(signs: Mapping[int, int]) -> bytes:
    """A segment a sign, and the one that closes the table."""
    codes = [*signs, 0xFFFF]
    deltas = [*((glyph - code) % 65536 for code, glyph in signs.items()), 1]
    count = len(codes)
    power = 1 << (count.bit_length() - 1)
    listed = struct.pack(f">{count}H", *codes)
    body = listed + b"\0\0" + listed + struct.pack(f">{count}H", *deltas) + bytes(2 * count)
    head = (count * 2, power * 2, power.bit_length() - 1, (count - power) * 2)
    return struct.pack(">HHHHHHH", 4, 14 + len(body), 0, *head) + body


def _format_12(signs: Mapping[int, int]) -> bytes:
    groups = b"".join(struct.pack(">III", code, code, glyph) for code, glyph in signs.items())
    return struct.pack(">HHIII", 12, 0, 16 + len(groups), 0, len(signs)) + groups


def _head(face: Face) -> bytes:
    return struct.pack(
        ">IIIIHHqqhhhhHHhhh",
        *(0x00010000, 0x00010000, 0, 0x5F0F3CF5, 3, EM, _EPOCH, _EPOCH),
        *face.box,
        *(0, 8, 2, 0, 0),
    )


def _hhea(face: Face) -> bytes:
    return struct.pack(
        ">IhhhHhhhhhhhhhhhH",
        *(0x00010000, face.ascent, face.descent, 0, max(face.widths), 0, 0, face.box[2]),
        *(1, 0, 0, 0, 0, 0, 0, 0),
        len(face.widths),
    )


def _os2(face: Face) -> bytes:
    codes = [code for code in by_sign(face) if code < 0xFFFF] or [0]
    return struct.pack(
        ">HhHHHhhhhhhhhhhh10sIIII4sHHHhhhHHIIhhHHH",
        *(4, EM, 400, 5, 0, 650, 600, 0, 75, 650, 600, 0, 350, 50, 300, 0),
        bytes(10),
        *(0, 1 << 27, 0, 0),
        b"    ",
        *(0x40, codes[0], codes[-1], face.ascent, face.descent, 0, face.ascent, -face.descent),
        *(1 << 18, 0, 500, 700, 0, 0x20, 1),
    )


def _name(face: Face) -> bytes:
    words = {1: face.family, 2: "Regular", 3: face.name, 4: face.name, 6: face.name}
    listed, held = b"", b""
    for number, word in words.items():
        text = word.encode("utf-16-be")
        listed += struct.pack(">HHHHHH", 3, 1, 0x409, number, len(text), len(held))
        held += text
    return struct.pack(">HHH", 0, len(words), 6 + 12 * len(words)) + listed + held


def _packed(tables: Mapping[bytes, bytes]) -> bytes:
    count = len(tables)
    power = 1 << (count.bit_length() - 1)
    head = struct.pack(">4sHHHH", b"OTTO", count, power * 16, power.bit_length() - 1, (count - power) * 16)
    at, listed, held, adjust_at = 12 + 16 * count, b"", b"", 0
    for tag, table in sorted(tables.items()):
        if tag == b"head":
            adjust_at = at + len(held) + 8
        listed += struct.pack(">4sIII", tag, _sum(table), at + len(held), len(table))
        held += table + bytes(-len(table) % 4)
    whole = head + listed + held
    adjustment = struct.pack(">I", (0xB1B0AFBA - _sum(whole)) % (1 << 32))
    return whole[:adjust_at] + adjustment + whole[adjust_at + 4 :]


def _sum(table: bytes) -> int:
    padded = table + bytes(-len(table) % 4)
    words: tuple[int, ...] = struct.unpack(f">{len(padded) // 4}I", padded)
    return sum(words) % (1 << 32)
