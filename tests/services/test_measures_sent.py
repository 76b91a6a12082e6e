"""The list of measures goes to every department at each new version and at regular times, and each confirms its own."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests.people import NOW, People, make_organisation
from tests.services.terms import unconfirmed

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.measures_sent import confirm_list, period_of, send_list, sent_to
from xinheng.store.models import LedgerEvent, MeasureListSent, OrganisationKind

pytestmark = pytest.mark.row("M10-01")
NEXT_HALF = datetime(2027, 1, 4, 2, 0, tzinfo=UTC)


def test_each_department_gets_a_version_once_and_again_when_its_time_has_come(
    people: People, policy: Policy
) -> None:
    housing = make_organisation("zhujian", OrganisationKind.DEPARTMENT, "住建局", people.city)
    assert send_list(policy=policy, now=NOW) == 2
    assert send_list(policy=policy, now=NOW) == 0
    rows = sent_to([people.market.pk, housing.pk, people.city.pk])
    assert {one.organisation_id for one in rows} == {people.market.pk, housing.pk}
    assert {one.digest for one in rows} == {policy.measures.digest}
    assert rows[0].due_on is not None
    assert send_list(policy=policy, now=NEXT_HALF) == 2
    assert LedgerEvent.objects.filter(kind="measure.list_sent").count() == 2


def test_a_new_version_goes_out_at_once(people: People, policy: Policy) -> None:
    send_list(policy=policy, now=NOW)
    fewer = dict(list(policy.measures.measures.items())[:-1])
    measures = policy.measures.model_copy(update={"measures": fewer})
    changed = replace(policy, measures=measures)
    assert send_list(policy=changed, now=NOW) == 1
    assert sent_to([people.market.pk])[0].digest == changed.measures.digest


def test_a_department_confirms_for_itself_and_once(people: People, policy: Policy) -> None:
    send_list(policy=policy, now=NOW)
    sent = MeasureListSent.objects.get()
    with pytest.raises(Refusal) as other:
        confirm_list(sent.public_id, actor=people.wang, now=NOW)
    assert other.value.code == "ML2"
    confirm_list(sent.public_id, actor=people.li, now=NOW)
    sent.refresh_from_db()
    assert (sent.read_by, sent.read_at) == (people.li, NOW)
    with pytest.raises(Refusal) as again:
        confirm_list(sent.public_id, actor=people.li, now=NOW)
    assert again.value.code == "ML1"


@pytest.mark.guard("G15")
def test_without_a_known_interval_a_version_is_sent_once(people: People, policy: Policy) -> None:
    unknown = unconfirmed(policy, "measures.send_list_months")
    assert send_list(policy=unknown, now=NOW) == 1
    assert send_list(policy=unknown, now=NEXT_HALF) == 0


def test_stretches_of_time_count_from_january() -> None:
    day = NOW.date()
    assert [period_of(day, months=every).month for every in (1, 3, 6, 12)] == [11, 10, 7, 1]
    assert period_of(day, months=6).day == 1
