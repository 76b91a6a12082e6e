"""Attachments are kept sealed, once a content, opened with a note, withdrawn with a reason and gone with their record."""

from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.intake import papers
from tests.people import NOW, TODAY, People
from tests.store.rows import Rows

from xinheng.core.attachments import Checked, Target, file_name
from xinheng.core.attachments import Kind as Paperkind
from xinheng.core.policy import Policy
from xinheng.core.records import RecordState
from xinheng.core.refusal import Refusal
from xinheng.services.attachments import (
    Held,
    Paper,
    attach,
    held,
    most_bytes,
    note_checked,
    open_one,
    picture_of,
    to_check,
)
from xinheng.services.attachments_ended import forget_cancelled, forget_papers, withdraw_attachment
from xinheng.services.records import Change, delete
from xinheng.services.retention import destroy_expired_files
from xinheng.store.models import Attachment, Batch, LedgerEvent, StoredFile


@pytest.fixture
def rows(people: People, home: Path) -> Rows:
    return Rows(people)


def _record(rows: Rows, **given: object) -> Held:
    record = rows.record(batch=rows.loaded, **given)
    rows.detail(record=record)
    found = held(Target.RECORD, str(record.record_key))
    assert found is not None
    return found


def _batch(rows: Rows) -> Held:
    found = held(Target.BATCH, rows.batch().public_id)
    assert found is not None
    return found


class Desk:
    """Li at work: puts, opens and withdraws on the day of the tests."""

    def __init__(self, people: People, policy: Policy) -> None:
        self.li, self.policy = people.li, policy

    def put(self, thing: Held, path: Path, *, title: str = "承诺书", **said: bool) -> Attachment:
        return attach(thing, path, Paper(title=title, **said), actor=self.li, policy=self.policy, now=NOW)

    def read(self, attachment: Attachment) -> bytes:
        attachment.refresh_from_db()
        return b"".join(open_one(attachment, actor=self.li, now=NOW))

    def withdraw(self, attachment: Attachment, reason: str) -> None:
        withdraw_attachment(attachment.public_id, actor=self.li, reason=reason, policy=self.policy, now=NOW)


@pytest.fixture
def desk(people: People, policy: Policy) -> Desk:
    return Desk(people, policy)


@pytest.mark.row("M2-04")
@pytest.mark.parametrize("target", list(Target))
def test_a_paper_is_put_to_each_thing_and_comes_back_as_it_was(
    target: Target, rows: Rows, desk: Desk, tmp_path: Path
) -> None:
    keys = {
        Target.BATCH: lambda: rows.batch().public_id,
        Target.RECORD: lambda: _record(rows).key,
        Target.STATEMENT: lambda: rows.nothing().public_id,
        Target.CASE: lambda: rows.case().public_id,
    }
    thing = held(target, keys[target]())
    assert thing is not None
    path = papers.pdf(tmp_path / "a.pdf")
    made = desk.put(thing, path)
    assert desk.read(made) == path.read_bytes()
    assert (made.kind, made.pages, made.checked) == ("pdf", 1, Checked.UNCHECKED)
    kinds = list(LedgerEvent.objects.order_by("pk").values_list("kind", "object"))
    assert kinds == [(f"attachment.{deed}", f"attachment:{made.public_id}") for deed in ("added", "read")]


def test_a_thing_that_does_not_exist_is_not_found(rows: Rows) -> None:
    for key in ("1" * 30, "12", "a" * 16, "-1", "٣"):
        assert [held(target, key) for target in Target] == [None] * 4


@pytest.mark.row("M2-04")
def test_the_file_lies_sealed_on_the_disk(rows: Rows, desk: Desk, home: Path, tmp_path: Path) -> None:
    path = papers.pdf(tmp_path / "a.pdf", mark="绝密")
    desk.put(_batch(rows), path)
    (sealed,) = [one for one in (home / "files").rglob("*") if one.is_file()]
    assert b"%PDF" not in sealed.read_bytes()
    assert sealed.name.startswith(StoredFile.objects.get().digest.removeprefix("sha256:"))


@pytest.mark.row("M2-04")
def test_the_same_content_is_kept_once(rows: Rows, desk: Desk, tmp_path: Path) -> None:
    path, first, second = papers.pdf(tmp_path / "a.pdf"), _batch(rows), _batch(rows)
    one = desk.put(first, path, personal=False)
    assert desk.put(first, path, personal=False) == one
    other = desk.put(second, path, personal=False)
    assert other != one
    assert other.file_id == one.file_id
    assert StoredFile.objects.count() == 1


@pytest.mark.guard("G13")
def test_personal_papers_share_a_key_within_their_subject_alone(
    rows: Rows, desk: Desk, tmp_path: Path
) -> None:
    path, mine, hers = papers.pdf(tmp_path / "a.pdf"), _record(rows), _record(rows)
    assert mine.subject is not None
    again = _record(rows, subject=mine.subject)
    files = {thing.key: desk.put(thing, path).file_id for thing in (mine, hers, again)}
    assert files[mine.key] == files[again.key] != files[hers.key]
    batches = [desk.put(_batch(rows), path).file_id for _ in range(2)]
    assert len({*files.values(), *batches}) == 4


@pytest.mark.guard("G2")
def test_the_papers_of_a_deleted_record_lose_their_key_and_others_keep_theirs(
    rows: Rows, desk: Desk, people: People, tmp_path: Path
) -> None:
    path, mine, hers = papers.pdf(tmp_path / "a.pdf"), _record(rows), _record(rows)
    made, other = desk.put(mine, path), desk.put(hers, path)
    assert forget_papers(record_key=int(mine.key), batch=None, actor=people.zhao, now=NOW) == 1
    made.refresh_from_db()
    assert made.withdrawn_why and made.file.wrapped_key is None
    with pytest.raises(Refusal) as refused:
        desk.read(made)
    assert refused.value.code == "AT16"
    assert desk.read(other) == path.read_bytes()
    again = desk.put(mine, path)
    assert again.file_id != made.file_id
    assert desk.read(again) == path.read_bytes()


@pytest.mark.guard("G2")
def test_the_papers_of_a_batch_that_was_given_up_go_with_it(rows: Rows, desk: Desk, tmp_path: Path) -> None:
    batch = rows.batch()
    thing = held(Target.BATCH, batch.public_id)
    assert thing is not None
    made, kept = (
        desk.put(thing, papers.pdf(tmp_path / "a.pdf")),
        desk.put(_batch(rows), papers.pdf(tmp_path / "b")),
    )
    assert forget_cancelled(now=NOW) == 0
    Batch.objects.filter(pk=batch.pk).update(state="cancelled")
    assert [forget_cancelled(now=NOW) for _ in range(2)] == [1, 0]
    made.refresh_from_db()
    assert made.withdrawn_at is not None and made.file.wrapped_key is None
    assert desk.read(kept)


@pytest.mark.guard("G2")
def test_deleting_a_record_destroys_its_papers(
    rows: Rows, desk: Desk, people: People, tmp_path: Path
) -> None:
    thing = _record(rows)
    made = desk.put(thing, papers.pdf(tmp_path / "a.pdf"))
    of_all = attach(
        Held(**{**vars_of(_batch(rows)), "columns": {"batch": rows.loaded}}),
        papers.pdf(tmp_path / "b.pdf", mark="b"),
        Paper(title="全部行", whole=True),
        actor=people.li,
        policy=desk.policy,
        now=NOW,
    )
    delete(
        record_key=int(thing.key),
        change=Change(deed="delete", reason="不得留存", ground="某决定书"),
        proposed_by=people.wang,
        actor=people.zhao,
        policy=desk.policy,
        now=NOW + timedelta(minutes=1),
        with_original=True,
    )
    for one in (made, of_all):
        one.refresh_from_db()
        assert one.withdrawn_at is not None and one.file.wrapped_key is None


def vars_of(thing: Held) -> dict[str, Any]:
    return {field.name: getattr(thing, field.name) for field in fields(thing)}


def test_a_file_whose_key_is_destroyed_says_so(rows: Rows, desk: Desk, tmp_path: Path) -> None:
    made = desk.put(_batch(rows), papers.pdf(tmp_path / "a.pdf"))
    term = desk.policy.days_kept("attachment", on=TODAY)
    assert term is not None
    later = {"today": TODAY + timedelta(days=term), "now": NOW + timedelta(days=term)}
    assert destroy_expired_files(**later) == 1
    with pytest.raises(Refusal) as refused:
        desk.read(made)
    assert refused.value.code == "F02"


@pytest.mark.row("M2-04")
def test_what_is_withdrawn_says_why_and_is_destroyed_after_its_term(
    rows: Rows, desk: Desk, tmp_path: Path
) -> None:
    path, first, second = papers.pdf(tmp_path / "a.pdf"), _batch(rows), _batch(rows)
    one, other = (desk.put(thing, path, personal=False) for thing in (first, second))
    with pytest.raises(Refusal) as refused:
        desk.withdraw(one, "  ")
    assert refused.value.code == "AT20"
    desk.withdraw(one, "扫错页")
    one.file.refresh_from_db()
    assert one.file.destroy_on == TODAY + timedelta(days=1825)
    with pytest.raises(Refusal, match="已经撤下"):
        desk.withdraw(one, "再撤一次")
    desk.withdraw(other, "不需要")
    one.file.refresh_from_db()
    assert one.file.destroy_on == TODAY + timedelta(days=30)
    assert LedgerEvent.objects.filter(kind="attachment.withdrawn").count() == 2


@pytest.mark.row("M2-04")
def test_where_a_scanner_is_declared_nothing_opens_before_it_has_spoken(
    rows: Rows, desk: Desk, settings: object, tmp_path: Path
) -> None:
    path = papers.pdf(tmp_path / "a.pdf")
    made = desk.put(_batch(rows), path, personal=False)
    settings.CLAMD = "/run/clamd.sock"  # type: ignore[attr-defined]
    with pytest.raises(Refusal) as refused:
        desk.read(made)
    assert refused.value.code == "AT18"
    assert to_check(9) == [made]
    note_checked(made, Checked.CLEAN, now=NOW)
    assert desk.read(made) == path.read_bytes()
    assert desk.put(_batch(rows), path, personal=False).checked == Checked.CLEAN


@pytest.mark.row("M2-04")
def test_what_the_scanner_found_bad_opens_nowhere(rows: Rows, desk: Desk, tmp_path: Path) -> None:
    path = papers.pdf(tmp_path / "a.pdf")
    one, other = (desk.put(_batch(rows), path, personal=False) for _ in range(2))
    note_checked(one, Checked.INFECTED, now=NOW)
    for made in (one, other):
        with pytest.raises(Refusal) as refused:
            desk.read(made)
        assert refused.value.code == "AT17"
    assert to_check(9) == []


def test_a_picture_is_shown_as_a_new_one_and_other_papers_are_not(
    rows: Rows, desk: Desk, people: People, tmp_path: Path
) -> None:
    image = desk.put(_batch(rows), papers.picture(tmp_path / "a", "TIFF", pages=2))
    shown = picture_of(image, page=1, actor=people.li, policy=desk.policy, now=NOW)
    assert shown.startswith(b"\xff\xd8\xff")
    paper = desk.put(_batch(rows), papers.pdf(tmp_path / "b"))
    for one, page in ((image, 2), (image, -1), (paper, 0)):
        with pytest.raises(Refusal) as refused:
            picture_of(one, page=page, actor=people.li, policy=desk.policy, now=NOW)
        assert refused.value.code == "AT15"
    assert LedgerEvent.objects.filter(kind="attachment.read").count() == 1


@pytest.mark.row("M2-04")
def test_what_is_refused_leaves_nothing_behind(rows: Rows, desk: Desk, home: Path, tmp_path: Path) -> None:
    with pytest.raises(Refusal):
        desk.put(_batch(rows), papers.pdf_with_script(tmp_path / "a.pdf"))
    big = tmp_path / "big.pdf"
    with big.open("wb") as out:
        out.truncate(most_bytes(desk.policy, on=TODAY) + 1)
    with pytest.raises(Refusal) as refused:
        desk.put(_batch(rows), big)
    assert refused.value.code == "AT13"
    assert not Attachment.objects.exists() and not StoredFile.objects.exists()
    assert not (home / "files").exists()


def test_no_more_files_than_the_policy_says(
    rows: Rows, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    thing = _batch(rows)
    most = desk.policy.parameter("attachments.files_each", on=TODAY).required()
    file = rows.file()
    for _ in range(most):
        Attachment.objects.create(**thing.columns, file=rows.file(), title="a", added_at=NOW)
    assert file.pk
    with pytest.raises(Refusal) as refused:
        desk.put(thing, papers.pdf(tmp_path / "a.pdf"))
    assert refused.value.code == "AT14"


@pytest.mark.guard("G9")
def test_a_record_that_stands_no_longer_is_known_as_ended(rows: Rows) -> None:
    assert _record(rows).ended is False
    assert _record(rows, state=RecordState.WITHDRAWN).ended is True


def test_a_name_is_handed_out_without_path_or_marks() -> None:
    assert file_name("../../etc/承诺书\u202egpj.PDF", Paperkind.PDF) == "etc承诺书gpj.pdf"
    assert file_name(" .. ", Paperkind.JPEG) == "附件.jpg"
    assert file_name("许可.exe", Paperkind.PDF) == "许可.exe.pdf"
    assert len(file_name("长" * 500, Paperkind.OFD)) == 84


@pytest.mark.guard("G15")
def test_a_size_that_nobody_confirmed_is_said_to_be_a_proposal(policy: Policy) -> None:
    reading = policy.parameter("attachments.file_mib", on=TODAY)
    assert reading.verified is False
    assert str(reading) == "50 MiB"
