"""Large letters on request: ``?large=1`` or ``?large=0`` on any page is remembered in a cookie for a year."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.cache import patch_vary_headers

COOKIE = "large"
_YEAR = 365 * 24 * 3600


def wants_large_text(request: HttpRequest) -> bool:
    return request.COOKIES.get(COOKIE) == "1"


class LargeTextMiddleware:
    """Turns the parameter into the cookie and sends the reader back to the same address without it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        wish = request.GET.get("large")
        if request.method in ("GET", "HEAD") and wish in ("0", "1"):
            return _remember(request, wish)
        response = self.get_response(request)
        if response.get("Content-Type", "").startswith("text/html"):
            patch_vary_headers(response, ("Cookie",))
        return response


def _remember(request: HttpRequest, wish: str) -> HttpResponse:
    query = request.GET.copy()
    del query["large"]
    path = "/" + request.path.lstrip("/")
    response = HttpResponseRedirect(f"{path}?{query.urlencode()}" if query else path)
    response.set_cookie(
        COOKIE, wish, max_age=_YEAR, httponly=True, samesite="Lax", secure=request.is_secure()
    )
    return response
