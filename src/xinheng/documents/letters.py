"""Sets a letter as PDF/A-2a and PDF/UA-1: frozen values in, the same bytes out for the same values.

Nothing of a letter is markup: its words reach the template as strings. Setting one takes some 15 ms once the fonts are
read.
"""

import json
from datetime import UTC, datetime, time

from xinheng.core.canonical import digest_of, shortened
from xinheng.core.letters import Letter, in_words, twin_of
from xinheng.documents.typesetting import DEVELOPMENT, set_pdf, set_pictures


def set_letter(letter: Letter, *, development: bool) -> bytes:
    """The paper of a letter. Refusal FN3 for a sign that the fonts lack."""
    return _pdf("letter.typ", letter, development=development)


def set_return(letter: Letter, *, development: bool) -> bytes:
    """The return of service (送达回证) that goes with the letter, to be filled in by hand."""
    return _pdf("service_return.typ", letter, development=development)


def pictures(letter: Letter, *, development: bool, template: str = "letter.typ") -> list[bytes]:
    """The pages as PNG, for eyes."""
    return set_pictures(template, {"letter": _values(letter, development=development)})


def content_digest(letter: Letter) -> str:
    """Stands, shortened, at the foot of every page and in full in the twin."""
    return digest_of(twin_of(letter))


def _pdf(template: str, letter: Letter, *, development: bool) -> bytes:
    moment = datetime.combine(letter.head.issued_on, time(), UTC)
    return set_pdf(template, {"letter": _values(letter, development=development)}, moment=moment)


def _values(letter: Letter, *, development: bool) -> str:
    code = shortened(content_digest(letter))
    shown = {
        **twin_of(letter),
        "issued_in_words": in_words(letter.head.issued_on),
        "mark": DEVELOPMENT if development else "",
        "foot": f"{letter.head.number}　内容核验码 {code}",
    }
    return json.dumps(shown, ensure_ascii=False)
