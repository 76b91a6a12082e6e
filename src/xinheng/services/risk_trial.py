"""What a points table would have found on the city's own visits, beside a random order, and whether it still holds.

A table is tried on visits from after the last day that it was learnt from. Where there are too few of them, the way in which
it was learnt is tried on days that are over; the figures say which of the two they are.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.planning.backtest import backtest
from xinheng.planning.drift import Limits, Verdict, drift_of
from xinheng.planning.figures import area_under_curve, found_in_first
from xinheng.planning.ordering import order
from xinheng.planning.points import PointsTable
from xinheng.planning.visits import Visits
from xinheng.services.visit_history import history_of

LEAST = 50
"""Later visits, of both results, from which a table is tried itself: a number of our own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """``own``: the table itself was tried on later visits. ``half``: thousandths of all findings in the first half of the
    visits, by order; ``area`` in thousandths. ``why``: why nothing could be tried."""

    on: date
    own: bool = False
    since: date | None = None
    visits: int = 0
    failed: int = 0
    area: int | None = None
    half: dict[str, int] | None = None
    verdict: Verdict | None = None
    reasons: tuple[str, ...] = ()
    why: str = ""

    def written(self) -> dict[str, Any]:
        return {
            "on": self.on.isoformat(),
            "own": self.own,
            "since": self.since.isoformat() if self.since else "",
            "visits": self.visits,
            "failed": self.failed,
            "area": self.area,
            "half": self.half,
            "verdict": self.verdict.value if self.verdict else "",
            "reasons": list(self.reasons),
            "why": self.why,
        }

    @classmethod
    def read(cls, kept: dict[str, Any]) -> "Trial":
        changed = {
            "on": date.fromisoformat(kept["on"]),
            "since": date.fromisoformat(kept["since"]) if kept["since"] else None,
            "verdict": Verdict(kept["verdict"]) if kept["verdict"] else None,
            "reasons": tuple(kept["reasons"]),
        }
        return cls(**{**kept, **changed})


def limits_of(policy: Policy, *, on: date) -> Limits:
    """From where to watch and to alarm, as policy says."""

    def limit(name: str) -> int:
        return policy.parameter(f"inspections.planning_{name}", on=on).required()

    return Limits(
        shift_watch=limit("shift_watch"),
        shift_alarm=limit("shift_alarm"),
        rate_watch=limit("rate_watch"),
        rate_alarm=limit("rate_alarm"),
        order_watch=limit("order_watch"),
        order_alarm=limit("order_alarm"),
    )


def trial_of(table: PointsTable, *, policy: Policy, on: date) -> Trial:
    """On the visits that the database knows."""
    return tried(table, history_of(policy=policy), limits=limits_of(policy, on=on), on=on)


_WHY = {
    "PLN40": "本市数据库中的检查集中在很短的时间内，分不出先学习、后检验的两段。",
    "PLN41": "本市最近的检查只有一种结果，比不出先后。",
}
"""Where the command asks for another day of freezing: here nobody chooses one."""


def tried(table: PointsTable, history: Visits, *, limits: Limits, on: date) -> Trial:
    first = date.fromisoformat(table.learnt.last_day).toordinal() + 1
    before, after = history.only(history.days < first), history.only(history.days >= first)
    if len(after) >= LEAST and _both(before) and _both(after):
        return _itself(table, before, after, first, limits, on)
    if not len(history):
        return Trial(on=on, why="本市数据库中还没有可以用来回测的检查。")
    freeze = int(np.quantile(history.days, 0.75))
    try:
        found = backtest(history, freeze=freeze, limits=limits)
    except Refusal as refusal:
        return Trial(on=on, why=_WHY.get(refusal.code) or f"{refusal.message}{refusal.advice}")
    return Trial(
        on=on,
        since=date.fromordinal(freeze),
        visits=found.visits,
        failed=found.failed,
        area=round(found.area * 1000),
        half={name: round(share * 1000) for name, share in found.half.items()},
        verdict=found.drift.verdict,
        reasons=found.drift.reasons,
    )


def _both(visits: Visits) -> bool:
    """Whether some found something and some did not."""
    return len(visits) > 0 and bool(visits.results.min() < visits.results.max())


def _itself(table: PointsTable, before: Visits, after: Visits, first: int, limits: Limits, on: date) -> Trial:
    points = order(after, table, history=before, known_before=first)
    drift = drift_of(table, before, after, freeze=first, limits=limits)
    failed = after.results
    orders = {"model": points, "random": np.zeros(len(after), dtype=np.int64), "as_it_was": -after.days}
    return Trial(
        on=on,
        own=True,
        since=date.fromordinal(first),
        visits=len(after),
        failed=int(failed.sum()),
        area=round(area_under_curve(failed, points) * 1000),
        half={name: round(found_in_first(failed, scores, 0.5) * 1000) for name, scores in orders.items()},
        verdict=drift.verdict,
        reasons=drift.reasons,
    )
