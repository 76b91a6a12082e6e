"""The front page: one question, the newest acts and draws, and the way to everything else. Also the two addresses for
machines: what search engines leave out, and whether the process answers.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from xinheng.interfaces.portal import answers, draws, law, publication, statements
from xinheng.interfaces.web.county import county_of, county_portals
from xinheng.interfaces.web.parts import Link

NEWEST_ACTS = 6
NEWEST_DRAWS = 4
_NOT_FOR_ENGINES = ("/search", "/office/", "/account/", "/gallery/")


@require_safe
def home(request: HttpRequest) -> HttpResponse:
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
        "datasets": [],
        "data_url": "",
    }
    return answers.short_lived(render(request, "portal/home.html", context), noindex=False)


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
        *_look_up(),
        Link("评价规则", reverse("portal:rules"), "等级怎么算、抽查比例怎么定"),
        Link("公示期限", f"{about}#clocks", "公开什么、到什么时候、依据哪一条"),
    ]


def _look_up() -> list[Link]:
    """Left out where the counter is not mounted, as entries of the menu are."""
    try:
        return [Link("查办理进度", reverse("counter:cases"), "凭受理回执上的编号和查询码")]
    except NoReverseMatch:
        return []


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Pages with adverse statements say noindex themselves and must stay readable for that."""
    lines = ("User-agent: *", *(f"Disallow: {path}" for path in _NOT_FOR_ENGINES))
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Whether the process answers; asks no database."""
    answer = HttpResponse("ok\n", content_type="text/plain; charset=utf-8")
    answer.headers["Cache-Control"] = "no-store"
    return answer
