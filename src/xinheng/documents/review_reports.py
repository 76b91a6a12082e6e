"""Sets a review report on several enterprises, as a credit report is set; signed and read back as one (documents.reports)."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from xinheng.core.canonical import digest_of, shortened
from xinheng.documents.reports import square_code
from xinheng.documents.typesetting import DEVELOPMENT, STANDARDS, WITH_FILES, set_pdf, set_pictures


def set_review(
    twin: Mapping[str, Any],
    *,
    verify_url: str,
    development: bool,
    signed_twin: Mapping[str, Any] | None = None,
) -> bytes:
    """The paper of a review, unsigned. With ``signed_twin`` it holds that beside it. Refusal FN3 for a missing sign."""
    inputs = _inputs(twin, verify_url=verify_url, development=development, signed_twin=signed_twin)
    moment = datetime.fromisoformat(twin["issued_at"])
    return set_pdf("review.typ", inputs, moment=moment, standards=WITH_FILES if signed_twin else STANDARDS)


def review_pictures(twin: Mapping[str, Any], *, verify_url: str) -> list[bytes]:
    """The pages as PNG, for eyes."""
    inputs = _inputs(twin, verify_url=verify_url, development=True, signed_twin=None)
    return set_pictures("review.typ", inputs)


def _inputs(
    twin: Mapping[str, Any], *, verify_url: str, development: bool, signed_twin: Mapping[str, Any] | None
) -> dict[str, str]:
    issued, as_of = datetime.fromisoformat(twin["issued_at"]), date.fromisoformat(twin["as_of"])
    shown = {
        **twin,
        "issued_words": f"{issued.year}年{issued.month}月{issued.day}日 {issued:%H:%M:%S}",
        "as_of_words": f"{as_of.year}年{as_of.month}月{as_of.day}日",
        "code": shortened(digest_of(twin)),
        "verify_url": verify_url,
        "mark": DEVELOPMENT if development else "",
    }
    return {
        "report": json.dumps(shown, ensure_ascii=False),
        "qr": square_code(verify_url),
        "twin": json.dumps(signed_twin, ensure_ascii=False) if signed_twin else "",
    }
