"""The page of what visits did: for who steers, with officers for their head and the auditor alone."""

import pytest
from django.urls import reverse
from tests.interfaces.office_people import signed_in, text
from tests.people import People, make_user
from tests.services.past_visits import PastVisits

from xinheng.core.roles import Role

pytestmark = [pytest.mark.usefixtures("office_clock"), pytest.mark.row("M8-09")]
URL = "office:visits_effect"


@pytest.fixture
def past(people: People) -> PastVisits:
    made = PastVisits(people)
    draw = made.draw(a=1000, e=100)
    for number in range(20):
        made.make(draw, "a", failed=number < 1)
        made.make(draw, "e", failed=number < 10)
    return made


def test_the_page_says_what_was_found_and_saved(past: PastVisits) -> None:
    page = text(signed_in(past.rows.people.wang).get(reverse(URL)))
    assert "少跑 81 次" in page and "9.1%" in page
    assert "5.0%" in page and "50.0%" in page and "至" in page
    assert "须检查 121 次" in page


@pytest.mark.guard("G7")
def test_differences_between_officers_are_for_head_and_auditor(past: PastVisits) -> None:
    people = past.rows.people
    assert "C1" in text(signed_in(people.zhao).get(reverse(URL)))
    assert "C1" in text(signed_in(people.chen).get(reverse(URL)))
    for other in (people.wang, make_user("lead", "冷领导", people.city, Role.LEADER)):
        page = text(signed_in(other).get(reverse(URL)))
        assert "C1" not in page and "检查人员之间的差异" not in page
        assert "C1" not in text(signed_in(other).get(reverse(URL), {"export": "officers"}))


def test_few_visits_are_numbers_and_no_rate(people: People) -> None:
    made = PastVisits(people)
    made.make(made.draw(a=1000), "a", failed=True)
    page = text(signed_in(people.wang).get(reverse(URL)))
    assert "1 次中 1 次" in page and "不算比率" in page
    assert "100" not in page.split("<main")[1].split("各档次")[0]
    table = text(signed_in(people.wang).get(reverse(URL), {"export": "bands"}))
    assert "1 次中 1 次" in table and "%" not in table.splitlines()[1]


def test_the_table_goes_out_as_a_file(past: PastVisits) -> None:
    response = signed_in(past.rows.people.wang).get(reverse(URL), {"export": "bands"})
    assert response.headers["Content-Type"].startswith("text/csv")
    assert 'a档,"1,000",20' in text(response)


def test_without_visits_the_page_says_so(people: People) -> None:
    page = text(signed_in(people.wang).get(reverse(URL)))
    assert "这一年还没有进行过检查" in page and "说不出少跑了多少次" in page


def test_a_year_or_line_that_is_not_there_shows_the_newest(past: PastVisits) -> None:
    page = text(signed_in(past.rows.people.wang).get(reverse(URL), {"year": "1'", "sector": "%00"}))
    assert "少跑 81 次" in page
