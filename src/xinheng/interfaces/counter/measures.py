"""Measures in the space of an enterprise: what lies on it, on what ground, by whom, until when, and how to object."""

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse

from xinheng.core.roles import Verb
from xinheng.interfaces.counter.space import Visit, own
from xinheng.services.measures_own import OwnMeasure, measures_on


@own(Verb.READ_OWN_FILE)
def own_measures(visit: Visit) -> HttpResponse:
    """Those that stand first; the ended ones say who was told to stop."""
    if visit.subject is None:
        raise Http404
    subject = visit.subject
    standing, ended = measures_on(subject, policy=visit.policy)
    may_ask = visit.party.may(Verb.LODGE_REQUEST, subject, on=visit.today)
    object_to = reverse("counter:own_objection", args=[subject.public_id]) if may_ask else ""
    context = {
        "standing": [_line(one, object_to) for one in standing],
        "ended": [_line(one, "") for one in ended],
        "catalogue_url": reverse("portal:measures"),
        "misuse_url": reverse("counter:misuse"),
    }
    return visit.render("own_measures", context)


def _line(one: OwnMeasure, object_to: str) -> dict[str, Any]:
    objectable = object_to and one.reference
    return {"measure": one, "object_url": f"{object_to}?about={one.reference}" if objectable else ""}
