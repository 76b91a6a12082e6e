"""Letters that were served on an enterprise, to be read again in its space; none that is still on its way (legal guard G17)."""

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header

from xinheng.core.roles import Verb
from xinheng.interfaces.counter.space import Visit, own
from xinheng.services.ledger import note
from xinheng.services.letters import is_own, paper_of, replaced_by
from xinheng.store.casework import Case
from xinheng.store.letters import IssuedLetter, ServiceOutcome


def served_letters(case: Case, visit: Visit) -> list[dict[str, Any]]:
    """For the page of a case: title, number and day of each letter that reached the enterprise, oldest first;
    ``later``: number of the one that holds instead."""
    found = []
    rows = _addressed(visit, case=case)
    later = replaced_by(rows)
    for row in rows:
        on = next((one.served_on for one in row.tries.all() if one.outcome == ServiceOutcome.SERVED), None)
        url = reverse("counter:own_letter", args=[visit.enterprise.public_id, row.public_id])
        line = {"title": row.title, "number": row.number, "served_on": on, "url": url}
        found.append(line | {"later": later.get(row.pk, "")})
    return found


@own(Verb.READ_CASE)
def own_letter(visit: Visit, letter: str) -> HttpResponse:
    """The signed paper, as it was served."""
    row = next(iter(_addressed(visit, public_id=letter)), None)
    if row is None:
        raise Http404
    note(
        "letter.read",
        now=visit.now,
        subject=visit.enterprise.public_id,
        object=f"letter:{row.public_id}",
        payload={"account": visit.party.account.public_id},
    )
    response = HttpResponse(paper_of(row), content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(True, f"{row.number}.pdf") or "attachment"
    response["Cache-Control"] = "no-store"
    return response


def _addressed(visit: Visit, **which: Any) -> list[IssuedLetter]:
    """Letters of cases on this enterprise that were served on it, under whatever name it bore, oldest first."""
    subject = visit.enterprise
    served = IssuedLetter.objects.filter(case__subject=subject, tries__outcome=ServiceOutcome.SERVED, **which)
    rows = served.distinct().prefetch_related("tries").order_by("pk")
    return [one for one in rows if is_own(one, subject)]
