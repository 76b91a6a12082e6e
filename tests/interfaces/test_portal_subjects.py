"""The public page of an enterprise, as a passer-by and a search engine get it."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from tests.interfaces.portal_city import (
    FOOD,
    a_batch,
    a_permit,
    a_run,
    a_score,
    a_subject,
    an_act,
    policy,
)
from tests.interfaces.portal_city import portal_on_the_day as portal_on_the_day
from tests.people import People

from xinheng.core.records import Finality, RecordState
from xinheng.interfaces.portal import law
from xinheng.interfaces.portal.subjects import qr
from xinheng.store.models import Publication, Subject, SubjectKind, SubjectStatus

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.interfaces.portal_urls")]


def page(client: Client, subject: Subject, query: str = "") -> str:
    answer = client.get(f"/subject/{subject.public_id}{query}")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.row("M5-03")
def test_records_of_several_files_stand_together_with_file_and_row(client: Client, people: People) -> None:
    subject = a_subject("样例绿源食品有限公司", former="样例绿源粮油店")
    an_act(subject, people, batch=a_batch(people, file_name="处罚十月.xlsx"))
    a_permit(subject, people, batch=a_batch(people, file_name="许可十月.csv", item=3))
    html = page(client, subject)
    for words in (
        "处罚十月.xlsx",
        "许可十月.csv",
        "第 12 行",
        "市市场监管局",
        "未按规定公示年度报告",
        "食品经营许可",
    ):
        assert words in html
    assert "样例绿源粮油店" in html
    assert subject.code in html
    assert "食品" in html


@pytest.mark.row("M5-03")
def test_an_adverse_statement_brings_ground_basis_period_and_the_way_to_object(
    client: Client, people: People
) -> None:
    subject = a_subject("样例食品厂")
    act = an_act(subject, people, stop_on=date(2027, 10, 1))
    html = page(client, subject)
    assert act.record.detail.document_no in html
    assert "《样例法》第一条" in html
    assert "2027-09-30" in html, "the last day of publication, not the first day without it"
    assert "公示中，至 2027-09）" in html, "nor the month in which it is public no more"
    assert "提出异议" in html
    assert "2027-01-12 起" in html


@pytest.mark.row("M5-03")
def test_a_page_carries_its_own_address_as_a_square(client: Client) -> None:
    subject = a_subject("样例二维码公司")
    html = page(client, subject, "?older=2026-01-01.5")
    assert qr(f"http://testserver/subject/{subject.public_id}") in html


@pytest.mark.row("M5-10")
@pytest.mark.guard("G9")
def test_nothing_that_has_ended_is_shown(client: Client, people: People) -> None:
    subject = a_subject("样例停业公司")
    ended = datetime(2026, 11, 20, 3, tzinfo=UTC)
    an_act(subject, people, title="已到期", stopped_at=ended)
    an_act(subject, people, title="昨天到期未停", stop_on=date(2020, 1, 1))
    an_act(subject, people, title="未公示", published=False)
    an_act(subject, people, title="已修复", state=RecordState.REPAIRED)
    an_act(subject, people, title="已屏蔽", state=RecordState.SHIELDED)
    an_act(subject, people, title="轻微罚单", seriousness=1)
    an_act(subject, people, title="被撤销", finality=Finality.REVOKED)
    an_act(subject, people, title="政务共享事项", item=5)
    withheld = {"公开类型": "不可公开"}
    an_act(subject, people, title="不可公开的承诺", item=16, seriousness=0, fields=withheld)
    html = page(client, subject)
    for words in (
        "已到期",
        "昨天到期未停",
        "未公示",
        "已修复",
        "已屏蔽",
        "轻微罚单",
        "被撤销",
        "政务共享事项",
        "不可公开的承诺",
    ):
        assert words not in html
    Publication.objects.update(stopped_at=ended, stop_reason="as at commit")
    assert "目前没有可公开的" in html
    assert "没有记录不等于证明没有违法违规" in html


@pytest.mark.guard("G9")
def test_a_page_with_something_adverse_is_kept_out_of_search_engines(client: Client, people: People) -> None:
    good, bad = a_subject("样例好公司"), a_subject("样例差公司")
    a_permit(good, people)
    an_act(bad, people)
    assert "noindex" in client.get(f"/subject/{bad.public_id}").headers["X-Robots-Tag"]
    assert "X-Robots-Tag" not in client.get(f"/subject/{good.public_id}").headers


@pytest.mark.guard("G1")
def test_a_sole_trader_has_no_address_no_operator_and_no_grade(client: Client, people: People) -> None:
    trader = a_subject("样例区老王小吃店", kind="sole_trader", address="样例路 88 号")
    an_act(
        trader,
        people,
        fields={
            "经营者": "王某某",
            "负责人姓名": "王某某",
            "联系电话": "13900000139",
            "住所": "样例路 88 号",
            "处罚内容": "警告",
        },
    )
    model = policy().models[FOOD]
    run = a_run(model)
    a_score(run, trader, model, points={"penalty_general": -100})
    html = page(client, trader)
    act = Publication.objects.get()
    html += client.get(f"/act/{act.pk}").content.decode()
    for words in ("样例路 88 号", "王某某", "13900000139", "grade-shape"):
        assert words not in html
    assert "警告" in html
    assert client.get(f"/subject/{trader.public_id}/grade/{run.public_id}").status_code == 404


@pytest.mark.row("M5-05")
def test_a_published_grade_is_shown_with_the_way_to_its_explanation(client: Client, people: People) -> None:
    subject = a_subject("样例有等级公司")
    model = policy().models[FOOD]
    run = a_run(model)
    a_score(run, subject, model, points={})
    html = page(client, subject)
    assert f"/subject/{subject.public_id}/grade/{run.public_id}" in html
    assert model.title in html


@pytest.mark.guard("G4")
@pytest.mark.guard("G9")
def test_no_grade_on_trial_and_none_of_a_file_that_has_changed(client: Client, people: People) -> None:
    tried, changed = a_subject("样例试算公司"), a_subject("样例变更公司")
    trial, model = policy().models["general/trial"], policy().models[FOOD]
    a_score(a_run(trial, published=False, trial=True), tried, trial, points={})
    a_score(a_run(model), changed, model, points={})
    Subject.objects.filter(pk=changed.pk).update(version=F("version") + 1)
    assert "grade-shape" not in page(client, tried)
    assert "grade-shape" not in page(client, changed)


@pytest.mark.guard("G9")
def test_a_page_is_kept_for_half_a_minute_and_answers_304_until_something_changes(
    client: Client, people: People
) -> None:
    subject = a_subject("样例缓存公司")
    first = client.get(f"/subject/{subject.public_id}")
    assert first.headers["Cache-Control"] == "max-age=30"
    etag = first.headers["ETag"]
    assert client.get(f"/subject/{subject.public_id}", headers={"If-None-Match": etag}).status_code == 304
    Subject.objects.filter(pk=subject.pk).update(version=F("version") + 1)
    again = client.get(f"/subject/{subject.public_id}", headers={"If-None-Match": etag})
    assert again.status_code == 200
    a_permit(subject, people)
    published = client.get(f"/subject/{subject.public_id}", headers={"If-None-Match": again.headers["ETag"]})
    assert published.status_code == 200, "a publication is news although the file has not changed"


def test_a_long_timeline_is_paged_by_key_in_both_directions(client: Client, people: People) -> None:
    subject = a_subject("样例多证公司")
    for day in range(1, 28):
        a_permit(subject, people, decided_on=date(2026, 9, day), title=f"许可{day:02d}号")
    for number in range(20):
        a_permit(subject, people, decided_on=None, title=f"无日期许可{number:02d}")
    seen, query = [], ""
    for _ in range(4):
        html = page(client, subject, query)
        seen += [words for words in _titles() if f">{words}<" in html]
        if 'rel="next"' not in html:
            break
        query = html.split('rel="next" href="')[1].split('"')[0]
    assert sorted(seen) == sorted(_titles())
    back = html.split('rel="prev" href="')[1].split('"')[0]
    assert "无日期许可01" in page(client, subject, back) or "无日期许可19" in page(client, subject, back)


def _titles() -> list[str]:
    return [f"许可{day:02d}号" for day in range(1, 28)] + [f"无日期许可{number:02d}" for number in range(20)]


@pytest.mark.parametrize(
    "query", ["?older=x", "?older=2026-99-99.1", "?newer=-.99999999999999999999", "?older=1;drop"]
)
def test_a_key_that_nobody_gave_out_leads_to_the_first_page(
    client: Client, people: People, query: str
) -> None:
    subject = a_subject("样例首页公司")
    a_permit(subject, people)
    assert "食品经营许可" in page(client, subject, query)


def test_a_credit_code_leads_to_its_holder(client: Client) -> None:
    subject = a_subject("样例代码公司")
    assert subject.code is not None
    answer = client.get(f"/code/{subject.code.lower()}")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/subject/{subject.public_id}")
    assert client.get("/code/91410200MA00000000").status_code == 404


@pytest.mark.parametrize(
    "address", ["/subject/aaaaaaaaaaaaaaaa", "/subject/1", "/act/999999999999999999", "/act/0", "/act/x"]
)
def test_an_unknown_address_says_in_chinese_what_to_do(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 404
    html = answer.content.decode()
    assert "没有这一页" in html
    assert 'href="/search"' in html


@pytest.mark.row("M5-03")
@pytest.mark.guard("G9")
def test_programs_read_what_the_page_shows_and_nothing_else(client: Client, people: People) -> None:
    subject = a_subject("样例程序公司", former="样例旧名")
    for _ in range(22):
        an_act(subject, people, fields={"处罚依据": "样例条款", "法定代表人": "甲某"})
    an_act(subject, people, seriousness=1, title="轻微，不公示")
    an_act(subject, people, published=False, title="没有公示")
    told = client.get(f"/subject/{subject.public_id}.json")
    assert "noindex" in told.headers["X-Robots-Tag"]
    first = told.json()
    assert first["subject"]["name"] == "样例程序公司"
    assert [one["name"] for one in first["subject"]["former_names"]] == ["样例旧名"]
    rest = client.get(f"/subject/{subject.public_id}.json{first['next']}").json()
    acts = [*first["acts"], *rest["acts"]]
    assert (len(acts), rest["next"]) == (22, "")
    assert all(one["adverse"] and one["fields"] == {"处罚依据": "样例条款"} for one in acts)
    assert f'href="/subject/{subject.public_id}.json"' in page(client, subject)


@pytest.mark.row("M5-03")
def test_programs_are_told_that_there_is_no_such_file(client: Client) -> None:
    answer = client.get("/subject/aaaaaaaaaaaaaaaa.json")
    assert (answer.status_code, answer.json()["code"]) == (404, "SS2")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_the_portal_only_reads(client: Client, method: str) -> None:
    subject = a_subject("样例只读公司")
    for path in ("/", "/search", "/acts", "/draws", f"/subject/{subject.public_id}"):
        assert getattr(client, method)(path).status_code == 405


def test_a_subject_page_asks_few_questions(
    client: Client, people: People, django_assert_max_num_queries: Any
) -> None:
    subject = a_subject("样例查询公司", former="样例旧名")
    for _ in range(30):
        an_act(subject, people, batch=a_batch(people))
    model = policy().models[FOOD]
    a_score(a_run(model), subject, model, points={})
    with django_assert_max_num_queries(11):
        page(client, subject)


def test_every_kind_and_state_of_a_subject_has_its_words() -> None:
    assert {str(value): str(label) for value, label in SubjectKind.choices if value != "other"} == {
        key: label for key, label in law.KINDS.items() if key != "other"
    }
    assert set(law.KINDS) == set(SubjectKind.values)
    assert set(law.STATUSES) == set(SubjectStatus.values)
