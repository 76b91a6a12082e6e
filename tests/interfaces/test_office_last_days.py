"""Whoever corrects a record types the last day; the record keeps the day after it."""

from datetime import date

import pytest
from tests.people import NOW

from xinheng.core.flows import Step
from xinheng.core.policy import Policy
from xinheng.core.records import RecordState
from xinheng.interfaces.office.objections import FindingForm
from xinheng.interfaces.office.records import ChangeForm
from xinheng.interfaces.portal.statements import entry
from xinheng.store.models import Case, Record
from xinheng.store.public import PublicAct, PublicSubject

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


@pytest.mark.parametrize(("stop", "last"), [("2026-03-02", "2026-03-02"), ("2026-03-04", "2026-03-03")])
def test_what_left_a_list_on_the_day_it_came_is_public_with_that_day(
    policy: Policy, stop: str, last: str
) -> None:
    subject = PublicSubject(public_id="a" * 12, name="样例食品有限公司")
    act = PublicAct(
        pk=1,
        subject=subject,
        item=13,
        seriousness=0,
        state=1,
        finality=0,
        fields={},
        decided_on=date(2026, 3, 2),
        valid_to=date.fromisoformat(stop),
        published_at=NOW,
    )
    assert entry(policy, act).until == date.fromisoformat(last)
