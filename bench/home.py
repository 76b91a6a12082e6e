"""A data folder that holds a city, to be taken up by every bench that knows ``--home``.

Size s takes seconds, m a minute, l eight minutes and 21 GB on a quiet machine. Its database server runs on until
`python -m xinheng.config.postgres stop --home DIR`; a bench starts it again. ``--at-rest`` does what the worker does after such
a delivery (notices of 0.6 million results, counts of 50 million records: at size l 17 minutes on a busy machine); without it
the worker of a bench that serves the site begins with it and takes half a processor.
Run: python bench/home.py --home DIR [--size s|m|l] [--city kaifeng] [--at-rest] [--json]
"""

import os
import subprocess
import sys
from pathlib import Path

from measuring import READY, XINHENG, at, parser, run, tell

REST = """
from xinheng.interfaces.cli.ready import ready
ready(city={city!r})
from xinheng.interfaces.jobs.tasks import count_deliveries, tell_results
tell_results.func(0)
count_deliveries.func(0)
"""


def main() -> None:
    asked = parser(__doc__, sizes=["s", "m", "l"], size="m")
    asked.add_argument("--home", type=Path, required=True)
    asked.add_argument("--city", default="kaifeng")
    asked.add_argument("--at-rest", action="store_true")
    given = asked.parse_args()
    if given.home.exists() and any(given.home.iterdir()):
        raise SystemExit(f"{given.home} is not empty")
    given.home.mkdir(parents=True, exist_ok=True)
    os.environ.pop("XINHENG_DATABASE_URL", None)
    made = at(given.home.resolve())
    subprocess.run([sys.executable, "-c", READY], env=made.environment(), check=True)
    load = [*XINHENG, "sample-city", "--size", given.size, "--city", given.city, "--into-database"]
    spent = run(load, environment=made.environment())
    figures = {"load_s": round(spent.seconds, 1), "cpu_s": round(spent.cpu, 1)}
    if given.at_rest:
        rested = run([sys.executable, "-c", REST.format(city=given.city)], environment=made.environment())
        figures["rest_s"] = round(rested.seconds, 1)
    tell("home", figures, as_json=given.json)


if __name__ == "__main__":
    main()
