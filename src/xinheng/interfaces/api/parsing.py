"""Reads bodies and parameters of calls: no text that the database cannot hold passes, what is no JSON is told in Chinese."""

import json
import re
from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser

from xinheng.core.refusal import Refusal
from xinheng.interfaces.web.given import refuse_unkeepable

_NAME = re.compile(r"[\x21-\x7e]{8,100}")


def call_name(request: HttpRequest, *, required: bool) -> str:
    """The Idempotency-Key; empty where there is none and none is required. Refusal K20."""
    name = request.headers.get("Idempotency-Key", "")
    if _NAME.fullmatch(name) or (not name and not required):
        return name
    raise Refusal(
        "K20",
        "没有 Idempotency-Key，或者它不是 8 到 100 个可见的 ASCII 字符。",
        advice="每次调用用一个新的值（例如 UUID）；重发时用原来的值。",
    )


class KeepableText(Parser):
    """Raises Refusal W05 for a sign that cannot be kept, K27 for a body that is no JSON."""

    def parse_body(self, request: HttpRequest) -> Any:
        try:
            found = json.loads(request.body)
        except (ValueError, RecursionError) as error:
            raise Refusal(
                "K27", "请求体不是完整的 JSON。", advice="请按接口说明（/api/v1/）用 UTF-8 编码重发。"
            ) from error
        refuse_unkeepable(found)
        return found

    def parse_querydict(self, *given: Any, **named: Any) -> dict[str, Any]:
        found = super().parse_querydict(*given, **named)
        refuse_unkeepable(found)
        return found
