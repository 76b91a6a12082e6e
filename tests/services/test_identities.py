"""Rows without a code that holds: proposals with reasons, a person's word, and that word taken back."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.people import NOW, People
from tests.services.deliveries import REGISTER, code, penalty, registration, write

from xinheng.core.policy import Policy
from xinheng.core.records import RecordState
from xinheng.core.refusal import Refusal
from xinheng.matching.divisions import NATIONAL
from xinheng.services.collect import Delivery, import_file
from xinheng.services.identities import (
    code_written,
    decide_row,
    proposals,
    revoke_alias,
    take_back,
    waiting_rows,
)
from xinheng.store.models import (
    Batch,
    LedgerEvent,
    NameAlias,
    Record,
    ReturnedRow,
    RowIdentity,
    Subject,
    SubjectCode,
    SubjectName,
    Verdict,
)

pytestmark = [pytest.mark.usefixtures("home"), pytest.mark.row("M1-02")]
LATER = NOW + timedelta(hours=1)


def _deliver(
    people: People, policy: Policy, folder: Path, *rows: str, called: str = "处罚.csv", header: str = ""
) -> Batch:
    delivery = Delivery(policy=policy, organisation=people.market, actor=people.li, now=NOW)
    words = {"header": header} if header else {}
    return import_file(write(folder, *rows, called=called, **words), delivery)


@pytest.fixture
def city(people: People, policy: Policy, tmp_path: Path) -> People:
    rows = [
        registration(1, called="开封市星火食品有限公司"),
        registration(2, called="开封市星光食品有限公司"),
        registration(3, called="开封市星火食品有限公司兰考分公司"),
        registration(4, called="开封远山建材有限公司"),
    ]
    _deliver(people, policy, tmp_path, *rows, called="登记.csv", header=REGISTER)
    return people


def _row(people: People, policy: Policy, folder: Path, called: str, *, written: str = "无") -> ReturnedRow:
    _deliver(people, policy, folder, penalty(9, name=called, code=written), called=f"{called[:8]}.csv")
    return waiting_rows().latest("pk")


def test_a_row_without_a_code_is_not_joined_by_itself(city: People, policy: Policy, tmp_path: Path) -> None:
    row = _row(city, policy, tmp_path, "开封市星火食品有限公司")
    assert "E13" in row.codes
    assert not Record.objects.filter(item=4).exists()


def test_the_best_candidate_comes_first_with_its_reason(city: People, policy: Policy, tmp_path: Path) -> None:
    row = _row(city, policy, tmp_path, "开封星火食品有限责任公司")
    found = proposals(row, divisions=NATIONAL)
    assert found[0].subject.code == code(1)
    assert all(one.reasons for one in found)
    scores = {one.subject.code: one.score for one in found}
    assert scores[code(1)] > 800
    assert scores.get(code(2), 0) < 500
    assert code(4) not in scores


def test_a_code_one_character_away_is_told(city: People, policy: Policy, tmp_path: Path) -> None:
    right = code(4)
    wrong = right[:-1] + ("A" if right[-1] != "A" else "B")
    row = _row(city, policy, tmp_path, "远山公司", written=wrong)
    assert "E03" in row.codes
    assert code_written(row) == wrong
    first = proposals(row, divisions=NATIONAL)[0]
    assert first.subject.code == right
    assert "第 18 位" in first.reasons[0]


def test_a_yes_files_the_row_under_the_subject_and_keeps_the_evidence(
    city: People, policy: Policy, tmp_path: Path
) -> None:
    row = _row(city, policy, tmp_path, "开封星火食品有限责任公司")
    shown = proposals(row, divisions=NATIONAL)
    said = decide_row(
        row.pk,
        verdict=Verdict.YES,
        subject=shown[0].subject,
        proposed=shown,
        reason="电话核实",
        actor=city.zhao,
        now=LATER,
    )
    record = Record.objects.get(record_key=said.record_key)
    assert (record.subject.code, record.batch_id, record.row_no) == (code(1), row.batch_id, row.row_no)
    row.refresh_from_db()
    assert (row.state, row.decided_by) == ("accepted", city.zhao)
    assert said.evidence[0]["score"] == said.score
    assert not SubjectName.objects.filter(name="开封星火食品有限责任公司").exists()
    assert LedgerEvent.objects.filter(kind="row.identified", subject=record.subject.public_id).exists()


def test_the_same_act_sent_again_with_its_code_is_known(city: People, policy: Policy, tmp_path: Path) -> None:
    _deliver(
        city,
        policy,
        tmp_path,
        penalty(1, name="开封市星火食品有限公司", document="汴罚（2026）5号", code="无"),
    )
    row = waiting_rows().get()
    subject = Subject.objects.get(code=code(1))
    decide_row(row.pk, verdict=Verdict.YES, subject=subject, reason="核实", actor=city.zhao, now=LATER)
    again = penalty(1, name="开封市星火食品有限公司", document="汴罚（2026）5号")
    batch = _deliver(city, policy, tmp_path, again, called="补代码.csv")
    assert batch.accepted == 0
    assert Record.objects.filter(item=4, known_until__isnull=True).count() == 1


def test_who_delivered_does_not_decide_and_a_reason_is_asked(
    city: People, policy: Policy, tmp_path: Path
) -> None:
    row = _row(city, policy, tmp_path, "开封星火食品有限责任公司")
    subject = Subject.objects.get(code=code(1))
    for actor, reason, who, expected in (
        (city.li, "对", subject, "ID06"),
        (city.zhao, " ", subject, "ID07"),
        (city.zhao, "对", None, "ID08"),
    ):
        with pytest.raises(Refusal) as told:
            decide_row(row.pk, verdict=Verdict.YES, subject=who, reason=reason, actor=actor, now=LATER)
        assert told.value.code == expected
    assert not RowIdentity.objects.exists()


def test_nobody_of_the_organisation_decides_on_a_row_that_its_system_sent(
    city: People, policy: Policy, tmp_path: Path
) -> None:
    row = _row(city, policy, tmp_path, "开封市星火食品有限公司")
    Batch.objects.filter(pk=row.batch_id).update(received_by=None)
    given = {"verdict": Verdict.UNKNOWN, "reason": "对", "now": LATER}
    with pytest.raises(Refusal, match="ID06"):
        decide_row(row.pk, actor=city.li, **given)
    assert decide_row(row.pk, actor=city.zhao, **given).verdict == Verdict.UNKNOWN


def test_a_no_sends_the_row_back_and_an_unknown_lets_it_wait(
    city: People, policy: Policy, tmp_path: Path
) -> None:
    row = _row(city, policy, tmp_path, "开封星火食品有限责任公司")
    decide_row(row.pk, verdict=Verdict.UNKNOWN, reason="查不到", actor=city.zhao, now=LATER)
    row.refresh_from_db()
    assert row.state == "waiting"
    decide_row(row.pk, verdict=Verdict.NO, reason="不是这几家", actor=city.zhao, now=LATER)
    row.refresh_from_db()
    assert row.state == "returned"
    assert RowIdentity.objects.filter(row=row, reversed_at__isnull=True).get().verdict == "no"


def test_a_remembered_alias_is_proposed_first_and_joins_nothing(
    city: People, policy: Policy, tmp_path: Path
) -> None:
    row = _row(city, policy, tmp_path, "老星火")
    subject = Subject.objects.get(code=code(1))
    decide_row(
        row.pk, verdict=Verdict.YES, subject=subject, remember=True, reason="俗称", actor=city.zhao, now=LATER
    )
    _deliver(city, policy, tmp_path, penalty(10, name="老星火", code="无"), called="又一行.csv")
    later = waiting_rows().get()
    first = proposals(later, divisions=NATIONAL)[0]
    assert first.subject == subject
    assert "赵决定曾认定" in first.reasons[0]
    assert Record.objects.filter(item=4).count() == 1
    revoke_alias(NameAlias.objects.get().public_id, reason="改名了", actor=city.zhao, now=LATER)
    assert not any("曾认定" in said for one in proposals(later, divisions=NATIONAL) for said in one.reasons)


def test_a_yes_taken_back_withdraws_the_record_and_the_row_waits_again(
    city: People, policy: Policy, tmp_path: Path
) -> None:
    row = _row(city, policy, tmp_path, "老星火")
    one, other = Subject.objects.get(code=code(1)), Subject.objects.get(code=code(2))
    said = decide_row(
        row.pk, verdict=Verdict.YES, subject=one, remember=True, reason="俗称", actor=city.zhao, now=LATER
    )
    take_back(said.pk, reason="认错了", actor=city.wang, policy=policy, now=LATER + timedelta(hours=1))
    filed = Record.objects.get(record_key=said.record_key, known_until__isnull=True)
    assert RecordState(filed.state) is RecordState.WITHDRAWN
    assert waiting_rows().get() == row
    assert NameAlias.objects.get().revoked_by == city.wang
    for subject in (other, one):
        again = decide_row(
            row.pk, verdict=Verdict.YES, subject=subject, reason="再核实", actor=city.zhao, now=LATER
        )
        assert again.record_key != said.record_key
        take_back(again.pk, reason="又认错了", actor=city.wang, policy=policy, now=LATER)


def test_a_name_that_is_found_under_a_merged_subject_leads_to_the_one_that_stays(
    city: People, policy: Policy, tmp_path: Path
) -> None:
    gone, kept = Subject.objects.get(code=code(2)), Subject.objects.get(code=code(1))
    Subject.objects.filter(pk=gone.pk).update(merged_into=kept)
    row = _row(city, policy, tmp_path, "开封市星光食品有限公司")
    first = proposals(row, divisions=NATIONAL)[0]
    assert first.subject == kept
    assert any("并入" in said for said in first.reasons)


def test_an_address_supports_a_candidate_and_never_makes_one(
    city: People, policy: Policy, tmp_path: Path
) -> None:
    Subject.objects.filter(code__in=(code(1), code(4))).update(address="龙亭区样例路1号", kind="sole_trader")
    row = _row(city, policy, tmp_path, "开封星火食品有限责任公司")
    before = {one.subject.code: one.score for one in proposals(row, divisions=NATIONAL)}
    row.original = {**(row.original or {}), "地址": "龙亭区样例路１号"}
    row.save(update_fields=["original"])
    found = {one.subject.code: one for one in proposals(row, divisions=NATIONAL)}
    assert {one: found[one].score for one in found} == before, "an address lifts no score and proposes nobody"
    assert any("地址与登记住所相同" in reason for reason in found[code(1)].reasons)
    assert code(4) not in found, "the same address alone is no candidate"
    assert not any("样例路" in reason for one in found.values() for reason in one.reasons)


def test_who_bore_an_older_code_on_other_days_is_proposed_with_that_reason(
    city: People, policy: Policy, tmp_path: Path
) -> None:
    SubjectCode.objects.create(
        subject=Subject.objects.get(code=code(4)),
        kind="registration",
        value="410202000000001",
        to_on=date(2026, 1, 1),
    )
    row = _row(city, policy, tmp_path, "开封某某贸易有限公司")
    assert code(4) not in {one.subject.code for one in proposals(row, divisions=NATIONAL)}
    row.normalised = {
        **(row.normalised or {}),
        "other_kind": "registration",
        "other_code": "410202000000001",
    }
    row.save(update_fields=["normalised"])
    reasons = {one.subject.code: one.reasons for one in proposals(row, divisions=NATIONAL)}
    assert "到 2026-01-01 止" in reasons[code(4)][0]
    assert "与本行的日期不符" in reasons[code(4)][0]
