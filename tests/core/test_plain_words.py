"""What an enterprise reads of its matter is in words of everyday, and says one thing on what it has to do."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from xinheng.core.party_papers import NOTHING, slots, to_do
from xinheng.core.plain_words import plain
from xinheng.core.procedures import flows

OFFICIAL = re.compile(
    "容缺|法制审核|陈述申辩|补正材料|待补正|要求补正|拟(?:定|认|撤|终|采|不|约|作)|入企|送达|响应单位|提供单位"
    "|认定单位|推送|^登记|立案|办结|入档|归集|屏蔽|中止|终局|核查"
)
"""Words that only officers use, or use in another sense."""
TEMPLATES = Path("src/xinheng/interfaces/counter/templates/counter")
NAMED = {
    "words.html": "says what the words of letters mean",
    "visit_code.html": "the name of the code as it is printed on the notice",
    "visit_codes.html": "the name of the code as it is printed on the notice",
}


def _met() -> Iterator[tuple[str, str]]:
    """Every word on a state or step of a procedure that an enterprise meets."""
    for flow in flows():
        if flow.name in ("approval", "campaign", "sharing", "misuse", "correction"):
            continue
        for state in flow.states:
            if state.party:
                yield f"{flow.name}.{state.key}", state.title
                yield f"{flow.name}.{state.key}", state.party
        for step in flow.steps:
            yield f"{flow.name}:{step.verb}", step.title


@pytest.mark.row("X-12")
def test_states_and_steps_are_told_without_words_of_officials() -> None:
    left = {place: plain(words) for place, words in _met() if OFFICIAL.search(plain(words))}
    assert left == {}


@pytest.mark.row("X-12")
def test_pages_of_enterprises_use_no_words_of_officials() -> None:
    found = {}
    for path in sorted(TEMPLATES.glob("*.html")):
        shown = re.sub(r"{#.*?#}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        if path.name not in NAMED and (words := OFFICIAL.findall(shown)):
            found[path.name] = words
    assert found == {}


@pytest.mark.row("X-12")
def test_a_matter_never_says_nothing_to_do_beside_papers_that_may_be_handed_in() -> None:
    for flow in flows():
        for state in flow.states:
            awaited = slots(flow.name, state.key, materials=(), missing=("平面图",))
            told = to_do(plain(state.party), awaited=bool(awaited))
            assert not (awaited and NOTHING in told), f"{flow.name}.{state.key}"
    assert to_do("正在审核。" + NOTHING, awaited=False).endswith(NOTHING)


@pytest.mark.guard("G17")
@pytest.mark.row("X-12")
def test_no_state_says_that_a_letter_is_under_way_which_nobody_may_have_issued() -> None:
    told = {
        place: words for place, words in _met() if re.search("正在送|正在告知|已经写成", words + plain(words))
    }
    assert told == {}
