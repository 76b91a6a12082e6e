"""Links to the file of an enterprise are shown to who may open it, and to nobody else."""

import pytest
from django.test import Client
from django.urls import reverse
from tests.interfaces.office_people import signed_in, text
from tests.people import People
from tests.services.promises import Desk, make_desk

from xinheng.core.policy import Policy

pytestmark = pytest.mark.usefixtures("office_clock")


@pytest.fixture
def desk(people: People, policy: Policy, home: object) -> Desk:
    made = make_desk(people, policy)
    made.publish()
    return made


def _pages(desk: Desk, browser: Client) -> list[str]:
    """The search, the case of a commitment, and the desk."""
    taken = desk.case(desk.take())
    pages = (
        f"{reverse('office:subjects')}?q={desk.firm.code}",
        reverse("office:case", kwargs={"number": taken.number}),
        reverse("office:desk"),
    )
    return [text(browser.get(page)) for page in pages]


@pytest.mark.row("M4-04")
@pytest.mark.row("X-12")
def test_the_window_is_led_to_no_page_that_refuses_it(desk: Desk) -> None:
    window = signed_in(desk.sun)
    file = reverse("office:subject", kwargs={"subject": desk.firm.public_id})
    assert window.get(file).status_code == 403
    found, case, own_desk = _pages(desk, window)
    assert desk.firm.name in found and desk.firm.name in case
    assert all(f'href="{file}"' not in page for page in (found, case, own_desk))


def test_who_may_read_the_file_is_led_to_it(desk: Desk) -> None:
    file = reverse("office:subject", kwargs={"subject": desk.firm.public_id})
    found, case, _ = _pages(desk, signed_in(desk.people.wang))
    assert f'href="{file}"' in found and f'href="{file}"' in case
