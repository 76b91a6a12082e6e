"""An officer who cannot go after a draw is replaced by whom the seed names, by two persons, before the team is there."""

from datetime import date, timedelta
from typing import Any

import pytest
from tests.people import NOW, People, make_user
from tests.services.real_draws import RealDraw, make_real_draw
from tests.services.trips import OFFSITE, make_trips

from xinheng.core.draw_substitute import Cause, order_of, verify_changes
from xinheng.core.draw_verify import verify
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Role
from xinheng.core.visits import Arrival
from xinheng.services.draw_substitutes import agree, changes_of, propose, team_now
from xinheng.services.pools import whole_record
from xinheng.services.visits import dispatch
from xinheng.services.visits_on_site import Arrived, check_in
from xinheng.store.models import DrawSubstitute, Inspector, LedgerEvent, PublicDrawSubstitute, Visit

pytestmark = [pytest.mark.row("M8-03"), pytest.mark.guard("G7")]
WHY = "与该企业有利害关系，本人申请回避"


@pytest.fixture
def made(people: People, policy: Policy, home: object) -> RealDraw:
    return make_real_draw(make_trips(people, policy))


def _refused(call: Any, *args: Any, **given: Any) -> str:
    with pytest.raises(Refusal) as refused:
        call(*args, **given)
    return refused.value.code


def _propose(made: RealDraw, place: int = 0, who: int = 0, **given: Any) -> DrawSubstitute:
    drawn = made.objects[place]
    known = {"cause": Cause.RECUSED, "reason": WHY, "actor": made.trips.people.wang, "now": NOW}
    return propose(drawn, team_now(drawn)[who], **known | given)


def _agree(made: RealDraw, change: DrawSubstitute, **given: Any) -> DrawSubstitute:
    return agree(change.pk, **{"actor": made.trips.people.zhao, "now": NOW} | given)


def _order(made: RealDraw) -> list[str]:
    """Keys of those who are asked for the first object, in order."""
    people, key = [made.key(one) for one in made.people], made.draw.record["drawn"][0]["key"]
    team = {made.key(one) for one in made.objects[0].inspectors}
    order = order_of(bytes.fromhex(made.draw.seed), key=key, inspectors=people)
    return [one for one in order if one not in team]


def test_the_next_in_the_published_order_goes_and_the_record_still_verifies(made: RealDraw) -> None:
    before = whole_record(made.draw)
    drawn = made.objects[0]
    team = list(drawn.inspectors)
    change = _agree(made, _propose(made))
    assert made.key(change.substitute_no) == _order(made)[0]
    assert team_now(drawn) == [change.substitute_no, team[1]]
    assert whole_record(made.draw) == before and verify(before) == ()
    assert verify_changes(before, changes_of(made.draw)) == ()


def test_one_person_alone_replaces_nobody(made: RealDraw) -> None:
    change = _propose(made)
    assert _refused(_agree, made, change, actor=made.trips.people.wang) == "DS6"
    assert team_now(made.objects[0]) == made.objects[0].inspectors
    assert not PublicDrawSubstitute.objects.exists()
    _agree(made, change)
    assert _refused(_agree, made, change) == "DS5"


def test_who_is_not_of_the_team_without_reason_or_twice_is_refused(made: RealDraw) -> None:
    drawn = made.objects[0]
    stranger = next(one for one in made.people if one not in drawn.inspectors)
    given = {"cause": Cause.UNABLE, "actor": made.trips.people.wang, "now": NOW}
    assert _refused(propose, drawn, stranger, reason=WHY, **given) == "DS1"
    assert _refused(propose, drawn, drawn.inspectors[0], reason="有事", **given) == "DS3"
    _propose(made)
    assert _refused(_propose, made) == "DS4"


def test_who_has_no_certificate_any_more_is_passed_over_in_public(made: RealDraw) -> None:
    turns = _order(made)
    number = next(one for one in made.people if made.key(one) == turns[0])
    Inspector.objects.filter(certificate_no=number).update(certified_until=date(2026, 1, 1))
    change = _agree(made, _propose(made))
    assert change.content["passed"] == [{"key": turns[0], "cause": "certificate"}]
    assert made.key(change.substitute_no) == turns[1]
    assert verify_changes(whole_record(made.draw), changes_of(made.draw)) == ()


def test_where_nobody_is_left_the_visit_is_not_made_by_anybody(
    people: People, policy: Policy, home: object
) -> None:
    made = make_real_draw(make_trips(people, policy), people=2)
    assert _refused(_agree, made, _propose(made)) == "DS7"


def test_a_visit_that_was_sent_out_goes_with_the_new_team_and_a_new_notice(made: RealDraw) -> None:
    trips = made.trips
    dispatch(made.draw.public_id, offsite=OFFSITE, **trips.by(trips.people.wang))
    visit = Visit.objects.get(drawn=made.objects[0])
    trips.take(visit.case, "approve", trips.people.zhao)
    trips.letter(visit, "inspection_notice")
    later = NOW + timedelta(hours=1)
    change = _agree(made, _propose(made), now=later)
    visit.refresh_from_db()
    assert visit.certificates == team_now(made.objects[0])
    officer = make_user("new", "新检查", trips.people.market, Role.INSPECTOR)
    Inspector.objects.filter(certificate_no=change.substitute_no).update(user=officer)
    arrived = Arrived(client_id="phone-n", way=Arrival.SHOWN, at=later + timedelta(hours=1))
    by = trips.by(officer, later + timedelta(hours=2))
    assert _refused(check_in, visit.case.public_id, arrived, **by) == "VO8"


def test_nobody_is_replaced_once_the_team_is_there(made: RealDraw) -> None:
    trips = made.trips
    dispatch(made.draw.public_id, offsite=OFFSITE, **trips.by(trips.people.wang))
    visit = Visit.objects.get(drawn=made.objects[0])
    change = _propose(made)
    trips.take(visit.case, "withdraw", trips.people.zhao)
    assert _refused(_agree, made, change) == "DS2"


def test_a_draw_whose_team_was_changed_is_sent_out_with_it(made: RealDraw) -> None:
    change = _agree(made, _propose(made))
    dispatch(made.draw.public_id, offsite=OFFSITE, **made.trips.by(made.trips.people.wang))
    assert change.substitute_no in Visit.objects.get(drawn=made.objects[0]).certificates


@pytest.mark.guard("G13")
def test_what_is_published_names_keys_and_no_person(made: RealDraw) -> None:
    change = _agree(made, _propose(made, reason="本人电话 13812345678，申请依法回避"))
    shown = PublicDrawSubstitute.objects.get()
    assert shown.content == change.content
    said = str(shown.content)
    assert "13812345678" not in said
    assert not any(one in said for one in made.people)
    kinds = LedgerEvent.objects.filter(kind__startswith="draw.repl").order_by("pk")
    assert [one.kind for one in kinds] == ["draw.replacing", "draw.replaced"]
