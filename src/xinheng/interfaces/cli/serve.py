"""`xinheng serve`: the web server and the worker, side by side, on the loopback address."""

import os
import signal
import subprocess
import sys
import time
from typing import Annotated

import typer

from xinheng.core.refusal import Refusal

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def register(app: typer.Typer) -> None:
    app.command("serve")(serve)


def serve(
    city: Annotated[str | None, typer.Option(help="城市政策包")] = None,
    host: Annotated[str, typer.Option(help="监听地址")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="监听端口")] = 8000,
    threads: Annotated[int, typer.Option(help="处理请求的线程数")] = 8,
) -> None:
    """启动网站和后台任务。"""
    if os.environ.get("XINHENG_DEMO") == "1" and host not in LOOPBACK:
        raise Refusal(
            "W01",
            f"演示模式带有公开的演示账号，只能监听本机，不能监听 {host}。",
            advice="正式使用请去掉 XINHENG_DEMO=1 后再启动。",
        )
    from xinheng.interfaces.cli.ready import ready

    ready(city=city)
    environment = {**os.environ, "XINHENG_DATABASE_ROLE": "xinheng_app", "XINHENG_THREADS": str(threads)}
    web = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "xinheng.config.wsgi:application"),
        *("--host", host, "--port", str(port), "--workers", "1", "--blocking-threads", str(threads)),
        *("--no-ws", "--log-level", "warning"),
    ]
    processes = [
        subprocess.Popen(web, env={**environment, "XINHENG_PROCESS": "web"}),
        subprocess.Popen([sys.executable, "-m", "xinheng.interfaces.jobs"], env=environment),
    ]
    print(f"网站：http://{host}:{port}  （按 Ctrl+C 结束）", flush=True)
    raise typer.Exit(_wait(processes))


def _wait(processes: list["subprocess.Popen[bytes]"]) -> int:
    """End all when one ends or when asked to."""

    def stop(_signal: int, _frame: object) -> None:
        for process in processes:
            process.terminate()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while all(process.poll() is None for process in processes):
        time.sleep(0.5)
    codes = []
    for process in processes:
        process.terminate()
        codes.append(process.wait(timeout=30))
    return max(0, *codes)
