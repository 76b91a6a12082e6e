"""Lines over time, and the small line beside a figure. Series differ by dash as well as by colour."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from xinheng.interfaces.web.charts import LABEL, NARROW, SMALL, WIDE, Chart
from xinheng.interfaces.web.figures import count
from xinheng.interfaces.web.svg import Drawing, one_line, text_width

_STROKES = ("k-l1", "k-l2", "k-l3", "k-l4", "k-l5", "k-l6")
MOST_LINES = len(_STROKES)
_HEIGHT = 210.0


@dataclass(frozen=True, slots=True)
class Series:
    """One value a period; ``None`` where nothing was measured."""

    label: str
    values: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class _Plot:
    left: float
    right: float
    top: float
    bottom: float
    low: int
    high: int
    periods: int

    def x(self, place: int) -> float:
        if self.periods == 1:
            return (self.left + self.right) / 2
        return self.left + (self.right - self.left) * place / (self.periods - 1)

    def y(self, value: int) -> float:
        return self.bottom - (self.bottom - self.top) * (value - self.low) / max(self.high - self.low, 1)


def line(
    periods: Sequence[str],
    series: Sequence[Series],
    *,
    title: str,
    write: Callable[[int], str] = count,
    low: int = 0,
    note: str = "",
) -> Chart:
    """At most ``MOST_LINES`` series over the same periods. ``write`` turns a value into words, ``low`` is where the axis
    begins. Nothing is drawn where no period has a value."""
    if not 1 <= len(series) <= len(_STROKES) or any(len(one.values) != len(periods) for one in series):
        raise ValueError(f"one to {MOST_LINES} series, each with one value a period")
    table = tuple(
        (period, *("—" if one.values[place] is None else write(one.values[place] or 0) for one in series))
        for place, period in enumerate(periods)
    )
    ends = [f"{one.label} {write(value)}" for one in series if (value := _last(one)[1]) is not None]
    words = f"{periods[0]} 至 {periods[-1]}；末期：" + "，".join(ends) if periods else ""

    head = ("时期", *(one.label for one in series))
    if not ends:
        return Chart(title, "", "", head, table, note)

    def draw(width: float) -> str:
        return _line(width, periods, series, write, low, title, words)

    return Chart(title, draw(WIDE), draw(NARROW), head, table, note)


def _last(one: Series) -> tuple[int, int | None]:
    for place in range(len(one.values) - 1, -1, -1):
        if one.values[place] is not None:
            return place, one.values[place]
    return 0, None


def _ticks(low: int, high: int) -> list[int]:
    """Three to five round values that cover ``low`` to ``high``."""
    span = max(high - low, 1)
    unit = 1
    while span / unit > 4:
        for factor in (2, 5, 10):
            if span / (unit * factor) <= 4:
                unit *= factor
                break
        else:
            unit *= 10
    start = low // unit * unit
    return [start + unit * place for place in range(-(-(high - start) // unit) + 1)]


def _line(
    width: float,
    periods: Sequence[str],
    series: Sequence[Series],
    write: Callable[[int], str],
    low: int,
    title: str,
    words: str,
) -> str:
    known = [value for one in series for value in one.values if value is not None]
    ticks = _ticks(low, max([*known, low + 1]))
    drawing = Drawing(width)
    top = 12.0 if width >= 480 else _legend(drawing, series) + 14
    room = max(text_width(write(tick), SMALL) for tick in ticks) + 8
    ends = [(one, *_last(one)) for one in series]
    labels = [
        (one, place, value, f"{one.label} {write(value)}" if width >= 480 else write(value))
        for one, place, value in ends
        if value is not None
    ]
    side = max((text_width(label, LABEL) for *_, label in labels), default=0) + 14
    plot = _Plot(room, width - min(side, width * 0.36), top, top + _HEIGHT, ticks[0], ticks[-1], len(periods))
    for tick in ticks:
        drawing.add("line", x1=plot.left, x2=plot.right, y1=plot.y(tick), y2=plot.y(tick), class_="k-rule")
        drawing.text(
            write(tick), plot.left - 8, plot.y(tick) + 4, text_anchor="end", font_size=SMALL, class_="t-2"
        )
    _periods(drawing, plot, periods)
    for one, stroke in zip(series, _STROKES, strict=False):
        _path(drawing, plot, one, stroke)
    _end_labels(drawing, plot, labels, width)
    return drawing.finish(height=plot.bottom + 30, title=title, description=words)


def _path(drawing: Drawing, plot: _Plot, one: Series, stroke: str) -> None:
    steps, pen = [], "M"
    for place, value in enumerate(one.values):
        if value is None:
            pen = "M"
            continue
        steps.append(f"{pen}{plot.x(place):.1f} {plot.y(value):.1f}")
        pen = "L"
    if steps:
        drawing.add("path", d="".join(steps), class_=stroke)
    place, last = _last(one)
    if last is not None:
        drawing.add("circle", cx=plot.x(place), cy=plot.y(last), r=3.5, class_="k-ink")


def _periods(drawing: Drawing, plot: _Plot, periods: Sequence[str]) -> None:
    """First and last period always, those between while they have room."""
    y = plot.bottom + 22
    if not periods:
        return
    labels = [one_line(period, SMALL, (plot.right - plot.left) * 0.4) for period in periods]
    widths = [text_width(label, SMALL) for label in labels]
    final = len(periods) - 1
    limit = min(plot.x(final), drawing.width - widths[final] / 2) - widths[final] / 2 - 12
    edge = -1e9
    for place, label in enumerate(labels):
        half = widths[place] / 2
        x = min(max(plot.x(place), half), drawing.width - half)
        if place == final or (x - half > edge and x + half < limit):
            drawing.text(label, x, y, text_anchor="middle", font_size=SMALL, class_="t-2")
            edge = x + half + 12


def _end_labels(
    drawing: Drawing, plot: _Plot, labels: Sequence[tuple[Series, int, int, str]], width: float
) -> None:
    """Names at the ends of the lines, pushed apart where the lines meet."""
    spots = sorted(((plot.y(value) + 5, plot.x(place), label) for _, place, value, label in labels))
    room, heights, floor = LABEL + 3, list[float](), plot.bottom + 5
    for wanted, _, _ in spots:
        heights.append(max(wanted, heights[-1] + room if heights else wanted))
    for place in range(len(heights) - 1, -1, -1):
        heights[place] = min(heights[place], floor)
        floor = heights[place] - room
    for (_, x, label), y in zip(spots, heights, strict=True):
        drawing.text(one_line(label, LABEL, width - x - 10), x + 9, y, font_size=LABEL)


def _legend(drawing: Drawing, series: Sequence[Series]) -> float:
    y = 2.0
    for one, stroke in zip(series, _STROKES, strict=False):
        drawing.add("path", d=f"M0 {y + 8:.1f}H28", class_=stroke)
        drawing.text(one_line(one.label, SMALL, drawing.width - 48), 36, y + 12, font_size=SMALL)
        y += 18
    return y


def sparkline(values: Sequence[int | None], *, label: str) -> str:
    """A line of 96 by 24 without axes; ``label`` says in words what it shows, the figures stand beside it."""
    known = [value for value in values if value is not None]
    drawing = Drawing(96)
    if known:
        plot = _Plot(2, 92, 4, 20, min(known), max(known), len(values))
        if min(known) == max(known):
            plot = _Plot(2, 92, 4, 20, known[0] - 1, known[0] + 1, len(values))
        _path(drawing, plot, Series(label, tuple(values)), "k-l1")
    return drawing.finish(height=24, title=label, description="", name="spark")
