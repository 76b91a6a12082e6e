"""`xinheng report verify` tells genuine, forged and stale by exit code, with the database or with certificates alone."""

import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from tests.documents.test_sm2 import with_sm2
from tests.people import NOW
from tests.services.test_reports import World
from tests.services.test_reports import world as world
from typer.testing import CliRunner, Result

from xinheng.documents.signing import new_signer
from xinheng.interfaces.cli import app
from xinheng.services.reports import twin_file_of
from xinheng.services.signing_keys import certificates

pytestmark = [pytest.mark.usefixtures("home"), pytest.mark.row("M6-04")]


@pytest.fixture(autouse=True)
def _ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xinheng.interfaces.cli.ready.ready", lambda **_: None)


def _run(*words: object) -> Result:
    return CliRunner().invoke(app, ["report", *map(str, words)])


def _pem(path: Path, *found: bytes) -> Path:
    path.write_bytes(
        b"".join(x509.load_der_x509_certificate(one).public_bytes(Encoding.PEM) for one in found)
    )
    return path


def test_genuine_stale_and_forged_end_differently(world: World, tmp_path: Path) -> None:
    made = world.own()
    paper, twin = tmp_path / "r.pdf", tmp_path / "r.json"
    paper.write_bytes(world.paper(made))
    twin.write_bytes(twin_file_of(made, policy=world.policy, now=NOW))
    for file in (paper, twin):
        seen = _run("verify", file)
        assert seen.exit_code == 0 and made.number in seen.output and "一致" in seen.output
    world.end()
    for file in (paper, twin):
        seen = _run("verify", file)
        assert seen.exit_code == 3 and "有变化" in seen.output
    content = paper.read_bytes()
    paper.write_bytes(content[:3000] + bytes([content[3000] ^ 1]) + content[3001:])
    assert _run("verify", paper).exit_code == 1


def test_who_has_the_certificates_needs_no_server(world: World, tmp_path: Path) -> None:
    made = world.own()
    paper = tmp_path / "r.pdf"
    paper.write_bytes(world.paper(made, with_twin=True))
    ours = _pem(tmp_path / "ours.pem", *certificates())
    bare = {"PATH": os.environ["PATH"], "PYTHONIOENCODING": "utf-8", "XINHENG_DATABASE_URL": "postgres://nobody@127.0.0.1:1/x"}  # fmt: skip
    command = [sys.executable, "-m", "xinheng.interfaces.cli", "report", "verify", str(paper), "--certificates", str(ours)]  # fmt: skip
    seen = subprocess.run(command, capture_output=True, text=True, env=bare, check=False)
    assert seen.returncode == 0, seen.stderr
    assert made.number in seen.stdout and "离线" in seen.stdout
    stranger = _pem(tmp_path / "theirs.pem", new_signer(organ="别处", now=NOW).certificate)
    assert _run("verify", paper, "--certificates", stranger).exit_code == 1


@with_sm2
def test_a_detached_signature_of_sm2_is_checked_beside_the_file(world: World, tmp_path: Path) -> None:
    made = world.own()
    with ZipFile(BytesIO(world.bundle(made))) as packed:
        packed.extractall(tmp_path)
    paper, ours = tmp_path / f"信用报告{made.number}.pdf", tmp_path / "xinheng-certificates.pem"
    signature = Path(f"{paper}.sig")
    for more in ((), ("--certificates", ours)):
        seen = _run("verify", paper, "--signature", signature, *more)
        assert seen.exit_code == 0 and "国密签名（SM2/SM3）有效" in seen.output
        assert "没有国密签名" in _run("verify", paper, *more).output
    signature.write_bytes(signature.read_bytes()[:-1] + b"\x00")
    assert _run("verify", paper, "--signature", signature).exit_code == 1
    signature.write_bytes(b"")
    assert _run("verify", paper, "--signature", signature).exit_code == 1


def test_what_cannot_be_read_is_refused(world: World, tmp_path: Path) -> None:
    none = tmp_path / "none.pdf"
    assert getattr(_run("verify", none).exception, "code", "") == "RV1"
    paper = tmp_path / "r.pdf"
    paper.write_bytes(b"%PDF-1.7")
    assert _run("verify", paper).exit_code == 1
    no_pem = tmp_path / "c.pem"
    no_pem.write_text("没有证书", encoding="utf-8")
    assert getattr(_run("verify", paper, "--certificates", no_pem).exception, "code", "") == "RV3"
