"""Whoever corrects a record types the last day and reads the last day; the record keeps the day after it."""

from datetime import date

import pytest

from xinheng.core.flows import Step
from xinheng.core.records import RecordState
from xinheng.interfaces.office.objections import FindingForm, _right
from xinheng.interfaces.office.records import ChangeForm
from xinheng.interfaces.office.records_corrections import _words
from xinheng.store.models import Case, Record

STEP = Step(verb="find", title="核查", from_states=("lodged",), to_state="found")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("2027-03-02", "2027-03-03"), ("2099-12-31", "2100-01-01"), ("9999-12-31", "9999-12-31")],
)
def test_a_corrected_end_is_typed_as_the_last_day(typed: str, kept: str) -> None:
    finding = FindingForm(
        STEP, Case(), {"seen": 1, "reason": "核对原件", "proposal": "corrected", "valid_to": typed}
    )
    change = ChangeForm(
        Record(state=RecordState.ACTIVE),
        {"deed": "correct", "ground": "更正书", "reason": "核对原件", "valid_to": typed},
    )
    assert finding.is_valid() and change.is_valid(), (finding.errors, change.errors)
    assert finding.found().values == {"valid_to": kept}
    assert change.values() == {"valid_to": date.fromisoformat(kept)}


def test_a_corrected_end_is_read_as_the_last_day() -> None:
    assert _right({"values": {"valid_to": "2027-03-03"}}) == [("有效期至", "2027-03-02")]
    assert _words("valid_to", "2027-03-03") == _words("valid_to", date(2027, 3, 3)) == "2027-03-02"
    assert _words("valid_to", None) == "—"
