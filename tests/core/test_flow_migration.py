from dataclasses import replace

import pytest

from xinheng.core.flow_migration import MIGRATED, UNDONE, Move, Plan, Running, dry_run, flaws_of_plan, past_of
from xinheng.core.flows import Flow, Past, flaws
from xinheng.core.rectification import CORRECT, RECTIFICATION
from xinheng.core.roles import Role

WANG, ZHAO = 1, 2


def renamed(flow: Flow) -> Flow:
    """The next version: a draft is a proposal, ``correcting`` is now ``mending``, its clock has another key."""

    def name(word: str) -> str:
        return {"correcting": "mending", "draft": "propose", CORRECT: "rectification.mend"}.get(word, word)

    def names(words: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name(word) for word in words)

    steps = tuple(
        replace(
            step,
            verb=name(step.verb),
            from_states=names(step.from_states),
            to_state=name(step.to_state),
            not_by=names(step.not_by),
            starts=names(step.starts),
            ends=names(step.ends),
            suspends=names(step.suspends),
            resumes=names(step.resumes),
            after=name(step.after),
        )
        for step in flow.steps
    )
    states = tuple(replace(state, key=name(state.key)) for state in flow.states)
    return replace(flow, version=flow.version + 1, states=states, steps=steps)


NEXT = renamed(RECTIFICATION)
WHOLE = Plan(
    old=RECTIFICATION,
    new=NEXT,
    states={"correcting": "mending"},
    verbs={"draft": "propose"},
    clocks={CORRECT: "rectification.mend"},
)
HISTORY = (Past(verb="draft", actor=WANG), Past(verb="confirm", actor=ZHAO), Past(verb="serve", actor=WANG))


def case(**given: object) -> Running:
    known = {"number": "ZG-1", "state": "correcting", "history": HISTORY, "clocks": (CORRECT,)}
    return Running(**{**known, **given})  # type: ignore[arg-type]


def line(plan: Plan, **given: object):
    return dry_run(plan, [case(**given)])[0]


def test_the_made_up_version_is_sound():
    assert flaws(NEXT) == ()
    assert flaws_of_plan(WHOLE) == ()


def test_a_case_goes_to_its_counterpart_with_clock_and_persons():
    found = line(WHOLE)
    assert (found.to_state, found.clocks, found.why_not) == (
        "mending",
        ((CORRECT, "rectification.mend"),),
        "",
    )
    assert Role.WINDOW_CLERK in found.waits_for
    assert line(WHOLE, state="drafted", clocks=()).barred == (WANG,)
    assert line(WHOLE, recused=frozenset({ZHAO})).barred == (ZHAO,)


@pytest.mark.parametrize(
    ("plan", "given", "words"),
    [
        (replace(WHOLE, states={}), {}, "在新版本没有对应"),
        (replace(WHOLE, states={"correcting": "done"}), {}, "不能迁移成已办结"),
        (replace(WHOLE, verbs={}), {}, "无法判断谁应当避开"),
        (replace(WHOLE, clocks={}), {}, "期限“rectification.correct_workdays”在新版本没有对应"),
    ],
)
def test_a_case_without_a_counterpart_is_refused_with_the_cause(plan, given, words):
    assert words in line(plan, **given).why_not


def test_a_clock_that_the_new_version_would_leave_running_bars_the_case():
    endless = replace(NEXT, steps=tuple(replace(s, ends=()) if s.verb == "pass" else s for s in NEXT.steps))
    assert "没有终点" in line(replace(WHOLE, new=endless)).why_not


def test_a_plan_leads_to_a_newer_version_and_to_words_it_has():
    assert "较新版本" in flaws_of_plan(replace(WHOLE, new=RECTIFICATION))[0]
    assert flaws_of_plan(replace(WHOLE, states={"correcting": "moon"})) == ("新版本没有状态“moon”",)
    assert flaws_of_plan(replace(WHOLE, states={"moon": "done"})) == ("旧版本没有状态“moon”",)
    assert flaws_of_plan(replace(WHOLE, verbs={"draft": "x"}, clocks={CORRECT: "y"})) == (
        "新版本没有步骤“x”",
        "新版本没有期限“y”",
    )


def test_past_steps_speak_the_words_of_the_present_version_and_go_back_exactly():
    moves = [Move("draft", WANG), Move(MIGRATED, ZHAO, {"draft": "propose"})]
    assert past_of(moves) == (Past(verb="propose", actor=WANG),)
    assert past_of([*moves, Move("confirm", ZHAO)])[-1] == Past(verb="confirm", actor=ZHAO)
    assert past_of([*moves, Move(UNDONE, WANG)]) == (Past(verb="draft", actor=WANG),)
    assert past_of([*moves, Move(UNDONE, WANG), *moves[1:]]) == past_of(moves)
