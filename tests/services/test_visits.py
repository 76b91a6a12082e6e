"""A visit goes out on a plan, within the ceiling, with its reason; its result is taken once, confirmed, told, published."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.people import NOW, People, make_user
from tests.services.deliveries import code
from tests.services.trips import ARRIVED, OBSTRUCTED, OFFSITE, SHEET, SITE, TEAM, UNFIT, Trips, make_trips

from xinheng.core.catalogue import Item
from xinheng.core.policy import Policy
from xinheng.core.records import Seriousness
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Role
from xinheng.core.visits import Arrival
from xinheng.services.publication import publish_batch, stop_due
from xinheng.services.rectification import Order, draft_order
from xinheng.services.visit_counts import visits_so_far
from xinheng.services.visits import dispatch, follow_lead
from xinheng.services.visits_on_site import check_in, record_visit
from xinheng.services.visits_results import confirm_result, figures_of, publish_result
from xinheng.store.models import (
    Case,
    CaseCheck,
    CaseDeadline,
    Inspector,
    IssuedLetter,
    LedgerEvent,
    Publication,
    Record,
    RoleGrant,
    Visit,
    VisitPoint,
    VisitSheet,
)

pytestmark = [pytest.mark.row("M8-04"), pytest.mark.guard("G7")]
LATER = SITE + timedelta(hours=2)


@pytest.fixture
def trips(people: People, policy: Policy, home: object) -> Trips:
    return make_trips(people, policy)


def _refusal(refused: pytest.ExceptionInfo[Refusal]) -> str:
    return refused.value.code


def _case(trips: Trips, **given: object) -> CaseCheck:
    """A check on a complaint, approved as a plan of its own."""
    plan = trips.rows.plan(
        case=trips.rows.case(state="in_force", organisation=trips.people.market),
        kind="case",
        matter_key="food_operation",
        matter="食品经营监督检查",
        **{"approved_by": trips.people.zhao, "approved_at": NOW} | given,
    )
    return CaseCheck.objects.create(
        plan=plan,
        subject=trips.subject(code(8)),
        reason="complaint",
        explanation="12315 转来的投诉，反映销售过期食品",
        emergency=not plan.approved_at,
        **({} if plan.approved_at else {"begun_by": trips.people.zhao, "begun_at": NOW}),
    )


def _lead(trips: Trips, check: CaseCheck) -> Visit:
    return follow_lead(check.plan, certificates=TEAM, offsite=OFFSITE, **trips.by(trips.people.wang))


@pytest.mark.row("X-06")
def test_a_draw_is_sent_out_with_its_reason_and_count(trips: Trips) -> None:
    (visit,) = trips.sent().made
    assert (visit.number, visit.limit, visit.beyond) == (1, 1, "")
    assert visit.offsite == OFFSITE and tuple(visit.certificates) == TEAM
    assert visit.case.state == "applied" and visit.case.kind == "inspection_visit"
    assert len(visit.code) == 10


def test_a_visit_says_why_it_cannot_be_checked_off_site(trips: Trips) -> None:
    drawn = trips.drawn()
    with pytest.raises(Refusal) as refused:
        dispatch(drawn.draw.public_id, offsite="方便", **trips.by(trips.people.wang))
    assert _refusal(refused) == "VD2" and not Visit.objects.exists()


@pytest.mark.parametrize("change", [{"approved_at": None, "approved_by": None}, {"state": "revoked"}])
def test_nothing_is_sent_out_without_a_living_plan(trips: Trips, change: dict[str, object]) -> None:
    if "state" in change:
        Case.objects.filter(pk=trips.plan.case_id).update(**change)
    else:
        type(trips.plan).objects.filter(pk=trips.plan.pk).update(**change)
    with pytest.raises(Refusal) as refused:
        trips.sent()
    assert _refusal(refused) == "VD1"


@pytest.mark.row("X-06")
@pytest.mark.row("M8-06")
def test_nobody_is_visited_beyond_the_ceiling_without_a_reason_of_the_list(trips: Trips) -> None:
    check = _case(trips)
    _lead(trips, check)
    held = trips.sent(trips.drawn(subject=check.subject))
    assert not held.made
    assert [one.why.code for one in held.held] == ["visit_ceiling"]


@pytest.mark.row("X-06")
@pytest.mark.row("M8-06")
def test_a_check_on_a_complaint_may_pass_the_ceiling_and_says_so(trips: Trips) -> None:
    drawn = trips.drawn(subject=trips.subject(code(8)))
    check = CaseCheck.objects.create(
        plan=trips.rows.plan(
            case=trips.rows.case(state="in_force"),
            kind="case",
            approved_by=trips.people.zhao,
            approved_at=NOW,
        ),
        subject=drawn.subject,
        reason="complaint",
        explanation="12315 转来的投诉，反映销售过期食品",
        emergency=False,
    )
    trips.sent(drawn)
    visit = _lead(trips, check)
    assert (visit.number, visit.limit, visit.beyond) == (2, 1, "complaint")
    assert LedgerEvent.objects.filter(kind="visit.beyond_ceiling").count() == 1
    assert visits_so_far(trips.people.market, drawn.subject, year=2026) == 2


def test_a_lead_without_a_check_of_its_own_sends_nobody(trips: Trips) -> None:
    with pytest.raises(Refusal) as refused:
        follow_lead(trips.plan, certificates=TEAM, offsite=OFFSITE, **trips.by(trips.people.wang))
    assert _refusal(refused) == "VD3"


@pytest.mark.row("M8-06")
def test_a_visit_that_was_taken_back_counts_no_more(trips: Trips) -> None:
    (visit,) = trips.sent().made
    assert visits_so_far(trips.people.market, visit.subject, year=2026) == 1
    trips.take(visit.case, "withdraw", trips.people.zhao)
    assert visits_so_far(trips.people.market, visit.subject, year=2026) == 0


def test_who_applies_does_not_approve(trips: Trips) -> None:
    both = make_user("both", "双职", trips.people.city, Role.REVIEWER, Role.DECIDER)
    drawn = trips.drawn()
    (visit,) = dispatch(drawn.draw.public_id, offsite=OFFSITE, **trips.by(both)).made
    with pytest.raises(Refusal) as refused:
        trips.take(visit.case, "approve", both)
    assert _refusal(refused) == "flow_same_person"


def test_an_expired_certificate_keeps_the_visit_back(trips: Trips) -> None:
    Inspector.objects.filter(certificate_no=TEAM[1]).update(certified_until=date(2026, 11, 19))
    held = trips.sent()
    assert [one.why.code for one in held.held] == ["VT1"] and not held.made


def test_a_result_for_a_visit_never_sent_out_is_refused_by_name(trips: Trips) -> None:
    with pytest.raises(Refusal) as refused:
        record_visit("nosuchvisit", SHEET, arrived=ARRIVED, **trips.by(trips.li, LATER))
    assert _refusal(refused) == "VO1"


def test_a_result_without_a_check_in_is_refused(trips: Trips) -> None:
    visit = trips.approved()
    with pytest.raises(Refusal) as refused:
        record_visit(visit.case.public_id, SHEET, **trips.by(trips.li, LATER))
    assert _refusal(refused) == "VO3" and not VisitSheet.objects.exists()


def test_nobody_goes_without_a_notice(trips: Trips) -> None:
    (visit,) = trips.sent().made
    trips.take(visit.case, "approve", trips.people.zhao)
    with pytest.raises(Refusal) as refused:
        check_in(visit.case.public_id, ARRIVED, **trips.by(trips.li, LATER))
    assert _refusal(refused) == "VO5"


def test_nobody_goes_before_the_approval(trips: Trips) -> None:
    visit = trips.approved()
    early = replace(ARRIVED, at=NOW - timedelta(minutes=1))
    with pytest.raises(Refusal) as refused:
        check_in(visit.case.public_id, early, **trips.by(trips.li, LATER))
    assert _refusal(refused) == "VO6" and "2026-11-20 09:59" in refused.value.message


def test_an_inspector_of_another_team_records_nothing(trips: Trips) -> None:
    visit = trips.approved()
    other = make_user("other", "何检查", trips.people.market, Role.INSPECTOR)
    with pytest.raises(Refusal) as refused:
        record_visit(visit.case.public_id, SHEET, arrived=ARRIVED, **trips.by(other, LATER))
    assert _refusal(refused) == "VO2"


@pytest.mark.parametrize(("present", "code"), [((TEAM[0],), "VT2"), ((TEAM[0], "9999"), "VT3")])
def test_a_team_of_one_or_with_a_stranger_is_refused(
    trips: Trips, present: tuple[str, ...], code: str
) -> None:
    visit = trips.approved()
    with pytest.raises(Refusal) as refused:
        trips.recorded(replace(SHEET, present=present), visit=visit)
    assert _refusal(refused) == code


def test_a_phone_that_sends_twice_is_taken_once(trips: Trips) -> None:
    visit = trips.approved()
    first = trips.recorded(visit=visit)
    again = trips.recorded(visit=visit)
    assert first == again and VisitSheet.objects.count() == 1 and VisitPoint.objects.count() == 6
    with pytest.raises(Refusal) as refused:
        trips.recorded(replace(SHEET, found="另一份内容，写得不一样"), visit=visit)
    assert _refusal(refused) == "VO4" and VisitSheet.objects.get().found == SHEET.found


def test_a_sheet_that_was_sent_back_is_followed_by_another(trips: Trips) -> None:
    sheet = trips.recorded()
    trips.take(sheet.visit.case, "send_back", trips.people.zhao, at=LATER)
    again = replace(SHEET, client_id="phone-2", found="补写了冷藏柜温度 4 度")
    record_visit(sheet.visit.case.public_id, again, **trips.by(trips.ma, LATER + timedelta(hours=1)))
    assert [one.sequence for one in VisitSheet.objects.order_by("pk")] == [1, 2]
    assert VisitSheet.objects.order_by("pk")[0].found == SHEET.found


def test_the_two_terms_of_publication_run_from_the_day_of_the_check(trips: Trips) -> None:
    visit = trips.recorded().visit
    clocks = CaseDeadline.objects.filter(case=visit.case, ended_on__isnull=True)
    assert {one.key for one in clocks} >= {"acts.inspection_random_workdays"}
    assert {one.started_on for one in clocks} == {date(2026, 11, 20)}


@pytest.mark.guard("G6")
def test_a_negative_result_is_a_record_that_is_published_and_ends_by_itself(trips: Trips) -> None:
    visit = trips.published(OBSTRUCTED)
    record = Record.objects.get(record_key=visit.record_key, known_until__isnull=True)
    assert record.item == Item.INSPECTION and record.subject == visit.subject
    assert record.seriousness == Seriousness.GENERAL and record.detail.document_no == visit.case.number
    shown = Publication.objects.get(record_key=visit.record_key)
    assert shown.reviewed_by == trips.people.zhou and shown.earliest_repair_on is not None
    assert shown.stop_on is not None and shown.due_on is not None
    assert stop_due(today=shown.stop_on, now=NOW + timedelta(days=400)) == 1


@pytest.mark.guard("G6")
def test_a_minor_result_is_recorded_and_told_but_not_published(trips: Trips) -> None:
    visit = trips.told(UNFIT)
    record = Record.objects.get(record_key=visit.record_key, known_until__isnull=True)
    assert record.seriousness == Seriousness.MINOR
    with pytest.raises(Refusal) as refused:
        publish_result(visit.case, reason="不涉密", **trips.by(trips.people.zhou, LATER))
    assert _refusal(refused) == "VR2"
    trips.take(visit.case, "close", trips.people.zhou, at=SITE + timedelta(hours=6))
    assert not CaseDeadline.objects.filter(case=visit.case, ended_on__isnull=True).exists()


@pytest.mark.guard("G6")
def test_the_guide_to_repair_goes_out_with_a_negative_result_and_names_it(trips: Trips) -> None:
    visit = trips.told(OBSTRUCTED)
    kinds = set(IssuedLetter.objects.filter(case=visit.case).values_list("kind", flat=True))
    assert {"inspection_result", "repair_guide"} <= kinds


def test_a_clean_result_is_published_without_weight_and_without_end(trips: Trips) -> None:
    visit = trips.published()
    record = Record.objects.get(record_key=visit.record_key, known_until__isnull=True)
    assert record.seriousness == Seriousness.NONE and record.result == "passed"
    assert Publication.objects.get(record_key=visit.record_key).stop_on is None


def test_a_result_is_confirmed_by_somebody_else_and_only_then_in_the_file(trips: Trips) -> None:
    sheet = trips.recorded(OBSTRUCTED)
    assert not Record.objects.exists()
    RoleGrant.objects.create(
        user=trips.li, role=Role.DECIDER, organisation=trips.people.market, from_on=date(2026, 1, 1)
    )
    with pytest.raises(Refusal) as refused:
        confirm_result(sheet.visit.case, reason="属实", **trips.by(trips.li, LATER))
    assert _refusal(refused) == "flow_same_person" and not Record.objects.exists()


def test_nothing_is_public_before_the_enterprise_was_told(trips: Trips) -> None:
    visit = trips.confirmed(OBSTRUCTED)
    assert visit.batch is not None
    with pytest.raises(Refusal) as refused:
        publish_batch(visit.batch.public_id, reviewer=trips.people.zhou, policy=trips.policy, now=LATER)
    assert _refusal(refused) == "P03"
    with pytest.raises(Refusal) as refused:
        publish_result(visit.case, reason="不涉密", **trips.by(trips.people.zhou, LATER))
    assert _refusal(refused) == "flow_state" and not Publication.objects.exists()


@pytest.mark.row("X-06")
def test_an_emergency_goes_at_once_and_counts_only_once_its_paper_is_there(trips: Trips) -> None:
    check = _case(trips, approved_by=None, approved_at=None)
    visit = _lead(trips, check)
    assert visit.urgent and visit.case.state == "rushed"
    arrived = replace(ARRIVED, code=visit.code)
    record_visit(visit.case.public_id, UNFIT, arrived=arrived, **trips.by(trips.li, LATER))
    visit.case.refresh_from_db()
    assert visit.case.state == "rush_recorded"
    trips.take(visit.case, "approve_after", trips.people.zhao, at=LATER)
    with pytest.raises(Refusal) as refused:
        confirm_result(visit.case, reason="属实", **trips.by(trips.people.zhao, LATER))
    assert _refusal(refused) == "VR7"


@pytest.mark.row("X-06")
def test_an_emergency_that_is_not_approved_leaves_nothing_in_the_file(trips: Trips) -> None:
    visit = _lead(trips, _case(trips, approved_by=None, approved_at=None))
    arrived = replace(ARRIVED, code=visit.code)
    record_visit(visit.case.public_id, UNFIT, arrived=arrived, **trips.by(trips.li, LATER))
    trips.take(visit.case, "annul", trips.people.zhao, at=LATER)
    assert not Record.objects.exists()


def test_a_check_outside_the_list_is_refused_by_the_enterprise_and_counts_for_nothing(trips: Trips) -> None:
    visit = trips.approved()
    trips.take(visit.case, "decline", trips.li, at=LATER)
    assert visits_so_far(trips.people.market, visit.subject, year=2026) == 0
    with pytest.raises(Refusal) as refused:
        check_in(visit.case.public_id, ARRIVED, **trips.by(trips.li, LATER))
    assert _refusal(refused) == "flow_state"


def test_nobody_at_the_registered_address_is_a_result_of_its_own(trips: Trips) -> None:
    visit = trips.approved()
    away = replace(ARRIVED, way=Arrival.ABSENT)
    gone = replace(SHEET, result="not_reached", found="登记的住所大门紧锁，电话无人接听", points={})
    record_visit(visit.case.public_id, gone, arrived=away, **trips.by(trips.li, LATER))
    visit.case.refresh_from_db()
    assert visit.case.state == "recorded" and visit.sheets.get().result == "not_reached"


@pytest.mark.row("M11-01")
def test_an_order_to_put_right_rests_on_the_record_of_the_visit(trips: Trips) -> None:
    visit = trips.confirmed(UNFIT)
    assert visit.record_key is not None
    order = Order(subject=visit.subject, record=visit.record_key, wanted="冷藏柜调到标签温度", reason="超温")
    case = draft_order(order, **trips.by(trips.people.wang, SITE + timedelta(hours=4)))
    assert case.ground == f"record:{visit.record_key}"


@pytest.mark.row("M8-09")
def test_the_figures_of_a_plan_count_what_became_of_its_visits(trips: Trips) -> None:
    trips.published(OBSTRUCTED)
    figures = figures_of(trips.plan)
    assert (figures["sent"], figures["there"], figures["failing"], figures["published"]) == (1, 1, 1, 1)
    assert (figures["beyond"], figures["stars"]) == (0, None)
