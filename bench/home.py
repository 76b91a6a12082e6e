"""A data folder that holds a city, to be taken up by every bench that knows ``--home``.

Size s takes seconds, m a minute, l eight minutes and 21 GB on a quiet machine. Its database server runs on until
`python -m xinheng.config.postgres stop --home DIR`; a bench starts it again.
Run: python bench/home.py --home DIR [--size s|m|l] [--city kaifeng] [--json]
"""

import os
import subprocess
import sys
from pathlib import Path

from measuring import READY, XINHENG, at, parser, run, tell


def main() -> None:
    asked = parser(__doc__, sizes=["s", "m", "l"], size="m")
    asked.add_argument("--home", type=Path, required=True)
    asked.add_argument("--city", default="kaifeng")
    given = asked.parse_args()
    if given.home.exists() and any(given.home.iterdir()):
        raise SystemExit(f"{given.home} is not empty")
    given.home.mkdir(parents=True, exist_ok=True)
    os.environ.pop("XINHENG_DATABASE_URL", None)
    made = at(given.home.resolve())
    subprocess.run([sys.executable, "-c", READY], env=made.environment(), check=True)
    load = [*XINHENG, "sample-city", "--size", given.size, "--city", given.city, "--into-database"]
    spent = run(load, environment=made.environment())
    tell("home", {"load_s": round(spent.seconds, 1), "cpu_s": round(spent.cpu, 1)}, as_json=given.json)


if __name__ == "__main__":
    main()
