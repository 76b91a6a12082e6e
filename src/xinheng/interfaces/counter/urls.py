"""Routes of the counter: what the public does and not only reads."""

from django.urls import path

from xinheng.interfaces.counter import case_lookup

app_name = "counter"
urlpatterns = [
    path("cases", case_lookup.cases, name="cases"),
]
