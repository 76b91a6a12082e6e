"""What a device saw is never a finding: a person looks at it, and nothing of it reaches file, score, list or portal."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.people import NOW, TODAY, People, make_organisation, make_user
from tests.services.deliveries import code
from tests.services.letter_cases import draft_of
from tests.services.trips import Trips, make_trips
from tests.store.rows import Rows

from xinheng.core.grounds import Ground, GroundKind
from xinheng.core.leads import Device, Told
from xinheng.core.policy import Policy
from xinheng.core.provenance import Provenance
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Role
from xinheng.services.case_checks import may_go
from xinheng.services.inspection_plans import PlanDraft
from xinheng.services.leads import (
    Act,
    check_on_lead,
    close_lead,
    forget_leads,
    prompt_self_check,
    take_lead,
)
from xinheng.services.leads_handed import hand_over, send_back, take_over
from xinheng.services.letters import issue_letter
from xinheng.services.measures_grounds import basis_of
from xinheng.store.models import (
    CaseCheck,
    GivenGrade,
    Lead,
    LedgerEvent,
    ListEntry,
    MeasureApplied,
    OrganisationKind,
    Publication,
    Record,
    Regrade,
    RoleGrant,
    Score,
    SenderKey,
    Subject,
    User,
    Visit,
)

pytestmark = pytest.mark.row("M8-08")
TOLD = Told(
    external="D-1",
    code=code(7),
    device=Device.IOT,
    device_no="LK-07",
    what="冷库温度持续偏高",
    said="连续 3 小时高于 8 度",
    observed_at=NOW - timedelta(hours=1),
)


@pytest.fixture
def trips(people: People, policy: Policy, home: object) -> Trips:
    made = make_trips(people, policy)
    made.subject()
    RoleGrant.objects.create(
        user=people.li, role=Role.REVIEWER, organisation=people.market, from_on=date(2026, 1, 1)
    )
    return made


@pytest.fixture
def key(people: People) -> SenderKey:
    return Rows(people).sender_key(organisation=people.market)


def _act(trips: Trips, reason: str = "远程核对读数，现象属实") -> Act:
    return Act(actor=trips.people.li, reason=reason, policy=trips.policy, now=NOW)


def _code(refused: pytest.ExceptionInfo[Refusal]) -> str:
    return refused.value.code


def _plan(trips: Trips, **given: object) -> PlanDraft:
    known = {
        "organisation": trips.people.market,
        "title": "个案检查：食品经营监督检查",
        "matter": "food_operation",
        "line": "food",
        "year": 2026,
    }
    return PlanDraft(**known | given)


def test_a_lead_sent_again_is_one_and_another_of_its_number_is_refused(trips: Trips, key: SenderKey) -> None:
    first = take_lead(key, TOLD, now=NOW)
    assert take_lead(key, TOLD, now=NOW + timedelta(minutes=5)) == first
    with pytest.raises(Refusal) as refused:
        take_lead(key, replace(TOLD, what="另一件事"), now=NOW)
    assert _code(refused) == "LE6" and Lead.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"code": code(9)}, "LE1"),
        ({"observed_at": NOW + timedelta(hours=1)}, "LE3"),
        ({"attachments": ("sha256:" + "a" * 64,)}, "LE4"),
    ],
)
def test_a_lead_that_cannot_be_is_refused(
    trips: Trips, key: SenderKey, change: dict[str, object], refusal: str
) -> None:
    with pytest.raises(Refusal) as refused:
        take_lead(key, replace(TOLD, **change), now=NOW)
    assert _code(refused) == refusal and not Lead.objects.exists()


@pytest.mark.guard("G13")
def test_pictures_are_named_by_digest_once_persons_are_masked_and_words_are_masked(
    trips: Trips, key: SenderKey
) -> None:
    told = replace(
        TOLD,
        attachments=("sha256:" + "a" * 64,),
        persons_masked=True,
        said="值班员电话 13812345678 未接",
    )
    lead = take_lead(key, told, now=NOW)
    assert lead.attachments == list(told.attachments)
    assert "13812345678" not in lead.said


@pytest.mark.guard("G7")
def test_no_lead_enters_a_file_a_score_a_list_or_a_publication(trips: Trips, key: SenderKey) -> None:
    burdens = (Record, Score, GivenGrade, Regrade, ListEntry, MeasureApplied, Publication, Visit)
    before = Subject.objects.get().version
    lead = take_lead(key, TOLD, now=NOW)
    assert prompt_self_check(lead.public_id, _act(trips)).outcome == "prompted"
    other = take_lead(key, replace(TOLD, external="D-2"), now=NOW)
    close_lead(other.public_id, _act(trips, "正在除霜，已恢复"))
    third = take_lead(key, replace(TOLD, external="D-3"), now=NOW)
    check_on_lead(third.public_id, _plan(trips), _act(trips))
    assert not any(table.objects.exists() for table in burdens)
    assert Subject.objects.get().version == before, (
        "the file, the grade and what rests on them stay as they were"
    )


@pytest.mark.guard("G7")
def test_a_lead_grounds_no_measure(trips: Trips, key: SenderKey) -> None:
    lead = prompt_self_check(take_lead(key, TOLD, now=NOW).public_id, _act(trips))
    assert lead.case is not None
    assert "lead" not in set(GroundKind) and "device" not in set(Provenance)
    for ground in (Ground(GroundKind.DECISION, lead.case.pk), Ground(GroundKind.RECORD, lead.pk)):
        with pytest.raises(Refusal):
            basis_of(lead.subject, ground, policy=trips.policy, on=TODAY)


def test_a_lead_is_closed_with_a_reason_and_once(trips: Trips, key: SenderKey) -> None:
    lead = take_lead(key, TOLD, now=NOW)
    with pytest.raises(Refusal) as refused:
        close_lead(lead.public_id, _act(trips, "无"))
    assert _code(refused) == "LE8"
    closed = close_lead(lead.public_id, _act(trips, "正在除霜，已恢复"))
    assert (closed.outcome, closed.closed_by) == ("no_fault", trips.people.li)
    with pytest.raises(Refusal) as again:
        prompt_self_check(lead.public_id, _act(trips))
    assert _code(again) == "LE7"
    assert LedgerEvent.objects.filter(kind="lead.closed").count() == 1


def test_the_enterprise_is_asked_by_letter_to_look_itself(trips: Trips, key: SenderKey) -> None:
    lead = prompt_self_check(take_lead(key, TOLD, now=NOW).public_id, _act(trips))
    assert lead.case is not None and lead.case.state == "prompted"
    letter = issue_letter(lead.case.public_id, draft_of("lead_prompt"), **trips.by(trips.people.wang))
    assert letter.title == "自查提示函"


@pytest.mark.guard("G7")
@pytest.mark.row("X-06")
def test_a_check_on_a_lead_stands_on_the_closed_list_and_waits_for_a_second_person(
    trips: Trips, key: SenderKey
) -> None:
    early = datetime(2026, 11, 19, 16, 30, tzinfo=UTC)  # half past midnight in China
    told = replace(TOLD, observed_at=early)
    lead = check_on_lead(take_lead(key, told, now=NOW).public_id, _plan(trips), _act(trips))
    check = CaseCheck.objects.get()
    assert lead.check_made == check and check.reason == "monitoring"
    assert "冷库温度持续偏高" in check.explanation and "（2026-11-20）" in check.explanation
    assert check.plan.approved_at is None and not may_go(check)


def test_a_check_on_a_lead_is_put_by_the_organ_that_received_it(trips: Trips, key: SenderKey) -> None:
    lead = take_lead(key, TOLD, now=NOW)
    with pytest.raises(Refusal) as refused:
        check_on_lead(lead.public_id, _plan(trips, organisation=trips.people.city), _act(trips))
    assert _code(refused) == "LE10"


@pytest.fixture
def liu(trips: Trips) -> User:
    safety = make_organisation(
        "kaifeng.emergency_management", OrganisationKind.DEPARTMENT, "市应急管理局", trips.people.city
    )
    return make_user("liu", "刘应急", safety, Role.REVIEWER)


def _by(trips: Trips, user: User, reason: str = "") -> Act:
    return Act(actor=user, reason=reason, policy=trips.policy, now=NOW)


@pytest.mark.guard("G7")
def test_a_lead_on_its_way_to_another_organ_is_nobodys_to_act_on(
    trips: Trips, key: SenderKey, liu: User
) -> None:
    lead = take_lead(key, TOLD, now=NOW)
    hand_over(lead.public_id, liu.organisation, _act(trips, "属于安全生产监督职责"))
    for verb in (close_lead, prompt_self_check):
        with pytest.raises(Refusal) as refused:
            verb(lead.public_id, _act(trips))
        assert _code(refused) == "LE13"
    with pytest.raises(Refusal) as twice:
        hand_over(lead.public_id, liu.organisation, _act(trips))
    assert _code(twice) == "LE13"
    with pytest.raises(Refusal) as own:
        take_over(lead.public_id, _act(trips))
    assert _code(own) == "LE14"
    lead.refresh_from_db()
    assert lead.organisation == trips.people.market and lead.outcome == "open"


def test_a_lead_that_was_taken_is_dealt_with_by_the_other_organ_alone(
    trips: Trips, key: SenderKey, liu: User
) -> None:
    lead = take_lead(key, TOLD, now=NOW)
    hand_over(lead.public_id, liu.organisation, _act(trips, "属于安全生产监督职责"))
    assert take_over(lead.public_id, _by(trips, liu)).organisation == liu.organisation
    with pytest.raises(Refusal) as refused:
        check_on_lead(lead.public_id, _plan(trips), _act(trips))
    assert _code(refused) == "LE10"
    assert close_lead(lead.public_id, _by(trips, liu, "正在除霜，已恢复")).closed_by == liu
    kinds = LedgerEvent.objects.filter(kind__startswith="lead.").order_by("pk")
    assert [one.kind for one in kinds] == ["lead.received", "lead.handed", "lead.taken_over", "lead.closed"]


def test_a_lead_sent_back_with_a_reason_is_the_first_organs_again(
    trips: Trips, key: SenderKey, liu: User
) -> None:
    lead = take_lead(key, TOLD, now=NOW)
    with pytest.raises(Refusal) as none:
        send_back(lead.public_id, _by(trips, liu, "不属于本机关"))
    assert _code(none) == "LE12"
    with pytest.raises(Refusal) as same:
        hand_over(lead.public_id, trips.people.market, _act(trips))
    assert _code(same) == "LE11"
    hand_over(lead.public_id, liu.organisation, _act(trips, "属于安全生产监督职责"))
    with pytest.raises(Refusal) as silent:
        send_back(lead.public_id, _by(trips, liu))
    assert _code(silent) == "LE8"
    send_back(lead.public_id, _by(trips, liu, "食品冷库由市场监管部门负责"))
    assert close_lead(lead.public_id, _act(trips)).organisation == trips.people.market


@pytest.mark.guard("G13")
def test_the_words_of_a_lead_go_once_their_days_are_over(trips: Trips, key: SenderKey) -> None:
    take_lead(key, TOLD, now=NOW)
    days = trips.policy.parameter("inspections.lead_retention_days", on=TODAY).required()
    for ahead, count in ((days - 1, 0), (days + 1, 1), (days + 2, 0)):
        later = NOW + timedelta(days=ahead)
        assert forget_leads(policy=trips.policy, today=TODAY, now=later) == count
    lead = Lead.objects.get()
    assert (lead.said, lead.device_no, lead.attachments, lead.outcome) == ("", "", [], "expired")
