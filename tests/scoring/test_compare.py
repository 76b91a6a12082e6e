"""Comparison of two results against figures worked out by hand."""

import math
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from xinheng.core.refusal import Refusal
from xinheng.scoring.compare import ABSENT, UNGRADED, Comparison, compare, moves, stability

GRADES = ("A", "B", "C")
OLD = [(1, 900, "A"), (2, 800, "A"), (3, 700, "B"), (4, 600, "B"), (5, 100, "C"), (6, 500, None)]
NEW = [(1, 900, "A"), (2, 700, "B"), (3, 900, "A"), (4, 100, "C"), (5, 100, "C"), (7, 650, "B")]


def result(folder: Path, name: str, rows: list[tuple[int, int, str | None]]) -> Path:
    path = folder / f"{name}.parquet"
    columns = [
        pa.array([row[0] for row in rows], pa.int64()),
        pa.array([row[1] * 1000 for row in rows], pa.int32()),
        pa.array([row[2] for row in rows], pa.string()),
    ]
    pq.write_table(pa.table(columns, names=["subject_id", "points_milli", "grade"]), path)
    return path


def people(folder: Path, **columns: list[Any]) -> Path:
    path = folder / "population.parquet"
    known: dict[str, list[Any]] = {"subject_id": list(range(1, 8)), "kind": ["enterprise"] * 7} | columns
    pq.write_table(pa.table(known), path)
    return path


def compared(folder: Path, *, old: Any = OLD, new: Any = NEW, **changes: Any) -> Comparison:
    given: dict[str, Any] = {"outcome": None, "grades_old": GRADES, "grades_new": GRADES}
    if "population" not in changes:
        given["population"] = people(folder)
    return compare(result(folder, "old", old), result(folder, "new", new), **(given | changes))


def outcome(folder: Path, bad: dict[int, int], *, suffix: str = "parquet") -> Path:
    path = folder / f"outcome.{suffix}"
    if suffix == "csv":
        lines = [f"{subject},{value}" for subject, value in bad.items()]
        path.write_text("\n".join(["subject_id,bad", *lines]) + "\n", encoding="utf-8")
    else:
        pq.write_table(pa.table({"subject_id": list(bad), "bad": list(bad.values())}), path)
    return path


@pytest.mark.row("M7-03")
def test_everyone_stands_in_one_cell_of_the_matrix(tmp_path: Path) -> None:
    found = compared(tmp_path)
    assert found.states_old == ("A", "B", "C", UNGRADED, ABSENT)
    assert found.whole.matrix == (
        (1, 1, 0, 0, 0),
        (1, 0, 1, 0, 0),
        (0, 0, 1, 0, 0),
        (0, 0, 0, 0, 1),
        (0, 1, 0, 0, 0),
    )
    assert found.whole.old == (2, 2, 1, 1, 1)
    assert found.whole.new == (2, 2, 2, 0, 1)
    assert (found.whole.subjects, found.whole.better, found.whole.worse, found.whole.same) == (7, 1, 2, 2)
    assert found.points_changed == 3
    assert next(iter(moves(found))) == (UNGRADED, ABSENT, 1)
    assert len(list(moves(found))) == 5


def test_stability_follows_the_formula() -> None:
    expected = (0.3 - 0.5) * math.log(0.3 / 0.5) + (0.7 - 0.5) * math.log(0.7 / 0.5)
    assert stability((50, 50), (30, 70)) == round(expected, 6)
    assert stability((50, 50, 0), (500, 500, 0)) == 0
    assert stability((0, 0), (1, 1)) is None
    empty = (0.005 - 0.1) * math.log(0.005 / 0.1) + (1.0 - 0.9) * math.log(1.0 / 0.9)
    assert stability((10, 90), (0, 100)) == round(empty, 6)


def test_psi_of_a_comparison_leaves_out_who_is_absent(tmp_path: Path) -> None:
    found = compared(tmp_path)
    assert found.whole.psi == stability((2, 2, 1, 1), (2, 2, 2, 0))


def test_scales_that_differ_have_a_matrix_and_no_order(tmp_path: Path) -> None:
    new = [(1, 90, "L"), (2, 50, "H")]
    found = compared(tmp_path, new=new, grades_new=("L", "H"))
    assert found.whole.matrix[0] == (1, 1, 0, 0)
    assert (found.whole.better, found.whole.worse, found.whole.same, found.whole.psi) == (None,) * 4


def test_parts_are_told_by_what_the_population_knows(tmp_path: Path) -> None:
    population = people(
        tmp_path,
        kind=["enterprise"] * 4 + ["branch"] * 3,
        sector=["food", "food", None, "food", "food", "food", "food"],
        county=["410202", "410203"] * 3 + ["410202"],
        established_on=[
            date(2025, 11, 21),
            date(2025, 11, 20),
            date(2023, 11, 20),
            date(2016, 11, 20),
            date(2016, 11, 21),
            None,
            date(2027, 1, 1),
        ],
    )
    found = compared(tmp_path, population=population, as_of=date(2026, 11, 20))
    assert {(part.dimension, part.value): part.shift.subjects for part in found.parts} == {
        ("kind", "branch"): 3,
        ("kind", "enterprise"): 4,
        ("sector", ""): 1,
        ("sector", "food"): 6,
        ("county", "410202"): 4,
        ("county", "410203"): 3,
        ("age", ""): 2,
        ("age", "under_1"): 1,
        ("age", "1_to_3"): 1,
        ("age", "3_to_5"): 1,
        ("age", "5_to_10"): 1,
        ("age", "from_10"): 1,
    }
    assert [part.value for part in found.by("kind")] == ["branch", "enterprise"]
    assert found.by("kind")[1].shift.worse == 2


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_area_and_distance_are_those_counted_by_hand(tmp_path: Path, suffix: str) -> None:
    """Bad 3 and 5, good 1, 2, 4. Of six pairs the old points put 5 in order, the new two, and two are ties."""
    found = compared(tmp_path, outcome=outcome(tmp_path, {1: 0, 2: 0, 3: 1, 4: 0, 5: 1, 6: 1}, suffix=suffix))
    assert found.old is not None and found.new is not None
    assert (found.old.good, found.old.bad, found.known_outcomes) == (3, 2, 6)
    assert found.old.points is not None and found.old.grades is not None and found.new.points is not None
    assert found.old.points.auc == Fraction(5, 6)
    assert found.old.points.ks == Fraction(2, 3)
    assert found.old.grades.auc == Fraction(2 * 5 + 1, 12)
    assert found.new.points.auc == Fraction(2 * 2 + 1 + 1, 12)


def test_where_more_points_are_worse_the_order_turns(tmp_path: Path) -> None:
    bad = outcome(tmp_path, {1: 0, 2: 0, 3: 1, 4: 0, 5: 1})
    found = compared(tmp_path, outcome=bad, rising_old=True)
    assert found.old is not None and found.old.points is not None
    assert found.old.points.auc == Fraction(1, 6)


def test_without_a_bad_outcome_there_is_no_curve(tmp_path: Path) -> None:
    found = compared(tmp_path, outcome=outcome(tmp_path, {1: 0, 2: 0}))
    assert found.old is not None
    assert (found.old.good, found.old.bad, found.old.points) == (2, 0, None)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda path: path.unlink(), "无法读取"),
        (lambda path: path.write_bytes(b"PAR1"), "无法读取"),
        (lambda path: pq.write_table(pq.read_table(path).drop_columns(["grade"]), path), "缺少栏目：grade"),
        (lambda path: pq.write_table(pa.concat_tables([pq.read_table(path)] * 2), path), "6 行重复的主体"),
    ],
)
def test_a_bad_result_is_refused(tmp_path: Path, damage: Any, words: str) -> None:
    old, new = result(tmp_path, "old", OLD), result(tmp_path, "new", NEW)
    damage(new)
    with pytest.raises(Refusal, match=words):
        compare(old, new, population=people(tmp_path), outcome=None, grades_old=GRADES, grades_new=GRADES)


def test_a_grade_that_the_model_does_not_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="没有的等级：C"):
        compared(tmp_path, grades_old=("A", "B"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("subject_id\n1\n", "缺少栏目：bad"),
        ("subject_id,bad\n1,2\n", "0、1 以外"),
        ("subject_id,bad\n1,yes\n", "不是整数"),
        ("subject_id,bad\n1,\n2,1\n", "空值"),
        ("subject_id,bad\n1,0\n1,1\n", "重复的主体"),
    ],
)
def test_a_bad_outcome_file_is_refused(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "outcome.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(Refusal, match=words):
        compared(tmp_path, outcome=path)
