"""Special campaigns in the space of an enterprise: in which it is, why, what was done, and how it ends. No secrecy."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from xinheng.core.campaigns import CampaignField, LineState
from xinheng.core.days import last_day
from xinheng.core.grounds import Ground, GroundKind
from xinheng.core.roles import Verb
from xinheng.interfaces.counter.space import Visit, own
from xinheng.services.campaigns_board import states_of
from xinheng.services.campaigns_lines import lines_of
from xinheng.services.campaigns_told import HOW_IT_ENDS, NATURE, RIGHTS, why_ended
from xinheng.services.measures_grounds import words_of
from xinheng.services.reach import tree
from xinheng.services.time import day_of
from xinheng.store.campaigns import CampaignLine

PAGE = 50
_TONES = {LineState.DONE: "done", LineState.LEFT: ""}


@own(Verb.READ_OWN_FILE)
def own_campaigns(visit: Visit) -> HttpResponse:
    """The lines on this enterprise, the newest first; the ended ones without a word of what they rested on."""
    lines = list(lines_of(visit.enterprise)[:PAGE])
    states = states_of(lines, policy=visit.policy)
    may_ask = visit.party.may(Verb.LODGE_REQUEST, visit.enterprise, on=visit.today)
    links = {
        name: reverse(f"counter:{route}", args=[visit.enterprise.public_id]) if may_ask else ""
        for name, route in (("objection_url", "own_objection"), ("repairs_url", "own_repairs"))
    }
    context = {
        "lines": [_shown(visit, one, states[one.pk]) for one in lines],
        "nature": NATURE,
        "how_it_ends": HOW_IT_ENDS,
        "rights": RIGHTS,
        **links,
    }
    return visit.render("own_campaigns", context)


def _shown(visit: Visit, line: CampaignLine, state: LineState) -> dict[str, Any]:
    campaign, ended = line.campaign, line.ended_at
    ground = Ground(GroundKind.RECORD, line.ground_key)
    resting = line.suspended_at is not None and ended is None
    return {
        "title": campaign.title,
        "field": CampaignField(campaign.field).label,
        "unit": tree().name(campaign.case.organisation_id),
        "document": f"{campaign.document_title}（{campaign.document_no}）",
        "until_on": last_day(campaign.until_on),
        "taken_on": day_of(line.taken_at),
        "ground": "" if ended else words_of(ground, policy=visit.policy),
        "reason": "" if ended else line.reason,
        "state": "暂停" if resting else state.label,
        "tone": _TONES.get(state, "clock"),
        "ended_on": day_of(ended) if ended else None,
        "why_ended": why_ended(line),
    }
