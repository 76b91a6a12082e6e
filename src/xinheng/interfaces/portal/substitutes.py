"""Inspectors who were replaced after a draw, as anybody may see and check it: keys and public reasons, no person
(《行政处罚法》第四十三条; docs/draw.md)."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from xinheng.core.canonical import canonical
from xinheng.core.draw_substitute import Cause, Passed
from xinheng.interfaces.portal import answers, showing
from xinheng.store.public import PublicDraw, PublicDrawSubstitute


def shown_of(draw: PublicDraw) -> dict[str, Any]:
    """The changes for the page of the draw, and the file that holds them."""
    places = {one["key"]: place for place, one in enumerate(draw.out, 1)}  # type: ignore[attr-defined]
    rows = PublicDrawSubstitute.objects.using(showing.DATABASE).filter(draw_id=draw.pk).order_by("sequence")
    changes = [
        {
            "position": places.get(row.content["object"], ""),
            "absent": row.content["absent"],
            "substitute": row.content["substitute"],
            "cause": Cause(row.content["cause"]).label,
            "reason": row.content["reason"],
            "passed": [Passed(one["cause"]).label for one in row.content["passed"]],
            "at": row.agreed_at,
        }
        for row in rows
    ]
    return {
        "changes": changes,
        "changes_url": reverse("portal:substitutes", args=[draw.public_id]) if changes else "",
        "changes_file": f"substitutes-{draw.public_id}.json",
    }


@require_safe
def substitutes(request: HttpRequest, public_id: str) -> HttpResponse:
    """The changes as ``xinheng draw verify --substitutes`` reads them."""
    draw = PublicDraw.objects.using(showing.DATABASE).filter(public_id=public_id).defer("record").first()
    if draw is None:
        raise Http404
    rows = PublicDrawSubstitute.objects.using(showing.DATABASE).filter(draw_id=draw.pk).order_by("sequence")
    content = canonical(list(rows.values_list("content", flat=True)))
    answer = HttpResponse(content, content_type="application/json; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="substitutes-{public_id}.json"'
    return answers.short_lived(answer, noindex=True)
