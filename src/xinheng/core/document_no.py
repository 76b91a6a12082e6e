"""One form of a document number, by which two ways of writing it are known to name the same act.

Half-width letters and digits in upper case, the brackets of official documents, no blanks. Python and SQL take the same
two rows of signs, so that what intake hashes and what the database compares cannot part.
"""

_WIDE = "".join(map(chr, (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))))
_SMALL = "abcdefghijklmnopqrstuvwxyz"
_OPEN, _CLOSE = "﹝［[【（(", "﹞］]】）)"
_BLANKS = " \t\r\n\x0b\x0c\u00a0\u2002\u2003\u2009\u200b\u3000\ufeff"

_WRITTEN = _WIDE + _SMALL + _OPEN + _CLOSE
_KEPT = (
    "".join(chr(ord(sign) - 0xFEE0) for sign in _WIDE).upper()
    + _SMALL.upper()
    + "〔" * len(_OPEN)
    + "〕" * len(_CLOSE)
)
_TABLE = str.maketrans(_WRITTEN, _KEPT, _BLANKS)


def document_key(text: str) -> str:
    """What two ways of writing one document number have in common."""
    return text.translate(_TABLE)


def document_key_sql(expression: str) -> str:
    """The same in the words of PostgreSQL and DuckDB: signs without a counterpart are left out."""
    return f"translate({expression}, '{_WRITTEN}{_BLANKS}', '{_KEPT}')"
