"""Sets a template with the fonts of this room and nothing of this machine: the same values give the same bytes.

Words reach a template as strings of JSON, never as markup. A sign that the fonts lack is refused by name.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import typst

from xinheng.core.refusal import Refusal
from xinheng.documents.fonts import faces

TEMPLATES = Path(__file__).parent / "templates"
STANDARDS: list[Any] = ["a-2a", "ua-1"]
WITH_FILES: list[Any] = ["a-3a", "ua-1"]
"""Only PDF/A-3 lets a file be attached."""
DEVELOPMENT = "试用文书：以本系统自动生成的试用密钥签名，未加盖印章，不具有法律效力。"
_MISSING = re.compile(r'the text `?"(.+?)"`? could not be displayed', re.DOTALL)


def set_pdf(
    template: str, inputs: Mapping[str, str], *, moment: datetime, standards: list[Any] = STANDARDS
) -> bytes:
    """``moment`` stands in the metadata. Refusal FN3 for a sign that the fonts lack."""
    try:
        made = compiler(template).compile(
            sys_inputs=dict(inputs), format="pdf", pdf_standards=standards, timestamp=moment
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


def set_pictures(template: str, inputs: Mapping[str, str]) -> list[bytes]:
    """The pages as PNG, for eyes."""
    found = compiler(template).compile(sys_inputs=dict(inputs), format="png", ppi=100)
    return found if isinstance(found, list) else [found or b""]


def compiler(template: str) -> typst.Compiler:
    """No fonts, packages or files but our own."""
    return typst.Compiler(
        input=str(TEMPLATES / template),
        root=str(TEMPLATES),
        font_paths=faces(),
        ignore_system_fonts=True,
        package_path=str(TEMPLATES),
        package_cache_path=str(TEMPLATES),
    )
