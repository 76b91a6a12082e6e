"""Each page of an enterprise's own space is walked by the journeys of rights, or stays for a reason."""

import pytest
from tests.journeys.surfaces import OWN_LISTS, OWN_MATTERS, unvisited


@pytest.mark.row("X-04")
@pytest.mark.guard("G9")
def test_every_page_of_the_own_space_is_walked_or_stays_for_a_reason() -> None:
    assert unvisited() == set()
    assert not set(OWN_LISTS) & set(OWN_MATTERS)
    assert all(OWN_MATTERS.values())
