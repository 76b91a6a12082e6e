"""Finds the personal data that departments leave in free text, and masks it before anything is shown.

Serves 《个人信息保护法》第六、二十五条 and legal guards G2 and G13: of a resident ID the first six
digits stay, of a mobile number the first three. Credit codes, registration numbers and document numbers
are left as they are, even where they look like a telephone number.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from xinheng.core.credit_code import (
    embedded_code_agrees,
    is_ordinary,
    is_organisation_code,
    is_registration_number,
    is_uscc,
)
from xinheng.core.person_names import looks_like_person_name, mask_person_name
from xinheng.core.resident_id import is_resident_id, resembles_old_resident_id, resembles_resident_id

__all__ = [
    "MOBILE_RE2",
    "PERSONAL_RE2",
    "RESIDENT_ID_RE2",
    "Finding",
    "Masked",
    "PersonalKind",
    "find_personal",
    "looks_like_person_name",
    "mask_person_name",
    "mask_personal",
    "masked_line",
]


class PersonalKind(StrEnum):
    """What was found. COVERED is a number of which the sender left the last digits open."""

    RESIDENT_ID = "resident_id"
    MOBILE = "mobile"
    BANK_CARD = "bank_card"
    PLATE = "plate"
    TRAVEL_DOCUMENT = "travel_document"
    COVERED = "covered"


@dataclass(frozen=True, slots=True)
class Finding:
    """A half-open span of the text. It carries no personal data itself."""

    kind: PersonalKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Masked:
    """``found`` counts what stood open; numbers the sender had covered are masked further but not counted."""

    text: str
    found: int
    resident_ids: int


_D = "[0-9０-９]"
_MONTH_DAY = "(?:[0０][1-9１-９]|[1１][0-2０-２])[ -]?(?:[0０][1-9１-９]|[12１２][0-9０-９]|[3３][01０１])"
_START, _END = "(?:^|[^0-9A-Za-z０-９])", "(?:$|[^0-9A-Za-z０-９])"
_PLATE_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"

RESIDENT_ID_RE2 = (
    f"(?:[1-9１-９]{_D}{{5}}[ -]?(?:[1１][9９]|[2２][0０])[ -]?{_D}{{2}}[ -]?{_MONTH_DAY}[ -]?{_D}{{3}}[0-9０-９XxＸｘ]"
    f"|{_START}[1-8１-８]{_D}{{7}}{_MONTH_DAY}{_D}{{3}}(?:[A-Z]{_D}|{_END}))"
)
"""Where a resident ID may stand: a superset of what find_personal reports, for set-wise engines."""

MOBILE_RE2 = f"(?:^|[^0-9A-Za-z０-９]|86)[1１][3-9３-９]{_D}[ -]?{_D}{{4}}[ -]?{_D}{{4}}{_END}"
"""Where a mobile number may stand, unless it is written directly after another number found."""

_CARD_RE2 = f"{_START}{_D}{{4}} ?{_D}{{4}} ?{_D}{{4}} ?{_D}{{4}} ?{_D}{{0,3}}{_END}"
_PLATE_RE2 = f"[{_PLATE_PROVINCES}][A-HJ-NP-ZＡ-Ｚ][·• -]?[0-9A-Z０-９Ａ-Ｚ]{{4}}"
_TRAVEL_RE2 = f"{_START}(?:[EGHMegmh]{_D}|[DSPEdspe][A-Za-z]){_D}{{7}}"
_COVERED_RE2 = f"{_D}{{3}}[*＊]{{4}}"
PERSONAL_RE2 = "|".join((RESIDENT_ID_RE2, MOBILE_RE2, _CARD_RE2, _PLATE_RE2, _TRAVEL_RE2, _COVERED_RE2))
"""A text without a match holds nothing that find_personal reports."""

_HALF_WIDTH = {0xFF01 + place: 0x21 + place for place in range(94)}
_ANY = re.compile(PERSONAL_RE2)
_LEFT, _RIGHT = "(?<![0-9A-Za-z])", "(?![0-9A-Za-z])"
_RUN = re.compile("[0-9A-Za-z]{15,}")
_WITHIN_RUN = re.compile("(?=([1-9][0-9]{16}[0-9X]))")
_SPACED_ID = re.compile(f"{_LEFT}[1-9][0-9]{{5}}(?:[ -]?[0-9]){{11}}[ -]?[0-9Xx]{_RIGHT}")
_MOBILE = re.compile(
    rf"(?<![0-9A-Za-z.])(?:\+?86[- ]?)?1[3-9][0-9][ -]?[0-9]{{4}}[ -]?[0-9]{{4}}{_RIGHT}(?!\.[0-9])"
)
_CARD = re.compile(
    "(?<![0-9A-Za-z-])(?:62|60|4[0-9]|5[1-5]|9[05]|3[567])"
    "(?:[0-9]{14,17}|[0-9]{2}(?: [0-9]{4}){3}(?: [0-9]{1,3})?)(?![0-9A-Za-z-])"
)
_PLATE = re.compile(
    rf"(?<!北)[{_PLATE_PROVINCES}][A-HJ-NP-Z][·• -]?"
    rf"(?:[A-HJ-NP-Z0-9]{{5,6}}|[A-HJ-NP-Z0-9]{{4}}[挂学警港澳领试超]){_RIGHT}"
)
_TRAVEL = re.compile(
    f"{_LEFT}(?:[EG][0-9]{{8}}|E[A-HJ-NP-Z][0-9]{{7}}|[DSP]E[0-9]{{7}}|[HM][0-9]{{8}}(?:[0-9]{{2}})?){_RIGHT}"
)
_COVERED = re.compile(
    rf"{_LEFT}(?:1[3-9][0-9]|[1-8][0-9]{{2,13}})\*{{4,14}}[0-9]{{1,4}}[Xx]?(?![0-9A-Za-z*])"
)

_PERSON_LABEL = re.compile("身份证|证件号|公民|电话|手机|联系|卡号|账号|账户|护照|[Tt][Ee][Ll]")
_DOCUMENT_LABEL = re.compile(
    "(?:[文编单案批证户票序表图税]号|流水号|合同号|备案号|标准号|订单号|许可号|[Nn][Oo]|№|#|[第字〕\\]】稽])(?:为|是)?[.:： ]*$"
)
_UNITS = "号元万亿吨"

_KEPT = {
    PersonalKind.RESIDENT_ID: 6,
    PersonalKind.MOBILE: 3,
    PersonalKind.BANK_CARD: 6,
    PersonalKind.PLATE: 2,
    PersonalKind.TRAVEL_DOCUMENT: 1,
}


def find_personal(text: str) -> tuple[Finding, ...]:
    """All spans, in order and without overlap; full-width digits are seen like half-width ones."""
    if _ANY.search(text) is None:
        return ()
    plain = text.translate(_HALF_WIDTH)
    found: list[Finding] = []
    for finder in (_resident_ids, _covered, _mobiles, _cards, _plates, _travel_documents):
        for one in finder(plain):
            found.append(one)
            plain = plain[: one.start] + "\0" * (one.end - one.start) + plain[one.end :]
    return tuple(sorted(found, key=lambda one: one.start))


def mask_personal(text: str) -> Masked:
    """The text with every finding masked, also what only shows once its neighbour is masked."""
    found = resident_ids = 0
    while findings := find_personal(text):
        parts, last = [], 0
        for one in findings:
            parts += [text[last : one.start], _masked(text[one.start : one.end], one.kind)]
            last = one.end
        text = "".join([*parts, text[last:]])
        found += sum(one.kind is not PersonalKind.COVERED for one in findings)
        resident_ids += sum(one.kind is PersonalKind.RESIDENT_ID for one in findings)
    return Masked(text, found, resident_ids)


def masked_line(text: str) -> str:
    """The text masked and on one line, without signs that cannot be seen: as the record of a draw holds words."""
    line = "".join(sign for sign in " ".join(text.split()) if sign.isprintable())
    return mask_personal(line).text


def _masked(found: str, kind: PersonalKind) -> str:
    plain = found.translate(_HALF_WIDTH)
    if kind is PersonalKind.COVERED:
        head = plain[: plain.index("*")]
        return head[: 3 if len(plain) == 11 else 6].ljust(len(plain), "*")
    signs = re.sub("[ ·•+-]", "", plain)
    if kind is PersonalKind.MOBILE:
        signs = signs[-11:]
    return signs[: _KEPT[kind]].ljust(len(signs), "*")


def _resident_ids(text: str) -> Iterator[Finding]:
    for run in _RUN.finditer(text):
        yield from _in_run(text, run)
    for spaced in _SPACED_ID.finditer(text):
        if is_resident_id(re.sub("[ -]", "", spaced.group()).upper()) and len(spaced.group()) > 18:
            yield Finding(PersonalKind.RESIDENT_ID, *spaced.span())


def _in_run(text: str, run: re.Match[str]) -> Iterator[Finding]:
    value = run.group().upper()
    if is_uscc(value) and (embedded_code_agrees(value) or not is_resident_id(value)):
        return
    last = 0
    for part in _WITHIN_RUN.finditer(value):
        if part.start() >= last and _may_begin(value, part.start()) and is_resident_id(part.group(1)):
            last = part.start() + 18 + _tail(value[part.start() + 18 :])
            yield Finding(PersonalKind.RESIDENT_ID, run.start() + part.start(), run.start() + last)
    if last == 0 and _is_unchecked_person(value) and not _is_document(text, run):
        length = 18 if len(value) >= 18 else 15
        yield Finding(PersonalKind.RESIDENT_ID, run.start(), run.start() + length)


def _tail(rest: str) -> int:
    """A few digits after an ID belong to it (an old tax number); left open they would look half covered."""
    return len(rest) if len(rest) <= 4 and rest.rstrip("X").isdecimal() else 0


def _may_begin(run: str, place: int) -> bool:
    """A resident ID begins a run, follows letters, or follows something as long as a telephone number."""
    return place == 0 or run[place - 1].isalpha() or place >= 11


def _is_unchecked_person(value: str) -> bool:
    """A slip of the pen in a number of 18, one of the old 15, or either with the two signs of a tax number."""
    head = value[:-2] if value[-2].isalpha() and len(value) > 16 else value
    if len(head) == 18:
        return resembles_resident_id(head)
    if len(head) != 15 or not resembles_old_resident_id(head):
        return False
    return head != value or not (is_registration_number(value) or is_organisation_code(value[6:]))


def _covered(text: str) -> Iterator[Finding]:
    for found in _COVERED.finditer(text):
        yield Finding(PersonalKind.COVERED, *found.span())


def _mobiles(text: str) -> Iterator[Finding]:
    for found in _MOBILE.finditer(text):
        linked = re.search(r"[0-9A-Za-z]-$", text[max(0, found.start() - 2) : found.start()])
        if not linked and not _is_document(text, found):
            yield Finding(PersonalKind.MOBILE, *found.span())


def _cards(text: str) -> Iterator[Finding]:
    for found in _CARD.finditer(text):
        digits = found.group().replace(" ", "")
        cut_short = digits[0] != "6" and is_ordinary(digits)
        if _luhn(digits) and not cut_short and not _is_document(text, found):
            yield Finding(PersonalKind.BANK_CARD, *found.span())


def _plates(text: str) -> Iterator[Finding]:
    for found in _PLATE.finditer(text):
        if sum(map(str.isdigit, found.group())) >= 2:
            yield Finding(PersonalKind.PLATE, *found.span())


def _travel_documents(text: str) -> Iterator[Finding]:
    for found in _TRAVEL.finditer(text):
        if not _is_document(text, found):
            yield Finding(PersonalKind.TRAVEL_DOCUMENT, *found.span())


def _luhn(digits: str) -> bool:
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def _is_document(text: str, found: re.Match[str]) -> bool:
    """Whether the words beside it make it a document number or an amount."""
    before = text[max(0, found.start() - 10) : found.start()]
    if _PERSON_LABEL.search(before):
        return False
    return text[found.end() : found.end() + 1] in tuple(_UNITS) or _DOCUMENT_LABEL.search(before) is not None
