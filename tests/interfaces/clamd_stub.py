"""A virus scanner on a local socket, as clamd answers."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def scanner(path: str, answer: bytes) -> Iterator[list[bytes]]:
    """A scanner on a local socket that always says the same, and what it was sent."""
    heard: list[bytes] = []
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(path)
        door.listen()

        def serve() -> None:
            line, _ = door.accept()
            with line, line.makefile("rb") as stream:
                heard.append(stream.read(10))
                while size := int.from_bytes(stream.read(4), "big"):
                    heard.append(stream.read(size))
                line.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield heard
        thread.join(5)
