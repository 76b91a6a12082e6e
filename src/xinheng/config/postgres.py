"""Runs the embedded PostgreSQL of one data folder, where `XINHENG_DATABASE_URL` names no other server.

Every command may call `ensure_running`: two at once share one server, and whatever a kill -9 left behind
is cleared away. The server listens on a unix socket in a folder that only its own account (and root) can
enter; whoever can enter it could read the data files as well, so the socket asks for no password. The
server outlives the command that started it; `stop` ends it.
"""

import errno
import fcntl
import os
import pwd
import shutil
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from xinheng.config import paths
from xinheng.config import postgres_place as places
from xinheng.config import postgres_process as processes
from xinheng.config import postgres_trouble as trouble
from xinheng.config.postgres_binaries import Binaries
from xinheng.config.postgres_place import Place
from xinheng.config.postgres_settings import INCLUDE_LINE, settings_text
from xinheng.core.policy_file import PolicyError
from xinheng.core.refusal import Refusal

URL_VARIABLE = "XINHENG_DATABASE_URL"
FAST_VARIABLE = "XINHENG_POSTGRES_FAST"
DATABASE = OWNER = "xinheng"

INITDB_OPTIONS = (
    *("--username", OWNER, "--encoding", "UTF8", "--locale", "C", "--data-checksums"),
    *("--auth-local", "trust", "--auth-host", "reject", "--no-instructions"),
)

LOCK_SECONDS = 180
START_SECONDS = 900
STOP_SECONDS = 60
NOTICE_AFTER_SECONDS = 5
GONE_AFTER_SECONDS = 0.5
ORPHANS_AFTER_SECONDS = 5
ORPHANS_GIVE_UP_SECONDS = 60
FREE_BYTES_NEEDED = 300 << 20
LOG_BYTES_KEPT = 10 << 20

LAUNCH = '"$@" </dev/null >>"$0" 2>&1 & echo $!'
"""Starts the server apart from the command and prints its process number; $0 is the log."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running embedded server."""

    url: str
    socket_dir: Path
    pgdata: Path
    pid: int

    def url_for(self, *, database: str = DATABASE, role: str = OWNER) -> str:
        return _url(self.socket_dir, database=database, role=role)


def database_url(environ: Mapping[str, str], data_home: Path) -> str:
    """The URL of the database to use; starts the embedded server where none is named."""
    return environ.get(URL_VARIABLE) or ensure_running(data_home, environ=environ).url


def ensure_running(
    data_home: Path, *, fast: bool = False, environ: Mapping[str, str] | None = None
) -> Server:
    """The embedded server of ``data_home``, set up and started if need be.

    ``fast`` (or `XINHENG_POSTGRES_FAST=1`) gives up safety against a crash of the machine, for tests; it
    counts only when this call starts the server. Raises DatabaseUnavailable with what to do.
    """
    home = data_home.resolve()
    around = os.environ if environ is None else environ
    with _permissions_explained(home):
        if server := status(home):
            return server
        with _only_one(home):
            fast = fast or around.get(FAST_VARIABLE) == "1"
            return status(home) or _start(home, fast=fast, environ=around)


def status(data_home: Path) -> Server | None:
    """The server of ``data_home`` if it runs and answers, be it in another container."""
    home = data_home.resolve()
    with _permissions_explained(home):
        place = places.existing_place(home)
        return _answering(place) if place else None


def stop(data_home: Path) -> bool:
    """End the server of ``data_home``; False where none ran."""
    home = data_home.resolve()
    with _permissions_explained(home):
        if places.existing_place(home) is None:
            return False
        with _only_one(home):
            return _stop(home)


def erase(data_home: Path) -> None:
    """End the server and delete the database with everything in it; other files of ``data_home`` stay."""
    home = data_home.resolve()
    with _permissions_explained(home):
        if place := places.existing_place(home):
            with _only_one(home):
                _stop(home)
                places.remove(place)


def _start(home: Path, *, fast: bool, environ: Mapping[str, str]) -> Server:
    place = places.find_place(home)
    if server := _adopt(place):
        return server
    binaries = places.usable_binaries(place, environ, major=_major_of(place))
    if _major_of(place) is None:
        _initialise(place, binaries, fast=fast)
    socket_dir = places.socket_folder(place)
    settings = settings_text(socket_dir=socket_dir, port=processes.PORT, fast=fast)
    places.write_as(place.account, place.pgdata / "xinheng.conf", settings)
    _launch_through_recovery(place, binaries, socket_dir)
    server = _answering(place)
    if server is None:
        raise trouble.start_failed(log=place.log, tail=_tail(place.log))
    return server


def _answering(place: Place) -> Server | None:
    postmaster = processes.read_postmaster(place.pgdata)
    if postmaster is None or not postmaster.ready or postmaster.socket_dir is None:
        return None
    if not processes.answers(postmaster.socket_dir):
        return None
    folder = postmaster.socket_dir
    return Server(url=_url(folder), socket_dir=folder, pgdata=place.pgdata, pid=postmaster.pid)


def _stop(home: Path) -> bool:
    place = places.existing_place(home)
    postmaster = processes.running_postmaster(place.pgdata) if place else None
    if place is None or postmaster is None:
        return False
    if not processes.stop_process(postmaster.pid, place.pgdata, seconds=STOP_SECONDS):
        raise trouble.still_stopping(pid=postmaster.pid)
    return True


def _adopt(place: Place) -> Server | None:
    """A server that another, killed command was starting. One without a socket makes room for a new one."""
    begun = time.monotonic()
    while pids := processes.servers_of(place.pgdata):
        if server := _answering(place):
            return server
        postmaster = processes.read_postmaster(place.pgdata)
        if postmaster and postmaster.pid in pids and postmaster.status in ("ready", "stopping"):
            if not processes.stop_process(postmaster.pid, place.pgdata, seconds=STOP_SECONDS):
                raise trouble.still_stopping(pid=postmaster.pid)
        elif time.monotonic() - begun > START_SECONDS:
            raise trouble.start_failed(log=place.log, tail=_tail(place.log))
        time.sleep(0.05)
    return None


def _major_of(place: Place) -> int | None:
    """The version that made the data; only the same major version can open it."""
    return int(place.version_file.read_text().split(".")[0]) if place.version_file.exists() else None


def _initialise(place: Place, binaries: Binaries, *, fast: bool) -> None:
    """Set up data folder and database under another name first: a cut-off set-up leaves nothing half-made."""
    if shutil.disk_usage(place.base).free < FREE_BYTES_NEEDED:
        raise trouble.disk_full(folder=place.base)
    partial = place.base / "data.partial"
    shutil.rmtree(partial, ignore_errors=True)
    places.make_own_folder(partial, place.account)
    initdb = [binaries.initdb, "-D", str(partial), *INITDB_OPTIONS, *(["--no-sync"] if fast else [])]
    fsync = f"fsync={'off' if fast else 'on'}"
    single = [binaries.postgres, "--single", "-D", str(partial), "-c", fsync, "postgres"]
    for step, given in ((initdb, ""), (single, f"CREATE DATABASE {DATABASE};\n")):
        answer = places.run_as(place.account, step, given=given)
        if answer.returncode != 0 or "ERROR:" in answer.stderr:
            shutil.rmtree(partial, ignore_errors=True)
            raise trouble.initialise_failed(folder=place.base, output=(answer.stdout + answer.stderr)[-2000:])
    places.write_as(place.account, partial / "postgresql.conf", INCLUDE_LINE, append=True)
    partial.rename(place.pgdata)


def _launch_through_recovery(place: Place, binaries: Binaries, socket_dir: Path) -> None:
    """Start the server; wait while children of a killed one still hold its shared memory."""
    begun = time.monotonic()
    while not _launch(place, binaries, socket_dir):
        tail = _tail(place.log)
        spent = time.monotonic() - begun
        if "pre-existing shared memory block" not in tail or spent > ORPHANS_GIVE_UP_SECONDS:
            raise trouble.start_failed(log=place.log, tail=tail)
        if spent > ORPHANS_AFTER_SECONDS:
            processes.end_orphans(place.pgdata)
        time.sleep(0.5)


def _launch(place: Place, binaries: Binaries, socket_dir: Path) -> bool:
    _clear_traces(place, socket_dir)
    _begin_log(place)
    command = ["/bin/sh", "-c", LAUNCH, str(place.log), binaries.postgres, "-D", str(place.pgdata)]
    answer = places.run_as(place.account, command, start_new_session=True)
    return answer.returncode == 0 and _wait_until_ready(place, int(answer.stdout))


def _wait_until_ready(place: Place, pid: int) -> bool:
    """False where the process ended instead. Recovery after a crash may take its time.

    A process that is just becoming the server has no command line for a moment; only one without for longer is gone.
    """
    begun = seen = time.monotonic()
    told = False
    while time.monotonic() - begun < START_SECONDS:
        postmaster = processes.read_postmaster(place.pgdata)
        if postmaster and postmaster.pid == pid and postmaster.ready:
            return True
        if processes.command_line(pid):
            seen = time.monotonic()
        elif time.monotonic() - seen > GONE_AFTER_SECONDS:
            return False
        if not told and time.monotonic() - begun > NOTICE_AFTER_SECONDS:
            sys.stderr.write("数据库正在从上次中断中恢复，请稍候……\n")
            told = True
        time.sleep(0.02)
    return False


def _clear_traces(place: Place, socket_dir: Path) -> None:
    """Make room for a new server after one that was killed; call only while none serves the data.

    PostgreSQL takes any living process with the old number for the old server, even one that waits to be
    reaped. `postmaster.pid` therefore gets a dead process's number; the rest of it stays, so PostgreSQL
    still checks by itself that nobody is attached to the old server's shared memory.
    """
    for trace in processes.socket_files(socket_dir):
        trace.unlink(missing_ok=True)
    file = place.pgdata / "postmaster.pid"
    if file.exists():
        _, *rest = file.read_text(encoding="utf-8", errors="surrogateescape").split("\n", 1)
        places.write_as(place.account, file, "\n".join([str(processes.dead_pid()), *rest]))


def _begin_log(place: Place) -> None:
    if place.log.exists() and place.log.stat().st_size > LOG_BYTES_KEPT:
        place.log.replace(place.log.with_suffix(".log.1"))
    places.make_own_file(place.log, place.account)


def _tail(log: Path) -> str:
    try:
        return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-12:])
    except OSError:
        return ""


def _url(socket_dir: Path, *, database: str = DATABASE, role: str = OWNER) -> str:
    return (
        f"postgresql://{quote(role)}@/{quote(database)}?host={quote(str(socket_dir))}&port={processes.PORT}"
    )


@contextmanager
def _only_one(home: Path) -> Iterator[None]:
    """Hold the data folder's lock; the kernel frees it when the holder dies."""
    lock = home / "postgres" / "lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a") as file:
        begun = time.monotonic()
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() - begun > LOCK_SECONDS:
                    raise trouble.lock_busy(lock=lock, seconds=LOCK_SECONDS) from None
                time.sleep(0.05)
        yield


@contextmanager
def _permissions_explained(home: Path) -> Iterator[None]:
    try:
        yield
    except PermissionError as error:
        raise trouble.not_permitted(path=Path(error.filename or home), account=_user_name()) from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise trouble.disk_full(folder=home) from error
        raise


def _user_name() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


def main(arguments: list[str]) -> int:
    """`python -m xinheng.config.postgres start|stop|status|url|erase [--home FOLDER]`."""
    parser = ArgumentParser(prog="python -m xinheng.config.postgres", description="内嵌数据库")
    parser.add_argument("verb", choices=["start", "stop", "status", "url", "erase"])
    parser.add_argument(
        "--home", type=Path, default=None, help="数据文件夹，缺省为 $XINHENG_HOME 或项目的 .data/<城市>"
    )
    chosen = parser.parse_args(arguments)
    try:
        home: Path = chosen.home or paths.data_home(os.environ)
        sys.stdout.write(_answer(chosen.verb, home))
    except (Refusal, PolicyError) as refused:
        sys.stderr.write(f"{refused}\n")
        return 2
    return 0


def _answer(verb: str, home: Path) -> str:
    if verb == "url":
        return f"{database_url(os.environ, home)}\n"
    if verb == "stop":
        return "数据库已停止。\n" if stop(home) else "数据库没有在运行。\n"
    if verb == "erase":
        erase(home)
        return "数据库已删除。\n"
    server = ensure_running(home) if verb == "start" else status(home)
    if server is None:
        return "数据库没有在运行。\n"
    return f"数据库正在运行：进程 {server.pid}，数据 {server.pgdata}，套接字 {server.socket_dir}。\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
