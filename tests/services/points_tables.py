"""A history of made-up visits in which the band tells who fails, and the points table that is learnt from it."""

from datetime import date, timedelta

import numpy as np

from xinheng.planning.fitting import learn
from xinheng.planning.points import PointsTable, written
from xinheng.planning.visits import Visits
from xinheng.services.visit_history import COLUMNS

FIRST = date(2024, 1, 1)
COUNT = 600


def made_up(
    count: int = COUNT,
    *,
    first: date = FIRST,
    turned: bool = False,
    extra: dict[str, list[str]] | None = None,
) -> Visits:
    """Visits on one day after another: two in three of band e fail, one in ten of band a; ``turned``: the other way round."""
    chance = np.random.default_rng(first.toordinal())
    bands = ["e" if place % 3 == 0 else "a" for place in range(count)]
    rates = {"e": 0.1, "a": 0.65} if turned else {"e": 0.65, "a": 0.1}
    failed = [int(chance.random() < rates[band]) for band in bands]
    cells = [["食品经营监督检查"] * count, ["food"] * count, ["daily"] * count, bands, ["0"] * count]
    return Visits(
        ids=[f"V{first:%Y}{place}" for place in range(count)],
        entities=[f"firm{place % 151}" for place in range(count)],
        days=np.array(
            [(first + timedelta(days=place)).toordinal() for place in range(count)], dtype=np.int64
        ),
        failed=np.array(failed, dtype=np.int64),
        columns={**dict(zip(COLUMNS, cells, strict=True)), **(extra or {})},
    )


def table(**given: object) -> PointsTable:
    return learn(made_up(**given))  # type: ignore[arg-type]


def file_of(made: PointsTable) -> bytes:
    return written(made).encode()
