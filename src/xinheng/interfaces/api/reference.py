"""The description of the interface: what the OpenAPI document says beyond the code, and the page that people read."""

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from pydantic import BaseModel

from xinheng.core.webhooks import Kind
from xinheng.interfaces.api.bodies import FILES, JSON, MIB, MOST_FILE, MOST_JSON
from xinheng.interfaces.api.schemas import ManyHead, ManyLine, WebhookTold

TITLE = "信衡报送接口"
PREFIX = "/api/v1/"
ABOUT = (
    "部门的业务系统用密钥报送信用信息。每次报送即一个批次，与在业务系统上传文件走同一条路，给出同样的回执。"
    "出错时返回 application/problem+json：code 是代码，detail 说明原因，advice 说明怎么办；有依据的，citation 写明依据；原因不止一个的，其余列在 others。"
)
_RECORD = {
    "type": "object",
    "description": "字段名用数据源的字段名或其别名（见 GET /api/v1/feeds）；值为文字、数字、是否或空",
    "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
}
POSTED: dict[str, Any] = {
    "parameters": [
        {
            "in": "header",
            "name": "Idempotency-Key",
            "required": True,
            "schema": {"type": "string", "minLength": 8, "maxLength": 100},
            "description": "每次报送一个新的值；重发时用原来的值",
        }
    ],
    "requestBody": {
        "required": True,
        "description": f"JSON 不超过 {MOST_JSON // MIB} MiB；文件不超过 {MOST_FILE // MIB} MiB，须有 Content-Length",
        "content": {
            JSON: {
                "schema": {
                    "type": "object",
                    "required": ["records"],
                    "properties": {"records": {"type": "array", "minItems": 1, "items": _RECORD}},
                }
            },
            **{kind: {"schema": {"type": "string", "format": "binary"}} for kind in FILES},
        },
    },
}
_PROBLEM = {
    "description": "问题文档（RFC 9457），代码见 /api/v1/",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}},
}
_ANYTHING = {JSON: {"schema": {"type": "object", "additionalProperties": True}}}
_IN_LINES = {
    "application/x-ndjson": {
        "schema": {
            "type": "string",
            "description": "第一行是 ManyHead，其后每行是 ManyLine，次序与所问的代码相同",
        }
    }
}
CODES: tuple[tuple[str, int, str, str], ...] = (
    ("K02", 401, "没有报送密钥，或者密钥不正确", "核对 Authorization 头"),
    ("K03", 401, "密钥已经停用", "联系信用办办理新的密钥"),
    ("K04", 401, "密钥已经到期", "联系信用办办理新的密钥"),
    ("K05", 403, "密钥不能从当前网络地址使用", "从登记的服务器调用"),
    ("K06", 429, "调用过于频繁", "按 Retry-After 等待"),
    ("K07", 403, "密钥不能报送这个数据源", "见 GET /feeds"),
    ("K08", 422, "同一个 Idempotency-Key 内容不同", "换一个新的值"),
    ("K09", 409, "同一次报送正在处理", "稍候用原值重发"),
    ("K10", 503, "同时报送的较多", "按 Retry-After 等待，用原值重发"),
    ("K20", 400, "没有 Idempotency-Key", "带上这个请求头"),
    ("K21", 411, "没有注明大小", "带上 Content-Length"),
    ("K22", 413, "内容过大", "分成几次发送"),
    ("K23", 415, "不能接收的格式", "改用列出的格式"),
    ("K24", 400, "内容为空或在中途断开", "重发全部内容"),
    ("K25", 400, "参数缺少或写法有误", "见各接口的参数"),
    ("K27", 400, "请求体不是完整的 JSON", "用 UTF-8 编码重发全部内容"),
    ("K28", 429, "不正确的密钥太多", "核对密钥，按 Retry-After 等待"),
    ("W05", 400, "内容里有不能保存的字符", "删去 NUL 或者不成对的代理码"),
    ("GX10", 403, "密钥只用于报送", "申请数据共享"),
    ("GX11", 403, "共享授权已经撤销", "停止使用，联系信用办"),
    ("GX12", 403, "不在共享授权的期限内", "重新申请"),
    ("GX13", 403, "用途与批准的不一致", "另行申请"),
    ("GX14", 403, "信息项或字段没有批准", "见 GET /shared/items"),
    ("GX16", 429, "当天次数已经用完", "按 Retry-After 等待"),
    ("GX17", 404, "没有这个代码的主体", "核对代码"),
    ("GX18", 400, "游标写法有误", "原样使用 next"),
    ("MW3", 403, "事项不在授权用途之内", "按提示选择事项，或另行申请"),
    ("MW4", 400, "没有写明为了哪一件事", "带上 reference"),
    ("SX1", 403, "沙箱密钥只能试用单户核查", "正式使用请办理读取密钥"),
    ("CX1", 400, "决定日期不在核查之日至今天之间", "核对日期"),
    ("CX2", 400, "限制、不予或者给予便利没有写依据", "填写核查答复中的 number"),
    ("CX3", 422, "所写的依据不适用于该主体", "核对 number；已经终止的不得再用"),
    ("CX4", 400, "所问的日子还没有到", "不填 as_of，或填过去的日子"),
    ("CX5", 404, "平台没有那一天的情况", "按提示填较晚的日子"),
    ("CX6", 404, "那一天平台还没有这个主体的信息", "填较晚的日子，或不填 as_of"),
    ("CX7", 400, "没有代码，或者超过一万个", "分几次核查"),
    ("CX8", 200, "批量中的一行不是统一社会信用代码", "核对代码（写在该行的 problem 中）"),
    ("CX9", 404, "没有这次核查", "核对 check"),
    ("CX10", 409, "已经反馈过不同的结果", "再核查一次后反馈"),
    ("CX11", 400, "没有写明理由或者经办人", "填写 reason 和 by"),
    ("CR1", 400, "所写的领域不是本单位主管的", "不填，或填本单位主管的领域"),
    ("WH1", 400, "回调地址的写法不对", "写成 https://主机/路径"),
    ("WH2", 400, "回调地址不在允许的范围内", "用公网 https；内网网段请信用办配置"),
    ("WH3", 403, "密钥只用于报送，没有可通知的内容", "用读取密钥登记"),
    ("WH4", 409, "回调地址已经登记", "见 GET /webhooks"),
    ("WH5", 409, "回调地址已满", "先停用不再使用的"),
    ("WH6", 404, "没有这个回调地址", "见 GET /webhooks"),
    ("WH7", 409, "回调地址已经停用", "重新登记"),
    ("EX01", 422, "不是交换包", "重新生成后再送"),
    ("EX02", 422, "交换包被改动，或密文不一致", "重发；核对双方的密文"),
    ("EX03", 409, "缺少前面的交换包", "先补发缺少的"),
    ("EX15", 403, "密钥不属于登记的平台", "请对方登记后发给密钥"),
    ("B10", 409, "同样的内容已按另一个数据源入库", "按提示办理"),
    ("E18", 422, "内容与数据源不符，整批没有收", "核对字段名"),
    ("E19", 422, "内容无法读取，整批没有收", "按提示改正"),
    ("F01", 507, "磁盘空间不足", "稍后重发，并告知信用办"),
    ("503", 503, "系统正忙", "按 Retry-After 等待，用原值重发"),
)


@cache
def document() -> dict[str, Any]:
    """OpenAPI 3.1, made once and the same for every caller, who only reads it; with the messages that systems are sent."""
    from xinheng.interfaces.api.urls import api

    found = dict(api.get_openapi_schema(path_prefix=PREFIX))
    found["servers"] = [{"url": "/", "description": "本平台"}]
    for methods in found["paths"].values():
        for said in methods.values():
            said["responses"].pop(422, None)
            for answer in said["responses"].values():
                answer.setdefault("content", _ANYTHING)
            said["responses"]["default"] = _PROBLEM
    found["paths"]["/api/v1/checks/batch"]["post"]["responses"][200]["content"] = _IN_LINES
    found["components"]["schemas"] |= _shapes(ManyHead, ManyLine, WebhookTold)
    found["webhooks"] = {kind.value: {"post": _message(kind)} for kind in Kind}
    return found


def _shapes(*shapes: type[BaseModel]) -> dict[str, Any]:
    """Schemas that no operation names by itself."""
    found: dict[str, Any] = {}
    for shape in shapes:
        said = shape.model_json_schema(ref_template="#/components/schemas/{model}")
        found |= said.pop("$defs", {}) | {shape.__name__: said}
    return found


def _message(kind: Kind) -> dict[str, Any]:
    """A message to the address of a system (Standard Webhooks 1.0)."""
    headers = ("webhook-id", "webhook-timestamp", "webhook-signature")
    return {
        "operationId": f"webhook_{kind.value.replace('.', '_')}",
        "summary": kind.label,
        "tags": ["回调通知"],
        "security": [],
        "parameters": [
            {"in": "header", "name": name, "required": True, "schema": {"type": "string"}} for name in headers
        ],
        "requestBody": {
            "required": True,
            "content": {JSON: {"schema": {"$ref": "#/components/schemas/WebhookTold"}}},
        },
        "responses": {"2XX": {"description": "已收下，即为回执"}},
    }


def openapi(request: HttpRequest) -> JsonResponse:
    """The document for programs."""
    return JsonResponse(document(), json_dumps_params={"ensure_ascii": False})


def page(request: HttpRequest) -> HttpResponse:
    """The same for people."""
    operations = [
        {"method": method.upper(), "path": path, **_shown(said)}
        for path, methods in document()["paths"].items()
        for method, said in methods.items()
    ]
    context = {
        "about": ABOUT,
        "operations": operations,
        "codes": CODES,
        "base": request.build_absolute_uri(PREFIX),
    }
    return render(request, "api/reference.html", context)


def _shown(said: dict[str, Any]) -> dict[str, Any]:
    return {
        "summary": said.get("summary", ""),
        "description": said.get("description", ""),
        "parameters": [
            {
                "name": one["name"],
                "where": {"query": "地址参数", "header": "请求头", "path": "地址"}[one["in"]],
                "required": one.get("required", False),
                "description": one.get("description") or one.get("schema", {}).get("description", ""),
            }
            for one in said.get("parameters", [])
        ],
    }
