"""Figures by day, level and source; unknown ones stay unknown and refuse."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.core.days import add_months
from xinheng.core.parameters import (
    Bound,
    LayerLines,
    Level,
    Line,
    Parameter,
    ParameterOverlay,
    Series,
    Status,
    Unit,
    overlay_causes,
)
from xinheng.core.policy import Policy, load_policy
from xinheng.core.records import Seriousness
from xinheng.core.refusal import Refusal
from xinheng.core.sources import Rank, Source

SEED = Path(__file__).resolve().parents[2] / "policy"
TODAY = date(2026, 11, 20)
DAYS = st.dates(min_value=date(2015, 1, 1), max_value=date(2030, 12, 31))


def policy_of(city: str) -> Policy:
    return load_policy(SEED, city=city)


@pytest.mark.row("X-08")
@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("objections.own_workdays", 3),
        ("objections.provider_workdays", 3),
        ("objections.total_workdays", 7),
        ("objections.revoked_workdays", 1),
        ("repair.follow_workdays", 1),
        ("quality.incoming_check_workdays", 5),
        ("seriousness.disclosure_years", 5),
        ("reports.free_per_year", 2),
    ],
)
def test_henans_figures_hold_in_its_three_cities_with_their_clause(key: str, value: int) -> None:
    for city in ("kaifeng", "nanyang", "pingdingshan"):
        reading = policy_of(city).parameter(key, on=TODAY)
        assert reading.value == value
        assert reading.verified
        assert reading.level is Level.PROVINCE
        assert reading.citation.startswith("《河南省社会信用条例》第")


@pytest.mark.guard("G15")
@pytest.mark.parametrize("city", ["shijiazhuang", "huaian"])
def test_clocks_unknown_in_hebei_and_jiangsu_stay_unknown_and_refuse(city: str) -> None:
    reading = policy_of(city).parameter("objections.total_workdays", on=TODAY)
    assert reading.status is Status.UNCONFIRMED
    assert str(reading) == "待确认"
    with pytest.raises(Refusal) as refused:
        reading.required()
    assert refused.value.code == "POLICY-UNCONFIRMED"
    assert "不能据此自动作出不利处理" in refused.value.message


def test_a_figure_is_read_as_it_stood_on_the_day() -> None:
    policy = policy_of("kaifeng")
    key = "seriousness.general_max_months"
    assert policy.parameter(key, on=date(2019, 6, 30)).status is Status.NO_RULE
    assert policy.parameter(key, on=date(2023, 4, 30)).value == 12
    assert policy.parameter(key, on=date(2026, 3, 31)).value == 36
    reading = policy.parameter(key, on=date(2026, 4, 1))
    assert (reading.value, reading.source, reading.since) == (12, "ndrc-order-36", date(2026, 4, 1))
    assert reading.checked_on == date(2026, 11, 20)


def test_an_unknown_key_is_refused_with_the_known_ones_beside_it() -> None:
    with pytest.raises(Refusal) as refused:
        policy_of("kaifeng").parameter("objections.days", on=TODAY)
    assert "objections.total_workdays" in refused.value.advice


def test_terms_of_keeping_are_days_or_none() -> None:
    policy = policy_of("kaifeng")
    assert policy.days_kept("unmapped", on=TODAY) == 90
    assert policy.days_kept("refused", on=TODAY) == 30
    assert policy.days_kept("nothing", on=TODAY) is None


@pytest.mark.guard("G8")
def test_seven_work_days_hold_for_permits_and_penalties_everywhere() -> None:
    for city in ("kaifeng", "shijiazhuang", "huaian", "nanyang", "pingdingshan"):
        for kind in ("permit", "penalty"):
            assert policy_of(city).act_clocks(kind, on=TODAY)[0].value == 7


@pytest.mark.guard("G8")
def test_the_other_eight_acts_have_a_clock_only_where_the_citys_document_sets_one() -> None:
    others = ("compulsion", "confirmation", "levy", "payment", "adjudication", "compensation", "reward")
    for city, expected in (("huaian", 7), ("nanyang", 7)):
        policy = policy_of(city)
        assert [policy.act_clocks(kind, on=TODAY)[0].value for kind in others] == [expected] * 7
        assert all(policy.act(kind).published for kind in others)
    for city in ("kaifeng", "shijiazhuang", "pingdingshan"):
        policy = policy_of(city)
        assert not any(policy.act_clocks(kind, on=TODAY) for kind in others)
        assert not any(policy.act(kind).published for kind in others)


@pytest.mark.guard("G8")
def test_where_7_and_20_work_days_compete_both_are_shown_with_their_sources() -> None:
    clocks = policy_of("huaian").act_clocks("inspection", on=TODAY)
    assert [clock.value for clock in clocks] == [7, 20, 20]
    assert [clock.level for clock in clocks] == [Level.CITY, Level.NATION, Level.NATION]
    assert "淮政办发〔2020〕80号" in clocks[0].citation


@pytest.mark.row("X-01")
def test_publication_periods_follow_the_rule_of_the_day_of_the_decision() -> None:
    policy = policy_of("kaifeng")
    new = policy.publication_period(Seriousness.GENERAL, decided_on=date(2026, 4, 1))
    assert (new.earliest_repair_on, new.stops_on) == (date(2026, 7, 1), date(2027, 4, 1))
    old = policy.publication_period(Seriousness.GENERAL, decided_on=date(2026, 3, 31))
    assert old.stops_on == date(2029, 3, 31)
    serious = policy.publication_period(Seriousness.SERIOUS, decided_on=date(2026, 4, 1))
    assert (serious.earliest_repair_on, serious.stops_on) == (date(2027, 4, 1), date(2029, 4, 1))
    minor = policy.publication_period(Seriousness.MINOR, decided_on=date(2026, 4, 1))
    assert not minor.published
    assert (minor.earliest_repair_on, minor.stops_on) == (date(2026, 4, 1), date(2026, 7, 1))


@pytest.mark.guard("G6")
def test_market_regulation_has_its_own_periods_and_food_falls_under_them() -> None:
    policy = policy_of("kaifeng")
    for sector in ("market_regulation", "food"):
        period = policy.publication_period(Seriousness.GENERAL, decided_on=date(2025, 12, 25), sector=sector)
        assert period.stops_on == date(2026, 12, 25)
        assert period.maximum.source == "samr-order-107"
    before = policy.publication_period(Seriousness.GENERAL, decided_on=date(2022, 1, 1), sector="food")
    assert before.stops_on == date(2025, 1, 1)
    assert before.earliest_repair_on is None
    transport = policy.publication_period(
        Seriousness.GENERAL, decided_on=date(2025, 12, 25), sector="transport"
    )
    assert transport.maximum.source == "ndrc-order-58"


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 5, 10), 0, date(2026, 5, 10)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last_one(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


SOURCES = {
    "plan": Source(id="plan", title="方案", issuer="市", rank=Rank.LOCAL_DOCUMENT, text_read=False),
    "law": Source(id="law", title="法", issuer="人大", rank=Rank.LAW, text_read=False),
}


def series(values: dict[date, int | None], bound: Bound = Bound.NOT_ABOVE) -> Series:
    lines = {day: Line(value=value, source="law", verified=False) for day, value in values.items()}
    definition = Parameter(
        title="期限", unit=Unit.MONTH, bound=bound, unless=(Rank.LAW,), values=lines, checked_on=TODAY
    )
    names = {key: source.cite() for key, source in SOURCES.items()}
    return Series("a.b", definition, (LayerLines(Level.NATION, lines, TODAY),), names)


def overlay(values: dict[date, int | None], source: str) -> ParameterOverlay:
    lines = {day: Line(value=value, source=source, verified=False) for day, value in values.items()}
    return ParameterOverlay(values=lines, checked_on=TODAY)


VALUES = st.dictionaries(DAYS, st.integers(0, 60), min_size=1, max_size=5)


@given(values=VALUES, day=DAYS)
def test_the_latest_line_not_after_the_day_governs(values: dict[date, int | None], day: date) -> None:
    earlier = [start for start in values if start <= day]
    reading = series(values).on(day)
    if earlier:
        assert reading.value == values[max(earlier)]
    else:
        assert reading.status is Status.NO_RULE


@given(above=VALUES, below=VALUES)
def test_an_accepted_overlay_never_exceeds_the_level_above_on_any_day(
    above: dict[date, int | None], below: dict[date, int | None]
) -> None:
    upper = series(above)
    if overlay_causes(upper, overlay(below, "plan"), sources=SOURCES):
        return
    own = LayerLines(Level.CITY, overlay(below, "plan").values, TODAY)
    day = date(2015, 1, 1)
    while day < date(2031, 1, 1):
        found, higher = own.on(day), upper.on(day).value
        if found is not None and higher is not None:
            assert found[1].value is not None
            assert found[1].value <= higher
        day += timedelta(days=28)


@given(above=VALUES, below=VALUES)
def test_a_source_of_sufficient_rank_may_go_beyond(
    above: dict[date, int | None], below: dict[date, int | None]
) -> None:
    assert overlay_causes(series(above), overlay(below, "law"), sources=SOURCES) == []


def test_a_fixed_figure_admits_no_overlay() -> None:
    fixed = series({date(2020, 1, 1): 3}, bound=Bound.FIXED)
    causes = overlay_causes(fixed, overlay({date(2021, 1, 1): 3}, "law"), sources=SOURCES)
    assert causes == [("values", "上级规定不得由下级另行规定")]
