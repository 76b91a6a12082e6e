"""An enterprise consents to the use of its information, sees who used it, and takes the consent back at once.

Confirming under the account within a living mandate stands for the signature; what was entered on paper at the office can
be taken back here as well (《征信业管理条例》第十四条; 《个人信息保护法》第十五条, taken here for enterprises too).
"""

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.consent import Way, agreeable_feeds, agreeable_items
from xinheng.core.roles import Verb
from xinheng.core.sharing import Purpose
from xinheng.interfaces.counter.space import Visit, own
from xinheng.interfaces.web.consent_terms import TermsForm
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.consents import Agreement, enter_consent, revoke_consent, terms_of
from xinheng.services.reach import tree
from xinheng.store.consents import Consent
from xinheng.store.identities import ever_one_with
from xinheng.store.sharing import SharingReading

SHOWN = 50


class OwnConsentForm(TermsForm):
    """The terms, and the word that stands for the signature."""

    confirmed = forms.BooleanField(
        label="本企业已经阅读并理解以上内容，同意按此使用本企业信息；知道可以随时撤回",
        error_messages={"required": "没有确认的，同意不成立。"},
    )


class RevokeForm(forms.Form):
    """Why it is taken back."""

    reason = forms.CharField(
        label="撤回的原因",
        max_length=200,
        error_messages={"required": "请写明撤回的原因，例如：贷款已经还清。"},
    )


@own(Verb.GIVE_CONSENT)
def own_consents(visit: Visit) -> HttpResponse:
    """What was consented to, those that hold first."""
    subject = visit.enterprise
    rows = Consent.objects.filter(subject__in=ever_one_with(subject.pk)).order_by("-pk")[:SHOWN]
    context = {
        "consents": sorted((_line(visit, one) for one in rows), key=lambda line: not line["holds"]),
        "new_url": reverse("counter:new_own_consent", args=[subject.public_id]),
    }
    return visit.render("own_consents", context)


def _line(visit: Visit, one: Consent) -> dict[str, Any]:
    titles = agreeable_items(visit.policy.catalogue)
    holds = one.ended_at is None and one.until_on >= visit.today
    if one.revoke_reason:
        state = "已撤回"
    else:
        state = "有效" if holds and one.from_on <= visit.today else "尚未开始" if holds else "已到期"
    return {
        "items": "、".join(titles.get(item, item) for item in one.items),
        "purpose": Purpose(one.purpose).label,
        "receiver": tree().name(one.receiver_id) if one.receiver_id else "不限单位",
        "from_on": one.from_on,
        "until_on": one.until_on,
        "holds": holds,
        "state": state,
        "url": reverse("counter:own_consent", args=[visit.enterprise.public_id, one.public_id]),
    }


@own(Verb.GIVE_CONSENT, methods=("GET", "POST"))
def new_own_consent(visit: Visit) -> HttpResponse:
    subject = visit.enterprise
    given = visit.request.POST if visit.request.method == "POST" else None
    form = OwnConsentForm(visit.policy, tree(), given, today=visit.today)
    if form.is_bound and form.is_valid():
        with refusals_on(form):
            agreement = Agreement(subject=subject, terms=form.terms(), way=Way.ONLINE)
            made = enter_consent(agreement, actor=visit.party, policy=visit.policy, now=visit.now)
            return redirect("counter:own_consent", subject=subject.public_id, consent=made.public_id)
    context = {"form": form, "back_url": reverse("counter:own_consents", args=[subject.public_id])}
    return visit.render("own_consent_new", context)


@own(Verb.GIVE_CONSENT, methods=("GET", "POST"))
def own_consent(visit: Visit, consent: str) -> HttpResponse:
    """One consent with every use of it; it can be taken back while it holds."""
    subject = visit.enterprise
    mine = Consent.objects.filter(subject__in=ever_one_with(subject.pk))
    found = mine.filter(public_id=consent).first()
    if found is None:
        raise Http404
    form = RevokeForm(visit.request.POST if visit.request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        with refusals_on(form):
            revoke_consent(
                found.public_id,
                actor=visit.party,
                reason=form.cleaned_data["reason"],
                policy=visit.policy,
                now=visit.now,
            )
            return redirect("counter:own_consent", subject=subject.public_id, consent=found.public_id)
    terms, line = terms_of(found), _line(visit, found)
    feeds = agreeable_feeds(visit.policy.feeds.values(), visit.policy.catalogue)
    context = {
        "consent": line,
        "fields": "、".join(sorted(terms.fields)) or "不限",
        "feeds": "、".join(sorted(feeds.get(one, one) for one in terms.feeds)) or "不再另外取得",
        "way": Way(found.way).label,
        "revoke_reason": found.revoke_reason,
        "uses": [
            {
                "at": use.call.at,
                "unit": tree().name(use.call.grant.organisation_id),
                "matter": use.call.grant.matter,
            }
            for use in SharingReading.objects.filter(consent=found)
            .select_related("call__grant")
            .order_by("-pk")[:SHOWN]
        ],
        "form": form if line["holds"] or form.errors else None,
    }
    return visit.render("own_consent", context)
