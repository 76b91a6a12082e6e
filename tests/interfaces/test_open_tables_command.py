"""`xinheng open-data`: what is written can be verified by somebody who has the folder and the certificates alone."""

import json
import shutil
import threading
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.db import connection, transaction
from tests.interfaces.portal_city import a_subject
from tests.people import NOW
from typer.testing import CliRunner

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.interfaces.cli import app
from xinheng.services.open_tables import write_snapshot
from xinheng.services.open_tables_files import Blocks, blocks_of
from xinheng.services.signing_keys import certificates
from xinheng.services.snapshot_rows import Sender

pytestmark = pytest.mark.row("M5-02")


@pytest.fixture
def folder(committed: None, policy: Policy, home: Path) -> Path:
    a_subject("=样例食品有限公司")
    written = write_snapshot(home / "taken", policy=policy, now=NOW)
    pem = [x509.load_der_x509_certificate(one).public_bytes(Encoding.PEM) for one in certificates()]
    (home / "trusted.pem").write_bytes(b"".join(pem))
    return written.folder


def _verified(folder: Path) -> tuple[int, str]:
    given = ["open-data", "verify", str(folder), "--certificates", str(folder.parent / "trusted.pem")]
    done = CliRunner().invoke(app, given)
    return done.exit_code, done.output


def test_a_whole_folder_is_genuine(folder: Path) -> None:
    assert _verified(folder)[0] == 0


def test_the_table_opens_in_office_programs_and_computes_nothing(folder: Path) -> None:
    lines = (folder / "subjects.csv").read_bytes()
    assert lines.startswith(b"\xef\xbb\xbf")
    assert '"\'=样例食品有限公司"' in lines.decode()


@pytest.mark.parametrize("deed", ["changed", "longer", "missing", "forged", "cut", "foreign"])
def test_what_was_changed_is_named(folder: Path, deed: str) -> None:
    file, manifest = folder / "subjects.csv", folder / "manifest.json"
    if deed == "changed":
        file.write_bytes(file.read_bytes().replace("样例".encode(), "改动".encode()))
    elif deed == "longer":
        file.write_bytes(file.read_bytes() + b"x")
    elif deed == "missing":
        file.unlink()
    elif deed == "forged":
        told = json.loads(manifest.read_bytes())
        told["content"]["day"] = "2020-01-01"
        manifest.write_text(json.dumps(told), encoding="utf-8")
    elif deed == "cut":
        manifest.write_bytes(manifest.read_bytes()[:-5])
    else:
        manifest.write_text("[]", encoding="utf-8")
    code, said = _verified(folder)
    assert code == 1
    assert ("subjects.csv" if deed in ("changed", "longer", "missing") else "manifest.json") in said


def test_a_folder_that_is_there_is_not_written_over(folder: Path, policy: Policy) -> None:
    before = (folder / "manifest.json").read_bytes()
    with pytest.raises(Refusal, match="OD1"):
        write_snapshot(folder, policy=policy, now=NOW)
    assert (folder / "manifest.json").read_bytes() == before


def test_a_snapshot_that_breaks_off_leaves_nothing(
    folder: Path, policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(folder)

    def broken(*_: object, **__: object) -> None:
        raise OSError("disk")

    monkeypatch.setattr("xinheng.services.open_tables.files.write_table", broken)
    with pytest.raises(OSError, match="disk"):
        write_snapshot(folder, policy=policy, now=NOW)
    assert [one.name for one in folder.parent.iterdir() if "taken" in one.name] == []


class _Many:
    """A queryset of more than any pipe holds."""

    query = property(lambda self: self)

    def order_by(self) -> "_Many":
        return self

    def sql_with_params(self) -> tuple[str, tuple[object, ...]]:
        return "SELECT repeat('x', 1000) FROM generate_series(1, 100000)", ()


def test_a_reading_that_breaks_off_gives_the_connection_back(committed: None) -> None:
    def full(blocks: Blocks) -> None:
        next(blocks)
        raise OSError("no space left")

    with transaction.atomic(), connection.cursor() as cursor:
        schema = pa.schema([("name", pa.string())])
        with pytest.raises(OSError, match="no space"), closing(blocks_of(cursor, _Many(), schema)) as blocks:  # type: ignore[arg-type]
            full(blocks)
        assert not [one for one in threading.enumerate() if isinstance(one, Sender)]
        transaction.set_rollback(True)
