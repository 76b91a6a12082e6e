"""Reads records for a department by its key: those of one subject, or what has changed since a cursor.

Only granted items and fields leave, of records that stand; what has ended leaves as a number, and only to those who had
read the subject (legal guard G9). The cursor follows the sealer's numbers of the ledger, never identities or moments.
Every call is written down, refused ones as well (石家庄市方案（十四）; 南阳市方案六（一）).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from xinheng.core.canonical import digest_of
from xinheng.core.catalogue import item_code
from xinheng.core.consent import Terms, needs_consent_to_share
from xinheng.core.policy import Policy
from xinheng.core.provenance import Provenance
from xinheng.core.records import RecordState
from xinheng.core.refusal import Refusal
from xinheng.core.sharing import COLUMNS, offer, refuse_use
from xinheng.services.consents import living_consents, terms_of
from xinheng.services.ledger import note
from xinheng.services.sharing import granted_of
from xinheng.services.sharing_events import Cursor, Event, events_since, keys_of, last_sealed
from xinheng.services.time import day_of
from xinheng.store.effects import Publication
from xinheng.store.identities import ever_one_with
from xinheng.store.records import Record
from xinheng.store.senders import SenderKey
from xinheng.store.sharing import SharingCall, SharingGrant, SharingReading
from xinheng.store.subjects import Subject

MOST_A_PAGE = 200
NOTE = "仅供核对事实，不是准入结论；标为 ended 的须立即删除已持有的内容；只能用于批准的用途。"
_GIVEN = (Provenance.PUBLIC.number, Provenance.AUTHORISED.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a call asks for; without items or fields all that were granted."""

    purpose: str
    items: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """``etag`` is over the body."""

    body: dict[str, Any]
    etag: str


@dataclass(slots=True)
class _Use:
    """One call under way: what it may read, and of whom it read how much."""

    grant: SharingGrant
    fields: dict[str, frozenset[str]]
    policy: Policy
    today: date
    read: Counter[tuple[int, int]] = field(default_factory=Counter)
    consents: dict[tuple[int, int], int] = field(default_factory=dict)

    @property
    def numbers(self) -> dict[int, str]:
        return {self.policy.catalogue.items[code].number: code for code in self.fields}


def read_subject(key: SenderKey, code: str, asked: Asked, *, policy: Policy, now: datetime) -> Taken:
    """Refusal GX10 to GX16 as ``_begin``, GX17 for a code that nobody has; every call counts."""
    try:
        with transaction.atomic():
            use = _begin(key, asked, policy=policy, now=now)
            subject = found_subject(code)
            body = _of_subject(use, subject) if subject is not None else None
            unknown = "" if body is not None else "GX17"
            _write_down(use, key, asked, now=now, refused=unknown, subject=subject)
    except Refusal as refusal:
        write_refused(key, asked, refusal, now=now)
        raise
    if body is None:
        raise unknown_code()
    return Taken(body, digest_of(body))


def read_changes(
    key: SenderKey, asked: Asked, *, after: str, limit: int, policy: Policy, now: datetime
) -> Taken:
    """A page of records that came, changed or ended after the cursor. Refusal as ``read_subject``, GX18 for a cursor
    that is none."""
    try:
        with transaction.atomic():
            use = _begin(key, asked, policy=policy, now=now)
            found, following, more = _changed(use, Cursor.parse(after), limit=min(limit, MOST_A_PAGE))
            body = {"records": found, "next": str(following), "more": more, "note": NOTE}
            _write_down(use, key, asked, now=now, changes=True)
    except Refusal as refusal:
        write_refused(key, asked, refusal, now=now, changes=True)
        raise
    return Taken(body, digest_of(body))


def grant_of_key(key: SenderKey) -> SharingGrant:
    """Refusal GX10 for a key that only delivers, SX1 for one to try out."""
    if key.grant_id is None:
        raise Refusal(
            "GX10", "这个密钥用于报送，不能读取数据。", advice="请申请数据共享，用批准后办理的密钥。"
        )
    if key.sandbox:
        raise Refusal(
            "SX1",
            "沙箱密钥只能试用单户核查，只答编造的样例主体。",
            advice="正式使用请向信用办办理读取密钥。",
        )
    return SharingGrant.objects.select_related("organisation").get(pk=key.grant_id)


def _begin(key: SenderKey, asked: Asked, *, policy: Policy, now: datetime) -> _Use:
    """Count the call. Refusal GX10 not a reading key; GX11 to GX14 as core.sharing; GX16 above the quota of the day."""
    today = day_of(now)
    grant = SharingGrant.objects.select_for_update().get(pk=grant_of_key(key).pk)
    wanted = refuse_use(
        granted_of(grant), purpose=asked.purpose, items=asked.items, fields=asked.fields, today=today
    )
    calls = grant.day_calls + 1 if grant.day == today else 1
    if calls > grant.daily_quota:
        raise over_quota(grant, asked=1, today=today)
    grant.day, grant.day_calls = today, calls
    grant.save(update_fields=["day", "day_calls"])
    fields = {
        code: frozenset(grant.items[code]) & frozenset(asked.fields or grant.items[code]) for code in wanted
    }
    return _Use(grant, {code: own for code, own in fields.items() if _still(code, policy)}, policy, today)


def _still(code: str, policy: Policy) -> bool:
    """Whether the catalogue still lets the item be shared."""
    item = policy.catalogue.items.get(code)
    return item is not None and offer(code, item).open


def unknown_code() -> Refusal:
    return Refusal("GX17", "没有这个统一社会信用代码的主体。", advice="请核对代码，共 18 位。")


def over_quota(grant: SharingGrant, *, asked: int, today: date) -> Refusal:
    left = max(grant.daily_quota - (grant.day_calls if grant.day == today else 0), 0)
    wanted = f"，还剩 {left} 次，这一次需要 {asked} 次" if asked > 1 else ""
    return Refusal(
        "GX16",
        f"今天的次数已经用完（每日 {grant.daily_quota} 次{wanted}）。",
        advice="请在零时后再调用；次数不够的，请重新申请。",
    )


def found_subject(code: str) -> Subject | None:
    """By its credit code; of a merged file the one that stands."""
    subject = Subject.objects.select_related("merged_into").filter(code=code).first()
    return subject.merged_into or subject if subject is not None else None


def _of_subject(use: _Use, subject: Subject) -> dict[str, Any]:
    rows = Record.objects.filter(subject=subject, known_until__isnull=True, item__in=use.numbers)
    records = list(rows.select_related("detail", "batch", "subject").order_by("item", "-decided_on", "pk"))
    told = _told(use, records)
    for number in use.numbers:
        use.read[subject.pk, number] += 0
    return {
        "subject": {"code": subject.code, "name": subject.name, "status": subject.status},
        "purpose": use.grant.purpose,
        "records": [told[one.record_key] for one in records if one.record_key in told],
        "note": NOTE,
    }


def _told(use: _Use, records: Sequence[Record]) -> dict[int, dict[str, Any]]:
    """Those that stand and may be given, by their key, as they are given."""
    over = set(
        Publication.objects.filter(
            record_key__in=[one.record_key for one in records], stop_reason="expired"
        ).values_list("record_key", flat=True)
    )
    agreed = _agreements(use, {one.subject_id for one in records})
    found = {}
    for one in records:
        fields = None if one.record_key in over or not _stands(one) else _fields(use, one, agreed)
        if fields is not None:
            found[one.record_key] = _shown(use, one, fields)
            use.read[one.subject_id, one.item] += 1
    return found


def _stands(record: Record) -> bool:
    if record.batch is not None and record.batch.provenance not in _GIVEN:
        return False
    return record.alive


_Agreements = dict[int, list[tuple[int, Terms]]]


def _agreements(use: _Use, subjects: Iterable[int]) -> _Agreements:
    """Consents that hold today, by the subject under which records are filed now."""
    filed = (
        {absorbed: survivor for survivor in subjects for absorbed in ever_one_with(survivor)}
        if _asks_consent(use)
        else {}
    )
    found: _Agreements = {}
    for consent in living_consents(filed, on=use.today):
        found.setdefault(filed[consent.subject_id], []).append((consent.pk, terms_of(consent)))
    return found


def _asks_consent(use: _Use) -> bool:
    return any(needs_consent_to_share(use.policy.catalogue.items[code]) for code in use.fields)


def _fields(use: _Use, record: Record, agreed: _Agreements) -> frozenset[str] | None:
    """The fields of the record that may be given; None where it may not be given at all."""
    code = use.numbers[record.item]
    fields = use.fields[code]
    came_by = record.batch.feed if record.batch and record.batch.provenance == _GIVEN[1] else ""
    if not came_by and not needs_consent_to_share(use.policy.catalogue.items[code]):
        return fields
    for number, terms in agreed.get(record.subject_id, ()):
        used = terms.covers(item=code, purpose=use.grant.purpose, receiver=use.grant.organisation_id)
        if used and (not came_by or came_by in terms.feeds):
            use.consents[record.subject_id, record.item] = number
            return fields & terms.fields if terms.fields else fields
    return None


def _shown(use: _Use, record: Record, fields: frozenset[str]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for name, column in COLUMNS.items():
        if name in fields:
            given[name] = _value(record, column)
    given |= {name: value for name, value in record.detail.fields.items() if name in fields}
    return {
        "record": record.record_key,
        "item": item_code(record.item),
        "subject": record.subject.code,
        "ended": False,
        "disputed": RecordState(record.state) is RecordState.DISPUTED,
        "fields": {name: value for name, value in given.items() if value not in (None, "")},
    }


def _value(record: Record, column: str) -> Any:
    if column == "state":
        return RecordState(record.state).label
    if column == "valid_to":
        return record.last_on.isoformat() if record.last_on else None
    value = getattr(record.detail if hasattr(record.detail, column) else record, column)
    return value.isoformat() if isinstance(value, date) else value


def _changed(use: _Use, after: Cursor, *, limit: int) -> tuple[list[dict[str, Any]], Cursor, bool]:
    """Changed records, where the next page begins, and whether there is more."""
    found: list[dict[str, Any]] = []
    met: set[int] = set()
    end = last_sealed()
    for event in events_since(after, end=end):
        begin = after.key if event.at == (after.batch, after.position) else 0
        room = limit - len(met)
        keys = keys_of(event, items=list(use.numbers), after=begin, limit=room + 1)
        new = [one for one in keys[:room] if one not in met]
        met |= set(new)
        found += _current(use, new)
        if len(keys) > room:
            return found, _at(event, keys[room - 1] if room else begin), True
    return found, end, False


def _at(event: Event, key: int) -> Cursor:
    return Cursor(event.batch, event.position, key)


def _current(use: _Use, keys: list[int]) -> list[dict[str, Any]]:
    """Each record as it stands now; one that has ended as its number, for whoever had read of its subject."""
    rows = Record.objects.filter(record_key__in=keys, known_until__isnull=True, item__in=use.numbers)
    records = list(rows.select_related("detail", "batch", "subject").order_by("record_key"))
    told = _told(use, records)
    ended = [one for one in records if one.record_key not in told]
    known = _known_to(use.grant, ended)
    gone = {
        one.record_key: {"record": one.record_key, "ended": True} for one in ended if one.record_key in known
    }
    return [
        (told | gone)[one.record_key] for one in records if one.record_key in told or one.record_key in gone
    ]


def _known_to(grant: SharingGrant, records: Sequence[Record]) -> set[int]:
    """Records of items that the grant has read of their subjects, under whichever they were filed."""
    among = {one.subject_id: ever_one_with(one.subject_id) for one in records}
    rows = SharingReading.objects.filter(
        Q(records__gt=0), call__grant=grant, subject__in={each for group in among.values() for each in group}
    )
    read = set(rows.values_list("subject_id", "item"))
    return {one.record_key for one in records if any((s, one.item) in read for s in among[one.subject_id])}


def _write_down(
    use: _Use,
    key: SenderKey,
    asked: Asked,
    *,
    now: datetime,
    changes: bool = False,
    refused: str = "",
    subject: Subject | None = None,
) -> None:
    call = SharingCall.objects.create(
        grant=use.grant,
        key=key,
        at=now,
        day=use.today,
        purpose=asked.purpose[:20],
        changes=changes,
        refused=refused,
        records=sum(use.read.values()),
    )
    SharingReading.objects.bulk_create(
        SharingReading(
            call=call, subject_id=one, item=item, records=count, consent_id=use.consents.get((one, item))
        )
        for (one, item), count in sorted(use.read.items())
    )
    note(
        "sharing.read",
        now=now,
        subject=subject.public_id if subject else "",
        object=f"sharing:{use.grant.public_id}",
        payload={"call": call.pk, "records": call.records, "purpose": asked.purpose},
    )


def write_refused(
    key: SenderKey, asked: Asked, refusal: Refusal, *, now: datetime, changes: bool = False
) -> None:
    """A refused call stands in the statistics; it reads nothing and names nobody."""
    if key.grant_id is None or key.sandbox:
        return
    SharingCall.objects.create(
        grant_id=key.grant_id,
        key=key,
        at=now,
        day=day_of(now),
        purpose=asked.purpose[:20],
        changes=changes,
        refused=refusal.code[:8],
    )
