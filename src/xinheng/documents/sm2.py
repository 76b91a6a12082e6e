"""SM2 signatures over SM3 digests (GB/T 32918, GB/T 32905), carried out by the OpenSSL of this machine.

The identity that enters the digest is the default one of GM/T 0009. Keys and signatures reach the command as files in
memory, never as arguments. Whether OpenSSL finds the example of GB/T 32918.5 good tells whether it knows SM2 at all.
"""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from asn1crypto import pem
from asn1crypto.keys import PrivateKeyInfo, PublicKeyInfo
from asn1crypto.x509 import Certificate, Name, TbsCertificate, Time
from cryptography.x509 import random_serial_number

from xinheng.core.canonical import digest
from xinheng.core.refusal import Refusal

ALGORITHM = "SM2-SM3"
IDENTITY = "1234567812345678"
"""Of the signer, as GM/T 0009 has it where no other was agreed on."""


class _Example(NamedTuple):
    content: bytes
    public: bytes
    signature: bytes


EXAMPLE = _Example(
    content=b"message digest",
    public=bytes.fromhex(
        "3059301306072a8648ce3d020106082a811ccf5501822d034200"
        "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
        "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
    ),
    signature=bytes.fromhex(
        "3046022100f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
        "022100b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
    ),
)
"""GB/T 32918.5, the signature over the recommended curve."""
_CURVE = "1.2.156.10197.1.301"
_SIGNATURE = "1.2.156.10197.1.501"
_SECONDS = 20
_DAY = timedelta(days=1)


def is_there() -> bool:
    """Whether the OpenSSL of this machine verifies SM2. A yes is remembered; a command that could not be run is tried again."""
    try:
        return _proven()
    except ValueError:
        return False


@cache
def _proven() -> bool:
    if not verify(EXAMPLE.content, EXAMPLE.signature, EXAMPLE.public):
        raise ValueError("no SM2")
    return True


def demand() -> None:
    """Refusal SG4 where there is no SM2."""
    if not is_there():
        raise Refusal(
            "SG4",
            "本机的 OpenSSL 不支持 SM2，不能作国密签名。",
            advice="请系统管理员安装带 SM2 的 OpenSSL（3.0 以上）；其间文书仍以 P-256 签名。",
        )


def new_key() -> bytes:
    """A fresh private key, PKCS#8, DER."""
    made = _openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:SM2", "-outform", "PEM")
    return bytes(pem.unarmor(_good(made))[2])


def public_of(private: bytes) -> bytes:
    """SubjectPublicKeyInfo, DER. Raises ValueError for what is no private key."""
    made = _openssl("pkey", "-inform", "DER", "-pubout", "-outform", "DER", files={"-in": private})
    return _good(made)


def certificate_of(private: bytes, *, name: bytes, now: datetime, years: int) -> bytes:
    """A certificate that the key gives itself, DER. ``name``: the DER of subject and issuer."""
    holder, of_sm2 = Name.load(name), {"algorithm": _SIGNATURE}
    told = TbsCertificate(
        {
            "version": "v3",
            "serial_number": random_serial_number(),
            "signature": of_sm2,
            "issuer": holder,
            "validity": {"not_before": _time(now - _DAY), "not_after": _time(now + 365 * years * _DAY)},
            "subject": holder,
            "subject_public_key_info": PublicKeyInfo.load(public_of(private)),
            "extensions": [
                {
                    "extn_id": "key_usage",
                    "critical": True,
                    "extn_value": {"digital_signature", "non_repudiation"},
                }
            ],
        }
    )
    made = sign(told.dump(), private)
    whole = {"tbs_certificate": told, "signature_algorithm": of_sm2, "signature_value": made}
    return bytes(Certificate(whole).dump())


def _time(moment: datetime) -> Time:
    whole = moment.replace(microsecond=0)
    return Time({"utc_time" if whole.year < 2050 else "general_time": whole})


def public_in(certificate: bytes) -> bytes:
    """The public key of a certificate, both DER; empty unless it is on the curve of SM2. Raises ValueError."""
    key = Certificate.load(certificate).public_key
    return bytes(key.dump()) if _is_of_curve(key["algorithm"]) else b""


def is_private(private: bytes) -> bool:
    """Whether a PKCS#8 key is on the curve of SM2."""
    try:
        return _is_of_curve(PrivateKeyInfo.load(private)["private_key_algorithm"])
    except (ValueError, TypeError):
        return False


def _is_of_curve(algorithm: object) -> bool:
    given = algorithm["parameters"].native if algorithm["algorithm"].native == "ec" else None  # type: ignore[index]
    return bool(given == _CURVE)


def key_id(public: bytes) -> str:
    """``sm3:…`` of the public key."""
    return digest(public, algorithm="sm3")


def sign(content: bytes, private: bytes) -> bytes:
    """SM2Signature of GM/T 0009 (two whole numbers, DER) over the SM3 digest. Refusal SG4 without SM2."""
    demand()
    words = ("-keyform", "DER", "-sigopt", f"distid:{IDENTITY}")
    return _good(_openssl("dgst", "-sm3", *words, given=content, files={"-sign": private}))


def verify(content: bytes, signature: bytes, public: bytes) -> bool:
    """Whether the key signed exactly this; false for anything malformed, and where there is no SM2."""
    words = ("-keyform", "DER", "-sigopt", f"distid:{IDENTITY}")
    files = {"-verify": public, "-signature": signature}
    try:
        return _openssl("dgst", "-sm3", *words, given=content, files=files).returncode == 0
    except OSError:
        return False


def _good(made: subprocess.CompletedProcess[bytes]) -> bytes:
    if made.returncode:
        raise ValueError(made.stderr.decode(errors="replace")[:300])
    return made.stdout


def _openssl(
    *words: str, given: bytes = b"", files: Mapping[str, bytes] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """``files``: option → content, given under the name of a file that lies in memory alone."""
    with ExitStack() as held:
        places = {
            option: held.enter_context(_in_memory(content)) for option, content in (files or {}).items()
        }
        named = [word for option, place in places.items() for word in (option, f"/dev/fd/{place}")]
        return subprocess.run(
            ["openssl", *words, *named],
            input=given,
            capture_output=True,
            pass_fds=tuple(places.values()),
            timeout=_SECONDS,
            check=False,
        )


@contextmanager
def _in_memory(content: bytes) -> Iterator[int]:
    place = os.memfd_create("given")
    try:
        with os.fdopen(os.dup(place), "wb") as out:
            out.write(content)
        os.lseek(place, 0, os.SEEK_SET)
        yield place
    finally:
        os.close(place)
