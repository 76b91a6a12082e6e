"""The histories of the sample city are such that the first general model spreads its grades as a city's would."""

from datetime import date
from pathlib import Path

import pytest

from xinheng.core.feeds import ITEMS
from xinheng.core.models import read_model
from xinheng.core.policy import load_policy
from xinheng.sample.city import SampleCity
from xinheng.sample.histories import SHAPES, history
from xinheng.scoring.run import run_batch

MODELS = Path(__file__).parents[2] / "policy" / "models"
WANTED = {"A": 19, "B": 60, "C": 15, "D": 4, "E": 2}
FACTS = (
    "sid::BIGINT AS subject_id, (num * 32 + {item})::BIGINT AS record_id, {item}::SMALLINT AS item, decided_on, valid_to, "
    "amount_fen, headcount, seriousness::TINYINT AS seriousness, finality::TINYINT AS finality, 1::TINYINT AS state, result"
)


def _snapshot(sample: SampleCity, folder: Path, *, as_of: date) -> tuple[Path, Path]:
    kinds = " UNION ALL ".join(
        f"SELECT {FACTS.format(item=ITEMS[kind])} FROM ({history(kind, size=sample.size, as_of=as_of)})"
        for kind in SHAPES
    )
    snapshot, population = folder / "snapshot.parquet", folder / "population.parquet"
    for query, path in (
        (f"SELECT * FROM ({kinds}) ORDER BY subject_id, decided_on, record_id", snapshot),
        ("SELECT sid::BIGINT AS subject_id, kind, sector FROM enterprise ORDER BY sid", population),
    ):
        sample.connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)").fetchall()
    return snapshot, population


def test_grades_are_spread_as_in_a_city(sample: SampleCity, tmp_path: Path, as_of: date) -> None:
    rules = load_policy(MODELS.parent, city="kaifeng").treatment(on=as_of)
    snapshot, population = _snapshot(sample, tmp_path, as_of=as_of)
    summary = run_batch(
        read_model(MODELS / "general" / "trial.yml"),
        treatment=rules,
        snapshot=snapshot,
        population=population,
        as_of=as_of,
        out=tmp_path / "result.parquet",
    )
    shares = {grade: 100 * count / summary.rows for grade, count in summary.distribution.items() if grade}
    for grade, share in WANTED.items():
        assert shares[grade] == pytest.approx(share, abs=max(2, share / 3)), shares
