"""The flow of a case as a picture with its present state marked, and the same steps as a table."""

from collections.abc import Iterable, Sequence

from xinheng.core.flows import NEW, Flow, Step
from xinheng.interfaces.web.charts import NARROW, WIDE, Chart
from xinheng.interfaces.web.svg import Drawing, wrap

INK, LINE, PAPER, JADE, AMBER = "#1c2430", "#767f8c", "#ffffff", "#1f6f4a", "#8a5a00"
BOX, ROW, TEXT = 40, 84, 13
_MARGIN = 10


def picture(flow: Flow, *, state: str, visited: Iterable[str]) -> Chart:
    """``visited`` are states the case was in before."""
    past = frozenset(visited)
    ahead = [flow.state(key).title for key in _ahead(flow, state)]
    title = f"现在是“{flow.state(state).title}”" + (
        f"，可以到：{'、'.join(ahead)}" if ahead else "，到此为止"
    )
    return Chart(
        title=title,
        wide=_drawn(flow, state, past, width=WIDE, title=title),
        narrow=_drawn(flow, state, past, width=NARROW, title=title),
        head=("从", "步骤", "到", "由谁办理"),
        rows=tuple(_row(flow, source, step) for step in flow.steps for source in step.from_states),
        numbers_from=9,
    )


def _ahead(flow: Flow, state: str) -> list[str]:
    """The states that a step leads to; one that stays where it is leads nowhere."""
    return [key for key in dict.fromkeys(step.to_state for step in flow.steps_from(state)) if key != state]


def _row(flow: Flow, source: str, step: Step) -> tuple[str, ...]:
    who = "系统到期办理" if step.by_clock else "、".join(role.label for role in sorted(step.roles))
    begun = "开始" if source == NEW else flow.state(source).title
    return (
        begun,
        step.title,
        flow.state(step.to_state).title,
        who + ("（须另一人）" if step.two_person else ""),
    )


def layers(flow: Flow) -> list[list[str]]:
    """States by the fewest steps that lead to them."""
    found: list[list[str]] = []
    known, front = {NEW}, [NEW]
    while front:
        front = [
            key
            for key in dict.fromkeys(step.to_state for one in front for step in flow.steps_from(one))
            if key not in known
        ]
        known.update(front)
        if front:
            found.append(front)
    return found


def _drawn(flow: Flow, state: str, past: frozenset[str], *, width: int, title: str) -> str:
    rows = layers(flow)
    places = _places(rows, width)
    drawing = Drawing(width)
    for source, target in dict.fromkeys(
        (source, step.to_state)
        for step in flow.steps
        for source in step.from_states
        if source != NEW and source != step.to_state
    ):
        _arrow(drawing, places[source], places[target], lit=source == state)
    for key, (x, y, wide) in places.items():
        _box(drawing, flow.state(key).title, x, y, wide, now=key == state, past=key in past)
    return drawing.finish(height=len(rows) * ROW, title=title, description="流程图；同样的内容见表格。")


def _places(rows: Sequence[Sequence[str]], width: int) -> dict[str, tuple[float, float, float]]:
    """Middle, top and width of each box."""
    found = {}
    for number, keys in enumerate(rows):
        share = (width - 2 * _MARGIN) / len(keys)
        wide = min(share - 12, 170)
        for place, key in enumerate(keys):
            found[key] = (_MARGIN + share * (place + 0.5), number * ROW + 8.0, wide)
    return found


def _box(drawing: Drawing, title: str, x: float, y: float, wide: float, *, now: bool, past: bool) -> None:
    edge = AMBER if now else JADE if past else LINE
    drawing.add(
        "rect", x=x - wide / 2, y=y, width=wide, height=BOX, rx=4, fill=PAPER, stroke=edge,
        stroke_width=4 if now else 2 if past else 1,
    )  # fmt: skip
    lines = wrap(title, TEXT, wide - 8)
    first = y + BOX / 2 + 5 - (len(lines) - 1) * 8
    for number, words in enumerate(lines):
        drawing.text(
            words, x, first + number * 16, text_anchor="middle", font_size=TEXT, fill=INK,
            font_weight="600" if now else None,
        )  # fmt: skip


def _arrow(
    drawing: Drawing,
    source: tuple[float, float, float],
    target: tuple[float, float, float],
    *,
    lit: bool,
) -> None:
    """From the bottom of a box to the top of a later one; back and sideways by a curve beside the boxes."""
    colour, thick = (AMBER, 2.0) if lit else (LINE, 1.0)
    (x1, y1, _), (x2, y2, _) = source, target
    if y2 > y1:
        start, end, bend = (x1, y1 + BOX), (x2, y2), (y2 - y1 - BOX) / 2
        path = f"M{start[0]:.1f} {start[1]:.1f}C{x1:.1f} {start[1] + bend:.1f} {x2:.1f} {end[1] - bend:.1f} {x2:.1f} {end[1]:.1f}"
        head = f"{x2 - 4:.1f},{y2 - 7:.1f} {x2 + 4:.1f},{y2 - 7:.1f} {x2:.1f},{y2:.1f}"
    else:
        side = 1 if x2 >= x1 else -1
        a, b = x1 + side * source[2] / 2, x2 + side * target[2] / 2
        if y1 == y2:
            b = x2 - side * target[2] / 2
        far = max(a, b) + 14 if side > 0 else min(a, b) - 14
        top, bottom = y2 + BOX / 2, y1 + BOX / 2
        path = f"M{a:.1f} {bottom:.1f}C{far:.1f} {bottom:.1f} {far:.1f} {top:.1f} {b:.1f} {top:.1f}"
        tip = -side if y1 == y2 else side
        head = f"{b:.1f},{top:.1f} {b + tip * 7:.1f},{top - 4:.1f} {b + tip * 7:.1f},{top + 4:.1f}"
    drawing.add("path", d=path, fill="none", stroke=colour, stroke_width=thick)
    drawing.add("polygon", points=head, fill=colour)
