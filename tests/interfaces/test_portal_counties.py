"""A county's portal is the city's under its own name: links stay below it, and what is looked for is looked for there."""

import re

import pytest
from django.test import Client
from tests.interfaces.portal_city import a_subject, an_act
from tests.interfaces.portal_city import portal_on_the_day as portal_on_the_day
from tests.people import People

from xinheng.core.feeds import ITEMS

pytestmark = [pytest.mark.django_db, pytest.mark.row("M5-12")]
COUNTY = "/county/410225"


def shown(client: Client, path: str, **asked: str) -> str:
    answer = client.get(path, asked)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_name_colour_and_links_are_the_countys(client: Client) -> None:
    html = shown(client, f"{COUNTY}/")
    assert "信用兰考" in html
    assert 'data-accent="moss"' in html or 'data-accent="teal"' in html
    inner = [link for link in re.findall(r'href="(/[^"]*)"', html) if not link.startswith("/static/")]
    assert inner
    assert [link for link in inner if not link.startswith(COUNTY)] == []
    city = shown(client, "/")
    assert f'href="{COUNTY}/"' in city
    assert "信用开封" in city


def test_what_is_looked_for_is_looked_for_in_the_county_unless_another_is_named(
    client: Client, people: People
) -> None:
    here = a_subject("样例兰考食品公司", division_code="410225")
    there = a_subject("样例龙亭食品公司", division_code="410202")
    for one in (here, there):
        an_act(one, people)
    for path, asked in (("/search", {"q": "样例"}), ("/acts", {"since": "2020-01-01"})):
        html = shown(client, COUNTY + path, **asked)
        assert "样例兰考食品公司" in html
        assert "样例龙亭食品公司" not in html
        whole = shown(client, COUNTY + path, district="", **asked)
        assert "样例龙亭食品公司" in whole
        assert "样例龙亭食品公司" in shown(client, path, **asked)
    assert f'href="{COUNTY}/subject/{here.public_id}"' in shown(client, f"{COUNTY}/search", q="样例")
    assert "样例龙亭食品公司" in shown(client, f"{COUNTY}/subject/{there.public_id}")


@pytest.mark.row("M4-07")
def test_the_column_of_commitments_of_a_county_shows_those_of_its_enterprises(
    client: Client, people: People
) -> None:
    here = a_subject("样例兰考食品公司", division_code="410225")
    there = a_subject("样例龙亭食品公司", division_code="410202")
    for one in (here, there):
        an_act(one, people, item=ITEMS["commitment"])
    html = shown(client, f"{COUNTY}/commitments")
    assert "样例兰考食品公司" in html and "样例龙亭食品公司" not in html
    assert f'href="{COUNTY}/subject/{here.public_id}"' in html
    assert f'href="{COUNTY}/commitments/lists' in html
    assert "样例龙亭食品公司" in shown(client, f"{COUNTY}/commitments", district="")


@pytest.mark.parametrize("path", ["/office/", "/account/login/", "/api/v1/openapi.json", "/county/410225/"])
def test_what_is_the_citys_has_one_address(client: Client, path: str) -> None:
    answer = client.get(f"{COUNTY}{path}")
    assert (answer.status_code, answer.headers["Location"]) == (302, path)


@pytest.mark.parametrize("path", ["/county/410202/", "/county/999999/search", "/county/41022/", "/county//"])
def test_a_county_without_a_portal_has_no_such_pages(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.row("M5-09")
def test_a_telephone_keeps_each_portal_under_its_own_name(client: Client) -> None:
    for home, name in (("/", "信用开封"), (f"{COUNTY}/", "信用兰考")):
        assert f'rel="manifest" href="{home}manifest.webmanifest"' in shown(client, home)
        told = client.get(f"{home}manifest.webmanifest").json()
        assert (told["name"], told["start_url"], told["scope"]) == (name, home, home)
        assert told["icons"][0]["src"].endswith(".svg")


def test_the_next_request_of_the_city_knows_no_county(client: Client) -> None:
    shown(client, f"{COUNTY}/")
    assert client.get(COUNTY).headers["Location"] == f"{COUNTY}/"
    assert COUNTY not in shown(client, "/search")
