"""Lists that others decide are compared with what the city has given; a person confirms, and nothing adverse happens by itself."""

from pathlib import Path

import pytest
from tests.people import NOW, TODAY, People
from tests.refusals import code_of
from tests.services.deliveries import code, write
from tests.services.measure_cases import CHANNEL, Measures, make_measures
from tests.services.test_exits import LIST, entry, leaving, told
from tests.store import listing_rows

from xinheng.core.policy import Policy
from xinheng.core.records import Seriousness
from xinheng.services.collect import Delivery, import_file
from xinheng.services.list_screening import confirm_hit, screen_all, screen_recent
from xinheng.services.measures import grant
from xinheng.services.screening import active_entries
from xinheng.store.models import Case, ListEntry, MeasureApplied, Record, Subject

pytestmark = [pytest.mark.usefixtures("home"), pytest.mark.row("M9-08")]
SERIOUS = "safety"


@pytest.fixture
def measures(people: People, policy: Policy) -> Measures:
    return make_measures(people, policy)


@pytest.fixture
def courts(people: People, policy: Policy, tmp_path: Path) -> Delivery:
    delivery = Delivery(policy=policy, organisation=people.market, actor=people.li, now=NOW)
    import_file(write(tmp_path, entry(1), entry(2), header=LIST, called="失信被执行人.csv"), delivery)
    return delivery


def _incentive(measures: Measures, subject: Subject) -> MeasureApplied:
    measures.reviewed()
    honour = measures.record(record_key=1_000_001, item=19, seriousness=Seriousness.NONE, subject=subject)
    case = measures.proposed(honour, CHANNEL)
    return grant(
        case, responders=[], actor=measures.people.zhao, policy=measures.policy, now=NOW, reason="守信",
        seen=case.version,
    )[0]  # fmt: skip


def _hit(measures: Measures) -> Case:
    _incentive(measures, Subject.objects.get(code=code(1)))
    assert screen_recent(policy=measures.policy, now=NOW) == 1
    return Case.objects.get(kind="list_hit")


def test_a_delivered_entry_that_meets_something_given_is_put_before_a_person(
    courts: Delivery, measures: Measures
) -> None:
    case = _hit(measures)
    listed = Record.objects.get(subject__code=code(1), batch__feed="court-dishonest-list", known_until=None)
    assert (case.state, case.ground) == ("found", f"record:{listed.record_key}")
    assert case.details["given"] == ["incentive"] and case.opened_by is None
    assert not Case.objects.filter(subject__code=code(2), kind="list_hit").exists()


def test_nothing_adverse_happens_by_the_hit_nor_by_its_confirmation(
    courts: Delivery, measures: Measures
) -> None:
    case = _hit(measures)
    incentive = MeasureApplied.objects.get()
    cases, entries = Case.objects.count(), ListEntry.objects.count()
    wang = measures.people.wang
    confirm_hit(case, actor=wang, policy=measures.policy, now=NOW, reason="代码一致", seen=case.version)
    case.refresh_from_db()
    incentive.refresh_from_db()
    assert (case.state, incentive.ended_at, incentive.suspended_at) == ("confirmed", None, None)
    assert (Case.objects.count(), ListEntry.objects.count()) == (cases, entries)


def test_the_night_finds_what_the_minutes_missed_and_asks_once(courts: Delivery, measures: Measures) -> None:
    _incentive(measures, Subject.objects.get(code=code(1)))
    first = screen_all(policy=measures.policy, now=NOW)
    assert (first.found, first.ended) == (1, 0)
    again = screen_all(policy=measures.policy, now=NOW)
    assert (again.found, screen_recent(policy=measures.policy, now=NOW)) == (0, 0)
    case = Case.objects.get(kind="list_hit")
    measures.step(case, "dismiss", measures.people.wang)
    assert screen_all(policy=measures.policy, now=NOW).found == 0


def test_only_a_person_of_the_office_confirms_and_says_why(courts: Delivery, measures: Measures) -> None:
    case = _hit(measures)
    call = {"policy": measures.policy, "now": NOW, "seen": case.version}
    assert code_of(confirm_hit, case, actor=measures.people.wang, reason=" ", **call) == "flow_reason"
    assert code_of(confirm_hit, case, actor=measures.people.zhao, reason="x", **call) == "flow_role"


@pytest.mark.guard("G9")
def test_who_left_the_list_is_asked_about_no_more(
    courts: Delivery, measures: Measures, tmp_path: Path
) -> None:
    case = _hit(measures)
    told(tmp_path, courts, leaving(1))
    call = {"policy": measures.policy, "now": NOW, "seen": case.version}
    assert code_of(confirm_hit, case, actor=measures.people.wang, reason="x", **call) == "RE2"
    assert screen_all(policy=measures.policy, now=NOW).ended == 1
    case.refresh_from_db()
    assert (case.state, case.closed_at) == ("ended", NOW)


def test_own_lists_market_information_and_expired_entries_are_no_hits(measures: Measures) -> None:
    rows, subject = measures.rows, measures.record().subject
    _incentive(measures, subject)
    loaded = {"state": "loaded", "item": 14, "loaded_at": NOW}
    kept = {"subject": subject, "item": 14, "seriousness": Seriousness.SERIOUS}
    rows.record(batch=rows.batch(feed="xinheng-serious-list", **loaded), record_key=71, **kept)
    own = listing_rows.entry(rows, record_key=71, subject=subject, list_key=SERIOUS)
    rows.record(batch=rows.batch(provenance=3, **loaded), record_key=72, **kept)
    rows.record(batch=rows.batch(**loaded), record_key=73, valid_to=TODAY, **kept)
    assert screen_all(policy=measures.policy, now=NOW).found == 0
    template = rows.batch(feed="xinheng-serious-list", **loaded)
    rows.record(batch=template, record_key=74, **kept)
    assert screen_all(policy=measures.policy, now=NOW).found == 1
    assert Case.objects.get(kind="list_hit").ground == "record:74"
    told = active_entries(measures.policy, today=TODAY, of=[subject.pk])
    assert sorted(one.number for one in told) == ["", own.decision.number]
