"""What a finding says is read alike, whichever day it keeps as an end."""

from xinheng.core.objections import FIRST_DAY_OFF, with_first_day_off

LAST = {"proposal": "corrected", "values": {"valid_to": "2027-02-28", "amount_fen": 5}, "fields": {}}


def test_the_end_of_a_finding_without_the_mark_is_its_last_day() -> None:
    read = with_first_day_off(LAST)
    assert read["values"] == {"valid_to": "2027-03-01", "amount_fen": 5}
    assert with_first_day_off(read) == read
    marked = {**LAST, FIRST_DAY_OFF: True}
    assert with_first_day_off(marked) == marked
    farthest = {"values": {"valid_to": "9999-12-31"}}
    assert with_first_day_off(farthest)["values"] == farthest["values"]
    assert with_first_day_off({"values": {}}) == {"values": {}}
