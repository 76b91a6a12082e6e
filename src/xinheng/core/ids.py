"""Decides what a piece of text in a code column is: which code, whether valid, and what is wrong with it.

A wrong check character makes a code invalid; an organisation code inside that disagrees, a category the
standard does not name or an unknown area only warns, for old codes stay in force. A resident ID in a code
column marks the row of a natural person (legal guard G2).
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from xinheng.core.code_sql import uscc_sql
from xinheng.core.code_text import is_placeholder, normalise_code
from xinheng.core.credit_code import (
    ALPHABET,
    CATEGORIES,
    LOOK_ALIKES,
    embedded_code_agrees,
    has_known_province,
    is_known_category,
    is_ordinary,
    is_organisation_code,
    is_registration_number,
    is_sole_trader,
    is_uscc,
    organisation_check_character,
    organisation_code_of,
    subject_kind_of,
    uscc_check_character,
)
from xinheng.core.resident_id import (
    is_covered_resident_id,
    is_resident_id,
    resembles_old_resident_id,
    resembles_resident_id,
)

__all__ = [
    "Code",
    "CodeKind",
    "CodeNote",
    "is_placeholder",
    "is_sole_trader",
    "normalise_code",
    "organisation_check_character",
    "organisation_code_of",
    "read_code",
    "subject_kind_of",
    "uscc_check_character",
    "uscc_sql",
]


class CodeKind(StrEnum):
    """What a code is. A code that is not valid keeps the kind it was meant to be where that can be seen."""

    USCC = "uscc"
    REGISTRATION = "registration"
    ORGANISATION = "organisation"
    TAX = "tax"
    RESIDENT_ID = "resident_id"
    PLACEHOLDER = "placeholder"
    UNKNOWN = "unknown"


class CodeNote(StrEnum):
    """A problem (the code is not valid) or a warning (it is valid all the same)."""

    NO_CODE = "no_code"
    CHECK = "check"
    LENGTH = "length"
    ALPHABET = "alphabet"
    COVERED = "covered"
    ROUNDED = "rounded"
    PERSON = "person"
    UNRECOGNISED = "unrecognised"
    EMBEDDED = "embedded"
    CATEGORY = "category"
    AREA = "area"
    REPAIRED = "repaired"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    CodeNote.NO_CODE: "未填写代码或为占位符",
    CodeNote.CHECK: "校验位不符",
    CodeNote.LENGTH: "长度不是18位",
    CodeNote.ALPHABET: "含有不应出现的字符",
    CodeNote.COVERED: "代码已被遮盖",
    CodeNote.ROUNDED: "代码被表格软件改成科学记数，末位已丢失，请以文本格式重新导出",
    CodeNote.PERSON: "疑似自然人证件号码",
    CodeNote.UNRECOGNISED: "不是已知的代码格式，原样保留",
    CodeNote.EMBEDDED: "内含的组织机构代码校验位不符",
    CodeNote.CATEGORY: "机构类别代码不在国家标准表内",
    CodeNote.AREA: "登记机关行政区划码无法识别",
    CodeNote.REPAIRED: "形近字符或多余文字已更正",
}


@dataclass(frozen=True, slots=True)
class Code:
    """``value`` is the normalised text, empty for a placeholder; ``problem`` is set exactly when not valid."""

    raw: str
    value: str
    kind: CodeKind
    valid: bool
    problem: CodeNote | None = None
    warnings: tuple[CodeNote, ...] = ()

    @property
    def names_a_subject(self) -> bool:
        """Whether a record may be filed under this code; a resident ID never is."""
        return self.valid and self.kind is not CodeKind.RESIDENT_ID


_USCC = CodeKind.USCC
_SEPARATORS = re.compile(r"[/／、;；,，|]")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E\+?\d{1,2}")
_PERSON_WITHIN = re.compile(r"(?=([1-9][0-9]{16}[0-9X]))")
_CREDIT_CODE_SHAPE = re.compile(rf"(?<![0-9A-Z])[{ALPHABET}]{{18}}(?![0-9A-Z])")
_ORGANISATION_SHAPE = re.compile(r"[0-9A-Z]{8}[0-9X]")
_ALPHABET_SET = frozenset(ALPHABET)


def read_code(raw: str | None) -> Code:
    """Read one cell of a code column."""
    if raw is None:
        return Code("", "", CodeKind.PLACEHOLDER, False, CodeNote.NO_CODE)
    value = normalise_code(raw)
    if is_uscc(value):
        return _credit_code(raw, value)
    if not value or is_placeholder(raw):
        return Code(raw, "", CodeKind.PLACEHOLDER, False, CodeNote.NO_CODE)
    if "*" in value:
        return _from_parts(_covered(raw, value))
    reader = _READERS.get(len(value), _of_odd_length)
    code = reader(raw, value)
    return code if code.valid else _from_parts(code)


def _credit_code(raw: str, value: str, *notes: CodeNote) -> Code:
    embedded = embedded_code_agrees(value)
    if not embedded and is_resident_id(value):
        return Code(raw, value, CodeKind.RESIDENT_ID, True, None, (CodeNote.PERSON,))
    if embedded and not notes and is_ordinary(value):
        return Code(raw, value, _USCC, True)
    doubts = (
        (not embedded, CodeNote.EMBEDDED),
        (not is_known_category(value), CodeNote.CATEGORY),
        (not has_known_province(value), CodeNote.AREA),
    )
    return Code(raw, value, CodeKind.USCC, True, None, (*notes, *(note for doubt, note in doubts if doubt)))


def _of_18(raw: str, value: str) -> Code:
    if is_resident_id(value):
        return Code(raw, value, CodeKind.RESIDENT_ID, True, None, (CodeNote.PERSON,))
    repaired = value.translate(LOOK_ALIKES)
    if repaired != value and is_uscc(repaired) and embedded_code_agrees(repaired):
        return _credit_code(raw, repaired, CodeNote.REPAIRED)
    if resembles_resident_id(value):
        return Code(raw, value, CodeKind.RESIDENT_ID, False, CodeNote.CHECK)
    if value[0] not in CATEGORIES or not value.isascii():
        return _unrecognised(raw, value)
    written = set(value) <= _ALPHABET_SET and value[2:8].isdecimal()
    problem = CodeNote.CHECK if written else CodeNote.ALPHABET
    return Code(raw, value, CodeKind.USCC, False, problem)


def _of_15(raw: str, value: str) -> Code:
    repaired = value.translate(LOOK_ALIKES)
    if is_registration_number(repaired):
        return Code(raw, repaired, CodeKind.REGISTRATION, True, None, _repair_note(value, repaired))
    if _is_tax_number(value):
        return Code(raw, value, CodeKind.TAX, True)
    if resembles_old_resident_id(value):
        return Code(raw, value, CodeKind.RESIDENT_ID, False, CodeNote.PERSON)
    problem = CodeNote.CHECK if value.isdecimal() else CodeNote.UNRECOGNISED
    return Code(raw, value, CodeKind.UNKNOWN, False, problem)


def _of_9(raw: str, value: str) -> Code:
    if is_organisation_code(value):
        return Code(raw, value, CodeKind.ORGANISATION, True)
    if _ORGANISATION_SHAPE.fullmatch(value):
        return Code(raw, value, CodeKind.ORGANISATION, False, CodeNote.CHECK)
    return _unrecognised(raw, value)


def _of_20(raw: str, value: str) -> Code:
    """An old tax number of 15 characters with five more; over a resident ID it is a person's."""
    written = _is_tax_number(value[:15]) and value[15:].isdecimal() and not is_ordinary(value)
    if written and not _names_a_person(value):
        return Code(raw, value, CodeKind.TAX, True)
    return _of_odd_length(raw, value)


def _of_odd_length(raw: str, value: str) -> Code:
    if _names_a_person(value):
        return Code(raw, value, CodeKind.RESIDENT_ID, False, CodeNote.PERSON)
    if _SCIENTIFIC.fullmatch(value):
        return Code(raw, value, CodeKind.UNKNOWN, False, CodeNote.ROUNDED)
    within = {part for part in _CREDIT_CODE_SHAPE.findall(value) if is_uscc(part)}
    if len(within) == 1 and not value.isascii():
        return _credit_code(raw, within.pop(), CodeNote.REPAIRED)
    if 16 <= len(value) <= 20 and is_ordinary(value):
        return Code(raw, value, CodeKind.USCC, False, CodeNote.LENGTH)
    return _unrecognised(raw, value)


def _covered(raw: str, value: str) -> Code:
    kind = CodeKind.RESIDENT_ID if is_covered_resident_id(value) else CodeKind.UNKNOWN
    return Code(raw, value, kind, False, CodeNote.COVERED)


def _from_parts(whole: Code) -> Code:
    """Several codes in one cell, such as a sole trader's and the operator's own: the one of the subject."""
    parts = _SEPARATORS.split(whole.raw)
    if len(parts) == 1:
        return whole
    found = {part.value: part for part in map(read_code, parts) if part.names_a_subject}
    if len(found) != 1:
        return whole
    part = next(iter(found.values()))
    notes = (CodeNote.REPAIRED, *(note for note in part.warnings if note is not CodeNote.REPAIRED))
    return Code(whole.raw, part.value, part.kind, True, None, notes)


def _names_a_person(value: str) -> bool:
    """A resident ID within a longer text, or an old one followed by the two characters of a tax number."""
    if any(is_resident_id(part) for part in _PERSON_WITHIN.findall(value)):
        return True
    if len(value) == 20 and resembles_resident_id(value[:18]):
        return True
    return len(value) == 17 and value[15].isalpha() and resembles_old_resident_id(value[:15])


def _is_tax_number(value: str) -> bool:
    return value[:6].isdecimal() and is_organisation_code(value[6:])


def _repair_note(value: str, repaired: str) -> tuple[CodeNote, ...]:
    return (CodeNote.REPAIRED,) if repaired != value else ()


def _unrecognised(raw: str, value: str) -> Code:
    return Code(raw, value, CodeKind.UNKNOWN, False, CodeNote.UNRECOGNISED)


_READERS = {9: _of_9, 15: _of_15, 18: _of_18, 20: _of_20}
