"""Routes for pages rendered alone: the gallery and sign-in, without the other interfaces."""

from django.urls import include, path

urlpatterns = [
    path("gallery/", include("xinheng.interfaces.web.urls")),
    path("account/", include("allauth.urls")),
]
