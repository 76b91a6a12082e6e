"""Components of a page: what they say, to whom, and that nothing adverse stands without its way out."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django import forms
from django.http import Http404
from django.template import Context, Template
from django.test import RequestFactory

from xinheng.core.refusal import Refusal
from xinheng.interfaces.web import badges
from xinheng.interfaces.web.gallery import gallery
from xinheng.interfaces.web.gallery_content import source, statement
from xinheng.interfaces.web.large_text import LargeTextMiddleware, wants_large_text
from xinheng.interfaces.web.parts import Cell, Clock, Column, Paging, Table, Tile

pytestmark = pytest.mark.urls("tests.interfaces.web_urls")
RULE = "作出决定后七个工作日内"


def _render(source: str, **context: Any) -> str:
    return Template("{% load look %}" + source).render(Context(context))


@pytest.mark.parametrize("letter", list(badges.WORDS))
def test_a_grade_is_a_letter_in_its_own_shape_and_is_read_aloud(letter: str) -> None:
    svg = badges.grade_badge(letter)
    others = [badges.grade_badge(other) for other in badges.WORDS if other != letter]
    assert f'aria-label="信用等级 {letter} {badges.WORDS[letter]}"' in svg
    assert f">{letter}</text>" in svg
    shape = badges._SHAPES[letter]
    assert all(shape not in other for other in others)


def test_no_grade_is_said_and_not_shown_as_a_bad_one() -> None:
    assert "未评价" in badges.grade_badge("")
    assert "未评价" in _render("{% graded '' %}")


@pytest.mark.guard("G4")
def test_a_trial_grade_is_marked_as_such() -> None:
    assert "试算" in _render("{% graded 'B' trial=True %}")
    assert "试算" not in _render("{% graded 'B' %}")


def test_a_clock_says_the_day_the_days_left_and_the_rule() -> None:
    text = _render("{% clock c %}", c=Clock(date(2026, 11, 24), 2, RULE))
    assert "剩 2 个工作日" in text
    assert "2026-11-24" in text
    assert RULE in text


@pytest.mark.parametrize(
    ("left", "done", "state"),
    [
        (2, None, "running"),
        (0, None, "today"),
        (-3, None, "late"),
        (None, date(2026, 11, 24), "done"),
        (None, date(2026, 11, 25), "late-done"),
    ],
)
def test_a_clock_knows_its_state(left: int | None, done: date | None, state: str) -> None:
    assert Clock(date(2026, 11, 24), left, RULE, done_on=done).state == state


def test_a_clock_that_ran_out_is_not_told_as_done() -> None:
    ran_out = Clock(date(2026, 11, 24), None, RULE, done_on=date(2026, 11, 25), ran_out=True)
    text = _render("{% clock c %}", c=ran_out)
    assert "已期满" in text and "已完成" not in text


@pytest.mark.guard("G15")
def test_an_unknown_clock_stays_empty_and_is_shown_as_unconfirmed() -> None:
    text = _render("{% clock c %}", c=Clock(None, None, RULE, verified=False))
    assert "期限待确认" in text
    assert "依据待核" in text
    assert "工作日</span>" not in text.split(RULE)[0]


def test_a_clock_of_a_provisional_calendar_says_so() -> None:
    assert "暂定日历" in _render("{% clock c %}", c=Clock(date(2027, 1, 6), 9, RULE, provisional=True))


def test_an_adverse_statement_shows_its_grounds_and_the_way_to_object() -> None:
    given = statement()
    text = _render("{% statement s %}", s=given)
    for part in (
        given.ground,
        given.document_no,
        "2026-09-01",
        given.authority,
        given.clause,
        given.finality,
    ):
        assert part in text
    assert "提出异议" in text
    assert f'href="{given.objection_url}"' in text


def test_an_unknown_end_of_publication_is_not_left_out() -> None:
    assert "待确认" in _render("{% statement s %}", s=replace(statement(), stop_on=None))


def test_a_source_names_the_file_and_the_row() -> None:
    text = _render("{% source s %}", s=source())
    assert "处罚信息9月.xlsx" in text
    assert "第 1,204 行" in text


def test_a_figure_leads_to_its_rows_and_carries_its_definition() -> None:
    tile = Tile("覆盖率", "96.4%", url="/rows/", definition="已报送 ÷ 应报送")
    text = _render("{% tiles t %}", t=[tile])
    assert '<a href="/rows/">96.4%</a>' in text
    assert "已报送 ÷ 应报送" in text


def test_an_empty_table_says_why() -> None:
    table = Table("批次", (Column("编号"),), (), empty="本月没有收到文件。")
    text = _render("{% table t %}", t=table)
    assert "本月没有收到文件。" in text
    assert "<thead" not in text


def test_every_cell_carries_the_name_of_its_column_for_narrow_screens() -> None:
    table = Table("表", (Column("企业"), Column("金额", "number")), [(Cell("甲", url="/s/"), "3.00")])
    text = _render("{% table t %}", t=table)
    assert 'data-label="企业"' in text
    assert '<td class="c-number" data-label="金额">3.00</td>' in text


def test_paging_offers_only_pages_that_exist() -> None:
    text = _render("{% paging p %}", p=Paging(next_url="?after=9", shown=50))
    assert "下一页" in text
    assert "上一页" not in text


class _Form(forms.Form):
    name = forms.CharField(label="企业名称")
    note = forms.CharField(label="备注", required=False)


def test_errors_stand_on_top_and_at_the_field_and_keep_what_was_typed() -> None:
    form = _Form({"name": "", "note": "已经写下的话"})
    text = _render("{% errors form %}{% field form.name %}{% field form.note %}", form=form)
    assert 'href="#id_name"' in text
    assert 'aria-invalid="true"' in text
    assert 'aria-describedby="id_name_error"' in text
    assert "已经写下的话" in text


def test_names_are_escaped_wherever_they_are_shown() -> None:
    name = "<b>甲</b>"
    hostile = replace(statement(), ground=name, authority=name, document_no=name)
    text = _render("{% statement s %}{% graded 'A' word=w %}", s=hostile, w='"><b>')
    assert "<b>" not in text


def test_large_letters_are_remembered_and_leave_the_address_clean() -> None:
    middleware = LargeTextMiddleware(lambda request: pytest.fail("not reached"))
    response = middleware(RequestFactory().get("/search/?q=%E7%94%B2&large=1"))
    assert response["Location"] == "/search/?q=%E7%94%B2"
    assert response.cookies["large"].value == "1"
    later = RequestFactory().get("/search/")
    later.COOKIES["large"] = "1"
    assert wants_large_text(later)


def test_large_letters_never_lead_to_another_site() -> None:
    middleware = LargeTextMiddleware(lambda request: pytest.fail("not reached"))
    request = RequestFactory().get("/", {"large": "1"})
    request.path = "//elsewhere.example/"
    assert middleware(request)["Location"] == "/elsewhere.example/"


def test_a_refusal_is_shown_as_it_stands() -> None:
    refusal = Refusal("visit_ceiling", "今年已达上限", citation="国办发〔2024〕54号", advice="改用非现场方式")
    text = Template("{% include 'web/refusal.html' %}").render(Context({"refusal": refusal}))
    for part in ("visit_ceiling", "今年已达上限", "国办发〔2024〕54号", "改用非现场方式"):
        assert part in text


def test_the_gallery_exists_only_in_a_demonstration(settings: Any) -> None:
    settings.DEMO = False
    settings.DEBUG = False
    with pytest.raises(Http404):
        gallery(RequestFactory().get("/gallery/"))
