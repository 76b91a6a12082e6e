"""Measures are proposed on a living ground, decided by another, served, in force, and end with their ground."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from tests.people import NOW, TODAY, People
from tests.refusals import code_of
from tests.services.measure_cases import BAN, CHANNEL, HONOURS, SUPERVISION, Measures, make_measures

from xinheng.core.ban_faults import Finding
from xinheng.core.grounds import Ground, GroundKind
from xinheng.core.policy import Policy
from xinheng.core.records import Finality, RecordState, Seriousness
from xinheng.core.refusal import Refusal
from xinheng.services.flags import Mark, mark_subject
from xinheng.services.letters_begun import begun
from xinheng.services.measures import decide, propose, rows_of
from xinheng.services.measures_ending import end_due, end_measures, follow_ended, remedy_wrong
from xinheng.services.records import Change, change_state
from xinheng.store.flags import FlagKind
from xinheng.store.models import (
    Case,
    LedgerEvent,
    MeasureApplied,
    MeasureTask,
    Record,
    Subject,
    SuperiorLetter,
)


@pytest.fixture
def measures(people: People, policy: Policy, home: object) -> Measures:
    return make_measures(people, policy)


def repair(record: Record, measures: Measures, deed: str = "repair") -> None:
    change_state(
        record_key=record.record_key,
        change=Change(deed=deed, reason="已修复", ground="修复决定1号"),
        actor=measures.people.wang,
        policy=measures.policy,
        now=NOW + timedelta(minutes=1),
    )


@pytest.mark.row("M10-01")
@pytest.mark.guard("G17")
def test_a_measure_is_in_force_from_the_service_of_its_decision(measures: Measures) -> None:
    case = measures.decided()
    assert case.number == "CS-2026-000001"
    assert not MeasureApplied.objects.exists()
    with pytest.raises(Refusal) as refused:
        measures.started(case)
    assert refused.value.code == "MS4"
    before = Subject.objects.get(pk=case.subject_id).version
    (measure,) = measures.started(measures.served(case))
    assert (measure.from_on, measure.title, measure.edition) == (TODAY, "限制参加评先评优", "2024")
    assert measure.until_on is not None
    assert "第三十二条" in measure.basis
    assert Subject.objects.get(pk=case.subject_id).version == before + 1
    assert LedgerEvent.objects.filter(kind="measure.applied").count() == 1
    case.refresh_from_db()
    assert case.state == "in_force"


@pytest.mark.row("M10-01")
def test_who_proposed_does_not_decide_and_nothing_runs_twice(measures: Measures) -> None:
    record = measures.record()
    case = measures.proposed(record)
    with pytest.raises(Refusal, match="您不能“决定采取措施”"):
        decide(
            case,
            actor=measures.people.wang,
            policy=measures.policy,
            now=NOW,
            reason="x",
            seen=case.version,
        )
    with pytest.raises(Refusal) as refused:
        measures.proposed(record)
    assert refused.value.code == "C03"
    decided = decide(
        case, actor=measures.people.zhao, policy=measures.policy, now=NOW, reason="x", seen=case.version
    )
    measures.started(measures.served(decided))
    with pytest.raises(Refusal) as refused:
        measures.proposed(record)
    assert refused.value.code == "MS2"


@pytest.mark.row("M10-01")
@pytest.mark.guard("G3")
@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"finality": Finality.WITHIN_TERM}, "ground_not_final"),
        ({"finality": Finality.UNKNOWN}, "ground_not_final"),
        ({"finality": Finality.REVOKED}, "ground_ended"),
        ({"state": RecordState.REPAIRED}, "ground_ended"),
        ({"state": RecordState.SHIELDED}, "ground_ended"),
        ({"known_until": NOW + timedelta(days=1)}, "MG1"),
        ({"seriousness": Seriousness.MINOR}, "MEASURE-PROPORTION"),
        ({"item": 1, "seriousness": Seriousness.NONE}, "MG2"),
    ],
)
def test_what_does_not_stand_grounds_no_measure(
    measures: Measures, given: dict[str, object], code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        measures.proposed(measures.record(**given))
    assert refused.value.code == code
    assert not Case.objects.exists()


@pytest.mark.row("M10-01")
def test_the_record_of_another_enterprise_grounds_nothing(measures: Measures) -> None:
    wanted = replace(measures.proposal(measures.record()), subject=measures.rows.subject())
    with pytest.raises(Refusal) as refused:
        propose(wanted, actor=measures.people.wang, policy=measures.policy, now=NOW)
    assert refused.value.code == "MG1"


@pytest.mark.row("M10-01")
def test_burdens_and_incentives_are_not_mixed_nor_is_nothing_proposed(measures: Measures) -> None:
    record = measures.record()
    for choices in ((), (replace(HONOURS, measure="no_parks"),)):
        with pytest.raises(Refusal) as refused:
            propose(
                replace(measures.proposal(record), choices=choices),
                actor=measures.people.wang,
                policy=measures.policy,
                now=NOW,
            )
        assert refused.value.code in {"MS1", "MEASURE-UNLISTED"}


@pytest.mark.row("M10-01")
def test_a_ground_that_ended_meanwhile_stops_the_decision(measures: Measures) -> None:
    record = measures.record()
    case = measures.proposed(record)
    repair(record, measures)
    with pytest.raises(Refusal) as refused:
        decide(
            case, actor=measures.people.zhao, policy=measures.policy, now=NOW, reason="x", seen=case.version
        )
    assert refused.value.code == "ground_ended"


@pytest.mark.row("M10-08")
def test_a_ban_is_told_beforehand_and_lasts_the_term_of_its_statute(measures: Measures) -> None:
    record = measures.listed()
    case = measures.proposed(record, BAN)
    with pytest.raises(Refusal) as refused:
        decide(
            case, actor=measures.people.zhao, policy=measures.policy, now=NOW, reason="x", seen=case.version
        )
    assert refused.value.code == "MS3"
    case = measures.step(case, "notify", measures.people.wang)
    heard = measures.step(measures.served(case, "prior_notice"), "hear", measures.people.wang)
    decided = decide(
        heard, actor=measures.people.zhao, policy=measures.policy, now=NOW, reason="x", seen=heard.version
    )
    (ban,) = measures.started(measures.served(decided))
    assert (ban.field, ban.until_on) == ("procurement", TODAY.replace(year=2028))
    assert "第七十七条" in ban.basis


@pytest.mark.row("M10-08")
def test_a_notice_that_was_not_served_opens_no_decision(measures: Measures) -> None:
    record = measures.listed()
    case = measures.step(measures.proposed(record, BAN), "notify", measures.people.wang)
    heard = measures.step(case, "hear", measures.people.wang)
    with pytest.raises(Refusal) as refused:
        decide(
            heard, actor=measures.people.zhao, policy=measures.policy, now=NOW, reason="x", seen=heard.version
        )
    assert refused.value.code == "MS3"


def rigged(measures: Measures, **fields: str) -> Record:
    """A serious penalty of the market regulator that speaks of procurement."""
    told = {"违法行为类型": "在政府采购中与其他供应商恶意串通"} | fields
    return measures.record(seriousness=Seriousness.SERIOUS, fields=told)


COLLUSION = Finding(fault="collusion", clause="第七十七条第一款第（三）项", fits="两家投标文件异常一致")


@pytest.mark.row("M10-08")
def test_a_penalty_of_another_matter_carries_no_ban(measures: Measures) -> None:
    food = measures.record(seriousness=Seriousness.SERIOUS, fields={"违法行为类型": "销售超过保质期的食品"})
    with pytest.raises(Refusal) as refused:
        measures.proposed(food, replace(BAN, fault="collusion", clause="第七十七条", fits="x"))
    assert refused.value.code == "BAN-UNRELATED"
    assert "第七十七条" in refused.value.citation
    assert not Case.objects.exists()


@pytest.mark.row("M10-08")
@pytest.mark.guard("G17")
def test_who_decides_a_ban_finds_its_fault_in_words_that_stand_in_letter_and_measure(
    measures: Measures,
) -> None:
    record = rigged(measures)
    assert code_of(measures.proposed, record, BAN) == "BAN-FAULT"
    chosen = replace(BAN, fault="collusion", clause="第七十七条", fits="检查发现串通")
    case = measures.step(measures.proposed(record, chosen), "notify", measures.people.wang)
    told = begun(case, "prior_notice", policy=measures.policy, on=TODAY)
    assert "恶意串通" in str(told["facts"]) and "检查发现串通" in str(told["facts"])
    heard = measures.step(measures.served(case, "prior_notice"), "hear", measures.people.wang)
    call = {"actor": measures.people.zhao, "policy": measures.policy, "now": NOW, "reason": "x"}
    for finding, code in (
        (None, "BAN-FAULT"),
        (Finding(fault="deceit", clause="第七十九条", fits="x"), "BAN-FAULT"),
        (replace(COLLUSION, clause=" "), "BAN-CLAUSE"),
        (replace(COLLUSION, fits=""), "BAN-FINDING"),
    ):
        assert code_of(decide, heard, finding=finding, seen=heard.version, **call) == code
    decided = decide(heard, finding=COLLUSION, seen=heard.version, **call)  # type: ignore[arg-type]
    facts = str(begun(decided, "decision", policy=measures.policy, on=TODAY)["facts"])
    assert "两家投标文件异常一致" in facts and "检查发现串通" not in facts
    (ban,) = measures.started(measures.served(decided))
    assert ban.basis.startswith("《中华人民共和国政府采购法》第七十七条第一款第（三）项")


@pytest.mark.row("M10-08")
def test_term_fault_and_reason_of_a_ban_are_refused_at_once(measures: Measures) -> None:
    with pytest.raises(Refusal) as refused:
        measures.proposed(rigged(measures), replace(BAN, months=None))
    assert [one.code for one in refused.value.every] == ["BAN-TERM", "BAN-FAULT", "BAN-FINDING"]
    assert not Case.objects.exists()


@pytest.mark.row("M10-08")
def test_every_wrong_choice_is_refused_at_once(measures: Measures) -> None:
    wrong = (replace(BAN, months=None), replace(HONOURS, clause=""), replace(HONOURS, measure="no_parks"))
    with pytest.raises(Refusal) as refused:
        measures.proposed(rigged(measures), *wrong)
    told = ["BAN-TERM", "MEASURE-BASIS", "MEASURE-UNLISTED", "BAN-FAULT", "BAN-FINDING"]
    assert [one.code for one in refused.value.every] == told
    assert not Case.objects.exists()


@pytest.mark.row("M10-08")
def test_a_ban_falls_when_its_record_is_found_to_be_of_another_matter(measures: Measures) -> None:
    record = rigged(measures)
    chosen = replace(BAN, fault="collusion", clause="第七十七条", fits="检查发现串通")
    case = measures.step(measures.proposed(record, chosen), "notify", measures.people.wang)
    heard = measures.step(measures.served(case, "prior_notice"), "hear", measures.people.wang)
    Record.objects.filter(pk=record.pk).update(known_until=NOW + timedelta(days=1))
    measures.record(
        record_key=record.record_key,
        subject=record.subject,
        seriousness=Seriousness.SERIOUS,
        fields={"违法行为类型": "标签不合格"},
    )
    call = {"actor": measures.people.zhao, "policy": measures.policy, "now": NOW, "reason": "x"}
    assert code_of(decide, heard, finding=COLLUSION, seen=heard.version, **call) == "BAN-UNRELATED"


@pytest.mark.row("M10-09")
@pytest.mark.guard("G9")
@pytest.mark.parametrize("deed", ["repair", "withdraw"])
def test_a_measure_ends_in_the_transaction_in_which_its_ground_ends(measures: Measures, deed: str) -> None:
    record = measures.record()
    measure = measures.in_force(record)
    repair(record, measures, deed)
    measure.refresh_from_db()
    assert measure.ended_at is not None
    assert measure.end_cause == {"repair": "repaired", "withdraw": "withdrawn"}[deed]
    assert follow_ended([measure.pk], policy=measures.policy, now=NOW) == 1
    stop = MeasureTask.objects.get(measure=measure, kind="stop")
    assert stop.organisation == measures.housing
    assert stop.due_on == measures.policy.calendar.add_workdays(TODAY, 1).on
    measure.decision.refresh_from_db()
    assert measure.decision.state == "ended"
    follow_ended([measure.pk], policy=measures.policy, now=NOW)
    assert MeasureTask.objects.filter(measure=measure, kind="stop").count() == 1


@pytest.mark.row("M10-09")
def test_a_shielded_ground_lets_the_measure_rest(measures: Measures) -> None:
    record = measures.record()
    measure = measures.in_force(record)
    repair(record, measures, "shield")
    measure.refresh_from_db()
    assert measure.ended_at is None
    assert measure.suspended_at is not None


@pytest.mark.row("M10-09")
def test_a_measure_ends_with_its_last_day(measures: Measures) -> None:
    measure = measures.in_force(None, replace(HONOURS, months=3))
    assert measure.until_on == TODAY.replace(year=2027, month=2)
    before = NOW.replace(year=2027, month=2, day=19)
    assert end_due(policy=measures.policy, now=before) == 0
    assert end_due(policy=measures.policy, now=before + timedelta(days=1)) == 1
    measure.refresh_from_db()
    assert measure.end_cause == "term_expired"
    assert MeasureTask.objects.filter(measure=measure, kind="stop").exists()


@pytest.mark.row("M10-09")
def test_one_decision_may_lay_several_measures_and_a_decider_lifts_them(measures: Measures) -> None:
    case = measures.served(measures.decided(None, HONOURS, SUPERVISION))
    assert len(measures.started(case)) == 2
    case.refresh_from_db()
    lifted = end_measures(
        case, "lift", actor=measures.people.zhao, policy=measures.policy, now=NOW, reason="已改正", seen=case.version
    )  # fmt: skip
    assert lifted == 2
    case.refresh_from_db()
    assert case.state == "lifted"
    with pytest.raises(Refusal) as refused:
        end_measures(
            case, "lift", actor=measures.people.zhao, policy=measures.policy, now=NOW, reason="x", seen=case.version
        )  # fmt: skip
    assert refused.value.code == "MX1"


@pytest.mark.row("M10-10")
def test_a_wrong_measure_is_annulled_and_everybody_is_told(measures: Measures) -> None:
    measure = measures.in_force()
    case = Case.objects.get(pk=measure.decision_id)
    end_measures(
        case, "annul", actor=measures.people.zhao, policy=measures.policy, now=NOW, reason="认定有误", seen=case.version
    )  # fmt: skip
    measure.refresh_from_db()
    case.refresh_from_db()
    assert (measure.end_cause, case.state) == ("revoked", "annulled")
    assert MeasureTask.objects.filter(measure=measure, kind="stop", organisation=measures.housing).exists()


@pytest.mark.row("M10-10")
def test_an_upheld_objection_ends_a_wrong_measure_in_its_own_transaction(measures: Measures) -> None:
    measure = measures.in_force()
    with transaction.atomic():
        remedy_wrong(measure, reason="异议成立", policy=measures.policy, now=NOW)
        remedy_wrong(measure, reason="异议成立", policy=measures.policy, now=NOW)
    measure.refresh_from_db()
    assert measure.end_cause == "revoked"
    assert LedgerEvent.objects.filter(kind="measure.remedied").count() == 1


@pytest.mark.row("M10-06")
@pytest.mark.guard("G12")
def test_an_incentive_needs_a_review_of_fair_competition(measures: Measures) -> None:
    with pytest.raises(Refusal) as refused:
        measures.proposed(measures.honour(), CHANNEL)
    assert refused.value.code == "FR6"
    measures.reviewed("blocked")
    with pytest.raises(Refusal) as refused:
        measures.proposed(measures.honour(), CHANNEL)
    assert refused.value.code == "FR6"


@pytest.mark.row("M10-06")
def test_an_incentive_is_granted_by_another_and_ends_with_the_honour(measures: Measures) -> None:
    measures.reviewed()
    incentive = measures.granted()
    assert incentive.decision.number == "JL-2026-000001"
    assert (incentive.group, incentive.until_on) == (4, None)
    honour = Record.objects.get(record_key=incentive.ground_key, known_until__isnull=True)
    repair(honour, measures, "withdraw")
    incentive.refresh_from_db()
    assert incentive.ended_at is not None


@pytest.mark.row("M10-06")
def test_a_penalty_brings_no_incentive(measures: Measures) -> None:
    measures.reviewed()
    with pytest.raises(Refusal) as refused:
        measures.proposed(measures.record(), CHANNEL)
    assert refused.value.code == "MEASURE-TARGET"


@pytest.mark.row("M10-11")
def test_superior_unit_and_audit_office_are_told_of_a_state_owned_enterprise(measures: Measures) -> None:
    record = measures.record()
    mark = Mark(
        kind=FlagKind.STATE_OWNED, superior="市国资委", audit_contact="市审计局", source="名录", from_on=TODAY
    )
    mark_subject(record.subject, mark, actor=measures.people.wang, now=NOW)
    measures.in_force(record)
    letters = SuperiorLetter.objects.filter(record_key=record.record_key)
    assert {letter.addressed_to for letter in letters} == {"市国资委", "市审计局"}
    assert not letters.filter(released_at__isnull=False).exists()


@pytest.mark.row("M10-01")
def test_the_database_keeps_two_persons_and_no_measure_is_removed(measures: Measures) -> None:
    measure = measures.in_force()
    with pytest.raises(IntegrityError), transaction.atomic():
        MeasureApplied.objects.filter(pk=measure.pk).update(decided_by=measure.proposed_by)
    with pytest.raises(Exception, match="只增不改"), transaction.atomic():
        measure.tasks.all().delete()


@pytest.mark.row("M10-01")
def test_what_was_proposed_is_read_again_from_the_case(measures: Measures) -> None:
    case = measures.proposed(None, HONOURS, SUPERVISION)
    rows = rows_of(case, policy=measures.policy, on=TODAY)
    assert [row.title for row in rows] == ["限制参加评先评优", "纳入重点监管范围"]


def test_a_decision_grounds_no_measure(measures: Measures) -> None:
    wanted = replace(measures.proposal(measures.record()), ground=Ground(GroundKind.DECISION, 1))
    with pytest.raises(Refusal) as refused:
        propose(wanted, actor=measures.people.wang, policy=measures.policy, now=NOW)
    assert refused.value.code == "MG2"
