"""Who may not answer an objection: whoever delivered or decided what it is aimed at.

The flow keeps the two persons of an objection apart; this keeps the person of the earlier decision out of the later one. No
text that we know says so for objections: nobody judges the own work, as with recusal (proposal of our own).
"""

from django.db.models import Q

from xinheng.core.refusal import Refusal
from xinheng.services.batches import answers_for
from xinheng.store.accounts import User
from xinheng.store.casework import CaseEvent
from xinheng.store.listings import ListEntry
from xinheng.store.measures import MeasureApplied
from xinheng.store.objections import Objection
from xinheng.store.records import Record


def refuse_own(objection: Objection, actor: User) -> None:
    """Refusal OB14 where the objection is aimed at the actor's own decision, entry or delivery."""
    if _delivered(objection, actor) or _decided(objection, actor):
        raise Refusal(
            "OB14",
            "这项信息由您录入、报送或者作出决定，对它的异议不能由您审定。",
            advice="请由没有参与过的另一名决定人审定；本单位没有的，请市信用办的决定人审定。",
        )


def _delivered(objection: Objection, actor: User) -> bool:
    if objection.record_key is None:
        return False
    kept = Record.objects.select_related("batch").filter(record_key=objection.record_key)
    return any(record.batch is not None and answers_for(actor, record.batch) for record in kept)


def _decided(objection: Objection, actor: User) -> bool:
    """A step in the recognition or measure itself, taken by the actor."""
    word, _, key = objection.reference.partition(":")
    named = int(key) if key.isdecimal() else 0
    entries = ListEntry.objects.filter(
        Q(pk=named) if word == "list_entry" else Q(record_key=objection.record_key or 0)
    )
    cases = set(entries.values_list("decision", flat=True))
    if word == "measure":
        cases |= set(MeasureApplied.objects.filter(pk=named).values_list("decision", flat=True))
    return CaseEvent.objects.filter(case__in=cases, actor=actor).exists()
