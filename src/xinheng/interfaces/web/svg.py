"""Drawing primitives for charts: escaped elements, and text measured so that Chinese labels never overlap.

Widths are estimates on the wide side: a server has no fonts, and a label that is cut short is worse than one
that leaves room.
"""

from dataclasses import dataclass, field
from html import escape
from unicodedata import category, east_asian_width

ELLIPSIS = "…"
_NEVER_FIRST = frozenset("）】》」』，。、；：！？%)")


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """An upper estimate of the width of ``text`` in the units of ``size``."""
    return sum(_advance(sign) for sign in text) * size * (1.04 if bold else 1.0)


def _advance(sign: str) -> float:
    if east_asian_width(sign) in "WFA":
        return 1.02
    if sign in " .,:;|!'il()":
        return 0.4
    return 0.78 if sign.isupper() or sign in "mw%@" else 0.62


def wrap(text: str, size: float, width: float, *, lines: int = 2) -> list[str]:
    """``text`` broken into at most ``lines`` lines of ``width``; what does not fit ends in an ellipsis."""
    rows: list[str] = []
    rest = text.strip()
    while rest and len(rows) < lines:
        cut = _fitting(rest, size, width)
        if len(rows) == lines - 1 and cut < len(rest):
            room = max(width - text_width(ELLIPSIS, size), size)
            rows.append(rest[: _fitting(rest, size, room)].rstrip() + ELLIPSIS)
            return rows
        rows.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return rows


def one_line(text: str, size: float, width: float) -> str:
    """``text``, cut with an ellipsis if it is wider than ``width``."""
    return "".join(wrap(text, size, width, lines=1))


def _fitting(text: str, size: float, width: float) -> int:
    used = 0.0
    for place, sign in enumerate(text):
        used += _advance(sign) * size
        if used > width and place:
            return _good_break(text, _word_start(text, place))
    return len(text)


def _good_break(text: str, place: int) -> int:
    """``place``, or earlier so that no line begins with a closing mark."""
    while place > 1 and text[place] in _NEVER_FIRST:
        place -= 1
    return place


def _word_start(text: str, place: int) -> int:
    """``place``, or the start of the Latin word it would cut, if that leaves anything on the line."""
    start = place
    while start > 0 and text[start].isascii() and text[start].isalnum() and text[start - 1].isascii():
        if not text[start - 1].isalnum():
            return start
        start -= 1
    return place


@dataclass
class Drawing:
    """Elements collected in order; ``finish`` closes them into one ``svg`` with a title and a description."""

    width: float
    parts: list[str] = field(default_factory=list)

    def add(self, name: str, **attributes: object) -> None:
        self.parts.append(f"<{name}{_attributes(attributes)}/>")

    def text(self, words: str, x: float, y: float, **attributes: object) -> None:
        self.parts.append(f"<text{_attributes({'x': x, 'y': y, **attributes})}>{_written(words)}</text>")

    def raw(self, element: str) -> None:
        """``element`` as it stands; the caller has escaped it."""
        self.parts.append(element)

    def finish(self, *, height: float, title: str, description: str, name: str = "chart") -> str:
        box = f"0 0 {_number(self.width)} {_number(height)}"
        return (
            f'<svg class="{name}" viewBox="{box}" width="{_number(self.width)}" height="{_number(height)}" '
            f'role="img" preserveAspectRatio="xMinYMin meet"><title>{_written(title)}</title>'
            f"<desc>{_written(description)}</desc>{''.join(self.parts)}</svg>"
        )


def _written(words: str) -> str:
    """Escaped, and without the control characters that would make the drawing unreadable as XML."""
    return escape("".join(sign for sign in words if category(sign) not in ("Cc", "Cs")))


def _attributes(attributes: dict[str, object]) -> str:
    return "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(_number(value))}"'
        for name, value in attributes.items()
        if value is not None
    )


def _number(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.1f}".rstrip("0").rstrip(".")
    return str(value)
