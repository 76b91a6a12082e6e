"""Sets a credit report, or a review of several enterprises, as PDF/A-2a and PDF/UA-1, or as PDF/A-3a with its signed data
inside, or the same pages as OFD; signs and reads it back.

The signature names number and content digest of the report in its reason, which it covers with all the rest, so that a
file alone tells which report it claims to be. Who verifies brings the certificates (《电子签名法》第十三条).
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from io import BytesIO
from typing import Any

import segno

from xinheng.core.canonical import digest_of, shortened
from xinheng.core.reports import FORMAT, NUMBER
from xinheng.core.review_reports import FORMAT as REVIEW
from xinheng.documents.ofd import Cover, read_signed, write_ofd
from xinheng.documents.set_pages import read_pages
from xinheng.documents.signing import (
    Seen,
    Signer,
    Sm2,
    sign_pdf,
    verify_file_signature,
    verify_letter,
    verify_value,
)
from xinheng.documents.time_stamps import Stamp
from xinheng.documents.typesetting import DEVELOPMENT, STANDARDS, WITH_FILES, set_pdf, set_pictures

_REASON = re.compile(rf"信用报告 ({NUMBER.pattern}) (sha256:[0-9a-f]{{64}})")

_SAVED_ANEW = "加过附件、另存过的也是改动过的。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a file says of itself. ``number`` and ``digest`` are empty unless it is genuine; ``cause``: what is wrong;
    ``sm2``: of the signature beside the other; ``stamp``: the time stamp of a PDF."""

    genuine: bool
    number: str = ""
    digest: str = ""
    cause: str = ""
    sm2: Sm2 = Sm2.NONE
    stamp: Stamp | None = None


def set_report(
    twin: Mapping[str, Any],
    *,
    verify_url: str,
    development: bool,
    signed_twin: Mapping[str, Any] | None = None,
) -> bytes:
    """The paper of a report, unsigned. With ``signed_twin`` it holds that beside it. Refusal FN3 for a missing sign."""
    inputs = _inputs(twin, verify_url=verify_url, development=development, signed_twin=signed_twin)
    moment = datetime.fromisoformat(twin["issued_at"])
    return set_pdf(_template(twin), inputs, moment=moment, standards=WITH_FILES if signed_twin else STANDARDS)


def report_pictures(twin: Mapping[str, Any], *, verify_url: str, development: bool) -> list[bytes]:
    """The pages as PNG, for eyes."""
    inputs = _inputs(twin, verify_url=verify_url, development=development, signed_twin=None)
    return set_pictures(_template(twin), inputs)


def sign_report(pdf: bytes, twin: Mapping[str, Any], signer: Signer) -> bytes:
    reason = f"信用报告 {twin['number']} {digest_of(twin)}"
    return sign_pdf(pdf, signer, organ=twin["issuer"], reason=reason)


def ofd_report(pdf: bytes, twin: Mapping[str, Any], signer: Signer) -> bytes:
    """The unsigned paper as a signed OFD. Refusals OF1 and OF2 where its pages cannot be taken over whole."""
    cover = Cover(
        title=f"{twin['title']} {twin['number']}",
        author=twin["issuer"],
        made_on=datetime.fromisoformat(twin["issued_at"]).date(),
        told={"number": twin["number"], "digest": digest_of(twin)},
    )
    return write_ofd(read_pages(pdf), cover, signer)


def check_file(
    content: bytes, trusted: Sequence[bytes], *, signature: bytes = b"", authorities: Sequence[bytes] = ()
) -> Checked:
    """A report as PDF or OFD, or its data as JSON: whether one of the trusted keys signed exactly this. ``signature``: a detached one
    of SM2 over the file; ``authorities``: whose time stamps count. Refusal SG4 where it is given and there is no SM2 here.

    The file comes from anybody: over whatever its reader stumbles, and readers promise no closed set of errors, it is no report.
    """
    ways: dict[bytes, Callable[[bytes, Sequence[bytes]], Checked]] = {
        b"%PDF": partial(_check_pdf, authorities=authorities),
        b"PK\x03\x04": _check_ofd,
    }
    try:
        seen = ways.get(content[:4], _check_twin)(content, trusted)
    except Exception:
        return Checked(genuine=False, cause="不是完整的信用报告文件。")
    if not (seen.genuine and signature):
        return seen
    beside = verify_file_signature(content, signature, trusted)
    return replace(seen, sm2=beside.sm2) if beside.genuine else Checked(genuine=False, cause=beside.cause)


def _wrong(seen: Seen) -> Checked:
    """A known key signed it, but not as it is: most have only been saved anew."""
    return Checked(genuine=False, cause=seen.cause + (_SAVED_ANEW if seen.signer else ""))


def _check_pdf(content: bytes, trusted: Sequence[bytes], authorities: Sequence[bytes]) -> Checked:
    seen = verify_letter(content, trusted, authorities)
    if not seen.genuine:
        return _wrong(seen)
    named = _REASON.fullmatch(seen.reason)
    if named is None:
        return Checked(genuine=False, cause="这是本平台签名的其他文书，不是信用报告。")
    return Checked(genuine=True, number=named[1], digest=named[2], stamp=seen.stamp)


def _check_ofd(content: bytes, trusted: Sequence[bytes]) -> Checked:
    seen, told = read_signed(content, trusted)
    if not seen.genuine:
        return _wrong(seen)
    return Checked(genuine=True, number=told["number"], digest=told["digest"], sm2=seen.sm2)


def _check_twin(content: bytes, trusted: Sequence[bytes]) -> Checked:
    try:
        signed = json.loads(content)
        stated = signed["content"]
        number, known = str(stated["number"]), stated["format"] in (FORMAT, REVIEW)
    except (ValueError, KeyError, TypeError, RecursionError):
        return Checked(genuine=False, cause="不是信用报告的 PDF、OFD 文件或者数据文件。")
    seen = verify_value(signed, trusted)
    if not seen.genuine or not known:
        return Checked(genuine=False, cause=seen.cause or "不是信用报告的数据文件。")
    return Checked(genuine=True, number=number, digest=digest_of(stated), sm2=seen.sm2)


def _inputs(
    twin: Mapping[str, Any], *, verify_url: str, development: bool, signed_twin: Mapping[str, Any] | None
) -> dict[str, str]:
    issued = datetime.fromisoformat(twin["issued_at"])
    words = _words_of_review(twin) if twin["format"] == REVIEW else _words_of_report(twin, issued)
    shown = {
        **twin,
        **words,
        "issued_words": f"{_day_words(issued)} {issued:%H:%M:%S}",
        "code": shortened(digest_of(twin)),
        "verify_url": verify_url,
        "mark": DEVELOPMENT if development else "",
    }
    return {
        "report": json.dumps(shown, ensure_ascii=False),
        "qr": square_code(verify_url),
        "twin": json.dumps(signed_twin, ensure_ascii=False) if signed_twin else "",
    }


def _words_of_report(twin: Mapping[str, Any], issued: datetime) -> dict[str, str]:
    verified = all(one["verified"] for one in twin["sections"])
    return {
        "as_of": issued.date().isoformat(),
        "as_of_words": f"{_day_words(issued)} {issued:%H:%M}",
        "edition_words": f"{twin['edition']}{'' if verified else '（章节和字段未与标准原文核对）'}",
    }


def _words_of_review(twin: Mapping[str, Any]) -> dict[str, str]:
    issued = datetime.fromisoformat(twin["issued_at"])
    return {
        "as_of_words": _day_words(date.fromisoformat(twin["as_of"])),
        "document_no": twin.get("document_no", ""),
        "organ": twin.get("organ", ""),
        "issued_day": _day_words(issued),
    }


def _day_words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _template(twin: Mapping[str, Any]) -> str:
    return "review.typ" if twin["format"] == REVIEW else "report.typ"


def square_code(address: str) -> str:
    """The QR code of an address, as SVG."""
    drawn = BytesIO()
    segno.make(address, micro=False, error="m").save(drawn, kind="svg", border=2)
    return drawn.getvalue().decode()
