"""Takes in what inspectors wrote on a phone without network: each thing by itself, once however often it is sent, and answered
apart, so that a cut connection or a refusal loses nothing (国办发〔2024〕54号; legal guard G7).

What is refused changes nothing here and stays on the phone with its reason.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby
from pathlib import Path
from typing import Any

from django.db import transaction

from xinheng.core.canonical import digest
from xinheng.core.phone_clock import PhoneTime, check_clock
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.visits import Arrival, Sheet
from xinheng.intake.attachments import Inspected
from xinheng.services.attachments import Paper, add_paper, held_case, look_at_pictures
from xinheng.services.cases import Standing, standing_of, state_title, take_held
from xinheng.services.collect import workshop
from xinheng.services.ledger import note_all
from xinheng.services.visits_on_site import (
    Arrived,
    Site,
    demand_member,
    not_sent_out,
    sites_of,
    take_arrival,
    take_sheet,
)
from xinheng.store.accounts import User
from xinheng.store.attachments import living
from xinheng.store.ledger import LedgerEvent

LARGEST = 1024 * 1024
"""Bytes of one picture; phones make them smaller before they keep them."""
_RETURNED = ("on_site", "rush_on_site")
_DECLINED = "declined"


class What(StrEnum):
    """What a picture of a visit shows. A signature is an image of the papers of the case, never a record of a person."""

    PHOTO = "photo"
    PARTY = "party"
    OFFICER = "officer"

    @property
    def label(self) -> str:
        return {"photo": "现场照片", "party": "企业现场人员签名", "officer": "检查人员签名"}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneArrival:
    """``code``: what was scanned or typed at the enterprise; empty unless ``way`` is by code."""

    client_id: str
    visit: str
    way: Arrival
    time: PhoneTime
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneSheet:
    """``sheet.recorded_at`` is ``time`` as it counts."""

    visit: str
    sheet: Sheet
    time: PhoneTime

    @property
    def client_id(self) -> str:
        return self.sheet.client_id


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneRefusal:
    """That the enterprise refused a check that should not be."""

    client_id: str
    visit: str
    reason: str
    time: PhoneTime


@dataclass(frozen=True, slots=True, kw_only=True)
class PhonePaper:
    """A picture. ``client_id`` is the digest of ``content``, so that the same picture is one; ``about``: the point it shows."""

    client_id: str
    visit: str
    what: What
    content: bytes
    about: str = ""


Item = PhoneArrival | PhoneSheet | PhoneRefusal | PhonePaper


class Taken(StrEnum):
    """What became of one thing that was sent."""

    TAKEN = "taken"
    KNOWN = "known"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """``words``: for the inspector, in Chinese; ``code`` of the refusal and the law it cites."""

    client_id: str
    state: Taken
    code: str = ""
    words: str = ""
    citation: str = ""


def refused(client_id: str, refusal: Refusal) -> Answer:
    """The answer to what a rule does not let in."""
    said = (refusal.message, refusal.advice)
    words = "".join(f"{part.rstrip('。')}。" for part in said if part)
    return Answer(
        client_id=client_id,
        state=Taken.REFUSED,
        code=refusal.code,
        words=words,
        citation=refusal.citation,
    )


def take_from_phone(
    items: Sequence[Item], *, offset_now: timedelta, actor: User, policy: Policy, now: datetime
) -> list[Answer]:
    """Take in each by itself, in the order given. Where nothing is refused all are one commit, else those of one visit that
    follow each other. ``offset_now``: server less phone by the message that brought them.

    Never raises Refusal; an answer says what a rule refused: those of ``check_in``, ``record_visit`` and ``attach``, VC1,
    VF1 a code of another enterprise, VF2 a colleague was first, VF3 a picture that came damaged, VF4 one that is too large,
    VF5 a visit that is over.
    """
    papers = _papers({one.visit for one in items})
    with workshop() as work:
        pictures = _laid_out(items, work, known=papers)
        looked = look_at_pictures(list(pictures.values()), policy=policy, now=now)
        by = {"actor": actor, "policy": policy, "now": now}
        taking = _Taking(papers, standing_of(actor), pictures, looked, offset_now, by)
        placed = list(enumerate(items))
        try:
            with transaction.atomic():
                return taking.all_of(placed)
        except Refusal:
            return [one for part in _by_visit(placed) for one in taking.each_of(part)]


def _by_visit(placed: Sequence[tuple[int, Item]]) -> list[list[tuple[int, Item]]]:
    return [list(same) for _, same in groupby(placed, key=lambda one: one[1].visit)]


def _papers(visits: Collection[str]) -> frozenset[tuple[str, str]]:
    """Case and digest of the papers that these visits have."""
    papers = living().filter(case__public_id__in=visits)
    return frozenset(papers.values_list("case__public_id", "file__digest"))


@dataclass(frozen=True, slots=True)
class _Taking:
    """One parcel being taken in. ``papers``: case and digest of those there were before; ``pictures``: those that came whole,
    by place; ``by``: who, under which policy, when."""

    papers: frozenset[tuple[str, str]]
    standing: Standing
    pictures: Mapping[int, Path]
    looked: Mapping[Path, Inspected | Refusal]
    offset_now: timedelta
    by: Mapping[str, Any]

    def all_of(self, items: Sequence[tuple[int, Item]]) -> list[Answer]:
        """Where no rule refuses any; else the Refusal, and nothing of it may stay."""
        notes: list[LedgerEvent] = []
        sites = self._sites([item for _, item in items], notes)
        answers = [self._answer(place, item, sites.get(item.visit)) for place, item in items]
        note_all(notes)
        return answers

    @transaction.atomic
    def each_of(self, items: Sequence[tuple[int, Item]]) -> list[Answer]:
        """Of one visit, which stays under lock from its first. What is refused leaves nothing, and the visit is read anew."""
        site: Site | None = None
        answers: list[Answer] = []
        notes: list[LedgerEvent] = []
        for place, item in items:
            before = len(notes)
            try:
                site = site or self._sites([one for _, one in items], notes).get(item.visit)
                with transaction.atomic():
                    answers.append(self._answer(place, item, site))
            except Refusal as refusal:
                site = None
                del notes[before:]
                answers.append(refused(item.client_id, refusal))
        note_all(notes)
        return answers

    def _sites(self, items: Sequence[Item], notes: list[LedgerEvent]) -> dict[str, Site]:
        visits, sent = {one.visit for one in items}, {one.client_id for one in items}
        return sites_of(visits, sent=sent, standing=self.standing, notes=notes)

    def _answer(self, place: int, item: Item, site: Site | None) -> Answer:
        if site is None:
            raise not_sent_out()
        demand_member(site, self.by["actor"])
        if isinstance(item, PhonePaper):
            known = (item.visit, item.client_id) in self.papers
            if not known:
                _paper(item, site, self.pictures.get(place), self.looked, **self.by)
        elif isinstance(item, PhoneRefusal):
            known = _declined(item, site)
            if not known:
                self._decline(item, site)
        else:
            known = item.client_id in site.arrivals or item.client_id in site.sheets
            if not known:
                check_clock(item.time, offset_now=self.offset_now)
            if isinstance(item, PhoneSheet):
                self._sheet(item, site, known=known)
            elif (earlier := site.arrival) and earlier.client_id != item.client_id:
                words = f"{earlier.by.display_name}已经登记入企，以先到的为准。"
                return Answer(client_id=item.client_id, state=Taken.KNOWN, words=words)
            else:
                self._arrival(item, site)
        return Answer(client_id=item.client_id, state=Taken.KNOWN if known else Taken.TAKEN)

    def _arrival(self, item: PhoneArrival, site: Site) -> None:
        arrived = Arrived(
            client_id=item.client_id, way=item.way, at=item.time.counted, code=item.code, phone=item.time
        )
        take_arrival(site, arrived, **self.by)

    def _sheet(self, item: PhoneSheet, site: Site, *, known: bool) -> None:
        if not known:
            _demand_first(site)
        take_sheet(site, item.sheet, phone=item.time, **self.by)

    def _decline(self, item: PhoneRefusal, site: Site) -> None:
        check_clock(item.time, offset_now=self.offset_now)
        details = {"client_id": item.client_id, **item.time.told}
        take_held(site.case, "decline", reason=item.reason, details=details, hand=site.hand, **self.by)


def _laid_out(items: Sequence[Item], work: Path, *, known: frozenset[tuple[str, str]]) -> dict[int, Path]:
    """Pictures that came whole and are new, as files, by their place among the items."""
    laid: dict[int, Path] = {}
    for place, one in enumerate(items):
        if not isinstance(one, PhonePaper) or len(one.content) > LARGEST:
            continue
        if (one.visit, one.client_id) in known:
            continue
        if digest(one.content) == one.client_id:
            laid[place] = work / str(place)
            laid[place].write_bytes(one.content)
    return laid


def _declined(item: PhoneRefusal, site: Site) -> bool:
    step = site.hand.course.last("decline")
    return step is not None and step.details.get("client_id") == item.client_id


def _demand_first(site: Site) -> None:
    if (written := site.written) and site.case.state not in _RETURNED:
        raise Refusal(
            "VF2",
            f"{written[-1].recorded_by.display_name}已经登记了这次检查的结果，没有覆盖。",
            advice="请与同组人员核对；两份不一致的，请审核人退回后重新登记。",
        )


def _paper(
    item: PhonePaper, site: Site, path: Path | None, looked: Mapping[Path, Inspected | Refusal], **by: Any
) -> None:
    case = site.case
    if case.closed_at is not None and case.state != _DECLINED:
        raise Refusal(
            "VF5",
            f"这次检查已经是“{state_title(case)}”，不再接收照片和签名。",
            advice="确有需要的，请交经办人按附件补入相关事项。",
        )
    seen = looked[path] if path else _incomplete(item)
    if isinstance(seen, Refusal):
        raise seen
    assert path is not None
    title = f"{item.what.label}：{item.about}" if item.about else item.what.label
    paper = Paper(title=title[:120], personal=True)
    add_paper(held_case(case), path, paper, seen=seen, notes=site.hand.notes, **by)


def _incomplete(item: PhonePaper) -> Refusal:
    if len(item.content) > LARGEST:
        return Refusal(
            "VF4", "这张照片超过 1 MiB，没有接收。", advice="请在外勤页重新拍摄，页面会先缩小再保存。"
        )
    return Refusal("VF3", "这张照片在传输中损坏，没有接收。", advice="照片还在手机上，请再上传一次。")
