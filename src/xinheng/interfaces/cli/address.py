"""Takes the address on which the site will answer, before anything is started.

The web server lets several listen on one port, so a second site would start silently beside the first and answer half
of the calls. Whoever holds the claim is the only one; the claim ends with the process.
"""

import errno
import socket
from typing import Any

from xinheng.core.os_errors import os_cause
from xinheng.core.refusal import Refusal
from xinheng.interfaces.cli.listeners import listener_on

NEXT_PORTS = 100


def claim(*, host: str, port: int) -> socket.socket:
    """Hold ``host`` and ``port`` as long as the socket lives; nobody is answered on it.

    Raises Refusal SRV01 where somebody listens or holds a claim there, SRV02 where the address cannot be used.
    """
    family, address = _resolved(host, port)
    try:
        _probe(family, address)
        return _hold(family, address)
    except OSError as error:
        raise _refused(error, host=host, port=port) from error


def _resolved(host: str, port: int) -> tuple[socket.AddressFamily, Any]:
    if not 1 <= port <= 65535:
        raise Refusal("SRV02", f"没有端口 {port}。", advice="用 --port 给出 1024 至 65535 之间的数。")
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError) as error:
        raise Refusal(
            "SRV03", f"不认识地址“{host}”。", advice="用 --host 给出本机的 IP 地址，缺省为 127.0.0.1。"
        ) from error
    return family, address


def _probe(family: socket.AddressFamily, address: Any) -> None:
    """Listen for a moment: that fails beside a listener and beside a claim, not after a site that has just ended."""
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)
        probe.listen(1)


def _hold(family: socket.AddressFamily, address: Any) -> socket.socket:
    """A bound socket that does not listen. It lets in who shares the port, as the web server does, and no other."""
    claimed = socket.socket(family, socket.SOCK_STREAM)
    try:
        claimed.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        claimed.bind(address)
        claimed.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
        claimed.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    except OSError:
        claimed.close()
        raise
    return claimed


def _refused(error: OSError, *, host: str, port: int) -> Refusal:
    if error.errno == errno.EADDRINUSE:
        return _taken(host=host, port=port)
    if error.errno in (errno.EACCES, errno.EPERM):
        return Refusal(
            "SRV04",
            f"没有权限使用端口 {port}：1024 以下的端口要由系统管理员开放。",
            advice="用 --port 给出 1024 以上的端口，由前置的网关转发。",
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return Refusal(
            "SRV05", f"本机没有地址 {host}。", advice="用 --host 给出本机的 IP 地址，缺省为 127.0.0.1。"
        )
    return Refusal(
        "SRV06",
        f"不能在 {host}:{port} 上监听（{os_cause(error)}）。",
        advice="换一个 --port 或 --host 再试。",
    )


def _taken(*, host: str, port: int) -> Refusal:
    other = _next_free(host, port)
    change = f"换一个端口：--port {other}（make run PORT={other}）" if other else "用 --port 换一个端口"
    holder = listener_on(port)
    if holder is None:
        return Refusal(
            "SRV01",
            f"端口 {port} 已被另一个程序占用，或另一个 xinheng 正在启动；没有启动任何进程。",
            advice=f"{change}；或先结束占用它的程序。",
        )
    return Refusal(
        "SRV01",
        f"端口 {port} 已被进程 {holder.pid}（{holder.command}）占用；没有启动任何进程。",
        advice=f"{change}；或先结束那个进程：在它的窗口按 Ctrl+C，或运行 kill {holder.pid}。",
    )


def _next_free(host: str, port: int) -> int | None:
    for other in range(port + 1, min(port + NEXT_PORTS, 65536)):
        try:
            family, address = _resolved(host, other)
            _probe(family, address)
        except OSError:
            continue
        return other
    return None
