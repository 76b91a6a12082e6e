"""The markup of content pages is closed, and a text names nobody."""

from datetime import date

import pytest

from xinheng.core.articles import (
    Mark,
    PublicityDay,
    Section,
    Span,
    blocks,
    possible_names,
    refuse_naming,
)
from xinheng.core.names import normalise_name
from xinheng.core.refusal import Refusal
from xinheng.core.sources import Citation

pytestmark = pytest.mark.row("M5-08")


def test_headings_items_paragraphs_and_links_are_known_and_nothing_else() -> None:
    found = blocks("# 标题\n\n- 一项\n见[全文](https://example.org/a)和[本站](/acts)。")
    assert [one.mark for one in found] == [Mark.HEADING, Mark.ITEM, Mark.PARAGRAPH]
    assert found[2].spans == (
        Span("见"),
        Span("全文", "https://example.org/a"),
        Span("和"),
        Span("本站", "/acts"),
        Span("。"),
    )


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "[x](javascript:alert)", "[x](//evil.example)", "[x](data:a)", "**粗**"],
)
def test_what_is_no_markup_stands_as_it_is_written(text: str) -> None:
    (one,) = blocks(text)
    assert one.spans == (Span(text),)


@pytest.mark.guard("G13")
@pytest.mark.parametrize(
    ("section", "text", "code"),
    [
        (Section.NEWS, "联系人身份证410202199001011237", "WZ3"),
        (Section.CASE, "依据汴市监罚〔2026〕7号", "WZ4"),
        (Section.CASE, "91410200MA0000001X", "WZ4"),
    ],
)
def test_a_text_that_leads_to_somebody_is_refused(section: Section, text: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        refuse_naming(section, "标题", text)
    assert refused.value.code == code


def test_a_document_number_may_stand_in_a_text_of_policy() -> None:
    refuse_naming(Section.POLICY, "标题", "国办发〔2020〕49号")


@pytest.mark.guard("G14")
def test_every_name_that_ends_as_names_do_is_compared() -> None:
    for name in ("开封样例食品有限公司", "开封样例（集团）有限公司", "鼓楼区老王家小吃店", "龙亭样例加工坊"):
        assert normalise_name(name) in possible_names(f"近日，{name}被处罚。"), name
    assert possible_names("某食品公司") == {"某食品公司"}


def test_a_publicity_day_comes_again_next_year() -> None:
    day = PublicityDay(
        title="3·15", month=3, day=15, basis=(Citation(source="xinheng-proposal", verified=False),)
    )
    assert day.next_on(date(2026, 3, 15)) == date(2026, 3, 15)
    assert day.next_on(date(2026, 3, 16)) == date(2027, 3, 15)
