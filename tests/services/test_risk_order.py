"""A learnt points table is adopted by two persons and orders visits within a stratum, or is refused."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from tests.people import NOW, TODAY, People
from tests.services.past_visits import PastVisits
from tests.services.points_tables import COUNT, FIRST, file_of, made_up, table

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.planning.drift import Verdict
from xinheng.planning.points import PointsTable
from xinheng.planning.visits import Visits
from xinheng.services.risk_order import (
    adopted,
    approve_table,
    places_of,
    propose_table,
    read_table,
    watch,
    watched,
)
from xinheng.services.risk_trial import Trial, limits_of, tried
from xinheng.store.models import Case, PolicyVersion

LAST = FIRST + timedelta(days=COUNT)


@pytest.fixture(scope="module")
def learnt() -> PointsTable:
    return table()


def _both(first: Visits, second: Visits) -> Visits:
    return Visits(
        ids=[*first.ids, *second.ids],
        entities=[*first.entities, *second.entities],
        days=np.concatenate([first.days, second.days]),
        failed=np.concatenate([first.results, second.results]),
        columns={name: [*cells, *second.columns[name]] for name, cells in first.columns.items()},
    )


def _proposed(made: PointsTable, people: People, policy: Policy) -> Case:
    return propose_table(file_of(made), name="MODEL.yml", actor=people.wang, policy=policy, now=NOW)


@pytest.mark.row("M8-02")
def test_a_table_is_adopted_by_another_person_and_kept_with_its_figures(
    people: People, policy: Policy, learnt: PointsTable
) -> None:
    assert adopted(on=TODAY) is None
    case = _proposed(learnt, people, policy)
    given = {"from_on": TODAY, "policy": policy, "now": NOW}
    with pytest.raises(Refusal):
        approve_table(case.public_id, actor=people.wang, **given)
    approve_table(case.public_id, actor=people.zhao, **given)
    held = adopted(on=TODAY)
    assert held is not None and held.table == learnt
    assert "没有可以用来回测的检查" in held.trial.why
    assert adopted(on=TODAY - timedelta(days=1)) is None
    assert PolicyVersion.objects.get().approved_by == people.zhao


@pytest.mark.row("M8-02")
@pytest.mark.guard("G12")
@pytest.mark.parametrize(
    ("column", "words"),
    [("检查人员", "检查人员"), ("officer", "检查人员"), ("法定代表人", "自然人"), ("企业规模", "公平竞争")],
)
def test_a_table_that_names_inspectors_or_persons_is_refused(
    people: People, policy: Policy, learnt: PointsTable, column: str, words: str
) -> None:
    rows = tuple(
        row.model_copy(update={"column": column}) if row.column == "档次" else row for row in learnt.rows
    )
    assert rows != learnt.rows
    with pytest.raises(Refusal, match=words) as refused:
        _proposed(learnt.model_copy(update={"rows": rows}), people, policy)
    assert refused.value.code == "RO2"
    assert not Case.objects.exists()


@pytest.mark.guard("G12")
def test_a_table_learnt_from_names_of_persons_is_refused(learnt: PointsTable) -> None:
    names = ("张伟", "王芳", "李娜", "刘洋", "陈静", "杨帆")
    rows = tuple(
        row.model_copy(update={"words": dict.fromkeys(names, row.otherwise)}) if row.words else row
        for row in learnt.rows
    )
    with pytest.raises(Refusal, match="自然人"):
        read_table(file_of(learnt.model_copy(update={"rows": rows})), name="M.yml")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xff\xfe", "RO1"),
        (b"a" * (1024 * 1024 + 1), "RO1"),
        (b"rows: []", "PLN10"),
        (b"[", "PLN10"),
    ],
)
def test_what_is_no_table_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_table(content, name="M.yml")
    assert refused.value.code == code


def test_a_changed_table_is_refused(learnt: PointsTable) -> None:
    changed = file_of(learnt).replace(b"intercept: ", b"intercept: 1")
    with pytest.raises(Refusal) as refused:
        read_table(changed, name="M.yml")
    assert refused.value.code == "PLN11"


def test_a_table_that_reads_what_the_city_does_not_have_is_refused(learnt: PointsTable) -> None:
    rows = tuple(
        row.model_copy(update={"column": "食品类别"}) if row.column == "档次" else row for row in learnt.rows
    )
    with pytest.raises(Refusal, match="食品类别") as refused:
        read_table(file_of(learnt.model_copy(update={"rows": rows})), name="M.yml")
    assert refused.value.code == "RO3"


def test_one_table_waits_at_a_time(people: People, policy: Policy, learnt: PointsTable) -> None:
    _proposed(learnt, people, policy)
    with pytest.raises(Refusal) as refused:
        _proposed(learnt, people, policy)
    assert refused.value.code == "RO5"


@pytest.mark.row("M8-02")
def test_a_table_is_tried_on_later_visits_beside_a_random_order(policy: Policy, learnt: PointsTable) -> None:
    history = _both(made_up(), made_up(300, first=LAST))
    found = tried(learnt, history, limits=limits_of(policy, on=TODAY), on=TODAY)
    assert found.own and found.since == LAST and found.visits == 300
    assert found.half is not None and found.half["model"] > found.half["random"] + 100
    assert found.verdict is not Verdict.DRIFT, found.reasons
    assert Trial.read(found.written()) == found


@pytest.mark.row("M8-02")
def test_a_table_whose_rule_has_turned_has_drifted(policy: Policy, learnt: PointsTable) -> None:
    history = _both(made_up(), made_up(300, first=LAST, turned=True))
    found = tried(learnt, history, limits=limits_of(policy, on=TODAY), on=TODAY)
    assert found.verdict is Verdict.DRIFT and found.reasons


def test_too_few_later_visits_try_the_way_it_was_learnt(policy: Policy, learnt: PointsTable) -> None:
    history = _both(made_up(), made_up(10, first=LAST))
    found = tried(learnt, history, limits=limits_of(policy, on=TODAY), on=TODAY)
    assert not found.own and found.visits > 100 and found.verdict is not None


def test_where_nobody_chooses_a_day_of_freezing_none_is_asked_for(
    policy: Policy, learnt: PointsTable
) -> None:
    history = made_up(20)
    one_day = replace(history, days=np.full(20, history.days[0]))
    found = tried(learnt, one_day, limits=limits_of(policy, on=TODAY), on=TODAY)
    assert found.verdict is None and "分不出先学习、后检验" in found.why and "冻结" not in found.why


@pytest.mark.row("M8-02")
@pytest.mark.guard("G7")
@pytest.mark.guard("G1")
def test_points_order_what_was_drawn_within_its_stratum_and_nobody_else(
    people: People, policy: Policy, learnt: PointsTable
) -> None:
    past = PastVisits(people)
    draw = past.draw(a=10, e=10)
    rows = past.rows
    kinds = ["enterprise", "enterprise", "sole_trader", "enterprise"]
    for position, (band, kind) in enumerate(zip("aeee", kinds, strict=True), start=1):
        rows.drawn(draw, subject=rows.subject(kind=kind), band=band, position=position)
    found = places_of(draw, learnt, policy=policy, on=TODAY)
    assert {position: place.rank for position, place in found.items()} == {1: 1, 2: 1, 4: 2}
    assert found[2].points > found[1].points
    assert sum(points for _, points in found[2].parts) == found[2].points
    assert any("档次" in title for title, _ in found[2].parts)


@pytest.mark.row("M8-02")
def test_the_table_in_force_is_watched_and_what_was_found_is_kept(
    people: People, policy: Policy, learnt: PointsTable
) -> None:
    assert watch(policy=policy, now=NOW) is None and watched(on=TODAY) is None
    case = _proposed(learnt, people, policy)
    approve_table(case.public_id, from_on=TODAY, actor=people.zhao, policy=policy, now=NOW)
    assert watched(on=TODAY) is None
    found = watch(policy=policy, now=NOW)
    assert found is not None and watched(on=TODAY) == found
    assert found.on == date(2026, 11, 20)
