"""Checks up to ten thousand enterprises by one call of a system, each answered in the order in which it was asked.

The answers are lines of JSON, made here once, so that one digest over them names the whole; each enterprise stands in the
register, and one event in the ledger for all. Wrong codes are told line by line (legal guards G14, G16).
"""

import json
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from xinheng.core.canonical import digest
from xinheng.core.credit_code import is_uscc
from xinheng.core.ids import normalise_code
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.checks_admitted import Check, admit_checks
from xinheng.services.checks_by_key import lines_on, not_known_then, unknown_on
from xinheng.services.checks_entering import Entry, enter_checks, numbered
from xinheng.services.checks_text import answer_text
from xinheng.services.measures_applying import Line
from xinheng.services.sharing_reads import Asked, unknown_code, write_refused
from xinheng.store.checked_lines import Known, known_by
from xinheng.store.senders import SenderKey

MOST = 10_000
_WORDS = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_NOTHING: Mapping[str, Sequence[Line]] = {}


@dataclass(frozen=True, slots=True)
class ManyAnswered:
    """``lines``: one JSON document a line, in the order asked, each ended by a line feed; ``snapshot``: digest over them."""

    entry: Entry
    lines: bytes
    snapshot: str
    found: int
    unknown: int


def check_batch(
    key: SenderKey, codes: Sequence[str], check: Check, *, policy: Policy, now: datetime
) -> ManyAnswered:
    """Each code counts against the quota. Refusals as ``admit_checks``; CX7 none or too many asked for."""
    try:
        if not 0 < len(codes) <= MOST:
            raise Refusal(
                "CX7", f"一次可以核查 1 至 {MOST} 个代码，收到 {len(codes)} 个。", advice="请分几次核查。"
            )
        entry = admit_checks(key, check, codes, policy=policy, now=now)
    except Refusal as refusal:
        write_refused(key, Asked(purpose=check.purpose), refusal, now=now)
        raise
    written = [normalise_code(one) for one in codes]
    found = known_by(list(dict.fromkeys(written)))
    subjects = list({one.pk: one for one in found.values()}.values())
    unknown = unknown_on(subjects, entry.as_of) if entry.as_of is not None else set()
    told = [one for one in subjects if one.pk not in unknown]
    numbers = numbered(entry, told)
    applies = lines_on(told, entry, policy=policy, now=now)
    rows = _rows(written, found, unknown, applies, numbers, entry)
    lines = "".join(rows).encode()
    snapshot = digest(lines)
    enter_checks(entry, numbers, named="", snapshot=snapshot, now=now)
    return ManyAnswered(
        entry, lines, snapshot, len(told), len(codes) - sum(code in found for code in written)
    )


def _rows(
    written: Sequence[str],
    found: Mapping[str, Known],
    unknown: Set[int],
    applies: Mapping[int, Mapping[str, Sequence[Line]]],
    numbers: Mapping[int, str],
    entry: Entry,
) -> Iterator[str]:
    """``line`` counts from 1. A code asked for again refers to the line that answers it."""
    met: dict[int, int] = {}
    for line, code in enumerate(written, start=1):
        subject = found.get(code)
        if subject is None:
            yield f"{_WORDS(_wrong(line, code, _unknown(code)))}\n"
        elif subject.pk in unknown:
            assert entry.as_of is not None
            yield f"{_WORDS(_wrong(line, code, not_known_then(entry.as_of)))}\n"
        elif subject.pk in met:
            yield f"{_WORDS({'line': line, 'code': code, 'same_as': met[subject.pk]})}\n"
        else:
            met[subject.pk] = line
            number = numbers.get(subject.pk, "")
            yield answer_text(line, number, subject, applies.get(subject.pk, _NOTHING))


def _unknown(code: str) -> Refusal:
    if is_uscc(code):
        return unknown_code()
    return Refusal("CX8", "不是统一社会信用代码，或者校验位不符。", advice="请核对代码，共 18 位。")


def _wrong(line: int, code: str, refusal: Refusal) -> dict[str, Any]:
    return {"line": line, "code": code[:30], "problem": refusal.told()}
