"""What a letter of an organ must say before it may go out (文书): typed fields, lawful parts, terms from policy.

A kind of letter has versions; a published one is never edited. The adverse kinds carry facts, reasons, basis, the right
to statement, defence and hearing, and the ways to reconsideration and suit (《行政处罚法》第四十四、五十九、六十三条;
国办发〔2020〕49号; legal guards G13, G15, G17). Numbers of law come as readings of policy, never from here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from string import Formatter
from typing import Any

from xinheng.core.masking import mask_personal
from xinheng.core.parameters import Reading, Status
from xinheng.core.person_names import mask_person_name
from xinheng.core.refusal import Refusal

HEAD_WORDS = frozenset({"organ", "addressee", "code", "case", "issued_on", "contact"})
"""What the head of every letter gives to its words."""
LONGEST = {"line": 200, "text": 4000, "list": 200, "person": 40}
MOST_ITEMS = 40


class FieldType(StrEnum):
    """PERSON is written masked; LIST is one item a line."""

    LINE = "line"
    TEXT = "text"
    LIST = "list"
    DAY = "day"
    PERSON = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    key: str
    label: str
    type: FieldType = FieldType.LINE
    required: bool = True
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """``text`` with ``{words}`` of fields, terms and head; left out when a word of it is empty. ``items``: a LIST field."""

    heading: str
    text: str
    items: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterKind:
    """``word`` stands in the number. ``follows_step``: goes out only upon a step of the case that names it.
    ``terms``: parameters of policy; ``together``: kinds that are served with it (两书同达)."""

    kind: str
    version: int
    title: str
    word: str
    fields: tuple[Field, ...]
    passages: tuple[Passage, ...]
    terms: tuple[str, ...] = ()
    follows_step: bool = False
    together: tuple[str, ...] = ()

    def field(self, key: str) -> Field:
        return next(one for one in self.fields if one.key == key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Who writes to whom. ``code`` is the credit code of the addressee, empty for one that has none."""

    organ: str
    number: str
    addressee: str
    code: str
    case: str
    issued_on: date
    contact: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    heading: str
    text: str
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """A figure of law as the letter states it."""

    key: str
    words: str
    citation: str
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter in full, ready to be set; nothing in it changes any more."""

    kind: str
    version: int
    title: str
    head: Head
    paragraphs: tuple[Paragraph, ...]
    terms: tuple[Term, ...]


Values = Mapping[str, str | date]
"""What an officer filled in, by field; a LIST as lines of one text."""


def compose(kind: LetterKind, values: Values, *, head: Head, readings: Mapping[str, Reading]) -> Letter:
    """The letter with every word filled in. Refuses a missing, unknown or overlong field and an unknown term."""
    clean = checked(kind, values)
    terms = tuple(_term(kind, readings[key]) for key in kind.terms)
    words = {
        **{key: _said(value) for key, value in clean.items()},
        **{term.key.rpartition(".")[2]: term.words for term in terms},
        **{key: str(getattr(head, key)) for key in HEAD_WORDS - {"issued_on"}},
        "issued_on": in_words(head.issued_on),
    }
    paragraphs = tuple(
        Paragraph(passage.heading, passage.text.format_map(words), _items(clean.get(passage.items, "")))
        for passage in kind.passages
        if _complete(passage, words)
    )
    return Letter(
        kind=kind.kind,
        version=kind.version,
        title=kind.title,
        head=head,
        paragraphs=paragraphs,
        terms=terms,
    )


def checked(kind: LetterKind, values: Values) -> dict[str, str | date]:
    """The fields of the letter, cleaned and masked; empty ones are left out."""
    unknown = sorted(set(values) - {field.key for field in kind.fields})
    if unknown:
        raise Refusal("LT1", f"{kind.title}没有“{unknown[0]}”这一项。", advice="请按文书的表单填写。")
    clean: dict[str, str | date] = {}
    for field in kind.fields:
        value = _clean(field, values.get(field.key, ""))
        if value:
            clean[field.key] = value
        elif field.required:
            raise Refusal(
                "LT2",
                f"{kind.title}缺少“{field.label}”，不能签发。",
                advice=f"请填写“{field.label}”后再签发。",
            )
    return clean


def _clean(field: Field, value: str | date) -> str | date:
    if field.type is FieldType.DAY:
        if value and not isinstance(value, date):
            raise Refusal("LT3", f"“{field.label}”应当是日期。", advice="请写成 2026-11-20 这样的日期。")
        return value
    if not isinstance(value, str):
        raise Refusal("LT4", f"“{field.label}”应当是文字。", advice="请按文书的表单填写。")
    lines = [line.strip() for line in value.replace("\r", "").split("\n")]
    longest, text = LONGEST[field.type.value], "\n".join(lines).strip()
    too_many = field.type is FieldType.LIST and len(_items(text)) > MOST_ITEMS
    if too_many or max(map(len, lines if field.type is FieldType.LIST else [text])) > longest:
        raise Refusal("LT5", f"“{field.label}”过长。", advice=f"请压缩到{longest}字以内，其余作为附件。")
    if any(ord(sign) < 32 and sign != "\n" for sign in text):
        raise Refusal("LT6", f"“{field.label}”含有不能印出的字符。", advice="请删去后重新粘贴为纯文字。")
    return mask_person_name(text) if field.type is FieldType.PERSON else mask_personal(text).text


def _items(value: str | date) -> tuple[str, ...]:
    return tuple(line for line in str(value).split("\n") if line)


def _said(value: str | date) -> str:
    return in_words(value) if isinstance(value, date) else value


def _complete(passage: Passage, words: Mapping[str, str]) -> bool:
    wanted = {name for _, name, _, _ in Formatter().parse(passage.text) if name}
    return (wanted | ({passage.items} if passage.items else set())) <= {k for k, v in words.items() if v}


def _term(kind: LetterKind, reading: Reading) -> Term:
    if reading.status is not Status.KNOWN:
        raise Refusal(
            "LT7",
            f"“{reading.title}”{reading}，{kind.title}不能签发。",
            citation=reading.citation,
            advice="请法制机构核对文件后补入政策数据。",
        )
    return Term(reading.key, str(reading), reading.citation, reading.verified)


def in_words(day: date) -> str:
    """As letters write it: 2026年11月20日."""
    return f"{day.year}年{day.month}月{day.day}日"


def number_of(organ: str, kind: str, *, year: int, place: int) -> str:
    """The number of a letter: word of the organ, word of the kind, year in hexagonal brackets, place without zeros."""
    return f"{organ}信{kind}〔{year}〕{place}号"


def twin_of(letter: Letter) -> dict[str, Any]:
    """The letter for machines, of strings, booleans, whole numbers, arrays and objects."""
    head = letter.head
    return {
        "kind": letter.kind,
        "version": letter.version,
        "title": letter.title,
        "number": head.number,
        "organ": head.organ,
        "addressee": head.addressee,
        "code": head.code,
        "case": head.case,
        "issued_on": head.issued_on.isoformat(),
        "contact": head.contact,
        "paragraphs": [
            {"heading": one.heading, "text": one.text, "items": list(one.items)} for one in letter.paragraphs
        ],
        "terms": [
            {"key": one.key, "words": one.words, "citation": one.citation, "verified": one.verified}
            for one in letter.terms
        ],
    }


_published: dict[tuple[str, int], LetterKind] = {}


def published(kind: LetterKind) -> LetterKind:
    """Registers a kind under its name and version. Raises ValueError for a flaw or a version that exists."""
    known = {field.key for field in kind.fields} | HEAD_WORDS
    known |= {term.rpartition(".")[2] for term in kind.terms}
    wanted = {name for one in kind.passages for _, name, _, _ in Formatter().parse(one.text) if name}
    wanted |= {one.items for one in kind.passages if one.items}
    if wanted - known:
        raise ValueError(f"{kind.kind} {kind.version}: nothing gives {sorted(wanted - known)}")
    unsaid = {field.key for field in kind.fields} - wanted
    if unsaid:
        raise ValueError(f"{kind.kind} {kind.version}: {sorted(unsaid)} is asked for and never said")
    if (kind.kind, kind.version) in _published:
        raise ValueError(f"{kind.kind} {kind.version} exists; a change is a new version")
    _published[kind.kind, kind.version] = kind
    return kind


def newest(kind: str) -> LetterKind:
    """The version in which new letters are written. Refusal LT8 for a kind that does not exist."""
    versions = [version for name, version in _published if name == kind]
    if not versions:
        raise Refusal("LT8", f"没有“{kind}”这种文书。", advice="请从文书种类中选择。")
    return _published[kind, max(versions)]


def version_of(kind: str, version: int) -> LetterKind:
    """The version in which a letter was written; KeyError where it was never published."""
    return _published[kind, version]


def kinds() -> tuple[LetterKind, ...]:
    """The newest version of every kind, in the order in which they were published."""
    return tuple(newest(name) for name in dict.fromkeys(name for name, _ in _published))
