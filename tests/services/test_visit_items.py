"""What the grade decides about a check: its points, the ground in words, and what no grade leaves out."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.people import NOW, People
from tests.services.deliveries import code
from tests.services.trips import ARRIVED, MATTER, OFFSITE, SHEET, SITE, TEAM, Trips, make_trips

from xinheng.core.inspection_matters import Weight
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.visit_items import items_of
from xinheng.services.visits import follow_lead, points_of
from xinheng.services.visits_on_site import record_visit
from xinheng.store.models import CaseCheck

WEIGHTS = {
    "permit": Weight.REQUIRED,
    "hygiene": Weight.KEY,
    "sourcing": Weight.ROUTINE,
    "storage": Weight.EXTRA,
}
"""The other two points are weighed by nobody."""


@pytest.fixture
def trips(people: People, policy: Policy) -> Trips:
    matters = dict(policy.inspection_matters.matters)
    matter = matters[MATTER]
    points = {
        key: point.model_copy(update={"weight": WEIGHTS.get(key)}) for key, point in matter.points.items()
    }
    matters[MATTER] = matter.model_copy(update={"points": points})
    listed = policy.inspection_matters.model_copy(update={"matters": matters})
    return make_trips(people, replace(policy, inspection_matters=listed))


@pytest.mark.row("M8-02")
@pytest.mark.parametrize(
    ("band", "left"),
    [
        ("a", {"permit", "staff", "self_check"}),
        ("b", {"permit", "hygiene", "staff", "self_check"}),
        ("c", {"permit", "hygiene", "sourcing", "staff", "self_check"}),
        ("e", {"permit", "hygiene", "sourcing", "storage", "staff", "self_check"}),
    ],
)
def test_the_checklist_holds_what_the_grade_leaves(trips: Trips, band: str, left: set[str]) -> None:
    (visit,) = trips.sent(trips.drawn(band=band)).made
    items = items_of(visit, policy=trips.policy)
    assert set(points_of(visit, policy=trips.policy)) == set(items.points) == left
    assert set(items.left_out) == {"permit", "hygiene", "sourcing", "storage", "staff", "self_check"} - left


@pytest.mark.row("M8-02")
def test_the_inspector_reads_on_what_ground_points_are_left_out(trips: Trips) -> None:
    (visit,) = trips.sent(trips.drawn(band="a")).made
    said = items_of(visit, policy=trips.policy).ground
    assert "“优秀”档：只查法定必查事项，免查 3 项" in said
    assert "开封市信用分级分类监管政策" in said and "汴政办〔2020〕46号" in said


@pytest.mark.row("M8-02")
def test_a_point_that_the_grade_leaves_out_is_refused_on_the_sheet(trips: Trips) -> None:
    visit = trips.approved(trips.drawn(band="a"))
    by = trips.by(trips.li, SITE + timedelta(hours=2))
    with pytest.raises(Refusal) as refused:
        record_visit(visit.case.public_id, SHEET, arrived=ARRIVED, **by)
    assert refused.value.code == "VS3"
    kept = {key: SHEET.points[key] for key in ("permit", "staff", "self_check")}
    sheet = record_visit(
        visit.case.public_id,
        replace(SHEET, points=kept),
        arrived=ARRIVED,
        **by,
    )
    assert set(sheet.points.values_list("key", flat=True)) == set(kept)


@pytest.mark.row("M8-02")
@pytest.mark.guard("G7")
def test_a_check_on_a_lead_carries_every_point(trips: Trips) -> None:
    plan = trips.rows.plan(
        case=trips.rows.case(state="in_force", organisation=trips.people.market),
        kind="case",
        matter_key=MATTER,
        sector="food",
        approved_by=trips.people.zhao,
        approved_at=NOW,
    )
    CaseCheck.objects.create(
        plan=plan,
        subject=trips.subject(code(8)),
        reason="complaint",
        explanation="12315 转来的投诉，反映销售过期食品",
        emergency=False,
    )
    visit = follow_lead(plan, certificates=TEAM, offsite=OFFSITE, **trips.by(trips.people.wang))
    items = items_of(visit, policy=trips.policy)
    assert len(items.points) == 6 and not items.left_out
    assert "不按等级减免" in items.ground
