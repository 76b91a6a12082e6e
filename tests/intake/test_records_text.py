"""Whatever state a text file is in, every line ends in some record and keeps its number."""

import csv
import io
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.intake.records_text import Fault, Record, cut, delimiter_of


def _cut(text: str, delimiter: str = ",") -> list[Record]:
    return list(cut(io.StringIO(text, newline=""), delimiter=delimiter, cell_characters=10_000))


def test_records_are_cut_at_quotes_and_line_breaks() -> None:
    found = _cut('a,"b\nc",d\r\n\r\n"说""好""",x\n')
    assert [(record.number, record.cells) for record in found] == [
        (1, ["a", "b\nc", "d"]),
        (2, []),
        (3, ['说"好"', "x"]),
    ]


def test_a_quote_that_is_never_closed_costs_one_row() -> None:
    found = _cut('a,1\nb,"未完\n' + "".join(f"c{number},2\n" for number in range(3000)))
    assert [record.number for record in found if record.fault] == [2]
    assert found[1].fault is Fault.QUOTE
    assert found[-1].cells == ["c2999", "2"] and found[-1].number == 3002


def test_an_upload_cut_off_within_quotes_ends_in_one_faulty_row() -> None:
    found = _cut('a,1\nb,"未完')
    assert [(record.cells[0], record.fault) for record in found] == [("a", None), ("b", Fault.CUT)]


def test_a_quote_inside_an_unquoted_cell_is_only_a_character() -> None:
    assert _cut('3" 管,1\nb,2\n')[0].cells == ['3" 管', "1"]


def test_many_open_quotes_do_not_take_forever() -> None:
    started = time.process_time()
    found = _cut('a,"x\nb,2\n' * 4000)
    assert found and time.process_time() - started < 20


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    rows = [["序号", "名称，简称", "结果"], ["1", "甲、乙", "合格"], ["2", "丙", "合格"]]
    assert delimiter_of("\n".join(delimiter.join(row) for row in rows)) == delimiter


_CELL = st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"), max_size=8)


@given(st.lists(st.lists(_CELL, min_size=2, max_size=4), max_size=20))
def test_well_formed_text_is_cut_as_the_csv_module_cuts_it(rows: list[list[str]]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(rows)
    assert [record.cells for record in _cut(out.getvalue())] == rows
