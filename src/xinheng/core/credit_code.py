"""Arithmetic of the codes that enterprises carry, without any view on where a code was found.

Unified social credit code (GB 32100-2015), organisation code (GB 11714-1997) and the 15-digit registration
number (GS 15-2006, ISO 7064 MOD 11,10). All functions take normalised text: half-width, upper case, no blanks.
"""

import re
from operator import mul
from typing import Literal

from stdnum.iso7064 import mod_11_10

SubjectKind = Literal[
    "enterprise",
    "branch",
    "sole_trader",
    "cooperative",
    "social_organisation",
    "public_institution",
    "government",
    "other",
]

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LOOK_ALIKES = str.maketrans("OIZS", "0125")
"""Letters that the alphabet leaves out because they look like a digit, with that digit."""
WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
ORGANISATION_CHECKS = "0123456789X"

CATEGORIES = {
    "1": "1239",
    "2": "19",
    "3": "123459",
    "4": "19",
    "5": "1239",
    "6": "129",
    "7": "129",
    "8": "19",
    "9": "1239",
    "A": "19",
    "N": "1239",
    "Y": "1",
}
"""Registering department (first character) and the categories the standard names under it (second)."""

_KNOWN_PAIRS = frozenset(first + second for first, seconds in CATEGORIES.items() for second in seconds)
_PROVINCES = frozenset(
    f"{number}"
    for group in (
        (10,),
        range(11, 16),
        range(21, 24),
        range(31, 38),
        range(41, 47),
        range(50, 55),
        range(61, 67),
    )
    for number in group
) | frozenset({"71", "81", "82"})
_ORDINARY_BEGINNINGS = frozenset(pair + province for pair in _KNOWN_PAIRS for province in _PROVINCES)
_NOT_A_DIGIT = 255
_VALUES = bytes(ALPHABET.index(chr(byte)) if chr(byte) in ALPHABET else _NOT_A_DIGIT for byte in range(256))
_CLOSED_WEIGHTS = (*WEIGHTS, 1)
_ORGANISATION_VALUES = bytes(
    ORGANISATION_ALPHABET.index(chr(byte)) if chr(byte) in ORGANISATION_ALPHABET else _NOT_A_DIGIT
    for byte in range(256)
)
_ORGANISATION_FORM = re.compile(r"[0-9A-Z]{8}[0-9X]")
_KINDS: dict[str, SubjectKind] = {
    "91": "enterprise",
    "92": "sole_trader",
    "93": "cooperative",
    "11": "government",
    "12": "public_institution",
}


def uscc_check_character(first17: str) -> str:
    """The 18th character. Raises ValueError unless given 17 characters of the alphabet."""
    values = first17.encode("ascii", "replace").translate(_VALUES)
    if len(values) != 17 or _NOT_A_DIGIT in values:
        raise ValueError(f"{first17!r} is not 17 characters of the GB 32100 alphabet")
    return ALPHABET[-sum(map(mul, values, WEIGHTS)) % 31]


def is_uscc(value: str) -> bool:
    """18 characters: known department, six digits of area, the alphabet, and the check character agrees."""
    if len(value) != 18 or value[0] not in CATEGORIES or not value[2:8].isdecimal():
        return False
    values = value.encode("ascii", "replace").translate(_VALUES)
    return _NOT_A_DIGIT not in values and sum(map(mul, values, _CLOSED_WEIGHTS)) % 31 == 0


def codes_one_slip_away(code: str) -> list[str]:
    """The valid credit codes that one wrong character, or two neighbours exchanged, make of 18 characters; at most one a
    place and exchange, because of each place a single character agrees with the check. Letters that no code has are read
    as the digits they look like, and a code that is whole with them is the first."""
    typed, code = code, code.translate(LOOK_ALIKES)
    if len(code) != 18 or set(code) - set(ALPHABET):
        return []
    slips = [code] if code != typed else []
    slips += [
        code[:place] + sign + code[place + 1 :]
        for place in range(18)
        for sign in ALPHABET
        if sign != code[place]
    ]
    slips += [
        code[:place] + code[place + 1] + code[place] + code[place + 2 :]
        for place in range(17)
        if code[place] != code[place + 1]
    ]
    return [slip for slip in dict.fromkeys(slips) if is_uscc(slip)]


def organisation_check_character(first8: str) -> str:
    """The ninth character. Raises ValueError unless given eight digits or capital letters."""
    values = first8.encode("ascii", "replace").translate(_ORGANISATION_VALUES)
    if len(values) != 8 or _NOT_A_DIGIT in values:
        raise ValueError(f"{first8!r} is not eight digits or capital letters")
    return ORGANISATION_CHECKS[-sum(map(mul, values, ORGANISATION_WEIGHTS)) % 11]


def is_organisation_code(value: str) -> bool:
    """Nine characters without the dash whose check character agrees."""
    return (
        _ORGANISATION_FORM.fullmatch(value) is not None
        and organisation_check_character(value[:8]) == value[8]
    )


def is_registration_number(value: str) -> bool:
    """15 digits whose check digit agrees."""
    return len(value) == 15 and value.isdecimal() and value.isascii() and bool(mod_11_10.is_valid(value))


def embedded_code_agrees(uscc: str) -> bool:
    """Whether the organisation code inside a valid credit code passes its own check."""
    values = uscc[8:16].encode().translate(_ORGANISATION_VALUES)
    return ORGANISATION_CHECKS[-sum(map(mul, values, ORGANISATION_WEIGHTS)) % 11] == uscc[16]


def organisation_code_of(uscc: str) -> str:
    """The organisation code that stands in characters 9–17."""
    return uscc[8:17]


def is_ordinary(uscc: str) -> bool:
    """Category and province at once, also of a text that is not a whole code."""
    return uscc[:4] in _ORDINARY_BEGINNINGS and uscc[4:8].isdecimal()


def is_known_category(uscc: str) -> bool:
    """Whether the standard names the pair of the first two characters."""
    return uscc[:2] in _KNOWN_PAIRS


def has_known_province(uscc: str) -> bool:
    """Whether characters 3–8 begin with a province; counties are not compared."""
    return uscc[2:4] in _PROVINCES


def is_sole_trader(code: str) -> bool:
    """个体工商户: both an enterprise and a natural person (legal guard G1)."""
    return len(code) == 18 and code.startswith("92")


def subject_kind_of(uscc: str) -> SubjectKind:
    """What registers under this code. A branch carries 91 like its parent and cannot be told apart here."""
    if uscc.startswith("5"):
        return "social_organisation"
    return _KINDS.get(uscc[:2], "other")
