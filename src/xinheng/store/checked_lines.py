"""What a check tells of enterprises, read at once for one or ten thousand: measures, list entries, records of commitments and
lists. Rows of files that were merged into another count for the one that stays."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from xinheng.core.catalogue import Item
from xinheng.core.grounds import lives
from xinheng.core.lists import ListKind
from xinheng.core.measure_rows import Occasion
from xinheng.core.records import Finality, RecordState
from xinheng.store.prepared import prepared

MEASURE, ENTRY, RECORD = 1, 2, 3
TOLD_ITEMS = (Item.ABNORMAL_OPERATION, Item.SERIOUS_LIST, Item.COMMITMENT)
_STANDING = ", ".join(str(int(one)) for one in RecordState if lives(one, Finality.FINAL))
_ITEMS = ", ".join(str(int(one)) for one in TOLD_ITEMS)


class Known(NamedTuple):
    """An enterprise as a check names it. ``version``: of its file."""

    pk: int
    public_id: str
    code: str | None
    name: str
    version: int


class Told(NamedTuple):
    """One row: ``kind`` is MEASURE, ENTRY or RECORD; ``key`` the record of an entry or record, the ground of a measure.

    ``what``: group of a measure, item of a record; ``fits``: a measure counts for the body that asks.
    """

    kind: int
    owner: int
    place: int
    title: str
    basis: str
    document: str
    ground_kind: str
    key: int | None
    organisation: int | None
    authority: str
    number: str
    from_on: date | None
    until_on: date | None
    what: int
    ban: bool
    fits: bool
    listed: str


_told = Told._make
_KNOWN = """
SELECT given.code, coalesce(kept.id, named.id), coalesce(kept.public_id, named.public_id),
    CASE WHEN kept.id IS NULL THEN named.code ELSE kept.code END, coalesce(kept.name, named.name),
    coalesce(kept.version, named.version)
FROM unnest(string_to_array(%(codes)s::text, ',')) AS given (code)
JOIN store_subject named ON named.code = given.code
LEFT JOIN store_subject kept ON kept.id = named.merged_into_id
"""
_LINES = f"""
WITH file (owner, filed) AS (
    SELECT one, one FROM unnest(string_to_array(%(subjects)s::text, ',')::bigint[]) AS given (one)
    UNION ALL
    SELECT merged_into_id, id FROM store_subject WHERE merged_into_id = ANY (string_to_array(%(subjects)s::text, ',')::bigint[])
)
SELECT {MEASURE}, file.owner, m.id, m.title, m.basis, '', m.ground_kind, m.ground_key, m.organisation_id, '', c.number,
    m.from_on, m.until_on, m."group"::int, m.ban <> '',
    m.organisation_id = %(body)s::bigint OR EXISTS (
        SELECT FROM store_measuretask t WHERE t.measure_id = m.id AND t.kind = 'apply'
            AND t.organisation_id = %(body)s::bigint AND t.answer NOT IN ('elsewhere', 'wrong')), ''
FROM file JOIN store_measureapplied m ON m.subject_id = file.filed JOIN store_case c ON c.id = m.decision_id
WHERE m.ended_at IS NULL AND m.suspended_at IS NULL AND m.from_on <= %(on)s::date AND m.applied_at < %(known)s::timestamptz
    AND (m.until_on IS NULL OR m.until_on > %(today)s::date) AND m.occasions @> ARRAY[%(occasion)s::varchar]
UNION ALL
SELECT {ENTRY}, file.owner, e.id, '', '', '', '', e.record_key, e.organisation_id, '', c.number,
    e.from_on, e.until_on, 0, false, true, e.list_key
FROM file JOIN store_listentry e ON e.subject_id = file.filed JOIN store_case c ON c.id = e.decision_id
WHERE e.ended_at IS NULL AND e.suspended_at IS NULL AND e.from_on <= %(on)s::date AND e.entered_at < %(known)s::timestamptz
    AND e.kind <> '{ListKind.FOCUS.value}' AND (e.until_on IS NULL OR e.until_on > %(today)s::date)
UNION ALL
SELECT {RECORD}, file.owner, r.record_key, coalesce(d.title, ''), '', coalesce(d.document_no, ''), '', r.record_key, NULL,
    coalesce(d.authority, ''), '', coalesce(r.valid_from, r.decided_on), r.valid_to, r.item::int, false, true, ''
FROM file JOIN store_record r ON r.subject_id = file.filed LEFT JOIN store_recorddetail d ON d.record_id = r.id
WHERE r.known_until IS NULL AND r.item IN ({_ITEMS}) AND r.state IN ({_STANDING})
    AND r.finality <> {int(Finality.REVOKED)}
    AND (%(past)s::boolean IS FALSE OR r.record_key IN (
        SELECT v.record_key FROM store_record v WHERE v.subject_id = file.filed AND v.known_at < %(known)s::timestamptz)
        AND coalesce(r.valid_from, r.decided_on, %(on)s::date) <= %(on)s::date)
    AND (r.valid_to IS NULL OR r.valid_to > %(today)s::date)
ORDER BY 1, 3
"""


def known_by(codes: Sequence[str]) -> dict[str, Known]:
    """Enterprises by the codes given; a merged file is the one that stays. Codes of nobody are left out."""
    rows = prepared(_KNOWN, {"codes": ",".join(codes)})
    return {row[0]: Known(*row[1:]) for row in rows}


def told_of(
    subjects: Sequence[int],
    occasion: Occasion,
    *,
    body: int,
    on: date,
    today: date,
    known_before: datetime,
) -> list[Told]:
    """What applies in the matter, by kind and age. ``on`` a day before ``today``: what was in force and known then and still
    stands; what has ended since is told to nobody (legal guard G9)."""
    rows = prepared(
        _LINES,
        {
            "subjects": ",".join(map(str, subjects)),
            "occasion": occasion.value,
            "body": body,
            "on": on,
            "today": today,
            "known": known_before,
            "past": on < today,
        },
    )
    return [_told(row) for row in rows]
