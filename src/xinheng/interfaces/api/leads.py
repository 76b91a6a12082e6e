"""Leads by key: what devices of a department saw, taken once each. They are looked at by people and belong to no file."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema
from ninja.responses import Status
from pydantic import AwareDatetime

from xinheng.core.leads import Device, Told
from xinheng.interfaces.api.keys import key_of
from xinheng.interfaces.api.schemas import ProblemDocument
from xinheng.services.leads import take_lead

router = Router(tags=["设备线索"])


class PushedLead(Schema):
    """What a device saw. Pictures stay with the sender: only their digests are named."""

    external: str = Field(min_length=1, max_length=80, description="贵系统的编号；重发用原来的编号")
    code: str = Field(min_length=18, max_length=18, description="企业的统一社会信用代码")
    device: Device = Field(description="iot 物联网、video 视联网")
    device_no: str = Field("", max_length=80, description="设备编号")
    what: str = Field(min_length=1, max_length=120, description="现象，例如“冷库温度持续偏高”")
    said: str = Field("", max_length=1000, description="读数和说明；不写个人")
    observed_at: AwareDatetime = Field(description="发现时间，带时区")
    attachments: list[str] = Field(
        default_factory=list, max_length=20, description="图像等附件的摘要（sha256: 或 sm3:），附件留在贵系统"
    )
    persons_masked: bool = Field(False, description="声明附件中的人员已经遮蔽；有附件时必须为真")


class LeadTaken(Schema):
    """A lead is not a finding: it burdens nobody."""

    lead: str = Field(description="本平台的线索编号")
    external: str
    outcome: str = Field(
        description="open 待处理、no_fault 未发现问题、prompted 已提示自查、check 已提出检查、expired 保存期满"
    )


@router.post("", response={200: LeadTaken, 422: ProblemDocument}, summary="推送设备线索、查询处理情况")
def push_lead(request: HttpRequest, pushed: PushedLead) -> Status[dict[str, Any]]:
    """线索由承办人核查，不记入信用档案，不影响评价，不公示。同一编号重复推送，得到同一条线索和它的进展。"""
    given = pushed.model_dump() | {"attachments": tuple(pushed.attachments)}
    lead = take_lead(key_of(request), Told(**given), now=timezone.now())
    return Status(200, {"lead": lead.public_id, "external": lead.external, "outcome": lead.outcome})
