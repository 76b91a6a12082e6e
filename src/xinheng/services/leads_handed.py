"""Hands a lead to the organ whose matter it is: with a reason, taken by a named person there, or sent back with another.

While it is on its way nobody does anything with it, so that nothing can lie on the enterprise meanwhile (legal guard G7).
"""

from collections.abc import Collection

from django.db import transaction
from django.db.models import QuerySet

from xinheng.core.leads import Handover, check_reason
from xinheng.core.masking import mask_personal
from xinheng.core.refusal import Refusal
from xinheng.services.leads import Act, open_lead
from xinheng.services.ledger import note
from xinheng.services.reach import tree
from xinheng.store.leads import Lead, LeadHandover
from xinheng.store.organisations import Organisation


@transaction.atomic
def hand_over(public_id: str, to: Organisation, act: Act) -> LeadHandover:
    """Offer a lead to another organ. Refusals: LE7, LE8, LE9, LE11 the own organ, LE13 it is on its way already."""
    lead, reason = open_lead(public_id), _said(act)
    if to.pk == lead.organisation_id:
        raise Refusal("LE11", "线索已经在这个机关。", advice="请选择负责该事项的其他机关。")
    made = LeadHandover.objects.create(
        lead=lead,
        from_organisation=lead.organisation,
        to_organisation=to,
        reason=reason,
        handed_by=act.actor,
        handed_at=act.now,
    )
    _noted("lead.handed", made, act, reason=reason)
    return made


@transaction.atomic
def take_over(public_id: str, act: Act) -> Lead:
    """A named person of the other organ takes the lead, which is that organ's from now on. Refusals: LE7, LE9, LE12 nothing
    on its way, LE14 the same person."""
    lead, waiting = _waiting(public_id, act)
    _answered(waiting, Handover.TAKEN, act, reason=mask_personal(act.reason.strip()).text[:500])
    lead.organisation = waiting.to_organisation
    lead.save(update_fields=["organisation"])
    return lead


@transaction.atomic
def send_back(public_id: str, act: Act) -> Lead:
    """The other organ says why it is not its matter; the lead stays where it was. Refusals: LE7, LE8, LE9, LE12, LE14."""
    lead, waiting = _waiting(public_id, act)
    _answered(waiting, Handover.BACK, act, reason=_said(act))
    return lead


def on_its_way(lead: Lead) -> LeadHandover | None:
    """The hand-over that nobody has answered yet."""
    waiting = lead.handovers.filter(answer=Handover.WAITING.value)
    return waiting.select_related("from_organisation", "to_organisation", "handed_by").first()


def offered_to(organisations: Collection[int]) -> QuerySet[LeadHandover]:
    """Hand-overs for which these organs have an answer to give."""
    return LeadHandover.objects.filter(answer=Handover.WAITING.value, to_organisation__in=organisations)


def _waiting(public_id: str, act: Act) -> tuple[Lead, LeadHandover]:
    lead = open_lead(public_id, moving=True)
    waiting = on_its_way(lead)
    if waiting is None:
        raise Refusal("LE12", "这条线索没有等待接收的转交。", advice="请刷新页面查看现状。")
    if waiting.handed_by_id == act.actor.pk:
        raise Refusal("LE14", "转交线索的人不能自己接收或者退回。", advice="请由接收机关的人员办理。")
    return lead, waiting


def _answered(waiting: LeadHandover, answer: Handover, act: Act, *, reason: str) -> None:
    waiting.answer, waiting.answer_reason = answer.value, reason
    waiting.answered_by, waiting.answered_at = act.actor, act.now
    waiting.save()
    _noted("lead.taken_over" if answer is Handover.TAKEN else "lead.sent_back", waiting, act, reason=reason)


def _said(act: Act) -> str:
    return mask_personal(check_reason(act.reason)).text[:500]


def _noted(kind: str, one: LeadHandover, act: Act, *, reason: str) -> None:
    names = tree()
    payload = {"from": names.keys[one.from_organisation_id], "to": names.keys[one.to_organisation_id]}
    note(
        kind,
        now=act.now,
        actor=act.actor,
        object=f"lead:{one.lead.public_id}",
        reason=reason,
        payload=payload,
    )
