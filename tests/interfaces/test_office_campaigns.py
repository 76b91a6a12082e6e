"""A special campaign in the office: planned, started by another, filled by hand, worked off, told to the enterprise, and
seen by nobody else."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from tests.interfaces.office_people import post, signed_in, text
from tests.interfaces.portal_city import portal_reads_default
from tests.people import NOW, TODAY, People
from tests.services.campaign_cases import PLAN, UNTIL, Campaigns
from tests.services.deliveries import code
from tests.store.rows import Rows

from xinheng.core.catalogue import Item
from xinheng.core.mandates import Matter, Proof
from xinheng.core.policy import Policy
from xinheng.core.roles import Role
from xinheng.interfaces.web.surfaces import About, Openness, leaks
from xinheng.services.campaigns import end_due
from xinheng.services.enterprises import MandateOrder, activate, open_account
from xinheng.services.records import Change, change_state
from xinheng.store.models import Campaign, CampaignLine, RoleGrant, Subject, User

pytestmark = [pytest.mark.usefixtures("office_clock"), pytest.mark.row("M11-04")]
FIELDS: dict[str, object] = {
    "field": "integrity",
    "title": PLAN.title,
    "document_title": PLAN.document_title,
    "document_no": PLAN.document_no,
    "scope": PLAN.scope,
    "from_on": TODAY.isoformat(),
    "until_on": UNTIL.isoformat(),
    "items": ["4"],
    "least": "2",
    "since": "2026-01-01",
    "reason": "按通知开展",
}


@pytest.fixture
def city(people: People, policy: Policy) -> Campaigns:
    return Campaigns(people, policy, Rows(people))


def _board(campaign: Campaign, **query: str) -> str:
    here = reverse("office:campaign", kwargs={"campaign": campaign.public_id})
    return f"{here}?{urlencode(query)}" if query else here


def _take(campaign: Campaign) -> str:
    return reverse("office:take_into_campaign", kwargs={"campaign": campaign.public_id})


def test_it_is_planned_started_by_another_filled_and_worked_off_on_pages(city: Campaigns) -> None:
    people, record = city.people, city.record()
    clerk, decider = signed_in(people.wang), signed_in(people.zhao)
    new = reverse("office:new_campaign")
    assert "没有依据文件的，不能开展" in text(clerk.get(new))
    assert post(clerk, new, {**FIELDS, "unit": people.city.public_id}).status_code == 302
    campaign = Campaign.objects.select_related("case").get()
    case = reverse("office:case", kwargs={"number": campaign.case.number})
    assert PLAN.document_no in text(clerk.get(case))
    assert "现在不能纳入" in text(clerk.get(_take(campaign)))
    start = reverse("office:case_step", kwargs={"number": campaign.case.number, "verb": "start"})
    assert post(decider, start, {"reason": "同意", "seen": campaign.case.version}).status_code == 302
    page = text(clerk.get(_take(campaign)))
    assert record.subject.name in page
    assert not CampaignLine.objects.exists()
    taken = post(clerk, _take(campaign), {"record": [str(record.record_key)], "reason": "处罚后未改正"})
    assert taken.status_code == 302
    board = text(clerk.get(_board(campaign)))
    assert record.subject.name in board
    assert "不是名单，不是措施，不公开，不影响评价" in board
    line = CampaignLine.objects.get()
    here = reverse("office:campaign_line", kwargs={"line": line.public_id})
    page = text(clerk.get(here))
    for route in ("office:new_interview", "office:new_order"):
        assert f"{reverse(route)}?record={record.record_key}" in page
    assert "请写明怎样改好的" in text(post(clerk, here, {"how": "done", "reason": ""}))
    assert post(clerk, here, {"how": "done", "reason": "已改正，经复查"}).status_code == 302
    assert "已完成" in text(clerk.get(here))


def test_a_plan_is_changed_until_it_is_started(city: Campaigns) -> None:
    campaign = city.planned()
    edit = reverse("office:edit_campaign", kwargs={"campaign": campaign.public_id})
    clerk = signed_in(city.people.wang)
    assert PLAN.scope in text(clerk.get(edit))
    changed = {**FIELDS, "title": "养老诈骗", "seen": campaign.case.version}
    assert post(clerk, edit, changed).status_code == 302
    campaign.refresh_from_db()
    assert campaign.title == "养老诈骗"
    late = post(clerk, edit, {**changed, "title": "别的"})
    assert "刚刚被别人办理过" in text(late)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"document_no": ""}, "依据文件文号"),
        ({"items": []}, "目录项"),
        ({"until_on": "2026-11-01"}, "截止日期早于开始日期"),
        ({"until_on": "明年"}, "日期写作"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(
    city: Campaigns, given: dict[str, object], words: str
) -> None:
    page = post(
        signed_in(city.people.wang),
        reverse("office:new_campaign"),
        {**FIELDS, "unit": city.people.city.public_id, **given},
    )
    assert words in text(page)
    assert PLAN.scope in text(page)
    assert not Campaign.objects.exists()


def test_by_its_code_an_enterprise_is_found_with_what_may_ground_it(city: Campaigns) -> None:
    record = city.record(item=Item.SERIOUS_LIST)
    Subject.objects.filter(pk=record.subject_id).update(code=code(7))
    campaign = city.running()
    clerk = signed_in(city.people.wang)
    assert record.subject.name not in text(clerk.get(_take(campaign)))
    found = f"{_take(campaign)}?code={code(7)}"
    assert record.subject.name in text(clerk.get(found))
    assert "没有这个代码的企业" in text(clerk.get(f"{_take(campaign)}?code={code(8)}"))
    assert "至少选择一条" in text(post(clerk, found, {"reason": "未改正"}))
    assert post(clerk, found, {"record": [str(record.record_key)], "reason": "未改正"}).status_code == 302
    assert CampaignLine.objects.get().proposed is False


def test_the_board_filters_and_is_taken_away_as_tables(city: Campaigns) -> None:
    campaign = city.running()
    record = city.record()
    city.taken(record, campaign)
    clerk = signed_in(city.people.wang)
    assert record.subject.name in text(clerk.get(_board(campaign, state="waiting")))
    assert "没有符合条件的" in text(clerk.get(_board(campaign, state="done")))
    lines = clerk.get(_board(campaign, export="lines"))
    assert lines["Content-Type"].startswith("text/csv")
    assert record.subject.name in text(lines)
    assert "处罚后未改正" in text(lines)
    board = text(clerk.get(_board(campaign, export="board")))
    assert "市市场监管局,1,1,0,0,0,0" in board
    assert "待处置" in board
    assert "以表格查看" in text(clerk.get(_board(campaign)))


def test_a_department_sees_its_own_lines_alone_and_others_nothing(city: Campaigns) -> None:
    campaign = city.running()
    record = city.record()
    other = city.rows.organisation(key="kaifeng.housing", parent=city.people.city)
    foreign = city.record(batch=city.rows.batch(state="loaded", item=4, loaded_at=NOW, organisation=other))
    for one in (record, foreign):
        Subject.objects.filter(pk=one.subject_id).update(name=f"企业{one.record_key}号")
        city.taken(one, campaign)
    person = _officer(city, "xu")
    page = text(signed_in(person).get(_board(campaign)))
    assert f"企业{record.record_key}号" in page
    assert f"企业{foreign.record_key}号" not in page
    assert "只显示您单位认定的部分" in page
    theirs = CampaignLine.objects.get(ground_key=foreign.record_key)
    there = reverse("office:campaign_line", kwargs={"line": theirs.public_id})
    assert signed_in(person).get(there).status_code == 403
    assert signed_in(city.people.li).get(_board(campaign)).status_code == 403


def _officer(city: Campaigns, username: str) -> User:
    """Of the market regulator alone."""
    person = User.objects.create_user(
        username, "x" * 20, display_name="徐市监", organisation=city.people.market
    )
    RoleGrant.objects.create(
        user=person, role=Role.REVIEWER, organisation=city.people.market, from_on=TODAY - timedelta(days=9)
    )
    return person


def test_what_a_department_has_to_act_on_stands_on_its_desk_until_it_acts(city: Campaigns) -> None:
    campaign = city.running()
    lines = [city.taken(city.record(), campaign) for _ in range(2)]
    desk, officer = reverse("office:desk"), signed_in(_officer(city, "xu"))
    page = text(officer.get(desk))
    assert f"{PLAN.title}：2 项待约谈或者责令整改" in page
    assert f"{_board(campaign, state='waiting')}#lines" in page
    assert PLAN.document_no in page
    post(
        officer,
        reverse("office:campaign_line", args=[lines[0].public_id]),
        {"how": "done", "reason": "已改正"},
    )
    assert f"{PLAN.title}：1 项" in text(officer.get(desk))
    CampaignLine.objects.filter(pk=lines[1].pk).update(suspended_at=NOW)
    assert PLAN.title not in text(officer.get(desk))


def test_the_desk_of_another_department_is_silent_and_so_is_a_campaign_that_is_over(city: Campaigns) -> None:
    campaign = city.running()
    other = city.rows.organisation(key="kaifeng.housing", parent=city.people.city)
    city.taken(
        city.record(batch=city.rows.batch(state="loaded", item=4, loaded_at=NOW, organisation=other)),
        campaign,
    )
    officer, office = signed_in(_officer(city, "xu")), signed_in(city.people.wang)
    desk = reverse("office:desk")
    assert PLAN.title not in text(officer.get(desk))
    assert PLAN.title in text(office.get(desk))
    assert end_due(policy=city.policy, now=NOW + timedelta(days=31)) == 1
    assert "待约谈或者责令整改" not in text(office.get(desk))


def test_the_case_of_a_running_campaign_does_not_say_that_it_is_over(city: Campaigns) -> None:
    """Who may take no step is told in which state it is and who could end it."""
    campaign = city.running()
    case = reverse("office:case", kwargs={"number": campaign.case.number})
    page = text(signed_in(city.people.wang).get(case))
    assert "现在是“进行中”，不等待谁办理。此后可以：提前结束（决定人）" in page
    assert "事项已经办结" not in page
    assert end_due(policy=city.policy, now=NOW + timedelta(days=31)) == 1
    campaign.case.refresh_from_db()
    step = reverse("office:case_step", kwargs={"number": campaign.case.number, "verb": "report"})
    post(signed_in(city.people.wang), step, {"reason": "纳入1项", "seen": campaign.case.version})
    assert "事项已经办结" in text(signed_in(city.people.wang).get(case))


def test_the_report_closes_it(city: Campaigns) -> None:
    campaign = city.running()
    city.taken(city.record(), campaign)
    assert end_due(policy=city.policy, now=NOW + timedelta(days=31)) == 1
    campaign.case.refresh_from_db()
    step = reverse("office:case_step", kwargs={"number": campaign.case.number, "verb": "report"})
    clerk = signed_in(city.people.wang)
    empty = post(clerk, step, {"reason": "", "seen": campaign.case.version})
    assert "请写明总结" in text(empty)
    assert post(clerk, step, {"reason": "纳入1项", "seen": campaign.case.version}).status_code == 302
    page = text(clerk.get(_board(campaign)))
    assert "纳入1项" in page
    assert "已结束" in page


@pytest.fixture
def visitor(city: Campaigns) -> tuple[Client, Subject]:
    record = city.record()
    Subject.objects.filter(pk=record.subject_id).update(code=code(1))
    clerk = User.objects.create_user("sun", "x" * 20, display_name="孙窗口", organisation=city.people.city)
    RoleGrant.objects.create(
        user=clerk, role=Role.WINDOW_CLERK, organisation=city.people.city, from_on=TODAY - timedelta(days=9)
    )
    order = MandateOrder(
        code=code(1), role=Role.ENTERPRISE_AGENT, matters=tuple(Matter), proof=Proof.LETTER,
        from_on=TODAY, to_on=TODAY + timedelta(days=30),
    )  # fmt: skip
    slip = open_account(order, holder="张小明", actor=clerk, now=NOW)
    account = activate(slip.account.number, slip.code, "蓝天白云 2026 信用", now=NOW)
    client = Client()
    client.post("/own/sign-in/", {"number": account.number, "password": "蓝天白云 2026 信用"})
    city.taken(record)
    return client, Subject.objects.get(pk=record.subject_id)


@pytest.mark.guard("G9")
def test_the_enterprise_sees_why_it_is_in_and_that_it_has_left(
    city: Campaigns, visitor: tuple[Client, Subject]
) -> None:
    client, subject = visitor
    here = reverse("counter:own_campaigns", args=[subject.public_id])
    page = text(client.get(here))
    for words in (
        PLAN.title,
        PLAN.document_no,
        "汴市监罚〔2026〕7号",
        "处罚后未改正",
        "怎样结束",
        "提出异议",
    ):
        assert words in page
    notices = text(client.get(reverse("counter:own_notices", args=[subject.public_id])))
    assert "专项治理的告知" in notices
    line = CampaignLine.objects.get()
    change = Change(deed="repair", reason="已履行", ground="决定〔2026〕1号")
    change_state(
        record_key=line.ground_key, change=change, actor=city.people.wang, policy=city.policy, now=NOW
    )
    page = text(client.get(here))
    assert "已退出" in page
    assert "汴市监罚" not in page
    assert Client().get(here).status_code == 302


@pytest.mark.guard("G9")
@pytest.mark.guard("G16")
def test_no_public_page_says_that_somebody_is_in_a_campaign(city: Campaigns) -> None:
    line = city.taken(city.record())
    Subject.objects.filter(pk=line.subject_id).update(code=code(1))
    subject = Subject.objects.get(pk=line.subject_id)
    about = About(subject=subject.public_id, code=subject.code or "", name=subject.name)
    words = (line.campaign.title, line.campaign.document_no, line.public_id, line.reason)
    with portal_reads_default():
        found = list(leaks(about, words, ask=lambda address: Client().get(address), openness=Openness.PUBLIC))
    assert found == []
    for address in (_board(line.campaign), reverse("office:campaign_line", args=[line.public_id])):
        assert Client().get(address).status_code == 302
