"""Which records lack their scan, and the bundle of a month: what it holds, what is missing, and its receipt."""

import hashlib
import io
import zipfile
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from python_calamine import CalamineWorkbook
from tests.intake import papers
from tests.people import NOW, TODAY, People
from tests.store.rows import Rows

from xinheng.core.attachments import Checked, Target, scans_needed
from xinheng.core.collection_cycle import Span
from xinheng.core.feeds import ITEMS
from xinheng.core.policy import Policy, load_policy
from xinheng.core.records import RecordState
from xinheng.core.refusal import Refusal
from xinheng.documents.scan_bundle import MANIFEST, streamed
from xinheng.services.attachments import Paper, attach, held, note_checked
from xinheng.services.attachments_ended import withdraw_attachment
from xinheng.services.scans import (
    BundleOrder,
    bundle_stream,
    make_bundle,
    missing_by_sender,
    missing_scans,
    month_of,
    needs,
    receive_bundle,
)
from xinheng.services.statements import monthly_register
from xinheng.store.models import Attachment, LedgerEvent, Organisation, Record, ScanBundle

MONTH = Span(date(2026, 11, 1), date(2026, 12, 1))
COMMITMENT = ITEMS["commitment"]


@pytest.fixture
def huaian() -> Policy:
    """The city whose document asks for the register with its scans each month."""
    return load_policy(settings.POLICY_ROOT, city="huaian")


class Register:
    """A batch of commitments of the month, and the papers put to it."""

    def __init__(self, people: People, policy: Policy, folder: Path) -> None:
        self.people, self.policy, self.folder = people, policy, folder
        self.rows = Rows(people)
        self.batch = self.rows.batch(
            state="loaded", loaded_at=NOW, item=COMMITMENT, feed="xinheng-commitment", rows=2
        )

    def commitment(self, day: date = date(2026, 11, 3), **given: object) -> Record:
        record = self.rows.record(batch=self.batch, item=COMMITMENT, decided_on=day, **given)
        self.rows.detail(record=record, document_no=f"CN{record.record_key}")
        return record

    def put(self, target: Target, key: str, *, mark: str = "a", **said: bool) -> Attachment:
        thing = held(target, key)
        assert thing is not None
        path = papers.pdf(self.folder / f"{mark}.pdf", mark=mark)
        paper = Paper(title=f"承诺书{mark}", **said)
        return attach(thing, path, paper, actor=self.people.li, policy=self.policy, now=NOW)

    def scan_of(self, record: Record, **said: bool) -> Attachment:
        return self.put(Target.RECORD, f"{record.record_key}", mark=f"r{record.record_key}", **said)

    def lacking(self) -> list[Record]:
        return list(missing_scans([self.people.market.pk], policy=self.policy).order_by("pk"))

    def bundle(self, reason: str = "报送区信用办") -> ScanBundle:
        order = BundleOrder(
            units=frozenset({self.people.market.pk}),
            owner=self.people.city,
            item=COMMITMENT,
            month=MONTH,
            reason=reason,
        )
        return make_bundle(order, actor=self.people.wang, policy=self.policy, now=NOW)

    def taken(self, bundle: ScanBundle) -> bytes:
        return b"".join(bundle_stream(bundle, actor=self.people.wang, now=NOW))


@pytest.fixture
def register(people: People, huaian: Policy, home: Path, tmp_path: Path) -> Register:
    return Register(people, huaian, tmp_path)


@pytest.mark.row("M2-03")
@pytest.mark.guard("G15")
def test_scans_are_required_where_the_citys_document_asks_for_them(huaian: Policy, policy: Policy) -> None:
    assert needs(huaian)["xinheng-commitment"] == "required"
    assert "xinheng-commitment" not in needs(policy) or needs(policy)["xinheng-commitment"] == "optional"
    feed = policy.feeds["penalty-dual-publicity"]
    assert scans_needed(feed, register_due=True) is None
    declared = feed.model_copy(update={"scan": "required"})
    assert scans_needed(declared, register_due=False) == "required"


@pytest.mark.row("M2-04")
@pytest.mark.row("M2-03")
def test_a_record_without_its_scan_is_on_the_list_of_its_sender(register: Register, people: People) -> None:
    first, second = register.commitment(), register.commitment()
    register.commitment(state=RecordState.WITHDRAWN)
    assert register.lacking() == [first, second]
    assert missing_by_sender([people.market.pk], policy=register.policy) == {people.market.pk: 2}
    put = register.scan_of(first)
    assert register.lacking() == [second]
    withdraw_attachment(put.public_id, actor=people.li, reason="扫错页", policy=register.policy, now=NOW)
    assert register.lacking() == [first, second]
    assert missing_by_sender([people.city.pk], policy=register.policy) == {}


@pytest.mark.row("M2-04")
def test_a_paper_of_the_batch_stands_for_its_rows_only_where_that_is_said(register: Register) -> None:
    register.commitment(), register.commitment()
    register.put(Target.BATCH, register.batch.public_id, mark="cover")
    assert len(register.lacking()) == 2
    register.put(Target.BATCH, register.batch.public_id, mark="all", whole=True)
    assert register.lacking() == []


@pytest.mark.row("M2-03")
@pytest.mark.row("M4-10")
def test_the_register_is_complete_once_every_commitment_has_its_scan(register: Register) -> None:
    columns = register.policy.commitments.register_columns.values()
    record = register.rows.record(batch=register.batch, item=COMMITMENT, decided_on=date(2026, 11, 3))
    register.rows.detail(record=record, fields={column.title: "有" for column in columns})
    units = list(Organisation.objects.order_by("pk"))

    def line() -> tuple[int, int, bool]:
        found = monthly_register(units, policy=register.policy, today=TODAY)
        assert found is not None
        (one,) = found.lines
        return one.commitments, one.scans, one.complete

    assert line() == (1, 0, False)
    register.scan_of(record)
    assert line() == (1, 1, True)


@pytest.mark.row("M2-03")
def test_a_bundle_holds_the_scans_their_index_and_a_manifest_that_agrees(register: Register) -> None:
    first, second = register.commitment(), register.commitment()
    register.commitment(date(2026, 10, 30))
    register.scan_of(first)
    other = register.put(Target.BATCH, register.batch.public_id, mark="cover")
    bundle = register.bundle()
    assert (len(bundle.attachments), bundle.missing) == (2, 1)
    with zipfile.ZipFile(io.BytesIO(register.taken(bundle))) as archive:
        assert archive.testzip() is None
        listed = archive.read(MANIFEST)
        assert bundle.receipt == f"sha256:{hashlib.sha256(listed).hexdigest()}"
        for line in listed.decode().splitlines():
            digest, name = line.split("  ", 1)
            assert hashlib.sha256(archive.read(name)).hexdigest() == digest
        assert len(archive.namelist()) == len(listed.splitlines()) + 1
        assert any(name.endswith(f"{other.title}.pdf") for name in archive.namelist())
        book = CalamineWorkbook.from_filelike(io.BytesIO(archive.read("目录.xlsx")))
    scans, lacking = (book.get_sheet_by_name(name).to_python() for name in ("扫描件", "缺扫描件"))
    assert [line[3] for line in scans[1:]] == [f"CN{first.record_key}", ""]
    assert [line[0] for line in lacking[1:]] == [f"CN{second.record_key}"]
    kinds = LedgerEvent.objects.filter(kind__startswith="scans.").order_by("pk")
    assert list(kinds.values_list("kind", flat=True)) == ["scans.bundled", "scans.taken"]


def test_a_bundle_taken_twice_is_the_same(register: Register) -> None:
    register.scan_of(register.commitment())
    bundle = register.bundle()
    assert register.taken(bundle) == register.taken(bundle)


@pytest.mark.guard("G9")
def test_a_bundle_is_not_taken_once_something_of_it_has_ended(register: Register, people: People) -> None:
    record = register.commitment()
    put = register.scan_of(record)
    bundle = register.bundle()
    withdraw_attachment(put.public_id, actor=people.li, reason="扫错", policy=register.policy, now=NOW)
    with pytest.raises(Refusal) as refused:
        register.taken(bundle)
    assert refused.value.code == "SB4"
    register.scan_of(record)
    again = register.bundle()
    Record.objects.filter(pk=record.pk).update(known_until=NOW.replace(year=2027))
    with pytest.raises(Refusal) as refused:
        register.taken(again)
    assert refused.value.code == "SB4"


def test_what_a_scanner_found_bad_is_left_out_and_said(register: Register) -> None:
    bad, good = register.scan_of(register.commitment()), register.scan_of(register.commitment())
    note_checked(bad, Checked.INFECTED, now=NOW)
    bundle = register.bundle()
    assert bundle.attachments == [good.pk]
    note_checked(good, Checked.CLEAN, now=NOW)
    Attachment.objects.filter(pk=good.pk).update(checked=Checked.INFECTED.value)
    with pytest.raises(Refusal) as refused:
        register.taken(bundle)
    assert refused.value.code == "SB4"


def test_an_empty_bundle_and_one_without_reason_are_refused(register: Register) -> None:
    register.commitment()
    for reason, code in ((" ", "SB1"), ("报送", "SB3")):
        with pytest.raises(Refusal) as refused:
            register.bundle(reason)
        assert refused.value.code == code


@pytest.mark.row("M2-03")
def test_a_bundle_is_received_once_with_the_receipt_that_the_receiver_computed(
    register: Register, people: People
) -> None:
    register.scan_of(register.commitment())
    bundle = register.bundle()

    def receive(receipt: str, receiver: str = "区信用办") -> str:
        try:
            receive_bundle(bundle.public_id, receiver=receiver, receipt=receipt, actor=people.wang, now=NOW)
        except Refusal as refusal:
            return refusal.code
        return ""

    assert receive("sha256:" + "0" * 64) == "SB7"
    assert receive(bundle.receipt, receiver=" ") == "SB6"
    assert receive(bundle.receipt.removeprefix("sha256:").upper()) == ""
    assert receive(bundle.receipt) == "SB5"


def test_a_stream_never_holds_more_than_a_piece() -> None:
    piece, seen = b"x" * 65_536, []
    content = (piece for _ in range(200))
    for part in streamed([("大文件.pdf", 200 * len(piece), content)]):
        seen.append(len(part))
    assert max(seen) < 3 * len(piece)
    assert sum(seen) > 200 * len(piece)


def test_the_month_that_is_handed_on_is_the_one_before() -> None:
    assert month_of(date(2027, 1, 5)) == Span(date(2026, 12, 1), date(2027, 1, 1))
    assert month_of(date(2026, 11, 30)) == Span(date(2026, 10, 1), date(2026, 11, 1))
