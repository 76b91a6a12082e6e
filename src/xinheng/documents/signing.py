"""Signs letters with a P-256 key and says of a signed one whether it is genuine (《电子签名法》第十三条).

The PDF bears a PAdES signature; the twin of the letter, and the manifest of an archive, bear a detached ECDSA signature
over their canonical form, and one of SM2 over the same bytes where there is such a key. A file takes a detached SM2
signature as a file of its own. A signature holds for ever: a key that was put out of use still verifies what it signed.
What a verifier trusts is the set of certificates that it was given, never one that came with the letter.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from io import BytesIO
from typing import Any

from asn1crypto.cms import ContentInfo
from asn1crypto.x509 import Certificate as SignerCertificate
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
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
from pyhanko.sign import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.fields import InvisSigSettings, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.pdf_cms import Signer as PdfKey
from pyhanko.sign.timestamps import TimestampRequestError
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from xinheng.core.canonical import canonical, digest
from xinheng.core.refusal import Refusal
from xinheng.documents import hsm, sm2
from xinheng.documents.time_stamps import Authority, Stamp, Stamper, stamp_of, trust_of

ALGORITHM = "ES256"
FIELD = "XinhengSignature"
YEARS = 10
_ROOM = 32 * 1024
"""Signs of the hexadecimal room for a signature with a stamp and the certificates of its authority."""
_LONGEST = 72
"""Bytes of a DER signature by P-256."""
_DAY = timedelta(days=1)

for _noisy in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_noisy).setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A key in use. ``private`` is PKCS#8, ``certificate`` X.509, both DER; ``development``: made by ourselves.
    ``beside``: the SM2 key that signs the same. Of a key in a security module ``private`` is the reference to it and
    ``module`` the way to it. ``authority``: stamps its PDFs with the time."""

    id: str
    private: bytes
    certificate: bytes
    development: bool
    beside: "Signer | None" = None
    module: hsm.Module | None = None
    authority: Authority | None = None

    @property
    def is_sm2(self) -> bool:
        return sm2.is_private(self.private)


class Sm2(StrEnum):
    """What a verifier found of the signature of SM2; a wrong one is not genuine. UNCHECKED: no OpenSSL here that knows it."""

    NONE = "none"
    GOOD = "good"
    UNCHECKED = "unchecked"

    @property
    def label(self) -> str:
        return {
            "none": "没有国密签名",
            "good": "国密签名（SM2/SM3）有效",
            "unchecked": "本机的 OpenSSL 不支持 SM2，国密签名未核对",
        }[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a verifier found. ``signer`` is the id of a trusted key, empty where none signed; ``cause`` says what is wrong;
    ``reason``: for what a genuine PDF says it was signed; ``sm2``: of the signature beside it; ``stamp``: the time stamp of a PDF."""

    genuine: bool
    signer: str = ""
    cause: str = ""
    reason: str = ""
    sm2: Sm2 = Sm2.NONE
    stamp: Stamp | None = None


def new_signer(*, organ: str, now: datetime) -> Signer:
    """A fresh P-256 key with a certificate of its own, marked as a trial key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), _trial_name(organ)
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


def new_sm2_signer(*, organ: str, now: datetime) -> Signer:
    """A fresh SM2 key with a certificate of its own, marked as a trial key. Refusal SG4 without SM2."""
    sm2.demand()
    private = sm2.new_key()
    der = sm2.certificate_of(private, name=_trial_name(organ).public_bytes(), now=now, years=YEARS)
    return Signer(id=key_id(der), private=private, certificate=der, development=True)


def _trial_name(organ: str) -> x509.Name:
    words = [
        (NameOID.COMMON_NAME, "信衡试用签名密钥（不具有法律效力）"),
        (NameOID.ORGANIZATION_NAME, organ[:60]),
    ]
    return x509.Name([x509.NameAttribute(oid, word) for oid, word in words])


def adopted(private: bytes, certificate: bytes) -> Signer:
    """A key that the city was issued, both DER. Refusal SG1 unless it is P-256 or SM2, SG2 where the two do not belong
    together, SG3 unreadable, SG4 an SM2 key on a machine without SM2."""
    if sm2.is_private(private):
        return _adopted_sm2(private, certificate)
    try:
        key = load_der_private_key(private, password=None)
        owner = x509.load_der_x509_certificate(certificate)
        if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
            raise Refusal(
                "SG1", "签名密钥须为 P-256 或者 SM2 曲线。", advice="请向证书机构申请 P-256 或者 SM2 密钥。"
            )
        paired = not sm2.public_in(certificate) and _raw(key.public_key()) == _raw(owner.public_key())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise _unreadable() from error
    return _paired(paired, private, certificate)


def held(key: hsm.HeldKey, certificate: bytes, *, module: hsm.Module | None) -> Signer:
    """A P-256 key of the city that stays in its security module, proven by one signature. Refusals SG1, SG2, SG3 and those
    of ``hsm``."""
    try:
        owner = x509.load_der_x509_certificate(certificate).public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise _unreadable() from error
    if not isinstance(owner, ec.EllipticCurvePublicKey) or not isinstance(owner.curve, ec.SECP256R1):
        raise Refusal(
            "SG1", "密码机里的签名密钥须为 P-256 曲线。", advice="请在密码机里另建一把 P-256 密钥并申请证书。"
        )
    signer = Signer(
        id=key_id(certificate),
        private=key.reference(),
        certificate=certificate,
        development=False,
        module=module,
    )
    _ecdsa(b"", signer)
    return signer


def _adopted_sm2(private: bytes, certificate: bytes) -> Signer:
    sm2.demand()
    try:
        public = sm2.public_in(certificate)
        paired = sm2.public_of(private) == public
    except (ValueError, TypeError) as error:
        raise _unreadable() from error
    return _paired(paired, private, certificate)


def _paired(paired: bool, private: bytes, certificate: bytes) -> Signer:
    if not paired:
        raise _unpaired()
    return Signer(id=key_id(certificate), private=private, certificate=certificate, development=False)


def _unpaired() -> Refusal:
    return Refusal("SG2", "证书不属于这把密钥。", advice="请核对密钥和证书是否配对。")


def _unreadable() -> Refusal:
    return Refusal("SG3", "密钥或者证书无法读取。", advice="请提供 DER 格式的私钥（PKCS#8）和证书。")


def key_id(certificate: bytes) -> str:
    """``sha256:…`` of the public key, ``sm3:…`` of one of SM2."""
    public = sm2.public_in(certificate)
    if public:
        return sm2.key_id(public)
    return digest(_raw(x509.load_der_x509_certificate(certificate).public_key()))


def short_id(key: str) -> str:
    """The first sixteen signs of what names a key, as people read it."""
    return key.partition(":")[2][:16]


def _raw(key: Any) -> bytes:
    return bytes(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def sign_pdf(pdf: bytes, signer: Signer, *, organ: str, reason: str) -> bytes:
    """The PDF with a PAdES signature laid over all of it; what was there before stays byte for byte.

    The library writes the moment of signing by the clock of the machine; the day of the letter is in the letter. Where the
    authority gives no stamp that it can be held to, the paper goes out without one and the authority's ``tell`` notes why.
    """
    if signer.authority is None:
        return _signed(pdf, signer, organ=organ, reason=reason, stamper=None)
    try:
        stamper = Stamper(signer.authority)
        made = _signed(pdf, signer, organ=organ, reason=reason, stamper=stamper)
        stamp = verify_letter(made, [signer.certificate], signer.authority.certificates).stamp
        if stamp is not None and stamp.trusted:
            return made
        cause = "untrusted"
    except (OSError, TimestampRequestError, SigningError, ValueError, KeyError, TypeError) as error:
        cause = type(error).__name__
    signer.authority.tell(cause)
    return _signed(pdf, signer, organ=organ, reason=reason, stamper=None)


def _signed(pdf: bytes, signer: Signer, *, organ: str, reason: str, stamper: Stamper | None) -> bytes:
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
    pen = PdfSigner(told, _PdfKey(signer), new_field_spec=place, timestamper=stamper)
    made = pen.sign_pdf(_Addition(BytesIO(pdf)), bytes_reserved=_ROOM if stamper else None)
    return bytes(made.getvalue())


class _PdfKey(PdfKey):
    """Hands what the library wants signed to the key, wherever that is."""

    def __init__(self, signer: Signer) -> None:
        super().__init__(signing_cert=SignerCertificate.load(signer.certificate))
        self._key = signer

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        assert digest_algorithm == "sha256"
        return bytes(_LONGEST) if dry_run else _ecdsa(data, self._key)


def _ecdsa(content: bytes, signer: Signer) -> bytes:
    """DER, over SHA-256. What a security module gave is held against the certificate: Refusal SG2, and those of ``hsm``."""
    key = hsm.held_key(signer.private)
    if key is None:
        private = load_der_private_key(signer.private, password=None)
        assert isinstance(private, ec.EllipticCurvePrivateKey)
        return private.sign(content, ec.ECDSA(hashes.SHA256()))
    made = hsm.sign(content, key, signer.module)
    public = x509.load_der_x509_certificate(signer.certificate).public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey)
    try:
        public.verify(made, content, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise _unpaired() from error
    return made


class _Addition(IncrementalPdfFileWriter):
    """Leaves the metadata as they were set: written anew by the library, they are no longer those of PDF/A."""

    def _update_meta(self) -> None:
        return None


def verify_letter(pdf: bytes, trusted: Sequence[bytes], authorities: Sequence[bytes] = ()) -> Seen:
    """Whether one of the trusted keys signed exactly these bytes, with nothing added or taken away. ``authorities``: whose
    time stamps count."""
    known = {key_id(one): SignerCertificate.load(one) for one in trusted}
    try:
        found = PdfFileReader(BytesIO(pdf)).embedded_signatures
        if len(found) != 1:
            return Seen(genuine=False, cause="文件中没有签名，或者不止一个签名。")
        signer = key_id(found[0].signer_cert.dump())
        if signer not in known:
            return Seen(genuine=False, cause="签名所用的密钥不是本平台的密钥。")
        status = _status(found[0], known[signer], authorities)
        padded = _is_padded(found[0].pkcs7_content)
    except (PdfError, SignatureValidationError, ValueError, KeyError, TypeError, AttributeError, IndexError):
        return Seen(genuine=False, cause="不是完整的已签名文书。")
    if (
        not (status.intact and status.valid and padded)
        or status.coverage is not SignatureCoverageLevel.ENTIRE_FILE
    ):
        return Seen(genuine=False, signer=signer, cause="签名之后内容被改动过。")
    told = str(found[0].sig_object.get("/Reason", ""))
    return Seen(genuine=True, signer=signer, reason=told, stamp=stamp_of(status))


def _status(
    signature: Any, certificate: SignerCertificate, authorities: Sequence[bytes]
) -> PdfSignatureStatus:
    """Judged as of the first day of the certificate: that a key has run out since takes nothing from what it signed."""
    moment = certificate.not_valid_before + _DAY
    trust = ValidationContext(trust_roots=[certificate], allow_fetching=False, moment=moment)
    return validate_pdf_signature(signature, trust, trust_of(signature, authorities))


def _is_padded(content: bytes) -> bool:
    """The room for the signature is larger than the signature; what follows it must be empty."""
    return not any(content[len(ContentInfo.load(content).dump()) :])


def sign_value(value: Mapping[str, Any], signer: Signer) -> dict[str, Any]:
    """The value with a detached signature over its canonical form beside it, and one of SM2 where the signer has such a key."""
    content = canonical(value)
    made = _ecdsa(content, signer)
    stamp = {"algorithm": ALGORITHM, "key": signer.id, "digest": digest(content), "value": made.hex()}
    signed = {"content": dict(value), "signature": stamp}
    return signed | {"sm2": _sm2_stamp(content, signer.beside)} if signer.beside else signed


def _sm2_stamp(content: bytes, signer: Signer) -> dict[str, str]:
    return {
        "algorithm": sm2.ALGORITHM,
        "identity": sm2.IDENTITY,
        "key": signer.id,
        "digest": digest(content, algorithm="sm3"),
        "value": sm2.sign(content, signer.private).hex(),
    }


def verify_value(signed: Any, trusted: Sequence[bytes]) -> Seen:
    """Whether one of the trusted keys signed the content; a malformed value is not genuine, nor is one with a wrong signature
    of SM2."""
    known = {key_id(one): one for one in trusted if not sm2.public_in(one)}
    try:
        content, stamp = canonical(signed["content"]), signed["signature"]
        signer, made = stamp["key"], bytes.fromhex(stamp["value"])
        if stamp["algorithm"] != ALGORITHM or signer not in known:
            return Seen(genuine=False, cause="签名所用的密钥不是本平台的密钥。")
        key = x509.load_der_x509_certificate(known[signer]).public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        key.verify(made, content, ec.ECDSA(hashes.SHA256()))
        beside = _sm2_of(signed["sm2"], content, trusted) if "sm2" in signed else Sm2.NONE
    except InvalidSignature:
        return Seen(genuine=False, signer=signer, cause="签名之后内容被改动过。")
    except (KeyError, TypeError, ValueError):
        return Seen(genuine=False, cause="不是完整的签名数据。")
    return Seen(genuine=True, signer=signer, sm2=beside)


def _sm2_of(stamp: Any, content: bytes, trusted: Sequence[bytes]) -> Sm2:
    """Raises InvalidSignature, and KeyError, TypeError or ValueError for what is no stamp of a trusted key."""
    known = {sm2.key_id(public): public for public in map(sm2.public_in, trusted) if public}
    public, made = known[stamp["key"]], bytes.fromhex(stamp["value"])
    if (stamp["algorithm"], stamp["identity"]) != (sm2.ALGORITHM, sm2.IDENTITY):
        raise ValueError(stamp["algorithm"])
    if not sm2.is_there():
        return Sm2.UNCHECKED
    if not sm2.verify(content, made, public):
        raise InvalidSignature
    return Sm2.GOOD


def sign_file(content: bytes, signer: Signer) -> bytes:
    """A detached SM2 signature over the bytes of a file, DER. Refusal SG4 without SM2 or without such a key."""
    if signer.beside is None:
        sm2.demand()
        raise Refusal(
            "SG5",
            "还没有正式的 SM2 密钥，不能作国密签名。",
            advice="请系统管理员用 xinheng letters adopt 登记证书机构签发的 SM2 密钥；其间文书仍以 P-256 签名。",
        )
    return sm2.sign(content, signer.beside.private)


def verify_file_signature(content: bytes, signature: bytes, trusted: Sequence[bytes]) -> Seen:
    """Whether one of the trusted SM2 keys made this detached signature over exactly these bytes. Refusal SG4 without SM2."""
    sm2.demand()
    for public in filter(None, map(sm2.public_in, trusted)):
        if sm2.verify(content, signature, public):
            return Seen(genuine=True, signer=sm2.key_id(public), sm2=Sm2.GOOD)
    return Seen(genuine=False, cause="国密签名与文件不符，或者不是本平台的密钥所签。")
