"""The city's own visits as a history: no person in it, nothing that came later, nothing that was repaired."""

from datetime import timedelta

import pytest
from tests.people import NOW, TODAY, People
from tests.services.past_visits import PastVisits

from xinheng.core.policy import Policy
from xinheng.core.records import Finality, RecordState
from xinheng.core.refusal import Refusal
from xinheng.planning.columns import judge
from xinheng.services.visit_history import COLUMNS, coming_of, history_of
from xinheng.store.models import Draw, Record, Subject

pytestmark = [pytest.mark.django_db, pytest.mark.row("M8-03"), pytest.mark.row("M8-09")]


@pytest.fixture
def past(people: People) -> PastVisits:
    return PastVisits(people)


def _record(
    past: PastVisits, firm: Subject, *, days: int, seriousness: int = 1, finality: Finality = Finality.FINAL
) -> Record:
    return past.rows.record(
        subject=firm,
        batch=past.rows.batch(),
        seriousness=seriousness,
        finality=finality,
        known_at=NOW - timedelta(days=days),
    )


def test_a_visit_knows_what_stood_before_its_day_and_nothing_else(past: PastVisits, policy: Policy) -> None:
    firm = past.rows.subject()
    for days, seriousness in ((30, 1), (10, 1), (5, 0), (-3, 1)):
        _record(past, firm, days=days, seriousness=seriousness)
    made = past.make(past.draw(a=10), "a", failed=True, subject=firm)
    found = history_of(policy=policy)
    assert (found.ids, found.entities) == ([made.case.number], [firm.public_id])
    assert found.results.tolist() == [1]
    assert tuple(found.columns) == COLUMNS
    assert [cells[0] for cells in found.columns.values()] == [made.matter, "food", "daily", "a", "2"]


@pytest.mark.guard("G9")
@pytest.mark.parametrize("state", [RecordState.REPAIRED, RecordState.WITHDRAWN])
def test_what_was_repaired_or_withdrawn_teaches_nothing(
    past: PastVisits, policy: Policy, state: RecordState
) -> None:
    made = past.make(past.draw(a=10), "a", failed=True)
    assert len(history_of(policy=policy)) == 1
    later = NOW + timedelta(days=1)
    known = Record.objects.filter(record_key=made.record_key)
    known.update(known_until=later)
    old = known.get()
    past.rows.record(
        subject=made.subject,
        batch=made.batch,
        record_key=made.record_key,
        known_at=later,
        state=state,
        seriousness=old.seriousness,
    )
    assert len(history_of(policy=policy)) == 0


@pytest.mark.guard("G1")
def test_sole_traders_are_neither_learnt_from_nor_ordered(past: PastVisits, policy: Policy) -> None:
    draw = past.draw(a=10)
    trader = past.rows.subject(kind="sole_trader")
    past.make(draw, "a", failed=True, subject=trader)
    past.rows.drawn(draw, subject=past.rows.subject(kind="sole_trader"), position=9)
    assert len(history_of(policy=policy)) == 0
    with pytest.raises(Refusal) as refused:
        coming_of(Draw.objects.get(pk=draw.pk), policy=policy, on=TODAY)
    assert refused.value.code == "VH1"


@pytest.mark.guard("G7")
def test_whom_a_draw_chose_waits_in_the_order_drawn_until_visited(past: PastVisits, policy: Policy) -> None:
    draw = past.draw(a=10)
    past.make(draw, "a", failed=True)
    second, third = past.rows.subject(), past.rows.subject()
    _record(past, third, days=10)
    past.rows.drawn(draw, subject=third, band="a", position=3)
    past.rows.drawn(draw, subject=second, band="a", position=2)
    found = coming_of(draw, policy=policy, on=TODAY)
    assert list(found.ids) == ["2", "3"]
    assert found.failed is None
    assert list(found.columns["此前失信记录数"]) == ["0", "1"]


@pytest.mark.guard("G12")
def test_no_column_names_a_person_or_what_fair_competition_keeps_out(
    past: PastVisits, policy: Policy
) -> None:
    draw = past.draw(a=10)
    for number in range(4):
        past.make(draw, "a", failed=bool(number % 2))
    assert not [one for one in judge(history_of(policy=policy)) if one.use == "refused"]


@pytest.mark.guard("G3")
@pytest.mark.parametrize("finality", [Finality.UNKNOWN, Finality.WITHIN_TERM, Finality.IN_COURT])
def test_a_decision_that_may_still_fall_moves_nobody_forward(
    past: PastVisits, policy: Policy, finality: Finality
) -> None:
    firm = past.rows.subject()
    _record(past, firm, days=30, finality=finality)
    past.make(past.draw(a=10), "a", failed=False, subject=firm)
    assert history_of(policy=policy).columns["此前失信记录数"] == ["0"]
