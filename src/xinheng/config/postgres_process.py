"""Reads what a PostgreSQL data folder says about its server process, and ends that process.

`postmaster.pid` outlives a killed server, and after a restart of the machine its number may belong to
another program; a process counts as the server only while it runs PostgreSQL on this very data folder.
"""

import os
import signal
import socket
import struct
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

PORT = 5432

ENCRYPTION_REQUEST = struct.pack("!ii", 8, 80877103)
"""The protocol's SSLRequest: the server answers it with one byte before anything else."""


@dataclass(frozen=True, slots=True)
class Postmaster:
    """The contents of `postmaster.pid`; ``status`` is empty until the server has got so far."""

    pid: int
    socket_dir: Path | None
    status: str

    @property
    def ready(self) -> bool:
        return self.status == "ready"


def read_postmaster(pgdata: Path) -> Postmaster | None:
    """None where no server claims the folder. Raises PermissionError where the folder is another user's."""
    try:
        lines = (pgdata / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return None
    lines += [""] * (8 - len(lines))
    try:
        pid = int(lines[0])
    except ValueError:
        return None
    return Postmaster(pid=pid, socket_dir=Path(lines[4]) if lines[4] else None, status=lines[7].strip())


def running_postmaster(pgdata: Path) -> Postmaster | None:
    """The server of this data folder, in whatever state, if its process lives."""
    postmaster = read_postmaster(pgdata)
    return postmaster if postmaster and serves(postmaster.pid, pgdata) else None


def serves(pid: int, pgdata: Path) -> bool:
    """Whether process ``pid`` is a PostgreSQL server that runs, or begins to run, on ``pgdata``."""
    return _is_server_of(pgdata, command_line(pid))


def servers_of(pgdata: Path) -> list[int]:
    """Every process that runs or begins to run on ``pgdata``, also before it has written its number."""
    if sys.platform == "linux":
        numbers = [int(entry.name) for entry in Path("/proc").glob("[0-9]*")]
        return [number for number in numbers if serves(number, pgdata)]
    listed = _ps("-ax", "-o", "pid=,command=").splitlines()
    rows = [line.split(maxsplit=1) for line in listed]
    return [int(row[0]) for row in rows if len(row) == 2 and _is_server_of(pgdata, row[1])]


def command_line(pid: int) -> str:
    """Program and arguments of a process; empty for one that is gone or only waits to be reaped."""
    if sys.platform == "linux":
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return ""
        return words.replace(b"\0", b" ").decode("utf-8", "surrogateescape")
    answer = _ps("-o", "command=", "-p", str(pid))
    return "" if "<defunct>" in answer else answer


def _is_server_of(pgdata: Path, command: str) -> bool:
    return "postgres" in command and command.rstrip().endswith(f" -D {pgdata}")


def _ps(*options: str) -> str:
    return subprocess.run(["ps", "-ww", *options], capture_output=True, text=True, check=False).stdout


def answers(socket_dir: Path) -> bool:
    """Whether a server answers on the socket in this folder. One that is too busy to answer counts as well.

    A connection alone proves nothing: for a moment a killed process still takes connections.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as caller:
        caller.settimeout(5)
        try:
            caller.connect(str(socket_path(socket_dir)))
            caller.sendall(ENCRYPTION_REQUEST)
            return caller.recv(1) != b""
        except (FileNotFoundError, ConnectionError):
            return False
        except OSError:
            return True


def socket_path(folder: Path) -> Path:
    return folder / f".s.PGSQL.{PORT}"


def socket_files(folder: Path) -> tuple[Path, Path]:
    """The socket and its lock."""
    path = socket_path(folder)
    return path, path.with_name(f"{path.name}.lock")


def stop_process(pid: int, pgdata: Path, *, seconds: float) -> bool:
    """Ask the server to end: first politely, in the last third of the time at once. True when it is gone."""
    begun = time.monotonic()
    sent: signal.Signals | None = None
    while serves(pid, pgdata):
        spent = time.monotonic() - begun
        if spent > seconds:
            return False
        wanted = signal.SIGINT if spent < seconds * 2 / 3 else signal.SIGQUIT
        if wanted != sent:
            _signal(pid, wanted)
            sent = wanted
        time.sleep(0.05)
    return True


def end_orphans(pgdata: Path) -> None:
    """End what a killed server left behind: its children work on in the data folder and block a new start."""
    for entry in Path("/proc").glob("[0-9]*") if sys.platform == "linux" else ():
        try:
            is_child = (entry / "cwd").readlink() == pgdata and "postgres" in (entry / "comm").read_text()
        except OSError:
            continue
        if is_child:
            _signal(int(entry.name), signal.SIGKILL)


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def dead_pid() -> int:
    """The number of a process that has just ended."""
    with subprocess.Popen(["true"]) as brief:
        return brief.pid
