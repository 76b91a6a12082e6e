"""What leaves the file together with a record that grounded a listing: the record of the listing itself, and its case.

Asked by services.records in the transaction in which the ground ends, rests or stands again (legal guards G3, G9).
"""

from collections.abc import Iterable
from datetime import datetime

from xinheng.core.grounds import Closing, EffectKind
from xinheng.core.policy import Policy
from xinheng.core.records import STANDING, RecordState
from xinheng.services.cases import take_step
from xinheng.store.casework import Case
from xinheng.store.listings import ListEntry
from xinheng.store.records import Record

_FOLLOWING = {"repair": "repair", "shield": "shield", "restore": "restore", "exit": "exit"}


def listings_after(record: Record, closing: Closing | None, *, deed: str) -> list[tuple[int, str]]:
    """Keys of the records of listings that must follow what befell ``record``, each with the deed that it follows by."""
    if deed == "restore":
        resting = ListEntry.objects.filter(
            ground_kind="record",
            ground_key=record.record_key,
            ended_at__isnull=True,
            record_key__isnull=False,
        )
        shielded = Record.objects.filter(
            record_key__in=resting.values("record_key"),
            known_until__isnull=True,
            state=RecordState.SHIELDED,
        )
        return [(key, "restore") for key in shielded.values_list("record_key", flat=True)]
    if closing is None:
        return []
    ids = [
        effect.id for effect in (*closing.ended, *closing.suspended) if effect.kind is EffectKind.LIST_ENTRY
    ]
    keys = ListEntry.objects.filter(pk__in=ids, record_key__isnull=False).exclude(
        record_key=record.record_key
    )
    standing = Record.objects.filter(
        record_key__in=keys.values("record_key"), known_until__isnull=True, state__in=list(STANDING)
    )
    follow = _FOLLOWING.get(deed, "withdraw")
    return [(key, follow) for key in standing.order_by("record_key").values_list("record_key", flat=True)]


def close_cases(closing: Closing | None, *, policy: Policy, now: datetime) -> None:
    """The cases of entries that have ended say so."""
    ids = closing.forget_persons if closing else ()
    for case in Case.objects.filter(list_entry__in=ids, state="listed").order_by("pk"):
        take_step(case.public_id, "end", actor=None, policy=policy, now=now)


def left_behind(ids: Iterable[int]) -> list[ListEntry]:
    """Ended entries whose record still stands in the file."""
    standing = Record.objects.filter(known_until__isnull=True, state__in=list(STANDING))
    return list(
        ListEntry.objects.filter(
            pk__in=list(ids), ended_at__isnull=False, record_key__in=standing.values("record_key")
        ).order_by("pk")
    )
