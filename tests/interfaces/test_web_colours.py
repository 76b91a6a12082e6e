"""The colours of tokens.css: readable as words on both papers, and the accents those that code names."""

import re

import pytest
from tests.interfaces.web_browser import STATIC

from xinheng.interfaces.web.place import INKS, Accent, nearest_accent

TOKENS = (STATIC / "tokens.css").read_text(encoding="utf-8")
COLOURS = dict(re.findall(r"--([a-z0-9-]+):(#[0-9a-f]{3,6})", TOKENS))
ACCENTS = dict(re.findall(r"data-accent=(\w+)\]\{--accent:(#[0-9a-f]{6})", TOKENS))


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("paper", ["paper", "paper-2"])
@pytest.mark.parametrize("name", ["ink", "text-2", "blue", "vermilion", "amber", "jade"])
def test_words_are_readable_on_paper(name: str, paper: str) -> None:
    assert _contrast(COLOURS[name], COLOURS[paper]) >= 4.5


def test_the_borders_of_fields_are_visible() -> None:
    assert _contrast(COLOURS["edge"], COLOURS["paper"]) >= 3


@pytest.mark.parametrize("accent", list(Accent))
def test_an_accent_is_the_same_in_code_and_style_and_is_readable(accent: Accent) -> None:
    assert ACCENTS.get(accent, COLOURS["blue"]) == INKS[accent]
    assert _contrast(INKS[accent], COLOURS["paper"]) >= 4.5


def test_a_city_gets_the_accent_nearest_to_its_colour() -> None:
    assert nearest_accent("#7a4a12") is Accent.UMBER
    assert nearest_accent("#1d4f91") is Accent.BLUE
