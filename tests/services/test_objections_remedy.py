"""An error of ours is lifted by two persons, everyone is told, the correction is shown, the old scores stand beside the right."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.people import NOW, TODAY, People
from tests.services.deliveries import REGISTER, code, penalty, registration, write
from tests.services.letter_cases import draft_of
from tests.services.objectors import Objectors, make_objectors, now_of
from tests.store import objection_rows

from xinheng.core.objection_remedy import shown_until
from xinheng.core.policy import Policy
from xinheng.core.records import RecordState
from xinheng.core.refusal import Refusal
from xinheng.core.service_proof import Try, Way
from xinheng.services.collect import Delivery, import_file
from xinheng.services.endings import tell_receivers
from xinheng.services.evaluate import run_model
from xinheng.services.letters import issue_letter
from xinheng.services.letters_begun import begun
from xinheng.services.letters_serving import serve
from xinheng.services.objections_remedy import Wrong, find_error, finish, lift
from xinheng.store.models import (
    Case,
    CaseDeadline,
    Correction,
    Ending,
    PublicCorrection,
    Record,
    Score,
    Subject,
)

pytestmark = [pytest.mark.row("M13-02"), pytest.mark.row("M10-10")]


@pytest.fixture
def objectors(people: People, policy: Policy) -> Objectors:
    return make_objectors(people, policy)


def _found(objectors: Objectors, record: Record) -> Case:
    wrong = Wrong(subject=record.subject, reference=f"record:{record.record_key}", reason="认定对象错误")
    return find_error(wrong, actor=objectors.people.wang, policy=objectors.policy, now=NOW)


def _lift(objectors: Objectors, case: Case, **given: object) -> Case:
    said = {
        "text": "该企业列入名单有误，现已撤销。",
        "publish": True,
        "reason": "核对属实",
        "actor": objectors.people.zhao,
        "policy": objectors.policy,
        "now": NOW,
    }
    return lift(case, **said | given)  # type: ignore[arg-type]


def test_an_error_is_lifted_with_all_that_rested_on_it_and_receivers_are_told(objectors: Objectors) -> None:
    record = objectors.record(known_at=NOW - timedelta(days=40))
    shown = objectors.rows.publication(
        ground=record,
        record_key=record.record_key,
        subject=objectors.firm,
        published_at=NOW - timedelta(days=30),
    )
    case = _found(objectors, record)
    assert case.number == "JC-2026-000001"
    assert RecordState(now_of(record).state) is RecordState.ACTIVE
    case = _lift(objectors, case)
    assert RecordState(now_of(record).state) is RecordState.WITHDRAWN
    shown.refresh_from_db()
    assert shown.stopped_at is not None
    assert Ending.objects.filter(ground_key=record.record_key, cause="withdrawn").exists()
    term = CaseDeadline.objects.get(case=case, ended_on__isnull=True)
    assert term.due_on == objectors.policy.calendar.add_workdays(TODAY, 1).on
    correction = Correction.objects.get(case=case)
    assert (correction.wrong_from, correction.wrong_to) == (TODAY - timedelta(days=30), TODAY)
    assert correction.shown_until == TODAY + timedelta(days=30)
    assert "汴市监罚" not in correction.what


@pytest.mark.guard("G9")
def test_the_public_sees_a_correction_while_it_is_shown_and_no_longer(objectors: Objectors) -> None:
    rows = objectors.rows
    shown = objection_rows.correction(rows, shown_until=date(2999, 1, 1))
    objection_rows.correction(rows, shown_until=date(2000, 1, 2))
    objection_rows.correction(rows)
    assert list(PublicCorrection.objects.values_list("pk", flat=True)) == [shown.pk]


def test_a_correction_is_not_published_against_the_will_of_the_enterprise(objectors: Objectors) -> None:
    case = _lift(objectors, _found(objectors, objectors.record()), publish=False, text="")
    assert Correction.objects.get(case=case).shown_until is None
    assert not PublicCorrection.objects.exists()


def test_who_proposed_it_does_not_lift_it(objectors: Objectors) -> None:
    case = _found(objectors, objectors.record())
    with pytest.raises(Refusal) as refused:
        _lift(objectors, case, actor=objectors.people.wang)
    assert refused.value.code in ("flow_role", "flow_same_person")
    assert not Correction.objects.exists()


def test_a_case_without_words_or_without_a_living_thing_is_refused(objectors: Objectors) -> None:
    record = objectors.record()
    given = {"actor": objectors.people.wang, "policy": objectors.policy, "now": NOW}
    for reference, reason, wanted in (
        (f"record:{record.record_key}", " ", "RM1"),
        ("record:99999", "有误", "OB2"),
    ):
        wrong = Wrong(subject=objectors.firm, reference=reference, reason=reason)
        with pytest.raises(Refusal) as refused:
            find_error(wrong, **given)  # type: ignore[arg-type]
        assert refused.value.code == wanted
    with pytest.raises(Refusal) as refused:
        _lift(objectors, _found(objectors, record), text=" ")
    assert refused.value.code == "RM3"


@pytest.mark.guard("G17")
def test_it_ends_only_when_the_apology_is_served_and_everyone_was_told(
    objectors: Objectors, home: Path
) -> None:
    case = _lift(objectors, _found(objectors, objectors.record()))
    given = {"reason": "各单位已回执", "policy": objectors.policy, "now": NOW, "seen": None}
    with pytest.raises(Refusal) as refused:
        finish(case, actor=objectors.people.wang, **given)  # type: ignore[arg-type]
    assert refused.value.code == "RM4"
    letter = issue_letter(
        case.public_id,
        draft_of("error_apology"),
        actor=objectors.people.wang,
        policy=objectors.policy,
        now=NOW,
    )
    proof = Try(way=Way.DIRECT, on=TODAY, proof="送达回证1号")
    serve(letter.public_id, proof, actor=objectors.people.wang, policy=objectors.policy, now=NOW)
    with pytest.raises(Refusal) as refused:
        finish(case, actor=objectors.people.wang, **given)  # type: ignore[arg-type]
    assert refused.value.code == "RM5"
    tell_receivers(policy=objectors.policy, now=NOW)
    assert finish(case, actor=objectors.people.wang, **given).state == "done"  # type: ignore[arg-type]


def test_the_right_score_stands_beside_the_old_which_is_not_rewritten(
    committed_people: People, policy: Policy, home: Path, tmp_path: Path
) -> None:
    people = committed_people
    delivery = Delivery(policy=policy, organisation=people.market, actor=people.li, now=NOW)
    import_file(write(tmp_path, registration(1), header=REGISTER, called="登记注册.csv"), delivery)
    fine = penalty(1, fine="60", decided="2026-02-20", document="汴市监罚〔2026〕1号")
    import_file(write(tmp_path, fine), delivery)
    hour = NOW + timedelta(hours=1)
    run_model("food/food-operators", policy=policy, as_of=TODAY, actor=people.li, now=hour, publish=True)
    subject = Subject.objects.get(code=code(1))
    old = Score.objects.get(subject=subject)
    record = Record.objects.get(item=4, subject=subject)
    wrong = Wrong(subject=subject, reference=f"record:{record.record_key}", reason="罚错了对象")
    case = find_error(wrong, actor=people.wang, policy=policy, now=hour)
    lift(case, text="有误", publish=True, reason="属实", actor=people.zhao, policy=policy, now=hour)
    line = Correction.objects.get(case=case).scores[0]
    assert line["points"] == old.points_milli
    assert line["right_points"] > line["points"]
    assert Score.objects.get(pk=old.pk).points_milli == old.points_milli
    said = begun(case, "error_apology", policy=policy, on=TODAY)
    was, right = (f"{line[key] / 1000:g} 分" for key in ("points", "right_points"))
    assert str(said["scores"]).startswith(
        f"{line['model']}，{TODAY}：当时{was}（{line['grade']}），应为{right}"
    )


def test_the_apology_begins_with_what_was_lifted_and_with_nothing_before(objectors: Objectors) -> None:
    case = _found(objectors, objectors.record())
    assert "wrong" not in begun(case, "error_apology", policy=objectors.policy, on=TODAY)
    case = _lift(objectors, case)
    said = begun(case, "error_apology", policy=objectors.policy, on=TODAY)
    kept = Correction.objects.get(case=case)
    assert said["wrong"] == f"{kept.what}，自{kept.wrong_from}至{TODAY}。核对属实"
    assert said["cause"] == "认定对象错误"
    assert said["done"] == f"{TODAY}解除上述信息。\n更正声明公示到{kept.shown_until}。"
    assert said["scores"] == "这项信息没有影响过对你单位的评价。"


@pytest.mark.guard("G15")
def test_without_a_known_share_nothing_is_published() -> None:
    given = {"wrong_from": TODAY - timedelta(days=10), "wrong_to": TODAY}
    assert shown_until(**given, share=None) is None
    assert shown_until(**given, share=500) == TODAY + timedelta(days=5)
    assert shown_until(wrong_from=TODAY, wrong_to=TODAY, share=1000) == TODAY + timedelta(days=1)
