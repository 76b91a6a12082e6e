"""A points table learnt from a made-up history of visits, and visits to come scored by it: commands on files.

Floor: reading the history with the csv module. Quality on later visits beside a random order, the order as it was, the
last result and the rate so far; the oracle knows the causes from which the results were drawn.
Run: python bench/plan.py [--size s|m|l] [--json]
"""

import csv
import os
import time
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from measuring import XINHENG, parser, run, tell

from xinheng.planning.figures import area_under_curve, found_in_first

ENTERPRISES = {"s": 4_000, "m": 20_000, "l": 40_000}
FIRST, YEARS, EACH = date(2019, 1, 1).toordinal(), 5, 5
KINDS, AREAS = 7, 30
HEADER = ["visit_id", "entity", "day", "failed", "kind", "area", "reason", "inspector", "latitude", "opened"]


def make(folder: Path, enterprises: int) -> tuple[np.ndarray, np.ndarray]:
    """H.csv, V.csv (the last fifth of the days) and ALL.csv; results and true log-odds of V."""
    chance = np.random.default_rng(6)
    count = enterprises * EACH * 5 // 4
    who = chance.integers(0, enterprises, count)
    days = np.sort(FIRST + chance.integers(0, YEARS * 365, count))
    kind, area = chance.integers(0, KINDS, enterprises), chance.integers(0, AREAS, enterprises)
    start, slope = chance.normal(0, 0.8, enterprises), chance.normal(0, 0.5, enterprises)
    opened = FIRST - chance.integers(0, 4_000, enterprises)
    reason, inspector = chance.choice(3, count, p=[0.75, 0.15, 0.1]), chance.integers(0, 40, count)
    odds = -1.6 + chance.normal(0, 0.5, KINDS)[kind][who] + chance.normal(0, 0.35, AREAS)[area][who]
    odds += start[who] + slope[who] * (days - FIRST) / 900 + np.array([0.0, 0.7, -0.5])[reason]
    shown = odds + chance.normal(0, 0.4, 40)[inspector]
    failed = (chance.random(count) < 1 / (1 + np.exp(-shown))).astype(int)
    begin = FIRST + YEARS * 365 * 4 // 5
    files = {name: (folder / f"{name}.csv").open("w", newline="") for name in ("H", "V", "ALL")}
    writers = {name: csv.writer(file) for name, file in files.items()}
    for name, writer in writers.items():
        writer.writerow([title for title in HEADER if name != "V" or title != "failed"])
    for at in range(count):
        one, day = int(who[at]), int(days[at])
        head = [f"V{at}", f"E{one}", date.fromordinal(day).isoformat()]
        tail = [
            f"k{kind[one]}",
            f"a{area[one]}",
            ("plan", "complaint", "again")[reason[at]],
            f"i{inspector[at]}",
        ]
        tail += [
            f"{34 + area[one] / 100 + one % 97 / 9_700:.4f}",
            date.fromordinal(int(opened[one])).isoformat(),
        ]
        writers["ALL"].writerow([*head, failed[at], *tail])
        writers["V" if day >= begin else "H"].writerow(
            [*head, *([] if day >= begin else [failed[at]]), *tail]
        )
    for file in files.values():
        file.close()
    return failed[days >= begin], odds[days >= begin]


def measure(size: str) -> dict[str, float]:
    with TemporaryDirectory(prefix="xinheng-bench-plan-") as name:
        folder = Path(name)
        failed, odds = make(folder, ENTERPRISES[size])
        began = time.perf_counter()
        with (folder / "H.csv").open(newline="") as stream:
            rows = sum(1 for _ in csv.reader(stream)) - 1
        floor = time.perf_counter() - began
        model, history = str(folder / "M.yml"), str(folder / "H.csv")
        fitted = run([*XINHENG, "plan", "fit", "--history", history, "--out", model], environment=os.environ)
        asked = ["--visits", str(folder / "V.csv"), "--out", str(folder / "S.csv")]
        scored = run(
            [*XINHENG, "plan", "score", "--model", model, "--history", history, *asked],
            environment=os.environ,
        )
        with (folder / "S.csv").open(newline="") as stream:
            points = np.array([int(row["score"]) for row in csv.DictReader(stream)])
        return {
            "rows": rows,
            "visits": len(points),
            "floor_s": round(floor, 3),
            "fit_s": round(fitted.seconds, 3),
            "fit_cpu_s": round(fitted.cpu, 3),
            "fit_mib": round(fitted.peak_mib),
            "score_s": round(scored.seconds, 3),
            "score_cpu_s": round(scored.cpu, 3),
            "score_mib": round(scored.peak_mib),
            "auc": round(area_under_curve(failed, points), 4),
            "auc_oracle": round(area_under_curve(failed, odds), 4),
            "half": round(found_in_first(failed, points, 0.5), 4),
            "half_oracle": round(found_in_first(failed, odds, 0.5), 4),
        }


def main() -> None:
    given = parser(__doc__, sizes=tuple(ENTERPRISES), size="l").parse_args()
    tell("plan", measure(given.size), as_json=given.json)


if __name__ == "__main__":
    main()
