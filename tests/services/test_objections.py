"""An objection marks at once, goes to the source, is answered by a second person in the province's term, and can go on."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from tests.people import NOW, TODAY, People
from tests.services.objectors import Objectors, make_objectors, now_of, of

from xinheng.core.objections import Answer, Claim
from xinheng.core.policy import Policy, load_policy
from xinheng.core.records import RecordState
from xinheng.core.refusal import Refusal
from xinheng.services.case_lookup import look_up
from xinheng.services.cases import take_step
from xinheng.services.objections import Pushed, ask_review, receive, register_review, retract
from xinheng.services.objections_marks import marked
from xinheng.store.models import Case, CaseDeadline, LedgerEvent, Objection, Record, RecordNote

pytestmark = pytest.mark.row("M13-01")


@pytest.fixture
def objectors(people: People, policy: Policy) -> Objectors:
    return make_objectors(people, policy)


def _reference(record: Record) -> str:
    return f"record:{record.record_key}"


def _due(case: Case) -> dict[str, date | None]:
    running = CaseDeadline.objects.filter(case=case, ended_on__isnull=True)
    return dict(running.values_list("key", "due_on"))


def _code(refused: pytest.ExceptionInfo[Refusal]) -> str:
    return refused.value.code


@pytest.mark.guard("G13")
def test_an_objection_marks_the_record_at_once_and_goes_to_its_source(objectors: Objectors) -> None:
    record = objectors.record()
    version = objectors.firm.version
    lodged = objectors.lodge(_reference(record))
    assert RecordState(now_of(record).state) is RecordState.DISPUTED
    assert RecordNote.objects.get(record=now_of(record)).ground == f"异议处理 {lodged.case.number}"
    objectors.firm.refresh_from_db()
    assert objectors.firm.version > version
    assert lodged.case.number == "YY-2026-000001"
    assert (lodged.case.state, lodged.case.organisation) == ("at_source", objectors.people.market)
    calendar = objectors.policy.calendar
    assert _due(lodged.case) == {
        "objections.provider_workdays": calendar.add_workdays(TODAY, 3).on,
        "objections.total_workdays": calendar.add_workdays(TODAY, 7).on,
    }
    shown = look_up(lodged.case.number, lodged.code, address="10.0.0.1", policy=objectors.policy, now=NOW)
    assert shown.state == "报送信息的单位正在核对"
    assert (objectors.firm.pk, _reference(record)) in marked([objectors.firm.pk])


def test_what_the_platform_itself_provided_is_looked_into_here_within_its_own_term(
    objectors: Objectors,
) -> None:
    batch = objectors.rows.batch(organisation=objectors.people.city, state="loaded", loaded_at=NOW)
    lodged = objectors.lodge(_reference(objectors.record(batch=batch)))
    assert lodged.case.state == "checking"
    assert _due(lodged.case) == {
        "objections.own_workdays": objectors.policy.calendar.add_workdays(TODAY, 3).on
    }
    assert of(lodged.case).source is None


@pytest.mark.guard("G15")
def test_another_provinces_term_is_not_borrowed(people: People) -> None:
    hebei = load_policy(Path(settings.POLICY_ROOT), city="shijiazhuang")
    objectors = make_objectors(people, hebei)
    case = objectors.lodge(_reference(objectors.record())).case
    assert set(_due(case).values()) == {None}


def test_what_is_wrong_is_corrected_as_the_source_says_and_the_mark_goes(objectors: Objectors) -> None:
    record = objectors.record(amount_fen=500_000)
    case = objectors.found(
        objectors.lodge(_reference(record)).case,
        Answer.CORRECTED,
        values={"amount_fen": 50_000, "valid_to": "2027-03-03"},
        fields={"处罚内容": "罚款五百元"},
    )
    assert objectors.answer(case, "correct").state == "decided"
    after = now_of(record)
    assert (after.amount_fen, RecordState(after.state)) == (50_000, RecordState.ACTIVE)
    assert after.detail.fields["处罚内容"] == "罚款五百元"
    assert after.valid_to == date(2027, 3, 3)
    assert of(case).answer == Answer.CORRECTED
    assert of(case).mark_removed_at == NOW
    assert objectors.serve(case).state == "done"
    assert _due(case) == {}


@pytest.mark.guard("G9")
def test_what_should_not_be_there_is_withdrawn_with_all_that_rested_on_it(objectors: Objectors) -> None:
    record = objectors.record()
    shown = objectors.rows.publication(ground=record, record_key=record.record_key, subject=objectors.firm)
    case = objectors.found(objectors.lodge(_reference(record)).case, Answer.WITHDRAWN)
    shown.refresh_from_db()
    assert shown.stopped_at is None
    objectors.answer(case, "withdraw")
    assert RecordState(now_of(record).state) is RecordState.WITHDRAWN
    shown.refresh_from_db()
    assert shown.stopped_at is not None


def test_an_answer_that_changes_nothing_restores_the_record_as_it_was(objectors: Objectors) -> None:
    record = objectors.record(state=RecordState.ANNOTATED)
    case = objectors.upheld(_reference(record))
    assert case.state == "told"
    assert RecordState(now_of(record).state) is RecordState.ANNOTATED
    assert of(case).answer == Answer.UPHELD


def test_who_looked_into_it_does_not_answer_it(objectors: Objectors) -> None:
    from xinheng.core.roles import Role
    from xinheng.store.models import RoleGrant

    record = objectors.record()
    case = objectors.found(objectors.lodge(_reference(record)).case)
    wang = objectors.people.wang
    RoleGrant.objects.create(
        user=wang, role=Role.DECIDER, organisation=objectors.people.city, from_on=date(2026, 1, 1)
    )
    with pytest.raises(Refusal) as refused:
        objectors.answer(case, "uphold", actor=wang)
    assert _code(refused) == "flow_same_person"
    assert RecordState(now_of(record).state) is RecordState.DISPUTED


def test_a_correction_says_what_is_right(objectors: Objectors) -> None:
    record = objectors.record()
    case = objectors.lodge(_reference(record)).case
    with pytest.raises(Refusal) as refused:
        objectors.found(case, Answer.CORRECTED)
    assert _code(refused) == "OB15"
    case = objectors.found(case, Answer.WITHDRAWN)
    with pytest.raises(Refusal) as refused:
        objectors.answer(case, "correct")
    assert _code(refused) == "OB5"
    case.refresh_from_db()
    assert case.state == "answered"


def test_the_window_lodges_for_who_has_no_account(objectors: Objectors) -> None:
    lodged = objectors.lodge(_reference(objectors.record()), actor=objectors.sun)
    assert (of(lodged.case).channel, lodged.case.opened_by) == ("window", objectors.sun)


def test_a_pushed_objection_is_taken_once(objectors: Objectors) -> None:
    record = objectors.record()
    given: dict[str, Any] = {
        "claim": Claim(wrong="不是本企业的处罚"),
        "pushed": Pushed(platform="信用中国", number="X-77"),
        "subject": objectors.firm,
        "reference": _reference(record),
        "policy": objectors.policy,
        "now": NOW,
    }
    first = receive(**given).case
    assert RecordState(now_of(record).state) is RecordState.DISPUTED
    assert first.events.get().actor is None
    with pytest.raises(Refusal, match=first.number) as refused:
        receive(**given)
    assert _code(refused) == "OB4"


@pytest.mark.parametrize(
    ("wrong", "reference", "code"),
    [("错", "record:{key}", "OB1"), ("金额写错", "record:999", "OB2"), ("金额写错", "nothing", "OB2")],
)
def test_what_cannot_be_looked_into_is_refused(
    objectors: Objectors, wrong: str, reference: str, code: str
) -> None:
    from xinheng.services.objections import lodge

    key = objectors.record().record_key
    with pytest.raises(Refusal) as refused:
        lodge(
            Claim(wrong=wrong),
            subject=objectors.firm,
            reference=reference.format(key=key),
            actor=objectors.party,
            policy=objectors.policy,
            now=NOW,
        )
    assert _code(refused) == code
    assert not Case.objects.exists()


@pytest.mark.guard("G13")
def test_nobody_objects_to_what_is_of_another_or_beyond_the_mandate(objectors: Objectors) -> None:
    other = objectors.rows.record(item=4)
    with pytest.raises(Refusal) as refused:
        objectors.lodge(_reference(other))
    assert _code(refused) == "OB2"
    objectors.party.mandates[0].matters = ["file"]
    with pytest.raises(Refusal) as refused:
        objectors.lodge(_reference(objectors.record()))
    assert _code(refused) == "access"


def test_a_second_objection_to_the_same_is_led_to_the_first(objectors: Objectors) -> None:
    record = objectors.record()
    first = objectors.lodge(_reference(record)).case
    with pytest.raises(Refusal, match=first.number) as refused:
        objectors.lodge(_reference(record), actor=objectors.sun)
    assert _code(refused) == "OB3"


def test_an_objection_taken_back_leaves_no_mark(objectors: Objectors) -> None:
    record = objectors.record()
    case = objectors.lodge(_reference(record)).case
    retract(case, reason="", actor=objectors.party, policy=objectors.policy, now=NOW)
    assert RecordState(now_of(record).state) is RecordState.ACTIVE
    assert of(case).answer == Answer.RETRACTED
    assert _due(case) == {}


def test_what_others_marked_stays_marked(objectors: Objectors) -> None:
    record = objectors.record(state=RecordState.DISPUTED)
    objectors.upheld(_reference(record))
    assert RecordState(now_of(record).state) is RecordState.DISPUTED


def test_words_about_persons_are_not_kept(objectors: Objectors) -> None:
    from xinheng.services.objections import lodge

    lodged = lodge(
        Claim(wrong="金额写错，请致电13812345678"),
        subject=objectors.firm,
        reference=_reference(objectors.record()),
        actor=objectors.party,
        policy=objectors.policy,
        now=NOW,
    )
    kept = [of(lodged.case).wrong, lodged.case.events.get().reason]
    assert not any("13812345678" in one for one in kept)


@pytest.mark.row("M9-04")
def test_an_answer_on_a_list_entry_goes_on_to_the_province_and_comes_back(objectors: Objectors) -> None:
    record = objectors.rows.record(subject=objectors.firm, item=14, seriousness=3, decided_on=TODAY)
    objectors.rows.detail(record=record, title="严重失信主体名单")
    case = objectors.upheld(_reference(record))
    assert of(case).aim == "list_entry"
    given: dict[str, Any] = {"policy": objectors.policy, "now": NOW}
    case = ask_review(case, reason="已提交新的证据", actor=objectors.party, **given)
    assert RecordState(now_of(record).state) is RecordState.DISPUTED
    assert _due(case) == {"objections.review_workdays": None}
    case = register_review(
        case, "review_change", reason="豫发改信复〔2026〕1号", actor=objectors.people.wang, **given
    )
    assert case.state == "answered"
    objectors.answer(case, "withdraw")
    assert RecordState(now_of(record).state) is RecordState.WITHDRAWN


@pytest.mark.row("M9-04")
@pytest.mark.guard("G15")
def test_a_review_that_no_rule_of_the_province_gives_is_refused(people: People, objectors: Objectors) -> None:
    case = objectors.upheld(_reference(objectors.record()))
    with pytest.raises(Refusal) as refused:
        ask_review(case, reason="不服", actor=objectors.party, policy=objectors.policy, now=NOW)
    assert _code(refused) == "OB9"
    case.refresh_from_db()
    assert case.state == "told"


@pytest.mark.row("M9-04")
def test_a_review_that_upholds_ends_the_case(objectors: Objectors) -> None:
    record = objectors.rows.record(subject=objectors.firm, item=14, seriousness=3, decided_on=TODAY)
    objectors.rows.detail(record=record, title="严重失信主体名单")
    case = objectors.upheld(_reference(record))
    given: dict[str, Any] = {"policy": objectors.policy, "now": NOW}
    case = ask_review(case, reason="不服", actor=objectors.sun, **given)
    case = register_review(
        case, "review_uphold", reason="豫发改信复〔2026〕1号", actor=objectors.people.wang, **given
    )
    assert (case.state, case.closed_at) == ("final", NOW)
    assert RecordState(now_of(record).state) is RecordState.ACTIVE


@pytest.mark.guard("G6")
def test_an_inspection_result_can_be_objected_to(objectors: Objectors) -> None:
    from xinheng.core.catalogue import Item

    record = objectors.rows.record(subject=objectors.firm, item=int(Item.INSPECTION), decided_on=TODAY)
    objectors.rows.detail(record=record, title="双随机抽查")
    assert of(objectors.lodge(_reference(record)).case).aim == "inspection"


def test_each_step_is_in_the_ledger(objectors: Objectors) -> None:
    objectors.upheld(_reference(objectors.record()))
    kinds = set(LedgerEvent.objects.filter(subject=objectors.firm.public_id).values_list("kind", flat=True))
    assert {
        "case.lodge",
        "record.dispute",
        "case.reply",
        "case.uphold",
        "record.restore",
        "case.serve",
    } <= kinds


def test_a_case_sent_back_is_looked_into_again(objectors: Objectors) -> None:
    case = objectors.found(objectors.lodge(_reference(objectors.record())).case)
    given: dict[str, Any] = {"policy": objectors.policy, "now": NOW, "reason": "没有附原件"}
    take_step(case.public_id, "send_back", actor=objectors.people.zhao, **given)
    case = objectors.found(case, Answer.WITHDRAWN)
    assert objectors.answer(case, "withdraw").state == "decided"
    assert Objection.objects.count() == 1
