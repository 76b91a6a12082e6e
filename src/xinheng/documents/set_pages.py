"""Reads back what Typst has set: runs of glyphs, lines and fills, each where it stands on its page.

The pages of a PDF become values from which another form of file can be written. Whatever is met that cannot be said in
these values is refused, so that no page loses anything in silence.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ContentStream, IndirectObject, TextStringObject

from xinheng.core.refusal import Refusal
from xinheng.documents.otf import Face, glyph_count

Matrix = tuple[float, float, float, float, float, float]
Colour = tuple[int, int, int]
Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""
_STRAIGHT: Matrix = (1, 0, 0, 1, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Glyphs on one line from left to right. ``at``: left end of each, ``y``: the line they stand on, in points from the top left
    corner; ``font``: which face of the document."""

    font: str
    size: float
    y: float
    glyphs: tuple[int, ...]
    at: tuple[float, ...]
    end: float
    colour: Colour


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """``strokes``: letter of the stroke (M, L, B for a curve, C closing it) and its points; ``line`` and ``fill`` are colours;
    ``within``: what lies outside is not seen."""

    strokes: tuple[tuple[str, tuple[tuple[float, float], ...]], ...]
    line: Colour | None
    fill: Colour | None
    width: float
    even_odd: bool
    within: Box | None


@dataclass(frozen=True, slots=True)
class Page:
    """Width and height in points, and what stands on it in the order in which it is painted."""

    width: float
    height: float
    things: tuple[Run | Shape, ...]


@dataclass(frozen=True, slots=True)
class Pages:
    """``faces`` by the name that runs give them."""

    pages: tuple[Page, ...]
    faces: Mapping[str, Face]


def read_pages(pdf: bytes) -> Pages:
    """Of a PDF that this room has set. Refusals OF1 a face that cannot be taken along, OF2 what has no place in these values."""
    reader = PdfReader(BytesIO(pdf))
    faces: dict[str, Face] = {}
    pages = []
    for page in reader.pages:
        fonts = {}
        held: Any = page["/Resources"]
        for name, font in held.get("/Font", {}).items():
            key = f"f{font.idnum}" if isinstance(font, IndirectObject) else name
            if key not in faces:
                faces[key] = _face(font.get_object())
            fonts[name] = key
        painter = _Painter(fonts, faces, float(page.mediabox.height))
        for given, sign in ContentStream(page.get_contents(), reader).operations:
            painter.take(sign.decode("latin-1"), given)
        pages.append(Page(float(page.mediabox.width), painter.height, tuple(painter.things)))
    return Pages(tuple(pages), faces)


def _unknown(what: str) -> Refusal:
    return Refusal(
        "OF2",
        f"版面里有 OFD 还不能表达的内容（{what}）。",
        advice="请下载 PDF；并把报告编号告诉系统管理员。",
    )


def _no_face(name: str) -> Refusal:
    return Refusal(
        "OF1",
        f"字体“{name}”不能嵌入 OFD 文件。",
        advice="请下载 PDF；请系统管理员重新安装字体（软件包 pylopdf-fonts-zh-cn）。",
    )


def _face(font: Any) -> Face:
    name = str(font.get("/BaseFont", "")).lstrip("/").removesuffix("-Identity-H")
    try:
        held = font["/DescendantFonts"][0].get_object()
        told = held["/FontDescriptor"]
        outlines = told["/FontFile3"].get_data()
        count = glyph_count(outlines)
        if font["/Encoding"] != "/Identity-H" or held["/Subtype"] != "/CIDFontType0":
            raise _no_face(name)
        box = tuple(round(float(one)) for one in told["/FontBBox"])
        return Face(
            name=name,
            family=name.rpartition("+")[2],
            outlines=outlines,
            signs=_signs(font["/ToUnicode"].get_data().decode("ascii")),
            widths=_widths(held.get("/W", []), held.get("/DW", 1000), count),
            box=(box[0], box[1], box[2], box[3]),
            ascent=round(float(told["/Ascent"])),
            descent=round(float(told["/Descent"])),
        )
    except (KeyError, ValueError, IndexError, AttributeError) as error:
        raise _no_face(name) from error


def _signs(told: str) -> dict[int, str]:
    """The map from glyphs to text, as a PDF writes it: one glyph a line."""
    found: dict[int, str] = {}
    for line in told.splitlines():
        parts = line.split()
        if len(parts) == 2 and all(part.startswith("<") and part.endswith(">") for part in parts):
            glyph, text = (bytes.fromhex(part[1:-1]) for part in parts)
            found[int.from_bytes(glyph)] = text.decode("utf-16-be")
    return {glyph: text for glyph, text in found.items() if text}


def _widths(told: Sequence[Any], otherwise: Any, count: int) -> list[int]:
    widths, rest = [round(float(otherwise))] * count, list(told)
    while rest:
        first, second = int(rest.pop(0)), rest.pop(0)
        if isinstance(second, list):
            widths[first : first + len(second)] = [round(float(one)) for one in second]
        else:
            widths[first : int(second) + 1] = [round(float(rest.pop(0)))] * (int(second) + 1 - first)
    return widths[:count]


@dataclass(frozen=True, slots=True)
class _State:
    matrix: Matrix = _STRAIGHT
    line: Colour = (0, 0, 0)
    fill: Colour = (0, 0, 0)
    width: float = 1
    within: Box | None = None


@dataclass(slots=True)
class _Painter:
    """Carries out the operators of a page."""

    fonts: Mapping[str, str]
    faces: Mapping[str, Face]
    height: float
    state: _State = field(default_factory=_State)
    things: list[Run | Shape] = field(default_factory=list)
    _kept: list[_State] = field(default_factory=list)
    _strokes: list[tuple[str, tuple[tuple[float, float], ...]]] = field(default_factory=list)
    _clips: bool = False
    _font: tuple[str, float] = ("", 0)
    _text: Matrix = _STRAIGHT

    def take(self, sign: str, given: Sequence[Any]) -> None:
        if sign in _IGNORED:
            return
        known = _OPERATORS.get(sign)
        if known is None:
            raise _unknown(sign)
        known(self, *given)

    def keep(self) -> None:
        self._kept.append(self.state)

    def give_back(self) -> None:
        self.state = self._kept.pop()

    def move(self, *given: Any) -> None:
        self.state = replace(self.state, matrix=_times(_matrix(given), self.state.matrix))

    def line_colour(self, *given: Any) -> None:
        self.state = replace(self.state, line=_colour(given))

    def fill_colour(self, *given: Any) -> None:
        self.state = replace(self.state, fill=_colour(given))

    def line_width(self, width: Any) -> None:
        self.state = replace(self.state, width=float(width))

    def solid(self, pattern: Any, _: Any) -> None:
        if pattern:
            raise _unknown("d")

    def begin(self, x: Any, y: Any) -> None:
        self._strokes.append(("M", (self._point(x, y),)))

    def go(self, x: Any, y: Any) -> None:
        self._strokes.append(("L", (self._point(x, y),)))

    def bend(self, *given: Any) -> None:
        points = tuple(self._point(x, y) for x, y in zip(given[::2], given[1::2], strict=True))
        self._strokes.append(("B", points))

    def close(self) -> None:
        self._strokes.append(("C", ()))

    def rectangle(self, x: Any, y: Any, width: Any, height: Any) -> None:
        left, bottom, right, top = float(x), float(y), float(x) + float(width), float(y) + float(height)
        self.begin(left, bottom)
        for corner in ((right, bottom), (right, top), (left, top)):
            self.go(*corner)
        self.close()

    def clip(self) -> None:
        self._clips = True

    def paint(self, *, line: bool = False, fill: bool = False, even_odd: bool = False) -> None:
        strokes, self._strokes = tuple(self._strokes), []
        if strokes and (line or fill):
            shape = Shape(
                strokes=strokes,
                line=self.state.line if line else None,
                fill=self.state.fill if fill else None,
                width=self.state.width * _scale(self.state.matrix),
                even_odd=even_odd,
                within=self.state.within,
            )
            self.things.append(shape)
        if self._clips:
            self._clips = False
            self.state = replace(self.state, within=_rectangle(strokes))

    def begin_text(self) -> None:
        self._text = _STRAIGHT

    def way_of_text(self, mode: Any) -> None:
        if int(mode):
            raise _unknown("Tr")

    def font(self, name: Any, size: Any) -> None:
        self._font = (self.fonts[str(name)], float(size))

    def place_text(self, *given: Any) -> None:
        self._text = _matrix(given)

    def show(self, *parts: Any) -> None:
        """Text, and numbers that move what follows to the left."""
        name, size = self._font
        face, matrix = self.faces[name], _times(self._text, self.state.matrix)
        a, b, c, d, left, bottom = matrix
        if b or c or a <= 0 or abs(a - d) > 1e-6:
            raise _unknown("Tm")
        glyphs, places, at = [], [], 0.0
        for part in parts:
            if isinstance(part, int | float):
                at -= float(part) / 1000 * size
                continue
            given = part.original_bytes if isinstance(part, TextStringObject) else bytes(part)
            for glyph in (int.from_bytes(given[one : one + 2]) for one in range(0, len(given), 2)):
                if glyph >= len(face.widths) or glyph not in face.signs:
                    raise _no_face(face.name)
                glyphs.append(glyph)
                places.append(left + at * a)
                at += face.widths[glyph] / 1000 * size
        run = Run(
            font=name,
            size=size * a,
            y=self.height - bottom,
            glyphs=tuple(glyphs),
            at=tuple(places),
            end=left + at * a,
            colour=self.state.fill,
        )
        self.things.append(run)

    def show_all(self, parts: Any) -> None:
        self.show(*parts)

    def _point(self, x: Any, y: Any) -> tuple[float, float]:
        a, b, c, d, e, f = self.state.matrix
        return a * float(x) + c * float(y) + e, self.height - (b * float(x) + d * float(y) + f)


def _matrix(given: Sequence[Any]) -> Matrix:
    a, b, c, d, e, f = (float(one) for one in given)
    return a, b, c, d, e, f


def _times(first: Matrix, then: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def _scale(matrix: Matrix) -> float:
    a, b, c, d, *_ = matrix
    return float(abs(a * d - b * c) ** 0.5)


def _colour(given: Sequence[Any]) -> Colour:
    parts = [round(float(one) * 255) for one in given]
    if len(parts) == 1:
        return parts[0], parts[0], parts[0]
    if len(parts) != 3:
        raise _unknown("scn")
    return parts[0], parts[1], parts[2]


def _rectangle(strokes: Sequence[tuple[str, tuple[tuple[float, float], ...]]]) -> Box:
    points = [point for _, points in strokes for point in points]
    across, down = sorted({round(x, 3) for x, _ in points}), sorted({round(y, 3) for _, y in points})
    if len(across) != 2 or len(down) != 2 or any(letter == "B" for letter, _ in strokes):
        raise _unknown("W")
    return across[0], down[0], across[1], down[1]


_IGNORED = frozenset(("BDC", "BMC", "EMC", "ET", "cs", "CS", "M", "ri", "i"))
"""Tags, the kind of colour, which the count of its parts tells, and how corners of lines are cut."""
_OPERATORS: dict[str, Callable[..., None]] = {
    "q": _Painter.keep, "Q": _Painter.give_back, "cm": _Painter.move,
    "SCN": _Painter.line_colour, "scn": _Painter.fill_colour, "w": _Painter.line_width, "d": _Painter.solid,
    "m": _Painter.begin, "l": _Painter.go, "c": _Painter.bend, "h": _Painter.close, "re": _Painter.rectangle,
    "W": _Painter.clip, "n": _Painter.paint,
    "S": lambda painter: painter.paint(line=True),
    "f": lambda painter: painter.paint(fill=True),
    "f*": lambda painter: painter.paint(fill=True, even_odd=True),
    "B": lambda painter: painter.paint(line=True, fill=True),
    "B*": lambda painter: painter.paint(line=True, fill=True, even_odd=True),
    "BT": _Painter.begin_text, "Tr": _Painter.way_of_text, "Tf": _Painter.font, "Tm": _Painter.place_text,
    "Tj": _Painter.show, "TJ": _Painter.show_all,
}  # fmt: skip
