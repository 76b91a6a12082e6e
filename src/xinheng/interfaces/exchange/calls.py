"""A connection to the host that was declared at the address that was checked, within a time limit, without redirects."""

import http.client
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from xinheng.core.connectors import Source
from xinheng.interfaces.exchange.addresses import CONNECT_SECONDS, Deadline, address_of, explained, trusting


class Led(http.client.HTTPConnection):
    """A connection to the address that was checked, under the name that was declared."""

    def __init__(
        self, source: Source, address: str, deadline: Deadline, context: ssl.SSLContext | None
    ) -> None:
        super().__init__(source.host, source.port, timeout=deadline.seconds)
        self._address, self._deadline, self._context = address, deadline, context

    def hold_to_deadline(self) -> None:
        """What was read up to the cut is not whole."""
        if self._deadline.passed:
            raise self._deadline.refusal()

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), timeout=CONNECT_SECONDS)
        self._deadline.holds(plain.fileno())
        plain.settimeout(self._deadline.seconds)
        self.sock = self._context.wrap_socket(plain, server_hostname=self.host) if self._context else plain


@contextmanager
def connected(
    source: Source, networks: tuple[str, ...], *, seconds: float
) -> Iterator[http.client.HTTPConnection]:
    """Refusals X03 and X04 an address that was not declared, X11 to X14 on the way; errors of the protocol pass through."""
    with connected_at(address_of(source, networks), source, seconds=seconds) as connection:
        yield connection


@contextmanager
def connected_at(address: str, source: Source, *, seconds: float) -> Iterator[http.client.HTTPConnection]:
    """The same at an address that the caller has checked."""
    context = trusting() if source.scheme == "https" else None
    with Deadline(seconds) as deadline, explained(deadline, source):
        connection = Led(source, address, deadline, context)
        try:
            yield connection
        finally:
            connection.close()
