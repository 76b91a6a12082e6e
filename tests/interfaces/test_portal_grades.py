"""The explanation of a public grade: sums that close, public acts behind them, and silence about the rest."""

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from tests.interfaces.portal_city import FOOD, a_notice, a_run, a_score, a_subject, an_act, policy
from tests.interfaces.portal_city import portal_on_the_day as portal_on_the_day
from tests.people import NOW, TODAY, People

from xinheng.core.models import ScoringModel, parse_model
from xinheng.interfaces.portal.grades import LIMITS, OTHER, evaluation_of
from xinheng.store.models import EvaluationRun, NoticeStep, PolicyVersion, Subject
from xinheng.store.public import PublicScore

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.interfaces.portal_urls")]


@pytest.fixture
def model() -> ScoringModel:
    return policy().models[FOOD]


def explained(client: Client, subject: Subject, run: EvaluationRun) -> str:
    answer = client.get(f"/subject/{subject.public_id}/grade/{run.public_id}")
    assert answer.status_code == 200
    return answer.content.decode()


def items_of(html: str) -> dict[str, str]:
    """Points by label in the table of indicators."""
    table = html.split("<h2>逐项说明</h2>")[1].split("</table>")[0]
    return dict(re.findall(r'data-label="项目">([^<]+)</td>.*?data-label="得分">([^<]+)</td>', table, re.S))


@pytest.mark.row("M5-05")
def test_each_indicator_shows_points_clause_and_the_public_acts_behind_it(
    client: Client, people: People, model: ScoringModel
) -> None:
    subject = a_subject("样例扣分公司")
    an_act(subject, people, title="超范围经营", amount_fen=500_000, finality=6)
    run = a_run(model)
    a_score(run, subject, model, points={"penalty_general": -100})
    html = explained(client, subject, run)
    assert items_of(html) == {"一般行政处罚": "−100"}
    assert "超范围经营" in html
    assert "680.000" in html
    assert "起点 780 分，合计减 100，得 680 分" in html
    assert "以表格查看" in html
    assert "C" in html
    assert "noindex" in html
    assert "2027-01-12" in html, "from when repair may be applied for"


@pytest.mark.guard("G10")
def test_points_from_records_that_are_not_public_are_told_in_one_sum(
    client: Client, people: People, model: ScoringModel
) -> None:
    subject = a_subject("样例两罚公司")
    an_act(subject, people, title="轻微不公示", seriousness=1)
    an_act(subject, people, title="超范围经营", finality=6)
    run = a_run(model)
    a_score(run, subject, model, points={"penalty_minor": -20, "penalty_general": -100})
    html = explained(client, subject, run)
    assert items_of(html) == {"一般行政处罚": "−100", OTHER: "−20"}
    assert "轻微" not in html
    assert "660.000" in html


@pytest.mark.guard("G10")
def test_an_indicator_without_points_is_not_listed(client: Client, model: ScoringModel) -> None:
    subject = a_subject("样例清白公司")
    run = a_run(model)
    a_score(run, subject, model, points={})
    html = explained(client, subject, run)
    assert items_of(html) == {}
    assert "没有列出的项目没有加减分" in html


def test_stored_points_explain_the_total_for_capped_families_too(model: ScoringModel) -> None:
    contributions = [-400_000 if one.family == "safety" else 0 for one in model.indicators]
    score = PublicScore(points_milli=180_000, grade="E", veto="", contributions=contributions)
    evaluation = evaluation_of(model, score)
    capped = next(family for family in evaluation.families if family.family == "safety")
    assert capped.points_milli == -600_000
    assert capped.cap_hit


def test_the_table_of_indicators_adds_up_to_the_total(
    client: Client, people: People, model: ScoringModel
) -> None:
    subject = a_subject("样例封顶公司")
    an_act(subject, people, finality=6)
    run = a_run(model)
    points = {"penalty_general": -360, "penalty_serious": -520, "penalty_minor": -20}
    a_score(run, subject, model, points=points, total=180)
    items = items_of(explained(client, subject, run))
    assert items == {"一般行政处罚": "−360", OTHER: "−540", LIMITS: "+300"}


def test_a_veto_is_said_in_words(client: Client, people: People, model: ScoringModel) -> None:
    veto = model.ceilings[0]
    subject = a_subject("样例否决公司")
    run = a_run(model)
    a_score(run, subject, model, points={}, grade=veto.grade, veto=veto.id)
    assert veto.label in explained(client, subject, run)


@pytest.mark.row("M7-09")
def test_a_bad_grade_is_not_public_before_its_subject_was_told(
    client: Client, people: People, model: ScoringModel
) -> None:
    subject = a_subject("样例告知公司")
    run = a_run(model)
    a_score(run, subject, model, points={}, grade="E", told=False)
    address = f"/subject/{subject.public_id}/grade/{run.public_id}"
    assert client.get(address).status_code == 404
    notice = a_notice(run, subject, grade="E", released=False)
    assert client.get(address).status_code == 404
    NoticeStep.objects.create(notice=notice, kind="released", on=NOW.date(), at=NOW)
    assert client.get(address).status_code == 200
    a_notice(run, subject, grade="D")
    assert client.get(address).status_code == 404


@pytest.mark.guard("G9")
def test_an_address_that_no_longer_holds_says_only_that_there_is_news(
    client: Client, people: People, model: ScoringModel
) -> None:
    subject = a_subject("样例更新公司")
    run = a_run(model, digest="sha256:" + "0" * 64)
    a_score(run, subject, model, points={"penalty_general": -100})
    for public_id in (run.public_id, "a" * 16):
        answer = client.get(f"/subject/{subject.public_id}/grade/{public_id}")
        assert answer.status_code == 404
        html = answer.content.decode()
        assert "已有更新" in html
        assert "680" not in html
        assert f"/subject/{subject.public_id}" in html


def test_a_model_published_in_the_office_explains_its_own_runs(
    client: Client, people: People, model: ScoringModel
) -> None:
    changed = model.model_dump(mode="json", exclude_none=True) | {"version": 2, "title": "食品评价第二版"}
    later = parse_model(changed, file="office")
    PolicyVersion.objects.create(
        kind="model",
        key=later.id,
        digest=later.digest,
        body=changed,
        from_on="2026-11-01",
        drafted_by=people.wang,
        approved_by=people.zhao,
        approved_at="2026-11-01T00:00:00Z",
    )
    subject = a_subject("样例新版公司")
    run = a_run(later)
    a_score(run, subject, later, points={})
    assert "食品评价第二版" in explained(client, subject, run)


@pytest.mark.guard("G4")
def test_the_rules_of_every_model_are_public_and_trial_is_said(client: Client, model: ScoringModel) -> None:
    a_run(model)
    html = client.get("/rules").content.decode()
    for words in (
        model.title,
        "试算结果不公开",
        "一般行政处罚",
        "起评分",
        "2 户有等级",
        "待确认",
        "依据待核",
    ):
        assert words in html


def _version(people: People, model: ScoringModel, body: dict[str, object], *, from_on: date) -> None:
    PolicyVersion.objects.create(
        kind="model", key=model.id, digest=f"sha256:{from_on}", body=body, from_on=from_on,
        drafted_by=people.wang, approved_by=people.zhao, approved_at=NOW,
    )  # fmt: skip


@pytest.mark.row("M7-08")
def test_the_public_rules_are_those_in_force_as_the_office_has_published_them(
    client: Client, people: People, model: ScoringModel
) -> None:
    rules = "/rules"
    body = {**model.model_dump(mode="json"), "version": 71, "title": "食品评价（本市新版）"}
    _version(people, model, body, from_on=TODAY + timedelta(days=1))
    assert "食品评价（本市新版）" not in client.get(rules).content.decode(), "not in force before its day"
    _version(people, model, {**body, "version": 72}, from_on=TODAY)
    html = client.get(rules).content.decode()
    assert "食品评价（本市新版）" in html and "第 72 版" in html
    _version(people, model, {"retired": True, "id": model.id, "version": 72}, from_on=TODAY)
    html = client.get(rules).content.decode()
    assert "食品评价（本市新版）" not in html and model.title not in html


@pytest.mark.row("M5-04")
def test_the_rules_of_an_older_day_can_still_be_read(
    client: Client, people: People, model: ScoringModel
) -> None:
    body = {**model.model_dump(mode="json"), "version": 71, "title": "食品评价（旧版）"}
    _version(people, model, body, from_on=TODAY - timedelta(days=40))
    _version(
        people,
        model,
        {**body, "version": 72, "title": "食品评价（新版）"},
        from_on=TODAY - timedelta(days=10),
    )
    now = client.get("/rules").content.decode()
    assert "食品评价（新版）" in now and "食品评价（旧版）" not in now
    older = TODAY - timedelta(days=40)
    assert f'href="?on={older}"' in now
    then = client.get("/rules", {"on": str(older)}).content.decode()
    assert "食品评价（旧版）" in then and "食品评价（新版）" not in then
    assert "看现行版本" in then


def test_merit_from_a_public_honour_is_named(client: Client, people: People, model: ScoringModel) -> None:
    subject = a_subject("样例荣誉公司")
    plus = next(one for one in model.indicators if one.family == "merit" and 19 in one.facts.numbers)
    an_act(subject, people, item=19, seriousness=0, title="纳税信用A级", result="tax_a")
    run = a_run(model)
    a_score(run, subject, model, points={plus.id: 20})
    assert items_of(explained(client, subject, run)) == {plus.label: "+20"}
