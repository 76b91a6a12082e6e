"""Signs letters with a P-256 key and says of a signed one whether it is genuine (《电子签名法》第十三条).

The PDF bears a PAdES signature; the twin of the letter, and the manifest of an archive, bear a detached ECDSA signature
over their canonical form. A signature holds for ever: a key that was put out of use still verifies what it signed.
What a verifier trusts is the set of certificates that it was given, never one that came with the letter.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from asn1crypto.cms import ContentInfo
from asn1crypto.keys import PrivateKeyInfo
from asn1crypto.x509 import Certificate as SignerCertificate
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.fields import InvisSigSettings, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from xinheng.core.canonical import canonical, digest
from xinheng.core.refusal import Refusal

ALGORITHM = "ES256"
FIELD = "XinhengSignature"
YEARS = 10
_DAY = timedelta(days=1)

for _noisy in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_noisy).setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A key in use. ``private`` is PKCS#8, ``certificate`` X.509, both DER; ``development``: made by ourselves."""

    id: str
    private: bytes
    certificate: bytes
    development: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a verifier found. ``signer`` is the id of a trusted key, empty where none signed; ``cause`` says what is wrong;
    ``reason``: for what a genuine PDF says it was signed."""

    genuine: bool
    signer: str = ""
    cause: str = ""
    reason: str = ""


def new_signer(*, organ: str, now: datetime) -> Signer:
    """A fresh P-256 key with a certificate of its own, marked as a trial key."""
    key = ec.generate_private_key(ec.SECP256R1())
    words = [
        (NameOID.COMMON_NAME, "信衡试用签名密钥（不具有法律效力）"),
        (NameOID.ORGANIZATION_NAME, organ[:60]),
    ]
    name = x509.Name([x509.NameAttribute(oid, word) for oid, word in words])
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign"), False
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _DAY)
        .not_valid_after(now + 365 * YEARS * _DAY)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                content_commitment=True,
                encipher_only=False,
                decipher_only=False,
                **usage,
            ),
            critical=True,
        )
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    der = certificate.public_bytes(Encoding.DER)
    return Signer(id=key_id(der), private=private, certificate=der, development=True)


def adopted(private: bytes, certificate: bytes) -> Signer:
    """A key that the city was issued, both DER. Refusal SG1 unless it is P-256, SG2 where the two do not belong together."""
    try:
        key = load_der_private_key(private, password=None)
        owner = x509.load_der_x509_certificate(certificate)
    except ValueError as error:
        raise Refusal(
            "SG3", "密钥或者证书无法读取。", advice="请提供 DER 格式的私钥（PKCS#8）和证书。"
        ) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise Refusal("SG1", "签名密钥须为 P-256 曲线。", advice="请向证书机构申请 P-256（prime256v1）密钥。")
    if _raw(key.public_key()) != _raw(owner.public_key()):
        raise Refusal("SG2", "证书不属于这把密钥。", advice="请核对密钥和证书是否配对。")
    return Signer(id=key_id(certificate), private=private, certificate=certificate, development=False)


def key_id(certificate: bytes) -> str:
    """``sha256:…`` of the public key."""
    return digest(_raw(x509.load_der_x509_certificate(certificate).public_key()))


def _raw(key: Any) -> bytes:
    return bytes(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def sign_pdf(pdf: bytes, signer: Signer, *, organ: str, reason: str) -> bytes:
    """The PDF with a PAdES signature laid over all of it; what was there before stays byte for byte.

    The library writes the moment of signing by the clock of the machine; the day of the letter is in the letter.
    """
    simple = SimpleSigner(
        signing_cert=SignerCertificate.load(signer.certificate),
        signing_key=PrivateKeyInfo.load(signer.private),
        cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]
    )
    told = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        name=organ,
        reason=reason,
        location=signer.id,
    )
    place = SigFieldSpec(
        FIELD, readable_field_name="电子签名", invis_sig_settings=InvisSigSettings(box_out_of_bounds=True)
    )
    made = PdfSigner(told, simple, new_field_spec=place).sign_pdf(_Addition(BytesIO(pdf)))
    return bytes(made.getvalue())


class _Addition(IncrementalPdfFileWriter):
    """Leaves the metadata as they were set: written anew by the library, they are no longer those of PDF/A."""

    def _update_meta(self) -> None:
        return None


def verify_letter(pdf: bytes, trusted: Sequence[bytes]) -> Seen:
    """Whether one of the trusted keys signed exactly these bytes, with nothing added or taken away."""
    known = {key_id(one): SignerCertificate.load(one) for one in trusted}
    try:
        found = PdfFileReader(BytesIO(pdf)).embedded_signatures
        if len(found) != 1:
            return Seen(genuine=False, cause="文件中没有签名，或者不止一个签名。")
        signer = key_id(found[0].signer_cert.dump())
        if signer not in known:
            return Seen(genuine=False, cause="签名所用的密钥不是本平台的密钥。")
        status = _status(found[0], known[signer])
        padded = _is_padded(found[0].pkcs7_content)
    except (PdfError, SignatureValidationError, ValueError, KeyError, TypeError, AttributeError, IndexError):
        return Seen(genuine=False, cause="不是完整的已签名文书。")
    if (
        not (status.intact and status.valid and padded)
        or status.coverage is not SignatureCoverageLevel.ENTIRE_FILE
    ):
        return Seen(genuine=False, signer=signer, cause="签名之后内容被改动过。")
    return Seen(genuine=True, signer=signer, reason=str(found[0].sig_object.get("/Reason", "")))


def _status(signature: Any, certificate: SignerCertificate) -> PdfSignatureStatus:
    """Judged as of the first day of the certificate: that a key has run out since takes nothing from what it signed."""
    moment = certificate.not_valid_before + _DAY
    trust = ValidationContext(trust_roots=[certificate], allow_fetching=False, moment=moment)
    return validate_pdf_signature(signature, trust)


def _is_padded(content: bytes) -> bool:
    """The room for the signature is larger than the signature; what follows it must be empty."""
    return not any(content[len(ContentInfo.load(content).dump()) :])


def sign_value(value: Mapping[str, Any], signer: Signer) -> dict[str, Any]:
    """The value with a detached signature over its canonical form beside it."""
    key = load_der_private_key(signer.private, password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    content = canonical(value)
    made = key.sign(content, ec.ECDSA(hashes.SHA256()))
    stamp = {"algorithm": ALGORITHM, "key": signer.id, "digest": digest(content), "value": made.hex()}
    return {"content": dict(value), "signature": stamp}


def verify_value(signed: Any, trusted: Sequence[bytes]) -> Seen:
    """Whether one of the trusted keys signed the content; a malformed value is not genuine."""
    known = {key_id(one): one for one in trusted}
    try:
        content, stamp = canonical(signed["content"]), signed["signature"]
        signer, made = stamp["key"], bytes.fromhex(stamp["value"])
        if stamp["algorithm"] != ALGORITHM or signer not in known:
            return Seen(genuine=False, cause="签名所用的密钥不是本平台的密钥。")
        key = x509.load_der_x509_certificate(known[signer]).public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        key.verify(made, content, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return Seen(genuine=False, signer=signer, cause="签名之后内容被改动过。")
    except (KeyError, TypeError, ValueError):
        return Seen(genuine=False, cause="不是完整的签名数据。")
    return Seen(genuine=True, signer=signer)
