"""Grading a whole city by a model of 31 indicators: seconds, peak memory, and the ratio to the floor.

Floor: DuckDB scanning the same columns of the same Parquet file with one group-by of six aggregates; the narrow floor
leaves out four columns. Floors, loop and query take turns, each in a process of its own with its libraries loaded;
contributions are written. Ratios are medians of rounds. ``--linear`` grades 1, 5, 10 and 50
million records; ``--peers`` carries the same model out in what else is installed (bench/engine_peers.py).
Run: python bench/engine.py [--size s|m|l] [--rounds 3] [--peers] [--linear] [--folder DIR] [--json]
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import duckdb
import engine_city as city
from engine_peers import PEERS
from measuring import parser, tell

from xinheng.scoring import kernel_run
from xinheng.scoring.run import run_batch

LINEAR = {"1m": 26_316, "5m": 131_579, "10m": 263_158, "50m": 1_315_790}
"""Subjects with 38 records each."""


def floor(folder: Path) -> dict[str, float | str]:
    return scanned(city.FLOOR, folder)


def narrow(folder: Path) -> dict[str, float | str]:
    return scanned(city.NARROW, folder)


def scanned(query: str, folder: Path) -> dict[str, float | str]:
    with duckdb.connect() as engine:
        text = query.format(records=folder / "records.parquet")
        return timed(lambda: engine.execute(f"CREATE TABLE floor AS {text}"))


def loop(folder: Path) -> dict[str, float | str]:
    assert kernel_run
    return graded(folder, "kernel")


def query(folder: Path) -> dict[str, float | str]:
    return graded(folder, "duckdb")


def graded(folder: Path, engine: str) -> dict[str, float | str]:
    found: list[str] = []

    def run() -> None:
        summary = run_batch(
            city.model(),
            treatment=city.TREATMENT,
            snapshot=folder / "records.parquet",
            population=folder / "population.parquet",
            as_of=city.AS_OF,
            out=folder / f"{engine}.parquet",
            memory_limit="2GB",
            engine=engine,
        )
        found.append(summary.digest)

    return timed(run) | {"digest": found[0]}


def timed(call: Callable[[], object]) -> dict[str, float | str]:
    begun, used = time.perf_counter(), time.process_time()
    call()
    return {"seconds": time.perf_counter() - begun, "cpu": time.process_time() - used}


TASKS = {
    "floor": floor,
    "narrow": narrow,
    "loop": loop,
    "query": query,
    **{name: peer.run for name, peer in PEERS.items()},
}
OURS = ("floor", "loop", "narrow", "query")
FLOORS = ("floor", "narrow")


def apart(task: str, folder: Path) -> dict[str, float | str]:
    """The figures of a task done in a process of its own, with the memory it took at most."""
    command = [sys.executable, str(Path(__file__).resolve()), "--task", task, "--folder", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def measure(folder: Path, *, subjects: int, per: int, rounds: int, with_query: bool) -> dict[str, float]:
    city.make(folder, subjects=subjects, per=per)
    tasks = [task for task in OURS if with_query or task != "query"]
    turns = [{task: apart(task, folder) for task in tasks} for _ in range(rounds)]
    if len({turn[task]["digest"] for turn in turns for task in tasks if task not in FLOORS}) != 1:
        raise SystemExit("the engines do not agree")
    taken = {task: median(float(turn[task]["seconds"]) for turn in turns) for task in tasks}
    used = {task: median(float(turn[task]["cpu"]) for turn in turns) for task in tasks}
    least = {task: min(float(turn[task]["seconds"]) for turn in turns) for task in tasks}
    figures = {
        "subjects": subjects,
        "records": subjects * per,
        "floor_s": round(taken["floor"], 3),
        "run_s": round(taken["loop"], 3),
        "ratio": ratio(turns, "floor"),
        "ratio_least": round(least["loop"] / least["floor"], 2),
        "narrow_floor_s": round(taken["narrow"], 3),
        "narrow_ratio": ratio(turns, "narrow"),
        "narrow_ratio_least": round(least["loop"] / least["narrow"], 2),
        "peak_mib": round(max(float(turn["loop"]["peak_mib"]) for turn in turns)),
        "floor_cpu_s": round(used["floor"], 2),
        "run_cpu_s": round(used["loop"], 2),
    }
    return figures | ({"duckdb_sql_s": round(taken["query"], 3)} if with_query else {})


def ratio(turns: list[dict[str, dict[str, float | str]]], base: str) -> float:
    return round(median(float(turn["loop"]["seconds"]) / float(turn[base]["seconds"]) for turn in turns), 2)


def linear(folder: Path, rounds: int) -> dict[str, float]:
    found = {}
    for name, subjects in LINEAR.items():
        figures = measure(folder / name, subjects=subjects, per=38, rounds=rounds, with_query=False)
        found[f"run_{name}_s"] = figures["run_s"]
        found[f"floor_{name}_s"] = figures["floor_s"]
    return found


def peers(folder: Path, size: str) -> dict[str, float]:
    """Seconds of each that is installed, at the greatest size it carries, and how many times as long it takes."""
    found: dict[str, float] = {}
    for name, peer in PEERS.items():
        if not peer.installed:
            print(f"{name} is not installed")
            continue
        carried = min(size, peer.size, key=list(city.SIZES).index)
        subjects, per = city.SIZES[carried]
        city.make(folder / carried, subjects=subjects, per=per)
        ours, its = apart("loop", folder / carried), apart(name, folder / carried)
        if ours["digest"] != its["digest"]:
            raise SystemExit(f"{name} does not agree")
        found[f"{name}_s"] = round(float(its["seconds"]), 2)
        found[f"{name}_records"] = subjects * per
        found[f"{name}_ratio"] = round(float(its["seconds"]) / float(ours["seconds"]), 1)
    return found


def main() -> None:
    asked = parser(__doc__, sizes=list(city.SIZES), size="m")
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--peers", action="store_true")
    asked.add_argument("--linear", action="store_true")
    asked.add_argument("--folder", type=Path)
    asked.add_argument("--task", choices=TASKS)
    given = asked.parse_args()
    if given.task:
        found = TASKS[given.task](given.folder)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(found | {"peak_mib": peak}))
        return
    with TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        subjects, per = city.SIZES[given.size]
        figures = measure(
            folder / given.size, subjects=subjects, per=per, rounds=given.rounds, with_query=True
        )
        if given.linear:
            figures |= linear(folder, given.rounds)
        if given.peers:
            figures |= peers(folder, given.size)
    tell("engine", figures, as_json=given.json)


if __name__ == "__main__":
    main()
