"""Answers of a check of many, written without a dictionary for each, are what the encoder of the library writes."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.services.checks_text import answer_text
from xinheng.services.measures_applying import PARTS, Line, line_words
from xinheng.store.checked_lines import Known

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
DAY = st.none() | st.dates(date(1950, 1, 1), date(2060, 1, 1))
LINES = st.builds(
    Line, title=TEXT, basis=TEXT, ground=TEXT, from_on=DAY, until_on=DAY, body=TEXT, number=TEXT
)
FOUND = st.dictionaries(st.sampled_from(PARTS), st.lists(LINES, min_size=1, max_size=3))
SUBJECTS = st.builds(
    Known,
    pk=st.integers(1),
    public_id=TEXT,
    code=st.none() | TEXT,
    name=TEXT,
    version=st.integers(0, 2**31),
)


def test_people_read_the_last_day_and_machines_the_first_day_after() -> None:
    first_off = date(2027, 3, 1)
    measure = Line("限制", "", "", None, first_off, "")
    assert measure.last_on == date(2027, 2, 28) and line_words(measure)["until_on"] == "2027-03-01"
    assert measure._replace(until_on=None).last_on is None


@pytest.mark.row("M5-11")
@given(subject=SUBJECTS, found=FOUND, number=TEXT)
def test_an_answer_of_many_reads_as_the_encoder_writes_its_words(
    subject: Known, found: dict[str, list[Line]], number: str
) -> None:
    words = {
        "line": 7,
        "check": number,
        "subject": {"code": subject.code, "name": subject.name},
        "subject_version": subject.version,
        **{part: [line_words(one) for one in found.get(part, [])] for part in PARTS},
    }
    said = json.dumps(words, ensure_ascii=False, separators=(",", ":"))
    assert answer_text(7, number, subject, found) == f"{said}\n"
