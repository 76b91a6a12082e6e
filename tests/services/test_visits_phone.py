"""What a phone sends late: each thing once, answered apart, nothing lost, and times that cannot be are not believed."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.people import NOW, People, make_user
from tests.services.deliveries import code
from tests.services.phones import RIGHT, SENT, arrival, paper, photo, refusal, sheet, skewed
from tests.services.trips import CODE, SHEET, SITE, UNFIT, Trips, make_trips

from xinheng.core.phone_clock import PhoneTime
from xinheng.core.policy import Policy
from xinheng.core.roles import Role
from xinheng.core.visits import Arrival
from xinheng.services.cases import last_step
from xinheng.services.visits_phone import Item, Taken, What, take_from_phone
from xinheng.store.models import Attachment, LedgerEvent, User, Visit, VisitArrival, VisitSheet

pytestmark = [pytest.mark.row("M8-04"), pytest.mark.row("X-06"), pytest.mark.guard("G7")]


@pytest.fixture
def trips(people: People, policy: Policy, home: object) -> Trips:
    return make_trips(people, policy)


def _send(trips: Trips, *items: Item, by: User | None = None, **given: Any) -> list[tuple[str, str]]:
    now = given.pop("now", SENT)
    known = {"offset_now": RIGHT, **trips.by(by or trips.li, now)} | given
    return [(one.state.value, one.code) for one in take_from_phone(items, **known)]


def test_what_was_written_offline_is_taken_and_sent_again_is_known(trips: Trips) -> None:
    visit = trips.approved()
    items = (arrival(visit), sheet(visit), paper(visit), paper(visit, photo(9), what=What.PARTY))
    assert _send(trips, *items) == [("taken", "")] * 4
    assert _send(trips, *items) == [("known", "")] * 4
    assert VisitArrival.objects.get().at == SITE
    assert VisitSheet.objects.get().recorded_at == SITE + timedelta(hours=1)
    assert sorted(one.title for one in Attachment.objects.all()) == ["企业现场人员签名", "现场照片"]
    assert all(one.personal and one.case_id == visit.case_id for one in Attachment.objects.all())


def test_half_a_sync_is_finished_by_the_next(trips: Trips) -> None:
    visit = trips.approved()
    assert _send(trips, arrival(visit)) == [("taken", "")]
    everything = _send(trips, arrival(visit), sheet(visit), paper(visit))
    assert everything == [("known", ""), ("taken", ""), ("taken", "")]
    assert VisitArrival.objects.count() == VisitSheet.objects.count() == 1


def test_the_second_phone_of_the_team_is_told_who_was_first(trips: Trips) -> None:
    visit = trips.approved()
    _send(trips, arrival(visit), sheet(visit))
    other = arrival(visit, client_id="phone-other")
    later = sheet(visit, UNFIT, client_id="phone-other-sheet")
    (met, late) = take_from_phone([other, later], offset_now=RIGHT, **trips.by(trips.ma, SENT))
    assert met.state is Taken.KNOWN and "李检查已经登记入企" in met.words
    assert (late.state, late.code) == (Taken.REFUSED, "VF2") and "没有覆盖" in late.words
    assert _send(trips, paper(visit), by=trips.ma) == [("taken", "")]
    assert VisitSheet.objects.count() == 1


def test_a_visit_withdrawn_meanwhile_takes_nothing(trips: Trips) -> None:
    visit = trips.approved()
    trips.take(visit.case, "withdraw", trips.people.zhao)
    answers = _send(trips, arrival(visit), sheet(visit), paper(visit))
    assert [state for state, _ in answers] == ["refused"] * 3
    assert answers[2] == ("refused", "VF5")
    assert not VisitArrival.objects.exists() and not Attachment.objects.exists()


def test_one_that_is_refused_holds_up_none_of_the_others(trips: Trips) -> None:
    visit = trips.approved()
    empty = sheet(visit, replace(SHEET, points={}))
    answers = _send(trips, arrival(visit), empty, paper(visit))
    assert answers == [("taken", ""), ("refused", "VS4"), ("taken", "")]
    assert _send(trips, sheet(visit)) == [("taken", "")]


def test_an_id_used_for_two_visits_of_a_parcel_is_taken_for_the_first(trips: Trips) -> None:
    first, second = trips.approved(), _second(trips)
    answers = _send(trips, arrival(first), paper(first), arrival(second), paper(second, photo(9)))
    assert answers == [("taken", ""), ("taken", ""), ("refused", "VO4"), ("taken", "")]
    assert VisitArrival.objects.get().visit == first
    assert _send(trips, arrival(second, client_id="phone-second")) == [("taken", "")]


def _second(trips: Trips) -> Visit:
    """Another visit of the same team."""
    return trips.approved(trips.drawn(subject=trips.subject(code(8))))


def test_a_sheet_without_arrival_is_refused_by_name(trips: Trips) -> None:
    assert _send(trips, sheet(trips.approved())) == [("refused", "VO3")]


def test_the_same_id_with_other_content_overwrites_nothing(trips: Trips) -> None:
    visit = trips.approved()
    _send(trips, arrival(visit), sheet(visit))
    assert _send(trips, sheet(visit, UNFIT)) == [("refused", "VO4")]
    assert VisitSheet.objects.get().result == "no_problem"


def test_a_code_of_another_enterprise_does_not_open_the_visit(trips: Trips) -> None:
    visit = trips.approved()
    assert _send(trips, arrival(visit, code="22222ABCDE")) == [("refused", "VF1")]
    assert _send(trips, arrival(visit, code="")) == [("refused", "VF1")]
    assert _send(trips, arrival(visit, code=CODE.lower())) == [("taken", "")]


def test_a_refusal_names_the_law_it_rests_on(trips: Trips) -> None:
    (said,) = take_from_phone(
        [arrival(trips.approved(), code="")], offset_now=RIGHT, **trips.by(trips.li, SENT)
    )
    assert (said.code, said.citation) == ("VF1", "国办发〔2024〕54号")


def test_what_was_refused_tells_the_ledger_nothing(trips: Trips) -> None:
    visit = trips.approved()
    wrong = replace(sheet(visit), visit=visit.case.public_id, sheet=replace(SHEET, points={}))
    _send(trips, arrival(visit), wrong, paper(visit))
    told = LedgerEvent.objects.filter(object=f"case:{visit.case.number}", at=SENT).order_by("pk")
    assert [one.kind for one in told] == ["case.check_in", "visit.checked_in"]
    assert LedgerEvent.objects.filter(kind="attachment.added").count() == 1


def test_nobody_there_is_recorded_with_a_photo_of_the_door(trips: Trips) -> None:
    visit = trips.approved()
    away = sheet(visit, replace(SHEET, result="not_reached", points={}, found="大门上锁，敲门无人应答"))
    absent = arrival(visit, way=Arrival.ABSENT, code="")
    assert _send(trips, absent, away, paper(visit)) == [("taken", "")] * 3


def test_the_enterprise_refuses_once_and_its_signature_still_comes(trips: Trips) -> None:
    visit = trips.approved()
    signed = paper(visit, what=What.PARTY)
    assert _send(trips, refusal(visit), signed) == [("taken", "")] * 2
    assert _send(trips, refusal(visit), signed) == [("known", "")] * 2
    visit.case.refresh_from_db()
    assert visit.case.state == "declined"


def test_somebody_who_is_not_sent_writes_nothing(trips: Trips) -> None:
    visit = trips.approved()
    other = make_user("other", "何检查", trips.people.market, Role.INSPECTOR)
    answers = _send(trips, arrival(visit), sheet(visit), refusal(visit), paper(visit), by=other)
    assert answers == [("refused", "VO2")] * 4


def test_a_visit_that_was_never_sent_out_is_refused_by_name(trips: Trips) -> None:
    visit = trips.approved()
    assert _send(trips, replace(arrival(visit), visit="a" * 16)) == [("refused", "VO1")]


def test_a_clock_that_is_wrong_is_corrected_and_said(trips: Trips) -> None:
    visit, behind = trips.approved(), timedelta(hours=7)
    slow = arrival(visit, time=skewed(SITE, behind))
    assert _send(trips, slow, offset_now=behind) == [("taken", "")]
    assert VisitArrival.objects.get().at == SITE
    told = last_step(visit.case, "check_in").details
    assert told["phone_offset"] == 7 * 3600
    assert told["phone_at"] == (SITE - behind).isoformat()


def test_a_clock_changed_between_is_refused_until_somebody_writes_the_time(trips: Trips) -> None:
    visit = trips.approved()
    changed = arrival(visit, time=skewed(SITE, timedelta(hours=-2)))
    assert _send(trips, changed) == [("refused", "VC1")]
    by_hand = arrival(visit, time=PhoneTime(at=SITE, offset=timedelta(hours=-2), by_hand=True))
    assert _send(trips, by_hand) == [("taken", "")]
    assert last_step(visit.case, "check_in").details["phone_by_hand"] is True


def test_what_was_taken_is_known_whatever_the_clock_does_later(trips: Trips) -> None:
    visit = trips.approved()
    _send(trips, arrival(visit), sheet(visit))
    assert _send(trips, arrival(visit), sheet(visit), offset_now=timedelta(hours=9)) == [("known", "")] * 2


@pytest.mark.parametrize("at", [NOW - timedelta(days=3), SENT + timedelta(hours=1)])
def test_a_moment_before_the_approval_or_to_come_is_refused(trips: Trips, at: Any) -> None:
    visit = trips.approved()
    assert _send(trips, arrival(visit, time=PhoneTime(at=at))) == [("refused", "VO6")]


def test_a_picture_that_came_damaged_or_is_none_is_refused(trips: Trips) -> None:
    visit = trips.approved()
    damaged = paper(visit, photo()[:-9], name=paper(visit).client_id)
    words, large = paper(visit, b"no picture at all"), paper(visit, b"\xff\xd8\xff" + b"0" * 1024 * 1024)
    torn = paper(visit, photo()[:200])
    answers = _send(trips, damaged, words, large, torn, paper(visit))
    codes = [code for _, code in answers]
    assert codes == ["VF3", "AT24", "VF4", "AT12", ""]
    assert Attachment.objects.count() == 1
