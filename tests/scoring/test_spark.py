"""Spark gives what the plain reference gives, to the last unit: one session, all generated models in one job."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from tests.core.examples import PLAIN, model
from tests.scoring.test_agreement import expected
from tests.scoring.worlds import AS_OF, models, numbered, some_city, store, treatments

from xinheng.core.models import ScoringModel
from xinheng.core.policy import load_policy
from xinheng.core.refusal import Refusal
from xinheng.core.treatment import Treatment
from xinheng.scoring.compile import compile_model
from xinheng.scoring.run import run_batch
from xinheng.scoring.spark import missing, run_plans, spark_session, write_plan

pytestmark = [
    pytest.mark.spark,
    pytest.mark.skipif(bool(missing()), reason=f"不运行 Spark 测试：{missing()}"),
]

POLICY = Path(__file__).parents[2] / "policy"
GENERATED, LARGEST = 12, 3
SMALL = {
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}
"""Little data: compiling a query would take longer than carrying it out."""

Pair = tuple[ScoringModel, Treatment]


def generated() -> list[Pair]:
    """Models and rules as hypothesis draws them, the same ones every time."""
    found: list[Pair] = []

    @settings(
        max_examples=GENERATED,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(model=models(), treatment=treatments)
    def collect(model: ScoringModel, treatment: Treatment) -> None:
        found.append((model, treatment))

    collect()
    return found


def shipped() -> list[Pair]:
    """The models with the most indicators."""
    policy = load_policy(POLICY, city="kaifeng")
    largest = sorted(policy.models.values(), key=lambda each: (-len(each.indicators), each.id))
    return [(each, policy.treatment(on=AS_OF)) for each in largest[:LARGEST]]


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    with spark_session(memory="1g", settings=SMALL) as opened:
        yield opened


@pytest.mark.row("M7-03")
def test_spark_and_reference_agree_on_any_model(session: Any, tmp_path: Path) -> None:
    pairs = [*generated(), *shipped()]
    city = numbered(some_city(31) + some_city(32) + some_city(33))
    snapshot, population = store(city, tmp_path)
    plans = [compile_model(made, treatment=rules, as_of=AS_OF) for made, rules in pairs]
    found: list[list[dict[str, Any]]] = [[] for _ in plans]
    for place, batch in run_plans(session, plans, snapshot=snapshot, population=population, work=tmp_path):
        found[place] += batch.to_pylist()
    for (made, rules), rows in zip(pairs, found, strict=True):
        assert rows == expected(made, rules, city), made.model_dump_json()


def test_a_result_of_spark_is_the_file_of_every_engine(session: Any, tmp_path: Path) -> None:
    snapshot, population = store(numbered(some_city(4)), tmp_path)
    plan = compile_model(model(), treatment=PLAIN, as_of=AS_OF)
    files = {"snapshot": snapshot, "population": population}
    tally = write_plan(session, plan, **files, work=tmp_path / ".work", out=tmp_path / "spark.parquet")
    summary = run_batch(
        model(),
        treatment=PLAIN,
        as_of=AS_OF,
        out=tmp_path / "duckdb.parquet",
        engine="duckdb",
        **files,
    )
    assert (tally.digest, tally.distribution, tally.vetoed) == (
        summary.digest,
        summary.distribution,
        summary.vetoed,
    )
    assert pq.read_table(tmp_path / "spark.parquet") == pq.read_table(tmp_path / "duckdb.parquet")


def test_what_spark_cannot_do_is_said_in_words(session: Any, tmp_path: Path) -> None:
    plan = compile_model(model(), treatment=PLAIN, as_of=AS_OF)
    _, population = store(numbered(some_city(4)), tmp_path)
    files = {"snapshot": tmp_path / "nowhere.parquet", "population": population}
    with pytest.raises(Refusal, match="Spark 没有算完"):
        write_plan(session, plan, **files, work=tmp_path / ".work", out=tmp_path / "spark.parquet")
