"""Makes a form count once: a second press of the button shows what the first one brought about.

The token of the form is remembered for the length of a session, in the cache that all processes share.
"""

import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache import cache
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect

from xinheng.core.refusal import Refusal
from xinheng.interfaces.office.access import Call
from xinheng.interfaces.web.given import refuse_nul

FIELD = "once"
TERM = 8 * 3600
_RUNNING = "…"


def new_token() -> str:
    return secrets.token_urlsafe(16)


def once(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A form that led somewhere leads there again; one that was refused may be sent again."""

    @wraps(view)
    def guard(call: Call, *args: Any, **parts: Any) -> HttpResponse:
        if call.request.method != "POST":
            return view(call, *args, **parts)
        refuse_nul(call.request.POST)
        slot = _slot(call)
        if not cache.add(slot, _RUNNING, TERM):
            return _earlier(cache.get(slot))
        try:
            response = view(call, *args, **parts)
        except BaseException:
            cache.delete(slot)
            raise
        if isinstance(response, HttpResponseRedirect):
            cache.set(slot, response.url, TERM)
        else:
            cache.delete(slot)
        return response

    return guard


def _slot(call: Call) -> str:
    token = call.request.POST.get(FIELD, "")
    if not 8 <= len(token) <= 64 or not token.replace("-", "").replace("_", "").isalnum():
        raise Refusal("W02", "这张表单不完整或已经过期。", advice="请返回上一页，刷新后重新提交。")
    return f"once:{call.user.pk}:{token}"


def _earlier(result: str | None) -> HttpResponse:
    if result is None or result == _RUNNING:
        raise Refusal("W03", "这次提交正在处理。", advice="请稍候在列表中查看结果，不要重复提交。")
    return redirect(result)
