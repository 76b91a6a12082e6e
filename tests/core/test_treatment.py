from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.core.examples import AS_OF, fact

from xinheng.core.days import add_months
from xinheng.core.evaluation import Fact
from xinheng.core.policy import load_policy
from xinheng.core.policy_file import PolicyError, parse, read_strict
from xinheng.core.records import Finality, RecordState, Seriousness
from xinheng.core.sources import Source
from xinheng.core.treatment import (
    Treatment,
    fewest_days,
    parse_treatment,
    read_treatment,
    treatment_causes,
    weighing,
    why_not,
)

POLICY = Path(__file__).parents[2] / "policy"
FILE = POLICY / "models" / "treatment.yml"
HENAN, HEBEI = "410000", "130000"
CITIES = {HENAN: "kaifeng", HEBEI: "shijiazhuang"}
GENERAL = int(Seriousness.GENERAL)


def rules(*, province: str = HENAN, on: date = AS_OF) -> Treatment:
    return load_policy(POLICY, city=CITIES[province]).treatment(on=on)


def weighs(given: Fact, *, province: str = HENAN, on: date = AS_OF) -> bool:
    return weighing(rules(province=province), as_of=on)(given)


def penalty(age: int = 200, finality: Finality = Finality.FINAL, **changes: Any) -> Fact:
    return fact(1, age=age, finality=int(finality), seriousness=GENERAL, **changes)


@pytest.mark.guard("G3")
@pytest.mark.parametrize(
    "finality", [Finality.WITHIN_TERM, Finality.UNDER_REVIEW, Finality.IN_COURT, Finality.UNKNOWN]
)
def test_in_henan_a_penalty_that_is_not_final_grounds_no_score(finality: Finality) -> None:
    assert not weighs(penalty(age=30, finality=finality))


@pytest.mark.guard("G3")
@pytest.mark.parametrize("finality", [Finality.UPHELD, Finality.FINAL])
def test_in_henan_a_final_penalty_weighs_from_its_first_day(finality: Finality) -> None:
    assert weighs(penalty(age=0, finality=finality))


@pytest.mark.guard("G3")
def test_a_contested_penalty_never_becomes_final_by_the_passing_of_time() -> None:
    assert not weighs(penalty(age=300, finality=Finality.UNDER_REVIEW))
    assert not weighs(penalty(age=300, finality=Finality.IN_COURT))


@pytest.mark.guard("G3")
def test_an_uncontested_penalty_is_final_once_the_longest_term_to_sue_has_passed() -> None:
    assert not weighs(penalty(age=183, finality=Finality.UNKNOWN))
    assert weighs(penalty(age=184, finality=Finality.UNKNOWN))


@pytest.mark.guard("G15")
def test_the_finality_rule_of_henan_does_not_serve_another_province() -> None:
    young = penalty(age=30, finality=Finality.WITHIN_TERM)
    assert weighs(young, province=HEBEI)
    assert not weighs(young, province=HENAN)


def test_a_revoked_decision_weighs_nowhere() -> None:
    for province in (HENAN, HEBEI):
        assert not weighs(penalty(finality=Finality.REVOKED), province=province)


@pytest.mark.parametrize(
    "state",
    [
        RecordState.DISPUTED,
        RecordState.SHIELDED,
        RecordState.REPAIRED,
        RecordState.WITHDRAWN,
        RecordState.DELETED,
    ],
)
def test_disputed_shielded_repaired_withdrawn_and_deleted_records_do_not_weigh(state: RecordState) -> None:
    given = penalty(state=int(state))
    assert not weighs(given)
    assert state.label in why_not(given, treatment=rules(), as_of=AS_OF)


def test_an_annotated_record_weighs() -> None:
    assert weighs(penalty(state=int(RecordState.ANNOTATED)))


@pytest.mark.parametrize(
    ("seriousness", "last_day"),
    [(Seriousness.MINOR, 88), (Seriousness.GENERAL, 364), (Seriousness.SERIOUS, 1094)],
)
def test_a_penalty_leaves_with_the_longest_publication_of_its_class(
    seriousness: Seriousness, last_day: int
) -> None:
    assert weighs(replace(penalty(age=last_day), seriousness=int(seriousness)))
    assert not weighs(replace(penalty(age=last_day + 1), seriousness=int(seriousness)))


def test_the_terms_in_force_on_the_day_of_evaluation_hold() -> None:
    before = date(2026, 3, 31)
    assert rules(on=before).longest(item=4, seriousness=GENERAL) == 1095
    assert rules(on=date(2026, 4, 1)).longest(item=4, seriousness=GENERAL) == 365


def test_a_minor_penalty_does_not_weigh_while_it_may_not_be_published() -> None:
    minor = replace(penalty(age=10), seriousness=int(Seriousness.MINOR))
    days = {date(2024, 5, 1): False, date(2026, 3, 31): False, date(2026, 4, 1): True}
    for on, expected in days.items():
        given = replace(minor, decided_on=on - timedelta(days=10))
        assert weighing(rules(on=on), as_of=on)(given) is expected


def test_a_record_weighs_no_longer_than_it_may_be_published() -> None:
    policy = load_policy(POLICY, city="kaifeng")
    for on in (date(2020, 2, 3), date(2024, 2, 29), AS_OF):
        for seriousness in (Seriousness.MINOR, Seriousness.GENERAL, Seriousness.SERIOUS):
            months = policy.publication_period(seriousness, decided_on=on).maximum.value or 0
            longest = policy.treatment(on=on).longest(item=4, seriousness=int(seriousness)) or 0
            assert on + timedelta(days=longest) <= add_months(on, months)


@pytest.mark.parametrize(
    ("months", "days"), [(0, 0), (1, 28), (2, 59), (3, 89), (6, 181), (12, 365), (36, 1095)]
)
def test_months_are_the_fewest_days_that_they_can_be(months: int, days: int) -> None:
    assert fewest_days(months) == days
    starts = [date(2025, 1, 1) + timedelta(days=day) for day in range(0, 1500, 7)]
    assert all((add_months(start, months) - start).days >= days for start in starts)


def test_a_term_that_no_policy_holds_is_refused_by_name() -> None:
    with pytest.raises(PolicyError, match="没有参数“seriousness"):
        read_treatment(FILE).on(AS_OF, parameters={})


def test_a_record_ends_on_the_first_day_after_its_period() -> None:
    listed = fact(1, item=14, age=30, valid_to=AS_OF + timedelta(days=1))
    assert weighs(listed)
    assert not weighs(listed, on=AS_OF + timedelta(days=1))


def test_a_list_entry_weighs_until_removed_however_old() -> None:
    assert weighs(fact(1, item=14, age=4000))


def test_a_commitment_outlives_the_period_that_was_promised() -> None:
    assert weighs(fact(1, item=16, age=400, valid_to=AS_OF - timedelta(days=35)))


def test_a_record_of_tomorrow_does_not_weigh_today() -> None:
    assert not weighs(fact(1, item=19, age=-1))


def test_a_class_that_does_not_exist_lets_nothing_weigh() -> None:
    assert not weighs(replace(penalty(), seriousness=9))


def test_every_reason_is_given_exactly_where_a_record_does_not_weigh() -> None:
    treatment = rules()
    predicate = weighing(treatment, as_of=AS_OF)
    for state in RecordState:
        for finality in Finality:
            for age in (-1, 0, 100, 184, 364, 365, 2000):
                given = penalty(age=age, finality=finality, state=int(state))
                assert bool(why_not(given, treatment=treatment, as_of=AS_OF)) is not predicate(given)


def test_the_digest_changes_with_every_rule() -> None:
    treatment = rules()
    changed = [
        replace(treatment, disputed_weighs=True),
        replace(treatment, final_items=frozenset()),
        replace(treatment, presumed_final_days=60),
        replace(treatment, longest_days=()),
        replace(treatment, otherwise_days=1),
        replace(treatment, until_removed=frozenset()),
        replace(treatment, outlive_validity=frozenset()),
    ]
    assert len({treatment.digest, *(each.digest for each in changed)}) == len(changed) + 1


def test_a_day_before_the_first_rule_is_refused() -> None:
    with pytest.raises(PolicyError, match="没有生效的记录处理规则"):
        rules(on=date(2010, 1, 1))


@pytest.mark.guard("G15")
def test_an_unknown_term_lets_nothing_weigh() -> None:
    unknown = {"days": None, "source": "ndrc-order-36", "verified": False}
    known = unknown | {"days": 365}
    terms = {"items": ["penalty"], "none": known, "minor": unknown, "general": unknown, "serious": unknown}
    content = {
        "format": 1,
        "nation": {
            "disputed": {"weighs": False, "source": "xinheng-proposal", "verified": False},
            "longest": [terms],
            "otherwise": {"days": 1825, "source": "xinheng-proposal", "verified": False},
        },
    }
    treatment = parse_treatment(content, file="treatment.yml").on(AS_OF, parameters={})
    assert not weighing(treatment, as_of=AS_OF)(penalty(age=0))


def test_an_unknown_item_is_refused_by_name() -> None:
    content = {
        "format": 1,
        "nation": {
            "disputed": {"weighs": False, "source": "xinheng-proposal", "verified": False},
            "longest": [],
            "otherwise": {"days": 1825, "source": "xinheng-proposal", "verified": False},
            "until_removed": ["blacklist"],
        },
    }
    with pytest.raises(PolicyError, match="blacklist"):
        parse_treatment(content, file="treatment.yml").on(AS_OF, parameters={})


def sources() -> dict[str, Source]:
    found = [
        parse(Source, read_strict(path), file=path) for path in (FILE.parents[1] / "sources").glob("*.yml")
    ]
    return {source.id: source for source in found}


def test_every_rule_cites_a_document_that_holds_there_on_that_day() -> None:
    assert treatment_causes(read_treatment(FILE), sources=sources()) == []


@pytest.mark.guard("G15")
def test_a_rule_of_one_province_cannot_stand_for_another_or_for_the_nation() -> None:
    own = read_treatment(FILE).provinces[HENAN]
    moved = read_treatment(FILE).model_copy(update={"provinces": {HEBEI: own}})
    found = treatment_causes(moved, sources=sources())
    assert found
    assert all(place.startswith(f"provinces.{HEBEI}") and "效力范围" in cause for place, cause in found)
