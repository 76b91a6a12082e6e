"""Sets a letter as PDF/A-2a and PDF/UA-1: frozen values in, the same bytes out for the same values.

Nothing of a letter is markup: its words reach the template as strings. Setting one takes some 15 ms once the fonts are
read.
"""

import json
import re
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import typst

from xinheng.core.canonical import digest_of
from xinheng.core.letters import Letter, in_words, twin_of
from xinheng.core.refusal import Refusal
from xinheng.documents.fonts import faces

TEMPLATES = Path(__file__).parent / "templates"
STANDARDS: list[Any] = ["a-2a", "ua-1"]
DEVELOPMENT = "试用文书：以本系统自动生成的试用密钥签名，未加盖印章，不具有法律效力。"
_MISSING = re.compile(r'the text `?"(.+?)"`? could not be displayed', re.DOTALL)


def set_letter(letter: Letter, *, development: bool) -> bytes:
    """The paper of a letter. Refusal FN3 for a sign that the fonts lack."""
    return _pdf("letter.typ", letter, development=development)


def set_return(letter: Letter, *, development: bool) -> bytes:
    """The return of service (送达回证) that goes with the letter, to be filled in by hand."""
    return _pdf("service_return.typ", letter, development=development)


def pictures(letter: Letter, *, development: bool, template: str = "letter.typ") -> list[bytes]:
    """The pages as PNG, for eyes."""
    found = _compiler(template).compile(
        sys_inputs={"letter": _values(letter, development=development)}, format="png", ppi=100
    )
    return found if isinstance(found, list) else [found or b""]


def content_digest(letter: Letter) -> str:
    """Stands, shortened, at the foot of every page and in full in the twin."""
    return digest_of(twin_of(letter))


def _pdf(template: str, letter: Letter, *, development: bool) -> bytes:
    moment = datetime.combine(letter.head.issued_on, time(), UTC)
    try:
        made = _compiler(template).compile(
            sys_inputs={"letter": _values(letter, development=development)},
            format="pdf",
            pdf_standards=STANDARDS,
            timestamp=moment,
        )
    except typst.TypstError as error:
        missing = _MISSING.search(error.message)
        if missing is None:
            raise
        raise Refusal(
            "FN3",
            f"字库中没有“{missing.group(1)}”这个字，文书不能完整印出。",
            advice="请核对是否误录；确有此字的，联系系统管理员补充字库后再签发。",
        ) from error
    assert isinstance(made, bytes)
    return made


def _compiler(template: str) -> typst.Compiler:
    """No fonts, packages or files but our own."""
    return typst.Compiler(
        input=str(TEMPLATES / template),
        root=str(TEMPLATES),
        font_paths=faces(),
        ignore_system_fonts=True,
        package_path=str(TEMPLATES),
        package_cache_path=str(TEMPLATES),
    )


def _values(letter: Letter, *, development: bool) -> str:
    digest = content_digest(letter).partition(":")[2][:16]
    code = " ".join(digest[at : at + 4] for at in range(0, 16, 4))
    shown = {
        **twin_of(letter),
        "issued_in_words": in_words(letter.head.issued_on),
        "mark": DEVELOPMENT if development else "",
        "foot": f"{letter.head.number}　内容核验码 {code}",
    }
    return json.dumps(shown, ensure_ascii=False)
