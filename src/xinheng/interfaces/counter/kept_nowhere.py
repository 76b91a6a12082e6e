"""Answers with words meant for one reader: no cache keeps them and no search engine lists them (legal guard G13)."""

from django.http import HttpResponse


def kept_nowhere(response: HttpResponse) -> HttpResponse:
    """The response itself, with the headers that say so."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, noarchive"
    return response
