"""Takes a form with a file in the office, within the size that policy gives (interfaces.web.papers)."""

from collections.abc import Callable
from pathlib import Path

from django.http import HttpResponse

from xinheng.interfaces.office.access import Call
from xinheng.interfaces.web import papers
from xinheng.services.attachments import most_bytes


def received(call: Call, answer: Callable[[], HttpResponse]) -> HttpResponse:
    """As ``papers.received``."""
    return papers.received(call.request, most=most_bytes(call.policy, on=call.today), answer=answer)


def whole_file(call: Call, file: object) -> Path:
    """As ``papers.whole_file``."""
    return papers.whole_file(call.request, file)
