"""Which lists exist, what a recognition needs before each step, and which local rules go too far."""

import pytest
from django.conf import settings
from tests.refusals import code_of

from xinheng.core.catalogue import Item
from xinheng.core.flows import NEW, Past, check_step
from xinheng.core.grounds import Ground, GroundKind
from xinheng.core.listing import (
    GOOD_LISTING,
    LISTING,
    Evidence,
    Head,
    Hurdle,
    check_evidence,
    check_heads,
    check_hurdles,
    hurdles,
    months_of,
)
from xinheng.core.lists import ListKind, Lists, ListType
from xinheng.core.local_rules import About, Rule, hints
from xinheng.core.policy import Policy, load_policy
from xinheng.core.records import Seriousness
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Role
from xinheng.core.sources import Rank

GROUND = Ground(GroundKind.RECORD, 1)
BAD = Evidence(Item.PENALTY, Seriousness.SERIOUS, False)


@pytest.mark.row("M9-01")
def test_an_unregistered_list_and_one_that_others_decide_cannot_be_chosen(policy: Policy) -> None:
    lists = policy.lists
    assert code_of(lists.require_here, "city_blacklist") == "LIST-UNREGISTERED"
    assert code_of(lists.require_here, "dishonest_debtor") == "LIST-ELSEWHERE"
    assert code_of(lists.require_here, "abnormal_operation") == "LIST-ELSEWHERE"
    assert lists.require_here("wages").authority == "人力资源社会保障部门"


@pytest.mark.row("M9-01")
@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("黑名单", ListKind.SERIOUS),
        ("失信 联合惩戒对象名单", ListKind.SERIOUS),
        ("红名单", ListKind.POSITIVE),
        ("安全生产严重失信主体名单", ListKind.SERIOUS),
        ("开封市不诚信商户榜", None),
        ("", None),
    ],
)
def test_older_words_are_read_on_import_only(policy: Policy, words: str, kind: ListKind | None) -> None:
    assert policy.lists.kind_named(words) is kind
    assert (policy.lists.named(words) is not None) == (words == "安全生产严重失信主体名单")


def test_every_list_says_who_enters_when_and_how_one_leaves(policy: Policy) -> None:
    for key, of in policy.lists.lists.items():
        assert of.grounds and of.exit and of.basis, key
        here = of.kind is ListKind.SERIOUS and not of.recognised_elsewhere
        assert not here or of.prior_notice, key


@pytest.mark.row("M9-02")
@pytest.mark.parametrize("item", [Item.INSPECTION, Item.COMPLAINT, Item.COMMITMENT, Item.REGISTRATION])
def test_a_serious_list_rests_on_a_decision_alone(policy: Policy, item: Item) -> None:
    of = policy.lists.require("safety")
    check_evidence(of, BAD)
    assert code_of(check_evidence, of, Evidence(item, Seriousness.SERIOUS, False)) == "LG1"


@pytest.mark.row("M9-03")
@pytest.mark.parametrize("grade", [Seriousness.NONE, Seriousness.MINOR, Seriousness.GENERAL])
def test_small_faults_list_nobody(policy: Policy, grade: Seriousness) -> None:
    of = policy.lists.require("safety")
    assert code_of(check_evidence, of, Evidence(Item.PENALTY, grade, False)) == "LG2"


@pytest.mark.row("M9-05")
def test_a_focus_list_takes_general_faults_but_no_minor_ones() -> None:
    focus = load_policy(settings.POLICY_ROOT, city="nanyang").lists.require("nanyang_focus")
    check_evidence(focus, Evidence(Item.INSPECTION, Seriousness.GENERAL, False))
    assert code_of(check_evidence, focus, Evidence(Item.PENALTY, Seriousness.MINOR, False)) == "LG2"


def test_a_list_of_bodies_takes_no_sole_trader(policy: Policy) -> None:
    of = policy.lists.require("safety").model_copy(update={"entities_only": True})
    assert code_of(check_evidence, of, Evidence(Item.PENALTY, Seriousness.SERIOUS, True)) == "LG3"


def _asking(policy: Policy, **asked: bool) -> ListType:
    return policy.lists.require("safety").model_copy(update=asked)


@pytest.mark.guard("G11")
@pytest.mark.parametrize(
    ("asked", "hurdle"),
    [
        ("hearing", Hurdle.HEARING),
        ("collective", Hurdle.COLLECTIVE),
        ("higher_approval", Hurdle.HIGHER),
        ("provincial_review", Hurdle.PROVINCIAL),
    ],
)
def test_what_the_rule_of_the_list_asks_must_have_taken_place(
    policy: Policy, asked: str, hurdle: Hurdle
) -> None:
    of = _asking(policy, **{asked: True})
    assert hurdles(of) == (hurdle,)
    assert code_of(check_hurdles, of, taken=frozenset()) == "LG4"
    check_hurdles(of, taken=frozenset({hurdle.value}))
    assert hurdles(_asking(policy)) == ()


@pytest.mark.row("M9-03")
@pytest.mark.parametrize("head", list(Head))
def test_every_head_of_proportion_is_answered(head: Head) -> None:
    answers = {one.value: "造成三人受伤，拒不改正" for one in Head}
    assert check_heads(answers) == answers
    assert code_of(check_heads, answers | {head.value: " 严重 "}) == "LG5"


@pytest.mark.row("M9-01")
@pytest.mark.parametrize(("wanted", "months"), [(None, 36), (12, 12), (36, 36)])
def test_a_term_stays_within_the_rule(policy: Policy, wanted: int | None, months: int) -> None:
    of = policy.lists.require("safety")
    assert months_of(of, longest=36, wanted=wanted) == months
    assert code_of(months_of, of, longest=36, wanted=37) == "LG6"
    assert code_of(months_of, of, longest=36, wanted=0) == "LG6"


@pytest.mark.row("M9-03")
def test_whoever_prepared_or_reviewed_does_not_decide() -> None:
    everything = frozenset({Role.DECIDER, Role.REVIEWER, Role.LEGAL_REVIEWER})
    history = [Past(verb="propose", actor=1), Past(verb="notify", actor=2), Past(verb="review", actor=3)]
    for actor in (1, 2, 3):
        with pytest.raises(Refusal, match="另一人"):
            check_step(
                LISTING, state="reviewed", verb="decide", actor=actor, roles=everything, history=history,
                reason="x", ground=GROUND,
            )  # fmt: skip
    step = check_step(
        LISTING, state="reviewed", verb="decide", actor=4, roles=everything, history=history, reason="x",
        ground=GROUND,
    )  # fmt: skip
    assert (step.notice, step.adverse) == ("decision", True)


@pytest.mark.row("M9-02")
@pytest.mark.parametrize("state", ["drafted", "notified", "hearing", "stated", "prepared", "reviewed"])
def test_a_recognition_can_be_withdrawn_at_every_point_before_the_decision(state: str) -> None:
    step = check_step(
        LISTING, state=state, verb="withdraw", actor=1, roles=[Role.REVIEWER], history=[], reason="证据不足"
    )
    assert step.to_state == "withdrawn"


@pytest.mark.row("M9-06")
def test_a_good_listing_is_publicised_before_it_is_decided() -> None:
    ways = {step.from_states for step in GOOD_LISTING.steps if step.verb == "decide"}
    assert ways == {("prepared",)}
    into = [step for step in GOOD_LISTING.steps if step.to_state == "prepared"]
    assert [(step.verb, step.by_clock) for step in into] == [("lapse", True)]
    assert NEW in GOOD_LISTING.steps[0].from_states


@pytest.mark.row("M9-09")
@pytest.mark.parametrize(
    ("rule", "speaks"),
    [
        (Rule(About.LIST, "安全生产严重失信主体名单", Rank.LOCAL_DOCUMENT), False),
        (Rule(About.LIST, "不文明商户黑榜", Rank.LOCAL_DOCUMENT), True),
        (Rule(About.LIST, "不文明商户黑榜", Rank.LOCAL_REGULATION), True),
        (Rule(About.LIST, "黑名单", Rank.LOCAL_DOCUMENT), True),
        (Rule(About.LIST, "红名单", Rank.LOCAL_DOCUMENT), False),
        (Rule(About.MEASURE, "限制参加评先评优", Rank.LOCAL_DOCUMENT), False),
        (Rule(About.MEASURE, "停止供水供电", Rank.LOCAL_DOCUMENT), True),
    ],
)
def test_a_machine_hints_where_a_local_rule_goes_too_far(policy: Policy, rule: Rule, speaks: bool) -> None:
    assert bool(hints(rule, lists=policy.lists, measures=policy.measures)) is speaks


def test_a_registry_without_lists_is_no_registry() -> None:
    with pytest.raises(ValueError, match="lists"):
        Lists(lists={})
