"""The ceiling of visits counts in the year of the plan, whenever the draw is announced (legal guard G7)."""

import pytest
from tests.people import NOW, TODAY, People
from tests.store.rows import Rows

from xinheng.core.grading import visit_limit
from xinheng.core.policy import Policy
from xinheng.services.inspections import forecast_draw

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
