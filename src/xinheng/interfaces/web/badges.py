"""Marks drawn as SVG: a grade is a letter in a shape with a colour, never a colour alone; the chop heads a page.

Vermilion stays with decisions and seals, so the lowest grade is ink, not red (《开封市实施方案》第十一项 names the
five words). The chop is an emblem of the site, square and without a star: it is not an official seal.
"""

from html import escape

WORDS = {"A": "优秀", "B": "良好", "C": "中等", "D": "较差", "E": "差"}

_SHAPES = {
    "A": '<circle cx="12" cy="12" r="11.5"/>',
    "B": '<rect x="1" y="1" width="22" height="22" rx="6"/>',
    "C": '<rect x="1.5" y="1.5" width="21" height="21"/>',
    "D": '<path d="M12 0 24 12 12 24 0 12Z"/>',
    "E": '<path d="M7.2.5h9.6l6.7 6.7v9.6l-6.7 6.7H7.2L.5 16.8V7.2Z"/>',
}
_PLACES: dict[int, tuple[tuple[tuple[int, int], ...], int]] = {
    1: (((22, 34),), 30),
    2: (((22, 21), (22, 40)), 18),
    3: (((22, 15), (22, 30), (22, 45)), 14),
    4: (((31, 21), (31, 40), (13, 21), (13, 40)), 17),
}
_NO_GRADE = '<circle cx="12" cy="12" r="11" class="g-none"/><path d="M8 12h8" class="g-dash"/>'


def grade_shape(letter: str) -> str:
    """The outline and the letter, on a field of 24 by 24, to be set into an ``svg`` or ``g`` element."""
    if letter not in _SHAPES:
        return _NO_GRADE
    return (
        f'<g class="g g-{letter.lower()}">{_SHAPES[letter]}'
        f'<text x="12" y="16.6" text-anchor="middle" font-size="13" font-weight="700">{letter}</text></g>'
    )


def grade_badge(letter: str, *, word: str = "") -> str:
    """An ``svg`` element that says its grade to a screen reader. ``letter`` outside A–E means no grade."""
    name = f"{letter} {word or WORDS[letter]}" if letter in WORDS else "未评价"
    return (
        f'<svg class="grade-shape" viewBox="0 0 24 24" width="24" height="24" role="img" '
        f'aria-label="信用等级 {escape(name)}">{grade_shape(letter)}</svg>'
    )


def chop(words: str) -> str:
    """The square mark of the site, two to four characters set as on a chop: right column first."""
    signs = [escape(sign) for sign in words[:4]]
    places, size = _PLACES.get(len(signs), _PLACES[2])
    letters = "".join(
        f'<text x="{x}" y="{y}" text-anchor="middle" font-size="{size}">{sign}</text>'
        for sign, (x, y) in zip(signs, places, strict=False)
    )
    return (
        '<svg class="chop" viewBox="0 0 44 48" width="44" height="48" aria-hidden="true" focusable="false">'
        f'<rect x="1" y="1" width="42" height="46" rx="3"/>{letters}</svg>'
    )
