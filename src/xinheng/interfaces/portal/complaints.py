"""Consumer complaints whose handling is over: of whom, what about, with which outcome; no complainant, no wording.

They are told to consumers and are no failing record: nothing rests on them, and the page says so
(石家庄市〔2019〕126 号第四项, shijiazhuang-2019-126; legal guards G1, G13). Search engines leave the page out.
"""

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from xinheng.interfaces.portal import answers, law, showing
from xinheng.interfaces.portal.keyset import Key, read_key
from xinheng.interfaces.web.parts import Paging
from xinheng.store.public import PublicComplaint

PAGE = 50
OUTCOMES = {"upheld": "查证属实", "unfounded": "查证不属实", "settled": "达成调解", "unsettled": "未达成调解"}


@require_safe
def complaints(request: HttpRequest) -> HttpResponse:
    key = read_key(request.GET.get("older", ""))
    rows = list(_beyond(key)[: PAGE + 1])
    shown, more = rows[:PAGE], len(rows) > PAGE
    today: date = localdate()
    policy = law.policy_in_force(on=today)
    version = answers.version_of(request, policy, today, [one.pk for one in shown])
    if (known := answers.unchanged(request, version)) is not None:
        return known
    last = shown[-1] if shown else None
    context = {
        "complaints": [
            {
                "name": one.subject.name,
                "url": reverse("portal:subject", args=[one.subject.public_id]),
                **in_words(one),
            }
            for one in shown
        ],
        "clocks": list(law.figures(policy, ("complaints",), on=today)),
        "paging": Paging(
            previous_url=reverse("portal:complaints") if key else "",
            next_url=f"?older={Key(last.received_on, last.pk)}" if last and more else "",
            shown=len(shown),
        ),
        "noindex": True,
    }
    return answers.fresh(render(request, "portal/complaints.html", context), version, noindex=True)


def of_subject(number: int) -> list[PublicComplaint]:
    """The newest handled complaints about one subject."""
    return list(_beyond(None).filter(subject_id=number)[:PAGE])


def in_words(one: PublicComplaint) -> dict[str, Any]:
    return {
        "category": one.category,
        "outcome": OUTCOMES.get(one.outcome, ""),
        "authority": one.authority,
        "received_on": one.received_on,
    }


def _beyond(key: Key | None) -> QuerySet[PublicComplaint]:
    found = PublicComplaint.objects.using(showing.DATABASE).filter(received_on__isnull=False)
    if key is not None and key.day is not None:
        found = found.filter(Q(received_on__lt=key.day) | Q(received_on=key.day, pk__lt=key.number))
    return found.select_related("subject").order_by("-received_on", "-pk")
