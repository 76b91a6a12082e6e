"""The search box of the portal: codes, parts of names, initials, and what people type by mistake."""

from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.test import Client
from tests.interfaces.portal_city import a_permit, a_subject, an_act, credit_code
from tests.interfaces.portal_city import portal_on_the_day as portal_on_the_day
from tests.people import People

from xinheng.interfaces.portal import finding, holding, often

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.interfaces.portal_urls")]


def results(client: Client, query: str, **more: str) -> str:
    answer = client.get("/search", {"q": query, **more})
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.row("M5-03")
@pytest.mark.parametrize(
    "query", ["绿源", "源食品", "样例 食品", "yllysp", "YLLYSP", "ＹＬＬＹＳＰ", "样例綠源"]
)
def test_a_name_is_found_by_part_initials_and_other_writing(client: Client, query: str) -> None:
    a_subject("样例绿源食品有限公司")
    a_subject("样例红星机械厂")
    html = results(client, query)
    assert "样例绿源食品有限公司" in html
    assert "样例红星机械厂" not in html


@pytest.mark.row("M5-03")
def test_a_code_is_found_by_its_beginning_by_its_middle_and_leads_on_when_complete(client: Client) -> None:
    code = credit_code(777_001)
    subject = a_subject("样例代码公司", code=code)
    a_subject("样例别家公司", code=credit_code(888_001))
    assert "样例代码公司" in results(client, code[:12])
    assert "样例别家公司" in results(client, "9141")
    assert "样例代码公司" in results(client, code[8:17])
    answer = client.get("/search", {"q": f" {code.lower()} "})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/subject/{subject.public_id}")


@pytest.mark.parametrize("whole", [finding.WHOLE, 0])
def test_a_former_name_leads_to_the_present_one_and_says_so(
    client: Client, whole: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much of the candidates is read at once."""
    monkeypatch.setattr(finding, "WHOLE", whole)
    a_subject("样例新名贸易有限公司", former="样例老字号商行")
    html = results(client, "老字号")
    assert "样例新名贸易有限公司" in html
    assert "曾用名：样例老字号商行" in html


def test_the_number_of_public_lines_counts_what_the_page_shows(client: Client, people: People) -> None:
    subject = a_subject("样例计数公司")
    a_permit(subject, people)
    an_act(subject, people)
    an_act(subject, people, seriousness=1)
    an_act(subject, people, published=False)
    assert "可公开信息 2 条" in results(client, "样例计数")


@pytest.mark.parametrize("query", ["样", "kf", "9", "a!", "·样·"])
def test_too_little_to_search_for_is_said(client: Client, query: str) -> None:
    a_subject("样例公司")
    html = results(client, query)
    assert "太短" in html
    assert "样例公司" not in html


@pytest.mark.parametrize(
    "query",
    [
        "'; DROP TABLE store_subject; --",
        "%",
        "\x00样例\x00",
        "查无此企业",
        "9" * 400,
        "{{ 7 }}",
        "<script>x</script>",
    ],
)
def test_odd_queries_are_answered_like_any_other(client: Client, query: str) -> None:
    a_subject("甲乙丙丁")
    html = results(client, query)
    assert "甲乙丙丁" not in html
    assert "<script>" not in html


def test_pairs_scattered_over_a_name_do_not_make_a_hit(client: Client) -> None:
    a_subject("样例食品有限公司食用油厂")
    assert "样例食品有限公司食用油厂" not in results(client, "食品食用")


def test_the_name_itself_stands_first_and_every_page_goes_on_where_the_last_ended(client: Client) -> None:
    names = [f"样例分店{number:03d}号商店" for number in range(45)]
    for name in names:
        a_subject(name)
    a_subject("样例分店")
    html = results(client, "样例分店")
    assert html.index(">样例分店</a>") < html.index("样例分店0")
    assert "共 46 条" in html
    seen = {name for name in names if name in html}
    for _ in range(3):
        if 'rel="next"' not in html:
            break
        query = html.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
        html = client.get(f"/search{query}").content.decode()
        seen |= {name for name in names if name in html}
    assert seen == set(names)


@pytest.fixture
def counted() -> Iterator[Callable[[], None]]:
    """Has the database count its tokens, and the search read the count."""

    def count() -> None:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE store_subjectsearch")
        often.forget()

    yield count
    often.forget()


@pytest.mark.parametrize("narrowed", [{}, {"status": "active"}], ids=["all", "narrowed"])
@pytest.mark.parametrize(
    ("most_sorted", "many", "walked"),
    [(2_000, 5_000, 6_000), (35, 5_000, 6_000), (35, 20, 6_000), (35, 20, 40)],
    ids=["sorted", "by the index", "by a walk", "by a walk and then the index"],
)
def test_many_hits_are_paged_without_pretending_to_count_them(
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    counted: Callable[[], None],
    most_sorted: int,
    many: int,
    walked: int,
    narrowed: dict[str, str],
) -> None:
    for name, value in (("CANDIDATES", 30), ("SORTED", most_sorted)):
        monkeypatch.setattr(finding, name, value)
    for name, value in (("MANY", many), ("WALKED", walked), ("WALKED_NARROWED", walked)):
        monkeypatch.setattr(holding, name, value)
    names = [f"样例连锁{number:03d}号" for number in range(70)]
    for name in names:
        a_subject(name)
    counted()
    html, seen = results(client, "样例连锁", **narrowed), set()
    assert "共 " not in html
    for _ in range(6):
        seen |= {name for name in names if name in html}
        if 'rel="next"' not in html:
            break
        query = html.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
        html = client.get(f"/search{query}").content.decode()
    assert seen == set(names)


@pytest.mark.parametrize("after", ["x", "aaaaaaaaaaaaaaaa", "' OR 1=1"])
def test_a_key_that_nobody_gave_out_leads_to_the_first_page(client: Client, after: str) -> None:
    a_subject("样例首页公司")
    assert "样例首页公司" in results(client, "样例首页", after=after)


@pytest.mark.guard("G9")
def test_results_are_kept_out_of_search_engines(client: Client) -> None:
    answer = client.get("/search", {"q": "样例"})
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert 'content="noindex, noarchive"' in answer.content.decode()


def test_an_empty_box_explains_itself(client: Client) -> None:
    assert "个人信息不在查询范围内" in client.get("/search").content.decode()


@pytest.mark.row("M5-03")
@pytest.mark.parametrize("query", ["lvyuanshipin", "lvyuan 食品", "yangliLVYUAN", "绿源 shipin"])
def test_a_name_is_found_by_its_sound_spelled_out(client: Client, query: str) -> None:
    a_subject("样例绿源食品有限公司")
    a_subject("样例绿洲商贸有限公司")
    html = results(client, query)
    assert "样例绿源食品有限公司" in html
    assert "样例绿洲商贸有限公司" not in html
    assert "相近" not in html


@pytest.mark.row("M5-03")
@pytest.mark.parametrize(
    "query",
    [
        "样例绿原食品",
        "样例驴园食品",
        "样例绿食品有限公司",
        "样例绿源源食品",
        "样例绿源品食",
        "样例綠园食品有限公司",
    ],
)
def test_a_slip_leads_to_what_was_meant_and_says_so(client: Client, query: str) -> None:
    a_subject("样例绿源食品有限公司")
    a_subject("样例红星机械厂")
    html = results(client, query)
    assert "样例绿源食品有限公司" in html
    assert "样例红星机械厂" not in html
    assert "没有企业正好叫" in html


@pytest.mark.row("M5-03")
def test_a_code_with_one_slip_leads_to_its_holder_without_leaping_there(client: Client) -> None:
    code = credit_code(777_001)
    a_subject("样例代码公司", code=code)
    wrong = code[:10] + ("A" if code[10] != "A" else "B") + code[11:]
    exchanged = code[:16] + code[17] + code[16]
    for slip in (wrong, exchanged):
        html = results(client, slip)
        assert "样例代码公司" in html
        assert "没有企业正好叫" in html


@pytest.mark.row("M5-03")
def test_results_are_narrowed_by_kind_status_and_county(client: Client) -> None:
    a_subject("样例甲店", status="active")
    a_subject("样例乙店", status="cancelled")
    assert "样例甲店" in results(client, "样例", status="active")
    assert "样例乙店" not in results(client, "样例", status="active")
    assert "按这些条件没有找到" in results(client, "样例", kind="cooperative")
    assert "样例乙店" in results(client, "样例", status="没有这种")


@pytest.mark.row("M5-03")
def test_programs_get_the_same_results_page_by_page(client: Client) -> None:
    for number in range(25):
        a_subject(f"样例程序{number:02d}公司")
    first = client.get("/search.json", {"q": "样例程序"}).json()
    assert (first["total"], len(first["subjects"]), first["nearly"]) == (25, 20, False)
    second = client.get(f"/search.json{first['next']}").json()
    assert len(second["subjects"]) == 5
    assert second["next"] == ""
    assert {"name", "code", "url", "status", "district"} <= set(first["subjects"][0])
    refused = client.get("/search.json", {"q": "样"})
    assert (refused.status_code, refused.json()["code"]) == (400, "SS1")


def test_the_order_of_long_results_is_that_of_an_index() -> None:
    a_subject("样例甲店")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute("EXPLAIN SELECT subject_id FROM public_search WHERE place > 0 ORDER BY place LIMIT 5")
        assert "subject_search_place" in str(cursor.fetchall())


def test_the_search_knows_tokens_that_stand_in_many_names(counted: Callable[[], None]) -> None:
    for number in range(40):
        a_subject(f"样例连锁{number:03d}号")
    counted()
    told = often.often()
    assert told.names["样例"] == told.rows == 40
    assert told.names.get("甲乙", 0) == 0
