"""A points table learnt from a history orders later visits well, sees nothing later, and can be read and checked."""

from dataclasses import replace

import numpy as np
import pytest
from tests.planning.histories import DAYS, FIRST, FREEZE, KINDS, history, visits

from xinheng.core.refusal import Refusal
from xinheng.planning.features import Kind
from xinheng.planning.figures import area_under_curve, found_in_first
from xinheng.planning.fitting import learn
from xinheng.planning.ordering import order, points_of
from xinheng.planning.points import PointsTable, read, written
from xinheng.planning.visits import Visits

ALL = history()
BEFORE, AFTER = ALL.only(ALL.days < FREEZE), ALL.only(ALL.days >= FREEZE)


@pytest.fixture(scope="module")
def table() -> PointsTable:
    return learn(BEFORE)


@pytest.mark.row("M8-09")
def test_later_visits_are_ordered_better_than_by_chance_and_by_simple_rules(table: PointsTable) -> None:
    points = order(AFTER, table, history=BEFORE)
    area = area_under_curve(AFTER.results, points)
    failed_before: dict[str, list[int]] = {}
    for who, bad in zip(BEFORE.entities, BEFORE.results.tolist(), strict=True):
        failed_before.setdefault(who, []).append(bad)
    last = np.array([failed_before.get(who, [0])[-1] for who in AFTER.entities])
    assert area > 0.70
    assert area > area_under_curve(AFTER.results, last) + 0.05
    assert found_in_first(AFTER.results, points, 0.5) > 0.68


@pytest.mark.row("M8-02")
def test_points_follow_the_cause(table: PointsTable) -> None:
    row = next(row for row in table.rows if row.kind is Kind.LEVEL and row.column == "业态")
    points = [row.words[kind].points for kind in KINDS]
    assert points[0] > points[1] > points[3]
    assert abs(table.chances(order(AFTER, table, history=BEFORE)).mean() - AFTER.results.mean()) < 0.05


@pytest.mark.row("M8-02")
def test_rows_of_the_history_on_or_after_the_day_of_a_visit_change_nothing(table: PointsTable) -> None:
    """Of each visit, a planted row on the same day and one a day later, both with the opposite result."""
    asked = AFTER.only(slice(0, 60))
    planted = visits(
        [*asked.entities, *asked.entities],
        [*asked.days, *(asked.days + 1)],
        [*(1 - asked.results), *(1 - asked.results)],
        {name: [*cells, *cells] for name, cells in asked.columns.items()},
    )
    for one in range(len(asked)):
        alone = asked.only([one])
        seen = planted.only(planted.days >= alone.days[0])
        assert order(alone, table, history=joined(BEFORE, seen)) == order(alone, table, history=BEFORE)


def test_visits_of_one_day_do_not_see_each_other_and_their_order_says_nothing(table: PointsTable) -> None:
    place = np.random.default_rng(3).permutation(len(AFTER))
    points = order(AFTER, table, history=BEFORE)
    assert (order(AFTER.only(place), table, history=BEFORE) == points[place]).all()
    turned = BEFORE.only(np.arange(len(BEFORE))[::-1])
    assert (order(AFTER, table, history=turned) == points).all()


def test_a_history_that_ends_on_a_day_is_the_same_as_one_cut_there(table: PointsTable) -> None:
    whole = order(AFTER, table, history=ALL, known_before=FREEZE)
    assert (whole == order(AFTER, table, history=BEFORE)).all()


def test_learning_twice_gives_the_same_file_whatever_the_order_of_rows(table: PointsTable) -> None:
    place = np.lexsort((np.arange(len(BEFORE)), BEFORE.days))
    assert written(learn(BEFORE.only(place))) == written(table)


def test_an_enterprise_nobody_has_visited_and_a_new_word_are_scored(table: PointsTable) -> None:
    asked = visits(["从未查过"], [FREEZE], None, {"业态": ["没有见过的"], "片区": [""]})
    assert abs(int(order(asked, table, history=BEFORE)[0])) < 10_000


def test_points_are_the_sum_of_what_the_rows_of_the_table_give(table: PointsTable) -> None:
    cells = points_of(AFTER, table, history=BEFORE)
    assert len(cells) == len(table.rows)
    assert (sum(cells) == order(AFTER, table, history=BEFORE)).all()


def test_results_without_cause_give_no_order() -> None:
    nothing = history(seed=4, noise=True)
    before, after = nothing.only(nothing.days < FREEZE), nothing.only(nothing.days >= FREEZE)
    area = area_under_curve(after.results, order(after, learn(before), history=before))
    assert 0.44 < area < 0.56


@pytest.mark.row("M8-02")
@pytest.mark.guard("G12")
def test_refused_columns_are_listed_in_the_table_and_leave_no_trace_in_it() -> None:
    risky = ["甲" if bad and at % 3 else "乙" for at, bad in enumerate(BEFORE.results.tolist())]
    more = {**BEFORE.columns, "inspector": risky, "注册资本": risky}
    table = learn(replace(BEFORE, columns=more))
    assert {one.column for one in table.left_out if one.refused} == {"inspector", "注册资本"}
    assert not {"inspector", "注册资本"} & set(table.columns)
    assert written(table).count("inspector") == 1
    assert table.rows == learn(BEFORE).rows


def test_a_column_the_table_uses_must_be_there(table: PointsTable) -> None:
    with pytest.raises(Refusal) as refusal:
        order(replace(AFTER, columns={"片区": AFTER.columns["片区"]}), table, history=BEFORE)
    assert refusal.value.code == "PLN30"
    assert "业态" in refusal.value.message


@pytest.mark.parametrize(
    ("few", "code"),
    [
        (replace(BEFORE, failed=BEFORE.results * 0), "PLN20"),
        (replace(BEFORE, failed=BEFORE.results * 0 + 1), "PLN20"),
        (BEFORE.only(slice(0, 60)), "PLN21"),
        (replace(BEFORE, days=BEFORE.days * 0 + FIRST), "PLN22"),
    ],
)
def test_nothing_is_learnt_from_too_little(few: Visits, code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        learn(few)
    assert refusal.value.code == code


def test_a_short_history_is_learnt_without_windows() -> None:
    short = replace(BEFORE, days=FIRST + (BEFORE.days - FIRST) * 5 // DAYS)
    table = learn(short)
    assert table.rows
    assert order(short, table, history=short).size == len(short)


def test_the_file_gives_the_table_back_and_a_changed_sign_is_found(table: PointsTable) -> None:
    text = written(table)
    assert read(text, name="m.yml") == table
    cell = next(line for line in text.splitlines() if "points: " in line and "points: 0" not in line)
    number = cell.split("points: ")[1].split(",")[0]
    changed = text.replace(cell, cell.replace(f"points: {number}", f"points: {int(number) + 1}"), 1)
    with pytest.raises(Refusal) as refusal:
        read(changed, name="m.yml")
    assert refusal.value.code == "PLN11"


@pytest.mark.parametrize(
    "text", ["", "a: [", "a: 1", "digest: x\nrows: []\n", "[]", "format: 2\ndigest: x\nrows: []\n"]
)
def test_what_is_no_table_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as refusal:
        read(text, name="m.yml")
    assert refusal.value.code in ("PLN10", "PLN11")


def joined(first: Visits, second: Visits) -> Visits:
    return Visits(
        ids=[*first.ids, *(f"P{one}" for one in second.ids)],
        entities=[*first.entities, *second.entities],
        days=np.concatenate([first.days, second.days]),
        failed=np.concatenate([first.results, second.results]),
        columns={name: [*first.columns[name], *second.columns[name]] for name in first.columns},
    )
