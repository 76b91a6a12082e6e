"""Made-up histories with a known cause: some kinds and some enterprises fail more, and it lasts."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from xinheng.planning.visits import Visits

FIRST = date(2021, 1, 1).toordinal()
KINDS = ("餐饮", "超市", "食堂", "药店")
KIND_RISK = (0.9, 0.0, -0.5, -1.0)
FREEZE = date(2023, 7, 1).toordinal()
DAYS = 3 * 365


def history(
    *,
    seed: int = 1,
    enterprises: int = 900,
    each: int = 8,
    more_from: int | None = None,
    turned_from: int | None = None,
    noise: bool = False,
) -> Visits:
    """About ``enterprises`` × ``each`` visits in three years. ``more_from``: day from which failures are more than double;
    ``turned_from``: from which the risk of kinds is turned round; ``noise``: results have no cause at all."""
    chance = np.random.default_rng(seed)
    count = enterprises * each
    who = np.repeat(np.arange(enterprises), each)
    days = np.sort(FIRST + chance.integers(0, DAYS, count))
    chance.shuffle(who)
    kind = chance.integers(0, len(KINDS), enterprises)[who]
    area = chance.integers(0, 8, enterprises)[who]
    own = chance.normal(0, 1.0, enterprises)[who]
    risk = np.array(KIND_RISK)[kind]
    if turned_from is not None:
        risk = np.where(days >= turned_from, -2 * risk, risk)
    odds = -1.2 + risk + own + (0.0 if more_from is None else 1.6 * (days >= more_from))
    if noise:
        odds = np.full(count, -1.0)
    failed = (chance.random(count) < 1 / (1 + np.exp(-odds))).astype(np.int64)
    columns = {"业态": [KINDS[one] for one in kind], "片区": [f"第{one}片" for one in area]}
    return visits([f"E{one}" for one in who], days, failed, columns)


def visits(
    entities: Sequence[str],
    days: Sequence[int] | np.ndarray,
    failed: Sequence[int] | np.ndarray | None,
    columns: dict[str, list[str]] | None = None,
) -> Visits:
    return Visits(
        ids=[f"V{at}" for at in range(len(entities))],
        entities=list(entities),
        days=np.array(days, dtype=np.int64),
        failed=None if failed is None else np.array(failed, dtype=np.int64),
        columns=columns or {},
    )
