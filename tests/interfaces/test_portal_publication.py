"""The list of published acts, its filters and export, and the page of one act with its clocks."""

from datetime import date
from typing import Any

import pytest
from django.db.utils import OperationalError
from django.test import Client
from psycopg.errors import QueryCanceled
from tests.interfaces.portal_city import a_batch, a_permit, a_subject, an_act
from tests.interfaces.portal_city import portal_on_the_day as portal_on_the_day
from tests.people import People

from xinheng.interfaces.portal import publication

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.interfaces.portal_urls")]


def listed(client: Client, **filters: str) -> str:
    answer = client.get("/acts", filters)
    assert answer.status_code == 200
    return answer.content.decode().split("<main")[1]


def follow(client: Client, html: str, way: str) -> str:
    query = html.split(f'rel="{way}" href="')[1].split('"')[0].replace("&amp;", "&")
    return client.get(f"/acts{query}").content.decode().split("<main")[1]


@pytest.mark.row("M5-01")
def test_acts_of_all_kinds_are_listed_newest_first_with_their_clocks(client: Client, people: People) -> None:
    subject = a_subject("样例公示公司")
    an_act(subject, people, title="罚一", decided_on=date(2026, 10, 12))
    a_permit(subject, people, title="许二", decided_on=date(2026, 10, 13))
    an_act(subject, people, title="查三", item=12, seriousness=0, decided_on=date(2026, 10, 14))
    html = listed(client)
    assert html.index("查三") < html.index("许二") < html.index("罚一")
    assert "行政处罚" in html
    assert "7个工作日" in html
    assert "2026-11-20" in html, "the day of publication"


@pytest.mark.row("M5-01")
@pytest.mark.guard("G8")
def test_competing_clocks_are_shown_with_their_sources(client: Client, people: People) -> None:
    act = an_act(a_subject("样例时限公司"), people)
    assert act.publication is not None
    html = client.get(f"/act/{act.publication.pk}").content.decode()
    assert "7个工作日" in html
    assert "20个工作日" in html
    assert "《中华人民共和国政府信息公开条例》第二十六条" in html
    assert "本站执行" in html
    assert "依据待核" in html


def test_a_permit_page_tells_its_fields_and_stays_in_search_engines(client: Client, people: People) -> None:
    act = a_permit(
        a_subject("样例许可公司"),
        people,
        fields={"许可内容": "热食类", "法定代表人": "甲某", "备注": "内部", "部门自有栏": "可见"},
    )
    assert act.publication is not None
    answer = client.get(f"/act/{act.publication.pk}")
    html = answer.content.decode()
    assert "热食类" in html
    assert "可见" in html
    assert "甲某" not in html
    assert "内部" not in html
    assert "X-Robots-Tag" not in answer.headers


def test_filters_stand_in_the_address(client: Client, people: People) -> None:
    here, there = a_subject("样例龙亭公司"), a_subject("样例杞县公司", division_code="410221")
    an_act(here, people, title="甲罚", decided_on=date(2026, 10, 1), batch=a_batch(people))
    a_permit(there, people, title="乙许", decided_on=date(2026, 10, 20))
    assert "乙许" not in listed(client, kind="penalty")
    assert "甲罚" not in listed(client, district="410221")
    assert "甲罚" not in listed(client, since="2026-10-10")
    assert "乙许" not in listed(client, until="2026-10-10")
    assert "乙许" not in listed(client, provider="开封市市场监督管理局")
    html = listed(client, kind="permit", district="410221", since="2026-01-01")
    assert "乙许" in html
    assert '<option value="permit" selected>' in html
    assert 'value="2026-01-01"' in html


def test_filters_nobody_offers_are_left_out(client: Client, people: People) -> None:
    an_act(a_subject("样例乱写公司"), people, title="仍在")
    assert "仍在" in listed(
        client, kind="'; DROP", district="999999", since="2026-13-40", older="x", provider="查无"
    )


def test_a_narrow_filter_is_looked_for_within_three_months_and_the_form_says_so(
    client: Client, people: People
) -> None:
    an_act(a_subject("样例陈年公司"), people, title="陈年", decided_on=date(2024, 1, 2))
    html = listed(client, district="410202")
    assert "陈年" not in html
    assert 'value="2026-08-20"' in html
    assert "陈年" in listed(client, district="410202", since="2024-01-01")


def test_pages_follow_each_other_by_key_in_both_directions(client: Client, people: People) -> None:
    subject = a_subject("样例翻页公司")
    titles = []
    for number in range(70):
        titles.append(f"第{number:03d}件")
        make = an_act if number % 2 else a_permit
        make(subject, people, title=titles[-1], decided_on=date(2026, 10, 1 + number % 3))
    first = listed(client)
    second = follow(client, first, "next")
    third = follow(client, second, "next")
    pages = [[title for title in titles if title in html] for html in (first, second, third)]
    assert [len(page) for page in pages] == [30, 30, 10]
    assert sorted([*pages[0], *pages[1], *pages[2]]) == titles
    back = follow(client, third, "prev")
    assert [title for title in titles if title in back] == pages[1]
    assert 'rel="prev"' not in follow(client, back, "prev")


def test_the_export_holds_what_is_shown_and_no_formula(client: Client, people: People) -> None:
    subject = a_subject("样例导出公司")
    an_act(subject, people, title="=HYPERLINK(1)")
    an_act(subject, people, title="不在", seriousness=1)
    a_permit(subject, people, title="另类")
    answer = client.get("/acts.csv", {"kind": "penalty"})
    text = answer.content.decode("utf-8-sig")
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert "'=HYPERLINK(1)" in text
    assert "不在" not in text
    assert "另类" not in text
    assert len(text.splitlines()) == 2


def test_a_query_that_takes_too_long_asks_for_a_narrower_one(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*_: Any, **__: Any) -> None:
        raise OperationalError("canceling statement") from QueryCanceled()

    monkeypatch.setattr(publication, "page_of_acts", slow)
    assert "条件太宽" in listed(client)


@pytest.mark.guard("G9")
def test_the_list_with_penalties_is_kept_out_of_search_engines(client: Client) -> None:
    answer = client.get("/acts")
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert "没有符合条件的公示" in answer.content.decode()


@pytest.mark.row("M5-10")
@pytest.mark.guard("G9")
def test_an_ended_act_has_no_page(client: Client, people: People) -> None:
    ended = an_act(a_subject("样例结束公司"), people, stop_on=date(2026, 11, 20))
    kept_back = an_act(a_subject("样例轻微公司"), people, seriousness=1)
    for act in (ended, kept_back):
        assert act.publication is not None
        assert client.get(f"/act/{act.publication.pk}").status_code == 404
