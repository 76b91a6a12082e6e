"""The set-wise engine gives what the plain reference gives, to the last unit."""

import random
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.scoring.worlds import AS_OF, SCHEMA, City, cities, models, numbered, rows_of, store, treatments

from xinheng.core.evaluation import Evaluator
from xinheng.core.models import ScoringModel
from xinheng.core.treatment import Treatment
from xinheng.scoring.run import run_batch

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]


DAYS = st.sampled_from((AS_OF, AS_OF, date(2026, 12, 31), date(2027, 1, 1), date(2028, 2, 29)))


def expected(
    model: ScoringModel, treatment: Treatment, city: Any, as_of: date = AS_OF
) -> list[dict[str, Any]]:
    evaluator = Evaluator(model, treatment=treatment)
    rows = []
    for subject, (kind, sector, facts) in city.items():
        if not model.covers(kind=kind, sector=sector):
            continue
        found = evaluator.evaluate(facts, as_of=as_of)
        rows.append(
            {
                "subject_id": subject,
                "points_milli": found.points_milli,
                "grade": found.grade,
                "veto": found.decided_by,
                "contributions": [each.points_milli for each in found.contributions],
            }
        )
    return rows


@pytest.mark.row("M7-03")
@settings(max_examples=150, suppress_health_check=SLOW, derandomize=True)
@given(model=models(), treatment=treatments, made=cities, as_of=DAYS)
def test_engine_and_reference_agree_on_any_model_and_city(
    model: ScoringModel, treatment: Treatment, made: City, as_of: date
) -> None:
    city = numbered(made)
    with TemporaryDirectory() as folder:
        snapshot, population = store(city, Path(folder))
        out = Path(folder) / "scores.parquet"
        summary = run_batch(
            model,
            treatment=treatment,
            snapshot=snapshot,
            population=population,
            as_of=as_of,
            out=out,
            threads=1,
        )
        assert pq.read_table(out).to_pylist() == expected(model, treatment, city, as_of)
    assert summary.rows == sum(summary.distribution.values())


@settings(max_examples=15, suppress_health_check=SLOW, derandomize=True)
@given(model=models(), treatment=treatments, made=cities, seed=st.integers(0, 99))
def test_neither_order_of_rows_nor_threads_change_a_result(
    model: ScoringModel, treatment: Treatment, made: City, seed: int
) -> None:
    city = numbered(made)
    with TemporaryDirectory() as folder:
        snapshot, population = store(city, Path(folder))
        shuffled = rows_of(city)
        random.Random(seed).shuffle(shuffled)
        unsorted = Path(folder) / "unsorted.parquet"
        pq.write_table(pa.Table.from_pylist(shuffled, schema=SCHEMA), unsorted)
        digests = {
            run_batch(
                model,
                treatment=treatment,
                snapshot=source,
                population=population,
                as_of=AS_OF,
                out=Path(folder) / f"{threads}.parquet",
                threads=threads,
            ).digest
            for source, threads in ((snapshot, 1), (unsorted, 1), (unsorted, 3))
        }
    assert len(digests) == 1


@settings(max_examples=25, suppress_health_check=SLOW, derandomize=True)
@given(model=models(), treatment=treatments, made=cities, seed=st.integers(0, 99))
def test_the_reference_does_not_care_about_the_order_of_facts(
    model: ScoringModel, treatment: Treatment, made: City, seed: int
) -> None:
    evaluator = Evaluator(model, treatment=treatment)
    for _, _, facts in numbered(made).values():
        shuffled = list(facts)
        random.Random(seed).shuffle(shuffled)
        assert evaluator.evaluate(facts, as_of=AS_OF) == evaluator.evaluate(shuffled, as_of=AS_OF)
