"""The failures of government bodies and state-owned enterprises: whose rows enter, what stands, what is told upwards."""

from datetime import date
from pathlib import Path

import pytest
from tests.people import NOW, TODAY, People
from tests.services.deliveries import HEADER, code, name, penalty, write

from xinheng.core.government import default_feeds, failure_kind
from xinheng.core.ids import uscc_check_character
from xinheng.core.policy import Policy
from xinheng.core.records import RecordState
from xinheng.core.refusal import Refusal
from xinheng.services.collect import Delivery, import_file
from xinheng.services.flags import Mark, mark_subject
from xinheng.services.government import bodies, failures_of
from xinheng.services.publication import publish_batch
from xinheng.services.superiors import grounds_for, notify_superior, release_letter
from xinheng.store.flags import FlagKind, SubjectFlag
from xinheng.store.models import Batch, Publication, Record, ReturnedRow, Subject, SuperiorLetter

pytestmark = pytest.mark.row("M3-06")
FAILURES = (
    "失信单位名称,统一社会信用代码,政务失信类别,失信事项,认定文书号,认定日期,涉及金额（元）,救济状态,认定单位"
)
SETTLED = "失信单位名称,统一社会信用代码,认定文书号,核实结果,核实日期,核实单位"


def organ(number: int) -> tuple[str, str]:
    """Name and code of a made-up bureau."""
    first = f"11410202MB{number:06d}A"
    return f"样例第{number}局", first + uscc_check_character(first)


def failure(who: tuple[str, str], number: int, *, standing: str = "已终局", amount: str = "120000.50") -> str:
    return (
        f"{who[0]},{who[1]},拖欠中小企业账款,拖欠工程款,汴清欠〔2026〕{number}号,2026-05-06,{amount},{standing},"
        "开封市工业和信息化局"
    )


def told(people: People, policy: Policy, folder: Path, *rows: str, header: str = FAILURES) -> Batch:
    delivery = Delivery(policy=policy, organisation=people.market, actor=people.li, now=NOW)
    called = "核实.csv" if header == SETTLED else "认定.csv"
    return import_file(write(folder, *rows, header=header, called=called), delivery)


def marked(subject: Subject, people: People, kind: FlagKind = FlagKind.STATE_OWNED) -> SubjectFlag:
    mark = Mark(kind=kind, superior="市国资委", audit_contact="市审计局", source="名录", from_on=TODAY)
    return mark_subject(subject, mark, actor=people.wang, now=NOW)


@pytest.fixture
def bureau(people: People, policy: Policy, home: Path, tmp_path: Path) -> Subject:
    batch = told(people, policy, tmp_path, failure(organ(1), 1), failure(organ(1), 2, amount=""))
    assert (batch.feed, batch.accepted) == ("xinheng-government-default", 2), batch.report
    return Subject.objects.get(code=organ(1)[1])


def test_a_failure_stands_in_the_file_of_its_body_and_is_told_to_its_superior(
    bureau: Subject, people: People, policy: Policy
) -> None:
    first, second = sorted(failures_of(bureau, policy=policy), key=lambda one: one.record.record_key)
    assert (first.standing, first.letters, first.record.amount_fen) == (True, 0, 12_000_050)
    assert first.record.result == "arrears_small"
    flag = marked(bureau, people, FlagKind.STATE_BODY)
    assert {one.pk for one in grounds_for(bureau, policy=policy)} == {first.record.pk, second.record.pk}
    letters = notify_superior(
        flag, record_key=first.record.record_key, reason="拒不清偿", actor=people.wang, policy=policy, now=NOW
    )
    assert "汴清欠〔2026〕1号" in letters[0].text
    release_letter(letters[0].public_id, actor=people.zhao, now=NOW)
    (unit,) = bodies(policy=policy)
    assert (unit.subject, unit.superior, unit.standing, unit.letters) == (bureau, "市国资委", 2, 1)
    assert (unit.amount_fen, unit.oldest_on) == (12_000_050, date(2026, 5, 6))


@pytest.mark.guard("G3")
def test_what_is_not_final_is_told_to_nobody(
    people: People, policy: Policy, home: Path, tmp_path: Path
) -> None:
    told(people, policy, tmp_path, failure(organ(1), 1, standing="复议中"))
    subject = Subject.objects.get(code=organ(1)[1])
    flag = marked(subject, people, FlagKind.STATE_BODY)
    key = Record.objects.get().record_key
    assert grounds_for(subject, policy=policy) == []
    with pytest.raises(Refusal, match="尚未终局"):
        notify_superior(flag, record_key=key, reason="x", actor=people.wang, policy=policy, now=NOW)


def test_what_is_settled_is_over_with_the_letter_that_rests_on_it(
    bureau: Subject, people: People, policy: Policy, tmp_path: Path
) -> None:
    flag = marked(bureau, people, FlagKind.STATE_BODY)
    paid = next(
        one.record for one in failures_of(bureau, policy=policy) if "1号" in one.record.detail.document_no
    )
    notify_superior(flag, record_key=paid.record_key, reason="x", actor=people.wang, policy=policy, now=NOW)
    row = f"{','.join(organ(1))},汴清欠〔2026〕1号,已清偿,2026-09-01,开封市工业和信息化局"
    batch = told(people, policy, tmp_path, row, header=SETTLED)
    assert batch.report["exits"]["ended"] == 1
    standing, over = failures_of(bureau, policy=policy)
    assert (standing.standing, standing.record.detail.document_no) == (True, "汴清欠〔2026〕2号")
    assert (over.standing, over.record.record_key) == (False, paid.record_key)
    assert RecordState(over.record.state) is not RecordState.ACTIVE
    assert not SuperiorLetter.objects.filter(withdrawn_at__isnull=True).exists()
    (unit,) = bodies(policy=policy)
    assert (unit.standing, unit.over, unit.amount_fen) == (1, 1, 0)


@pytest.mark.guard("G2")
def test_rows_of_others_than_bodies_are_set_aside_and_of_persons_refused(
    people: People, policy: Policy, home: Path, tmp_path: Path
) -> None:
    firm, person = (name(1), code(1)), ("张三", "")
    batch = told(people, policy, tmp_path, failure(firm, 1), failure(person, 2), failure(organ(1), 3))
    assert batch.accepted == 1
    assert not Subject.objects.filter(code=code(1)).exists()
    codes = {tuple(row.codes) for row in ReturnedRow.objects.all()}
    assert ("E21",) in codes
    assert len(codes) == 2
    assert not Record.objects.exclude(subject__code=organ(1)[1]).exists()


def test_a_state_owned_enterprise_is_marked_first_and_its_row_then_enters(
    people: People, policy: Policy, home: Path, tmp_path: Path
) -> None:
    assert told(people, policy, tmp_path, penalty(2), header=HEADER).accepted == 1
    firm = Subject.objects.get(code=code(2))
    assert told(people, policy, tmp_path, failure((name(2), code(2)), 1)).accepted == 0
    marked(firm, people)
    again = told(people, policy, tmp_path, failure((name(2), code(2)), 1), failure(organ(1), 2))
    assert again.accepted == 2
    assert [one.subject for one in bodies(policy=policy) if one.superior] == [firm]


def test_a_failure_that_a_platform_below_sent_stands_in_the_file_all_the_same(
    bureau: Subject, policy: Policy
) -> None:
    Batch.objects.update(feed="exchange-compliance")
    assert len(failures_of(bureau, policy=policy)) == 2
    assert {failure_kind(one.record.result, policy.feeds) for one in failures_of(bureau, policy=policy)} == {
        "拖欠中小企业账款"
    }


@pytest.mark.guard("G9")
def test_a_failure_is_for_the_offices_alone(bureau: Subject, people: People, policy: Policy) -> None:
    batch = Batch.objects.get()
    assert publish_batch(batch.public_id, reviewer=people.zhou, policy=policy, now=NOW) == 0
    assert not Publication.objects.exists()
    assert default_feeds(policy.feeds.values()) == ("xinheng-government-default",)
