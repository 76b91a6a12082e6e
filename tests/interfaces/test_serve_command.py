"""One site a port: a second one is refused before anything starts, and both processes end in order."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.config.homes import data_folder, surroundings

from xinheng.core.refusal import Refusal
from xinheng.interfaces.cli import serve
from xinheng.interfaces.cli.address import claim
from xinheng.interfaces.cli.listeners import listener_on

COMMAND = (sys.executable, "-m", "xinheng.interfaces.cli")
HOST = "127.0.0.1"


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        number: int = probe.getsockname()[1]
        return number


def listening(port: int, *, shared: bool = True) -> socket.socket:
    """What the web server does: it shares its port with whoever shares it too."""
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    server.bind((HOST, port))
    server.listen()
    return server


def refused(port: int, *, host: str = HOST) -> Refusal:
    with pytest.raises(Refusal) as caught:
        claim(host=host, port=port).close()
    return caught.value


def test_a_claimed_port_lets_the_web_server_in_and_no_second_claim(port: int) -> None:
    with claim(host=HOST, port=port):
        assert refused(port).code == "SRV01"
        with listening(port) as server, socket.create_connection((HOST, port), timeout=5):
            server.accept()[0].close()
            assert refused(port).code == "SRV01"


@pytest.mark.parametrize("shared", [True, False])
def test_a_port_on_which_somebody_listens_is_refused_with_another_one_to_take(
    port: int, shared: bool
) -> None:
    with listening(port, shared=shared):
        refusal = refused(port)
    assert refusal.code == "SRV01"
    assert f"端口 {port} 已被" in refusal.message
    other = re.search(r"--port (\d+)", refusal.advice)
    assert other is not None
    assert int(other[1]) > port
    claim(host=HOST, port=int(other[1])).close()


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="only Linux tells who listens")
def test_the_process_that_listens_is_named(port: int) -> None:
    with listening(port):
        found = listener_on(port)
        refusal = refused(port)
    assert found is not None
    assert found.pid == os.getpid()
    assert f"进程 {os.getpid()}" in refusal.message
    assert f"kill {os.getpid()}" in refusal.advice
    assert listener_on(port) is None


def test_a_port_is_free_again_after_its_server_has_answered_and_ended(port: int) -> None:
    with listening(port) as server, socket.create_connection((HOST, port), timeout=5) as caller:
        server.accept()[0].close()
        assert caller.recv(1) == b""
    claim(host=HOST, port=port).close()


@pytest.mark.parametrize(
    ("host", "port", "code", "words"),
    [
        (HOST, 0, "SRV02", "没有端口 0"),
        (HOST, 70000, "SRV02", "没有端口 70000"),
        ("没有 这样的主机", 8000, "SRV03", "不认识地址"),
        ("192.0.2.1", 8000, "SRV05", "本机没有地址 192.0.2.1"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_in_chinese(
    host: str, port: int, code: str, words: str
) -> None:
    refusal = refused(port, host=host)
    assert refusal.code == code
    assert words in refusal.message
    assert "--port" in refusal.advice or "--host" in refusal.advice


@pytest.mark.parametrize("words", [("serve",), ("demo", "--serve")], ids=["serve", "demo"])
def test_nothing_is_started_or_made_for_a_port_that_is_taken(
    words: tuple[str, ...], port: int, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    with listening(port):
        answer = subprocess.run(
            [*COMMAND, *words, "--port", str(port)],
            env=surroundings(XINHENG_HOME=str(home)),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert answer.returncode == 2
    assert f"[SRV01] 端口 {port} 已被" in answer.stderr
    assert answer.stdout == ""
    assert not home.exists()


@pytest.fixture
def home() -> Iterator[Path]:
    with data_folder() as folder:
        yield folder


def test_a_site_says_where_the_office_is_speaks_no_english_and_ends_on_ctrl_c(home: Path, port: int) -> None:
    site = subprocess.Popen(
        [*COMMAND, "serve", "--port", str(port)],
        env=surroundings(XINHENG_HOME=str(home), XINHENG_DEMO="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        _wait_for(f"http://{HOST}:{port}/health", site)
    finally:
        os.killpg(site.pid, signal.SIGINT)
        out, err = site.communicate(timeout=60)
    assert site.returncode == 0, err
    assert f"业务系统：http://{HOST}:{port}/office/" in out
    assert "演示账号尚未建立：先运行 xinheng demo" in out
    assert not [line for line in err.splitlines() if line.isascii() and not line.startswith("{")]
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"http://{HOST}:{port}/health", timeout=2)


def _wait_for(url: str, site: "subprocess.Popen[str]") -> None:
    for _ in range(900):
        assert site.poll() is None
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"{url} does not answer")


def test_the_default_number_of_threads_suits_the_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {}
    for processors in (1, 2, 64, None):
        monkeypatch.setattr(os, "cpu_count", lambda processors=processors: processors)
        found[processors] = serve.threads_for_this_machine()
    assert found == {1: 3, 2: 5, 64: 8, None: 3}


def test_a_process_that_ends_by_itself_is_named_and_ends_the_other(
    capsys: pytest.CaptureFixture[str],
) -> None:
    known = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    failing = subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"], start_new_session=True)
    lasting = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    try:
        assert serve.wait_for_end({"网站": failing, "后台任务": lasting}) == 3
    finally:
        for number, handler in known.items():
            signal.signal(number, handler)
    assert "网站（退出码 3）意外结束" in capsys.readouterr().err
    assert lasting.poll() is not None
