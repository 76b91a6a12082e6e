"""Finds a cited clause in the text of a document, to prove that a reference points at something.

Knows the numbering of the five city documents: 一、 chapters, （一） sections, ``1.`` items that run through,
and an annex. Only used where the documents are at hand; they are no part of the repository.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from xinheng.core.sources import Citation, Source

_NUMERAL = "一二三四五六七八九十"
_CHAPTER = re.compile(rf"^([{_NUMERAL}]+)、")
_SECTION = re.compile(rf"^[（(]([{_NUMERAL}]+)[）)]")
_ITEM = re.compile(r"^(\d{1,3})\.(?!\d)")
_ANNEX = re.compile(r"^附件[:：]?\d*$")
_MARKS = re.compile(r"^[#*\s]+|[*\s]+$")
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Document:
    """A document's clauses by reference, with blanks removed from their text."""

    number: str
    text: str
    clauses: Mapping[str, str]


def read_document(number: str, text: str) -> Document:
    """Splits a text into clauses: ``四（四）``, ``（七）`` where it is unique, ``11``, ``六``, ``附件``."""
    parts: dict[str, list[str]] = {}
    chapter, open_keys = "", list[str]()
    for line in text.splitlines():
        plain = _MARKS.sub("", line)
        if _ANNEX.match(plain):
            chapter, open_keys = "附件", ["附件"]
        elif chapter != "附件" and (found := _CHAPTER.match(plain)):
            chapter, open_keys = found[1], [found[1]]
        elif chapter != "附件" and (found := _SECTION.match(plain)):
            open_keys = [chapter, f"{chapter}（{found[1]}）", f"（{found[1]}）"]
        elif chapter != "附件" and (found := _ITEM.match(plain)):
            open_keys = [key for key in open_keys if not key.isdigit()] + [found[1]]
        for key in open_keys:
            parts.setdefault(key, []).append(plain)
    sections = [key.partition("（")[2] for key in parts if "（" in key and not key.startswith("（")]
    ambiguous = {f"（{key}" for key in sections if sections.count(key) > 1}
    clauses = {key: _BLANKS.sub("", "".join(lines)) for key, lines in parts.items() if key not in ambiguous}
    return Document(number=number, text=_BLANKS.sub("", text), clauses=clauses)


def citation_cause(citation: Citation, document: Document) -> str | None:
    """Why a citation does not hold in the document; None if it does."""
    quote = _BLANKS.sub("", citation.quote)
    if not citation.clause:
        return None if quote in document.text else f"{document.number}中找不到“{citation.quote}”"
    clause = document.clauses.get(citation.clause)
    if clause is None:
        return f"{document.number}没有“{citation.clause}”这一条款"
    if quote not in clause:
        return f"{document.number} {citation.clause} 中找不到“{citation.quote}”"
    return None


def documents_of(texts: Iterable[str], sources: Mapping[str, Source]) -> dict[str, Document]:
    """Documents by source id: a text belongs to the source whose number stands at its head."""
    found = {}
    for text in texts:
        head = _BLANKS.sub("", text[:400])
        for source in sources.values():
            number = _BLANKS.sub("", source.number)
            if number and number in head and source.id not in found:
                found[source.id] = read_document(source.number, text)
                break
    return found
