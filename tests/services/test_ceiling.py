"""The ceiling of visits counts in the year of the plan, whenever the draw is announced (legal guard G7)."""

import pytest
from tests.people import NOW, TODAY, People
from tests.services.trips import make_trips
from tests.store.rows import Rows

from xinheng.core.grading import visit_limit
from xinheng.core.policy import Policy
from xinheng.services.inspections import forecast_draw
from xinheng.services.visit_counts import visits_by_subject, visits_so_far

MODEL = "food/food-operators"


@pytest.mark.guard("G7")
@pytest.mark.parametrize(("year", "eligible"), [(2027, 0), (2026, 1)])
def test_visits_count_against_the_year_of_the_plan(
    people: People, policy: Policy, year: int, eligible: int
) -> None:
    rows = Rows(people)
    run = rows.run(model=MODEL, current=True)
    subject = rows.subject()
    rows.score(run=run, subject=subject, grade="E")
    band = next(band for band in policy.grading.bands if "E" in band.grades)
    for _ in range(visit_limit(policy.grading, band=band.key, on=TODAY)):
        drawn = rows.draw(
            announcement=rows.announcement(plan=rows.plan(year=2027), run=run, announced_at=NOW)
        )
        rows.drawn(drawn, subject=subject)
    (stratum,) = forecast_draw(rows.plan(year=year), model=MODEL, policy=policy, on=TODAY)
    assert (stratum.band, stratum.population, stratum.eligible) == (band.key, 1, eligible)


@pytest.mark.guard("G7")
@pytest.mark.row("M8-06")
def test_a_withdrawn_visit_is_none_wherever_it_is_asked(people: People, policy: Policy) -> None:
    trips = make_trips(people, policy)
    drawn = trips.drawn(subject=trips.subject(sector="food"))
    organ, subject = people.market, drawn.subject
    run = trips.rows.run(model=MODEL, current=True)
    trips.rows.score(run=run, subject=subject, grade="A")
    (visit,) = trips.sent(drawn).made

    def told() -> tuple[int, int, int]:
        (stratum,) = forecast_draw(trips.plan, model=MODEL, policy=policy, on=TODAY)
        counted = visits_by_subject(organ, year=2026)[subject.pk]
        return visits_so_far(organ, subject, year=2026), counted, stratum.eligible

    assert told() == (1, 1, 0)
    trips.take(visit.case, "withdraw", people.zhao)
    assert told() == (0, 0, 1)
