"""A visit: approved before it starts or, in an emergency, before its result counts; a sheet says what a record must say."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from xinheng.core.feeds import Target
from xinheng.core.flows import NEW, available, reachable
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Role
from xinheng.core.visits import (
    UNREACHED,
    VISIT,
    Arrival,
    Finding,
    Officer,
    Seen,
    Sheet,
    check_sheet,
    check_team,
)

pytestmark = [pytest.mark.guard("G7"), pytest.mark.row("M8-04")]
TODAY = date(2026, 11, 20)
RESULTS = {"no_problem": False, "ordered_to_correct": True, UNREACHED: True}
POINTS = ("permit", "hygiene")
FIT = {key: Seen(finding=Finding.FIT) for key in POINTS}
CLEAN = Sheet(
    client_id="p1",
    result="no_problem",
    found="查看了许可证和操作间，没有发现问题",
    views="没有意见",
    present=("C1", "C2"),
    recorded_at=datetime(2026, 11, 20, 2, 0, tzinfo=UTC),
    points=FIT,
)
OFFICERS = [
    Officer(certificate=one, organisation=1, certified_until=date(2027, 1, 1), taking=True)
    for one in ("C1", "C2", "C3")
]


def _checked(sheet: Sheet, arrival: Arrival = Arrival.CODE) -> None:
    check_sheet(sheet, points=POINTS, results=RESULTS, arrival=arrival)


def _code(sheet: Sheet, arrival: Arrival = Arrival.CODE) -> str:
    with pytest.raises(Refusal) as refused:
        _checked(sheet, arrival)
    return refused.value.code


def test_nothing_becomes_a_result_past_the_approval() -> None:
    assert "confirmed" not in reachable(VISIT, without=("approve", "approve_after"))
    assert "on_site" not in reachable(VISIT, without=("approve", "approve_after"))


def test_nothing_is_public_before_it_was_confirmed_and_told() -> None:
    told = reachable(VISIT, without=("serve",))
    assert not {"told", "published"} & told
    assert "published" not in reachable(VISIT, without=("confirm", "clear"))


def test_an_emergency_that_is_not_approved_afterwards_ends_without_a_result() -> None:
    (annul,) = [step for step in VISIT.steps if step.verb == "annul"]
    assert {"rushed", "rush_on_site", "rush_recorded"} == set(annul.from_states)
    assert not VISIT.steps_from("annulled")


def test_an_enterprise_may_refuse_until_the_result_is_recorded() -> None:
    (decline,) = [step for step in VISIT.steps if step.verb == "decline"]
    assert {"approved", "notified", "on_site", "rushed"} == set(decline.from_states)


def test_only_an_inspector_checks_in_and_records() -> None:
    for state in ("approved", "on_site"):
        held = available(VISIT, state=state, actor=1, roles=[Role.REVIEWER, Role.DECIDER], history=[])
        assert not {"check_in", "record"} & {step.verb for step in held}
    opening = available(VISIT, state=NEW, actor=1, roles=[Role.INSPECTOR], history=[])
    assert {step.verb for step in opening} == {"rush"}


def test_a_whole_sheet_is_taken() -> None:
    _checked(CLEAN)
    _checked(replace(CLEAN, result=UNREACHED, points={}), Arrival.ABSENT)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"result": "fine"}, "VS1"),
        ({"found": "  "}, "VS2"),
        ({"points": {**FIT, "gossip": Seen(finding=Finding.FIT)}}, "VS3"),
        ({"points": {"permit": Seen(finding=Finding.FIT)}}, "VS4"),
        ({"points": {**FIT, "permit": Seen(finding=Finding.UNFIT)}}, "VS5"),
        ({"points": {**FIT, "permit": Seen(finding=Finding.UNFIT, note="过期")}}, "VS6"),
        ({"result": UNREACHED}, "VS7"),
    ],
)
def test_a_sheet_that_says_too_little_or_contradicts_itself_is_refused(
    change: dict[str, object], code: str
) -> None:
    assert _code(replace(CLEAN, **change)) == code  # type: ignore[arg-type]


def test_nobody_at_home_is_no_clean_result() -> None:
    assert _code(CLEAN, Arrival.ABSENT) == "VS7"


@pytest.mark.parametrize(
    ("named", "code"),
    [(("C1", "C9"), "VT1"), (("C1",), "VT2"), (("C1", "C1"), "VT2")],
)
def test_a_team_without_certificate_or_too_small_is_refused(named: tuple[str, ...], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_team(OFFICERS, needed=2, organisation=1, on=TODAY, named=named)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "unfit",
    [
        {"certified_until": date(2026, 11, 19)},
        {"certified_until": None},
        {"organisation": 2},
        {"taking": False},
    ],
)
def test_an_officer_expired_foreign_or_switched_off_is_refused(unfit: dict[str, object]) -> None:
    team = [replace(OFFICERS[0], **unfit), OFFICERS[1]]  # type: ignore[arg-type]
    with pytest.raises(Refusal) as refused:
        check_team(team, needed=2, organisation=1, on=TODAY, named=("C1", "C2"))
    assert refused.value.code == "VT1"


@pytest.mark.guard("G6")
def test_every_result_has_a_place_in_the_file_and_only_negative_ones_weigh(policy: Policy) -> None:
    feed = policy.feeds["xinheng-inspection"]
    words = feed.columns[Target.RESULT].values
    rule = feed.seriousness
    assert rule is not None
    weighing = {word for case in rule.cases for word in case.result or ()}
    for key, result in policy.inspection_matters.results.items():
        assert result.title in words, key
        assert (words[result.title] in weighing) == result.failing, key
