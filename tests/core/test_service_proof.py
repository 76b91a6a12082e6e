"""A letter counts as served by a lawful way, with its proof, on the day that the law gives."""

from datetime import date

import pytest
from tests.refusals import code_of

from xinheng.core.parameters import Reading, Status, Unit
from xinheng.core.service_proof import Outcome, Served, Try, Way, is_over, judge

ISSUED, TODAY = date(2026, 11, 2), date(2026, 11, 20)
FAILED, SERVED, ANNOUNCED = Outcome.FAILED, Outcome.SERVED, Outcome.ANNOUNCED


def _reading(key: str, value: int | None) -> Reading:
    status = Status.UNCONFIRMED if value is None else Status.KNOWN
    return Reading(key=key, title=key, unit=Unit.DAY, value=value, status=status)


def _judge(new: Try, *earlier: Outcome, days: int | None = 30) -> Served:
    return judge(
        new,
        issued_on=ISSUED,
        today=TODAY,
        earlier=earlier,
        tries=_reading("letters.failed_tries", 2),
        announcement=_reading("letters.announcement_days", days),
    )


def _try(way: Way = Way.DIRECT, on: date = date(2026, 11, 9), **words: object) -> Try:
    return Try(**{"way": way, "on": on, "proof": "SD-1", **words})  # type: ignore[arg-type]


def _code(new: Try, *earlier: Outcome, days: int | None = 30) -> str:
    return code_of(_judge, new, *earlier, days=days)


@pytest.mark.guard("G17")
@pytest.mark.parametrize("way", [Way.DIRECT, Way.LEFT, Way.POST])
def test_a_letter_is_served_on_the_day_of_its_receipt(way: Way) -> None:
    assert _judge(_try(way)) == Served(SERVED, date(2026, 11, 9))


@pytest.mark.guard("G17")
def test_every_way_needs_its_proof() -> None:
    assert {_code(_try(way, proof=" ", consent=True)) for way in Way} == {"SV2"}


@pytest.mark.guard("G17")
def test_electronic_service_needs_consent() -> None:
    assert _code(_try(Way.ELECTRONIC)) == "SV3"
    assert _judge(_try(Way.ELECTRONIC, consent=True)).outcome is SERVED


@pytest.mark.guard("G17")
def test_a_public_notice_comes_after_other_ways_and_serves_when_its_days_are_over() -> None:
    assert _code(_try(Way.ANNOUNCEMENT)) == "SV9"
    assert _code(_try(Way.ANNOUNCEMENT), FAILED) == "SV9"
    announced = _judge(_try(Way.ANNOUNCEMENT), FAILED, FAILED)
    assert announced == Served(ANNOUNCED, date(2026, 12, 9))
    assert announced.served_on is not None
    assert not is_over(announced.served_on, today=date(2026, 12, 9))
    assert is_over(announced.served_on, today=date(2026, 12, 10))
    assert _code(_try(Way.ANNOUNCEMENT), FAILED, FAILED, ANNOUNCED) == "SV8"


@pytest.mark.guard("G15")
def test_an_unknown_term_allows_no_public_notice() -> None:
    assert _code(_try(Way.ANNOUNCEMENT), FAILED, FAILED, days=None) == "POLICY-UNCONFIRMED"


def test_a_failed_try_needs_a_reason_and_serves_nothing() -> None:
    assert _judge(_try(failed=True, proof="", reason="查无此处")) == Served(FAILED, None)
    assert _code(_try(failed=True)) == "SV6"
    assert _code(_try(Way.ANNOUNCEMENT, failed=True, reason="无人看")) == "SV7"


def test_days_lie_between_issue_and_today() -> None:
    assert _code(_try(on=date(2026, 11, 21))) == "SV4"
    assert _code(_try(on=date(2026, 11, 1))) == "SV5"


def test_who_was_found_during_the_public_notice_is_served_by_hand() -> None:
    assert _judge(_try(), FAILED, FAILED, ANNOUNCED).outcome is SERVED


def test_nothing_is_served_twice() -> None:
    assert _code(_try(), SERVED) == "SV1"


def test_every_way_says_its_proof_and_its_day() -> None:
    assert all(way.label and way.proof and way.moment for way in Way)
    assert all(outcome.label for outcome in Outcome)
