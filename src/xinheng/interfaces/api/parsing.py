"""Reads bodies and parameters of calls: no text that the database cannot hold passes, what is no JSON is told in Chinese."""

import json
from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser

from xinheng.core.refusal import Refusal
from xinheng.interfaces.web.given import refuse_unkeepable


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
