"""Brings the name of an enterprise to one form, for showing (`tidy_name`) and for comparing (`normalise_name`).

Departments write one name with full-width letters, three kinds of brackets, blanks and invisible signs.
Traditional characters are left alone: converting them is the matching room's affair.
"""

import re
import unicodedata

_PLAIN = re.compile(r"[\u4e00-\u9fff]+")
_CONTROLS = (*range(32), *range(0x7F, 0xA0), 0xAD, 0xFEFF, 0xFFFC, 0xFFFD)
_FORMATS = (*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070))
_INVISIBLE: dict[int, str | None] = dict.fromkeys((*_CONTROLS, *_FORMATS))
_LAYOUT = {9: " ", 10: " ", 13: " "}
_OPEN, _CLOSE = "（([【〔[{｛〖﹙〈<《「『［", "）)]】〕]}｝〗﹚〉>》」』］"
_BRACKETS = {ord(sign): "(" for sign in _OPEN} | {ord(sign): ")" for sign in _CLOSE}
_DOTS = {ord(sign): "·" for sign in "•・‧∙⋅･●"}
_DASHES = {ord(sign): "-" for sign in "‐‑‒–—―－﹣−"}
_QUOTES = {ord(sign): None for sign in "\"'“”‘’＂＇`´"}
_CLEAN = _INVISIBLE | _LAYOUT
_KEY = _INVISIBLE | _BRACKETS | _DOTS | _DASHES | _QUOTES
_BLANKS = re.compile(r"\s+")
_LOOSE_BLANK = re.compile(r"(?<![!-~]) | (?![!-~])")
_TO_SHOWN = str.maketrans({"(": "（", ")": "）"})


def tidy_name(raw: str) -> str:
    """The name as shown: half-width letters, full-width brackets, no blank beside a Chinese character."""
    if _PLAIN.fullmatch(raw):
        return raw
    text = unicodedata.normalize("NFKC", raw.translate(_CLEAN))
    text = _BLANKS.sub(" ", text.translate(_DOTS)).strip()
    text = _LOOSE_BLANK.sub("", text)
    return text.translate(_TO_SHOWN) if not text.isascii() else text


def normalise_name(raw: str) -> str:
    """The key under which two spellings of one name are equal: upper case, ``()`` brackets, no blanks or quotes."""
    if _PLAIN.fullmatch(raw):
        return raw
    text = unicodedata.normalize("NFKC", raw.translate(_KEY))
    return _BLANKS.sub("", text.translate(_KEY)).upper()
