"""Answers of a check of many as lines of JSON, written without a dictionary for each.

Every byte is what the encoder of the library writes of the same words (``line_words``), so that a digest over an answer
does not depend on how many were asked for at once.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from json.encoder import encode_basestring as text

from xinheng.services.measures_applying import PARTS, Line
from xinheng.store.checked_lines import Known

_NOTHING = {part: f'"{part}":[]' for part in PARTS}


def answer_text(place: int, number: str, subject: Known, found: Mapping[str, Sequence[Line]]) -> str:
    """One answer with the line feed that ends it; ``place`` counts from 1, ``number`` is that of the check."""
    code = "null" if subject.code is None else text(subject.code)
    parts = ",".join(
        f'"{part}":[{",".join(map(line_text, found[part]))}]' if part in found else _NOTHING[part]
        for part in PARTS
    )
    return (
        f'{{"line":{place},"check":{text(number)},"subject":{{"code":{code},"name":{text(subject.name)}}},'
        f'"subject_version":{subject.version},{parts}}}\n'
    )


def line_text(line: Line) -> str:
    """What ``line_words`` says."""
    title, basis, ground, from_on, until_on, body, number = line
    return (
        f'{{"title":{text(title)},"basis":{text(basis)},"ground":{text(ground)},"body":{text(body)},'
        f'"number":{text(number)},"from_on":{_day(from_on)},"until_on":{_day(until_on)}}}'
    )


@lru_cache(maxsize=20_000)
def _day(day: date | None) -> str:
    return f'"{day.isoformat()}"' if day else '""'
