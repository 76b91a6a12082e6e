"""A correction that burdens takes two persons, a ground and a letter; one that lightens is made at once."""

from datetime import date, timedelta

import pytest
from tests.people import NOW, People, make_user
from tests.services.letter_cases import draft_of
from tests.store.rows import Rows

from xinheng.core.policy import Policy
from xinheng.core.record_corrections import LETTER
from xinheng.core.records import RecordState
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Role
from xinheng.services import letters
from xinheng.services.cases import take_step
from xinheng.services.record_corrections import Asked, carry, change_by_hand
from xinheng.services.records import Change
from xinheng.store.models import Case, Record, RecordDetail, User

pytestmark = [pytest.mark.row("M3-05"), pytest.mark.usefixtures("home")]


@pytest.fixture
def record(people: People) -> Record:
    made = Rows(people).record(
        item=4,
        amount_fen=500_000,
        seriousness=2,
        decided_on=date(2026, 9, 1),
        known_at=NOW - timedelta(days=3),
    )
    RecordDetail.objects.create(record=made, document_no="汴市监罚〔2026〕1号")
    return made


def asked(actor: User, policy: Policy, *, deed: str = "correct", **values: object) -> Asked:
    change = Change(deed=deed, reason="原报金额录入有误", ground="决定书原件汴市监罚〔2026〕1号")
    return Asked(change=change, values=values, actor=actor, policy=policy, now=NOW)


def current(record: Record) -> Record:
    return Record.objects.get(record_key=record.record_key, known_until__isnull=True)


def test_a_higher_amount_waits_for_another_person(record: Record, people: People, policy: Policy) -> None:
    case = change_by_hand(record.record_key, asked(people.wang, policy, amount_fen=900_000))
    assert case is not None
    assert (case.details["heavier"], current(record).amount_fen) == (["金额"], 500_000)
    with pytest.raises(Refusal, match="C03"):
        change_by_hand(record.record_key, asked(people.wang, policy, amount_fen=700_000))
    both = make_user("qian", "钱两职", people.city, Role.REVIEWER, Role.DECIDER)
    with pytest.raises(Refusal, match="flow_role"):
        carry(case, reason="属实", actor=people.wang, policy=policy, now=NOW)
    carry(case, reason="与原件一致", actor=both, policy=policy, now=NOW)
    assert (current(record).amount_fen, Case.objects.get().state) == (900_000, "corrected")
    assert current(record).note.ground == "决定书原件汴市监罚〔2026〕1号"
    decided = Case.objects.get()
    assert LETTER in {kind.kind for kind in letters.possible(decided)}
    sent = letters.issue_letter(
        decided.public_id, draft_of(LETTER), actor=people.wang, policy=policy, now=NOW
    )
    assert (sent.kind, sent.case) == (LETTER, decided)


def test_who_proposed_never_decides_and_a_letter_follows_the_decision_only(
    record: Record, people: People, policy: Policy
) -> None:
    both = make_user("qian", "钱两职", people.city, Role.REVIEWER, Role.DECIDER)
    case = change_by_hand(record.record_key, asked(both, policy, seriousness=3))
    assert case is not None
    assert LETTER not in {kind.kind for kind in letters.possible(case)}
    with pytest.raises(Refusal, match="flow_same_person"):
        carry(case, reason="属实", actor=both, policy=policy, now=NOW)
    with pytest.raises(Refusal, match="flow_reason"):
        carry(case, reason=" ", actor=people.zhao, policy=policy, now=NOW)
    assert current(record).seriousness == 2
    take_step(case.public_id, "decline", actor=people.zhao, policy=policy, now=NOW, reason="与原件不符")
    assert current(record).pk == record.pk


def test_what_lightens_is_made_at_once_and_a_restored_record_waits(
    record: Record, people: People, policy: Policy
) -> None:
    assert change_by_hand(record.record_key, asked(people.wang, policy, amount_fen=100_000)) is None
    assert current(record).amount_fen == 100_000
    assert change_by_hand(record.record_key, asked(people.wang, policy, deed="shield")) is None
    case = change_by_hand(record.record_key, asked(people.wang, policy, deed="restore"))
    assert case is not None
    assert (case.details["heavier"], current(record).state) == (["状态"], RecordState.SHIELDED)
    carry(case, reason="重整终结", actor=people.zhao, policy=policy, now=NOW)
    assert current(record).state == RecordState.ACTIVE


def test_a_proposal_does_not_overwrite_what_changed_since(
    record: Record, people: People, policy: Policy
) -> None:
    case = change_by_hand(record.record_key, asked(people.wang, policy, amount_fen=900_000))
    assert case is not None
    assert change_by_hand(record.record_key, asked(people.wang, policy, amount_fen=300_000)) is None
    with pytest.raises(Refusal, match="RH2"):
        carry(case, reason="属实", actor=people.zhao, policy=policy, now=NOW)
    assert (current(record).amount_fen, Case.objects.get().state) == (300_000, "proposed")


def test_wrong_input_is_refused_before_anybody_waits(record: Record, people: People, policy: Policy) -> None:
    for values, code in (({"decided_on": date(2026, 10, 1)}, "R07"), ({"item": 9}, "R02")):
        with pytest.raises(Refusal, match=code):
            change_by_hand(record.record_key, asked(people.wang, policy, **values))
    with pytest.raises(Refusal, match="RH1"):
        change_by_hand(record.record_key + 1, asked(people.wang, policy, amount_fen=1))
    blank = Change(deed="correct", reason=" ", ground="x")
    given = Asked(change=blank, values={"amount_fen": 10**9}, actor=people.wang, policy=policy, now=NOW)
    with pytest.raises(Refusal, match="R03"):
        change_by_hand(record.record_key, given)
    assert not Case.objects.exists()
