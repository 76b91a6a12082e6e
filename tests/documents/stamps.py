"""A time stamping authority of the tests."""

from datetime import timedelta

from asn1crypto.keys import PrivateKeyInfo
from asn1crypto.tsp import TimeStampReq
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps import DummyTimeStamper
from tests.documents.letters import NOW

AT = NOW - timedelta(days=400)
"""Long before any clock of the machine, and within the term of the authority's certificate alone."""


class Stamps:
    """An authority that stamps with the same moment for ever."""

    def __init__(self, name: str) -> None:
        key, named = rsa.generate_private_key(65537, 2048), [x509.NameAttribute(NameOID.COMMON_NAME, name)]
        builder = x509.CertificateBuilder().subject_name(x509.Name(named)).issuer_name(x509.Name(named))
        builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(AT - timedelta(days=1)).not_valid_after(AT + timedelta(days=1))
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        made = builder.add_extension(usage, critical=True).sign(key, hashes.SHA256())
        self.certificate = made.public_bytes(Encoding.DER)
        self.pem = made.public_bytes(Encoding.PEM)
        private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        self._stamper = DummyTimeStamper(
            Certificate.load(self.certificate), PrivateKeyInfo.load(private), fixed_dt=AT
        )

    def post(self, asked: bytes) -> bytes:
        return bytes(self._stamper.request_tsa_response(TimeStampReq.load(asked)).dump())
