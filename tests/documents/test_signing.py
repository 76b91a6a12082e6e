"""A forged or changed letter is found, and a letter of a former key stays genuine."""

import json
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tests.documents.letters import NOW, letter_of

from xinheng.core.canonical import digest
from xinheng.core.letters import twin_of
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.documents.archive import MANIFEST, package, verify_package
from xinheng.documents.letters import set_letter
from xinheng.documents.signing import (
    Signer,
    adopted,
    new_signer,
    sign_pdf,
    sign_value,
    verify_letter,
    verify_value,
)


@pytest.fixture(scope="module")
def signer() -> Signer:
    return new_signer(organ="开封市", now=NOW)


@pytest.fixture(scope="module")
def paper(policy: Policy, signer: Signer) -> bytes:
    return sign_pdf(
        set_letter(letter_of("decision", policy), development=True), signer, organ="开封市", reason="签发"
    )


@pytest.fixture(scope="module")
def packed(policy: Policy, signer: Signer, paper: bytes) -> bytes:
    twin = sign_value({"letter": twin_of(letter_of("decision", policy)), "paper": digest(paper)}, signer)
    files = {
        "letters/1.pdf": paper,
        "letters/1.json": json.dumps(twin, ensure_ascii=False).encode(),
        "proofs/1-1.pdf": b"%PDF-1.7 scan",
    }
    return package(files, about={"case": "RC-2026-000001"}, signer=signer)


@pytest.mark.row("M6-04")
def test_a_signed_letter_is_genuine(paper: bytes, signer: Signer) -> None:
    seen = verify_letter(paper, [signer.certificate])
    assert (seen.genuine, seen.signer) == (True, signer.id)


@pytest.mark.row("M6-04")
def test_a_single_changed_byte_is_found(paper: bytes, signer: Signer) -> None:
    for place in range(200, len(paper), len(paper) // 150):
        forged = paper[:place] + bytes([paper[place] ^ 1]) + paper[place + 1 :]
        assert not verify_letter(forged, [signer.certificate]).genuine, place


def test_what_is_added_after_the_signature_is_found(paper: bytes, signer: Signer) -> None:
    assert not verify_letter(paper + b"\n% more", [signer.certificate]).genuine
    other = new_signer(organ="另一机关", now=NOW)
    with pytest.raises(Exception, match="filled"):
        sign_pdf(paper, other, organ="另一机关", reason="签发")


def test_a_letter_signed_by_a_stranger_is_not_ours(policy: Policy, signer: Signer) -> None:
    stranger = new_signer(organ="开封市", now=NOW)
    pdf = set_letter(letter_of("decision", policy), development=True)
    seen = verify_letter(sign_pdf(pdf, stranger, organ="开封市", reason="签发"), [signer.certificate])
    assert not seen.genuine and "不是本平台的密钥" in seen.cause
    assert not verify_letter(pdf, [signer.certificate]).genuine
    assert not verify_letter(b"no pdf", [signer.certificate]).genuine


def test_letters_of_a_former_key_stay_genuine_even_when_it_has_run_out(
    policy: Policy, paper: bytes, signer: Signer
) -> None:
    long_ago = new_signer(organ="开封市", now=NOW - timedelta(days=365 * 12))
    pdf = set_letter(letter_of("receipt", policy), development=True)
    old = sign_pdf(pdf, long_ago, organ="开封市", reason="签发")
    ring = [long_ago.certificate, signer.certificate]
    assert verify_letter(old, ring).signer == long_ago.id
    assert verify_letter(paper, ring).signer == signer.id


def test_a_value_holds_its_signature_and_no_other(signer: Signer) -> None:
    signed = sign_value({"number": "汴〔2026〕1号", "rows": [1, 2]}, signer)
    assert verify_value(signed, [signer.certificate]).genuine
    changed = {**signed, "content": {**signed["content"], "rows": [2, 1]}}
    assert not verify_value(changed, [signer.certificate]).genuine
    assert not verify_value(signed, []).genuine
    assert not verify_value({"content": 1.5}, [signer.certificate]).genuine


@pytest.mark.guard("G17")
def test_an_archive_package_is_checked_as_a_whole(packed: bytes, signer: Signer) -> None:
    opened = verify_package(packed, [signer.certificate])
    assert opened.genuine and opened.numbers == ("汴市监信决〔2026〕12号",)


def _repacked(packed: bytes, changes: dict[str, bytes | None]) -> bytes:
    with ZipFile(BytesIO(packed)) as given:
        files: dict[str, bytes | None] = {name: given.read(name) for name in given.namelist()}
    out = BytesIO()
    with ZipFile(out, "w") as again:
        for name, content in (files | changes).items():
            if content is not None:
                again.writestr(name, content)
    return out.getvalue()


@pytest.mark.guard("G17")
@pytest.mark.parametrize(
    ("name", "content", "cause"),
    [
        ("proofs/1-1.pdf", b"%PDF-1.7 forged", "内容与清单不一致"),
        ("proofs/1-1.pdf", None, "文件缺失"),
        ("proofs/1-2.pdf", b"new", "清单中没有"),
        (MANIFEST, b'{"content": {"files": []}}', "不是完整的签名数据"),
        (MANIFEST, b"[", "清单无法读取"),
    ],
)
def test_a_file_changed_added_or_taken_away_is_found(
    packed: bytes, signer: Signer, name: str, content: bytes | None, cause: str
) -> None:
    opened = verify_package(_repacked(packed, {name: content}), [signer.certificate])
    assert not opened.genuine
    assert any(cause in one.cause for one in opened.findings)


def test_what_is_no_package_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        verify_package(b"PK\x03\x04 nothing", [])
    assert refused.value.code == "AR1"


def _der(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def test_an_issued_key_is_taken_only_with_its_own_certificate_and_curve(signer: Signer) -> None:
    assert adopted(signer.private, signer.certificate).development is False
    other = new_signer(organ="开封市", now=NOW)
    cases = {
        "SG2": (other.private, signer.certificate),
        "SG1": (_der(ec.generate_private_key(ec.SECP384R1())), signer.certificate),
        "SG3": (b"no key", signer.certificate),
    }
    for code, (private, certificate) in cases.items():
        with pytest.raises(Refusal) as refused:
            adopted(private, certificate)
        assert refused.value.code == code


def test_the_certificate_of_a_trial_key_says_so(signer: Signer) -> None:
    certificate = x509.load_der_x509_certificate(signer.certificate)
    assert "试用" in certificate.subject.rfc4514_string()
