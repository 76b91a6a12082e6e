"""Opens a delivered file of whatever kind as text, and picks the sheet and the header row to be read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from xinheng.core.feeds import Feed
from xinheng.intake.headers import column_names, guess_header, position_names, shown_name, title_lines
from xinheng.intake.json_records import as_table
from xinheng.intake.limits import Limits
from xinheng.intake.recognition import Match, recognise
from xinheng.intake.sniffing import Format, Text, as_utf8, format_of, unreadable
from xinheng.intake.tables import Head, head_of
from xinheng.intake.workbooks import sheets_of


@dataclass(frozen=True, slots=True)
class Part:
    """One sheet of a workbook, or the text file as a whole."""

    name: str
    text: Text
    head: Head


@dataclass(frozen=True, slots=True)
class Opened:
    format: Format
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """The part that is read. ``header`` is the index of the header row among the head, None without one."""

    part: Part
    match: Match | None
    header: int | None

    @property
    def names(self) -> tuple[str, ...]:
        """Normalised, unique names of the columns."""
        if self.header is None:
            return position_names(self.part.head.width)
        return column_names(self.part.head.rows[self.header], self.part.head.width)

    @property
    def shown(self) -> tuple[str, ...]:
        """The columns as the sender named them; repeated and nameless ones by their normalised name."""
        if self.header is None:
            return self.names
        row = self.part.head.rows[self.header]
        titles = [shown_name(row, place) for place in range(1, self.part.head.width + 1)]
        return tuple(
            title if titles.count(title) == 1 else name
            for title, name in zip(titles, self.names, strict=True)
        )

    @property
    def first(self) -> int:
        """Number of records before the first row of data."""
        return 0 if self.header is None else self.header + 1


def open_file(path: Path, *, work: Path, limits: Limits) -> Opened:
    """Raises Refusal (E19)."""
    if path.stat().st_size > limits.file_bytes:
        raise unreadable(f"文件超过{limits.file_bytes // 2**20} MiB。", "请按月份或地区分成几个文件上传。")
    form = format_of(path)
    if form is Format.CSV:
        text = as_utf8(path, work)
        return Opened(form, (Part("", text, head_of(text, limits=limits)),))
    if form is Format.JSON:
        text = as_table(path, work, limits)
        return Opened(form, (Part("", text, head_of(text, limits=limits, delimiter=",")),))
    parts = []
    for sheet in sheets_of(path, form, work=work, limits=limits):
        text = Text(sheet.path, "", sure=True)
        parts.append(Part(sheet.name, text, head_of(text, limits=limits, delimiter=",")))
    return Opened(form, tuple(parts))


def choose(opened: Opened, *, feeds: Iterable[Feed], sent_as: str) -> Chosen:
    """The part that a feed explains best, else the first one."""
    known = tuple(feeds)
    best: Chosen | None = None
    for part in opened.parts:
        titles = (sent_as, part.name)
        match = recognise(part.head.rows, width=part.head.width, titles=titles, feeds=known)
        if match and (best is None or best.match is None or match.score > best.match.score):
            best = Chosen(part, match, match.header)
    if best is not None:
        return best
    part = opened.parts[0]
    return Chosen(part, None, guess_header(part.head.rows))


def left_out(opened: Opened, chosen: Chosen) -> tuple[str, ...]:
    """Names of the sheets that hold rows but are not read."""
    return tuple(part.name for part in opened.parts if part is not chosen.part and len(part.head.rows) > 0)


def title_of(chosen: Chosen, sent_as: str) -> str:
    """Name of the file, of the sheet, and what stands above the header."""
    return f"{sent_as} {chosen.part.name} {title_lines(chosen.part.head.rows[: chosen.header or 0])}"


def wanted(feeds: Mapping[str, Feed], feed: str | None) -> tuple[Feed, ...]:
    """All feeds, or the one that was asked for: by its columns alone, whatever the title says."""
    if feed is None:
        return tuple(feeds.values())
    asked = feeds[feed]
    return (
        asked.model_copy(update={"recognise": asked.recognise.model_copy(update={"title_required": False})}),
    )
