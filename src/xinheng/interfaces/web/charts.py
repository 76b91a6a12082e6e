"""Charts drawn on the server as SVG: horizontal bars of several sorts, each with its numbers as a table twin.

A chart is drawn twice, for a wide and for a narrow column, so that its words keep their size; the style sheet
shows the one that fits. Differences never rest on colour alone: fills also differ in lightness or outline.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from xinheng.interfaces.web.badges import WORDS, grade_shape
from xinheng.interfaces.web.figures import count, percent, points, signed_points
from xinheng.interfaces.web.svg import Drawing, one_line, text_width, wrap

WIDE, NARROW = 760, 340
LABEL, SMALL = 14, 12
LINE = 18
BAR = 16


@dataclass(frozen=True, slots=True)
class Chart:
    """One finding. ``head`` and ``rows`` hold the same numbers as the drawing; columns from ``numbers_from`` on
    are figures. ``wide`` and ``narrow`` are empty where there is nothing to draw: a sentence says so instead."""

    title: str
    wide: str
    narrow: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    numbers_from: int = 1


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a waterfall, in thousandths of a point."""

    label: str
    start_milli: int
    end_milli: int
    kind: Literal["start", "plus", "minus", "limit", "total"]


@dataclass(frozen=True, slots=True)
class Band:
    """A grade and the points from which it is given."""

    letter: str
    from_milli: int


@dataclass(frozen=True, slots=True)
class GradeCount:
    """How many subjects hold a grade now and, if known, at the run before. ``word``: where the model has its own."""

    letter: str
    count: int
    before: int | None = None
    word: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """``text`` is the value in words and units; ``marked`` bars need attention."""

    label: str
    value: int
    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Stack:
    """Parts of one whole, in the order of the kinds of the chart."""

    label: str
    parts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where labels and bars stand: side by side when wide, one under the other when narrow."""

    width: float
    label: float
    left: float
    right: float

    @property
    def stacked(self) -> bool:
        return self.label == 0


def _frame(width: float, labels: Sequence[str], value_room: float) -> _Frame:
    if width < 480:
        return _Frame(width, 0, 1, width - 1)
    widest = max((text_width(label, LABEL) for label in labels), default=0)
    label = min(max(widest + 1, 72), width * 0.34)
    return _Frame(width, label, label + 16, width - value_room)


def _both(draw: Callable[[float], str]) -> tuple[str, str]:
    return draw(WIDE), draw(NARROW)


def waterfall(
    steps: Sequence[Step], *, title: str, bands: Sequence[Band] = (), grade: str = "", note: str = ""
) -> Chart:
    """How points came about, from the start to the total. The axis is cut to the part in use."""
    if not steps:
        return Chart(title, "", "", ("步骤", "加减", "累计"), (), note)
    low, high = _domain(steps)
    rows = tuple((step.label, _change(step), points(step.end_milli)) for step in steps)
    words = "；".join(f"{label} {change}" for label, change, _ in rows)

    def draw(width: float) -> str:
        return _waterfall(width, steps, (low, high), bands, grade, title, words)

    wide, narrow = _both(draw)
    return Chart(title, wide, narrow, ("步骤", "加减", "累计"), rows, note)


def _change(step: Step) -> str:
    if step.kind in ("start", "total"):
        return points(step.end_milli)
    return signed_points(step.end_milli - step.start_milli)


def _domain(steps: Sequence[Step]) -> tuple[int, int]:
    places = [place for step in steps for place in (step.start_milli, step.end_milli) if _moves(step)] or [0]
    places += [step.end_milli for step in steps]
    room = max((max(places) - min(places)) // 12, 15_000)
    unit = 10_000
    return (min(places) - room) // unit * unit, -(-(max(places) + room) // unit) * unit


def _moves(step: Step) -> bool:
    return step.kind not in ("start", "total")


def _waterfall(
    width: float,
    steps: Sequence[Step],
    domain: tuple[int, int],
    bands: Sequence[Band],
    grade: str,
    title: str,
    words: str,
) -> str:
    frame = _frame(width, [step.label for step in steps], 104)
    low, high = domain

    def at(milli: int) -> float:
        return frame.left + (frame.right - frame.left) * (milli - low) / (high - low)

    drawing = Drawing(width)
    top = 26.0 if bands else 4.0
    heights = [_row_height(frame, step.label, extra=84) for step in steps]
    bottom = top + sum(heights)
    _bands(drawing, bands, at, (low, high), bottom)
    y = top
    for place, (step, height) in enumerate(zip(steps, heights, strict=True)):
        bar_y = y + height - BAR - 9 if frame.stacked else y + (height - BAR) / 2
        _step(drawing, frame, step, at, (y, bar_y), grade if step.kind == "total" else "")
        if place + 1 < len(steps) and not frame.stacked:
            x = at(step.end_milli)
            end = y + height + (heights[place + 1] - BAR) / 2
            drawing.add("line", x1=x, x2=x, y1=bar_y + BAR, y2=end, class_="k-join")
        y += height
    return drawing.finish(height=bottom + (20 if bands else 6), title=title, description=words)


def _row_height(frame: _Frame, label: str, *, extra: float = 0) -> float:
    if frame.stacked:
        return len(wrap(label, LABEL, frame.width - extra)) * LINE + BAR + 18
    return max(len(wrap(label, LABEL, frame.label)) * LINE, BAR) + 12


def _label(
    drawing: Drawing, frame: _Frame, label: str, y: float, height: float, *, bold: bool, extra: float
) -> None:
    weight = 700 if bold else None
    room = frame.width - extra if frame.stacked else frame.label
    lines = wrap(label, LABEL, room)
    first = y + 14 if frame.stacked else y + (height - len(lines) * LINE) / 2 + 13.5
    for number, line in enumerate(lines):
        drawing.text(line, 0, first + number * LINE, font_size=LABEL, font_weight=weight)


def _step(
    drawing: Drawing,
    frame: _Frame,
    step: Step,
    at: Callable[[int], float],
    places: tuple[float, float],
    grade: str,
) -> None:
    y, bar_y = places
    bold = not _moves(step)
    height = _row_height(frame, step.label, extra=84)
    _label(drawing, frame, step.label, y, height, bold=bold, extra=84)
    start, end = at(step.start_milli), at(step.end_milli)
    if bold:
        drawing.add("rect", x=end - 2, y=bar_y - 3, width=4, height=BAR + 6, class_="k-ink")
    else:
        kind = {"plus": "k-plus", "minus": "k-minus", "limit": "k-limit"}[step.kind]
        drawing.add(
            "rect", x=min(start, end), y=bar_y, width=max(abs(end - start), 1.5), height=BAR, class_=kind
        )
    value = _change(step)
    weight = 700 if bold else None
    if frame.stacked:
        drawing.text(value, frame.width, y + 14, text_anchor="end", font_size=LABEL, font_weight=weight)
        shift = frame.width - text_width(value, LABEL, bold=True) - 26
        mark_y = y
    else:
        x = max(start, end) + 8
        drawing.text(value, x, bar_y + 13, font_size=LABEL, font_weight=weight)
        shift = x + text_width(value, LABEL, bold=True) + 2
        mark_y = bar_y - 2
    if grade:
        drawing.raw(f'<g transform="translate({shift:.1f} {mark_y:.1f}) scale(.84)">{grade_shape(grade)}</g>')


def _bands(
    drawing: Drawing,
    bands: Sequence[Band],
    at: Callable[[int], float],
    domain: tuple[int, int],
    bottom: float,
) -> None:
    """Thresholds as thin lines with their points below, letters of the grades above; only what has room."""
    low, high = domain
    ordered = sorted(bands, key=lambda band: band.from_milli)
    edges = [*(band.from_milli for band in ordered), high]
    last = -1e9
    for band, upper in zip(ordered, [*edges[1:]], strict=True):
        left, right = max(band.from_milli, low), min(upper, high)
        if right <= left:
            continue
        if at(right) - at(left) >= 18:
            drawing.text(
                band.letter,
                (at(left) + at(right)) / 2,
                14,
                text_anchor="middle",
                font_size=SMALL,
                class_="t-2",
            )
        if low < band.from_milli < high:
            x = at(band.from_milli)
            drawing.add("line", x1=x, x2=x, y1=4, y2=bottom, class_="k-mark")
            figure = points(band.from_milli)
            half = text_width(figure, SMALL) / 2
            if x - half > last + 6 and x - half >= 0 and x + half <= drawing.width:
                drawing.text(figure, x, bottom + 15, text_anchor="middle", font_size=SMALL, class_="t-2")
                last = x + half


def grade_distribution(
    counts: Sequence[GradeCount], *, title: str, note: str = "", unit: str = "户"
) -> Chart:
    """One bar a grade, with the share and, as a tick, the count of the run before."""
    total = sum(item.count for item in counts)
    old = any(item.before is not None for item in counts)
    head = ("等级", f"本期（{unit}）", "占比", *((f"上期（{unit}）",) if old else ()))
    rows = tuple(
        (
            f"{item.letter} {item.word or WORDS.get(item.letter, '')}".strip(),
            count(item.count),
            percent(item.count, total),
            *(("—" if item.before is None else count(item.before),) if old else ()),
        )
        for item in counts
    )
    if not rows:
        return Chart(title, "", "", head, (), note)
    bars = [
        Bar(row[0], item.count, f"{row[1]} {unit} · {row[2]}") for item, row in zip(counts, rows, strict=True)
    ]
    ticks = [item.before for item in counts]
    words = "；".join(f"{bar.label} {bar.text}" for bar in bars)

    def draw(width: float) -> str:
        return _bars(width, bars, title, words, letters=[item.letter for item in counts], ticks=ticks)

    wide, narrow = _both(draw)
    return Chart(title, wide, narrow, head, rows, note or ("竖线为上期。" if old else ""))


def bars(
    rows: Sequence[Bar], *, title: str, head: tuple[str, str] = ("名称", "数值"), note: str = ""
) -> Chart:
    """Plain bars from zero, in the order given."""
    if not rows:
        return Chart(title, "", "", head, (), note)
    words = "；".join(f"{row.label} {row.text}" for row in rows)

    def draw(width: float) -> str:
        return _bars(width, rows, title, words)

    wide, narrow = _both(draw)
    return Chart(title, wide, narrow, head, tuple((row.label, row.text) for row in rows), note)


def _bars(
    width: float,
    rows: Sequence[Bar],
    title: str,
    words: str,
    *,
    letters: Sequence[str] = (),
    ticks: Sequence[int | None] = (),
) -> str:
    room = min(max((text_width(row.text, LABEL) for row in rows), default=0) + 14, width * 0.45)
    inset = 28 if letters else 0
    frame = _frame(width, [row.label for row in rows], room)
    if letters and not frame.stacked:
        frame = _Frame(width, frame.label + inset, frame.left + inset, frame.right)
    extra = room + inset
    most = max([row.value for row in rows] + [tick for tick in ticks if tick is not None] + [1])
    drawing = Drawing(width)
    y = 2.0
    for place, row in enumerate(rows):
        height = _row_height(frame, row.label, extra=extra)
        bar_y = y + height - BAR - 9 if frame.stacked else y + (height - BAR) / 2
        _bar_label(drawing, frame, row, letters[place] if letters else "", y, height, inset, extra)
        scale = (frame.right - frame.left) / most
        drawing.add(
            "rect", x=frame.left, y=bar_y, width=frame.right - frame.left, height=BAR, class_="k-ground"
        )
        drawing.add(
            "rect",
            x=frame.left,
            y=bar_y,
            width=max(row.value * scale, 1.5 if row.value else 0),
            height=BAR,
            class_="k-marked" if row.marked else "k-bar",
        )
        if ticks and (tick := ticks[place]) is not None:
            x = frame.left + tick * scale
            drawing.add("line", x1=x, x2=x, y1=bar_y - 3, y2=bar_y + BAR + 3, class_="k-tick")
        value = one_line(row.text, LABEL, room - 12)
        if frame.stacked:
            drawing.text(value, width, y + 14, text_anchor="end", font_size=LABEL)
        else:
            drawing.text(value, frame.right + 10, bar_y + 13, font_size=LABEL)
        y += height
    return drawing.finish(height=y + 2, title=title, description=words)


def _bar_label(
    drawing: Drawing,
    frame: _Frame,
    row: Bar,
    letter: str,
    y: float,
    height: float,
    inset: float,
    extra: float,
) -> None:
    if not letter:
        _label(drawing, frame, row.label, y, height, bold=False, extra=extra)
        return
    top = y - 1 if frame.stacked else y + (height - 20) / 2
    drawing.raw(f'<g transform="translate(0 {top:.1f}) scale(.84)">{grade_shape(letter)}</g>')
    word = row.label.removeprefix(letter).strip() or row.label
    drawing.text(word, inset, y + 14 if frame.stacked else y + height / 2 + 5, font_size=LABEL)


_FILLS = ("k-p1", "k-p2", "k-p3", "k-p4")


def stacks(
    rows: Sequence[Stack], kinds: Sequence[str], *, title: str, note: str = "", unit: str = "项"
) -> Chart:
    """Whole bars cut into at most four parts; the share of the first part is written beside each."""
    if not 1 <= len(kinds) <= len(_FILLS) or any(len(row.parts) != len(kinds) for row in rows):
        raise ValueError("one to four kinds, and one part for each of them in every row")
    head = ("名称", *(f"{kind}（{unit}）" for kind in kinds), f"{kinds[0]}占比")
    table = tuple(
        (row.label, *(count(part) for part in row.parts), percent(row.parts[0], sum(row.parts)))
        for row in rows
    )
    if not rows:
        return Chart(title, "", "", head, (), note)
    words = "；".join(f"{line[0]} {kinds[0]} {line[-1]}" for line in table)

    def draw(width: float) -> str:
        return _stacks(width, rows, kinds, title, words)

    wide, narrow = _both(draw)
    return Chart(title, wide, narrow, head, table, note)


def _stacks(width: float, rows: Sequence[Stack], kinds: Sequence[str], title: str, words: str) -> str:
    frame = _frame(width, [row.label for row in rows], 72)
    drawing = Drawing(width)
    y = _legend(drawing, kinds) + 10
    for row in rows:
        height = _row_height(frame, row.label, extra=72)
        bar_y = y + height - BAR - 9 if frame.stacked else y + (height - BAR) / 2
        _label(drawing, frame, row.label, y, height, bold=False, extra=72)
        total = sum(row.parts)
        x = frame.left
        for part, fill in zip(row.parts, _FILLS, strict=False):
            wide = (frame.right - frame.left) * part / total if total else 0
            if part:
                drawing.add("rect", x=x, y=bar_y, width=max(wide - 1.5, 1), height=BAR, class_=fill)
            x += wide
        share = percent(row.parts[0], total)
        if frame.stacked:
            drawing.text(share, width, y + 14, text_anchor="end", font_size=LABEL)
        else:
            drawing.text(share, frame.right + 10, bar_y + 13, font_size=LABEL)
        y += height
    return drawing.finish(height=y + 2, title=title, description=words)


def _legend(drawing: Drawing, kinds: Sequence[str]) -> float:
    """Keys in rows from the top; returns where they end."""
    x, y = 0.0, 2.0
    for kind, fill in zip(kinds, _FILLS, strict=False):
        room = 20 + text_width(kind, SMALL) + 16
        if x and x + room > drawing.width:
            x, y = 0.0, y + LINE
        drawing.add("rect", x=x + 0.5, y=y + 1, width=13, height=12, class_=fill)
        drawing.text(one_line(kind, SMALL, drawing.width - 24), x + 20, y + 11.5, font_size=SMALL)
        x += room
    return y + LINE
