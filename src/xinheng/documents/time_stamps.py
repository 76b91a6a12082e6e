"""Time stamps of an authority on signed PDFs (RFC 3161; PAdES-B-T): asked when signing, told when verifying.

How the authority is reached is given from outside. A stamp counts only where a certificate that the verifier trusts stands
behind it, judged as of the moment that it tells.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from asn1crypto.tsp import TimeStampReq, TimeStampResp
from asn1crypto.x509 import Certificate
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext

_SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """``post``: sends a request and returns the answer, both DER, or raises OSError; ``certificates``: whom to trust, DER;
    ``tell``: notes why a paper went out without a stamp."""

    post: Callable[[bytes], bytes]
    certificates: tuple[bytes, ...]
    tell: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Stamp:
    """``at``: the moment it tells; ``trusted``: by an authority that the verifier knows, over exactly this signature."""

    at: datetime
    trusted: bool

    @property
    def label(self) -> str:
        if not self.trusted:
            return "时间戳不是本平台信任的机构所发，其时间不予采信"
        return f"时间戳机构证明文件在 {self.at.astimezone(_SHANGHAI):%Y-%m-%d %H:%M:%S} 之前已经签名"


class Stamper(TimeStamper):
    """What the library asks for stamps."""

    def __init__(self, authority: Authority) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._authority = authority

    async def async_request_tsa_response(self, req: TimeStampReq) -> TimeStampResp:
        return TimeStampResp.load(self._authority.post(req.dump()))


def trust_of(signature: Any, authorities: Sequence[bytes]) -> ValidationContext | None:
    """By which the stamp of an embedded signature is judged; None without a stamp. Raises ValueError and the like for what
    is no stamp."""
    added = signature.signer_info["unsigned_attrs"]
    given = [one["values"][0] for one in added if one["type"].native == "signature_time_stamp_token"]
    if not given:
        return None
    moment = given[0]["content"]["encap_content_info"]["content"].parsed["gen_time"].native
    roots = [Certificate.load(one) for one in authorities]
    return ValidationContext(trust_roots=roots, allow_fetching=False, moment=moment)


def stamp_of(status: PdfSignatureStatus) -> Stamp | None:
    found = status.timestamp_validity
    if found is None:
        return None
    return Stamp(found.timestamp, bool(found.valid and found.intact and found.trusted))
