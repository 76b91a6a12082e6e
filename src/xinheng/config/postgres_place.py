"""Decides where the embedded database lives and who runs it.

PostgreSQL refuses to run as root: then `postgres`, else `nobody` runs it. Where that account cannot reach
the data folder or the programs, both go to a state folder named by a hash of the data folder's path; no
parent folder ever changes its permissions.
"""

import errno
import hashlib
import os
import pwd
import shutil
import socket
import stat
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xinheng.config import postgres_trouble as trouble
from xinheng.config.postgres_binaries import Binaries, Origin, candidates
from xinheng.config.postgres_process import socket_path

SOCKET_PATH_BYTES = 103
"""What a socket's path may measure on every system (Linux 107, macOS 103)."""

NOT_IN_A_SOCKET_PATH = frozenset(",\"'\\\n")


@dataclass(frozen=True, slots=True)
class Account:
    """The user who runs the server, where it is not the user who runs the command."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Place:
    """The folder of one embedded database and who runs it."""

    base: Path
    account: Account | None

    @property
    def pgdata(self) -> Path:
        return self.base / "data"

    @property
    def log(self) -> Path:
        return self.base / "server.log"

    @property
    def version_file(self) -> Path:
        return self.pgdata / "PG_VERSION"


def server_account() -> Account | None:
    """None: the user who runs the command runs the server too."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(name=name, uid=entry.pw_uid, gid=entry.pw_gid)
    raise trouble.no_account()


def run_as(
    account: Account | None, command: list[str], *, given: str = "", start_new_session: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run ``command`` as the server's account, from `/`, without the caller's PostgreSQL settings."""
    identity: dict[str, Any] = {}
    if account:
        identity = {"user": account.uid, "group": account.gid, "extra_groups": []}
    kept = {key: os.environ[key] for key in ("PATH", "LD_LIBRARY_PATH") if key in os.environ}
    try:
        return subprocess.run(
            command,
            env=kept | {"LC_ALL": "C"},
            cwd="/",
            umask=0o077,
            input=given,
            capture_output=True,
            start_new_session=start_new_session,
            encoding="utf-8",
            errors="surrogateescape",
            check=False,
            **identity,
        )
    except PermissionError as error:
        if account is None or error.filename == command[0]:
            raise
        raise trouble.no_account() from error


def bases(data_home: Path) -> Iterator[Path]:
    """Folders which may hold the database of ``data_home``, best first."""
    yield data_home / "postgres"
    name = f"xinheng-{_path_hash(data_home)}"
    if os.geteuid() == 0:
        yield Path("/var/lib") / name
        yield Path("/var/tmp") / name
    else:
        state = os.environ.get("XDG_STATE_HOME")
        with suppress(RuntimeError):
            yield (Path(state) if state else Path.home() / ".local" / "state") / name


def existing_place(data_home: Path) -> Place | None:
    """The place of a database that was set up before. Root runs it as the account that owns it.

    Raises PermissionError where the folder is another user's.
    """
    for base in bases(data_home):
        place = Place(base=base, account=None)
        try:
            place.version_file.lstat()
            owner = place.pgdata.lstat()
        except (FileNotFoundError, NotADirectoryError):
            continue
        if os.geteuid() != 0:
            return place
        if owner.st_uid != 0 and (base.parent == data_home or _is_ours(base)):
            account = Account(name=_account_name(owner.st_uid), uid=owner.st_uid, gid=owner.st_gid)
            return Place(base=base, account=account)
    return None


def find_place(data_home: Path) -> Place:
    """The existing place, else the first folder in which the server's account can keep a database."""
    if place := existing_place(data_home):
        return place
    account = server_account()
    tried = list(bases(data_home))
    for base in tried:
        place = Place(base=base, account=account)
        if _can_hold_a_database(place):
            return place
    raise trouble.no_place(tried=tried)


def make_own_folder(folder: Path, account: Account | None) -> None:
    """Create or take over ``folder`` as the account's own, closed to everybody else."""
    folder.mkdir(mode=0o700, exist_ok=True)
    _hand_over(folder, account, flags=os.O_DIRECTORY, mode=0o700)


def make_own_file(path: Path, account: Account | None) -> None:
    """Create or take over ``path``; what it holds stays."""
    _hand_over(path, account, flags=os.O_CREAT | os.O_WRONLY, mode=0o600)


def _hand_over(path: Path, account: Account | None, *, flags: int, mode: int) -> None:
    """Never through a link and never what belongs to a third user: others may write where ``path`` lies."""
    descriptor = os.open(path, flags | os.O_NOFOLLOW, mode)
    try:
        owners = {os.geteuid(), account.uid if account else os.geteuid()}
        if os.fstat(descriptor).st_uid not in owners:
            raise PermissionError(errno.EACCES, "belongs to another user", str(path))
        if account:
            os.fchown(descriptor, account.uid, account.gid)
        os.fchmod(descriptor, mode)
    finally:
        os.close(descriptor)


def write_as(account: Account | None, path: Path, text: str, *, append: bool = False) -> None:
    """Write a file in a folder of the account, as the account: root follows no link laid there."""
    script = 'cat >>"$1"' if append else 'cat >"$1.partial" && mv "$1.partial" "$1"'
    answer = run_as(account, ["/bin/sh", "-c", script, "sh", str(path)], given=text)
    if answer.returncode != 0:
        full = any(words in answer.stderr for words in trouble.NO_SPACE_WORDS)
        raise OSError(errno.ENOSPC if full else errno.EACCES, answer.stderr.strip(), str(path))


def socket_folder(place: Place) -> Path:
    """A closed folder with a path short enough for a socket, made ready for the account."""
    name = f"xinheng-{_path_hash(place.base)}"
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    tried = [place.base / "socket", *([Path(runtime) / name] if runtime else []), Path("/tmp") / name]
    for folder in tried:
        path = str(socket_path(folder))
        if len(os.fsencode(path)) > SOCKET_PATH_BYTES or NOT_IN_A_SOCKET_PATH & set(path):
            continue
        try:
            make_own_folder(folder, place.account)
            if reachable(folder, place.account) and _takes_a_socket(folder):
                return folder
        except OSError:
            continue
    raise trouble.no_place(tried=tried)


def usable_binaries(place: Place, environ: Mapping[str, str], *, major: int | None) -> Binaries:
    """The best programs that the account can run; those of a closed wheel are copied beside the data."""
    looked_in = []
    for binaries in candidates(environ, major=major):
        if _runs(binaries, place.account):
            return binaries
        if binaries.origin is Origin.WHEEL:
            copy = copy_wheel(binaries, place.base / "programs" / str(binaries.major))
            if _runs(copy, place.account):
                return copy
        looked_in.append(str(binaries.bindir))
    raise trouble.no_binaries(looked_in=looked_in, major=major)


def copy_wheel(binaries: Binaries, target: Path) -> Binaries:
    """Copy programs, shared files and the wheel's `.libs` so that their relative places stay the same."""
    tree = binaries.bindir.parent
    package = tree.parent
    made = Binaries(
        bindir=target / package.name / tree.name / "bin", major=binaries.major, origin=Origin.WHEEL
    )
    facts = (binaries.bindir / "postgres").stat()
    stamp = target / "copied-from"
    mark = f"{binaries.bindir} {facts.st_size} {facts.st_mtime_ns}"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == mark:
        return made
    partial = target.with_name(f"{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    skip = shutil.ignore_patterns("include", "*.a", "pkgconfig", "__pycache__")
    shutil.copytree(tree, partial / package.name / tree.name, symlinks=True, ignore=skip)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, partial / libraries.name, symlinks=True)
    _open_for_reading(partial)
    (partial / stamp.name).write_text(mark, encoding="utf-8")
    shutil.rmtree(target, ignore_errors=True)
    partial.rename(target)
    target.parent.chmod(0o755)
    return made


def reachable(folder: Path, account: Account | None) -> bool:
    """Whether the account can read, write and enter ``folder``; asked as that account."""
    test = ["/bin/sh", "-c", 'test -r "$1" && test -w "$1" && test -x "$1"', "sh", str(folder)]
    return run_as(account, test).returncode == 0


def remove(place: Place) -> None:
    """Delete the database, its log, socket folder and copied programs."""
    for name in ("data", "data.partial", "socket", "programs"):
        shutil.rmtree(place.base / name, ignore_errors=True)
    for folder in (Path(os.environ.get("XDG_RUNTIME_DIR", "/tmp")), Path("/tmp")):
        shutil.rmtree(folder / f"xinheng-{_path_hash(place.base)}", ignore_errors=True)
    for log in place.base.glob("server.log*"):
        log.unlink()
    if place.base.name.startswith("xinheng-"):
        shutil.rmtree(place.base, ignore_errors=True)


def _can_hold_a_database(place: Place) -> bool:
    probe = place.base / "data.partial"
    try:
        place.base.mkdir(parents=True, exist_ok=True)
        if not _is_ours(place.base):
            return False
        shutil.rmtree(probe, ignore_errors=True)
        make_own_folder(probe, place.account)
        private = stat.S_IMODE(probe.stat().st_mode) == 0o700
        return private and reachable(probe, place.account)
    except OSError:
        return False
    finally:
        shutil.rmtree(probe, ignore_errors=True)


def _is_ours(folder: Path) -> bool:
    facts = folder.lstat()
    return stat.S_ISDIR(facts.st_mode) and facts.st_uid == os.geteuid() and not facts.st_mode & stat.S_IWOTH


def _runs(binaries: Binaries, account: Account | None) -> bool:
    try:
        return run_as(account, [binaries.postgres, "--version"]).returncode == 0
    except OSError:
        return False


def _takes_a_socket(folder: Path) -> bool:
    trial = folder / ".trial"
    trial.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        try:
            listener.bind(str(trial))
        except OSError:
            return False
    trial.unlink(missing_ok=True)
    return True


def _open_for_reading(tree: Path) -> None:
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            runs = path.is_dir() or os.access(path, os.X_OK)
            path.chmod(0o755 if runs else 0o644)


def _account_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _path_hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
