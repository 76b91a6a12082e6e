"""A bundle of scans: index workbook, manifest of digests, and the ZIP that carries both and the files, as a stream.

Bytes depend on what is given alone, so that the receipt, the digest of the manifest, can be computed again by whoever
holds the bundle (``sha256sum -c MANIFEST.sha256``).
"""

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from io import BytesIO

import xlsxwriter

MANIFEST = "MANIFEST.sha256"
INDEX = "目录.xlsx"
_OLDEST = (1980, 1, 1, 0, 0, 0)


def index_workbook(
    sheets: Sequence[tuple[str, Sequence[str], Iterable[Sequence[str]]]], *, made_at: datetime
) -> bytes:
    """One sheet each of (title, head, rows); every cell is text."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"created": made_at.replace(tzinfo=None)})
    strong = book.add_format({"bold": True})
    for title, head, rows in sheets:
        sheet = book.add_worksheet(title)
        sheet.freeze_panes(1, 0)
        for column, word in enumerate(head):
            sheet.write_string(0, column, word, strong)
            sheet.set_column(column, column, max(10, 2 * len(word) + 4))
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell)
    book.close()
    return out.getvalue()


def manifest(files: Iterable[tuple[str, str]]) -> bytes:
    """(name, digest as ``sha256:<hex>``) of every file, as ``sha256sum`` reads it."""
    return "".join(f"{digest.removeprefix('sha256:')}  {name}\n" for name, digest in files).encode()


class _Sink:
    """What ZipFile writes into and cannot wind back; taken out piece by piece."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self.pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Nothing is held open."""

    def take(self) -> bytes:
        taken, self.pieces = b"".join(self.pieces), []
        return taken


def streamed(parts: Iterable[tuple[str, int, Iterable[bytes]]]) -> Iterator[bytes]:
    """A ZIP of (name, size, content), stored as they are, in the memory of one piece."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for name, size, content in parts:
            entry = zipfile.ZipInfo(name, date_time=_OLDEST)
            with archive.open(entry, "w", force_zip64=size >= zipfile.ZIP64_LIMIT) as out:
                for piece in content:
                    out.write(piece)
                    yield sink.take()
            yield sink.take()
    yield sink.take()
