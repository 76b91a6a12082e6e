"""Data folders for tests that start real servers, and the commands that run beside the test."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from xinheng.config import postgres

SOURCES = Path(postgres.__file__).resolve().parents[2]


@contextmanager
def data_folder(*, mode: int = 0o755, below: str = "home") -> Iterator[Path]:
    """A data folder outside pytest's own closed one; its server and database are gone afterwards."""
    top = Path(tempfile.mkdtemp(prefix="xh-", dir="/tmp")).resolve()
    top.chmod(mode)
    home = top / below
    try:
        yield home
    finally:
        postgres.erase(home)
        shutil.rmtree(top, ignore_errors=True)


def command(home: Path, verb: str, **environ: str) -> list[str]:
    return [sys.executable, "-m", "xinheng.config.postgres", verb, "--home", str(home)]


def surroundings(**extra: str) -> dict[str, str]:
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "XINHENG_POSTGRES_BIN") if key in os.environ}
    return kept | {"PYTHONPATH": str(SOURCES), "XINHENG_POSTGRES_FAST": "1", "LC_ALL": "C.UTF-8"} | extra


def run(home: Path, verb: str, **extra: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(home, verb),
        env=surroundings(**extra),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
