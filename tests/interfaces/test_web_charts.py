"""Charts: what they draw is what their table says, nothing in them is unescaped, no label runs out of its place."""

import re
import xml.etree.ElementTree as ET

import pytest
from django.template.loader import render_to_string
from hypothesis import given, settings
from hypothesis import strategies as st

from xinheng.interfaces.web.charts import (
    Band,
    Bar,
    Chart,
    GradeCount,
    Stack,
    Step,
    bars,
    grade_distribution,
    stacks,
    waterfall,
)
from xinheng.interfaces.web.lines import Series, line, sparkline
from xinheng.interfaces.web.svg import text_width, wrap
from xinheng.interfaces.web.templatetags import look

BANDS = (Band("E", 0), Band("D", 400_000), Band("C", 550_000), Band("B", 700_000), Band("A", 850_000))
STEPS = (
    Step("起点", 0, 600_000, "start"),
    Step("年报按时", 600_000, 720_000, "plus"),
    Step("行政处罚", 720_000, 684_500, "minus"),
    Step("得分", 684_500, 684_500, "total"),
)
NASTY = '<script>alert("1")</script>&\'　乱'


def _elements(svg: str, name: str) -> list[ET.Element]:
    return [element for element in ET.fromstring(svg).iter() if element.tag == name]


def _texts(svg: str) -> list[str]:
    return [element.text or "" for element in _elements(svg, "text")]


def _charts(label: str) -> list[Chart]:
    return [
        waterfall((Step(label, 0, 1000, "start"), Step(label, 1000, 2000, "plus")), title=label, bands=BANDS),
        grade_distribution([GradeCount("A", 3, 2), GradeCount("E", 0, None)], title=label),
        bars([Bar(label, 3, label)], title=label),
        stacks([Stack(label, (1, 2))], ("按时", label), title=label),
        line([label, label], [Series(label, (1, None))], title=label),
    ]


def test_a_waterfall_writes_every_step_and_its_change() -> None:
    chart = waterfall(STEPS, title="得 684.5 分", bands=BANDS, grade="C")
    for svg in (chart.wide, chart.narrow):
        texts = _texts(svg)
        assert [word for word in ("600", "+120", "−35.5", "684.5") if word not in texts] == []
    assert chart.rows[2] == ("行政处罚", "−35.5", "684.5")


def test_a_longer_deduction_is_a_longer_bar() -> None:
    steps = (
        Step("起点", 0, 600_000, "start"),
        Step("小", 600_000, 590_000, "minus"),
        Step("大", 590_000, 550_000, "minus"),
    )
    drawn = _elements(waterfall(steps, title="x").wide, "rect")
    small, large = (float(e.get("width", "0")) for e in drawn if e.get("class") == "k-minus")
    assert large == pytest.approx(4 * small, rel=0.02)


def test_a_waterfall_marks_the_thresholds_in_sight_and_no_other() -> None:
    svg = waterfall(STEPS, title="x", bands=BANDS).wide
    assert "700" in _texts(svg)
    assert "850" not in _texts(svg)


def test_the_grade_distribution_keeps_the_earlier_run_in_its_table() -> None:
    chart = grade_distribution([GradeCount("A", 30, 20), GradeCount("B", 70, None)], title="x")
    assert chart.head == ("等级", "本期（户）", "占比", "上期（户）")
    assert chart.rows == (("A 优秀", "30", "30.0%", "20"), ("B 良好", "70", "70.0%", "—"))
    assert len([e for e in _elements(chart.wide, "line") if e.get("class") == "k-tick"]) == 1


def test_stacked_bars_fill_the_whole_width() -> None:
    chart = stacks([Stack("甲", (3, 1)), Stack("乙", (0, 0))], ("按时", "迟报"), title="x")
    widths = [float(e.get("width", "0")) for e in _elements(chart.wide, "rect") if e.get("height") == "16"]
    assert widths[0] == pytest.approx(3 * widths[1], rel=0.03)
    assert chart.rows[1] == ("乙", "0", "0", "—")


def test_a_line_breaks_where_nothing_was_measured() -> None:
    chart = line(["1月", "2月", "3月", "4月"], [Series("及时率", (90, None, 95, 97))], title="x")
    path = next(e.get("d", "") for e in _elements(chart.wide, "path") if e.get("class") == "k-l1")
    assert path.count("M") == 2
    assert chart.rows[1] == ("2月", "—")


def test_parts_that_do_not_match_their_kinds_are_not_drawn() -> None:
    with pytest.raises(ValueError, match="kinds"):
        stacks([Stack("甲", (1, 2, 3))], ("按时", "迟报"), title="x")
    with pytest.raises(ValueError, match="value a period"):
        line(["1月"], [Series("及时率", (1, 2))], title="x")


def test_nothing_draws_no_empty_axes_and_a_sentence_says_so() -> None:
    empty = [
        waterfall((), title="没有数据"),
        grade_distribution([], title="没有数据"),
        bars([], title="没有数据"),
        stacks([], ("按时",), title="没有数据"),
        line([], [Series("及时率", ())], title="没有数据"),
        line(
            ["1月", "2月"], [Series("及时率", (None, None)), Series("重报率", (None, None))], title="没有数据"
        ),
    ]
    for chart in empty:
        assert (chart.wide, chart.narrow) == ("", "")
        shown = render_to_string("web/parts/chart.html", look.chart(chart))
        assert "没有数据" in shown
        assert "还没有数值，不画图" in shown
        assert ("<table" in shown) == bool(chart.rows)
    drawn = line(["1月", "2月"], [Series("及时率", (None, 0))], title="有一个月")
    assert "还没有数值" not in render_to_string("web/parts/chart.html", look.chart(drawn))
    assert _elements(drawn.wide, "line")
    ET.fromstring(sparkline([], label="x"))


def test_words_from_data_never_become_markup() -> None:
    for chart in _charts(NASTY):
        for svg in (chart.wide, chart.narrow):
            assert "<script" not in svg
            assert ET.fromstring(svg)[0].text == NASTY


def test_charts_carry_no_inline_style_that_a_strict_policy_forbids() -> None:
    for chart in _charts("甲"):
        assert "style=" not in chart.wide + chart.narrow
        assert not re.search(r"\son\w+=", chart.wide)


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=60))
@settings(max_examples=60)
def test_labels_stay_within_the_drawing_whatever_their_length(label: str) -> None:
    for chart in _charts(label):
        for svg in (chart.wide, chart.narrow):
            root = ET.fromstring(svg)
            width = float(root.get("width", "0"))
            assert all(float(rect.get("width", "0")) >= 0 for rect in root.iter("rect"))
            for element in root.iter("text"):
                left, right = _extent(element)
                assert left >= -1
                assert right <= width + 1


def _extent(element: ET.Element) -> tuple[float, float]:
    span = text_width(element.text or "", float(element.get("font-size", "14")))
    x = float(element.get("x", "0"))
    shift = {"end": span, "middle": span / 2}.get(element.get("text-anchor", ""), 0.0)
    return x - shift, x - shift + span


@given(st.text(max_size=80), st.integers(min_value=40, max_value=300), st.integers(min_value=1, max_value=3))
def test_wrapped_lines_fit_and_lose_nothing_without_an_ellipsis(text: str, width: int, lines: int) -> None:
    rows = wrap(text, 14, width, lines=lines)
    assert len(rows) <= lines
    assert all(text_width(row, 14) <= width + 14 for row in rows)
    if not any(row.endswith("…") for row in rows):
        assert "".join("".join(rows).split()) == "".join(text.split())


def test_no_line_begins_with_a_closing_mark() -> None:
    rows = wrap("城市管理局（综合执法支队）", 14, text_width("城市管理局（综合执法支队", 14) + 1)
    assert not rows[1].startswith("）")
