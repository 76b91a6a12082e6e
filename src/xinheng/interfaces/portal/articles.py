"""Content pages for everybody: policy and what it means, typical cases, news, and the days of publicity.

What a county wrote stands on the portal of that county and of the city; a text is the closed markup of core.articles and
nothing in it is taken for HTML (石家庄市〔2019〕126号 （二十二）; 宛政办〔2020〕17号 七（四）).
"""

from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from xinheng.core.articles import Section, blocks
from xinheng.core.attachments import Checked, Kind
from xinheng.core.policy import Policy
from xinheng.interfaces.portal import answers, law, showing
from xinheng.interfaces.portal.older import newest_first
from xinheng.interfaces.web.county import county_of
from xinheng.interfaces.web.parts import Crumb, Filter, Option
from xinheng.interfaces.web.structured import structured
from xinheng.store.public_pages import PublicArticle, PublicArticleFile

PAGE = 20


@require_safe
def articles(request: HttpRequest) -> HttpResponse:
    """The newest release in front, of one section where the address names it."""
    wanted = request.GET.get("section", "")
    section = wanted if wanted in {one.value for one in Section} else ""
    known = _seen(request).defer("text")
    if section:
        known = known.filter(section=section)
    here = reverse("portal:articles")
    shown, paging = newest_first(
        request, known, here=here, page=PAGE, kept=f"section={section}" if section else ""
    )
    today = localdate()
    policy = law.policy_in_force(on=today)
    version = answers.version_of(request, policy, today, [one.pk for one in shown])
    if (unchanged := answers.unchanged(request, version)) is not None:
        return unchanged
    options = [Option("", "全部"), *(Option(one.value, one.label) for one in Section)]
    context = {
        "filters": [Filter("section", "栏目", "select", section, options)],
        "reset_url": here if section else "",
        "articles": [_line(policy, one) for one in shown],
        "days": [
            {"title": day.title, "next_on": day.next_on(today)} for day in policy.articles.days.values()
        ],
        "paging": paging,
        "noindex": False,
    }
    return answers.fresh(render(request, "portal/articles.html", context), version, noindex=False)


@require_safe
def article(request: HttpRequest, public_id: str) -> HttpResponse:
    found = _seen(request).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    today = localdate()
    policy = law.policy_in_force(on=today)
    files = _files(public_id)
    version = answers.version_of(request, policy, today, found.pk, [one.public_id for one in files])
    if (unchanged := answers.unchanged(request, version)) is not None:
        return unchanged
    context = {
        "crumbs": [
            Crumb("首页", reverse("portal:home")),
            Crumb("政策和动态", reverse("portal:articles")),
            Crumb(Section(found.section).label),
        ],
        "article": _line(policy, found) | {"origin": found.origin, "version": found.version},
        "blocks": blocks(found.text),
        "pictures": [_file(one) for one in files if one.width],
        "files": [_file(one) for one in files if not one.width],
        "structured": _structured(request, found),
        "noindex": False,
    }
    return answers.fresh(render(request, "portal/article.html", context), version, noindex=False)


def _seen(request: HttpRequest) -> QuerySet[PublicArticle]:
    """The city's portal shows every page, that of a county the city's and its own."""
    known = PublicArticle.objects.using(showing.DATABASE)
    county = county_of(request)
    return known.filter(Q(county="") | Q(county=county)) if county else known.all()


def _files(public_id: str) -> list[PublicArticleFile]:
    """Where a virus scanner is declared, what it has not found clean is left out."""
    known = PublicArticleFile.objects.using(showing.DATABASE).filter(article=public_id).order_by("pk")
    return [one for one in known if Checked(one.checked).may_open(scanner=bool(settings.CLAMD))]


def _file(one: PublicArticleFile) -> dict[str, Any]:
    try:
        url = reverse("counter:article_file", args=[one.article, one.public_id])
    except NoReverseMatch:
        url = ""
    return {
        "title": one.title,
        "url": url,
        "kind": Kind(one.kind).label,
        "width": one.width,
        "height": one.height,
        "size": one.size,
        "digest": one.digest,
    }


def _line(policy: Policy, one: PublicArticle) -> dict[str, Any]:
    county = policy.counties.get(one.county)
    day = policy.articles.days.get(one.day)
    return {
        "title": one.title,
        "url": reverse("portal:article", args=[one.public_id]),
        "section": Section(one.section).label,
        "organ": one.organisation or "",
        "place": county.name if county else "",
        "day": day.title if day else "",
        "first_on": localdate(one.first_at),
        "released_on": localdate(one.released_at),
    }


def _structured(request: HttpRequest, found: PublicArticle) -> SafeString:
    """The page as schema.org has articles."""
    told = {
        "@type": "Article",
        "headline": found.title,
        "articleSection": Section(found.section).label,
        "datePublished": found.first_at.isoformat(),
        "dateModified": found.released_at.isoformat(),
        "author": {"@type": "GovernmentOrganization", "name": found.organisation or ""},
        "url": request.build_absolute_uri(reverse("portal:article", args=[found.public_id])),
        "inLanguage": "zh-CN",
    }
    return structured(told)
