"""Writes letters of casework: composed, set, signed, numbered and kept in one transaction (文书; legal guards G13, G15, G17).

An adverse letter goes out only upon a step of its case that names it as its notice, so that the two persons of the step
stand behind it. Terms that nobody compared with the law are confirmed by whoever issues the letter.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

import xinheng.core.letter_kinds  # noqa: F401 - publishes the kinds
from xinheng.core.canonical import digest
from xinheng.core.letters import (
    Head,
    Letter,
    LetterKind,
    Values,
    compose,
    kinds,
    newest,
    number_of,
    twin_of,
)
from xinheng.core.masking import mask_personal
from xinheng.core.names import normalise_name
from xinheng.core.parameters import Reading
from xinheng.core.policy import Policy
from xinheng.core.procedures import flow_of
from xinheng.core.refusal import Refusal
from xinheng.documents.letters import set_letter, set_return
from xinheng.documents.signing import sign_pdf, sign_value
from xinheng.services.cases import recused_from
from xinheng.services.joint_visits import refuse_second_notice
from xinheng.services.ledger import note
from xinheng.services.reach import tree
from xinheng.services.repair_guides import guide_of
from xinheng.services.signing_keys import signer_in_use
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.casework import Case, next_in
from xinheng.store.files import put_content, read_file
from xinheng.store.letters import IssuedLetter, ServiceOutcome, ServiceTry
from xinheng.store.organisations import Organisation
from xinheng.store.subjects import Subject

_DRAFT = "（草稿）"
_ALONG = {"repair_guide": guide_of}
"""Who writes a letter that goes along with another, from the case, the policy and the day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an officer wants to send. ``addressee`` only where the case has no enterprise or another receives the letter."""

    kind: str
    values: Values
    contact: str
    addressee: str = ""
    terms_confirmed: bool = False


def possible(case: Case) -> tuple[LetterKind, ...]:
    """Kinds that may be written in the case now: those no step has to go before, and those whose step was taken."""
    return tuple(
        kind for kind in kinds() if not kind.follows_step or resting_step(case, kind.kind) is not None
    )


def resting_step(case: Case, kind: str) -> tuple[str, int] | None:
    """Verb and sequence of the last step that names this letter as its notice and has none yet."""
    flow = flow_of(case.flow, case.flow_version)
    verbs = [step.verb for step in flow.steps if step.notice == kind]
    event = case.events.filter(verb__in=verbs).order_by("-sequence").first()
    if event is None or IssuedLetter.objects.filter(case=case, event=event.sequence, kind=kind).exists():
        return None
    return event.verb, event.sequence


def readings_of(kind: LetterKind, *, policy: Policy, on: date) -> dict[str, Reading]:
    return {key: policy.parameter(key, on=on) for key in kind.terms}


def preview(case: Case, draft: Draft, *, policy: Policy, now: datetime) -> bytes:
    """The paper as it would be, without number and signature."""
    letter = _composed(case, newest(draft.kind), draft, number=_DRAFT, policy=policy, now=now)
    return set_letter(letter, development=True)


@transaction.atomic
def issue_letter(public_id: str, draft: Draft, *, actor: User, policy: Policy, now: datetime) -> IssuedLetter:
    """Write a letter of the case and keep it, and with it the letters that are served with it (两书同达).

    Refusals: LI1 nothing to rest on, LI2 recused, LI3 terms nobody confirmed, LI4 nobody to write to, and those of
    ``core.letters``."""
    case = Case.objects.select_for_update().get(public_id=public_id)
    kind, today = newest(draft.kind), day_of(now)
    rests = resting_step(case, kind.kind)
    _check(case, kind, draft, rests=rests, actor=actor)
    if kind.kind == "inspection_notice":
        refuse_second_notice(case)
    _check_terms(kind, draft, readings_of(kind, policy=policy, on=today))
    row = _kept(case, kind, draft, rests=rests, actor=actor, policy=policy, now=now)
    for other in along(case, kind, draft, policy=policy, now=now):
        _kept(case, newest(other.kind), other, rests=None, actor=actor, policy=policy, now=now)
    return row


def along(case: Case, kind: LetterKind, draft: Draft, *, policy: Policy, now: datetime) -> tuple[Draft, ...]:
    """The letters that are made with this one and served with it; their words come from the file, not from the officer."""
    return tuple(
        replace(draft, kind=other, values=_ALONG[other](case, policy=policy, on=day_of(now)))
        for other in kind.together
    )


def _kept(
    case: Case,
    kind: LetterKind,
    draft: Draft,
    *,
    rests: tuple[str, int] | None,
    actor: User,
    policy: Policy,
    now: datetime,
) -> IssuedLetter:
    today = day_of(now)
    number = next_number(case.organisation, kind.word, policy=policy, year=today.year)
    letter = _composed(case, kind, draft, number=number, policy=policy, now=now)
    key, signer = signer_in_use(organ=policy.city.government, now=now)
    paper = sign_pdf(
        set_letter(letter, development=signer.development),
        signer,
        organ=letter.head.organ,
        reason=f"签发{letter.title}",
    )
    twin = sign_value({"letter": twin_of(letter), "paper": digest(paper), "policy": policy.digest}, signer)
    row = IssuedLetter.objects.create(
        number=number,
        case=case,
        step=rests[0] if rests else "",
        event=rests[1] if rests else 0,
        kind=kind.kind,
        version=kind.version,
        title=kind.title,
        organisation=case.organisation,
        addressee=letter.head.addressee,
        issued_on=today,
        issued_by=actor,
        issued_at=now,
        confirmed_terms=draft.terms_confirmed and any(not term.verified for term in letter.terms),
        policy_digest=policy.digest,
        digest=digest(paper),
        paper=put_content(paper, name=f"{number}.pdf", media_type="application/pdf", now=now),
        twin=put_content(_json(twin), name=f"{number}.json", media_type="application/json", now=now),
        key=key,
    )
    note(
        "letter.issued",
        now=now,
        actor=actor,
        subject=case.subject.public_id if case.subject else "",
        object=f"letter:{row.public_id}",
        payload={"number": number, "kind": kind.kind, "digest": row.digest},
    )
    return row


def replaced_by(letters: Iterable[IssuedLetter]) -> dict[int, str]:
    """Of letters that are made along with others, of one case to one addressee, the latest holds: each older one with the
    number of the latest. ``letters``: of one case."""
    latest: dict[tuple[str, str], IssuedLetter] = {}
    older: list[IssuedLetter] = []
    for one in sorted((one for one in letters if one.kind in _ALONG), key=lambda one: one.pk):
        if before := latest.get((one.kind, one.addressee)):
            older.append(before)
        latest[one.kind, one.addressee] = one
    return {one.pk: latest[one.kind, one.addressee].number for one in older}


def is_own(letter: IssuedLetter, subject: Subject) -> bool:
    """Whether it went to the enterprise itself: by its name of today, or one that was known when the letter was issued."""
    if letter.addressee == subject.name:
        return True
    name = normalise_name(letter.addressee)
    return subject.names.filter(normalised=name, known_at__lte=letter.issued_at).exists()


def paper_of(letter: IssuedLetter) -> bytes:
    """The signed PDF. Refuses when its key was destroyed or the file is gone or changed."""
    return b"".join(read_file(letter.paper))


def twin_file_of(letter: IssuedLetter) -> bytes:
    """The signed JSON twin."""
    return b"".join(read_file(letter.twin))


def return_of(letter: IssuedLetter) -> bytes:
    """The return of service to be filled in by hand (送达回证)."""
    content = json.loads(twin_file_of(letter))["content"]["letter"]
    head = Head(
        **{key: content[key] for key in ("organ", "number", "addressee", "code", "case", "contact")},
        issued_on=letter.issued_on,
    )
    blank = Letter(
        kind=letter.kind, version=letter.version, title=letter.title, head=head, paragraphs=(), terms=()
    )
    return set_return(blank, development=letter.key.development)


def waiting(organisations: frozenset[int]) -> QuerySet[IssuedLetter]:
    """Letters of these organisations that are not yet served, oldest first."""
    served = ServiceTry.objects.filter(letter=OuterRef("pk"), outcome=ServiceOutcome.SERVED)
    return (
        IssuedLetter.objects.filter(~Exists(served), organisation__in=organisations)
        .select_related("case", "organisation")
        .order_by("pk")
    )


def _check(case: Case, kind: LetterKind, draft: Draft, *, rests: tuple[str, int] | None, actor: User) -> None:
    if kind.follows_step and rests is None:
        raise Refusal(
            "LI1",
            f"这个事项没有尚待发出《{kind.title}》的环节，不能签发。",
            citation="《中华人民共和国行政处罚法》第五十七条",
            advice="请先由有权的人在事项中作出相应决定，再签发文书。",
        )
    if actor.pk in recused_from(case):
        raise Refusal("LI2", "您已从本事项回避，不能签发文书。", advice="请转交其他人员办理。")
    if case.subject is None and not draft.addressee.strip():
        raise Refusal("LI4", "这个事项没有企业，须写明受文单位。", advice="请填写受文单位的全称。")


def _check_terms(kind: LetterKind, draft: Draft, readings: Mapping[str, Reading]) -> None:
    loose = [reading for reading in readings.values() if not reading.verified]
    if loose and not draft.terms_confirmed:
        said = "；".join(f"{one.title}{one}（{one.citation}）" for one in loose)
        raise Refusal(
            "LI3",
            f"《{kind.title}》中的期限还没有与法律原文核对：{said}。",
            advice="请核对原文，确认无误后勾选核对期限的一项再签发；有误的请先更正政策数据。",
        )


def _composed(
    case: Case, kind: LetterKind, draft: Draft, *, number: str, policy: Policy, now: datetime
) -> Letter:
    today, subject = day_of(now), case.subject
    other = draft.addressee.strip()[:120]
    head = Head(
        organ=organ_of(case.organisation, policy=policy),
        number=number,
        addressee=other or (subject.name if subject else ""),
        code=subject.code or "" if subject and not other else "",
        case=case.number,
        issued_on=today,
        contact=mask_personal(draft.contact.strip()[:200]).text,
    )
    return compose(kind, draft.values, head=head, readings=readings_of(kind, policy=policy, on=today))


def organ_of(organisation: Organisation, *, policy: Policy) -> str:
    """The full name of an organ: of the policy where it is known there."""
    agency = policy.agencies.agencies.get(organisation.key)
    return agency.name if agency else tree().name(organisation.pk)


def next_number(organisation: Organisation, kind: str, *, policy: Policy, year: int) -> str:
    """The next document number of the organ for letters with this word."""
    agency = policy.agencies.agencies.get(organisation.key)
    word = (agency.word or agency.short) if agency else tree().name(organisation.pk)
    series = f"W{organisation.pk}.{kind}"
    return number_of(word[:40], kind, year=year, place=next_in(series, year=year))


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode()
