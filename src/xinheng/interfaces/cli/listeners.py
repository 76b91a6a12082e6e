"""Names the process that listens on a port of this machine, as far as the system tells (Linux, own processes)."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
OURS, MODULE = "xinheng", "xinheng.interfaces.cli"
_LISTENS = "0A"
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Listener:
    """``command`` is the beginning of its command line."""

    pid: int
    command: str


def listener_on(port: int) -> Listener | None:
    """The listening process, or the command `xinheng` that started it; None where it cannot be seen."""
    sockets = {f"socket:[{inode}]" for inode in _inodes(port)}
    if not sockets:
        return None
    pids = sorted(int(folder.name) for folder in PROC.iterdir() if folder.name.isdecimal())
    for pid in pids:
        if not sockets.isdisjoint(_open_files(pid)):
            first = _starter(pid)
            return Listener(first, _shown(first)[:_LONGEST])
    return None


def _inodes(port: int) -> Iterator[str]:
    for table in ("tcp", "tcp6"):
        with suppress(OSError):
            for line in (PROC / "net" / table).read_text().splitlines()[1:]:
                cells = line.split()
                if cells[3] == _LISTENS and int(cells[1].rpartition(":")[2], 16) == port:
                    yield cells[9]


def _open_files(pid: int) -> Iterator[str]:
    with suppress(OSError):
        for entry in (PROC / str(pid) / "fd").iterdir():
            with suppress(OSError):
                yield str(entry.readlink())


def _starter(pid: int) -> int:
    """The command `xinheng` that the process belongs to, else the process itself."""
    above = pid
    while above:
        if _shown(above).startswith(f"{OURS} "):
            return above
        above = _parent(above)
    return pid


def _parent(pid: int) -> int:
    with suppress(OSError, ValueError, IndexError):
        return int((PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[1])
    return 0


def _shown(pid: int) -> str:
    """The command line; of a Python program without interpreter and folder."""
    with suppress(OSError):
        words = (PROC / str(pid) / "cmdline").read_bytes().decode(errors="replace").split("\0")
        if words[0].rpartition("/")[2].startswith("python") and len(words) > 2:
            words = words[2:] if words[1] == "-m" else words[1:]
        words[0] = OURS if words[0] == MODULE else words[0].rpartition("/")[2]
        return " ".join(words).strip()
    return ""
