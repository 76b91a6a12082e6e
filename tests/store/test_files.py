"""A stored file can be read while its key lives and its content is whole; afterwards nobody can read it."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.people import NOW, TODAY

from xinheng.core.refusal import Refusal
from xinheng.services.retention import destroy_expired_files
from xinheng.store.files import CHUNK, put_file, read_file
from xinheng.store.models import LedgerEvent, StoredFile

CLEAR = b"\xe5\xa4\x84\xe7\xbd\x9a" * (CHUNK // 3)


def kept(home: Path, *, content: bytes = CLEAR, destroy_on: date | None = None) -> StoredFile:
    source = home / "received.csv"
    source.write_bytes(content)
    return put_file(source, name="处罚.csv", media_type="text/csv", now=NOW, destroy_on=destroy_on)


def sealed(home: Path) -> Path:
    (path,) = [path for path in (home / "files").rglob("*") if path.is_file()]
    return path


@pytest.mark.django_db
def test_a_file_of_several_chunks_comes_back_as_it_was(home: Path) -> None:
    assert b"".join(read_file(kept(home))) == CLEAR


@pytest.mark.django_db
def test_nothing_of_the_clear_content_lies_on_disk(home: Path) -> None:
    kept(home, content="张三 410202199001011234".encode())
    assert b"410202199001011234" not in sealed(home).read_bytes()


@pytest.mark.django_db
def test_a_file_cut_off_between_two_chunks_is_refused(home: Path) -> None:
    stored = kept(home)
    whole = sealed(home).read_bytes()
    sealed(home).write_bytes(whole[: CHUNK + 16])
    with pytest.raises(Refusal, match="缺失或被改动"):
        b"".join(read_file(stored))


@pytest.mark.django_db
def test_a_changed_byte_is_refused(home: Path) -> None:
    stored = kept(home)
    content = bytearray(sealed(home).read_bytes())
    content[5] ^= 1
    sealed(home).write_bytes(bytes(content))
    with pytest.raises(Refusal, match="缺失或被改动"):
        b"".join(read_file(stored))


@pytest.mark.django_db
def test_a_file_that_is_gone_from_the_disk_is_refused(home: Path) -> None:
    stored = kept(home)
    sealed(home).unlink()
    with pytest.raises(Refusal, match="缺失或被改动"):
        b"".join(read_file(stored))


@pytest.mark.guard("G2")
@pytest.mark.django_db
def test_a_file_whose_term_is_over_loses_its_key_with_an_event_of_its_own(home: Path) -> None:
    over = kept(home, destroy_on=TODAY)
    later = kept(home, destroy_on=TODAY + timedelta(days=1))
    assert destroy_expired_files(today=TODAY, now=NOW) == 1
    over.refresh_from_db()
    assert (over.wrapped_key, over.destroyed_at) == (None, NOW)
    with pytest.raises(Refusal, match="已按规定期限销毁"):
        b"".join(read_file(over))
    assert b"".join(read_file(later)) == CLEAR
    assert [event.object for event in LedgerEvent.objects.all()] == [f"file:{over.pk}"]


@pytest.mark.django_db
def test_a_second_run_destroys_nothing_more(home: Path) -> None:
    kept(home, destroy_on=TODAY)
    assert [destroy_expired_files(today=TODAY, now=NOW) for _ in range(2)] == [1, 0]
    assert LedgerEvent.objects.count() == 1


def test_the_sealed_content_goes_once_the_destruction_is_committed(committed: None, home: Path) -> None:
    kept(home, destroy_on=TODAY)
    destroy_expired_files(today=TODAY, now=NOW)
    assert [path for path in (home / "files").rglob("*") if path.is_file()] == []
