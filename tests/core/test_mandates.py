"""What an authorisation must state before somebody acts for an enterprise."""

from datetime import date
from typing import Any

import pytest

from xinheng.core.mandates import MATTER_OF, Matter, Proof, check_mandate
from xinheng.core.refusal import Refusal
from xinheng.core.roles import OF_ENTERPRISES, REACHES, Role

DAY = date(2026, 11, 20)
SOUND: dict[str, Any] = {
    "role": Role.ENTERPRISE_AGENT,
    "matters": (Matter.FILE,),
    "proof": Proof.LETTER,
    "from_on": DAY,
    "to_on": date(2027, 1, 1),
}


def test_a_complete_authorisation_passes() -> None:
    check_mandate(**SOUND, on=DAY)
    check_mandate(**SOUND | {"role": Role.ENTERPRISE_OWNER, "to_on": None, "proof": Proof.LICENCE}, on=DAY)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"role": Role.WINDOW_CLERK}, "MA1"),
        ({"matters": ()}, "MA2"),
        ({"to_on": None}, "MA3"),
        ({"proof": Proof.LICENCE}, "MA4"),
        ({"to_on": DAY}, "MA5"),
        ({"role": Role.ENTERPRISE_OWNER, "to_on": date(2026, 1, 1)}, "MA5"),
    ],
)
def test_what_it_lacks_is_refused_by_name(change: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal) as caught:
        check_mandate(**SOUND | change, on=DAY)
    assert caught.value.code == code


def test_everything_an_enterprise_can_do_belongs_to_a_matter() -> None:
    assert {verb for verb, roles in REACHES.items() if OF_ENTERPRISES & set(roles)} == set(MATTER_OF)
