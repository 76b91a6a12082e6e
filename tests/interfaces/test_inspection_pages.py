"""Matters, ceilings, plans, case checks and the yearly classification on the pages of office and portal."""

from datetime import date

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from tests.interfaces.office_people import post, signed_in, text
from tests.interfaces.portal_city import portal_on_the_day as portal_on_the_day
from tests.people import NOW, TODAY, People, make_user
from tests.store.rows import Rows

from xinheng.core.policy import Policy
from xinheng.core.roles import Role
from xinheng.interfaces.portal.inspections import versions_of
from xinheng.store.models import CaseCheck, Classification, OversightNotice, Plan, RoleGrant, Subject

CODE = "91410200MA00000011"


@pytest.fixture
def firm(people: People) -> Subject:
    RoleGrant.objects.create(
        user=people.li, role=Role.REVIEWER, organisation=people.market, from_on=date(2026, 1, 1)
    )
    return Rows(people).subject(code=CODE, name="甲公司", sector="food", status="active")


def _public(url: str) -> str:
    return Client().get(url).content.decode()


def _check(people: People, **changed: object) -> HttpResponse:
    fields: dict[str, object] = {
        "organisation": people.market.public_id,
        "year": 2026,
        "matter": "food_operation",
        "code": CODE,
        "reason": "complaint",
        "explanation": "12315 转来的投诉，反映销售过期食品",
        "emergency": "on",
    }
    return post(signed_in(people.li), reverse("office:new_case_check"), fields | changed)


@pytest.mark.row("M8-03")
@pytest.mark.row("X-06")
@pytest.mark.guard("G7")
def test_the_public_reads_what_may_be_checked_and_downloads_it(people: People, policy: Policy) -> None:
    page = _public(reverse("portal:matters"))
    for words in ("食品经营监督检查", "开封市市场监督管理局", "贮存温度", "依据待核", "重点检查事项"):
        assert words in page
    table = Client().get(reverse("portal:matters_csv")).content.decode("utf-8-sig").splitlines()
    assert table[0].startswith("代码,事项")
    assert len(table) == len(policy.inspection_matters.standing(on=TODAY)) + 1
    before = _public(reverse("portal:matters") + "?on=2025-12-31")
    assert "没有列入清单的事项" in before and "食品经营监督检查" not in before


@pytest.mark.row("X-06")
@pytest.mark.guard("G15")
def test_a_ceiling_that_nobody_published_reads_unconfirmed(people: People) -> None:
    page = _public(reverse("portal:ceilings"))
    assert "开封市市场监督管理局" in page and "待确认" in page
    assert "投诉举报" in page
    assert "2026 年" in _public(reverse("portal:ceilings") + "?year=1066")


@pytest.mark.row("M8-01")
@pytest.mark.row("M8-02")
def test_the_policy_of_grades_is_public_with_its_versions(people: People, policy: Policy) -> None:
    page = _public(reverse("portal:grading"))
    for band in policy.grading.bands:
        assert band.name in page and band.items in page
    assert policy.digest in page or policy.digest.split(":")[1][:8] in page
    assert "?on=2025-01-01" in page
    past = _public(reverse("portal:grading") + "?on=2020-02-01")
    assert "看现行政策" in past and "待确认" in past


@pytest.mark.row("M8-01")
def test_a_changed_ratio_of_an_incentive_is_a_version_of_the_policy(policy: Policy) -> None:
    first, *rest = policy.grading.bands
    day = date(2031, 5, 6)
    eased = first.ratio.model_copy(update={"values": {day: next(iter(first.ratio.values.values()))}})
    changed = policy.grading.model_copy(update={"bands": (first.model_copy(update={"eased": eased}), *rest)})
    assert day in versions_of(changed)
    assert day not in versions_of(policy.grading)


def test_officers_read_the_list_and_others_do_not(people: People) -> None:
    assert "抽查事项清单" in text(signed_in(people.wang).get(reverse("office:inspection_matters")))
    assert signed_in(people.zhou).get(reverse("office:inspection_matters")).status_code == 403


@pytest.mark.row("X-06")
@pytest.mark.guard("G7")
def test_a_case_check_goes_from_its_reason_to_the_note_of_the_supervisor(
    firm: Subject, people: People
) -> None:
    refused = text(_check(people, matter="customers"))
    assert "不在公布的抽查事项清单内" in refused
    assert "没有这个统一社会信用代码" in text(_check(people, code="91410200MA99999999"))
    assert "只能从公布的事由" in text(_check(people, reason="curiosity"))
    assert "已经过去" in text(_check(people, year=2025))
    assert not Plan.objects.exists()
    assert _check(people).status_code == 302
    check = CaseCheck.objects.get()
    assert check.subject == firm
    part = {"plan": check.plan.public_id}
    page = reverse("office:plan", kwargs=part)
    assert "同意先行检查" not in text(signed_in(people.li).get(page))
    assert "同意先行检查" in text(signed_in(people.wang).get(page))
    post(signed_in(people.li), reverse("office:begin_check", kwargs=part))
    assert not OversightNotice.objects.exists()
    post(signed_in(people.wang), reverse("office:begin_check", kwargs=part))
    assert "期限没有核到" in text(signed_in(people.wang).get(page))
    supervisor = make_user("wu", "吴监督", people.city, Role.ENFORCEMENT_SUPERVISOR)
    notice = OversightNotice.objects.get()
    seen = reverse("office:oversight_seen", kwargs={"notice": notice.pk})
    assert post(signed_in(people.wang), seen).status_code == 403
    listed = text(signed_in(supervisor).get(reverse("office:case_checks")))
    assert "待签收的监督告知" in listed and "甲公司" in listed
    assert "1 件个案检查待签收" in text(signed_in(supervisor).get("/office/desk/"))
    post(signed_in(supervisor), seen)
    notice.refresh_from_db()
    assert notice.seen_by == supervisor
    assert "待签收" not in text(signed_in(supervisor).get("/office/desk/"))
    post(signed_in(people.zhao), reverse("office:approve_plan", kwargs=part))
    assert "已批准" in text(signed_in(people.wang).get(page))
    sending = reverse("office:send_lead", kwargs=part)
    assert sending in text(signed_in(people.li).get(page))
    refused = text(post(signed_in(people.li), sending, {"certificates": [], "offsite": "须当场查看"}))
    assert "请选择不少于两名检查人员" in refused


@pytest.mark.guard("G7")
def test_a_check_of_a_named_enterprise_is_on_no_public_page(firm: Subject, people: People) -> None:
    _check(people)
    check = CaseCheck.objects.get()
    part = {"plan": check.plan.public_id}
    post(signed_in(people.zhao), reverse("office:approve_plan", kwargs=part))
    public = _public(reverse("portal:inspection_plans"))
    assert "个案检查：" not in public and "甲公司" not in public


@pytest.mark.row("M8-01")
def test_who_has_no_recent_grade_is_listed_behind_the_plan(firm: Subject, people: People) -> None:
    plan = Rows(people).plan(sector="food")
    url = reverse("office:unrated", kwargs={"plan": plan.public_id})
    page = text(signed_in(people.wang).get(url))
    assert "甲公司" in page and "1 户" in page
    assert signed_in(people.zhou).get(url).status_code == 403


@pytest.mark.row("M8-07")
@pytest.mark.guard("G1")
def test_the_classification_is_published_by_another_in_numbers(firm: Subject, people: People) -> None:
    rows = Rows(people)
    run = rows.run(current=True, published=True)
    rows.score(run=run, line=run, subject=firm, grade="B")
    trader = rows.subject(kind="sole_trader", name="个体工商户乙", division_code="410202")
    rows.score(run=run, line=run, subject=trader, grade="E")
    assert "还没有公布的分类结果" in _public(reverse("portal:classification"))
    officer, decider = signed_in(people.wang), signed_in(people.zhao)
    assert "没有已公布的评价结果" in text(
        post(officer, reverse("office:classify"), {"model": "general/trial"})
    )
    assert post(officer, reverse("office:classify"), {"model": run.model}).status_code == 302
    made = Classification.objects.get()
    publish = reverse("office:publish_classification", kwargs={"number": made.pk})
    assert post(officer, publish).status_code == 403
    post(decider, publish)
    rules = _public(reverse("portal:rules"))
    assert f'href="{reverse("portal:classification")}?year={made.year}"' in rules and "还没有模型" in rules
    page = _public(reverse("portal:classification"))
    assert "龙亭区" in page
    assert "甲公司" not in page and "个体工商户乙" not in page
    assert 'data-label="E">1<' not in page
    assert made.made_at == NOW
