"""Every model pack runs over a sample city: all engines agree, points stay on the scale, grades are told apart."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.scoring.pack_city import AS_OF, PACKS, POLICY, Ground, small_ground, write_city

from xinheng.core.models import ModelKind, ScoringModel, milli, read_model
from xinheng.core.policy import load_policy
from xinheng.core.treatment import Treatment
from xinheng.scoring.run import RunSummary, run_batch

ENGINES = ("kernel", "duckdb", "reference")
MOST_OF_ONE_GRADE = 950
"""Subjects in a thousand graded that may have the same grade."""


@dataclass(frozen=True)
class Ran:
    """One pack over the city by each engine."""

    model: ScoringModel
    summaries: dict[str, RunSummary]
    result: Path


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return small_ground(tmp_path_factory.mktemp("scratch"))


@pytest.fixture(scope="module")
def treatment() -> Treatment:
    return load_policy(POLICY, city="kaifeng").treatment(on=AS_OF)


@pytest.fixture(scope="module", params=PACKS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def ran(
    request: pytest.FixtureRequest,
    ground: Ground,
    treatment: Treatment,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Ran]:
    model, folder = read_model(request.param), tmp_path_factory.mktemp("pack")
    snapshot, population = write_city(model, ground, folder)
    summaries = {
        engine: run_batch(
            model,
            treatment=treatment,
            snapshot=snapshot,
            population=population,
            as_of=AS_OF,
            out=folder / f"{engine}.parquet",
            threads=1,
            engine=engine,
        )
        for engine in ENGINES
    }
    yield Ran(model, summaries, folder / "kernel.parquet")


@pytest.mark.row("M7-02")
@pytest.mark.row("M7-03")
@pytest.mark.row("M7-05")
def test_all_engines_grade_the_city_alike(ran: Ran) -> None:
    assert ran.summaries["kernel"] == ran.summaries["duckdb"] == ran.summaries["reference"]
    assert ran.summaries["kernel"].rows > 0


@pytest.mark.row("M7-06")
def test_grades_tell_subjects_apart(ran: Ran) -> None:
    graded = {grade: count for grade, count in ran.summaries["kernel"].distribution.items() if grade}
    assert sum(count > 0 for count in graded.values()) >= 2, graded
    assert max(graded.values()) * 1000 <= MOST_OF_ONE_GRADE * sum(graded.values()), graded


def test_points_stay_on_the_scale_and_contributions_within_their_caps(ran: Ran) -> None:
    scale = ran.model.scale
    caps = [milli(indicator.cap) for indicator in ran.model.indicators]
    for row in pq.read_table(ran.result).to_pylist():
        assert milli(scale.min) <= row["points_milli"] <= milli(scale.max)
        assert all(abs(points) <= cap for points, cap in zip(row["contributions"], caps, strict=True))


def test_every_indicator_takes_or_gives_points_somewhere(ran: Ran) -> None:
    rows = pq.read_table(ran.result).to_pylist()
    silent = [
        indicator.id
        for place, indicator in enumerate(ran.model.indicators)
        if not any(row["contributions"][place] for row in rows)
    ]
    assert silent == []


def test_a_scoring_model_grades_on_the_city_scale(ran: Ran) -> None:
    grades = [band.grade for band in ran.model.scale.bands]
    if ran.model.kind is not ModelKind.WARNING:
        assert grades == ["A", "B", "C", "D", "E"]
    assert {grade for grade in ran.summaries["kernel"].distribution if grade} <= set(grades)
