"""The addresses of the interface, version 1. Every operation asks for a key; the description is open to all."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.operation import Operation
from ninja.renderers import JSONRenderer

from xinheng.interfaces.api import (
    checks,
    deliveries,
    exchange,
    feeds,
    leads,
    objections,
    reference,
    repairs,
    sharing,
    webhooks,
)
from xinheng.interfaces.api.keys import KeyBearer, tell_rate
from xinheng.interfaces.api.parsing import KeepableText
from xinheng.interfaces.api.problems import no_such_thing, not_so, teach
from xinheng.interfaces.api.surfaces import SURFACES as SURFACES
from xinheng.interfaces.web.given import names_nothing


class Plain(JSONRenderer):
    """Chinese as it is written."""

    json_dumps_params: dict[str, Any] = {"ensure_ascii": False}


class Interface(NinjaAPI):
    """Operations are named as their routes, so that clients made of the document read well."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__


api = Interface(
    title=reference.TITLE,
    version="1",
    description=reference.ABOUT,
    openapi_url=None,
    docs_url=None,
    urls_namespace="api",
    auth=KeyBearer(),
    renderer=Plain(),
    parser=KeepableText(),
)
api.add_router("/deliveries", deliveries.router)
api.add_router("/feeds", feeds.router)
api.add_router("/exchange", exchange.router)
api.add_router("/shared", sharing.router)
api.add_router("/checks", checks.router)
api.add_router("/webhooks", webhooks.router)
api.add_router("/repairs", repairs.router)
api.add_router("/objections", objections.router)
api.add_router("/leads", leads.router)
teach(api)


def _told(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """An address that cannot name anything, and a method that an address does not know, are problem documents too."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **parts: Any) -> HttpResponse:
        if names_nothing(parts):
            return no_such_thing(request)
        response = view(request, *args, **parts)
        if response.status_code == 405:
            return not_so(request, response.headers["Allow"])
        tell_rate(request, response)
        return response

    return csrf_exempt(answered)


@csrf_exempt
def nowhere(request: HttpRequest, rest: str) -> HttpResponse:
    """An address that is no operation."""
    return no_such_thing(request)


def _operations() -> list[URLPattern]:
    routes = [route for route in api.urls[0] if isinstance(route, URLPattern) and route.name != "api-root"]
    return [path(str(route.pattern), _told(route.callback), name=route.name) for route in routes]


app_name = "api"
urlpatterns = [
    path("", reference.page, name="reference"),
    path("openapi.json", reference.openapi, name="openapi"),
    *_operations(),
    path("<path:rest>", nowhere, name="nowhere"),
]
