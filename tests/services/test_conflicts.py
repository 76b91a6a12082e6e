"""Two departments disagree on one fact: both are kept, flagged, and decided by somebody who sent neither."""

from datetime import timedelta
from pathlib import Path

import pytest
from tests.people import NOW, People
from tests.services.deliveries import REGISTER, code, penalty, registration, write

from xinheng.core.policy import Policy
from xinheng.core.records import RecordState
from xinheng.core.refusal import Refusal
from xinheng.services.collect import Delivery, import_file
from xinheng.services.conflicts import compared, decide_conflict
from xinheng.services.quality import count_batches
from xinheng.services.records import Change, change_state
from xinheng.store.models import (
    Batch,
    Conflict,
    LedgerEvent,
    Organisation,
    OrganisationKind,
    Record,
    ReturnedRow,
)

pytestmark = [pytest.mark.usefixtures("home"), pytest.mark.row("M2-05")]
DOCUMENT = "汴市监罚〔2026〕7号"


@pytest.fixture
def justice(people: People) -> Organisation:
    return Organisation.objects.create(
        key="kaifeng.justice", kind=OrganisationKind.DEPARTMENT, parent=people.city, division_code="410200"
    )


def _import(unit: Organisation, people: People, policy: Policy, path: Path) -> Batch:
    actor = people.li if unit == people.market else None
    return import_file(path, Delivery(policy=policy, organisation=unit, actor=actor, now=NOW))


def _told_twice(
    people: People, policy: Policy, tmp_path: Path, unit: Organisation, **changes: str
) -> Conflict:
    _import(people.market, people, policy, write(tmp_path, penalty(7, document=DOCUMENT)))
    count_batches(now=NOW)
    other = penalty(7, document=DOCUMENT, **changes)
    _import(unit, people, policy, write(tmp_path, other, called="另一部门.csv"))
    count_batches(now=NOW)
    return Conflict.objects.get()


def _decide(conflict: Conflict, people: People, policy: Policy, verdict: str) -> Conflict:
    return decide_conflict(
        conflict.public_id,
        verdict=verdict,
        reason="已核对决定书原件",
        ground="核对函1号",
        actor=people.zhao,
        policy=policy,
        now=NOW + timedelta(minutes=1),
    )


def test_one_act_with_two_contents_is_kept_twice(
    people: People, policy: Policy, tmp_path: Path, justice: Organisation
) -> None:
    conflict = _told_twice(people, policy, tmp_path, justice, fine="0.9")
    assert (conflict.kind, conflict.state) == ("content", "open")
    assert (conflict.first_sender, conflict.second_sender) == (people.market, justice)
    assert conflict.row is not None
    assert conflict.row.state == "waiting"
    sides = compared(conflict)
    assert "金额" in sides.differs
    assert "决定日期" not in sides.differs
    assert sides.first.batch != sides.second.batch
    assert count_batches(now=NOW) == 0
    assert Conflict.objects.count() == 1


def test_a_number_of_persons_told_otherwise_is_compared_and_taken_over(
    people: People, policy: Policy, tmp_path: Path, justice: Organisation
) -> None:
    conflict = _told_twice(people, policy, tmp_path, justice, fine="0.9")
    assert conflict.row is not None
    conflict.row.normalised["headcount"] = 30
    conflict.row.save(update_fields=["normalised"])
    conflict = Conflict.objects.get()
    sides = compared(conflict)
    assert "人数" in sides.differs
    assert (sides.first.said["人数"], sides.second.said["人数"]) == ("", "30 人")
    _decide(conflict, people, policy, "second")
    assert Record.objects.get(known_until__isnull=True).headcount == 30


def test_nobody_of_an_organisation_decides_on_what_its_system_told(
    people: People, policy: Policy, tmp_path: Path, justice: Organisation
) -> None:
    conflict = _told_twice(people, policy, tmp_path, justice, fine="0.9")
    people.zhao.organisation = justice
    people.zhao.save(update_fields=["organisation"])
    with pytest.raises(Refusal, match="Q12"):
        _decide(conflict, people, policy, "second")


def test_the_same_sender_telling_it_otherwise_is_no_conflict_of_sources(
    people: People, policy: Policy, tmp_path: Path
) -> None:
    for number, fine in enumerate(("0.5", "0.9")):
        row = penalty(7, document=DOCUMENT, fine=fine)
        _import(people.market, people, policy, write(tmp_path, row, called=f"{number}.csv"))
        count_batches(now=NOW)
    assert ReturnedRow.objects.filter(codes__contains=["E08"]).count() == 1
    assert not Conflict.objects.exists()


def test_one_document_number_on_two_days_is_flagged(
    people: People, policy: Policy, tmp_path: Path, justice: Organisation
) -> None:
    conflict = _told_twice(people, policy, tmp_path, justice, decided="2026-02-03")
    assert conflict.kind == "document"
    assert Record.objects.filter(known_until__isnull=True).count() == 2
    assert compared(conflict).differs == ("决定日期",)


def test_another_subject_with_the_same_number_is_not(
    people: People, policy: Policy, tmp_path: Path, justice: Organisation
) -> None:
    _import(people.market, people, policy, write(tmp_path, penalty(7, document=DOCUMENT)))
    other = write(tmp_path, penalty(8, document=DOCUMENT), called="另一部门.csv")
    _import(justice, people, policy, other)
    count_batches(now=NOW)
    assert not Conflict.objects.exists()


def test_one_act_of_one_name_under_two_codes_is_flagged(
    people: People, policy: Policy, tmp_path: Path, justice: Organisation
) -> None:
    conflict = _told_twice(people, policy, tmp_path, justice, code=code(8))
    assert (conflict.kind, conflict.subject.code) == ("document", code(7))
    sides = compared(conflict)
    assert sides.differs == ("统一社会信用代码",)
    assert sides.second.said["统一社会信用代码"] == code(8)
    _decide(conflict, people, policy, "first")
    standing = Record.objects.filter(known_until__isnull=True, state=RecordState.ACTIVE)
    assert [record.subject.code for record in standing] == [code(7)]


def test_two_states_of_one_subject_are_flagged(
    people: People, policy: Policy, tmp_path: Path, justice: Organisation
) -> None:
    path = write(tmp_path, registration(1), header=REGISTER, called="登记.csv")
    _import(people.market, people, policy, path)
    count_batches(now=NOW)
    gone = registration(1, status="注销").replace("开封市市场监督管理局", "开封市行政审批局")
    _import(justice, people, policy, write(tmp_path, gone, header=REGISTER, called="注销.csv"))
    count_batches(now=NOW)
    conflict = Conflict.objects.get()
    assert conflict.kind == "status"
    assert "结果" in compared(conflict).differs


def test_the_first_stands_and_the_row_goes_back(
    people: People, policy: Policy, tmp_path: Path, justice: Organisation
) -> None:
    conflict = _told_twice(people, policy, tmp_path, justice, fine="0.9")
    decided = _decide(conflict, people, policy, "first")
    assert (decided.state, decided.decided_by) == ("first", people.zhao)
    assert ReturnedRow.objects.get().state == "returned"
    assert Record.objects.get(known_until__isnull=True).amount_fen == 500_000
    assert LedgerEvent.objects.filter(kind="conflict.decided", actor=people.zhao).count() == 1


def test_the_second_takes_the_place_of_the_first(
    people: People, policy: Policy, tmp_path: Path, justice: Organisation
) -> None:
    conflict = _told_twice(people, policy, tmp_path, justice, fine="0.9")
    _decide(conflict, people, policy, "second")
    assert Record.objects.get(known_until__isnull=True).amount_fen == 900_000
    assert Record.objects.count() == 2
    row = ReturnedRow.objects.get()
    assert (row.state, row.decided_by) == ("accepted", people.zhao)


def test_of_two_records_the_wrong_one_is_withdrawn(
    people: People, policy: Policy, tmp_path: Path, justice: Organisation
) -> None:
    conflict = _told_twice(people, policy, tmp_path, justice, decided="2026-02-03")
    _decide(conflict, people, policy, "second")
    states = {record.record_key: record.state for record in Record.objects.filter(known_until__isnull=True)}
    assert states[conflict.record_key] == RecordState.WITHDRAWN
    assert states[conflict.other_key or 0] == RecordState.ACTIVE


def test_both_may_stand_where_they_are_two_acts(
    people: People, policy: Policy, tmp_path: Path, justice: Organisation
) -> None:
    conflict = _told_twice(people, policy, tmp_path, justice, decided="2026-02-03")
    _decide(conflict, people, policy, "both")
    assert Record.objects.filter(state=RecordState.ACTIVE, known_until__isnull=True).count() == 2
    count_batches(now=NOW)
    assert Conflict.objects.get().state == "both"


def test_who_sent_it_does_not_decide_and_nothing_without_reason(
    people: People, policy: Policy, tmp_path: Path, justice: Organisation
) -> None:
    conflict = _told_twice(people, policy, tmp_path, justice, fine="0.9")
    given = {"policy": policy, "now": NOW}
    with pytest.raises(Refusal, match="Q12"):
        decide_conflict(
            conflict.public_id, verdict="first", reason="对", ground="函", actor=people.li, **given
        )
    with pytest.raises(Refusal, match="Q13"):
        decide_conflict(
            conflict.public_id, verdict="first", reason="", ground="函", actor=people.zhao, **given
        )
    with pytest.raises(Refusal, match="Q14"):
        decide_conflict(
            conflict.public_id, verdict="both", reason="对", ground="函", actor=people.zhao, **given
        )
    _decide(conflict, people, policy, "first")
    with pytest.raises(Refusal, match="Q11"):
        _decide(conflict, people, policy, "first")


def test_a_conflict_is_moot_once_one_side_is_gone(
    people: People, policy: Policy, tmp_path: Path, justice: Organisation
) -> None:
    conflict = _told_twice(people, policy, tmp_path, justice, decided="2026-02-03")
    change = Change(deed="withdraw", reason="处罚撤销", ground="复议决定1号")
    change_state(record_key=conflict.record_key, change=change, actor=people.zhao, policy=policy, now=NOW)
    count_batches(now=NOW)
    conflict.refresh_from_db()
    assert conflict.state == "moot"
