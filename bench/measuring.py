"""What the benches share: an own server in a folder that goes away, children that are measured, figures told."""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from xinheng.config.postgres import Server, ensure_running, erase

XINHENG = (sys.executable, "-m", "xinheng.interfaces.cli")
READY = "from xinheng.interfaces.cli.ready import ready; ready()"
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Spent:
    """What a child took. ``cpu`` and ``peak_mib`` are its own and those of processes it waited for."""

    seconds: float
    cpu: float
    peak_mib: float


@dataclass(frozen=True, slots=True)
class Place:
    """A data folder of this bench alone and its server."""

    home: Path
    server: Server

    def environment(self, **more: str) -> dict[str, str]:
        return {**os.environ, "XINHENG_HOME": str(self.home), **more}

    @contextmanager
    def copy_of(self, name: str) -> Iterator[str]:
        """A database of its own, copied from the migrated one; yields its URL."""
        with psycopg.connect(self.server.url_for(database="postgres"), autocommit=True) as admin:
            admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "xinheng"')
            admin.execute("CHECKPOINT")
            try:
                yield self.server.url_for(database=name)
            finally:
                admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def server_cpu(self) -> float:
        """Seconds of processor time that the server and its backends, ended ones included, have taken."""
        _, *own = times(self.server.pid)
        found = (times(int(entry.name)) for entry in Path("/proc").iterdir() if entry.name.isdigit())
        backends = sum(user + system for parent, user, system, *_ in found if parent == self.server.pid)
        return (sum(own) + backends) / TICKS

    def child_cpu(self) -> float:
        """The same of everything that this bench has started and that still runs, the database apart."""
        facts = {int(one.name): times(int(one.name)) for one in Path("/proc").iterdir() if one.name.isdigit()}
        family, size = {os.getpid()}, 0
        while len(family) > size:
            size = len(family)
            family |= {
                pid for pid, (parent, *_) in facts.items() if parent in family and pid != self.server.pid
            }
        return sum(facts[pid][1] + facts[pid][2] for pid in family - {os.getpid()}) / TICKS


@contextmanager
def place() -> Iterator[Place]:
    """A migrated database on an embedded server of its own; both are gone afterwards."""
    with TemporaryDirectory(prefix="xinheng-bench-") as folder:
        home = Path(folder)
        try:
            made = Place(home, ensure_running(home, environ={}))
            os.environ.pop("XINHENG_DATABASE_URL", None)
            subprocess.run([sys.executable, "-c", READY], env=made.environment(), check=True)
            yield made
        finally:
            erase(home)


def at(home: Path) -> Place:
    """The database of a data folder, its server running."""
    return Place(home, ensure_running(home, environ={}))


@contextmanager
def city_at(home: Path | None, *, size: str, city: str) -> Iterator[Place]:
    """The city that a data folder holds; without one a city that is loaded for this bench alone."""
    if home is not None:
        yield at(home)
        return
    with place() as made:
        load = [*XINHENG, "sample-city", "--size", size, "--city", city, "--into-database"]
        run(load, environment=made.environment())
        yield made


def told_by_child(made: Place, task: str, *, city: str) -> dict[str, float]:
    """The figures that a process of its own says in its last line; it finds the benches among its modules."""
    folders = (str(Path(__file__).parent), os.environ.get("PYTHONPATH", ""))
    environment = made.environment(XINHENG_CITY=city, PYTHONPATH=os.pathsep.join(folders))
    command = [sys.executable, "-c", task]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=environment, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def times(pid: int) -> tuple[int, ...]:
    """Parent, and ticks of processor time: user, system, and the same of children that have ended."""
    try:
        facts = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return (0, 0, 0, 0, 0)
    return (int(facts[1]), *map(int, facts[11:15]))


def run(command: Sequence[str], *, environment: Mapping[str, str]) -> Spent:
    """Run a child to its end; ends the bench with the child's words where it fails."""
    begun = time.perf_counter()
    with TemporaryDirectory() as folder, (Path(folder) / "said").open("w+b") as said:
        child = subprocess.Popen(command, env=dict(environment), stdout=said, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - begun
        if child.returncode != 0:
            said.seek(0)
            raise SystemExit(said.read().decode(errors="replace"))
    return Spent(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def analyse(*tables: str) -> None:
    """Take statistics of tables just filled, as the server would a minute later. Only the owner of a table may."""
    server = ensure_running(Path(os.environ["XINHENG_HOME"]), environ={})
    with psycopg.connect(server.url_for(), autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE " + ", ".join(tables))


def ask_apart(made: Place, command: str, *given: str) -> dict[str, float]:
    """Figures that ``command`` finds in the database of ``made`` and writes as JSON to the file named last."""
    out = made.home / "figures.json"
    path = os.pathsep.join((str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")))
    run([sys.executable, "-c", command, *given, str(out)], environment=made.environment(PYTHONPATH=path))
    return dict(json.loads(out.read_text(encoding="utf-8")))


def tell(name: str, figures: Mapping[str, float], *, as_json: bool) -> None:
    for key, value in figures.items():
        print(f"{key:>18} {value}")
    if as_json:
        print(json.dumps({"name": name, "figures": dict(figures)}))


def parser(description: str | None, *, sizes: Sequence[str], size: str) -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=description)
    made.add_argument("--size", choices=sizes, default=size)
    made.add_argument("--json", action="store_true")
    return made
