"""The addresses of signing in. What people could do to their accounts by e-mail is closed: accounts have none."""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path, re_path

from xinheng.core.refusal import Refusal

CLOSED = r"^(?:signup|email|confirm-email|password/reset|password/set|login/code)/"


def closed(request: HttpRequest) -> HttpResponse:
    """Accounts are given and passwords are reset by the administrators."""
    raise Refusal(
        "W04", "这里不能自己办理。", advice="账号由本单位申请，系统管理员建立；忘记密码的，请系统管理员重设。"
    )


urlpatterns: list[URLPattern | URLResolver] = [
    re_path(CLOSED, closed),
    path("", include("allauth.urls")),
]
