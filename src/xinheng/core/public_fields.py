"""Which fields of a record may be told to others: no person is named, and no sole trader's home (legal guard G1)."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from xinheng.core.catalogue import CatalogueField

PERSONS = (
    *("法定代表人", "法人代表", "负责人", "经营者", "联系人", "姓名", "股东", "实际控制人", "证件", "身份证"),
    *("电话", "手机", "联系方式", "住址", "执法证号"),
)
"""Words of labels of fields that concern a person."""
HOMES = ("住所", "地址", "经营场所")
_MIDNIGHT = " 00:00:00"
_NEEDLESS_ZEROS = re.compile(r"(-?\d+)\.(\d*?)0+")


def public_fields(
    fields: Mapping[str, Any], known: Mapping[str, CatalogueField], *, sole_trader: bool
) -> Iterator[tuple[str, str]]:
    """Label and value of what may be told; ``known`` are the fields of the catalogue item."""
    unsaid = (*PERSONS, *HOMES) if sole_trader else PERSONS
    for label, value in fields.items():
        personal = any(word in label for word in unsaid)
        if value not in ("", None) and not personal and (label not in known or known[label].public):
            yield label, tidy(str(value))


def tidy(value: str) -> str:
    """Without the midnight and the zeros that spreadsheets add."""
    number = _NEEDLESS_ZEROS.fullmatch(value)
    if number:
        return f"{number[1]}.{number[2]}".rstrip(".")
    return value.removesuffix(_MIDNIGHT)
