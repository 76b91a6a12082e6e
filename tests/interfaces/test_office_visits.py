"""Visits on the pages of the office: sent out from the draw, approved, checked in to and recorded by their own team alone."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from tests.interfaces.office_people import post, signed_in, text
from tests.people import NOW, People, make_user
from tests.services.trips import OBSTRUCTED, OFFSITE, POINTS, SITE, TEAM, UNFIT, Trips, make_trips

from xinheng.core.policy import Policy
from xinheng.core.roles import Role
from xinheng.core.visits import Arrival, Finding
from xinheng.services.rectification import Order, draft_order
from xinheng.services.visits_on_site import Arrived, record_visit
from xinheng.store.models import Case, User, Visit, VisitSheet

pytestmark = [pytest.mark.usefixtures("office_clock"), pytest.mark.row("M8-04"), pytest.mark.guard("G7")]
MINUTE = "2026-11-20T10:00"


@pytest.fixture
def trips(people: People, policy: Policy, home: object) -> Trips:
    return make_trips(people, policy)


def _page(user: User, visit: Visit) -> HttpResponse:
    return signed_in(user).get(_url(visit))


def _url(visit: Visit) -> str:
    return reverse("office:case", kwargs={"number": visit.case.number})


def _step(client: Client, visit: Visit, verb: str, **fields: object) -> HttpResponse:
    visit.case.refresh_from_db()
    url = reverse("office:case_step", kwargs={"number": visit.case.number, "verb": verb})
    return post(client, url, {"seen": visit.case.version, **fields})


def _record(client: Client, visit: Visit, **changed: object) -> HttpResponse:
    points = {f"point-{key}": Finding.FIT.value for key in POINTS}
    said = {"result": "no_problem", "found": "没有发现问题", "present": list(TEAM), "at": MINUTE}
    return _step(client, visit, "record", **{**said, **points, **changed})


@pytest.mark.row("X-06")
def test_a_draw_is_sent_out_from_its_page_and_waits_for_another_person(trips: Trips) -> None:
    draw = trips.drawn().draw
    url = reverse("office:send_draw", kwargs={"draw": draw.public_id})
    wang = signed_in(trips.people.wang)
    assert "加工场所环境卫生" in text(wang.get(url))
    assert "没有写明为什么不能以非现场方式检查" in text(post(wang, url, {"offsite": "方便"}))
    assert post(wang, url, {"offsite": OFFSITE}).status_code == 302
    visit = Visit.objects.get()
    assert visit.case.number in text(wang.get(reverse("office:visits")))
    page = text(_page(trips.people.zhao, visit))
    assert "批准入企检查" in page and OFFSITE in page
    assert "第 1 次，上限 1 次（按检查机关计）；各机关合计 1 次" in page


def test_the_team_checks_in_and_records_on_the_page(trips: Trips) -> None:
    visit = trips.approved()
    li = signed_in(trips.li)
    assert visit.case.number in text(li.get(f"{reverse('office:visits')}?kind=mine"))
    assert "入企登记" in text(li.get(_url(visit)))
    assert _step(li, visit, "check_in", way="code", code=visit.code.lower(), at=MINUTE).status_code == 302
    refused = text(_record(li, visit, **{"point-permit": ""}))
    assert "没有填写。不涉及的请选“不涉及”" in refused and "没有发现问题" in refused
    assert _record(li, visit).status_code == 302
    assert VisitSheet.objects.get().points.count() == 6
    assert "没有发现问题" in text(_page(trips.people.zhao, visit))


@pytest.mark.row("X-06")
@pytest.mark.parametrize("code", ["", "22222ABCDE", "91410202MA00000000"])
def test_nobody_is_checked_in_by_code_without_the_code_of_the_visit(trips: Trips, code: str) -> None:
    visit = trips.approved()
    page = text(_step(signed_in(trips.li), visit, "check_in", way="code", code=code, at=MINUTE))
    assert "不是这次检查的检查码" in page
    assert not hasattr(Visit.objects.get(pk=visit.pk), "arrival")


def test_what_must_be_filled_in_is_not_called_optional(trips: Trips) -> None:
    visit = trips.approved()
    li = signed_in(trips.li)
    _step(li, visit, "check_in", way="shown", at=MINUTE)
    page = text(li.get(_url(visit)))
    for name in ("point-hygiene", "note-hygiene", "found"):
        assert re.search(rf'for="record_{name}">[^<]+</label>', page), name
    assert "企业的陈述和意见<small>（可不填）</small>" in page
    refused = text(_record(li, visit, **{"point-permit": "unfit", "result": "ordered_to_correct"}))
    assert "这一项不符合，请写明事实" in refused and not VisitSheet.objects.exists()


def test_who_met_nobody_answers_no_checklist(trips: Trips) -> None:
    visit = trips.approved()
    li = signed_in(trips.li)
    _step(li, visit, "check_in", way="absent", at=MINUTE)
    assert "point-permit" not in text(li.get(_url(visit)))
    said = {"result": "not_reached", "found": "大门紧锁", "present": list(TEAM), "at": MINUTE}
    assert _step(li, visit, "record", **said).status_code == 302


@pytest.mark.guard("G8")
def test_publication_is_offered_only_where_something_would_be_shown(trips: Trips) -> None:
    minor = trips.told(UNFIT)
    page = text(_page(trips.people.zhou, minor))
    assert "/close/" in page and "/publish/" not in page and "这条结果不公示" in page


@pytest.mark.guard("G8")
def test_publication_is_offered_for_a_graver_result(trips: Trips) -> None:
    page = text(_page(trips.people.zhou, trips.told(OBSTRUCTED)))
    assert "/publish/" in page and "这条结果不公示" not in page


def test_the_same_page_sent_twice_is_one_sheet(trips: Trips) -> None:
    visit = trips.approved()
    li = signed_in(trips.li)
    _step(li, visit, "check_in", way="code", code=visit.code, at=MINUTE)
    visit.case.refresh_from_db()
    version = visit.case.version
    _record(li, visit)
    Case.objects.filter(pk=visit.case_id).update(version=version)
    _record(li, visit)
    assert VisitSheet.objects.count() == 1


@pytest.mark.guard("G7")
def test_an_inspector_of_another_team_sees_nothing_of_a_visit(trips: Trips) -> None:
    visit = trips.approved()
    other = make_user("other", "何检查", trips.people.market, Role.INSPECTOR)
    assert _page(other, visit).status_code == 403
    assert _step(signed_in(other), visit, "check_in", way="code", at=MINUTE).status_code == 403
    assert visit.case.number not in text(signed_in(other).get(reverse("office:visits")))


def test_the_head_is_offered_the_confirmation_that_fits(trips: Trips) -> None:
    visit = trips.approved()
    arrived = Arrived(client_id="a", way=Arrival.SHOWN, at=NOW)
    sheet = replace(OBSTRUCTED, recorded_at=NOW)
    record_visit(visit.case.public_id, sheet, arrived=arrived, **trips.by(trips.li))
    page = text(_page(trips.people.zhao, visit))
    assert "/confirm/" in page and "/clear/" not in page
    assert _step(signed_in(trips.people.zhao), visit, "confirm", reason="属实").status_code == 302
    visit.refresh_from_db()
    assert visit.record_key is not None
    file = text(_page(trips.people.wang, visit))
    assert f"record={visit.record_key}" in file and "责令整改" in file


@pytest.mark.row("M11-01")
def test_a_visit_names_the_order_that_came_of_it_and_offers_no_second_while_it_runs(trips: Trips) -> None:
    visit = trips.told(OBSTRUCTED)
    assert visit.record_key is not None
    offered = f"{reverse('office:new_order')}?record={visit.record_key}"
    order = Order(subject=visit.subject, record=visit.record_key, wanted="改正标签", reason="标签不合格")
    assert offered in text(_page(trips.people.wang, visit))
    case = draft_order(order, **trips.by(trips.people.wang, SITE + timedelta(hours=6)))
    page = text(_page(trips.people.wang, visit))
    assert f"/office/cases/{case.number}/" in page and "拟定整改要求" in page
    assert offered not in page


def test_the_letter_of_the_notice_begins_with_what_the_case_knows(trips: Trips) -> None:
    (visit,) = trips.sent().made
    trips.take(visit.case, "approve", trips.people.zhao)
    url = reverse("office:write_letter", kwargs={"case": visit.case.public_id})
    page = text(signed_in(trips.people.wang).get(f"{url}?kind=inspection_notice"))
    assert visit.code in page and TEAM[0] in page and "食品经营监督检查" in page


def test_the_page_shows_both_terms_of_publication_with_their_sources(trips: Trips) -> None:
    visit = trips.approved()
    page = text(_page(trips.people.wang, visit))
    assert "双随机抽查检查结果公示" in page and "20" in page


@pytest.mark.row("M8-09")
def test_the_figures_of_a_plan_are_counted(trips: Trips) -> None:
    trips.approved()
    url = reverse("office:visit_figures", kwargs={"plan": trips.plan.public_id})
    assert "派出" in text(signed_in(trips.people.wang).get(url))


def test_a_team_is_not_checked_in_before_its_time(trips: Trips) -> None:
    visit = trips.approved()
    late = f"{NOW + timedelta(days=1):%Y-%m-%dT%H:%M}"
    assert "不能登记" in text(_step(signed_in(trips.li), visit, "check_in", way="shown", at=late))


def test_the_team_puts_photos_to_its_visit_and_another_inspector_does_not(trips: Trips) -> None:
    visit = trips.approved()
    other = make_user("other", "何检查", trips.people.market, Role.INSPECTOR)
    url = reverse("office:attachments", kwargs={"target": "case", "key": visit.case.public_id})
    assert "添加附件" in text(signed_in(trips.li).get(url))
    assert signed_in(other).get(url).status_code == 403
