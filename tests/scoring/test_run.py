from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from tests.core.examples import AS_OF, PLAIN, fact, indicator, model
from tests.scoring.worlds import City, models, numbered, rows_of, some_city, store, treatments

from xinheng.core.evaluation import evaluate
from xinheng.core.models import ScoringModel, read_model
from xinheng.core.policy import load_policy
from xinheng.core.refusal import Refusal
from xinheng.core.treatment import Treatment
from xinheng.scoring.compile import Reduce, compile_model
from xinheng.scoring.explain import evaluate_subject, facts_of
from xinheng.scoring.query import sql
from xinheng.scoring.run import RunSummary, run_batch

MODELS = Path(__file__).parents[2] / "policy" / "models"


def run(
    made: ScoringModel, city: City, folder: Path, **changes: Any
) -> tuple[RunSummary, list[dict[str, Any]]]:
    snapshot, population = store(numbered(city), folder)
    given = {"treatment": PLAIN, "snapshot": snapshot, "population": population, "as_of": AS_OF, "threads": 1}
    out = folder / "scores.parquet"
    summary = run_batch(made, **(given | changes), out=out)
    return summary, pq.read_table(out).to_pylist()


@pytest.mark.row("M7-02")
def test_everyone_the_model_covers_has_one_row_in_order_of_the_subject(tmp_path: Path) -> None:
    city: City = [
        ("enterprise", "food", [fact(1)]),
        ("sole_trader", "food", [fact(2)]),
        ("enterprise", "retail", [fact(3)]),
        ("enterprise", "food", []),
        ("enterprise", "food", [fact(4, item=14)]),
    ]
    summary, rows = run(model(), city, tmp_path)
    assert [row["subject_id"] for row in rows] == [1, 4, 5]
    assert rows[0] == {
        "subject_id": 1,
        "points_milli": 770_000,
        "grade": "B",
        "veto": None,
        "contributions": [-30_000, 0],
    }
    assert rows[1]["grade"] is None
    assert (rows[2]["grade"], rows[2]["veto"]) == ("E", "listed")
    assert summary.distribution == {"A": 0, "B": 1, "C": 0, "D": 0, "E": 1, "": 1}
    assert (summary.rows, summary.vetoed) == (3, 1)


@pytest.mark.row("M7-07")
def test_a_second_run_is_the_same_to_the_last_byte(tmp_path: Path) -> None:
    results = []
    for name, threads in (("first", 1), ("second", 2)):
        folder = tmp_path / name
        folder.mkdir()
        summary, _ = run(model(), some_city(11), folder, threads=threads)
        results.append((summary, (folder / "scores.parquet").read_bytes()))
    assert results[0] == results[1]


def test_a_point_more_is_another_digest(tmp_path: Path) -> None:
    other = model(indicators=[indicator(points=31), *model().model_dump(mode="json")["indicators"][1:]])
    first, _ = run(model(), some_city(11), tmp_path)
    second, _ = run(other, some_city(11), tmp_path)
    assert first.digest != second.digest
    assert first.model_digest != second.model_digest


def test_records_of_unknown_subjects_are_counted_and_not_used(tmp_path: Path) -> None:
    snapshot, population = store(
        numbered([("enterprise", "food", [fact(1)]), ("enterprise", "food", [fact(2)])]), tmp_path
    )
    one = pq.read_table(population).slice(0, 1)
    pq.write_table(one, population)
    summary = run_batch(
        model(),
        treatment=PLAIN,
        snapshot=snapshot,
        population=population,
        as_of=AS_OF,
        out=tmp_path / "out.parquet",
    )
    assert (summary.rows, summary.strays) == (1, 1)


def test_a_city_without_records_is_graded_as_missing_information(tmp_path: Path) -> None:
    summary, rows = run(model(), [("enterprise", "food", [])], tmp_path)
    assert summary.distribution[""] == 1
    assert rows[0]["contributions"] == [0, 0]


def test_extra_columns_of_the_population_do_not_matter(tmp_path: Path) -> None:
    snapshot, population = store(numbered([("enterprise", "food", [fact(1)])]), tmp_path)
    table = pq.read_table(population).append_column("version", pa.array([5], pa.int64()))
    pq.write_table(table, population)
    summary = run_batch(
        model(),
        treatment=PLAIN,
        snapshot=snapshot,
        population=population,
        as_of=AS_OF,
        out=tmp_path / "out.parquet",
    )
    assert summary.rows == 1


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda path: path.write_bytes(b"PAR1 cut off"), "无法读取"),
        (lambda path: path.unlink(), "无法读取"),
        (lambda path: pq.write_table(pq.read_table(path).drop_columns(["sector"]), path), "缺少栏目：sector"),
        (lambda path: pq.write_table(pa.concat_tables([pq.read_table(path)] * 2), path), "重复的主体"),
    ],
)
def test_a_bad_population_is_refused_and_the_previous_result_stays(
    tmp_path: Path, damage: Any, words: str
) -> None:
    run(model(), [("enterprise", "food", [fact(1)])], tmp_path)
    before = (tmp_path / "scores.parquet").read_bytes()
    damage(tmp_path / "population.parquet")
    with pytest.raises(Refusal, match=words):
        run_batch(
            model(),
            treatment=PLAIN,
            snapshot=tmp_path / "records.parquet",
            population=tmp_path / "population.parquet",
            as_of=AS_OF,
            out=tmp_path / "scores.parquet",
        )
    assert (tmp_path / "scores.parquet").read_bytes() == before
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


@pytest.mark.row("M7-11")
def test_one_subject_is_explained_from_the_same_snapshot(tmp_path: Path) -> None:
    made = numbered(some_city(5))
    snapshot, _ = store(made, tmp_path)
    for subject, (_, _, facts) in made.items():
        assert facts_of(snapshot, subject_id=subject) == tuple(
            sorted(facts, key=lambda each: (each.decided_on, each.record_id))
        )
        found = evaluate_subject(model(), treatment=PLAIN, snapshot=snapshot, subject_id=subject, as_of=AS_OF)
        assert found == evaluate(model(), facts, as_of=AS_OF, treatment=PLAIN)
    assert len(rows_of(made)) > 100


@pytest.mark.parametrize("path", sorted(MODELS.glob("*/*.yml")), ids=lambda path: path.stem)
def test_shipped_models_grade_alike_in_both_evaluators(path: Path, tmp_path: Path) -> None:
    shipped = read_model(path)
    treatment = load_policy(MODELS.parent, city="kaifeng").treatment(on=AS_OF)
    made = some_city(23)
    _, rows = run(shipped, made, tmp_path, treatment=treatment)
    city = numbered(made)
    for row in rows:
        found = evaluate(shipped, city[row["subject_id"]][2], as_of=AS_OF, treatment=treatment)
        assert (row["points_milli"], row["grade"], row["veto"]) == (
            found.points_milli,
            found.grade,
            found.decided_by,
        )
        assert row["contributions"] == [each.points_milli for each in found.contributions]


@pytest.mark.parametrize("dialect", ["duckdb", "spark"])
def test_the_plan_can_be_written_for_other_engines_and_divides_nowhere(dialect: str) -> None:
    plan = compile_model(read_model(MODELS / "general" / "trial.yml"), treatment=PLAIN, as_of=AS_OF)
    text = sql(plan, dialect=dialect)
    assert "/" not in text
    assert "POW" not in text.upper()


def test_too_little_memory_is_said_in_words_and_leaves_the_previous_result(tmp_path: Path) -> None:
    run(model(), some_city(3), tmp_path)
    before = (tmp_path / "scores.parquet").read_bytes()
    with pytest.raises(Refusal, match="内存（1MB）"):
        run(model(), some_city(4), tmp_path, memory_limit="1MB", engine="duckdb")
    assert (tmp_path / "scores.parquet").read_bytes() == before


@settings(max_examples=25, derandomize=True)
@given(made=models(), treatment=treatments)
def test_any_plan_can_be_written_for_spark(made: ScoringModel, treatment: Treatment) -> None:
    plan = compile_model(made, treatment=treatment, as_of=AS_OF)
    text = sql(plan, dialect="spark")
    assert "/" not in text.replace("credit/", "")
    assert "ARG_MAX" not in text
    assert ("MAX_BY" in text) is any(each.reduce is Reduce.LATEST for each in plan.operations)
