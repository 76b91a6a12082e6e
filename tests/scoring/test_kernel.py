"""The compiled loop gives what the query and the plain reference give, wherever pieces of the snapshot end."""

import os
import random
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.core.examples import AS_OF, PLAIN, fact, indicator, model
from tests.scoring.worlds import City, cities, models, numbered, rows_of, some_city, store, treatments

from xinheng.core.models import ScoringModel
from xinheng.core.refusal import Refusal
from xinheng.core.treatment import Treatment
from xinheng.scoring.compile import compile_model
from xinheng.scoring.kernel_run import KernelRun
from xinheng.scoring.population import read_subjects
from xinheng.scoring.result import Tally, result_writer
from xinheng.scoring.run import RunSummary, run_batch
from xinheng.scoring.snapshot import SCHEMA

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]


def run(made: ScoringModel, folder: Path, *, name: str = "scores", **changes: Any) -> RunSummary:
    known = {
        "treatment": PLAIN,
        "snapshot": folder / "records.parquet",
        "population": folder / "population.parquet",
        "as_of": AS_OF,
        "threads": 1,
    }
    return run_batch(made, **(known | changes), out=folder / f"{name}.parquet")


def in_pieces(
    made: ScoringModel, treatment: Treatment, folder: Path, *, piece: int, sheet: int, threads: int
) -> tuple[Tally, int]:
    """The loop alone, over pieces and sheets of a few rows."""
    plan = compile_model(made, treatment=treatment, as_of=AS_OF)
    subjects = read_subjects(folder / "population.parquet", plan=plan)
    kernel = KernelRun(plan, subjects=subjects, piece_rows=piece, sheet_rows=sheet)
    with result_writer(folder / "pieces.parquet", grades=plan.grades) as writer:
        kernel.write(folder / "records.parquet", writer, threads=threads)
        return writer.tally(), kernel.strays


def regroup(snapshot: Path, *, rows: int) -> None:
    pq.write_table(pq.read_table(snapshot), snapshot, row_group_size=rows)


@pytest.mark.row("M7-03")
@settings(max_examples=60, suppress_health_check=SLOW, derandomize=True)
@given(model=models(), treatment=treatments, made=cities, piece=st.sampled_from((1, 2, 7, 60)))
def test_loop_query_and_reference_agree_to_the_last_unit(
    model: ScoringModel, treatment: Treatment, made: City, piece: int
) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        snapshot, _ = store(numbered(made), folder)
        regroup(snapshot, rows=61)
        found = {
            engine: run(model, folder, name=engine, treatment=treatment, engine=engine)
            for engine in ("kernel", "duckdb", "reference")
        }
        assert found["kernel"] == found["duckdb"] == found["reference"]
        for threads in (1, 2):
            tally, strays = in_pieces(model, treatment, folder, piece=piece, sheet=7, threads=threads)
            assert (tally.digest, strays) == (found["kernel"].digest, found["kernel"].strays)
            assert tally.distribution == found["kernel"].distribution


@pytest.mark.parametrize("rows", [1, 3, 50])
def test_a_subject_across_many_pieces_is_one_subject(tmp_path: Path, rows: int) -> None:
    city: City = [
        ("enterprise", "food", []),
        ("enterprise", "food", [fact(1) for _ in range(200)]),
        ("enterprise", "food", [fact(2)]),
        ("enterprise", "food", []),
    ]
    snapshot, _ = store(numbered(city), tmp_path)
    expected = run(model(), tmp_path, engine="reference").digest
    regroup(snapshot, rows=rows)
    for threads in (1, 3):
        tally, _ = in_pieces(model(), PLAIN, tmp_path, piece=rows, sheet=2, threads=threads)
        assert tally.digest == expected


def test_one_record_feeds_any_number_of_indicators(tmp_path: Path) -> None:
    indicators = [indicator(f"i{place}", window_days=100 * place, points=place) for place in range(1, 8)]
    indicators += [
        indicator("once", measure="once", window_days=250),
        indicator("fined", points=None, by_amount=[{"start": 0, "points": 3}, {"start": 100, "points": 9}]),
    ]
    made = model(indicators=indicators)
    city: City = [
        (
            "enterprise",
            "food",
            [fact(place, age=50 * place, amount_fen=3_000 * place) for place in range(16)],
        ),
        ("enterprise", "food", [fact(20, age=699)]),
        ("enterprise", "food", [fact(21, age=700), fact(22, age=99, amount_fen=None)]),
    ]
    store(numbered(city), tmp_path)
    found = {
        engine: run(made, tmp_path, name=engine, engine=engine)
        for engine in ("kernel", "duckdb", "reference")
    }
    assert found["kernel"] == found["duckdb"] == found["reference"]
    rows = pq.read_table(tmp_path / "kernel.parquet").to_pylist()
    assert [sum(each != 0 for each in row["contributions"]) for row in rows] == [9, 1, 9]


@pytest.mark.parametrize("engine", ["kernel", "duckdb", "reference"])
def test_strays_and_subjects_the_model_does_not_cover_are_told_apart(tmp_path: Path, engine: str) -> None:
    _, population = store(numbered(some_city(3)), tmp_path)
    people = pq.read_table(population)
    records = pq.read_table(tmp_path / "records.parquet").column("subject_id").to_pylist()
    pq.write_table(people.slice(5, 20), population)
    known = set(people.column("subject_id").to_pylist()[5:25])
    assert run(model(), tmp_path, engine=engine).strays == sum(each not in known for each in records)


@pytest.mark.parametrize("seed", range(6))
def test_rows_out_of_order_are_sorted_first(tmp_path: Path, seed: int) -> None:
    rows = rows_of(numbered(some_city(seed)))
    store(numbered(some_city(seed)), tmp_path)
    expected = run(model(), tmp_path)
    chance = random.Random(seed)
    if seed % 2:
        chance.shuffle(rows)
    else:
        first, second = sorted(chance.sample(range(len(rows)), 2))
        rows[first], rows[second] = rows[second], rows[first]
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), tmp_path / "records.parquet", row_group_size=40)
    for engine in ("kernel", "reference"):
        assert run(model(), tmp_path, engine=engine, threads=2) == expected


def test_a_population_in_any_order_gives_the_same(tmp_path: Path) -> None:
    _, population = store(numbered(some_city(8)), tmp_path)
    expected = run(model(), tmp_path)
    people = pq.read_table(population).to_pylist()
    random.Random(1).shuffle(people)
    pq.write_table(pa.Table.from_pylist(people, schema=pq.read_schema(population)), population)
    assert run(model(), tmp_path) == expected


def test_numbers_in_other_widths_and_plain_texts_are_read(tmp_path: Path) -> None:
    snapshot, _ = store(numbered(some_city(9)), tmp_path)
    expected = run(model(), tmp_path)
    table = pq.read_table(snapshot)
    wide = [
        field.with_type(pa.int64() if pa.types.is_integer(field.type) else field.type)
        for field in table.schema
    ]
    wide[-1] = wide[-1].with_type(pa.large_string())
    pq.write_table(table.cast(pa.schema(wide)), snapshot)
    assert run(model(), tmp_path) == expected


def test_a_missing_value_in_a_required_column_is_refused_by_name(tmp_path: Path) -> None:
    snapshot, _ = store(numbered(some_city(9)), tmp_path)
    table = pq.read_table(snapshot)
    place = table.schema.get_field_index("state")
    emptied = table.set_column(place, pa.field("state", pa.int8()), pa.nulls(table.num_rows, pa.int8()))
    pq.write_table(emptied, snapshot)
    with pytest.raises(Refusal, match="state 有空值"):
        run(model(), tmp_path)


def test_importing_the_run_does_not_load_the_compiler() -> None:
    words = "import sys, xinheng.scoring.run; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", words], check=False).returncode == 0


def test_what_was_compiled_lies_in_a_folder_of_its_own_that_children_share(tmp_path: Path) -> None:
    def kept_in(place: Path) -> Path:
        words = "import os, xinheng.scoring.kernel; print(os.environ['NUMBA_CACHE_DIR'])"
        environment = {**os.environ, "NUMBA_CACHE_DIR": str(place)}
        done = subprocess.run(
            [sys.executable, "-c", words], env=environment, check=True, capture_output=True, text=True
        )
        return Path(done.stdout.strip())

    first = kept_in(tmp_path)
    assert first.parent == tmp_path
    assert kept_in(first) == first
