"""Shows every component with made-up content, so that people can judge the look before the pages exist.

Answers 404 unless the site is a demonstration: what it shows is invented and must not stand on a real site.
"""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from xinheng.core.refusal import Refusal
from xinheng.interfaces.web.gallery_content import components, letter_content

PAGES = {
    "400": "400.html",
    "403": "403.html",
    "403-csrf": "403_csrf.html",
    "404": "404.html",
    "429": "429.html",
    "500": "500.html",
    "503": "503.html",
}


def _demonstration_only() -> None:
    if not (settings.DEBUG or getattr(settings, "DEMO", False)):
        raise Http404


def gallery(request: HttpRequest) -> HttpResponse:
    _demonstration_only()
    return render(request, "web/gallery.html", {**components(), "base": "web/portal.html"})


def office(request: HttpRequest) -> HttpResponse:
    """The same components in the dense form of the office."""
    _demonstration_only()
    return render(request, "web/gallery.html", {**components(), "base": "web/office.html"})


def letter(request: HttpRequest) -> HttpResponse:
    _demonstration_only()
    return render(request, "web/gallery_letter.html", letter_content())


def page(request: HttpRequest, name: str) -> HttpResponse:
    """An error page, or the page of a refusal."""
    _demonstration_only()
    if name == "refusal":
        refusal = Refusal(
            "visit_ceiling",
            "本机关今年对该企业的检查已达上限，不得再入企检查",
            citation="国办发〔2024〕54号",
            advice="改用非现场方式；确属投诉举报、转办交办的，选择事由并说明后再申请",
        )
        return render(request, "web/refusal.html", {"refusal": refusal, "back_url": "/gallery/"})
    if name not in PAGES:
        raise Http404
    return render(request, PAGES[name])
