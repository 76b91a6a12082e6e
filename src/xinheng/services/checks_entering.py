"""Enters checks of systems: the call, its event in the ledger and a row of the register for each enterprise, by one statement.

One enterprise is named in the event itself; of a check of many one event stands for all, and the register leads from each
enterprise to it, so that each learns who asked (《河南省社会信用条例》第三十一条).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError

from xinheng.core.measure_rows import Occasion
from xinheng.services.ledger import event_of
from xinheng.services.sender_calls import under_way
from xinheng.services.time import day_of
from xinheng.store.check_register import SYSTEM
from xinheng.store.checked_lines import Known
from xinheng.store.prepared import prepared
from xinheng.store.public_ids import new_public_ids
from xinheng.store.senders import SenderKey

_ENTER = f"""
WITH noted AS (
    INSERT INTO store_ledgerevent (at, kind, subject, object, reason, payload_digest)
    VALUES (%(now)s::timestamptz, 'subject.checked', %(named)s::varchar, %(object)s::varchar, %(said)s::varchar,
        %(digest)s::varchar)
    RETURNING id
), called AS (
    INSERT INTO store_sharingcall
        (grant_id, key_id, at, day, purpose, changes, refused, records, idempotency_key, asked, event_id)
    SELECT %(grant)s::bigint, %(key)s::bigint, %(now)s::timestamptz, %(day)s::date, %(purpose)s::varchar, false, '', 0,
        %(token)s::varchar, %(asked)s::varchar, CASE WHEN %(named)s::varchar = '' THEN noted.id END FROM noted
    RETURNING id
), entered AS (
    INSERT INTO store_checkmade
        (public_id, organisation_id, subject_id, way, occasion, field, reference, by_id, call_id, day, at, as_of)
    SELECT made.public_id, %(organisation)s::bigint, made.subject, '{SYSTEM}', %(occasion)s::varchar, %(field)s::varchar,
    %(reference)s::varchar, NULL, called.id, %(day)s::date, %(now)s::timestamptz, %(as_of)s::date
    FROM called, unnest(
        string_to_array(%(ids)s::text, ','), string_to_array(%(subjects)s::text, ',')::bigint[]) AS made (public_id, subject)
    RETURNING 1
)
SELECT count(*) FROM entered
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A call that was let in. ``organisation_name`` as it stands in the reason that enterprises read; ``reference`` masked;
    ``asked``: digest of what was asked, where the caller named the call; ``before``: what an earlier call of this name entered,
    by enterprise."""

    key: SenderKey
    grant_public_id: str
    organisation_name: str
    purpose: str
    occasion: Occasion
    field: str
    reference: str
    as_of: date | None = None
    token: str = ""
    asked: str = ""
    before: Mapping[int, str] | None = None


def numbered(entry: Entry, subjects: Sequence[Known]) -> Mapping[int, str]:
    """The number of each check by its enterprise; those of the first call, where this one was made before."""
    return (
        entry.before
        if entry.before is not None
        else dict(zip((one.pk for one in subjects), new_public_ids(len(subjects)), strict=True))
    )


def enter_checks(
    entry: Entry, numbers: Mapping[int, str], *, named: str, snapshot: str, now: datetime
) -> None:
    """``numbers`` of ``numbered``; ``named``: the enterprise, where it is one. A call made again enters nothing. Refusal K09
    where the same call is just being entered."""
    if entry.before is not None:
        return
    ids = list(numbers.values())
    event = event_of(
        "subject.checked",
        now=now,
        object=f"occasion:{entry.occasion.value}",
        reason=f"{entry.organisation_name}的业务系统核查：{entry.reference}",
        payload={"sharing": entry.grant_public_id, "snapshot": snapshot, "checks": ids},
    )
    given = {
        "now": now,
        "named": named,
        "object": event.object,
        "said": event.reason,
        "digest": event.payload_digest,
        "grant": entry.key.grant_id,
        "key": entry.key.pk,
        "day": day_of(now),
        "purpose": entry.purpose,
        "token": entry.token,
        "asked": entry.asked,
        "organisation": entry.key.organisation_id,
        "occasion": entry.occasion.value,
        "field": entry.field,
        "reference": entry.reference,
        "as_of": entry.as_of,
        "ids": ",".join(ids),
        "subjects": ",".join(map(str, numbers)),
    }
    try:
        prepared(_ENTER, given)
    except IntegrityError as error:
        if not entry.token:
            raise
        raise under_way() from error
