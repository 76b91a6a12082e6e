"""`xinheng serve`: the web server and the worker, side by side, on the loopback address."""

import os
import signal
import subprocess
import sys
import time
from typing import Annotated

import typer

from xinheng.core.refusal import Refusal
from xinheng.interfaces.cli.options import CityOption

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
PORT = 8000
MOST_THREADS = 8
ENDING_SECONDS = 30

Port = Annotated[int, typer.Option(help="监听端口", metavar="端口")]


def register(app: typer.Typer) -> None:
    app.command("serve")(serve)


def serve(
    city: CityOption = None,
    host: Annotated[str, typer.Option(help="监听地址", metavar="地址")] = "127.0.0.1",
    port: Port = PORT,
    threads: Annotated[
        int | None, typer.Option(min=1, help="处理请求的线程数，缺省按处理器个数", metavar="个数")
    ] = None,
) -> None:
    """启动网站和后台任务，按 Ctrl+C 结束。

    端口已被占用时不启动任何进程，退出码为 2。
    """
    _refuse_open_demonstration(host)
    from xinheng.interfaces.cli.address import claim
    from xinheng.interfaces.cli.ready import ready

    with claim(host=host, port=port):
        ready(city=city)
        _look_at_fonts()
        raise typer.Exit(run_site(host=host, port=port, threads=threads))


def _look_at_fonts() -> None:
    """Without its fonts the site runs, but no letter can be made: say so at once."""
    from xinheng.documents.fonts import check_fonts

    try:
        check_fonts()
    except Refusal as refusal:
        print(f"{refusal.message}{refusal.advice}", file=sys.stderr)


def _refuse_open_demonstration(host: str) -> None:
    if os.environ.get("XINHENG_DEMO") == "1" and host not in LOOPBACK:
        raise Refusal(
            "W01",
            f"演示模式带有公开的演示账号，只能监听本机，不能监听 {host}。",
            advice="正式使用请去掉 XINHENG_DEMO=1 后再启动。",
        )


def run_site(*, host: str, port: int, threads: int | None = None) -> int:
    """Web server and worker until one ends or the command is told to end; the exit code. Django must be ready."""
    from django.db import connections

    from xinheng.interfaces.cli.welcome import welcome

    count = threads or threads_for_this_machine()
    environment = {**os.environ, "XINHENG_DATABASE_ROLE": "xinheng_app", "XINHENG_THREADS": str(count)}
    web = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "xinheng.config.wsgi:application"),
        *("--host", host, "--port", str(port), "--workers", "1", "--blocking-threads", str(count)),
        *("--no-ws", "--log-level", "warning"),
    ]
    processes = {
        "网站": _started(web, {**environment, "XINHENG_PROCESS": "web"}),
        "后台任务": _started([sys.executable, "-m", "xinheng.interfaces.jobs"], environment),
    }
    print(welcome(host=host, port=port), flush=True)
    connections.close_all()
    return wait_for_end(processes)


def threads_for_this_machine() -> int:
    """As many as the processors can serve; each holds a connection to the database."""
    return min(MOST_THREADS, 2 * (os.cpu_count() or 1) + 1)


def _started(words: list[str], environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    """In a session of its own: Ctrl+C reaches this command alone, which then ends both in order."""
    return subprocess.Popen(words, env=environment, start_new_session=True)


def wait_for_end(processes: dict[str, "subprocess.Popen[bytes]"]) -> int:
    """End all when one ends or when asked to."""
    asked = False

    def stop(_signal: int, _frame: object) -> None:
        nonlocal asked
        asked = True

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)
    while not asked and all(process.poll() is None for process in processes.values()):
        time.sleep(0.2)
    failed = [f"{name}（退出码 {process.poll()}）" for name, process in processes.items() if process.poll()]
    if failed and not asked:
        print(f"{'、'.join(failed)}意外结束，其余一并停止。原因见上面的日志。", file=sys.stderr)
    codes = [_ended(process) for process in processes.values()]
    return 0 if asked else max(1, *codes)


def _ended(process: "subprocess.Popen[bytes]") -> int:
    process.terminate()
    try:
        return process.wait(timeout=ENDING_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return process.wait()
