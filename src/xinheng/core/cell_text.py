"""Keeps a spreadsheet from taking the text of a cell for a formula, in every table that leaves the platform.

A guarded text begins with an apostrophe. A sign alone and a number with its sign are no formulas and stay as they are.
"""

import re

_SIGNS = "=+@\t\r-"
_NUMBER = r"[+-][0-9]+([.][0-9]+)?"
_SIGNED = re.compile(_NUMBER)


def guarded(text: str) -> str:
    """The text as a cell that no spreadsheet computes."""
    return f"'{text}" if len(text) > 1 and text[0] in _SIGNS and not _SIGNED.fullmatch(text) else text


def unguarded(text: str) -> str:
    """The opposite of ``guarded``."""
    return text[1:] if text.startswith("'") and guarded(text[1:]) == text else text


def guarded_sql(expression: str) -> str:
    """``guarded`` as a DuckDB expression."""
    risky = f"length({expression}) > 1 AND regexp_matches({expression}, '^[{_SIGNS}]')"
    number = f"regexp_full_match({expression}, '{_NUMBER}')"
    return f"CASE WHEN {risky} AND NOT {number} THEN '''' || {expression} ELSE {expression} END"
