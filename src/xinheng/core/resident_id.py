"""Recognises the resident identity number (GB 11643-1999), so that it can be masked and its row refused.

It is detected, never kept: 《个人信息保护法》第六条 and legal guard G2. The patterns are RE2-compatible so
that a set-wise engine can look for candidates before Python looks at them.
"""

import re
from operator import mul

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
_PROVINCE = "(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])"
_MONTH_DAY = "(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"

RESIDENT_ID_FORM = f"(?:{_PROVINCE}|9[1-8])[0-9]{{4}}(?:19|20)[0-9]{{2}}{_MONTH_DAY}[0-9]{{3}}[0-9X]"
"""18 characters with a province (9… is a foreigner's residence card), a century and a birthday."""

_FORM = re.compile(RESIDENT_ID_FORM)
_ADULT = re.compile(f"{_PROVINCE}[0-9]{{4}}(?:19[0-9]|200)[0-9]{_MONTH_DAY}[0-9]{{3}}[0-9X]")
_OLD = re.compile(f"{_PROVINCE}[0-9]{{6}}{_MONTH_DAY}[0-9]{{3}}")
_COVERED = re.compile(_PROVINCE + r"[0-9]{1,8}\*{4,14}[0-9]{0,4}X?")


def resident_id_check_character(first17: str) -> str:
    """GB 11643 (ISO 7064 MOD 11-2) over 17 digits."""
    return CHECKS[sum(map(mul, map(int, first17), WEIGHTS)) % 11]


def is_resident_id(value: str) -> bool:
    """18 characters of the right form whose check character agrees."""
    return _FORM.fullmatch(value) is not None and resident_id_check_character(value[:17]) == value[17]


def resembles_resident_id(value: str) -> bool:
    """18 characters with a birthday before 2010: a number with a slip of the pen is still a person's."""
    return _ADULT.fullmatch(value) is not None


def resembles_old_resident_id(value: str) -> bool:
    """15 digits with a province and a birthday; the old form has no check character."""
    return _OLD.fullmatch(value) is not None and len(set(value)) > 2


def is_covered_resident_id(value: str) -> bool:
    """A number whose middle the sender has replaced by stars, with or without keeping its length."""
    return len(value) <= 18 and _COVERED.fullmatch(value) is not None
