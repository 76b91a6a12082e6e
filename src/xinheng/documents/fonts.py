"""The Chinese type in which letters are set, and the proof that it has the signs.

Typst leaves signs out without a word where a font lacks them; under PDF/A it refuses instead, and so do we. The faces come
from a package (思源宋体、思源黑体, SIL Open Font License), so that every machine sets the same page.
"""

from functools import cache
from pathlib import Path

import pylopdf_fonts_zh_cn
import typst

from xinheng.core.refusal import Refusal

SONG, HEI = "Noto Serif SC", "Noto Sans SC"
RARE = "㐂𬭎〇〔〕①＿□鿏"
"""Signs in names of enterprises and of letters that smaller fonts lack."""
_PROBE = (
    '#set text(font: "{font}", fallback: false, lang: "zh")\n#set document(title: "字库")\n= 字库\n{signs}'
)


@cache
def faces() -> typst.Fonts:
    """Song and Hei, and nothing of this machine: the page must not depend on it."""
    folder = Path(pylopdf_fonts_zh_cn.__file__).parent
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)])


def check_fonts(signs: str = RARE) -> None:
    """Sets rare signs in both faces. Refusal FN1 where a face or a sign is missing."""
    missing = sorted({SONG, HEI} - set(faces().families()))
    if missing:
        raise Refusal(
            "FN1",
            f"缺少中文字体：{'、'.join(missing)}，不能制作文书。",
            advice="请重新安装依赖（软件包 pylopdf-fonts-zh-cn）。",
        )
    for font in (SONG, HEI):
        source = _PROBE.format(font=font, signs=signs).encode()
        try:
            typst.compile(source, format="pdf", font_paths=faces(), pdf_standards=["a-2a"])
        except typst.TypstError as error:
            raise Refusal(
                "FN2", f"中文字体“{font}”缺字，不能制作文书。", advice="请重新安装依赖，或者联系系统管理员。"
            ) from error
