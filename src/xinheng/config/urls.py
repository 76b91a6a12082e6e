"""Where each interface is mounted."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("account/", include("xinheng.interfaces.office.sign_in_urls")),
    path("api/v1/", include("xinheng.interfaces.api.urls")),
    path("office/", include("xinheng.interfaces.office.urls")),
    path("", include("xinheng.interfaces.counter.urls")),
    path("", include("xinheng.interfaces.portal.urls")),
]

if settings.DEMO:
    urlpatterns.insert(0, path("gallery/", include("xinheng.interfaces.web.urls")))
