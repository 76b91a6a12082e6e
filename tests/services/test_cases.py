"""Cases move by their flow: two persons, reasons, versions, numbers without gaps."""

import pytest
from tests.people import NOW, TODAY, People

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.cases import Opening, desk, open_case, steps_for, take_step
from xinheng.store.models import Case, CaseEvent, LedgerEvent


def _opening(people: People) -> Opening:
    return Opening(flow="approval", kind="feed", series="SP", title="新数据源", organisation=people.city)


@pytest.fixture
def case(people: People, policy: Policy) -> Case:
    return open_case(_opening(people), verb="draft", actor=people.wang, policy=policy, now=NOW)


def _step(case: Case, verb: str, actor: object, policy: Policy, **words: object) -> Case:
    return take_step(case.public_id, verb, actor=actor, policy=policy, now=NOW, **words)  # type: ignore[arg-type]


def test_numbers_follow_each_other_within_the_year(people: People, policy: Policy) -> None:
    numbers = [
        open_case(_opening(people), verb="draft", actor=people.wang, policy=policy, now=NOW).number
        for _ in range(3)
    ]
    assert numbers == ["SP-2026-000001", "SP-2026-000002", "SP-2026-000003"]


def test_a_second_person_approves(case: Case, people: People, policy: Policy) -> None:
    _step(case, "submit", people.wang, policy)
    approved = _step(case, "approve", people.zhao, policy)
    done = _step(approved, "take_effect", None, policy)
    assert (done.state, done.closed_at) == ("in_force", NOW)
    assert [event.verb for event in done.events.order_by("sequence")] == [
        "draft",
        "submit",
        "approve",
        "take_effect",
    ]
    assert LedgerEvent.objects.filter(object=f"case:{case.number}").count() == 4
    assert not desk([people.city.pk]).exists()


def test_who_drafted_cannot_approve_even_with_the_role(case: Case, people: People, policy: Policy) -> None:
    from datetime import date

    from xinheng.core.roles import Role
    from xinheng.store.models import RoleGrant

    RoleGrant.objects.create(
        user=people.wang, role=Role.DECIDER, organisation=people.city, from_on=date(2026, 1, 1)
    )
    _step(case, "submit", people.wang, policy)
    with pytest.raises(Refusal, match="另一人"):
        _step(case, "approve", people.wang, policy)
    assert "approve" not in [step.verb for step in steps_for(case, people.wang, on=TODAY)]


def test_returning_needs_a_reason_and_leaves_no_half_step(case: Case, people: People, policy: Policy) -> None:
    _step(case, "submit", people.wang, policy)
    with pytest.raises(Refusal, match="理由"):
        _step(case, "return", people.zhao, policy)
    case.refresh_from_db()
    assert (case.state, CaseEvent.objects.count()) == ("submitted", 2)


def test_a_page_that_is_out_of_date_is_refused(case: Case, people: People, policy: Policy) -> None:
    seen = case.version
    _step(case, "submit", people.wang, policy)
    with pytest.raises(Refusal, match="刚刚被别人办理过"):
        _step(case, "withdraw", people.wang, policy, reason="不用了", seen_version=seen)
