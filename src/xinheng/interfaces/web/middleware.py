"""What every request gets: an id in the log, strict headers, and a page in Chinese when a rule says no."""

import time
import uuid
from collections.abc import Callable

import structlog
from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from psycopg_pool import PoolTimeout

from xinheng.core.refusal import Refusal
from xinheng.interfaces.web.floods import Minute, minute_now

log = structlog.get_logger()
View = Callable[[HttpRequest], HttpResponse]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
MOST_REFUSED = 60
_DENIED = {"access", "denied"}
_TOO_LARGE = frozenset({"AT13"})
_UNREADABLE = frozenset({"W05"})
_MISSING = frozenset({"S01", "MD8", "MD9", "ME1", "FD1"})


def status_of(refusal: Refusal) -> int:
    if refusal.code in _DENIED:
        return 403
    if refusal.code in _MISSING:
        return 404
    if refusal.code in _UNREADABLE:
        return 400
    return 413 if refusal.code in _TOO_LARGE else 409


class RequestMiddleware:
    """Adds the request id, the content security policy and the server time; logs one line a request.

    Of refused floods MOST_REFUSED lines a minute: a flood does not fill the disk.
    """

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response
        self.refused = Minute()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        number = uuid.uuid4().hex[:16]
        with structlog.contextvars.bound_contextvars(request=number):
            response = self.get_response(request)
            spent = (time.perf_counter() - started) * 1000
            response.headers.setdefault("Content-Security-Policy", POLICY)
            response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
            response.headers["X-Request-Id"] = number
            response.headers["Server-Timing"] = f"app;dur={spent:.1f}"
            if self._is_told(request, response):
                view = request.resolver_match.view_name if request.resolver_match else ""
                log.info(
                    "request",
                    method=request.method,
                    view=view,
                    status=response.status_code,
                    ms=round(spent, 1),
                )
        return response

    def _is_told(self, request: HttpRequest, response: HttpResponse) -> bool:
        if response.status_code == 429:
            return self.refused.count("", minute=minute_now()) <= MOST_REFUSED
        return not request.path.startswith(settings.STATIC_URL)


class RefusalMiddleware:
    """Turns a Refusal into its page, and a database out of reach into 503 with Retry-After."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Refusal):
            return render(request, "web/refusal.html", {"refusal": exception}, status=status_of(exception))
        if isinstance(exception, OperationalError | PoolTimeout):
            log.error("database_unavailable", error=type(exception).__name__)
            response = render(request, "503.html", status=503)
            response.headers["Retry-After"] = "10"
            return response
        return None
