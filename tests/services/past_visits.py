"""Visits that took place, as rows: drawn in a band, made by a team, with or without a finding on record."""

from typing import Any

from tests.people import NOW, People
from tests.store.rows import Rows
from tests.store.visit_rows import arrival, sheet, visit

from xinheng.store.models import Draw, Subject, Visit


class PastVisits:
    """Draws of the food line in 2026; the strata hold so many enterprises as they are told to."""

    def __init__(self, people: People) -> None:
        self.rows = Rows(people)
        self.organ = people.market
        self._places: dict[int, int] = {}

    def draw(self, **populations: int) -> Draw:
        plan = self.rows.plan(sector="food", approved_by=self.rows.people.zhao, approved_at=NOW)
        strata = [
            {"key": band, "name": f"{band}档", "population": held} for band, held in populations.items()
        ]
        fixed = self.rows.announcement(plan=plan, run=self.rows.run(), content={"strata": strata})
        return self.rows.draw(announcement=fixed)

    def make(
        self,
        draw: Draw,
        band: str,
        *,
        failed: bool | None,
        team: tuple[str, str] = ("C1", "C2"),
        subject: Subject | None = None,
        **given: Any,
    ) -> Visit:
        """A visit that was made. ``failed`` None: its result is not confirmed yet."""
        place = self._places[draw.pk] = self._places.get(draw.pk, 0) + 1
        firm = subject or self.rows.subject(division_code="410202")
        drawn = self.rows.drawn(draw, subject=firm, band=band, position=place, inspectors=list(team))
        known: dict[str, Any] = {"certificates": list(team), "organisation": self.organ}
        if failed is not None:
            batch = self.rows.batch()
            fact = self.rows.record(subject=firm, batch=batch, seriousness=int(failed))
            known |= {"batch": batch, "record_key": fact.record_key}
        plan = draw.announcement.plan
        made = visit(self.rows, plan=plan, drawn=drawn, subject=firm, **known | given)
        arrival(self.rows, visit=made)
        sheet(self.rows, visit=made, present=list(team))
        return made
