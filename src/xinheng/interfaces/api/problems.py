"""Every no of the interface is a problem document (RFC 9457) in Chinese: code, what is wrong, by which clause, what to do."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from psycopg_pool import PoolTimeout

from xinheng.core.refusal import Refusal
from xinheng.interfaces.web.floods import seconds_left
from xinheng.services.sender_calls import UNDER_WAY
from xinheng.services.time import day_of, end_of

log = structlog.get_logger()
MEDIA_TYPE = "application/problem+json"
STATUS: Mapping[str, int] = {
    "K02": 401,
    "K03": 401,
    "K04": 401,
    "K05": 403,
    "K06": 429,
    "K07": 403,
    "K08": 422,
    "K09": 409,
    "K10": 503,
    "K20": 400,
    "K21": 411,
    "K22": 413,
    "K23": 415,
    "K24": 400,
    "K25": 400,
    "K26": 404,
    "K27": 400,
    "K28": 429,
    "W05": 400,
    "E18": 422,
    "E19": 422,
    "EX01": 422,
    "EX02": 422,
    "EX15": 403,
    "EX25": 411,
    "EX26": 400,
    "F01": 507,
    "CR1": 400,
    **dict.fromkeys(("GX10", "GX11", "SX1", "GX12", "GX13", "GX14"), 403),
    "GX16": 429,
    "GX17": 404,
    "GX18": 400,
    "MW3": 403,
    **dict.fromkeys(("MW4", "CX1", "CX2", "CX4", "CX7", "CX11"), 400),
    **dict.fromkeys(("CX5", "CX6", "CX9"), 404),
    "CX3": 422,
    **dict.fromkeys(("WH1", "WH2"), 400),
    "WH3": 403,
    "WH6": 404,
}
"""Status by the code of a refusal; 409 for every other rule."""
TITLES: Mapping[int, str] = {
    400: "请求不完整",
    401: "没有可用的密钥",
    403: "没有权限",
    404: "没有这一项",
    405: "不能这样调用",
    409: "与现有情况冲突",
    411: "没有注明大小",
    413: "内容过大",
    415: "不能接收的格式",
    422: "内容不能处理",
    429: "调用过于频繁",
    500: "系统故障",
    503: "系统繁忙",
    507: "没有空间保存",
}
_BUSY_SECONDS = 10


def problem(
    request: HttpRequest, status: int, *, code: str, detail: str, advice: str = "", **members: Any
) -> HttpResponse:
    """A problem document; ``members`` are told with it."""
    body = {
        "type": f"/api/v1/#{code}",
        "title": TITLES.get(status, "未能办理"),
        "status": status,
        "detail": detail,
        "code": code,
        "advice": advice,
        "instance": request.path,
        **members,
    }
    return HttpResponse(json.dumps(body, ensure_ascii=False), status=status, content_type=MEDIA_TYPE)


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    status = STATUS.get(refusal.code, 409)
    response = problem(request, status, **_told(refusal))
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="xinheng"'
    if refusal.code == "K28":
        response.headers["Retry-After"] = str(seconds_left())
    if refusal.code == "K06":
        response.headers["Retry-After"] = response.headers["RateLimit-Reset"] = str(
            60 - timezone.now().second
        )
        response.headers["RateLimit-Remaining"] = "0"
    if refusal.code == "GX16":
        midnight = end_of(day_of(timezone.now()))
        response.headers["Retry-After"] = str(int((midnight - timezone.now()).total_seconds()) + 1)
    if refusal.code == "K10":
        response.headers["Retry-After"] = str(_BUSY_SECONDS)
    if refusal.code == "K09":
        response.headers["Retry-After"] = str(min(_BUSY_SECONDS, int(UNDER_WAY.total_seconds())))
    return response


def _told(refusal: Refusal) -> dict[str, Any]:
    """With its clause and with what else is refused, where there is any."""
    told: dict[str, Any] = dict(refusal.told())
    if refusal.others:
        told["others"] = [_told(one) for one in refusal.others]
    return told


def no_such_thing(request: HttpRequest, _: Exception | None = None) -> HttpResponse:
    return problem(
        request,
        404,
        code="404",
        detail="没有这一项，或者它不属于这个密钥的单位。",
        advice="请核对地址；接口说明见 /api/v1/。",
    )


def not_so(request: HttpRequest, allowed: str) -> HttpResponse:
    response = problem(
        request, 405, code="405", detail=f"这个地址不能用 {request.method}。", advice=f"可用：{allowed}。"
    )
    response.headers["Allow"] = allowed
    return response


def _unfit(request: HttpRequest, error: ValidationError) -> HttpResponse:
    named = "、".join(dict.fromkeys(str(one["loc"][-1]) for one in error.errors))
    return problem(
        request, 400, code="K25", detail=f"参数缺少或写法有误：{named}。", advice="参数的写法见 /api/v1/。"
    )


def _unread(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What the reading of a body refused; ninja wraps it."""
    if isinstance(error.__cause__, Refusal):
        return refused(request, error.__cause__)
    return problem(
        request,
        error.status_code,
        code=str(error.status_code),
        detail="请求不能处理。",
        advice="接口说明见 /api/v1/。",
    )


def _too_big(request: HttpRequest, _: RequestDataTooBig) -> HttpResponse:
    most = f"{(settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0) / 2**20:g} MiB"
    return problem(request, 413, code="K22", detail=f"内容超过 {most}，没有接收。", advice="请分成几次发送。")


def _busy(request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("database_unavailable", error=type(error).__name__)
    response = problem(
        request,
        503,
        code="503",
        detail="系统正忙（可能有大文件正在入库），这次没有收下。",
        advice="请按 Retry-After 的秒数等待后，用同一个 Idempotency-Key 重发。",
    )
    response.headers["Retry-After"] = str(_BUSY_SECONDS)
    return response


def _broken(request: HttpRequest, error: Exception) -> HttpResponse:
    if settings.DEBUG:
        raise error
    log.exception("api_broken", exc_info=error)
    return problem(
        request,
        500,
        code="500",
        detail="系统出错，这次没有收下。",
        advice="请稍后用同一个 Idempotency-Key 重发；仍不成功的，把响应头 X-Request-Id 告诉信用办。",
    )


def teach(api: NinjaAPI) -> None:
    """Let the interface answer every exception with a problem document."""
    handlers: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
        Refusal: refused,
        ValidationError: _unfit,
        HttpError: _unread,
        RequestDataTooBig: _too_big,
        Http404: no_such_thing,
        OperationalError: _busy,
        PoolTimeout: _busy,
        Exception: _broken,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)
