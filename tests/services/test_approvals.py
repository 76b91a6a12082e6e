"""Policy is published by two persons; what was in force once may come back."""

from datetime import date, timedelta

import pytest
from tests.people import NOW, TODAY, People

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.approvals import Draft, approve, propose
from xinheng.services.policies import policy_in_force
from xinheng.store.models import PolicyVersion

MONDAY = date(2027, 6, 7)
LATER = date(2026, 12, 1)


def publish(people: People, policy: Policy, *holidays: str, from_on: date | None = None) -> PolicyVersion:
    body = {
        "year": 2027,
        "source": "gwy-holidays",
        "verified": False,
        "holidays": list(holidays),
        "make_up_workdays": [],
    }
    draft = Draft(
        kind="calendar", key="2027", title="2027 年日历", body=body, organisation=people.city, about={}
    )
    case = propose(draft, actor=people.wang, policy=policy, now=NOW)
    return approve(case.public_id, actor=people.zhao, policy=policy, now=NOW, from_on=from_on)


def test_an_earlier_content_may_be_published_again(people: People, policy: Policy) -> None:
    first = publish(people, policy, "2027-01-01")
    publish(people, policy, "2027-01-01", MONDAY.isoformat())
    assert not policy_in_force(on=TODAY).calendar.is_workday(MONDAY)
    again = publish(people, policy, "2027-01-01")
    assert again.digest == first.digest
    assert policy_in_force(on=TODAY).calendar.is_workday(MONDAY)


def test_what_is_in_force_is_not_published_again(people: People, policy: Policy) -> None:
    publish(people, policy, "2027-01-01")
    with pytest.raises(Refusal, match="现行版本就是这个内容"):
        publish(people, policy, "2027-01-01")


def test_what_holds_later_is_not_in_force_yet(people: People, policy: Policy) -> None:
    publish(people, policy, "2027-01-01")
    publish(people, policy, "2027-01-01", MONDAY.isoformat(), from_on=LATER)
    assert policy_in_force(on=TODAY).calendar.is_workday(MONDAY)
    assert policy_in_force(on=LATER - timedelta(days=1)).calendar.is_workday(MONDAY)
    assert not policy_in_force(on=LATER).calendar.is_workday(MONDAY)


def test_what_is_approved_for_later_may_be_wanted_sooner(people: People, policy: Policy) -> None:
    publish(people, policy, "2027-01-01")
    publish(people, policy, MONDAY.isoformat(), from_on=LATER)
    sooner = publish(people, policy, MONDAY.isoformat())
    assert sooner.from_on == TODAY
    assert not policy_in_force(on=TODAY).calendar.is_workday(MONDAY)


def test_what_holds_now_may_come_back_after_what_is_to_follow(people: People, policy: Policy) -> None:
    publish(people, policy, "2027-01-01")
    publish(people, policy, MONDAY.isoformat(), from_on=LATER)
    with pytest.raises(Refusal, match="现行版本就是这个内容"):
        publish(people, policy, "2027-01-01")
    after = LATER + timedelta(days=10)
    publish(people, policy, "2027-01-01", from_on=after)
    assert not policy_in_force(on=LATER).calendar.is_workday(MONDAY)
    assert policy_in_force(on=after).calendar.is_workday(MONDAY)
