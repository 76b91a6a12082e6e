"""Portals of counties: the pages of the city below ``/county/<code>/``, under the county's own name and colour.

Every link of such a page stays below the county, and what is looked for is looked for there unless the reader asks for
another district. Offices, keys and accounts have one address for the whole city (平信用〔2021〕1号 on county sites).
"""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import get_script_prefix, set_script_prefix

from xinheng.core.organisations import County
from xinheng.interfaces.web.seed import seed_policy

_BELOW = re.compile(r"/county/([0-9]{6})(/.*)?")
_OF_THE_CITY = ("/office/", "/account/", "/api/", "/gallery/", "/county/", settings.STATIC_URL)
_SAFE = ("GET", "HEAD")


def county_of(request: HttpRequest) -> str:
    """The code of the county whose portal this request came to; empty for that of the city."""
    return str(getattr(request, "county", ""))


def county_portals() -> dict[str, County]:
    """Counties that have a portal, by code."""
    counties = seed_policy().counties
    return {code: county for code, county in counties.items() if county.portal is not None}


class CountyMiddleware:
    """Takes the county off the address before it is resolved, and puts it back before every address that is written."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        found = _BELOW.fullmatch(request.path_info)
        if found is None or found[1] not in county_portals():
            return self.get_response(request)
        code, rest = found[1], found[2]
        if rest is None:
            return HttpResponseRedirect(f"{request.path}/")
        if rest.startswith(_OF_THE_CITY):
            return HttpResponseRedirect(rest)
        before = get_script_prefix()
        set_script_prefix(f"{before}county/{code}/")
        try:
            return self.get_response(_placed(request, code, rest))
        finally:
            set_script_prefix(before)


def _placed(request: HttpRequest, code: str, rest: str) -> HttpRequest:
    request.path_info = rest
    request.county = code  # type: ignore[attr-defined]
    if request.method in _SAFE and "district" not in request.GET:
        asked = request.GET.copy()
        asked["district"] = code
        request.GET = asked  # type: ignore[assignment]
    return request
