"""Leads a connection to the address that was checked, and ends it when its time is over.

The name of a source is resolved once; every address it has must be declared, and the one that is used is the one that
was checked, so that a name cannot lead elsewhere in between.
"""

import os
import socket
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings

from xinheng.core.connectors import Source, refuse_address
from xinheng.core.os_errors import os_cause
from xinheng.core.refusal import Refusal

CONNECT_SECONDS = 10
AUTHORITIES = "ca.pem"
"""Below ``$XINHENG_HOME``: certificates of authorities of the government network, beside those of the system."""


def address_of(source: Source, networks: tuple[str, ...]) -> str:
    """Refusal X03, X04; X11 where the name cannot be resolved."""
    addresses = resolved(source)
    for address in addresses:
        refuse_address(address, source=source, networks=networks)
    return addresses[0]


def resolved(source: Source) -> list[str]:
    """Every address of the host. Refusal X11."""
    resolver = ThreadPoolExecutor(max_workers=1)
    try:
        asked = resolver.submit(socket.getaddrinfo, source.host, source.port, 0, socket.SOCK_STREAM)
        found = asked.result(timeout=CONNECT_SECONDS)
    except (OSError, TooLate) as error:
        raise Refusal(
            "X11", f"找不到主机 {source.host}。", advice="请核对主机名和本机的域名解析。"
        ) from error
    finally:
        resolver.shutdown(wait=False)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def authorities() -> Path | None:
    """The file of further authorities, where there is one."""
    home: Path = settings.HOME
    path = home / AUTHORITIES
    return path if path.exists() else None


def trusting() -> ssl.SSLContext:
    """Certificates and names are verified, always."""
    context = ssl.create_default_context()
    if (more := authorities()) is not None:
        context.load_verify_locations(more)
    return context


class Deadline:
    """Cuts a connection off when the time is over; ``passed`` tells that it was this."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.passed = False
        self._held: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> "Deadline":
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        for connection in self._held:
            connection.close()

    def holds(self, descriptor: int) -> None:
        """Shut this connection down at the end; the descriptor stays its owner's."""
        self._held.append(socket.socket(fileno=os.dup(descriptor)))
        if self.passed:
            self._end()

    def _end(self) -> None:
        self.passed = True
        for connection in self._held:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def refusal(self) -> Refusal:
        return Refusal(
            "X12",
            f"来源在 {self.seconds:g} 秒内没有答完，已断开。",
            advice="请来源单位检查；确实需要更久的，请调整时限或缩小每次的行数。",
        )


@contextmanager
def explained(deadline: Deadline, source: Source) -> Iterator[None]:
    """What goes wrong on the way as a Refusal: X12 when it took too long, X13 otherwise."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise Refusal(
            "X14",
            f"来源 {source.host} 的证书没有通过核对，没有连接。",
            advice=f"请来源单位换用有效的证书；政务网自建的证书机构，请把它的证书放入数据目录的 {AUTHORITIES}。",
        ) from error
    except (OSError, EOFError) as error:
        if deadline.passed or isinstance(error, TimeoutError):
            raise deadline.refusal() from error
        cause = os_cause(error) if isinstance(error, OSError) else "连接中断"
        raise Refusal(
            "X13",
            f"不能从来源 {source.host} 取得数据（{cause}）。",
            advice="请来源单位检查服务；下次到点会再取。",
        ) from error
