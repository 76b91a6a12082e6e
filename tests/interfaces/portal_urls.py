"""The portal alone, mounted where the site mounts it."""

from django.urls import include, path

urlpatterns = [path("", include("xinheng.interfaces.portal.urls"))]
