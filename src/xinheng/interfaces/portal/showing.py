"""Which acts a page may show, and which of their fields.

The views hold what is published and not ended; here a last day that is over, a class that is kept back, a revoked
decision and what its provider marked 不可公开 are left out at once, whatever the publication says (《行政处罚法》
第四十八条; legal guards G1, G9, G10, G11).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q, QuerySet

from xinheng.core.open_tables import classes_kept_back, public_items
from xinheng.core.policy import Policy
from xinheng.core.public_fields import public_fields
from xinheng.interfaces.portal import law
from xinheng.interfaces.portal.keyset import Key
from xinheng.store.public import PublicAct, PublicSubject, shown_acts

DATABASE = law.DATABASE


@dataclass(frozen=True, slots=True)
class Field:
    label: str
    value: str


def acts(policy: Policy, *, on: date) -> QuerySet[PublicAct]:
    """All acts that may be shown on a day."""
    return shown_acts(items=public_items(policy), kept_back=classes_kept_back(policy), on=on)


def subjects() -> QuerySet[PublicSubject]:
    return PublicSubject.objects.using(DATABASE)


def beyond(shown: QuerySet[PublicAct], key: Key | None, older: bool, limit: int) -> Sequence[PublicAct]:
    """Acts of one subject beyond a key in the order of its timeline, the nearest first."""
    if older:
        ordered = shown.order_by(F("decided_on").desc(nulls_last=True), "-id")
    else:
        ordered = shown.order_by(F("decided_on").asc(nulls_first=True), "id")
    return list(ordered.filter(_beyond(key, older))[:limit]) if key else list(ordered[:limit])


def _beyond(key: Key, older: bool) -> Q:
    if key.day is None:
        undated = Q(decided_on__isnull=True)
        return undated & Q(id__lt=key.number) if older else ~undated | Q(id__gt=key.number)
    if older:
        return (
            Q(decided_on__lt=key.day) | Q(decided_on=key.day, id__lt=key.number) | Q(decided_on__isnull=True)
        )
    return Q(decided_on__gt=key.day) | Q(decided_on=key.day, id__gt=key.number)


def key_of(act: PublicAct) -> Key:
    return Key(act.decided_on, act.pk)


def fields(policy: Policy, act: PublicAct, *, kind: str) -> list[Field]:
    """The published fields of an act in the order of the catalogue, then those of the sender.

    ``kind`` is that of the subject. No person is named, and no sole trader's home.
    """
    item = law.item_of(policy, act.item)
    known = item.fields if item else {}
    places = {label: place for place, label in enumerate(known)}
    told = public_fields(act.fields, known, sole_trader=kind == law.SOLE_TRADER)
    shown = [Field(label, value) for label, value in told]
    return sorted(shown, key=lambda one: places.get(one.label, len(places)))


def field(act: PublicAct, *labels: str) -> str:
    """The first of several fields that an act has."""
    return next((str(act.fields[label]) for label in labels if act.fields.get(label)), "")
