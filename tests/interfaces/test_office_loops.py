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
    assert "没有连到领域" in page
    visits = f"{reverse('office:visits_effect')}?year=2026&amp;sector=food"
    assert visits in page
    assert ">2</td>" in text(wang.get(visits.replace("&amp;", "&")))
    measures = f"{reverse('office:measure_figures')}?field=food"
    assert measures in page
    assert ">3</td>" in text(wang.get(measures)) and ">4</td>" not in text(wang.get(measures))
    assert ">4</td>" in text(wang.get(reverse("office:measure_figures")))


def test_every_link_of_the_page_opens_for_who_sees_it(people: People) -> None:
    for role in (Role.LEADER, Role.AUDITOR, Role.DECIDER, Role.MODEL_OFFICER):
        client = signed_in(make_user(role.value, "某人", people.city, role))
        page = text(client.get(_loop("food")))
        main = page.split("<main")[1]
        for link in {part.split('"')[0] for part in main.split('href="')[1:]}:
            if link.startswith("/office/"):
                assert client.get(link.replace("&amp;", "&")).status_code == 200, (role, link)


def test_fields_are_listed_and_an_unknown_one_is_no_page(people: People) -> None:
    wang = signed_in(people.wang)
    listed = text(wang.get(reverse("office:loops")))
    assert _loop("food") in listed and "食品安全" in listed
    assert wang.get(_loop("any")).status_code == 404
    assert wang.get(_loop("unheard-of")).status_code == 404
