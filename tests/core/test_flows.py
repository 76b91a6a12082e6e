from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.core.flows import (
    APPROVAL,
    NEW,
    Flow,
    Past,
    State,
    Step,
    available,
    check_step,
    diagram,
    flaws,
    published,
    reachable,
)
from xinheng.core.grounds import Ground, GroundKind
from xinheng.core.procedures import flow_of, flows, newest
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Role

DRAFTER, DECIDER = 1, 2
DRAFTED = (Past(verb="draft", actor=DRAFTER), Past(verb="submit", actor=DRAFTER))


def take(state, verb, *, actor=DECIDER, roles=(Role.DECIDER,), history=DRAFTED, **more):
    return check_step(APPROVAL, state=state, verb=verb, actor=actor, roles=roles, history=history, **more)


def refusal_of(*args, **more):
    with pytest.raises(Refusal) as refused:
        take(*args, **more)
    return refused.value


def test_a_second_person_approves_and_the_clock_makes_it_valid():
    assert take("submitted", "approve").to_state == "approved"
    assert take("approved", "take_effect", actor=None, roles=()).to_state == "in_force"


@pytest.mark.parametrize("verb", ["draft", "edit", "submit"])
@pytest.mark.parametrize("decision", ["approve", "return"])
def test_nobody_decides_what_he_drafted_edited_or_submitted(verb, decision):
    history = (Past(verb="draft", actor=8), Past(verb=verb, actor=DECIDER))
    assert refusal_of("submitted", decision, history=history, reason="x").code == "flow_same_person"


def test_holding_both_roles_does_not_help():
    both = (Role.DECIDER, Role.REVIEWER)
    assert refusal_of("submitted", "approve", actor=DRAFTER, roles=both).code == "flow_same_person"


def test_who_is_recused_takes_no_step():
    assert refusal_of("submitted", "approve", recused=frozenset({DECIDER})).code == "flow_recused"


def test_a_step_needs_its_role():
    refused = refusal_of("submitted", "approve", roles=(Role.INSPECTOR,))
    assert refused.code == "flow_role"
    assert "决定人" in refused.message


def test_a_person_does_not_act_as_the_clock_nor_the_clock_as_a_person():
    assert refusal_of("approved", "take_effect").code == "flow_role"
    assert refusal_of("submitted", "approve", actor=None).code == "flow_role"


def test_a_step_out_of_its_state_is_refused_with_the_present_state():
    refused = refusal_of("drafted", "approve")
    assert refused.code == "flow_state"
    assert "草拟" in refused.message
    assert refusal_of("withdrawn", "approve").code == "flow_state"
    assert refusal_of(NEW, "approve").code == "flow_state"
    assert refusal_of("submitted", "seize").code == "flow_verb"


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_return_needs_a_reason(reason):
    assert refusal_of("submitted", "return", reason=reason).code == "flow_reason"
    assert take("submitted", "return", reason="缺少依据").to_state == "drafted"


def test_the_buttons_are_the_steps_that_would_not_be_refused():
    def verbs(state, actor, *roles, **more):
        steps = available(APPROVAL, state=state, actor=actor, roles=roles, history=DRAFTED, **more)
        return [step.verb for step in steps]

    assert verbs("submitted", DECIDER, Role.DECIDER) == ["approve", "return"]
    assert verbs("submitted", DRAFTER, Role.REVIEWER, Role.DECIDER) == ["withdraw"]
    assert verbs("submitted", DECIDER, Role.DECIDER, recused=frozenset({DECIDER})) == []
    assert verbs("approved", DECIDER, Role.DECIDER) == ["revoke"]
    assert verbs("withdrawn", DECIDER, Role.DECIDER) == []


people = st.integers(1, 4)
roles = st.frozensets(st.sampled_from([Role.DECIDER, Role.REVIEWER, Role.INSPECTOR]), max_size=3)
verbs = st.sampled_from(sorted({step.verb for step in APPROVAL.steps}))


@given(st.lists(st.tuples(st.none() | people, roles, verbs, st.sampled_from(["", "理由"])), max_size=25))
def test_no_sequence_of_attempts_puts_a_draft_into_force_by_one_person(attempts):
    state, history = NEW, []
    for actor, held, verb, reason in attempts:
        try:
            step = check_step(
                APPROVAL, state=state, verb=verb, actor=actor, roles=held, history=history, reason=reason
            )
        except Refusal:
            continue
        state, history = step.to_state, [*history, Past(verb=verb, actor=actor)]
    approvers = {past.actor for past in history if past.verb == "approve"}
    drafters = {past.actor for past in history if past.verb in ("draft", "edit", "submit")}
    assert not approvers & drafters
    if state in ("approved", "in_force"):
        assert approvers
        assert drafters


HEARD = Flow(
    name="listing-example",
    version=1,
    title="认定",
    states=(State(key="open", title="立案"), State(key="listed", title="列入", settled=True)),
    steps=(
        Step(
            verb="open",
            title="立案",
            from_states=(NEW,),
            to_state="open",
            roles=frozenset({Role.REVIEWER}),
            starts=("c",),
        ),
        Step(
            verb="list",
            title="列入",
            from_states=("open",),
            to_state="listed",
            roles=frozenset({Role.DECIDER}),
            not_by=("open",),
            adverse=True,
            ground_required=True,
            reason_required=True,
            notice="listing_decision",
            ends=("c",),
        ),
    ),
)


def test_an_adverse_step_needs_a_ground():
    def decide(ground):
        return check_step(
            HEARD, state="open", verb="list", actor=2, roles=(Role.DECIDER,),
            history=(Past(verb="open", actor=1),), reason="事实", ground=ground,
        )  # fmt: skip

    with pytest.raises(Refusal) as refused:
        decide(None)
    assert refused.value.code == "flow_ground"
    assert decide(Ground(GroundKind.DECISION, 1)).notice == "listing_decision"


def changed(name, **changes):
    steps = tuple(replace(step, **changes) if step.verb == name else step for step in HEARD.steps)
    return replace(HEARD, steps=steps)


SHORT_CUT = Step(
    verb="skip", title="x", from_states=(NEW,), to_state="open", roles=frozenset({Role.REVIEWER})
)
LOOP = Step(verb="loop", title="x", from_states=("open",), to_state="stuck", roles=frozenset({Role.REVIEWER}))


@pytest.mark.parametrize(
    ("flow", "words"),
    [
        (changed("list", not_by=()), "second person"),
        (changed("list", ground_required=False), "a ground"),
        (changed("list", reason_required=False), "a reason"),
        (changed("list", not_by=("nothing",)), "unknown verb nothing"),
        (changed("list", to_state="moon"), "unknown state moon"),
        (changed("list", to_state=NEW), "before the beginning"),
        (changed("list", to_state="open"), "dead end"),
        (changed("list", roles=frozenset()), "the clock is no person"),
        (changed("list", ends=()), "can outlive"),
        (changed("list", ends=("c", "d")), "clock d is never started"),
        (changed("list", verb="open", from_states=(NEW,)), "open twice from new"),
        (replace(HEARD, states=(*HEARD.states, State(key="far", title="x"))), "far is never reached"),
        (replace(HEARD, states=(*HEARD.states, HEARD.states[0])), "open twice"),
        (replace(HEARD, steps=(*HEARD.steps, SHORT_CUT)), "a way past open"),
        (
            replace(HEARD, steps=(*HEARD.steps, LOOP), states=(*HEARD.states, State(key="stuck", title="x"))),
            "stuck",
        ),
    ],
)
def test_a_flawed_flow_is_not_published(flow, words):
    with pytest.raises(ValueError, match=words):
        published(flow)


def test_published_flows_have_no_flaws_and_end_everywhere():
    assert flaws(HEARD) == ()
    for flow in flows():
        assert flaws(flow) == ()
        assert reachable(flow) >= {state.key for state in flow.states}


def test_a_case_finds_its_own_version_and_new_cases_the_newest():
    assert flow_of("approval", 1) is APPROVAL
    assert newest("approval") is max(
        (flow for flow in flows() if flow.name == "approval"), key=lambda flow: flow.version
    )
    with pytest.raises(KeyError):
        flow_of("approval", 99)
    with pytest.raises(ValueError, match="new version"):
        published(APPROVAL)


def test_the_documented_diagrams_are_the_flows():
    page = (Path(__file__).parents[2] / "docs" / "flows.md").read_text(encoding="utf-8")
    for flow in flows():
        assert f"## {flow.title} `{flow.name}` {flow.version}\n" in page
        assert diagram(flow) in page
