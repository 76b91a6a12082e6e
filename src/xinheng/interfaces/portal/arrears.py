"""Arrears of government bodies and state-owned enterprises that are public by decision: the unit, the finding, the decision;
nobody by name (宛政办〔2020〕17号 五（五）; legal guards G9, G14)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from xinheng.core.articles import ARREARS, opened_by
from xinheng.interfaces.portal import answers, law, showing
from xinheng.interfaces.portal.older import newest_first
from xinheng.interfaces.portal.statements import objection_url
from xinheng.interfaces.web.figures import yuan
from xinheng.store.public_pages import PublicArrears

PAGE = 50


@require_safe
def arrears(request: HttpRequest) -> HttpResponse:
    """The newest in front; a page that says so where the city has not opened the column."""
    today = localdate()
    policy = law.policy_in_force(on=today)
    column = policy.articles.columns.get(ARREARS)
    opened = column is not None and column.published
    known = PublicArrears.objects.using(showing.DATABASE).all()
    shown, paging = newest_first(
        request, known if opened else known.none(), here=reverse("portal:arrears"), page=PAGE
    )
    told = [_told(one) for one in shown]
    version = answers.version_of(request, policy, today, told, paging)
    if (unchanged := answers.unchanged(request, version)) is not None:
        return unchanged
    context = {
        "opened": opened,
        "title": column.title if column else "",
        "basis": law.cite(policy, opened_by(column, policy.sources)) if column and opened else "",
        "verified": column is not None and column.verified,
        "bodies": told,
        "objection_url": objection_url(),
        "paging": paging,
        "noindex": True,
    }
    return answers.fresh(render(request, "portal/arrears.html", context), version, noindex=True)


def _told(one: PublicArrears) -> dict[str, Any]:
    return {
        "name": one.name,
        "code": one.code or "",
        "kind": "国有企业" if one.state_owned else "机关、事业单位",
        "title": one.title,
        "amount": yuan(one.amount_fen) if one.amount_fen else "",
        "document_no": one.document_no,
        "authority": one.authority,
        "found_on": one.found_on,
        "decision": f"{one.decided_by_organ} {one.decision_no}",
        "decided_on": one.decided_on,
        "disputed": one.disputed,
    }
