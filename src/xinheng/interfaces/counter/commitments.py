"""An enterprise makes commitments in its own space: chooses a matter or a letter, fills it in, confirms, follows it.

Confirming under the account within a living mandate is the signature here; electronic licence and the province's identity
service come by connector (legal guards G13, G17). Material is handed in to the unit, which says what it received.
"""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse

from xinheng.core.commitment_flow import LATE
from xinheng.core.commitment_items import Item
from xinheng.core.commitment_letters import PromiseLetter, unfilled
from xinheng.core.commitment_register import Outcome
from xinheng.core.plain_words import plain
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.counter.papers import shown_papers
from xinheng.interfaces.counter.space import Visit, own
from xinheng.interfaces.web.letter_fields import LetterForm
from xinheng.interfaces.web.refusals import told
from xinheng.services.cases import state_title
from xinheng.services.commitments import Promise, lodge, text_of
from xinheng.services.commitments_lists import letters_in_force, lists_in_force
from xinheng.store.commitments import Commitment
from xinheng.store.subjects import Subject

OWN = ("voluntary",)
SHOWN = 50


class PromiseForm(LetterForm):
    """What the letter asks, and the word that stands for the signature."""

    confirmed = forms.BooleanField(
        label="本单位已经阅读并理解承诺内容和违诺责任，确认作出承诺，同意按规定公开",
        error_messages={"required": "没有确认的，承诺不成立。"},
    )


@own(Verb.MAKE_COMMITMENT)
def own_commitments(visit: Visit) -> HttpResponse:
    """What was promised, what became of it, and what can be promised."""
    subject = visit.enterprise
    rows = Commitment.objects.filter(subject=subject).select_related("case").order_by("-pk")[:SHOWN]
    context = {
        "commitments": [_line(subject, one) for one in rows],
        "matters": list(_matters(visit, subject)),
    }
    return visit.render("own_commitments", context)


def _line(subject: Subject, one: Commitment) -> dict[str, Any]:
    return {
        "title": one.title,
        "code": one.code or "",
        "on": one.committed_on,
        "state": Outcome(one.outcome).label
        if one.outcome
        else (plain(state_title(one.case)) if one.case else "已登记"),
        "missing": () if one.case and one.case.closed_at else one.missing,
        "late": bool(one.case and one.case.state == LATE),
        "promised_on": one.promised_on,
        "url": reverse("counter:own_commitment", args=[subject.public_id, one.public_id]),
    }


def _matters(visit: Visit, subject: Subject) -> Iterator[dict[str, str]]:
    here = reverse("counter:new_own_commitment", args=[subject.public_id])
    for key, held in lists_in_force(on=visit.today).items():
        for item in held.list.items:
            yield {
                "title": item.title,
                "kind": f"{held.list.title}　{item.variant.label}",
                "url": f"{here}?matter={key}/{item.key}",
            }
    for key, one in letters_in_force(policy=visit.policy, on=visit.today).items():
        if one.letter.kind in OWN:
            yield {"title": one.letter.title, "kind": "主动承诺", "url": f"{here}?matter=/{key}"}


@own(Verb.MAKE_COMMITMENT, methods=("GET", "POST"))
def new_own_commitment(visit: Visit) -> HttpResponse:
    subject = visit.enterprise
    key, _, name = visit.request.GET.get("matter", "").partition("/")
    letter, item = _wanted(visit, key, name)
    form = PromiseForm(letter, visit.request.POST if visit.request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        named: dict[str, Any] = {"list_key": key, "item": name} if item else {"letter": name}
        try:
            made = lodge(
                Promise(subject=subject, answers=form.answers(), **named),
                actor=visit.party,
                policy=visit.policy,
                now=visit.now,
            )
        except Refusal as refusal:
            form.add_error(None, told(refusal))
        else:
            return redirect("counter:own_commitment", subject=subject.public_id, commitment=made.public_id)
    context = {
        "title": item.title if item else letter.title,
        "conditions": item.conditions if item else (),
        "wanted": item.wanted if item else (),
        "later": item.may_wait if item else (),
        "letter": unfilled(letter, subject=subject.name, code=subject.code or ""),
        "form": form,
        "back_url": reverse("counter:own_commitments", args=[subject.public_id]),
    }
    return visit.render("own_commitment_new", context)


def _wanted(visit: Visit, key: str, name: str) -> tuple[PromiseLetter, Item | None]:
    letters = letters_in_force(policy=visit.policy, on=visit.today)
    if key:
        held = lists_in_force(on=visit.today).get(key)
        item = held.list.item(name) if held else None
        if item is None or item.letter not in letters:
            raise Http404
        return letters[item.letter].letter, item
    if name not in letters or letters[name].letter.kind not in OWN:
        raise Http404
    return letters[name].letter, None


@own(Verb.MAKE_COMMITMENT)
def own_commitment(visit: Visit, commitment: str) -> HttpResponse:
    """One commitment as it was signed, and what is to be done."""
    subject = visit.enterprise
    kept = Commitment.objects.select_related("case", "paper", "subject")
    one = kept.filter(subject=subject, public_id=commitment).first()
    if one is None:
        raise Http404
    context = {
        "commitment": {
            **_line(subject, one),
            **text_of(one),
            "digest": one.digest,
            "unperformed": one.unperformed,
            "pursued": one.pursued,
        },
        "papers": shown_papers(one.case, visit) if one.case else None,
        "case_url": _way("own_case", subject.public_id, one.case.number) if one.case else "",
        "objection_url": _way("own_objection", subject.public_id),
        "back_url": reverse("counter:own_commitments", args=[subject.public_id]),
    }
    return visit.render("own_commitment", context)


def _way(name: str, *parts: str) -> str:
    """Empty where the page is not mounted."""
    try:
        return reverse(f"counter:{name}", args=parts)
    except NoReverseMatch:
        return ""
