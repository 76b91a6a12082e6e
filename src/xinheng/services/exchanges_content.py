"""What a kept package says when it is sent: the words of a record only while that line is its last and it stands, else
the line without them (legal guard G9)."""

from collections.abc import Iterator

from xinheng.core.exchange_package import Line, Package, read, written
from xinheng.core.reconciliation import Flag
from xinheng.core.refusal import Refusal
from xinheng.services.exchanges import items_of, secret_of
from xinheng.services.exchanges_lines import first_known_days, goes
from xinheng.services.time import day_of
from xinheng.store.exchanges import ExchangePackage, ExchangePeer, Way
from xinheng.store.files import read_file
from xinheng.store.records import Record


def file_name(peer: ExchangePeer, number: int) -> str:
    return f"package-{peer.stream}-{number:08}.jsonl"


def pieces(row: ExchangePackage) -> Iterator[bytes]:
    """The file as it is sent now, line by line."""
    return written(content(row), secret=secret_of(row.peer))


def content(row: ExchangePackage) -> Package:
    """The package without the words of what has ended. Refusal EX17 where its file was destroyed."""
    if row.file is None or row.file.wrapped_key is None:
        raise Refusal(
            "EX17",
            f"第 {row.number} 号交换包的文件已按期限销毁，不能再发。",
            advice="请停用这项登记后重新登记，按新的流水全部发送。",
        )
    kept = read(b"".join(read_file(row.file)).splitlines(keepends=True), secret=secret_of(row.peer))
    standing = _standing(row.peer, kept)
    lines = tuple(
        line if line.say is None or line.n in standing else line.without_words() for line in kept.lines
    )
    return Package(kept.manifest, lines)


def _standing(peer: ExchangePeer, package: Package) -> set[int]:
    """Numbers of the lines that are the last of a record that stands now."""
    marks = [line.id for line in package.lines if _has_words(line)]
    entries = peer.entries.filter(way=Way.OUT, mark__in=marks, flag=Flag.STANDING)
    numbers = {key: n for key, n in entries.values_list("record_key", "n") if key is not None}
    versions = Record.objects.filter(record_key__in=numbers, known_until__isnull=True)
    records = list(versions.select_related("batch"))
    days, items = first_known_days(records), items_of(peer, Way.OUT)
    return {
        numbers[record.record_key]
        for record in records
        if goes(record, first_known=days.get(record.record_key, day_of(record.known_at)), items=items)
    }


def _has_words(line: Line) -> bool:
    return line.say is not None
