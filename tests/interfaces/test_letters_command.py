"""`xinheng letters` says of a file whether it is genuine, by exit code and in a sentence, and looks after the keys."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from tests.documents.stamps import Stamps
from tests.people import NOW, People
from tests.services.letter_cases import draft_of, ordered
from tests.soft_hsm import LABEL, PIN, TOKEN, SoftHsm
from typer.testing import CliRunner, Result

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.documents.hsm import Module
from xinheng.documents.signing import new_signer
from xinheng.documents.time_stamps import Authority
from xinheng.interfaces.cli import app
from xinheng.services.letters import issue_letter, paper_of
from xinheng.services.letters_archive import archive_case
from xinheng.store.models import IssuedLetter, SigningKey

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture(autouse=True)
def _ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xinheng.interfaces.cli.ready.ready", lambda **_: None)


@pytest.fixture
def letter(people: People, policy: Policy) -> IssuedLetter:
    case, early = ordered(people, policy), NOW - timedelta(days=5)
    return issue_letter(
        case.public_id, draft_of("rectification_order"), actor=people.wang, policy=policy, now=early
    )


def _run(*words: object) -> Result:
    return CliRunner().invoke(app, ["letters", *map(str, words)])


@pytest.mark.row("M6-04")
def test_a_letter_and_a_package_are_verified(letter: IssuedLetter, people: People, tmp_path: Path) -> None:
    paper, packed = tmp_path / "a.pdf", tmp_path / "a.zip"
    paper.write_bytes(paper_of(letter))
    packed.write_bytes(archive_case(letter.case.public_id, organ="开封市", actor=people.wang, now=NOW))
    for file in (paper, packed):
        seen = _run("verify", file)
        assert seen.exit_code == 0 and letter.number in seen.output
        renewed = _run("renew")
        assert renewed.exit_code == 0 and _run("verify", file).exit_code == 0


@pytest.mark.row("M6-04")
def test_a_forged_letter_ends_with_one(letter: IssuedLetter, tmp_path: Path) -> None:
    content = paper_of(letter)
    forged = tmp_path / "forged.pdf"
    forged.write_bytes(content[:3000] + bytes([content[3000] ^ 1]) + content[3001:])
    seen = _run("verify", forged)
    assert seen.exit_code == 1 and "核验未通过" in seen.output


def test_what_is_no_letter_is_refused(db: None, tmp_path: Path) -> None:
    text = tmp_path / "a.txt"
    text.write_text("不是文书", encoding="utf-8")
    seen = _run("verify", text)
    assert getattr(seen.exception, "code", "") == "AR1"
    assert getattr(_run("verify", tmp_path / "none.pdf").exception, "code", "") == "LC1"


def test_keys_are_listed_and_an_issued_one_is_adopted(db: None, tmp_path: Path) -> None:
    assert "还没有签名密钥" in _run("keys").output
    issued = new_signer(organ="开封市人民政府", now=NOW)
    private, certificate = tmp_path / "key.der", tmp_path / "cert.der"
    private.write_bytes(issued.private)
    certificate.write_bytes(issued.certificate)
    assert _run("adopt", private, certificate).exit_code == 0
    assert "正式密钥" in _run("keys").output and not SigningKey.objects.get().development


@pytest.mark.row("M6-04")
def test_a_key_in_a_security_module_signs_letters_and_without_it_none_goes_out(
    people: People,
    policy: Policy,
    security_module: SoftHsm,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    issued, certificate = new_signer(organ="开封市人民政府", now=NOW), tmp_path / "cert.der"
    certificate.write_bytes(issued.certificate)
    security_module.take(issued.private, label=LABEL)
    monkeypatch.setattr(settings, "HSM", Module(library=""))
    refused = _run("adopt-hsm", TOKEN, LABEL, certificate).exception
    assert getattr(refused, "code", "") == "SG6" and not SigningKey.objects.exists()
    monkeypatch.setattr(settings, "HSM", security_module.module)
    assert _run("adopt-hsm", TOKEN, LABEL, certificate).exit_code == 0
    listed = _run("keys").output
    assert "可以签名" in listed and TOKEN in listed and PIN not in listed
    case, early = ordered(people, policy), NOW - timedelta(days=5)
    draft = draft_of("rectification_order")
    monkeypatch.setattr(settings, "HSM", Module(library=security_module.library))
    with pytest.raises(Refusal, match="SG11"):
        issue_letter(case.public_id, draft, actor=people.wang, policy=policy, now=early)
    assert not IssuedLetter.objects.exists() and "没有提供密码机的 PIN" in _run("keys").output
    monkeypatch.setattr(settings, "HSM", security_module.module)
    letter = issue_letter(case.public_id, draft, actor=people.wang, policy=policy, now=early)
    paper = tmp_path / "a.pdf"
    paper.write_bytes(paper_of(letter))
    assert _run("verify", paper).exit_code == 0


@pytest.mark.row("M6-04")
def test_the_time_stamp_of_a_letter_is_told(
    people: People, policy: Policy, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stamps, paper = Stamps("时间戳机构"), tmp_path / "a.pdf"
    authority = Authority(post=stamps.post, certificates=(stamps.certificate,), tell=pytest.fail)
    monkeypatch.setattr(settings, "TSA", authority)
    case, early = ordered(people, policy), NOW - timedelta(days=5)
    draft = draft_of("rectification_order")
    letter = issue_letter(case.public_id, draft, actor=people.wang, policy=policy, now=early)
    paper.write_bytes(paper_of(letter))
    assert "时间戳机构证明文件在 2025-10-16 10:00:00 之前已经签名" in _run("verify", paper).output
    monkeypatch.setattr(settings, "TSA", None)
    seen = _run("verify", paper)
    assert seen.exit_code == 0 and "不予采信" in seen.output


def test_the_fonts_are_checked() -> None:
    assert "字体齐全" in _run("fonts").output
