"""Cuts delimited text into records, whatever state it is in: ragged rows, stray quotes, an upload cut off.

Every record keeps its number in the sender's file, counted as a spreadsheet counts rows. What cannot be read
is kept with the fault, so that the row goes back to its sender and the next one is read all the same.
"""

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

DELIMITERS = ",\t;|，"
MOST_LINES = 2000


class Fault(StrEnum):
    """Why a record cannot be trusted."""

    QUOTE = "quote"
    CUT = "cut"
    WIDE = "wide"
    GARBLED = "garbled"
    LONG = "long"

    @property
    def message(self) -> str:
        return {
            "quote": "引号不成对，无法判断各列的边界",
            "cut": "文件在本行中断，可能没有上传完整",
            "wide": "本行的列数多于表头，疑似内容中的分隔符未加引号",
            "garbled": "本行含无法识别的字符",
            "long": "单元格内容过长",
        }[self.value]


@dataclass(frozen=True, slots=True)
class Record:
    number: int
    cells: list[str]
    fault: Fault | None = None


def delimiter_of(sample: str) -> str:
    """The separator under which the first lines have most columns; lines that agree weigh more than one wide line."""
    lines = [line for line in sample.splitlines()[:50] if line.strip()]
    best, best_score = ",", 0
    for delimiter in DELIMITERS:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
        most = max(set(widths), key=lambda width: (widths.count(width), width), default=1)
        score = (most - 1) * widths.count(most) ** 2
        if score > best_score:
            best, best_score = delimiter, score
    return best


def cut(lines: Iterable[str], *, delimiter: str, cell_characters: int) -> Iterator[Record]:
    """Records of physical lines (with their line ends). Blank lines are records without cells."""
    csv.field_size_limit(max(cell_characters * 4, 131_072))
    waiting: deque[str] = deque()
    source = iter(lines)
    number = 0
    while (line := waiting.popleft() if waiting else next(source, None)) is not None:
        number += 1
        if '"' not in line:
            yield _plain(number, line, delimiter)
            continue
        whole, closed, rest = _closed(line, source, waiting, delimiter, cell_characters)
        if closed:
            yield Record(number, next(csv.reader([whole], delimiter=delimiter), []))
            continue
        waiting.extendleft(reversed(rest))
        yield Record(number, line.rstrip("\r\n").split(delimiter), Fault.QUOTE if rest else Fault.CUT)


def _plain(number: int, line: str, delimiter: str) -> Record:
    text = line.rstrip("\r\n")
    return Record(number, text.split(delimiter) if text else [])


def _closed(
    line: str, source: Iterator[str], waiting: deque[str], delimiter: str, cell_characters: int
) -> tuple[str, bool, list[str]]:
    """The line with as many following ones as its quotes need, or the lines that did not close them."""
    if not _is_open(line, delimiter):
        return line, True, []
    rest: list[str] = []
    length = len(line)
    while (following := waiting.popleft() if waiting else next(source, None)) is not None:
        rest.append(following)
        length += len(following)
        if '"' in following and not _is_open(whole := line + "".join(rest), delimiter):
            return whole, True, []
        if len(rest) >= MOST_LINES or length > cell_characters:
            return line, False, rest
    return line, False, rest


def _is_open(text: str, delimiter: str) -> bool:
    """Whether a quoted cell is still open at the end. A quote inside an unquoted cell is only a character."""
    if text.count('"') % 2 == 0:
        return False
    position, end = 0, len(text)
    while position < end:
        if text[position] == '"':
            position += 1
            while True:
                quote = text.find('"', position)
                if quote < 0:
                    return True
                if text[quote + 1 : quote + 2] != '"':
                    position = quote + 1
                    break
                position = quote + 2
        following = text.find(delimiter, position)
        if following < 0:
            return False
        position = following + 1
    return False
