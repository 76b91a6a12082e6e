"""Cases move by their flow: two persons, reasons, versions, numbers without gaps."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection
from tests.people import NOW, TODAY, People
from tests.store.rows import Rows

from xinheng.core.grounds import Ground, GroundKind
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


def test_who_comes_second_reads_what_changed_and_loses_nothing_silently(
    case: Case, people: People, policy: Policy
) -> None:
    seen = case.version
    _step(case, "submit", people.wang, policy)
    with pytest.raises(Refusal) as refused:
        _step(case, "withdraw", people.wang, policy, reason="不用了", seen_version=seen)
    assert refused.value.code == "C02"
    assert "王审核" in refused.value.message
    assert "“送审”，现在是“送审”" in refused.value.message


def test_who_comes_second_reads_the_day_in_china(case: Case, people: People, policy: Policy) -> None:
    """At seven in the morning in China it is still yesterday in UTC, in which moments are stored."""
    seen = case.version
    at_seven = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
    take_step(case.public_id, "submit", actor=people.wang, policy=policy, now=at_seven)
    with pytest.raises(Refusal, match="于 2026-11-21 “送审”"):
        _step(case, "withdraw", people.wang, policy, reason="不用了", seen_version=seen)


def test_the_same_matter_twice_is_refused_with_the_number_of_the_first(
    people: People, policy: Policy
) -> None:
    rows = Rows(people)
    subject, ground = rows.subject(), Ground(GroundKind.RECORD, 7)

    def begin(kind: str = "feed", on: Ground = ground) -> Case:
        opening = replace(_opening(people), kind=kind, subject=subject, ground=on)
        return open_case(opening, verb="draft", actor=people.wang, policy=policy, now=NOW)

    first = begin()
    with pytest.raises(Refusal, match=first.number) as refused:
        begin()
    assert refused.value.code == "C03"
    begin(kind="model")
    begin(on=Ground(GroundKind.RECORD, 8))
    _step(first, "withdraw", people.wang, policy, reason="不用了")
    assert begin().number != first.number


def test_two_that_come_at_once_leave_one_case(committed_people: People, policy: Policy, home: Path) -> None:
    people = committed_people
    subject = Rows(people).subject()
    opening = replace(_opening(people), subject=subject, ground=Ground(GroundKind.RECORD, 7))

    def begin() -> str:
        try:
            return open_case(opening, verb="draft", actor=people.wang, policy=policy, now=NOW).number
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(lambda _: begin(), range(4)))
    assert answers == ["C03", "C03", "C03", "SP-2026-000001"]
    assert Case.objects.count() == 1


def test_who_decides_does_not_become_the_handler(case: Case, people: People, policy: Policy) -> None:
    assert case.handler == people.wang
    _step(case, "submit", people.wang, policy)
    assert _step(case, "return", people.zhao, policy, reason="补充").handler == people.wang
