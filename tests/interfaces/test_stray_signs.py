"""The sign NUL in a form or an address: refused or passed over in the office and in the space, never a fault of ours."""

import re

import pytest
from django.test import Client
from django.urls import URLPattern, reverse
from tests.interfaces.office_people import post, signed_in, text
from tests.interfaces.test_counter_space import (  # noqa: F401
    account,
    clerk,
    firm,
    visitor,
)
from tests.interfaces.test_office_access import _holding, _routes, _url
from tests.people import People

from xinheng.core.roles import OF_ENTERPRISES, Role
from xinheng.store.models import LedgerEvent, Subject

NUL = "有\x00字"
ASKED = re.findall(
    r"\w+",
    "q subject code name reason organisation feed item from to state day month kind about record entry number year "
    "older after before district county batch who one other matter model actor object export status",
)
pytestmark = pytest.mark.usefixtures("office_clock")


@pytest.fixture
def everybody(people: People) -> Client:
    """Somebody who may open every page of the office."""
    return signed_in(_holding(people, *(role for role in Role if role not in OF_ENTERPRISES)))


def _taking(method: str) -> list[URLPattern]:
    return [route for route in _routes() if method in route.callback.methods]  # type: ignore[attr-defined]


def test_no_form_of_the_office_takes_the_sign(everybody: Client) -> None:
    before = LedgerEvent.objects.count()
    told = {}
    for route in _taking("POST"):
        answer = post(everybody, _url(route), dict.fromkeys(ASKED, NUL))
        told[route.name] = (answer.status_code, "不能保存的字符" in text(answer))
    assert {name: answer for name, answer in told.items() if answer[0] >= 500} == {}
    assert len([answer for answer in told.values() if answer == (400, True)]) > 20
    assert LedgerEvent.objects.count() == before


def test_no_address_of_the_office_breaks_with_the_sign(everybody: Client) -> None:
    asked = dict.fromkeys(ASKED, NUL)
    answers = {route.name: everybody.get(_url(route), asked).status_code for route in _taking("GET")}
    assert {name: status for name, status in answers.items() if status >= 500} == {}


def test_a_parameter_with_the_sign_counts_as_not_given(everybody: Client) -> None:
    page = text(everybody.get(reverse("office:users"), {"q": NUL}))
    assert "gu" in page
    assert "gu" not in text(everybody.get(reverse("office:users"), {"q": "查无此人"})).split("<main")[1]


def test_the_space_refuses_the_sign_in_a_form_and_passes_it_over_in_an_address(
    visitor: Client,  # noqa: F811
    firm: Subject,  # noqa: F811
) -> None:
    place = reverse("counter:own_objection", args=[firm.public_id])
    assert visitor.get(place, {"about": NUL}).status_code == 200
    answer = visitor.post(place, {"wrong": NUL, "wanted": ""})
    assert answer.status_code == 400
    assert "不能保存的字符" in text(answer)
