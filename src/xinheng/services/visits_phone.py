"""Takes in what inspectors wrote on a phone without network: each thing by itself, once however often it is sent, and answered
apart, so that a cut connection or a refusal loses nothing (国办发〔2024〕54号; legal guard G7).

What is refused changes nothing here and stays on the phone with its reason.
"""

from collections.abc import Mapping, Sequence
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
from xinheng.services.attachments import Paper, attach, held_case, look_at_pictures
from xinheng.services.cases import Standing, last_step, standing_of, state_title, take_held
from xinheng.services.collect import workshop
from xinheng.services.ledger import note_all
from xinheng.services.visits import officers_of
from xinheng.services.visits_on_site import (
    Arrived,
    Site,
    not_of_team,
    not_sent_out,
    take_arrival,
    take_sheet,
    visit_of,
)
from xinheng.store.accounts import User
from xinheng.store.attachments import living
from xinheng.store.casework import Case
from xinheng.store.inspections import Inspector
from xinheng.store.ledger import LedgerEvent
from xinheng.store.visits import Visit, VisitArrival, VisitSheet

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
    """Take in each by itself, in the order given; those of one visit that follow each other are one commit. ``offset_now``:
    server less phone by the message that brought them.

    Never raises Refusal; an answer says what a rule refused: those of ``check_in``, ``record_visit`` and ``attach``, VC1,
    VF1 a code of another enterprise, VF2 a colleague was first, VF3 a picture that came damaged, VF4 one that is too large,
    VF5 a visit that is over.
    """
    there = _there(items, actor)
    answers: list[Answer] = []
    with workshop() as work:
        pictures = _laid_out(items, work, known=there.papers)
        looked = look_at_pictures(list(pictures.values()), policy=policy, now=now)
        taking = _Taking(there, pictures, looked, offset_now, {"actor": actor, "policy": policy, "now": now})
        for _, same in groupby(enumerate(items), key=lambda one: one[1].visit):
            of_visit = list(same)
            try:
                with transaction.atomic():
                    answers += taking.all_of(of_visit)
            except Refusal:
                with transaction.atomic():
                    answers += taking.each_of(of_visit)
    return answers


@dataclass(frozen=True, slots=True)
class _There:
    """What the server had before, read once for a parcel; the verbs look again under lock. ``library``: inspectors of all
    teams; ``mine``: certificates of the sender; ``papers``: case and digest of each."""

    visits: Mapping[str, Visit]
    arrivals: Mapping[int, VisitArrival]
    sheets: Mapping[int, VisitSheet]
    sent: frozenset[str]
    papers: frozenset[tuple[str, str]]
    library: Mapping[str, Inspector]
    mine: frozenset[str]
    standing: Standing

    def demand(self, public_id: str) -> None:
        """Refusals VO1 where none was sent out, VO2 for somebody who is not sent."""
        visit = self.visits.get(public_id)
        if visit is None:
            raise not_sent_out()
        if not self.mine & set(visit.certificates):
            raise not_of_team()


def _there(items: Sequence[Item], actor: User) -> _There:
    named = Visit.objects.select_related("case", "subject").filter(
        case__public_id__in={one.visit for one in items}
    )
    visits = {one.case.public_id: one for one in named}
    keys = [one.pk for one in visits.values()]
    arrivals = VisitArrival.objects.select_related("by").filter(visit__in=keys)
    sheets = VisitSheet.objects.select_related("recorded_by").filter(visit__in=keys).order_by("sequence")
    written = {one.client_id for one in items}
    sent = [
        *VisitArrival.objects.filter(client_id__in=written).values_list("client_id", flat=True),
        *VisitSheet.objects.filter(client_id__in=written).values_list("client_id", flat=True),
    ]
    papers = living().filter(case__visit__in=keys).values_list("case__public_id", "file__digest")
    team = officers_of([certificate for one in visits.values() for certificate in one.certificates])
    library = {one.certificate_no: one for one in team}
    return _There(
        visits=visits,
        arrivals={one.visit_id: one for one in arrivals},
        sheets={one.visit_id: one for one in sheets},
        sent=frozenset(sent),
        papers=frozenset((case, kept) for case, kept in papers if case),
        library=library,
        mine=frozenset(key for key, one in library.items() if one.user_id == actor.pk),
        standing=standing_of(actor),
    )


@dataclass(frozen=True, slots=True)
class _Taking:
    """One parcel being taken in. ``pictures``: those that came whole, by place; ``by``: who, under which policy, when."""

    there: _There
    pictures: Mapping[int, Path]
    looked: Mapping[Path, Inspected | Refusal]
    offset_now: timedelta
    by: Mapping[str, Any]

    def all_of(self, items: Sequence[tuple[int, Item]]) -> list[Answer]:
        """Of one visit, where no rule refuses any; else the Refusal, and nothing of it may stay."""
        notes: list[LedgerEvent] = []
        site = self._site(items[0][1].visit, notes)
        answers = [self._answer(place, item, site) for place, item in items]
        note_all(notes)
        return answers

    def each_of(self, items: Sequence[tuple[int, Item]]) -> list[Answer]:
        """Of one visit, which stays under lock from its first. What is refused leaves nothing, and the visit is read anew."""
        site: Site | None = None
        answers: list[Answer] = []
        notes: list[LedgerEvent] = []
        for place, item in items:
            before = len(notes)
            try:
                site = site or self._site(item.visit, notes)
                with transaction.atomic():
                    answers.append(self._answer(place, item, site))
            except Refusal as refusal:
                site = None
                del notes[before:]
                answers.append(refused(item.client_id, refusal))
        note_all(notes)
        return answers

    def _site(self, visit: str, notes: list[LedgerEvent]) -> Site:
        self.there.demand(visit)
        return Site(visit_of(visit), self.there.library, self.there.standing, notes)

    def _answer(self, place: int, item: Item, site: Site) -> Answer:
        if isinstance(item, PhonePaper):
            known = (item.visit, item.client_id) in self.there.papers
            if not known:
                _paper(item, site.case, self.pictures.get(place), self.looked, **self.by)
        elif isinstance(item, PhoneRefusal):
            known = _declined(item, site.case)
            if not known:
                self._decline(item, site)
        else:
            known = item.client_id in self.there.sent
            if not known:
                check_clock(item.time, offset_now=self.offset_now)
            if isinstance(item, PhoneSheet):
                self._sheet(item, site, known=known)
            elif (earlier := self.there.arrivals.get(site.visit.pk)) and earlier.client_id != item.client_id:
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
            _demand_first(self.there.sheets.get(site.visit.pk), site.case)
        take_sheet(site, item.sheet, phone=item.time, **self.by)

    def _decline(self, item: PhoneRefusal, site: Site) -> None:
        check_clock(item.time, offset_now=self.offset_now)
        details, known = {"client_id": item.client_id, **item.time.told}, self.there.standing
        take_held(
            site.case,
            "decline",
            reason=item.reason,
            details=details,
            standing=known,
            notes=site.notes,
            **self.by,
        )


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


def _declined(item: PhoneRefusal, case: Case) -> bool:
    step = last_step(case, "decline")
    return step is not None and step.details.get("client_id") == item.client_id


def _demand_first(earlier: VisitSheet | None, case: Case) -> None:
    if earlier is not None and case.state not in _RETURNED:
        raise Refusal(
            "VF2",
            f"{earlier.recorded_by.display_name}已经登记了这次检查的结果，没有覆盖。",
            advice="请与同组人员核对；两份不一致的，请审核人退回后重新登记。",
        )


def _paper(
    item: PhonePaper, case: Case, path: Path | None, looked: Mapping[Path, Inspected | Refusal], **by: Any
) -> None:
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
    attach(held_case(case), path, Paper(title=title[:120], personal=True), seen=seen, **by)


def _incomplete(item: PhonePaper) -> Refusal:
    if len(item.content) > LARGEST:
        return Refusal(
            "VF4", "这张照片超过 1 MiB，没有接收。", advice="请在外勤页重新拍摄，页面会先缩小再保存。"
        )
    return Refusal("VF3", "这张照片在传输中损坏，没有接收。", advice="照片还在手机上，请再上传一次。")
