"""Cleans what people and spreadsheets write into a code column, and sees when it says "no code".

Serves 重错码治理: an empty code and a wrong code are counted apart, and the text as received stays beside
the cleaned one.
"""

import re
import unicodedata

_SAID = (
    "无 不详 不祥 不明 未知 暂无 暂缺 没有 空 缺 略 无代码 无码 无证 无照 无证无照 无信用代码 无统一社会信用代码 "
    "未提供 未填 未填写 未登记 未办理 不适用 待补 待补充 请选择 "
    "NULL NONE NIL NA N/A #N/A NAN UNDEFINED X XX XXX"
)
PLACEHOLDERS = frozenset({"", *_SAID.split()})
"""Upper-case texts that say "no code"; signs alone, zeros and one sign repeated are recognised by shape."""

_ZEROS = re.compile(r"0+(?:\.0+)?X?")
_REPEATED = re.compile(r"(.)\1{7,}")
_LABEL = re.compile(r"^[^0-9A-Za-z:]{2,}:")
_COPY_NUMBER = re.compile(r"\(\d{1,2}-\d{1,2}\)$")
_FLOAT_TAIL = re.compile(r"^(\d{6,})\.0+$")
_DROPPED = re.compile(
    r"[\s\"'`=\u2018\u2019\u201c\u201d\u2010-\u2015\u2212\u00ad\u200b-\u200f\u2060\ufeff\x00-\x1f_,;-]"
)
_OTHER_SCRIPTS = str.maketrans("АВЕКМНРСТХΑΒΕΗΚΜΝΡΤΥΧ", "ABEKMHPCTXABEHKMNPTYX")


def normalise_code(raw: str) -> str:
    """Half-width, upper case, without blanks, quotes, dashes, spreadsheet decorations or a copy number."""
    if raw.isascii() and raw.isalnum():
        return raw.upper()
    text = unicodedata.normalize("NFKC", raw).strip().upper()
    text = _FLOAT_TAIL.sub(r"\1", _LABEL.sub("", text))
    text = _COPY_NUMBER.sub("", text)
    return _DROPPED.sub("", text).translate(_OTHER_SCRIPTS)


def as_typed(raw: str) -> str:
    """A number or a word of access as people type it: half-width, upper case, without blanks."""
    return "".join(unicodedata.normalize("NFKC", raw).split()).upper()


def is_placeholder(raw: str | None) -> bool:
    """Whether the text says "no code": empty, signs only, 无 and the like, zeros, one character repeated."""
    if raw is None:
        return True
    text = unicodedata.normalize("NFKC", raw).strip().upper()
    if not any(map(str.isalnum, text)) or text in PLACEHOLDERS:
        return True
    return _ZEROS.fullmatch(text) is not None or _REPEATED.fullmatch(text) is not None
