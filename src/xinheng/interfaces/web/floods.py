"""Floods are refused politely: so many requests and forms a minute from one place, and no body that no page asked for.

Counted in the memory of the process and forgotten with the minute; no address is kept or logged. This machine itself is
not counted: behind a proxy that tells no addresses everybody would look like it. There is no captcha.
"""

import time
from collections import Counter
from collections.abc import Callable
from threading import Lock
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string

from xinheng.core.refusal import Refusal
from xinheng.interfaces.web.callers import address_of, place_of

log = structlog.get_logger()
MINUTE = 60
LOCKED_SECONDS = 300
"""What a locked sign-in waits for (settings.ACCOUNT_RATE_LIMITS)."""
MOST_PLACES = 50_000
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_LIMITS = ("/api/",)
"""Keys have a limit of their own (services.senders)."""
_UNCOUNTED = frozenset({"/health"})
_OFFICE = "/office/"


class Minute:
    """How often each place came within the present minute."""

    def __init__(self) -> None:
        self._number = -1
        self._seen: Counter[str] = Counter()
        self._lock = Lock()

    def count(self, place: str, *, minute: int) -> int:
        """This time included. Beyond MOST_PLACES further places are not told apart."""
        with self._lock:
            if minute != self._number:
                self._number, self._seen = minute, Counter()
            known = place if place in self._seen or len(self._seen) < MOST_PLACES else "others"
            self._seen[known] += 1
            return self._seen[known]


class FloodMiddleware:
    """Stands before everything that asks the database."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.requests, self.forms = Minute(), Minute()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if self._too_many(request):
            return waiting(HttpResponse(render_to_string("429.html"), status=429), seconds=seconds_left())
        response = self.get_response(request)
        if response.status_code == 429:
            response.headers.setdefault("Retry-After", str(LOCKED_SECONDS))
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: object, kwargs: object
    ) -> HttpResponse | None:
        """Before the token of a form is looked for, for that reads the body. Views that take files bear
        ``csrf_exempt`` and look at the size themselves."""
        if request.method in _SAFE or getattr(view, "csrf_exempt", False):
            return None
        most = settings.OFFICE_BODY_BYTES if request.path_info.startswith(_OFFICE) else settings.BODY_BYTES
        length = str(request.META.get("CONTENT_LENGTH") or "")
        if not length or (length.isdecimal() and int(length) <= most):
            return None
        log.warning("body_refused", length=length[:20], most=most)
        refusal = Refusal(
            "W06",
            f"提交的内容超过 {most // 2**20} MiB，没有接收。",
            advice="请删减以后再提交；要交的文件，请在有上传栏的页面上传。",
        )
        return render(request, "web/refusal.html", {"refusal": refusal, "noindex": True}, status=413)

    def _too_many(self, request: HttpRequest) -> bool:
        path = request.path_info
        place = place_of(address_of(request))
        if place is None or path.startswith(_OWN_LIMITS) or path in _UNCOUNTED:
            return False
        minute, counts = minute_now(), [(self.requests, settings.REQUESTS_A_MINUTE)]
        if request.method not in _SAFE and not path.startswith(_OFFICE):
            counts.append((self.forms, settings.FORMS_A_MINUTE))
        beyond = [count.count(place, minute=minute) - most for count, most in counts]
        if max(beyond) == 1:
            log.warning("flood", forms=len(counts) > 1, most=[most for _, most in counts])
        return max(beyond) > 0


def waiting(response: HttpResponse, *, seconds: int) -> HttpResponse:
    """With the seconds after which it is worth coming back."""
    response.headers["Retry-After"] = str(seconds)
    response.headers["Cache-Control"] = "no-store"
    return response


def minute_now() -> int:
    return int(time.monotonic() // MINUTE)


def seconds_left() -> int:
    """Until the next minute begins."""
    return MINUTE - int(time.monotonic() % MINUTE)
