"""The checks of core.credit_code as DuckDB expressions, so that a million rows are judged set by set.

Each function takes an SQL expression that yields a normalised text and returns an SQL boolean that agrees
with the Python reference for every text; NULL gives false. CASE is used instead of AND because DuckDB
evaluates both sides of AND within a projection. Text is built from constants only.
"""

from xinheng.core.credit_code import (
    ALPHABET,
    CATEGORIES,
    ORGANISATION_ALPHABET,
    ORGANISATION_CHECKS,
    ORGANISATION_WEIGHTS,
    WEIGHTS,
)
from xinheng.core.resident_id import CHECKS as RESIDENT_CHECKS
from xinheng.core.resident_id import RESIDENT_ID_FORM
from xinheng.core.resident_id import WEIGHTS as RESIDENT_WEIGHTS


def _weighted(expression: str, *, alphabet: str, weights: tuple[int, ...], start: int = 1) -> str:
    """Σ value × weight over the characters from ``start`` (1 = first)."""
    return " + ".join(
        f"(instr('{alphabet}', substr({expression}, {start + place}, 1)) - 1) * {weight}"
        for place, weight in enumerate(weights)
    )


def _when(form: str, value: str, then: str) -> str:
    return f"(CASE WHEN regexp_full_match({value}, '{form}') THEN {then} ELSE false END)"


def _nine(expression: str, *, start: int) -> str:
    total = _weighted(expression, alphabet=ORGANISATION_ALPHABET, weights=ORGANISATION_WEIGHTS, start=start)
    place = f"(11 - ({total}) % 11) % 11 + 1"
    return f"substr('{ORGANISATION_CHECKS}', {place}, 1) = substr({expression}, {start + 8}, 1)"


def organisation_sql(expression: str) -> str:
    """Nine characters without the dash whose GB 11714 check agrees."""
    value = f"({expression})"
    return _when("[0-9A-Z]{8}[0-9X]", value, _nine(value, start=1))


def registration_sql(expression: str) -> str:
    """15 digits whose ISO 7064 MOD 11,10 check agrees."""
    value = f"({expression})"
    carried = "10"
    for place in range(1, 15):
        digit = f"(instr('0123456789', substr({value}, {place}, 1)) - 1)"
        carried = f"(({carried} + {digit} + 9) % 10 + 1) * 2 % 11"
    last = f"(instr('0123456789', substr({value}, 15, 1)) - 1)"
    return _when("[0-9]{15}", value, f"({carried} + {last}) % 10 = 1")


def resident_id_sql(expression: str) -> str:
    """18 characters that are a resident identity number by form and GB 11643 check."""
    value = f"({expression})"
    total = _weighted(value, alphabet="0123456789", weights=RESIDENT_WEIGHTS)
    check = f"substr('{RESIDENT_CHECKS}', ({total}) % 11 + 1, 1) = substr({value}, 18, 1)"
    return _when(RESIDENT_ID_FORM, value, check)


def uscc_sql(expression: str) -> str:
    """18 characters that ``core.ids.read_code`` calls a valid unified social credit code.

    A number that is also a valid resident ID counts as a credit code only if its embedded organisation
    code agrees.
    """
    value = f"({expression})"
    form = f"[{''.join(CATEGORIES)}][{ALPHABET}][0-9]{{6}}[{ALPHABET}]{{10}}"
    total = _weighted(value, alphabet=ALPHABET, weights=(*WEIGHTS, 1))
    person = f"CASE WHEN {resident_id_sql(value)} THEN {_nine(value, start=9)} ELSE true END"
    return _when(form, value, f"CASE WHEN ({total}) % 31 = 0 THEN {person} ELSE false END")
