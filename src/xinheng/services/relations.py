"""Enters, opens and forgets the persons whom a listing decision names.

Only a living record of a listing can ground an entry, every opening needs a reason and stands in the ledger, and all
ends with the listing. Nothing leads from a person to an enterprise, and nothing of the listing passes to the person
(《河南省社会信用条例》第三十五条; legal guard G11).
"""

import json
import secrets
from dataclasses import asdict, dataclass
from datetime import date, datetime

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction

from xinheng.core.catalogue import Item
from xinheng.core.refusal import Refusal
from xinheng.services.ledger import note
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.records import Record
from xinheng.store.relations import Relation, RelationKind
from xinheng.store.sealing import open_secret, seal_secret
from xinheng.store.subjects import Subject

LISTINGS = (Item.SERIOUS_LIST, Item.COURT)
"""Items whose records are listings that may name a person."""
_NONCE = 12


@dataclass(frozen=True, slots=True)
class Person:
    """As little as service and interview need. ``reach`` is the address of service in the decision, or empty."""

    name: str
    reach: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What the decision says: the person, in which capacity, where it is written, from which day."""

    person: Person
    kind: RelationKind
    source: str
    from_on: date
    to_on: date | None = None


@transaction.atomic
def name_person(*, record_key: int, named: Named, actor: User, now: datetime) -> Relation:
    """Enter a person whom the listing decision ``record_key`` names itself."""
    if not named.person.name.strip() or not named.source.strip():
        raise Refusal(
            "REL2", "必须写明人员姓名和写明该人员的决定文书。", advice="决定文书没有写明的人员不得登记。"
        )
    ground = (
        Record.objects.filter(record_key=record_key, known_until__isnull=True).select_related("batch").first()
    )
    if ground is None or not _lists(ground, on=day_of(now)):
        raise Refusal(
            "REL1",
            "只有在列的严重失信主体名单或失信被执行人记录，才能登记其决定文书写明的人员。",
            citation="《河南省社会信用条例》第三十五条",
            advice="请核对名单记录是否仍然有效。",
        )
    Subject.objects.select_for_update().get(pk=ground.subject_id)
    made = Relation(
        subject_id=ground.subject_id,
        ground=ground,
        record_key=record_key,
        kind=named.kind,
        source=named.source.strip()[:300],
        from_on=named.from_on,
        to_on=named.to_on,
        entered_by=actor,
        entered_at=now,
    )
    key = secrets.token_bytes(32)
    nonce = secrets.token_bytes(_NONCE)
    clear = json.dumps(asdict(named.person), ensure_ascii=False).encode()
    made.sealed = nonce + AESGCM(key).encrypt(nonce, clear, made.public_id.encode())
    made.wrapped_key = seal_secret(key, purpose=f"relation:{made.public_id}")
    made.save()
    _note("relation.entered", made, actor=actor, now=now, reason="")
    return made


def _lists(record: Record, *, on: date) -> bool:
    over = record.valid_to is not None and record.valid_to <= on
    may = record.alive and record.provenance.may_burden
    return record.item in LISTINGS and may and not over and record.result != "removed"


def relations_of(subject: Subject) -> list[Relation]:
    """Who is on the register for a subject, without opening what is sealed."""
    return list(Relation.objects.filter(subject=subject, forgotten_at__isnull=True).order_by("pk"))


def open_person(public_id: str, *, actor: User, reason: str, now: datetime) -> Person:
    """Open one entry for service, interview or sharing by law; the reason stands in the ledger."""
    if not reason.strip():
        raise Refusal("REL3", "查看名单相关人员必须写明用途。", advice="仅限送达、约谈和依法共享。")
    found = Relation.objects.select_related("subject").filter(public_id=public_id).first()
    if found is None or found.sealed is None or found.wrapped_key is None:
        raise Refusal("REL4", "没有这条人员信息，或名单移出后已经删除。", advice="请刷新页面。")
    _note("relation.opened", found, actor=actor, now=now, reason=reason.strip()[:200])
    key = open_secret(bytes(found.wrapped_key), purpose=f"relation:{found.public_id}")
    sealed = bytes(found.sealed)
    clear = AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], found.public_id.encode())
    return Person(**json.loads(clear))


def forget_persons(record_key: int, *, why: str, now: datetime) -> int:
    """Destroy what is kept of the persons of a listing that is over; returns how many. Runs in its transaction."""
    living = Relation.objects.filter(record_key=record_key, forgotten_at__isnull=True).select_related(
        "subject"
    )
    gone = list(living)
    for one in gone:
        one.sealed = one.wrapped_key = None
        one.forgotten_at, one.forgotten_why = now, why[:40]
        one.save(update_fields=["sealed", "wrapped_key", "forgotten_at", "forgotten_why"])
        _note("relation.forgotten", one, actor=None, now=now, reason=why)
    return len(gone)


def forget_ended(*, today: date, now: datetime) -> int:
    """Forget the persons of listings whose term is over without another word; returns how many."""
    due = Relation.objects.filter(
        forgotten_at__isnull=True,
        record_key__in=Record.objects.filter(known_until__isnull=True, valid_to__lte=today).values(
            "record_key"
        ),
    )
    keys = sorted(set(due.values_list("record_key", flat=True)))
    with transaction.atomic():
        return sum(forget_persons(key, why="term_expired", now=now) for key in keys)


def _note(kind: str, relation: Relation, *, actor: User | None, now: datetime, reason: str) -> None:
    note(
        kind,
        now=now,
        actor=actor,
        subject=relation.subject.public_id,
        object=f"relation:{relation.public_id}",
        reason=reason,
    )
