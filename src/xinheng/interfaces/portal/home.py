"""The front page: one question, the newest acts and draws, and the way to everything else. Also the addresses for
machines: what search engines leave out, what a telephone keeps the site under, and whether the process answers.
"""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from xinheng.interfaces.portal import answers, draws, law, open_tables, publication, statements
from xinheng.interfaces.web.context import place
from xinheng.interfaces.web.county import county_of, county_portals
from xinheng.interfaces.web.parts import Link
from xinheng.interfaces.web.place import INKS
from xinheng.interfaces.web.structured import structured

NEWEST_ACTS = 6
NEWEST_DRAWS = 4
_NOT_FOR_ENGINES = ("/search", "/office/", "/account/", "/gallery/")


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """May be found, but is neither kept by search engines nor quoted where it names whom an act concerns (legal guard G9)."""
    today = localdate()
    policy = law.policy_in_force(on=today)
    wanted = publication.read_filters(policy, request.GET, today=today)
    context = {
        "search_url": reverse("portal:search"),
        "services": services(),
        "tiles": [],
        "as_of": today,
        "recent": publication.latest(policy, wanted, today=today, limit=NEWEST_ACTS),
        "acts_url": reverse("portal:acts"),
        "draws": draws.latest(limit=NEWEST_DRAWS),
        "draws_url": reverse("portal:draws"),
        "counties": [] if county_of(request) else counties(),
        "datasets": open_tables.front_page(),
        "data_url": reverse("portal:open_data"),
        "structured": _structured(request),
    }
    page = answers.short_lived(render(request, "portal/home.html", context), noindex=False)
    page.headers["X-Robots-Tag"] = "noarchive"
    return page


def _structured(request: HttpRequest) -> SafeString:
    """Who publishes the site and what it does for the public."""
    here = place(county_of(request))
    search = request.build_absolute_uri(reverse("portal:search"))
    organ = {"@type": "GovernmentOrganization", "name": here.organiser or here.city}
    site = {
        "@type": "WebSite",
        "name": here.portal,
        "url": request.build_absolute_uri(here.home),
        "inLanguage": "zh-CN",
        "publisher": organ,
        "potentialAction": {
            "@type": "SearchAction",
            "target": f"{search}?q={{name}}",
            "query-input": "required name=name",
        },
    }
    offered = [
        {
            "@type": "GovernmentService",
            "name": service.label,
            "description": service.sentence,
            "url": request.build_absolute_uri(service.url),
            "serviceOperator": organ,
            "areaServed": here.city,
        }
        for service in services()
    ]
    return structured({"@graph": [site, *offered]})


def counties() -> list[Link]:
    """The portals of the counties that have one."""
    portals = county_portals().items()
    return [Link(county.portal.name, f"/county/{code}/") for code, county in portals if county.portal]


def services() -> list[Link]:
    """What a passer-by may want to do."""
    about = reverse("portal:about")
    return [
        Link("提出异议", statements.objection_url(), "信息有误、遗漏或不应公示的"),
        Link("信用修复", statements.repair_url(), "公示满最短期限并履行义务后可以申请"),
        Link("信用承诺", reverse("portal:promise_lists"), "可以承诺办理的事项和格式文本"),
        *_counter("查办理进度", "cases", "凭受理回执上的编号和查询码"),
        *_counter("核验信用报告", "verify_reports", "是不是本平台出具的，现在有没有变化"),
        *_counter("投诉滥用和泄露", "misuse", "不用登录，可以不写姓名"),
        Link("评价规则", reverse("portal:rules"), "等级怎么算、抽查比例怎么定"),
        Link("公示期限", f"{about}#clocks", "公开什么、到什么时候、依据哪一条"),
    ]


def _counter(label: str, route: str, sentence: str) -> list[Link]:
    """Left out where the counter is not mounted, as entries of the menu are."""
    try:
        return [Link(label, reverse(f"counter:{route}"), sentence)]
    except NoReverseMatch:
        return []


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Pages with adverse statements say noindex themselves and must stay readable for that."""
    lines = ("User-agent: *", *(f"Disallow: {path}" for path in _NOT_FOR_ENGINES))
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What a telephone needs to keep the site beside its other programs: name, colour, emblem, first page."""
    here = place(county_of(request))
    told = {
        "name": here.portal,
        "short_name": here.portal[:12],
        "lang": "zh-CN",
        "start_url": here.home,
        "scope": here.home,
        "display": "minimal-ui",
        "theme_color": INKS[here.accent],
        "background_color": "#ffffff",
        "icons": [{"src": static("web/chop.svg"), "sizes": "any", "type": "image/svg+xml"}],
    }
    answer = JsonResponse(
        told, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False}
    )
    return answers.short_lived(answer, noindex=False)


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Whether the process answers; asks no database."""
    answer = HttpResponse("ok\n", content_type="text/plain; charset=utf-8")
    answer.headers["Cache-Control"] = "no-store"
    return answer
