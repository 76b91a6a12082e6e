"""What comes and goes by the consent of its subject: entry, use, withdrawal, and who was told to delete."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from tests.people import NOW, TODAY, People
from tests.refusals import code_of
from tests.sealing import seal_all
from tests.services.deliveries import REGISTER, code, name, registration, write
from tests.services.sharers import TERMS, agreed, reader

from xinheng.core.consent import Way
from xinheng.core.policy import Policy
from xinheng.core.provenance import Provenance
from xinheng.core.records import RecordState
from xinheng.core.sharing import Purpose
from xinheng.services.collect import Delivery, import_file, preview
from xinheng.services.consents import Agreement, end_due_consents, enter_consent, revoke_consent
from xinheng.services.publication import publish_batch
from xinheng.services.sharing_reads import Asked, read_changes, read_subject
from xinheng.services.sharing_use import who_asked
from xinheng.services.snapshots import export_snapshot
from xinheng.services.subject_merge import decide_merge, decide_split, propose_merge, propose_split
from xinheng.services.subjects import open_file
from xinheng.store.models import Batch, Consent, LedgerEvent, Publication, Record, ReturnedRow, Subject

HEADER = "纳税人名称,统一社会信用代码,税款所属期起,税款所属期止,申报缴纳情况,主管税务机关"
LATER = NOW + timedelta(minutes=5)
ITEMS = {"voluntary": ("事由", "结果", "有效期至", "信息类别")}
ASKED = Asked(purpose="finance")


def tax(number: int, *, until: str = "2026-09-30", result: str = "按时缴纳") -> str:
    return f"{name(number)},{code(number)},{until[:7]}-01,{until},{result},国家税务总局开封市税务局"


def register(people: People, policy: Policy, folder: Path) -> Delivery:
    """Enterprises 1 and 2 are on the register."""
    delivery = Delivery(
        policy=policy, organisation=people.market, actor=people.li, now=NOW - timedelta(days=2)
    )
    rows = [registration(number) for number in (1, 2)]
    import_file(write(folder, *rows, header=REGISTER, called="登记注册.csv"), delivery)
    return replace(delivery, now=NOW)


@pytest.fixture
def delivery(people: People, policy: Policy, home: Path, tmp_path: Path) -> Delivery:
    return register(people, policy, tmp_path)


@pytest.fixture
def lasting(committed_people: People, policy: Policy, home: Path, tmp_path: Path) -> Delivery:
    return register(committed_people, policy, tmp_path)


def send(delivery: Delivery, folder: Path, *rows: str, called: str = "纳税.csv") -> Batch:
    return import_file(write(folder, *rows, header=HEADER, called=called), delivery)


def one(number: int = 1) -> Subject:
    return Subject.objects.get(code=code(number))


@pytest.mark.row("M2-08")
@pytest.mark.row("M2-14")
def test_a_row_enters_with_the_consent_of_its_subject_and_is_set_aside_without(
    delivery: Delivery, people: People, policy: Policy, tmp_path: Path
) -> None:
    agreed(one(), people, policy)
    batch = send(delivery, tmp_path, tax(1), tax(2), tax(7))
    assert (batch.accepted, batch.provenance) == (1, Provenance.AUTHORISED.number)
    assert batch.report["problems"] == {"E20": 2}
    assert [row.codes for row in ReturnedRow.objects.order_by("row_no")] == [["E20"], ["E20"]]
    assert not Subject.objects.filter(code=code(7)).exists()
    agreed(one(2), people, policy)
    assert send(delivery, tmp_path, tax(2), called="再报.csv").accepted == 1


@pytest.mark.row("M2-08")
@pytest.mark.row("M2-14")
def test_a_consent_of_a_merged_subject_admits_rows_of_both_while_the_merge_lasts(
    delivery: Delivery, people: People, policy: Policy, tmp_path: Path
) -> None:
    agreed(one(2), people, policy)
    assert send(delivery, tmp_path, tax(1), called="之前.csv").accepted == 0
    given = {"reason": "同一家企业", "now": NOW, "actor": people.wang}
    proposed = propose_merge(one(2), one(1), keep=one(1), ground="登记机关函", **given)  # type: ignore[arg-type]
    decision = {"actor": people.zhao, "agree": True, "reason": "核对无误", "policy": policy, "now": NOW}
    merge = decide_merge(proposed.public_id, **decision)  # type: ignore[arg-type]
    batch = send(delivery, tmp_path, tax(1), tax(2, until="2026-08-31"), called="并入后.csv")
    assert batch.accepted == 2
    filed = Record.objects.filter(batch=batch, known_until__isnull=True)
    assert set(filed.values_list("subject__code", flat=True)) == {code(1)}
    later = {"now": LATER}
    propose_split(merge.public_id, actor=people.wang, reason="查明是两家", **later)  # type: ignore[arg-type]
    decide_split(merge.public_id, **decision | later)  # type: ignore[arg-type]
    split = replace(delivery, now=LATER)
    assert send(split, tmp_path, tax(1, until="2026-07-31"), called="拆分后.csv").accepted == 0


@pytest.mark.row("M2-08")
def test_the_preview_says_what_would_be_set_aside(
    delivery: Delivery, people: People, policy: Policy, tmp_path: Path
) -> None:
    agreed(one(), people, policy)
    path = write(tmp_path, tax(1), tax(2), header=HEADER, called="纳税.csv")
    told = preview(path, delivery, name="纳税.csv").report["preview"]
    assert "E20" in str(told)
    assert not Record.objects.filter(item=21).exists()


@pytest.mark.row("M2-08")
@pytest.mark.parametrize(
    "changes",
    [
        {"from_on": TODAY + timedelta(days=1)},
        {"feeds": frozenset({"authorised-housing-fund"})},
        {"feeds": frozenset()},
    ],
)
def test_a_consent_that_does_not_reach_lets_nothing_in(
    delivery: Delivery, people: People, policy: Policy, tmp_path: Path, changes: dict[str, Any]
) -> None:
    agreed(one(), people, policy, **changes)
    assert send(delivery, tmp_path, tax(1)).accepted == 0


@pytest.mark.row("M2-14")
def test_what_came_by_consent_is_kept_apart_from_score_and_publication(
    lasting: Delivery, committed_people: People, policy: Policy, tmp_path: Path
) -> None:
    agreed(one(), committed_people, policy)
    batch = send(lasting, tmp_path, tax(1, result="欠缴"))
    assert publish_batch(batch.public_id, reviewer=committed_people.zhou, policy=policy, now=NOW) == 0
    assert not Publication.objects.filter(ground__batch=batch).exists()
    snapshot = export_snapshot(tmp_path / "out", now=NOW)
    rows = [row for part in snapshot.parts for row in pq.read_table(snapshot.records / part.name).to_pylist()]
    assert 21 not in {row["item"] for row in rows}


@pytest.mark.row("M2-14")
def test_it_is_shared_for_the_purpose_and_with_the_receiver_agreed_to_and_in_the_fields(
    delivery: Delivery, people: People, policy: Policy, tmp_path: Path
) -> None:
    consent = agreed(one(), people, policy, receiver=people.market.pk, fields=frozenset({"结果"}))
    send(delivery, tmp_path, tax(1))
    _, key, _ = reader(people, policy, items=ITEMS, purpose=Purpose.FINANCE)
    (record,) = read_subject(key, code(1), ASKED, policy=policy, now=LATER).body["records"]
    assert record["fields"] == {"结果": "paid"}
    (asked,) = who_asked(one())
    assert asked.consents == (consent.public_id,)
    _, other, _ = reader(people, policy, items=ITEMS, purpose=Purpose.FUNDS)
    assert (
        read_subject(other, code(1), Asked(purpose="funds"), policy=policy, now=LATER).body["records"] == []
    )


@pytest.mark.row("M2-14")
def test_another_receiver_gets_nothing(
    delivery: Delivery, people: People, policy: Policy, tmp_path: Path
) -> None:
    agreed(one(), people, policy, receiver=people.city.pk)
    send(delivery, tmp_path, tax(1))
    _, key, _ = reader(people, policy, items=ITEMS, purpose=Purpose.FINANCE)
    assert read_subject(key, code(1), ASKED, policy=policy, now=LATER).body["records"] == []


@pytest.mark.row("M2-14")
@pytest.mark.guard("G9")
def test_a_withdrawn_consent_ends_all_use_at_once_and_who_read_it_is_told_to_delete(
    lasting: Delivery, committed_people: People, policy: Policy, tmp_path: Path
) -> None:
    people = committed_people
    consent = agreed(one(), people, policy)
    send(lasting, tmp_path, tax(1), tax(1, until="2026-06-30"))
    _, key, _ = reader(people, policy, items=ITEMS, purpose=Purpose.FINANCE)
    seal_all(LATER)
    page = read_changes(key, ASKED, after="", limit=9, policy=policy, now=LATER).body
    assert len(page["records"]) == 2
    shielded = revoke_consent(
        consent.public_id, actor=people.wang, reason="企业书面撤回", policy=policy, now=LATER
    )
    assert shielded == 2
    assert read_subject(key, code(1), ASKED, policy=policy, now=LATER).body["records"] == []
    shown = open_file(one().public_id, actor=people.wang, reason="", now=LATER).records
    assert 21 not in {record.item for record in shown}
    seal_all(LATER)
    told = read_changes(key, ASKED, after=page["next"], limit=9, policy=policy, now=LATER).body
    assert told["records"] == [{"record": one["record"], "ended": True} for one in page["records"]]
    assert send(lasting, tmp_path, tax(1, until="2026-03-31"), called="又.csv").accepted == 0
    assert LedgerEvent.objects.filter(kind="consent.revoked").count() == 1
    said = code_of(
        revoke_consent, consent.public_id, actor=people.wang, reason="再撤", policy=policy, now=LATER
    )
    assert said == "SQ04"
    agreed(one(), people, policy, now=LATER)
    assert len(read_subject(key, code(1), ASKED, policy=policy, now=LATER).body["records"]) == 2


@pytest.mark.row("M2-14")
def test_a_consent_that_has_run_out_ends_by_itself(
    delivery: Delivery, people: People, policy: Policy, tmp_path: Path
) -> None:
    agreed(one(), people, policy)
    send(delivery, tmp_path, tax(1))
    _, key, _ = reader(people, policy, items=ITEMS, purpose=Purpose.FINANCE)
    last, after = NOW + timedelta(days=30), NOW + timedelta(days=31)
    assert end_due_consents(policy=policy, now=last) == 0
    assert read_subject(key, code(1), ASKED, policy=policy, now=last).body["records"]
    assert read_subject(key, code(1), ASKED, policy=policy, now=after).body["records"] == []
    assert end_due_consents(policy=policy, now=after) == 1
    assert end_due_consents(policy=policy, now=after) == 0
    record = Record.objects.get(item=21, known_until__isnull=True)
    assert (record.state, record.note.actor) == (RecordState.SHIELDED, None)


def test_a_second_living_consent_keeps_what_the_first_brought(
    delivery: Delivery, people: People, policy: Policy, tmp_path: Path
) -> None:
    first = agreed(one(), people, policy)
    agreed(one(), people, policy, purpose=Purpose.FUNDS.value)
    send(delivery, tmp_path, tax(1))
    assert revoke_consent(first.public_id, actor=people.wang, reason="撤回", policy=policy, now=LATER) == 0
    _, key, _ = reader(people, policy, items=ITEMS, purpose=Purpose.FINANCE)
    assert read_subject(key, code(1), ASKED, policy=policy, now=LATER).body["records"] == []


@pytest.mark.row("M2-08")
@pytest.mark.parametrize(
    ("changes", "way", "said"),
    [
        ({"items": frozenset()}, Way.ONLINE, "SQ01"),
        ({"items": frozenset({"penalty"})}, Way.ONLINE, "SQ01"),
        ({"until_on": TODAY - timedelta(days=1)}, Way.ONLINE, "SQ01"),
        ({"purpose": " "}, Way.ONLINE, "SQ01"),
        ({}, Way.PAPER, "SQ01"),
    ],
)
def test_what_is_no_consent_is_refused(
    delivery: Delivery, people: People, policy: Policy, changes: dict[str, Any], way: Way, said: str
) -> None:
    agreement = Agreement(subject=one(), terms=replace(TERMS, **changes), way=way)
    assert code_of(enter_consent, agreement, actor=people.wang, policy=policy, now=NOW) == said
    assert not Consent.objects.exists()


def test_the_same_consent_is_entered_once_and_withdrawn_with_a_reason(
    delivery: Delivery, people: People, policy: Policy
) -> None:
    consent = agreed(one(), people, policy)
    assert code_of(agreed, one(), people, policy) == "SQ02"
    said = code_of(revoke_consent, consent.public_id, actor=people.wang, reason=" ", policy=policy, now=NOW)
    assert said == "SQ03"


@pytest.mark.row("M2-08")
@pytest.mark.guard("G13")
def test_the_scan_of_a_paper_is_kept_encrypted(
    delivery: Delivery, people: People, policy: Policy, tmp_path: Path, home: Path
) -> None:
    scan = tmp_path / "授权书.pdf"
    scan.write_bytes(b"%PDF-1.7 authorisation of somebody")
    agreement = Agreement(
        subject=one(), terms=TERMS, way=Way.PAPER, scan=scan, scan_name=scan.name, scan_type="application/pdf"
    )
    consent = enter_consent(agreement, actor=people.wang, policy=policy, now=NOW)
    assert consent.scan is not None
    kept = [path.read_bytes() for path in (home / "files").rglob("*") if path.is_file()]
    assert kept
    assert not any(b"authorisation" in content for content in kept)
