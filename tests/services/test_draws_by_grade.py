"""What the policy of a field makes of a draw: who is exempt, whose incentive lowers the ratio, and what the record says of it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.people import NOW, TODAY, People, make_inspectors
from tests.services.deliveries import code
from tests.store.measure_rows import measure, task
from tests.store.rows import Rows

from xinheng.core.draw_verify import verify
from xinheng.core.grading import Band
from xinheng.core.grounds import EndCause
from xinheng.core.inspection_matters import MatterKind
from xinheng.core.policy import Policy
from xinheng.services.inspections import announce_draw, commit_to, forecast_draw, make_draw
from xinheng.services.pools import whole_record
from xinheng.store.models import DrawAnnouncement, DrawnObject, MeasureApplied, Plan, Subject

REVEALS = {"市场监管部门": "words of the regulator"}


@pytest.fixture
def plan(people: People, home: Path) -> Plan:
    make_inspectors(people.market, 4)
    made: Plan = Rows(people).plan(
        matter_key="food_operation", sector="food", year=2026, approved_by=people.zhao, approved_at=NOW
    )
    return made


def _announce(plan: Plan, people: People, policy: Policy, *, model: str) -> DrawAnnouncement:
    parties = {name: commit_to(plan, party=name, reveal=text) for name, text in REVEALS.items()}
    later = NOW + timedelta(hours=1)
    return announce_draw(
        plan.public_id, model=model, parties=parties, actor=people.li, policy=policy, now=later
    )


def _with_bands(policy: Policy, *, kind: str = "general", **changes: object) -> Policy:
    """A policy of its own for food, with these changes in its best band, and the matter of the plan of this kind."""
    best, *others = policy.grading.bands
    bands = (Band.model_validate(best.model_dump() | changes), *others)
    own = policy.grading.model_copy(
        update={"bands": bands, "sector": "food", "eased_by": ("fewer_inspections",)}
    )
    matters = dict(policy.inspection_matters.matters)
    matters["food_operation"] = matters["food_operation"].model_copy(update={"kind": MatterKind(kind)})
    listed = policy.inspection_matters.model_copy(update={"matters": matters})
    return replace(policy, sector_gradings={"food": own}, inspection_matters=listed)


def _graded(people: People) -> tuple[str, list[Subject]]:
    """A run that gave A to seventy enterprises and C to ten more."""
    rows = Rows(people)
    run = rows.run(model="food/graded", current=True)
    subjects = [rows.subject(code=code(number), sector="food") for number in range(1, 81)]
    for place, subject in enumerate(subjects):
        rows.score(run=run, subject=subject, grade="A" if place < 70 else "C")
    return run.model, subjects


@pytest.mark.row("M8-02")
def test_who_is_exempt_is_left_out_with_the_reason_on_the_public_record(
    plan: Plan, people: People, policy: Policy
) -> None:
    model, subjects = _graded(people)
    own = _with_bands(policy, exempt=True, waivers="无投诉举报的\n不主动入企")
    announcement = _announce(plan, people, own, model=model)
    strata = {one["key"]: one for one in announcement.content["strata"]}
    assert strata["a"]["excluded"] == {"按分级分类政策免于日常抽查：无投诉举报的 不主动入企": 70}
    assert (strata["a"]["population"], strata["a"]["size"], strata["c"]["size"]) == (70, 0, 1)
    later = NOW + timedelta(hours=2)
    made = make_draw(announcement.public_id, reveals=REVEALS, actor=people.li, now=later)
    assert verify(whole_record(made), announced=announcement.digest) == ()
    assert {one.subject_id for one in DrawnObject.objects.all()} <= {one.pk for one in subjects[70:]}


@pytest.mark.row("M8-02")
@pytest.mark.guard("G7")
def test_a_key_matter_spares_nobody(plan: Plan, people: People, policy: Policy) -> None:
    model, _ = _graded(people)
    own = _with_bands(policy, kind="key", exempt=True, waivers="无投诉举报的不主动入企")
    strata = _announce(plan, people, own, model=model).content["strata"]
    assert {one["key"]: (one["eligible"], one["size"]) for one in strata} == {"a": (70, 1), "c": (10, 1)}
    assert not any(one["excluded"] for one in strata)


@pytest.mark.row("M10-06")
def test_a_living_incentive_lowers_the_ratio_and_ends_with_its_ground(
    plan: Plan, people: People, policy: Policy
) -> None:
    rows = Rows(people)
    model, subjects = _graded(people)
    ratio = policy.grading.bands[0].ratio
    none = {day: line.model_copy(update={"value": 0}) for day, line in ratio.values.items()}
    own = _with_bands(policy, eased=ratio.model_copy(update={"values": none}))
    given = {"measure": "fewer_inspections", "group": 4, "occasions": ["supervision"], "from_on": TODAY}
    mine = [measure(rows, subject=one, organisation=people.market, **given) for one in subjects[:4]]
    measure(rows, subject=subjects[5], organisation=people.city, **given)
    asked = measure(rows, subject=subjects[6], organisation=people.city, **given)
    task(rows, measure=asked, kind="apply", organisation=people.market)

    def told() -> dict[str, tuple[int, int, int]]:
        found = forecast_draw(plan, model=model, policy=own, on=TODAY)
        return {one.band: (one.population, one.ratio, one.size) for one in found}

    assert told() == {"a": (65, 10, 1), "a_eased": (5, 0, 0), "c": (10, 100, 1)}
    record = mine[0]
    MeasureApplied.objects.filter(pk=record.pk).update(
        ended_at=NOW, end_cause=EndCause.REPAIRED.value, ended_why="repair"
    )
    MeasureApplied.objects.filter(pk=mine[1].pk).update(suspended_at=NOW)
    assert told() == {"a": (67, 10, 1), "a_eased": (3, 0, 0), "c": (10, 100, 1)}
