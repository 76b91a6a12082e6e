"""The bodies of a pack become organisations; names change, towns come and go, and what they delivered stays theirs."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from xinheng.core.organisations import CityFile
from xinheng.core.policy import Policy, load_policy
from xinheng.services.organisations import set_up_organisations
from xinheng.store.models import Organisation
from xinheng.store.organisations import OrganisationKind

POLICY = Path(__file__).parents[2] / "policy"
BEFORE, AFTER = date(2026, 11, 20), date(2027, 3, 1)
BASIS = [{"source": "nbs-division-codes", "verified": False}]


def with_towns(policy: Policy, **towns: dict[str, object]) -> Policy:
    """The pack with made-up towns of its first county; keys are ``t`` and the code."""
    county = next(code for code, one in policy.counties.items() if one.until is None)
    content = policy.city_file.model_dump()
    content["towns"] = {key[1:]: {"county": county, "basis": BASIS, **town} for key, town in towns.items()}
    return replace(policy, city_file=CityFile.model_validate(content))


def names(key: str) -> list[tuple[str, date | None, date | None]]:
    unit = Organisation.objects.get(key=key)
    return list(unit.names.order_by("pk").values_list("name", "from_on", "to_on"))


@pytest.mark.django_db
def test_a_town_stands_under_its_county_while_it_lasts(policy: Policy) -> None:
    own = with_towns(
        policy,
        t410202901={"name": "样例镇", "until": "2027-01-01", "became": ["410202902"]},
        t410202902={"name": "样例街道", "since": "2027-01-01"},
    )
    set_up_organisations(own, on=BEFORE)
    town = Organisation.objects.get(kind=OrganisationKind.TOWN)
    assert (town.key, town.parent.kind) == ("kaifeng.410202901", OrganisationKind.COUNTY)
    set_up_organisations(own, on=AFTER)
    assert names("kaifeng.410202901") == [("样例镇", None, date(2027, 1, 1))]
    assert names("kaifeng.410202902") == [("样例街道", date(2027, 1, 1), None)]


@pytest.mark.django_db
def test_a_renamed_town_keeps_its_former_name(policy: Policy) -> None:
    set_up_organisations(with_towns(policy, t410202901={"name": "样例乡"}), on=BEFORE)
    set_up_organisations(with_towns(policy, t410202901={"name": "样例镇"}), on=AFTER)
    assert names("kaifeng.410202901") == [("样例乡", None, AFTER), ("样例镇", AFTER, None)]


@pytest.mark.parametrize(
    ("town", "words"),
    [
        ({"name": "样例镇", "county": "999999"}, "不在 counties"),
        ({"name": "样例镇", "became": ["410202999"]}, "不在 towns"),
        ({"name": "样例镇", "since": "2027-01-01", "until": "2026-01-01"}, "until"),
    ],
)
def test_a_town_that_lies_nowhere_is_refused(policy: Policy, town: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        with_towns(policy, t410202901=town)


@pytest.mark.django_db
def test_the_towns_of_huaian_are_organisations() -> None:
    """淮政办发〔2020〕80号: towns and streets report too."""
    huaian = load_policy(POLICY, city="huaian")
    set_up_organisations(huaian, on=BEFORE)
    found = Organisation.objects.filter(kind=OrganisationKind.TOWN)
    assert found.count() == len(huaian.towns) == 16
    assert set(found.values_list("parent__key", flat=True)) == {"huaian.320803"}
    assert not any(verified for town in huaian.towns.values() for verified in (town.basis[0].verified,))
