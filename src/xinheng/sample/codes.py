"""Made-up identifiers that are valid in form: credit codes, and personal numbers planted as dirt.

Check characters follow GB 32100-2015, GB 11714-1997 and GB 11643-1999. The organisation part of every
sample code begins with ``XH``, a block that the register has not been seen to use; every sample resident
number carries the area 719999, which GB/T 2260 does not divide and no number has been issued under; every
sample telephone number lies in 1990000xxxx.
"""

from xinheng.core.credit_code import ALPHABET, ORGANISATION_ALPHABET, ORGANISATION_WEIGHTS, WEIGHTS
from xinheng.core.resident_id import resident_id_check_character

SAMPLE_BLOCK = "XH"
SAMPLE_AREA = "719999"
SAMPLE_MOBILE = "1990000"
_BLOCK_SIZE = 31**6
_STRIDE = 3**18


def macros() -> tuple[str, ...]:
    """Statements that define the check characters of codes without them."""
    code_sum = _sum("body", WEIGHTS, ALPHABET)
    organisation_sum = _sum("body", ORGANISATION_WEIGHTS, ORGANISATION_ALPHABET)
    return (
        f"CREATE OR REPLACE MACRO code_check(body) AS substr('{ALPHABET}', (31 - ({code_sum}) % 31) % 31 + 1, 1)",
        f"CREATE OR REPLACE MACRO organisation_check(body) AS substr('0X987654321', ({organisation_sum}) % 11 + 1, 1)",
    )


def coded(rows: str, *, head: str, number: str) -> str:
    """SQL of ``rows`` with a column ``code``: ``head`` (eight characters) and a body of its own for each ``number``.

    Each step is a query of its own: nested macros would repeat their argument for every place of the code.
    """
    digits = " || ".join(
        f"substr('{ALPHABET}', (place // {31**place}) % 31 + 1, 1)" for place in range(5, -1, -1)
    )
    return f"""
        SELECT * EXCLUDE (body), body || code_check(body) AS code FROM (
            SELECT * EXCLUDE (own), {head} || own || organisation_check(own) AS body FROM (
                SELECT * EXCLUDE (place), '{SAMPLE_BLOCK}' || {digits} AS own FROM (
                    SELECT *, ({number}::BIGINT * {_STRIDE} + 977) % {_BLOCK_SIZE} AS place FROM ({rows}))))"""


def resident_ids(count: int) -> tuple[str, ...]:
    """Resident numbers that are valid in form and belong to nobody."""
    bodies = (
        f"{SAMPLE_AREA}{1960 + n * 7 % 40}{1 + n * 5 % 12:02d}{1 + n * 11 % 28:02d}{n * 37 % 1000:03d}"
        for n in range(count)
    )
    return tuple(body + resident_id_check_character(body) for body in bodies)


def mobile(index: str) -> str:
    """SQL of a telephone number of the sample block."""
    return f"'{SAMPLE_MOBILE}' || lpad(({index} % 10000)::VARCHAR, 4, '0')"


def _sum(body: str, weights: tuple[int, ...], alphabet: str) -> str:
    return " + ".join(
        f"(strpos('{alphabet}', substr({body}, {place}, 1)) - 1) * {weight}"
        for place, weight in enumerate(weights, start=1)
    )
