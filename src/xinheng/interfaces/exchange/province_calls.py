"""Calls the platform of the province for special reports: sends a request once, asks how it stands, fetches the report.

The base address and networks are declared by configuration (``XINHENG_PROVINCE``), the key under the name ``province`` among
the secrets. Without a declared address nothing is called and requests wait.
"""

import http.client
import json
from datetime import datetime
from urllib.parse import quote

import structlog
from django.conf import settings

from xinheng.core.connectors import JSON, Source, parse_source
from xinheng.core.policy import Policy
from xinheng.core.province_reports import RequestState, Told, told_by, unreadable
from xinheng.core.refusal import Refusal
from xinheng.interfaces.exchange.calls import connected
from xinheng.services.collect import workshop
from xinheng.services.province_reports import keep_report, keep_told, keep_trouble, requests_due
from xinheng.store.connectors import secret_named
from xinheng.store.province_reports import ProvinceRequest

log = structlog.get_logger()
SECONDS = 30
MOST_BYTES = 10 * 1024 * 1024
MOST = 20
SECRET = "province"


def go_round(*, policy: Policy, now: datetime) -> int:
    """Every request whose time has come; trouble with one is kept beside it and keeps no other. Returns how many moved."""
    moved = 0
    if not settings.PROVINCE:
        return 0
    for row in requests_due(now=now, most=MOST):
        try:
            _carry(row, policy=policy, now=now)
            moved += 1
        except Refusal as refusal:
            keep_trouble(row, refusal, now=now)
            log.warning("province_report_waits", request=row.public_id, code=refusal.code)
    return moved


def _carry(row: ProvinceRequest, *, policy: Policy, now: datetime) -> None:
    told = _asked_how(row) if row.number else _sent(row)
    if told.state is not RequestState.DONE:
        keep_told(row, told, now=now)
        return
    with workshop() as work:
        file = work / "report.pdf"
        file.write_bytes(
            _called("GET", f"/requests/{quote(told.number, safe='')}/report", kind="application/pdf")
        )
        keep_report(row, told, file, policy=policy, now=now)


def _sent(row: ProvinceRequest) -> Told:
    """Under the name of the request, so that the province counts it once however often it is sent."""
    said = {
        "id": row.public_id,
        "name": row.subject.name,
        "code": row.subject.code or "",
        "purpose": row.purpose,
        "consent": {"words": row.agreed, "at": row.asked_at.isoformat()},
        **row.scope,
    }
    return _read(_called("POST", "/requests", body=json.dumps(said).encode()))


def _asked_how(row: ProvinceRequest) -> Told:
    return _read(_called("GET", f"/requests/{quote(row.number, safe='')}"))


def _read(content: bytes) -> Told:
    try:
        return told_by(json.loads(content))
    except (ValueError, RecursionError) as error:
        raise unreadable() from error


def _declared() -> tuple[Source, tuple[str, ...]]:
    """Address and networks as declared: ``https://host/base 10.0.0.0/8,…``."""
    url, _, networks = settings.PROVINCE.partition(" ")
    return parse_source(url, JSON), tuple(one.strip() for one in networks.split(",") if one.strip())


def _called(method: str, path: str, *, body: bytes | None = None, kind: str = "application/json") -> bytes:
    """The whole answer. Refusals X… on the way, SP6 where the province does not serve now, SP3 otherwise."""
    source, networks = _declared()
    headers = {"Accept": kind, "Accept-Encoding": "identity"}
    if bearer := secret_named(SECRET):
        headers["Authorization"] = f"Bearer {bearer}"
    if body is not None:
        headers["Content-Type"] = "application/json"
    try:
        with connected(source, networks, seconds=SECONDS) as connection:
            connection.request(method, f"{source.path.rstrip('/')}{path}", body=body, headers=headers)
            response = connection.getresponse()
            content = response.read(MOST_BYTES + 1)
    except http.client.HTTPException as error:
        raise unreadable() from error
    if response.status in (429, 500, 502, 503, 504):
        raise Refusal("SP6", f"省平台暂时不能办理（{response.status}）。", advice="申请已保留，会自动再试。")
    if response.status in (401, 403):
        raise Refusal(
            "SP7", "省平台不接受本平台的密钥。", advice="申请已保留；请系统管理员核对密钥 province 和授权。"
        )
    if response.status not in (200, 201) or len(content) > MOST_BYTES or not content:
        raise unreadable()
    return content
