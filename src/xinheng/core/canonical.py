"""One byte form for every value that is hashed, and the digests written over it.

The form is the subset of RFC 8785 without fractions: object keys in UTF-16 order, no blanks, UTF-8,
whole numbers that JavaScript can hold exactly. Digests carry the name of their algorithm, so that
SM3 (GB/T 32905) and SHA-256 can stand side by side.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

GREATEST_EXACT = 2**53 - 1
ALGORITHMS = ("sha256", "sm3")


def canonical(value: Any) -> bytes:
    """Canonical JSON of strings, whole numbers, booleans, null, arrays and objects.

    Raises TypeError for any other type (fractions and dates included) and ValueError for a number
    beyond ±(2**53 - 1) or a string that is not Unicode text.
    """
    text = json.dumps(_ordered(value), ensure_ascii=False, separators=(",", ":"))
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError("a lone surrogate is not text") from error


def _ordered(value: Any) -> Any:
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        if abs(value) > GREATEST_EXACT:
            raise ValueError(f"{value} is beyond the exact range of JSON numbers")
        return value
    if isinstance(value, list | tuple):
        return [_ordered(item) for item in value]
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise TypeError(f"an object key must be a string, not {type(key).__name__}")
        return {key: _ordered(value[key]) for key in sorted(value, key=_utf16)}
    raise TypeError(f"{type(value).__name__} has no canonical form")


def _utf16(key: str) -> bytes:
    return key.encode("utf-16-be", "surrogatepass")


def raw_digest(content: bytes, *, algorithm: str = "sha256") -> bytes:
    """The 32 bytes. Raises ValueError for an algorithm that is unknown here or absent from this machine."""
    if algorithm not in ALGORITHMS:
        raise ValueError(f"unknown digest algorithm {algorithm!r}")
    return hashlib.new(algorithm, content).digest()


def digest(content: bytes, *, algorithm: str = "sha256") -> str:
    """``sha256:…`` or ``sm3:…`` in lower-case hexadecimal."""
    return f"{algorithm}:{raw_digest(content, algorithm=algorithm).hex()}"


def digest_of(value: Any, *, algorithm: str = "sha256") -> str:
    """The digest of the canonical form of ``value``."""
    return digest(canonical(value), algorithm=algorithm)


def matches(content: bytes, expected: str) -> bool:
    """Whether ``expected`` (with its prefix) is the digest of ``content``; false for a malformed one."""
    algorithm, _, _ = expected.partition(":")
    if algorithm not in ALGORITHMS:
        return False
    return hmac.compare_digest(digest(content, algorithm=algorithm).encode(), expected.encode())


def shortened(digest: str) -> str:
    """The first sixteen signs of a digest in groups of four, as people compare them."""
    signs = digest.partition(":")[2][:16]
    return " ".join(signs[at : at + 4] for at in range(0, 16, 4))
