"""Composes a review report (核查报告) on several enterprises for one matter: what applies to each, as of a day, and no verdict.

It orders nobody, counts nothing against anybody and says of persons that they were not checked (国办发〔2020〕49号; legal
guards G9, G14, G16). A check made again tells what was added since in words, and what has ended since by its number alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from xinheng.core.canonical import digest_of
from xinheng.core.measure_check import PERSONS_ELSEWHERE

FORMAT = "xinheng-review-1"
WORD = "核"
"""Stands in the document number of a reply, as the words of letters stand in theirs."""
PARTS = {
    "bans": "市场和行业禁入",
    "measures": "惩戒措施",
    "lists": "名单",
    "incentives": "激励措施",
    "commitments": "信用承诺",
}
"""Of what is told of an enterprise, in the order in which it is read."""
_NOTES = (
    "本报告只列各家在所办事项中适用的内容及其依据、所依据的记录和期限，不排序、不打分、不作取舍，不是准予、拒绝、中标或者废标的结论。",
    "仅限本平台在截止日以前收到、出具时仍然有效的内容。没有列出不等于没有发生；已经修复、撤销、移出或者期满的不列入，也不得另行使用。",
    f"{PERSONS_ELSEWHERE}。",
    "依据法律、法规的限制由承办单位依法核实后决定；没有法律、法规依据的，不得以信用状况限制或者排斥参加。",
    "作出决定以前请再核查一次。扫描首页二维码可以核验真伪；有变化的，核验页只提示已有更新，请重新核查。",
    "被核查的主体在企业空间可以看到由哪个单位、为了什么核查。对所列内容有异议的，可以向本平台或者作出认定的单位提出。",
)


class ReviewKind(StrEnum):
    """For a tender, asked again before its award, or in answer to the letter of a department."""

    TENDER = "tender"
    AGAIN = "again"
    INQUIRY = "inquiry"

    @property
    def label(self) -> str:
        return {
            "tender": "投标人信用核查报告",
            "again": "投标人信用核查报告（定标前再核查）",
            "inquiry": "信用核查复函",
        }[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewHead:
    """``project``: number and name; ``body``: who checks; ``asked_by``: department and number of its letter, of an inquiry;
    ``earlier``: number of the report that is checked again. ``organ`` answers a letter under its ``document_no`` and seals."""

    kind: ReviewKind
    number: str
    issuer: str
    issued_at: datetime
    as_of: date
    occasion: str
    project: str
    purpose: str
    body: str
    policy: str
    asked_by: str = ""
    earlier: str = ""
    document_no: str = ""
    organ: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """An enterprise; ``parts`` of PARTS, each with its lines as words. ``then``: it was known on that day."""

    name: str
    code: str
    parts: Mapping[str, Sequence[Mapping[str, str]]]
    then: bool = True


def review_of(
    head: ReviewHead,
    bidders: Sequence[Reviewed],
    *,
    unknown: Sequence[str] = (),
    before: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The report for machines, its canonical content. ``unknown``: codes of nobody; ``before``: the report that is checked
    again."""
    told = told_of(bidders, as_of=head.as_of)
    return {
        "format": FORMAT,
        "number": head.number,
        "kind": head.kind.value,
        "title": head.kind.label,
        "issuer": head.issuer,
        "issued_at": head.issued_at.isoformat(timespec="seconds"),
        "as_of": head.as_of.isoformat(),
        "occasion": head.occasion,
        "project": head.project,
        "purpose": head.purpose,
        "body": head.body,
        "asked_by": head.asked_by,
        "earlier": head.earlier,
        "document_no": head.document_no,
        "organ": head.organ,
        "policy": head.policy,
        "persons": PERSONS_ELSEWHERE,
        "bidders": told,
        "unknown": list(unknown),
        "changes": _changes(before, told) if before is not None else [],
        "notes": list(_NOTES),
    }


def told_of(bidders: Sequence[Reviewed], *, as_of: date) -> list[dict[str, Any]]:
    """The enterprises alone, as they stand in a review."""
    return [_told(one, as_of) for one in bidders]


def _told(one: Reviewed, as_of: date) -> dict[str, Any]:
    parts = [
        {"key": key, "title": title, "lines": [dict(line) for line in one.parts.get(key, ())]}
        for key, title in PARTS.items()
    ]
    found = sum(len(part["lines"]) for part in parts)
    says = "" if found else "就这类事项，本平台归集范围内没有适用的内容。"
    return {
        "name": one.name,
        "code": one.code,
        "says": says if one.then else f"截至 {as_of}，本平台还没有收到这个主体的信息。",
        "parts": [part for part in parts if part["lines"]],
    }


def facts_of(bidders: Sequence[Mapping[str, Any]]) -> str:
    """Digest of what a review states of its enterprises: equal as long as nothing of it has changed."""
    return digest_of([[one["code"], one["name"], one["parts"]] for one in bidders])


def _lines(bidder: Mapping[str, Any]) -> list[tuple[str, dict[str, str]]]:
    return [(part["title"], line) for part in bidder["parts"] for line in part["lines"]]


def _changes(before: Mapping[str, Any], now: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Of each enterprise with a change: what was added, and how many lines have ended (legal guard G9)."""
    earlier = {one["code"]: _lines(one) for one in before["bidders"]}
    changes = []
    for one in now:
        then, today = earlier.get(one["code"], []), _lines(one)
        added = [line for line in today if line not in then]
        ended = sum(1 for line in then if line not in today)
        if added or ended:
            changes.append(
                {
                    "name": one["name"],
                    "code": one["code"],
                    "added": [{"part": part, **line} for part, line in added],
                    "ended": ended,
                }
            )
    return changes
