"""Chance that repeats: every draw of the sample city is a function of the seed and a row number.

DuckDB has no seeded generator that gives the same numbers on any number of threads, and its ``hash`` may
change between releases. The 32-bit finaliser of MurmurHash3 is written here as a macro instead: integer
arithmetic only, one-to-one on 32 bits, so the same seed gives the same city everywhere. From a row's number
``h`` thus mixed each draw is two modular products: an expression that names its argument once stays short
however deeply it is nested.
"""

import hashlib
from collections.abc import Sequence

MASK = 0xFFFFFFFF
GOLDEN = 0x9E3779B9
_PRIMES = (4294967291, 4294967279)


def macros(*, seed: int) -> tuple[str, ...]:
    """Statements that define ``fmix32(x)``, ``drawn(x, factor)`` and ``seeded(n)``: UBIGINT below 2**32."""
    return (
        f"CREATE OR REPLACE MACRO low32(x) AS x & {MASK}::UBIGINT",
        "CREATE OR REPLACE MACRO shaken(x, k) AS xor(x, x >> k)",
        "CREATE OR REPLACE MACRO fmix32(x) AS shaken(low32(shaken(low32("
        "shaken(x, 16) * 2246822507::UBIGINT), 13) * 3266489909::UBIGINT), 16)",
        f"CREATE OR REPLACE MACRO drawn(x, a) AS x * a % {_PRIMES[0]}::UBIGINT "
        f"* 2246822519::UBIGINT % {_PRIMES[1]}::UBIGINT",
        f"CREATE OR REPLACE MACRO seeded(n) AS fmix32(low32(n::UBIGINT + {_key(f'seed {seed}')}::UBIGINT))",
    )


def draw(purpose: str, *, of: str = "h") -> str:
    """SQL of a number below 2**32 that depends on the row's own number ``of`` and on what it is for."""
    own, other = _key(purpose), _key(f"{purpose} again")
    return f"drawn(xor({of}, {own}::UBIGINT), {other}::UBIGINT)"


def below(limit: int | str, purpose: str, *, of: str = "h") -> str:
    """SQL of a whole number from 0 to ``limit`` - 1."""
    return f"(({draw(purpose, of=of)} * ({limit})::UBIGINT) >> 32)::INTEGER"


def pick(words: Sequence[str], purpose: str, *, of: str = "h") -> str:
    """SQL of one of ``words``, each as likely as any other."""
    return listed(words, below(len(words), purpose, of=of))


def listed(words: Sequence[str], index: str) -> str:
    """SQL of ``words[index]``, counted from 0."""
    return f"list_extract([{', '.join(map(quoted, words))}], ({index}) + 1)"


def weighted(choices: Sequence[tuple[str, int]], purpose: str, *, of: str = "h") -> str:
    """SQL of one of the SQL expressions in ``choices``, each as likely as its weight says."""
    total = sum(weight for _, weight in choices)
    drawn = below(total, purpose, of=of)
    arms, reached = [], 0
    for expression, weight in choices[:-1]:
        reached += weight
        arms.append(f"WHEN {drawn} < {reached} THEN {expression}")
    return f"(CASE {' '.join(arms)} ELSE {choices[-1][0]} END)" if arms else choices[0][0]


def quoted(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def _key(purpose: str) -> int:
    return int.from_bytes(hashlib.sha256(purpose.encode()).digest()[:4], "big")
