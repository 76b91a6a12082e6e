"""What ends is gone from every public surface at once: page, list, download, notice of the act, and the answers kept by
readers (legal guard G9)."""

from datetime import date, timedelta

import pytest
from django.test import Client
from tests.interfaces.portal_city import a_subject, an_act
from tests.interfaces.portal_city import portal_on_the_day as portal_on_the_day
from tests.people import NOW, People

from xinheng.core.policy import Policy
from xinheng.services.publication import stop_due
from xinheng.services.records import Change, change_state
from xinheng.store.models import Publication, Subject

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.interfaces.portal_urls")]
TITLE = "样例违法事实一则"
LAST = date(2026, 12, 1)


def surfaces(subject: Subject, publication: Publication) -> dict[str, str]:
    return {
        "page": f"/subject/{subject.public_id}",
        "list": "/acts",
        "download": "/acts.csv",
        "act": f"/act/{publication.pk}",
    }


def shown(client: Client, addresses: dict[str, str]) -> set[str]:
    answers = {name: client.get(address) for name, address in addresses.items()}
    return {name for name, answer in answers.items() if TITLE in answer.getvalue().decode()}


def _term_over(act: Publication, people: People, policy: Policy) -> None:
    assert stop_due(today=LAST, now=NOW + timedelta(days=11)) == 1


def _ground_over(act: Publication, people: People, policy: Policy) -> None:
    change = Change(deed="repair", reason="已履行", ground="信用修复决定〔2026〕1号")
    change_state(record_key=act.record_key, change=change, actor=people.zhao, policy=policy, now=NOW)


@pytest.mark.guard("G9")
@pytest.mark.row("M5-10")
@pytest.mark.row("X-01")
@pytest.mark.parametrize("ends", [_term_over, _ground_over])
def test_what_has_ended_is_on_no_surface(
    client: Client, people: People, policy: Policy, ends: object
) -> None:
    subject = a_subject("样例经营有限公司")
    act = an_act(subject, people, title=TITLE, stop_on=LAST)
    assert act.publication is not None
    addresses = surfaces(subject, act.publication)
    assert shown(client, addresses) == set(addresses)
    kept = client.get(addresses["page"]).headers
    assert "max-age=30" in kept["Cache-Control"]
    ends(act.publication, people, policy)  # type: ignore[operator]
    assert shown(client, addresses) == set()
    assert client.get(addresses["act"]).status_code == 404
    again = client.get(addresses["page"], headers={"If-None-Match": kept["ETag"]})
    assert again.status_code == 200
