"""Objections by key: what a platform above received and pushes here, answered by number, state and outcome.

Only the key of a declared platform above may push; what was found is told to the enterprise, not here (legal guard G13).
"""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema
from ninja.responses import Status

from xinheng.core.objections import Claim
from xinheng.interfaces.api.keys import platform_above
from xinheng.interfaces.api.schemas import ProblemDocument
from xinheng.services.objections import Pushed
from xinheng.services.objections_pushed import take_objection
from xinheng.services.policies import policy_in_force
from xinheng.services.time import day_of

router = Router(tags=["异议"])


class PushedObjection(Schema):
    """What the enterprise said there, and which decision it is about."""

    external: str = Field(min_length=1, max_length=80, description="贵平台的编号；重发用原来的编号")
    code: str = Field(min_length=18, max_length=18, description="统一社会信用代码")
    document_no: str = Field(min_length=1, max_length=200, description="有异议的决定书文号")
    wrong: str = Field(min_length=1, max_length=1000, description="企业认为哪里有误")
    wanted: str = Field("", max_length=1000, description="企业希望怎样处理")


class ObjectionTaken(Schema):
    """``answer`` is empty until it is answered."""

    number: str = Field(description="本平台的事项编号")
    external: str
    state: str
    marked: bool = Field(description="是否标注“异议中”")
    answer: str = Field(
        description="corrected 更正、withdrawn 撤回、upheld 维持、retracted 企业撤回；空为没有办完"
    )


@router.post("", response={200: ObjectionTaken, 422: ProblemDocument}, summary="推送异议、查询处理结果")
def push_objection(request: HttpRequest, pushed: PushedObjection) -> Status[dict[str, Any]]:
    """收到即标注“异议中”并转提供单位核查。同一编号重复推送，得到同一个事项和它的进展。"""
    sender = platform_above(request)
    now = timezone.now()
    taken = take_objection(
        Claim(wrong=pushed.wrong, wanted=pushed.wanted),
        Pushed(platform=sender.name, number=pushed.external),
        code=pushed.code,
        document_no=pushed.document_no,
        policy=policy_in_force(on=day_of(now)),
        now=now,
    )
    told = {
        "number": taken.case.number,
        "external": taken.pushed_number,
        "state": taken.case.state,
        "marked": taken.mark_removed_at is None,
        "answer": taken.answer,
    }
    return Status(200, told)
