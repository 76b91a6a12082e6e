"""Tells which feed a file belongs to, by the columns of its header, wherever that row stands.

Where columns are too general the title, the sheet or the file name must say it; a file without header is
recognised by what its columns look like. When no feed fits, the file is profiled and kept, never guessed.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from xinheng.core.feeds import Column, Feed, Shape
from xinheng.core.ids import CodeKind, read_code
from xinheng.intake.headers import column_names, normal_header, position_names, title_lines

SHAPE_SHARE = 0.6
HEADER_WITHIN = 30
"""The header stands among the first records."""
_DATE = re.compile(r"\d{4}[-/.年]\d{1,2}([-/.月]\d{1,2}日?)?.*|\d{1,2}[-/]\d{1,2}[-/]\d{4}.*")
_DOCUMENT = re.compile(r".*[\[〔(（﹝【]?\d{4}[\]〕)）﹞】]?.*\d+.*号?")
_AUTHORITY = re.compile(r".*(?:局|委|委员会|政府|办|办公室|厅|院|所|队|部|中心|管理处|街道|海关|税务|法院)")


@dataclass(frozen=True, slots=True)
class Match:
    """A feed and where its columns stand. ``header`` is the index of the header row, None without one."""

    feed: Feed
    header: int | None
    names: tuple[str, ...]
    score: int

    def places(self, column: Column) -> tuple[tuple[int, str], ...]:
        """Positions (from 1) of the columns that carry the field and the alias that led there, preferred first."""
        if self.header is None:
            fits = column.position is not None and column.position <= len(self.names)
            return ((column.position, ""),) if fits and column.position else ()
        known = {name: place for place, name in enumerate(self.names, start=1)}
        found = {
            known[_alias(header)]: header for header in reversed(column.headers) if _alias(header) in known
        }
        return tuple(reversed(found.items()))


def recognise(
    rows: Sequence[Sequence[str]], *, width: int, titles: Iterable[str], feeds: Iterable[Feed]
) -> Match | None:
    """The feed that explains most columns; between equals the one whose title words are met."""
    title = " ".join(titles)
    best: Match | None = None
    for match in _matches(rows, width=width, title=title, feeds=feeds):
        if best is None or match.score > best.score:
            best = match
    return best


def _matches(
    rows: Sequence[Sequence[str]], *, width: int, title: str, feeds: Iterable[Feed]
) -> Iterable[Match]:
    named = [column_names(row, width) for row in rows[:HEADER_WITHIN]]
    for feed in feeds:
        if feed.recognise.headers and feed.layout.header:
            for index, names in enumerate(named):
                score = _score(feed, names, title, rows[:index])
                if score:
                    yield Match(feed, index, names, score - index)
        elif feed.recognise.shape and _has_shape(feed, rows, title):
            yield Match(feed, None, position_names(width), len(feed.recognise.shape))


def _score(feed: Feed, names: tuple[str, ...], title: str, above: Sequence[Sequence[str]]) -> int:
    """``above``: the rows over the header. 0 where the feed does not fit; else grows with the columns explained and the title words met."""
    there = frozenset(names)
    rule = feed.recognise
    if not all(any(_alias(header) in there for header in group) for group in rule.headers):
        return 0
    if any(_alias(header) in there for header in rule.absent):
        return 0
    met = _meets_title(feed, f"{title} {title_lines(above)}")
    if rule.title_required and not met:
        return 0
    explained = sum(
        any(_alias(header) in there for header in column.headers)
        for column in (*feed.columns.values(), *feed.details.values())
    )
    return 100 * (explained + len(rule.headers)) + (250 if met else 0)


def _meets_title(feed: Feed, title: str) -> bool:
    return any(word in title for word in feed.recognise.title)


def _has_shape(feed: Feed, rows: Sequence[Sequence[str]], title: str) -> bool:
    if feed.recognise.title_required and not _meets_title(feed, title):
        return False
    sample = [row for row in rows[feed.layout.skip_rows :] if any(cell.strip() for cell in row)]
    return len(sample) > 0 and all(
        _column_looks([row[place - 1] for row in sample if place <= len(row)], shape, len(sample))
        for place, shape in feed.recognise.shape.items()
    )


def _column_looks(cells: Sequence[str], shape: Shape, rows: int) -> bool:
    filled = [cell.strip() for cell in cells if cell.strip() and normal_header(cell)]
    if shape == "any":
        return len(cells) == rows
    fitting = sum(_looks(cell, shape) for cell in filled)
    return len(filled) >= rows * SHAPE_SHARE and fitting >= len(filled) * SHAPE_SHARE


def _looks(cell: str, shape: Shape) -> bool:
    if shape == "code":
        return read_code(cell).kind not in (CodeKind.UNKNOWN, CodeKind.PLACEHOLDER)
    if shape == "date":
        return _DATE.fullmatch(cell) is not None
    if shape == "number":
        return cell.replace(",", "").replace(".", "", 1).isdecimal()
    if shape == "document_no":
        return _DOCUMENT.fullmatch(cell) is not None
    if shape == "authority":
        return _AUTHORITY.fullmatch(cell) is not None
    return not cell.isascii() and len(cell) <= 100


def _alias(header: str) -> str:
    base, mark, number = header.partition("#")
    return normal_header(base) + (mark + number if mark else "")


def missing_headers(feed: Feed, rows: Sequence[Sequence[str]], width: int) -> tuple[str, ...]:
    """What a file given for ``feed`` lacks, judged by the row that comes nearest."""
    best: tuple[str, ...] | None = None
    for row in rows:
        there = frozenset(column_names(row, width))
        lacking = tuple(
            group[0]
            for group in feed.recognise.headers
            if not any(_alias(header) in there for header in group)
        )
        if best is None or len(lacking) < len(best):
            best = lacking
    return best or ()


def by_id(feeds: Mapping[str, Feed], wanted: str | None) -> tuple[Feed, ...]:
    """All feeds, or the wanted one alone."""
    return tuple(feeds.values()) if wanted is None else (feeds[wanted],)
