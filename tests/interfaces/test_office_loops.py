"""The page of a closed loop leads into each stage, which shows the same figure."""

import pytest
from django.urls import reverse
from tests.interfaces.office_people import signed_in, text
from tests.people import People, make_user
from tests.services.past_visits import PastVisits
from tests.store.measure_rows import measure

from xinheng.core.roles import Role

pytestmark = [pytest.mark.usefixtures("office_clock"), pytest.mark.row("M8-10")]


def _loop(field: str) -> str:
    return reverse("office:loop", kwargs={"field": field})


def test_the_figures_are_those_of_the_pages_behind_them(people: People) -> None:
    past = PastVisits(people)
    draw = past.draw(a=10)
    for failed in (True, False):
        past.make(draw, "a", failed=failed)
    for _ in range(3):
        measure(past.rows)
    measure(past.rows, organisation=people.city)
    wang = signed_in(people.wang)
    page = text(wang.get(_loop("food")))
    assert "已检查 2；发现问题 1" in page and "生效的措施 3；执行中 3" in page
    assert "办事核查 0" in page
    visits = f"{reverse('office:visits_effect')}?year=2026&amp;sector=food"
    assert visits in page
    assert ">2</td>" in text(wang.get(visits.replace("&amp;", "&")))
    measures = f"{reverse('office:measure_figures')}?field=food"
    assert measures in page
    assert ">3</td>" in text(wang.get(measures)) and ">4</td>" not in text(wang.get(measures))
    assert ">4</td>" in text(wang.get(reverse("office:measure_figures")))


def test_every_link_of_the_page_opens_for_who_sees_it(people: People) -> None:
    for role in (Role.LEADER, Role.AUDITOR, Role.DECIDER, Role.MODEL_OFFICER, Role.ENFORCEMENT_SUPERVISOR):
        client = signed_in(make_user(role.value, "某人", people.city, role))
        assert _loop("food") in text(client.get(reverse("office:loops")))
        page = text(client.get(_loop("food")))
        main = page.split("<main")[1]
        for link in {part.split('"')[0] for part in main.split('href="')[1:]}:
            if link.startswith("/office/"):
                assert client.get(link.replace("&amp;", "&")).status_code == 200, (role, link)


def test_a_check_at_the_desk_is_in_the_months_of_its_field_and_among_their_rows(people: People) -> None:
    clerk = make_user("clerk", "窗口甲", people.market, Role.DECIDER, Role.WINDOW_CLERK)
    past = PastVisits(people)
    one = past.rows.subject(code="91410200MA00000A16")
    client = signed_in(clerk)
    asked = {"code": one.code, "occasion": "licensing", "reason": "受理〔2026〕7号", "field": "food"}
    assert one.name in text(client.post(reverse("office:measure_check"), asked))
    checks = reverse("office:loop_checks", kwargs={"field": "food"})
    assert f'href="{checks}"' in text(client.get(_loop("food")))
    page = text(client.get(checks))
    assert f"{checks}?month=2026-11" in page
    rows = text(client.get(f"{checks}?month=2026-11"))
    assert "受理〔2026〕7号" in rows and one.name in rows
    assert one.name not in text(client.get(f"{checks}?month=2026-10"))
    assert one.name not in text(
        client.get(reverse("office:loop_checks", kwargs={"field": "drugs"}) + "?month=2026-11")
    )
    assert client.get(f"{checks}?month=nonsense").status_code == 200
    assert "2026-11,1,0" in text(client.get(f"{checks}?export=csv"))
    assert client.post(reverse("office:measure_check"), {**asked, "field": "tax"}).status_code == 200


def test_fields_are_listed_and_an_unknown_one_is_no_page(people: People) -> None:
    wang = signed_in(people.wang)
    listed = text(wang.get(reverse("office:loops")))
    assert _loop("food") in listed and "食品安全" in listed
    assert wang.get(_loop("any")).status_code == 404
    assert wang.get(_loop("unheard-of")).status_code == 404
