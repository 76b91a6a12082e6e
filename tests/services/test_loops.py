"""The closed loop of a field says what its stages say, and names what is not connected."""

from datetime import date

import pytest
from django.conf import settings
from tests.people import NOW, TODAY, People, make_organisation
from tests.services.past_visits import PastVisits
from tests.store.check_rows import check_made
from tests.store.commitment_rows import commitment
from tests.store.measure_rows import measure

from xinheng.core.policy import Policy, load_policy
from xinheng.core.refusal import Refusal
from xinheng.services.check_register import field_of, fields_in_charge, months_of
from xinheng.services.commitments_figures import counted
from xinheng.services.loops import Stage, fields_of, loop_of, units_of
from xinheng.services.measures_figures import effects_of_measures
from xinheng.services.visits_effect import Scope, effect_of
from xinheng.store.models import OrganisationKind, PolicyVersion

pytestmark = [pytest.mark.django_db, pytest.mark.row("M8-10")]
YEAR = {"from_on": date(2026, 1, 1), "to_on": date(2027, 1, 1)}


def _loop(people: People, policy: Policy, field: str = "food") -> dict[str, Stage]:
    units = {people.market.pk, people.city.pk}
    return {one.key: one for one in loop_of(field, policy=policy, on=TODAY, cases=units, visits=units)}


def test_each_stage_says_what_its_own_count_says(people: People, policy: Policy) -> None:
    past = PastVisits(people)
    draw = past.draw(a=10)
    for failed in (True, False, None):
        past.make(draw, "a", failed=failed)
    for number, outcome in enumerate(("full", "", "full")):
        commitment(
            past.rows,
            organisation=people.market,
            outcome=outcome,
            **({"determined_on": TODAY, "determined_by": people.market} if outcome else {}),
            registered_at=NOW,
            code=f"C{number}",
            record_key=number,
        )
    measure(past.rows)
    for state in ("granted", "lodged"):
        past.rows.case(kind="repair", organisation=people.market, state=state)
    past.rows.case(kind="repair", organisation=people.city)
    found = _loop(people, policy)
    assert dict(found["commitments"].figures) == {"登记的承诺": 3, "已核查": 2, "未履行": 0}
    assert dict(found["visits"].figures) == {"已检查": 3, "发现问题": 1}
    assert dict(found["measures"].figures) == {"生效的措施": 1, "执行中": 1, "修复终止": 0}
    assert dict(found["repair"].figures) == {"受理的修复申请": 2, "其中准予修复": 1}
    market = {people.market.pk}
    assert found["commitments"].figures[0][1] == sum(row.taken for row in counted(market, **YEAR))
    assert (
        found["visits"].figures[0][1] == effect_of(Scope(market, 2026, "food"), policy=policy, on=TODAY).made
    )
    rows = effects_of_measures(policy=policy, units=market, **YEAR)
    assert found["measures"].figures[0][1] == sum(row.applied for row in rows)


def test_what_belongs_to_another_field_is_not_counted(people: People, policy: Policy) -> None:
    past = PastVisits(people)
    past.make(past.draw(a=10), "a", failed=True)
    other = make_organisation("kaifeng.ecology", OrganisationKind.DEPARTMENT, "市生态环境局", people.city)
    past.rows.case(kind="repair", organisation=other)
    assert dict(_loop(people, policy, "drugs")["visits"].figures)["已检查"] == 0
    assert dict(_loop(people, policy)["repair"].figures)["受理的修复申请"] == 0


def test_what_is_not_connected_is_named(people: People, policy: Policy) -> None:
    found = _loop(people, policy)
    assert dict(found["check"].figures)["办事核查"] == 0 and found["check"].gap == ""
    assert "其他领域" in found["commitments"].gap and "药品" in found["commitments"].gap
    assert "没有现行的评价结果" in found["grading"].gap
    assert "没有自己的评价模型" in _loop(people, policy, "statistics")["grading"].gap


def test_checks_and_commitments_are_counted_by_field_and_month(people: People, policy: Policy) -> None:
    rows = PastVisits(people).rows
    one = rows.subject()
    given = {"organisation": people.market, "subject": one}
    for field, day in (("food", TODAY), ("food", date(2026, 9, 1)), ("drugs", TODAY), ("", TODAY)):
        check_made(rows, field=field, day=day, **given)
    listed = PolicyVersion.objects.create(
        kind="promise_list",
        key="food",
        digest="sha256:0",
        body={"sector": "food", "items": []},
        from_on=TODAY,
        drafted_by=people.wang,
        approved_by=people.zhao,
        approved_at=NOW,
    )
    for number, held in enumerate((listed, None)):
        commitment(
            rows,
            organisation=people.market,
            item_list=held,
            committed_on=TODAY,
            registered_at=NOW,
            code=f"C{number}",
            record_key=number,
        )
    found = _loop(people, policy)["check"]
    assert dict(found.figures) == {"办事核查": 2, "其中业务系统核查": 0, "涉及主体": 1}
    assert "另有 1 次" in found.gap
    months = months_of("food", {people.market.pk}, start=date(2026, 1, 1), end=date(2027, 1, 1))
    assert [(one.first, one.desk, one.system, one.taken) for one in months] == [
        (date(2026, 11, 1), 1, 0, 1),
        (date(2026, 9, 1), 1, 0, 0),
    ]
    assert sum(one.desk + one.system for one in months) == dict(found.figures)["办事核查"]
    assert months_of("food", {people.city.pk}, start=date(2026, 1, 1), end=date(2027, 1, 1)) == []


def test_a_check_is_of_a_field_of_its_own_organ_or_of_none(people: People, policy: Policy) -> None:
    assert set(fields_in_charge(people.market, policy=policy)) >= {"food", "drugs"}
    assert field_of(people.market, "", policy=policy) == "", "what nobody said is not guessed"
    assert field_of(people.market, "food", policy=policy) == "food"
    with pytest.raises(Refusal) as refused:
        field_of(people.market, "tax", policy=policy)
    assert refused.value.code == "CR1"


def test_who_reaches_no_organ_of_the_field_is_told_so(people: People, policy: Policy) -> None:
    found = {one.key: one for one in loop_of("food", policy=policy, on=TODAY, cases=(), visits=())}
    assert "授权范围内没有" in found["repair"].gap
    assert units_of("food", policy=policy, among=()) == frozenset()


def test_pingdingshan_has_at_least_its_eleven_fields() -> None:
    """平信用〔2021〕1号 names the organs of its tenth point; which eleven fields they make is not yet compared."""
    fields = fields_of(load_policy(settings.POLICY_ROOT, city="pingdingshan"))
    named = {"ecology", "housing", "transport", "health", "education", "culture_tourism", "commerce", "tax"}
    assert named | {"public_resources", "food", "drugs"} <= set(fields)
    assert "any" not in fields
