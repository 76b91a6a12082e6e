"""Makes of a row without a code a row of a subject that a person named: same words, another identity of the act.

Where the identity (``natural_hash``) follows from the row's own words, that of the adopted row is what the row would
have had with the code, so that it is known when it is sent again rightly; else it is drawn from the row's.
"""

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any

from xinheng.core.days import last_day
from xinheng.core.document_no import document_key
from xinheng.core.names import normalise_name

_SEPARATOR = "\x1f"


def adopted(
    row: Mapping[str, Any], *, code: str | None, other: tuple[str, str] | None = None, again: int = 0
) -> dict[str, Any]:
    """The normalised row under the code of a subject, or its older one (kind, value). The name is left out: that it
    differs is what a person decided. ``again``: how often the row was adopted and taken back before."""
    kind, value = other if code is None and other is not None else (None, None)
    who = code or f"{kind}:{value}"
    own = str(row["natural_hash"]).removeprefix("\\x").lower()
    told = next((end for end in _ends(row) if _natural(row, _who(row), end).hex() == own), None)
    natural = _digest(str(row["natural_hash"]), who) if told is None else _natural(row, who, told)
    if again:
        natural = _digest(natural.hex(), str(again))
    return {
        **row,
        "code": code,
        "other_kind": kind,
        "other_code": value,
        "name": None,
        "natural_hash": natural.hex(),
        "content_hash": _digest(str(row["content_hash"]), who).hex(),
    }


def _who(row: Mapping[str, Any]) -> str:
    return normalise_name(row.get("name") or "")


def _ends(row: Mapping[str, Any]) -> tuple[str, ...]:
    """The end as it may have been delivered: as the last day, or as the first day off. The identity of the row says which."""
    stop = row.get("valid_to")
    return ("",) if stop is None else (last_day(date.fromisoformat(str(stop))).isoformat(), str(stop))


def _natural(row: Mapping[str, Any], who: str, end: str) -> bytes:
    document = row.get("document_no")
    words = (row.get("title"), row.get("result"), end or None)
    told = "" if document else _SEPARATOR.join(str(word) for word in words if word is not None)
    parts = (
        row["item"],
        document_key(document or ""),
        who,
        row.get("authority"),
        row.get("decided_on"),
        "",
        told,
    )
    return _digest(*("" if part is None else str(part) for part in parts))


def _digest(*parts: str) -> bytes:
    return hashlib.sha256(_SEPARATOR.join(parts).encode()).digest()[:16]
