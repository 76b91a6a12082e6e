"""An account of an enterprise takes the steps of its own side within its mandate, and none of the other side's."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from tests.people import NOW, TODAY, People
from tests.store import enterprise_rows
from tests.store.rows import Rows

from xinheng.core import flows
from xinheng.core.flows import NEW, Flow, Past, State, Step, check_step, flaws, published
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.roles import OF_ENTERPRISES, Role
from xinheng.services.cases import Opening, open_case, steps_for, take_step
from xinheng.services.enterprises import Party, party_of
from xinheng.store.models import Case, LedgerEvent, RoleGrant, Subject

_OFFICERS = frozenset({Role.REVIEWER})


@pytest.fixture
def asking() -> Iterator[Flow]:
    """An enterprise asks, an officer answers; published for one test alone."""
    flow = Flow(
        name="asking", version=1, title="询问",
        states=(State(key="asked", title="已询问"), State(key="answered", title="已答复", settled=True)),
        steps=(
            Step(verb="ask", title="询问", from_states=(NEW,), to_state="asked", roles=OF_ENTERPRISES),
            Step(verb="add", title="补充", from_states=("asked",), to_state="asked", roles=OF_ENTERPRISES),
            Step(verb="answer", title="答复", from_states=("asked",), to_state="answered", roles=_OFFICERS),
        ),
    )  # fmt: skip
    yield published(flow)
    flows._published.pop(("asking", 1))


@pytest.fixture
def firm(people: People) -> Subject:
    return Rows(people).subject()


def _party(people: People, firm: Subject, *matters: str) -> Party:
    rows = Rows(people)
    account = enterprise_rows.account(rows, number=f"{firm.pk}-{len(matters)}")
    enterprise_rows.mandate(
        rows,
        account=account,
        subject=firm,
        matters=list(matters or ("requests",)),
        to_on=TODAY + timedelta(9),
    )
    return party_of(account, on=TODAY)


def _asked(party: Party, firm: Subject, people: People, policy: Policy) -> Case:
    opening = Opening(
        flow="asking", kind="asking", series="XW", title="询问", organisation=people.city, subject=firm
    )
    return open_case(opening, verb="ask", actor=party, policy=policy, now=NOW)


@pytest.mark.guard("G13")
def test_the_enterprise_opens_and_goes_on_and_the_event_names_its_account(
    asking: Flow, people: People, firm: Subject, policy: Policy
) -> None:
    party = _party(people, firm)
    case = _asked(party, firm, people, policy)
    take_step(case.public_id, "add", actor=party, policy=policy, now=NOW)
    events = list(case.events.order_by("sequence"))
    assert [(one.actor, one.account, one.taken_by, one.who) for one in events] == [
        (None, party.account, -party.account.pk, "企业一方")
    ] * 2
    assert (case.opened_by, case.handler) == (None, None)
    assert LedgerEvent.objects.get(kind="case.add").actor is None
    assert [step.verb for step in steps_for(case, party, on=TODAY)] == ["add"]
    assert [step.verb for step in steps_for(case, people.wang, on=TODAY)] == ["answer"]


def test_neither_side_takes_the_steps_of_the_other(
    asking: Flow, people: People, firm: Subject, policy: Policy
) -> None:
    party = _party(people, firm)
    case = _asked(party, firm, people, policy)
    RoleGrant.objects.create(
        user=people.wang, role=Role.ENTERPRISE_OWNER, organisation=people.city, from_on=TODAY
    )
    for actor, verb in ((party, "answer"), (people.wang, "add")):
        with pytest.raises(Refusal) as refused:
            take_step(case.public_id, verb, actor=actor, policy=policy, now=NOW)
        assert refused.value.code == "flow_role"
    with pytest.raises(Refusal, match="您不能"):
        check_step(asking, state="asked", verb="answer", actor=-3, roles=_OFFICERS, history=())


def test_an_account_acts_for_no_other_enterprise_and_in_no_matter_left_out(
    asking: Flow, people: People, firm: Subject, policy: Policy
) -> None:
    other = Rows(people).subject()
    for party in (_party(people, other), _party(people, firm, "file")):
        with pytest.raises(Refusal) as refused:
            _asked(party, firm, people, policy)
        assert refused.value.code == "flow_role"
    assert not Case.objects.exists()


def test_accounts_are_never_taken_for_persons_of_the_same_number(people: People) -> None:
    step = Step(
        verb="answer", title="答复", from_states=("asked",), to_state="answered", roles=_OFFICERS, not_by=("ask",)
    )  # fmt: skip
    flow = Flow(name="x", version=1, title="x", states=(), steps=(step,))
    past = (Past(verb="ask", actor=-people.wang.pk),)
    assert (
        check_step(flow, state="asked", verb="answer", actor=people.wang.pk, roles=_OFFICERS, history=past)
        is step
    )


def test_no_flow_lets_an_enterprise_decide_on_itself() -> None:
    steps = (
        Step(verb="ask", title="询问", from_states=(NEW,), to_state="asked", roles=_OFFICERS),
        Step(
            verb="grant", title="同意", from_states=("asked",), to_state="done", roles=OF_ENTERPRISES, not_by=("ask",)
        ),
    )  # fmt: skip
    states = (State(key="asked", title="已询问"), State(key="done", title="完成", settled=True))
    flow = Flow(name="x", version=1, title="x", states=states, steps=steps)
    assert flaws(flow) == ("grant: an enterprise does not decide on itself",)
