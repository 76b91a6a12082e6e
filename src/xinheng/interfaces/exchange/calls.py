"""A connection to the host that was declared at the address that was checked, within a time limit, without redirects."""

import http.client
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from xinheng.core.connectors import Source
from xinheng.interfaces.exchange.addresses import CONNECT_SECONDS, Deadline, address_of, explained, trusting


class _Fixed(http.client.HTTPConnection):
    """A connection to the address that was checked, under the name that was declared."""

    def __init__(
        self, source: Source, address: str, deadline: Deadline, context: ssl.SSLContext | None
    ) -> None:
        super().__init__(source.host, source.port, timeout=deadline.seconds)
        self._address, self._deadline, self._context = address, deadline, context

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
    address = address_of(source, networks)
    context = trusting() if source.scheme == "https" else None
    with Deadline(seconds) as deadline, explained(deadline, source):
        connection = _Fixed(source, address, deadline, context)
        try:
            yield connection
        finally:
            connection.close()
