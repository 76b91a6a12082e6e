"""Headers of the portal's answers: how long a page may be kept, how a reader asks whether it changed, and what search
engines must leave out; and the day that a reader asks for. A page with something adverse is gone from caches within
half a minute (legal guard G9).
"""

import hashlib
from datetime import date
from functools import cache
from pathlib import Path
from typing import TypeVar

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.timezone import localdate

from xinheng.core.policy import Policy
from xinheng.interfaces import web
from xinheng.interfaces.web.large_text import wants_large_text

SECONDS = 30
EARLIEST = date(2020, 1, 1)
Answer = TypeVar("Answer", bound=HttpResponseBase)


def day_asked(request: HttpRequest) -> date:
    """The day of the address; today where it names none, or one that lies ahead or too far back."""
    today = localdate()
    try:
        asked = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return today
    return asked if EARLIEST <= asked <= today else today


def version_of(request: HttpRequest, policy: Policy, today: date, *parts: object) -> str:
    """An ETag over everything that a page is made from."""
    seen = (_release(), policy.digest, today, wants_large_text(request), request.get_full_path(), *parts)
    return f'"{hashlib.sha256(repr(seen).encode()).hexdigest()[:32]}"'


def unchanged(request: HttpRequest, version: str) -> HttpResponse | None:
    """304 for a reader who has this version already."""
    answer: HttpResponse | None = get_conditional_response(request, etag=version)
    if answer is not None:
        answer.headers["Cache-Control"] = f"max-age={SECONDS}"
    return answer


def fresh(answer: Answer, version: str, *, noindex: bool) -> Answer:
    answer.headers["ETag"] = version
    return short_lived(answer, noindex=noindex)


def short_lived(answer: Answer, *, noindex: bool) -> Answer:
    if isinstance(answer, HttpResponse) and "ETag" not in answer.headers:
        answer.headers["ETag"] = f'"{hashlib.sha256(answer.content).hexdigest()[:32]}"'
    answer.headers["Cache-Control"] = f"max-age={SECONDS}"
    if noindex:
        answer.headers["X-Robots-Tag"] = "noindex, noarchive"
    return answer


@cache
def _release() -> str:
    """A digest of the code and templates of which pages are made."""
    folders = (Path(__file__).parent, Path(web.__file__).parent)
    files = sorted(
        path for folder in folders for path in folder.rglob("*") if path.suffix in (".py", ".html", ".css")
    )
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
