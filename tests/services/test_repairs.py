"""A repair is asked for at the right time with lawful materials, decided by a second person, and can be taken back."""

from datetime import date, timedelta

import pytest
from tests.people import NOW, TODAY, People
from tests.services.letter_cases import draft_of
from tests.services.repairers import (
    CODE,
    EARLIEST,
    PROVED,
    STOPS,
    WHOLE,
    Repairs,
    make_repairs,
    penalty,
)
from tests.store import measure_rows

from xinheng.core.policy import Policy
from xinheng.core.records import Finality, RecordState
from xinheng.core.refusal import Refusal
from xinheng.core.service_proof import Try, Way
from xinheng.services import letters
from xinheng.services.letters_serving import serve
from xinheng.services.publication import stop_due
from xinheng.services.repair_decisions import (
    accept,
    annul,
    ask_completion,
    complete,
    decline,
    grant,
    propose_annulment,
)
from xinheng.services.repairs import (
    Application,
    Lodging,
    answer_for,
    lodge,
    matters_of,
    open_record,
    prepare,
    revise,
)
from xinheng.store.models import (
    Case,
    CaseDeadline,
    Ending,
    LedgerEvent,
    Publication,
    Record,
    RepairApplication,
    RepairSource,
    Subject,
)


@pytest.fixture
def repairs(people: People, policy: Policy) -> Repairs:
    return make_repairs(people, policy)


def _refused(code: str) -> "pytest.RaisesExc[Refusal]":
    return pytest.raises(Refusal, check=lambda refusal: refusal.code == code)


@pytest.mark.row("M12-01")
@pytest.mark.guard("G5")
@pytest.mark.guard("G6")
def test_the_enterprise_is_told_from_when_where_and_with_what(repairs: Repairs, policy: Policy) -> None:
    fresh = penalty(repairs.rows, repairs.firm, decided_on=date(2026, 10, 20), seriousness=3)
    first, second = matters_of(repairs.firm, policy=policy, today=TODAY)
    assert (first.record.pk, first.answer.may) == (fresh.pk, False)
    assert first.answer.earliest_on == date(2027, 10, 20)
    assert "2027-10-20 起可以申请" in first.answer.hurdles[0].message
    assert (second.answer.may, second.shown) == (True, True)
    assert (second.answer.earliest_on, second.answer.stops_on) == (EARLIEST, STOPS)
    assert second.answer.place is not None
    assert second.answer.place.title == "国家企业信用信息公示系统"
    assert second.answer.missing(()) == ("已改正、已履行义务的证明", "信用修复承诺书")
    assert second.answer.missing(("duty_done", "commitment")) == ()


@pytest.mark.row("M12-01")
def test_the_rule_of_the_day_of_the_document_holds(repairs: Repairs, policy: Policy) -> None:
    record = penalty(repairs.rows, repairs.firm, decided_on=date(2025, 12, 26))
    assert answer_for(open_record(record.record_key), policy=policy, today=TODAY).earliest_on == date(
        2026, 3, 26
    )
    other = repairs.rows.record(subject=repairs.firm, seriousness=3, decided_on=date(2022, 5, 1), finality=6)
    repairs.rows.detail(record=other)
    answer = answer_for(open_record(other.record_key), policy=policy, today=TODAY)
    assert (answer.earliest_on, answer.rule and answer.rule.source) == (
        date(2022, 11, 1),
        "fagaibancaijin-2019-527",
    )


@pytest.mark.guard("G15")
def test_an_unknown_shortest_term_holds_nobody_up(repairs: Repairs, policy: Policy) -> None:
    record = penalty(repairs.rows, repairs.firm, decided_on=date(2024, 5, 1))
    answer = answer_for(open_record(record.record_key), policy=policy, today=TODAY)
    assert (answer.unconfirmed, answer.earliest_on, answer.may) == (True, None, True)


@pytest.mark.row("M12-03")
@pytest.mark.row("M12-04")
@pytest.mark.guard("G9")
def test_a_granted_repair_ends_every_effect_in_its_transaction(repairs: Repairs) -> None:
    case = repairs.lodged()
    assert case.number == "XF-2026-000001"
    clock = CaseDeadline.objects.get(case=case, key="repair.accept_workdays")
    assert clock.due_on == repairs.policy.calendar.add_workdays(TODAY, 3).on
    accept(case, repairs.act(repairs.people.wang))
    clock = CaseDeadline.objects.get(case=case, key="repair.decide_workdays")
    assert clock.due_on == repairs.policy.calendar.add_workdays(TODAY, 7).on
    repairs.step(case, "examine", repairs.sun)
    before = Subject.objects.get(pk=repairs.firm.pk).version
    done = grant(case, repairs.act(repairs.people.zhao))
    assert (done.state, done.closed_at) == ("granted", NOW)
    assert repairs.current().state == RecordState.REPAIRED
    assert not repairs.shown()
    assert Subject.objects.get(pk=repairs.firm.pk).version == before + 1
    ending = Ending.objects.get()
    assert (ending.cause, ending.records) == ("repaired", [repairs.record.record_key])
    assert repairs.current().note.ground == "信用修复 XF-2026-000001"
    assert not CaseDeadline.objects.filter(case=case, ended_on__isnull=True).exists()
    assert matters_of(repairs.firm, policy=repairs.policy, today=TODAY) == []


@pytest.mark.row("M12-03")
def test_nobody_decides_who_accepted_or_reviewed_and_reasons_are_given(repairs: Repairs) -> None:
    case = repairs.examined()
    with pytest.raises(Refusal, match="您不能“准予修复”"):
        grant(case, repairs.act(repairs.people.wang))
    with _refused("flow_reason"):
        grant(case, repairs.act(repairs.people.zhao, reason=" "))
    refused = repairs.step(case, "refuse", repairs.people.zhao, ground=_ground(repairs))
    assert (refused.state, repairs.shown()) == ("refused", True)
    again = repairs.lodged(external="XYZG-2")
    assert again.state == "received"


def _ground(repairs: Repairs) -> object:
    from xinheng.core.grounds import Ground, GroundKind

    return Ground(GroundKind.RECORD, repairs.record.record_key)


@pytest.mark.row("M12-01")
def test_a_repair_asked_too_early_is_refused_with_the_day(repairs: Repairs) -> None:
    record = penalty(repairs.rows, repairs.firm, decided_on=date(2026, 9, 1))
    with pytest.raises(Refusal, match="2026-12-01 起可以申请"):
        lodge(
            record.record_key,
            WHOLE,
            repairs.lodging(),
            actor=repairs.people.wang,
            policy=repairs.policy,
            now=NOW,
        )
    with _refused("RX5"):
        prepare(record.record_key, WHOLE, party=repairs.party(), policy=repairs.policy, now=NOW)
    assert not Case.objects.exists()


def _hurdle(repairs: Repairs, record: Record) -> tuple[str, str]:
    one = next(
        one
        for one in matters_of(repairs.firm, policy=repairs.policy, today=TODAY)
        if one.record.record_key == record.record_key
    )
    return (one.answer.hurdles[0].code, one.answer.hurdles[0].message) if one.answer.hurdles else ("", "")


@pytest.mark.row("M12-01")
@pytest.mark.guard("G9")
def test_nothing_is_applied_for_where_the_publication_is_over(repairs: Repairs) -> None:
    by_rule = penalty(repairs.rows, repairs.firm, decided_on=date(2022, 5, 1), seriousness=3)
    stopped = penalty(repairs.rows, repairs.firm)
    repairs.rows.publication(
        ground=stopped,
        decided_on=stopped.decided_on,
        published_at=NOW - timedelta(days=30),
        stopped_at=NOW - timedelta(days=1),
        stop_reason="correct",
    )
    for record in (by_rule, stopped):
        assert _hurdle(repairs, record)[0] == "RX9"
        with _refused("RX9"):
            prepare(record.record_key, WHOLE, party=repairs.party(), policy=repairs.policy, now=NOW)
        with _refused("RX9"):
            lodge(
                record.record_key,
                WHOLE,
                repairs.lodging(),
                actor=repairs.people.wang,
                policy=repairs.policy,
                now=NOW,
            )
    assert not Case.objects.exists()


@pytest.mark.row("M12-01")
@pytest.mark.guard("G5")
def test_what_is_not_public_here_is_applied_for_only_where_a_site_pushes_it_or_something_rests_on_it(
    repairs: Repairs,
) -> None:
    unseen = penalty(repairs.rows, repairs.firm)
    assert _hurdle(repairs, unseen)[0] == "RX10"
    given = {"policy": repairs.policy, "now": NOW}
    with _refused("RX10"):
        lodge(unseen.record_key, WHOLE, repairs.lodging(), actor=repairs.people.wang, **given)
    pushed = lodge(unseen.record_key, WHOLE, repairs.lodging(), actor=None, **given)
    assert pushed.state == "received"
    ground = penalty(repairs.rows, repairs.firm)
    measure_rows.measure(repairs.rows, subject=repairs.firm, ground_key=ground.record_key)
    assert _hurdle(repairs, ground) == ("", "")
    assert lodge(
        ground.record_key, WHOLE, repairs.lodging("XYZG-2"), actor=repairs.people.wang, **given
    ).number


@pytest.mark.row("M12-01")
def test_the_same_application_twice_is_refused(repairs: Repairs) -> None:
    first = repairs.lodged()
    with pytest.raises(Refusal, match=first.number):
        repairs.lodged(external="XYZG-2")
    other = penalty(repairs.rows, repairs.firm)
    repairs.rows.publication(ground=other, published_at=NOW)
    with _refused("XR5"):
        lodge(
            other.record_key,
            WHOLE,
            repairs.lodging(),
            actor=repairs.people.wang,
            policy=repairs.policy,
            now=NOW,
        )


@pytest.mark.row("M12-02")
@pytest.mark.row("M12-06")
@pytest.mark.guard("G5")
def test_courses_donations_and_fees_are_never_asked_for(repairs: Repairs) -> None:
    case = repairs.lodged(Application(offered=["training"]))
    for key in ("training", "charity", "report", "fee"):
        with _refused("RX8"):
            ask_completion(case, ["duty_done", key], repairs.act(repairs.people.wang))
    with _refused("XR7"):
        accept(case, repairs.act(repairs.people.wang))
    with _refused("RX7"):
        ask_completion(case, [], repairs.act(repairs.people.wang))
    case.refresh_from_db()
    assert case.state == "received"


@pytest.mark.row("M12-02")
def test_completion_is_asked_once_and_stops_the_clock(repairs: Repairs) -> None:
    case = repairs.lodged(Application(pledged=True))
    ask_completion(case, ["duty_done"], repairs.act(repairs.people.wang))
    clock = CaseDeadline.objects.get(case=case, key="repair.accept_workdays")
    assert clock.suspended_on == TODAY
    party = repairs.party()
    case.refresh_from_db()
    revise(case, Application(handed=PROVED), party=party, policy=repairs.policy, now=NOW)
    case.refresh_from_db()
    assert (case.state, case.events.latest("sequence").account) == ("completed", party.account)
    with _refused("flow_state"):
        ask_completion(case, ["duty_done"], repairs.act(repairs.people.wang))
    assert accept(case, repairs.act(repairs.people.wang)).state == "reviewing"


@pytest.mark.row("X-12")
def test_the_window_completes_for_those_without_internet(repairs: Repairs) -> None:
    case = repairs.lodged(Application(pledged=True))
    ask_completion(case, ["duty_done"], repairs.act(repairs.people.wang))
    complete(case, Application(handed=PROVED), actor=repairs.sun, policy=repairs.policy, now=NOW)
    assert RepairApplication.objects.get().handed["duty_done"] == PROVED["duty_done"]


@pytest.mark.row("M12-03")
def test_not_accepting_takes_two_persons_and_a_reason(repairs: Repairs) -> None:
    case = decline(repairs.lodged(), repairs.act(repairs.people.wang, reason="义务未履行"))
    with _refused("flow_role"):
        repairs.step(case, "not_accept", repairs.people.wang, ground=_ground(repairs))
    done = repairs.step(case, "not_accept", repairs.people.zhao, ground=_ground(repairs))
    assert (done.state, repairs.shown()) == ("not_accepted", True)


@pytest.mark.row("M12-01")
@pytest.mark.guard("G5")
def test_what_the_enterprise_prepared_goes_along_when_it_is_pushed(repairs: Repairs) -> None:
    party = repairs.party()
    case = prepare(repairs.record.record_key, WHOLE, party=party, policy=repairs.policy, now=NOW)
    assert (case.state, CaseDeadline.objects.filter(case=case).exists()) == ("prepared", False)
    pushed = lodge(
        repairs.record.record_key,
        Application(),
        repairs.lodging(lodged_on=date(2026, 11, 18), pushed_on=date(2026, 11, 19)),
        actor=None,
        policy=repairs.policy,
        now=NOW,
    )
    assert (pushed.pk, pushed.state) == (case.pk, "received")
    kept = RepairApplication.objects.get()
    assert (kept.source, kept.external, kept.handed["duty_done"]) == (
        "publicity_system",
        "XYZG-1",
        PROVED["duty_done"],
    )
    clock = CaseDeadline.objects.get(case=case, key="repair.accept_workdays")
    assert clock.due_on == repairs.policy.calendar.add_workdays(date(2026, 11, 19), 3).on


@pytest.mark.guard("G5")
@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"external": " "}, "XR2"),
        ({"source": RepairSource.OWN}, "XR3"),
        ({"pushed_on": TODAY + timedelta(days=1)}, "XR4"),
        ({"lodged_on": TODAY, "pushed_on": TODAY - timedelta(days=1)}, "XR4"),
    ],
)
def test_an_application_is_lodged_at_the_national_site(
    repairs: Repairs, given: dict[str, object], code: str
) -> None:
    told = {
        "source": RepairSource.CREDIT_CHINA, "external": "1", "lodged_on": TODAY, "pushed_on": TODAY,
    }  # fmt: skip
    with _refused(code):
        lodge(
            repairs.record.record_key,
            WHOLE,
            Lodging(**told | given),  # type: ignore[arg-type]
            actor=repairs.people.wang,
            policy=repairs.policy,
            now=NOW,
        )


@pytest.mark.guard("G13")
def test_an_agent_without_the_matter_prepares_nothing(repairs: Repairs) -> None:
    with _refused("access"):
        prepare(repairs.record.record_key, WHOLE, party=repairs.party("file"), policy=repairs.policy, now=NOW)


@pytest.mark.row("M12-08")
@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"item": 2}, "RX4"),
        ({"item": 19}, "RX2"),
        ({"state": RecordState.REPAIRED}, "RX1"),
        ({"finality": Finality.REVOKED}, "RX1"),
    ],
)
def test_each_kind_of_record_follows_its_rule(repairs: Repairs, given: dict[str, int], code: str) -> None:
    record = penalty(
        repairs.rows, repairs.firm, **({"seriousness": 0} if given.get("item") == 19 else {}) | given
    )
    answer = answer_for(open_record(record.record_key), policy=repairs.policy, today=TODAY)
    assert answer.hurdles[0].code == code


@pytest.mark.row("M12-08")
def test_an_entry_of_abnormal_operation_is_repaired_once_its_cause_is_gone(repairs: Repairs) -> None:
    record = penalty(repairs.rows, repairs.firm, item=13, seriousness=0, decided_on=TODAY)
    answer = answer_for(open_record(record.record_key), policy=repairs.policy, today=TODAY)
    assert (answer.may, answer.way and answer.way.place) == (True, "publicity_system")


def _annulling(repairs: Repairs) -> Case:
    return propose_annulment(repairs.granted(), repairs.act(repairs.people.wang, reason="缴款书是伪造的"))


@pytest.mark.row("M12-04")
@pytest.mark.guard("G17")
def test_a_repair_got_by_false_materials_is_taken_back_and_the_record_lives_again(
    repairs: Repairs, home: object
) -> None:
    case = _annulling(repairs)
    with _refused("XR8"):
        annul(case, repairs.act(repairs.people.zhao))
    letter = letters.issue_letter(
        case.public_id, draft_of("prior_notice"), actor=repairs.people.wang, policy=repairs.policy, now=NOW
    )
    serve(
        letter.public_id,
        Try(way=Way.DIRECT, on=TODAY, proof="已签收"),
        actor=repairs.people.wang,
        policy=repairs.policy,
        now=NOW,
    )
    with _refused("XR8"):
        annul(case, repairs.act(repairs.people.zhao))
    repairs.step(case, "hear", repairs.people.wang)
    with _refused("flow_role"):
        annul(case, repairs.act(repairs.people.wang))
    done = annul(case, repairs.act(repairs.people.zhao, reason="缴款书是伪造的"))
    assert (done.state, repairs.current().state) == ("annulled", RecordState.ACTIVE)
    assert repairs.shown()
    again = Publication.objects.get(record_key=repairs.record.record_key, stopped_at=None)
    assert again.stop_on == STOPS
    assert RepairApplication.objects.get().annulled_on == TODAY


@pytest.mark.guard("G15")
def test_false_materials_bar_only_for_a_term_that_is_known(repairs: Repairs, policy: Policy) -> None:
    repairs.granted()
    RepairApplication.objects.update(annulled_on=date(2025, 6, 1))
    other = penalty(repairs.rows, repairs.firm)
    answer = answer_for(open_record(other.record_key), policy=policy, today=TODAY)
    assert [one.code for one in answer.hurdles] == ["RX6"]
    assert "2028-06-01 以前" in answer.hurdles[0].message
    RepairApplication.objects.update(annulled_on=TODAY)
    assert answer_for(open_record(other.record_key), policy=policy, today=TODAY).may


@pytest.mark.row("M12-03")
def test_the_enterprise_withdraws_and_may_come_again(repairs: Repairs) -> None:
    case = repairs.lodged()
    party = repairs.party()
    from xinheng.services.cases import take_step

    done = take_step(
        case.public_id, "withdraw", actor=party, policy=repairs.policy, now=NOW, reason="材料未备齐"
    )
    assert done.state == "withdrawn"
    assert repairs.lodged(external="XYZG-2").state == "received"
    assert LedgerEvent.objects.filter(kind="case.withdraw").count() == 1


def test_codes_of_the_enterprise_stay_out_of_the_ledger(repairs: Repairs) -> None:
    repairs.granted()
    assert not LedgerEvent.objects.filter(reason__contains=CODE).exists()
    assert Record.objects.filter(record_key=repairs.record.record_key).count() == 2


@pytest.mark.row("X-01")
@pytest.mark.guard("G6")
def test_publication_stops_by_itself_at_the_longest_term_of_the_sector(
    repairs: Repairs, policy: Policy
) -> None:
    assert stop_due(today=STOPS - timedelta(days=1), now=NOW) == 0
    assert stop_due(today=STOPS, now=NOW) == 1
    assert matters_of(repairs.firm, policy=policy, today=STOPS) == []
    minor = penalty(repairs.rows, repairs.firm, item=12, seriousness=1, decided_on=date(2026, 9, 1))
    answer = answer_for(open_record(minor.record_key), policy=policy, today=TODAY)
    assert (answer.earliest_on, answer.stops_on) == (date(2026, 9, 1), date(2026, 12, 1))
    assert answer.may


@pytest.mark.row("M12-08")
@pytest.mark.guard("G5")
def test_matters_of_the_market_regulation_go_to_its_own_system(repairs: Repairs, policy: Policy) -> None:
    listed = penalty(repairs.rows, repairs.firm, item=14, seriousness=3, decided_on=date(2025, 1, 10))
    own = answer_for(open_record(listed.record_key), policy=policy, today=TODAY)
    other = repairs.rows.record(subject=repairs.firm, item=14, seriousness=3, decided_on=date(2025, 1, 10))
    repairs.rows.detail(record=other)
    general = answer_for(open_record(other.record_key), policy=policy, today=TODAY)
    assert [one.way.place for one in (own, general) if one.way] == ["publicity_system", "credit_china"]
