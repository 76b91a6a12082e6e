"""The letter that a case waits for: to be written, or to be handed over and its service registered.

Clocks, statement and effect begin with service (legal guard G17); without this line the page of a case that waits for a
letter would offer nothing but ways back.
"""

from dataclasses import dataclass

from django.urls import reverse

from xinheng.core.letters import newest
from xinheng.core.procedures import flow_of
from xinheng.services.cases import last_step
from xinheng.services.letters_serving import SERVE
from xinheng.store.casework import Case
from xinheng.store.letters import IssuedLetter, ServiceOutcome

_OWN_PAPERS = frozenset({"inspection_visit"})
"""Flows whose part of the page says itself which paper comes next."""


@dataclass(frozen=True, slots=True)
class Paper:
    """``words``: what is to be done. ``url`` is empty where this person writes no letters; ``link`` names it."""

    words: str
    url: str = ""
    link: str = ""


def awaited(case: Case, *, write_url: str) -> Paper | None:
    """The letter of the last step that has one, while it is not served. A case that is over waits only for the letter of
    the step that ended it."""
    flow = flow_of(case.flow, case.flow_version)
    notices = {step.verb: step.notice for step in flow.steps if step.notice}
    event = last_step(case, *notices)
    if event is None or flow.name in _OWN_PAPERS:
        return None
    since = case.events.filter(sequence__gt=event.sequence)
    if since.filter(verb=SERVE).exists() or (case.closed_at is not None and since.exists()):
        return None
    kind = newest(notices[event.verb])
    letter = IssuedLetter.objects.filter(case=case, kind=kind.kind, event=event.sequence).first()
    if letter is None:
        words = f"还没有签发《{kind.title}》；签发、送达并在文书上登记送达以后，期限和效力才开始。"
        return Paper(words, f"{write_url}?kind={kind.kind}" if write_url else "", f"签发《{kind.title}》")
    if letter.tries.filter(outcome=ServiceOutcome.SERVED).exists():
        return None
    words = f"《{letter.title}》（{letter.number}）已经签发，还没有送达；送达以后在文书上登记，期限和效力从那天开始。"
    return Paper(words, reverse("office:letter", args=[letter.public_id]) if write_url else "", "登记送达")
