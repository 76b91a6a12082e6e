"""Repairs by key: what a platform above pushes here, applications to be decided and results to be followed.

Only the key of a declared platform above may push; the answers hold numbers and no words (legal guards G5, G9).
"""

from datetime import date
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema
from ninja.responses import Status

from xinheng.interfaces.api.keys import platform_above
from xinheng.interfaces.api.schemas import ProblemDocument
from xinheng.services.policies import policy_in_force
from xinheng.services.repair_results import News, take_application, take_result, told_of
from xinheng.services.repairs import Application, Lodging
from xinheng.services.time import day_of
from xinheng.store.repairs import RepairSource, UpperOutcome

router = Router(tags=["信用修复"])
Source = Literal["credit_china", "publicity_system", "province", "nation"]


class _About(Schema):
    """Which decision of which enterprise, by whose number."""

    source: Source = Field(description="申请或者结果从哪里来")
    external: str = Field(min_length=1, max_length=60, description="上级平台的编号")
    code: str = Field(min_length=18, max_length=18, description="统一社会信用代码")
    document_no: str = Field(min_length=1, max_length=200, description="决定书文号")


class PushedApplication(_About):
    """An application lodged at the national site."""

    lodged_on: date = Field(description="提出申请的日期")
    pushed_on: date = Field(description="推送的日期")
    duty_done: str = Field("", max_length=500, description="已改正、已履行义务的证明")
    pledged: bool = Field(False, description="已作出信用修复承诺")


class PushedResult(_About):
    """A result decided above."""

    outcome: Literal["repaired", "withdrawn", "objection"] = Field(description="准予修复、撤回、异议成立")
    decided_on: date = Field(description="决定的日期")


class ApplicationTaken(Schema):
    """The number of the case, by which its progress is asked for."""

    number: str
    state: str


class ResultTaken(Schema):
    """How many records it ended; ``waiting``: no record here fits, a person looks until ``due_on``."""

    result: str
    external: str
    ended: int
    state: Literal["done", "waiting"]
    due_on: date | None


@router.post(
    "/applications",
    response={201: ApplicationTaken, 422: ProblemDocument},
    summary="推送修复申请",
)
def push_application(request: HttpRequest, pushed: PushedApplication) -> Status[dict[str, Any]]:
    """同一编号重复推送，得到同一个事项。"""
    platform_above(request)
    now = timezone.now()
    lodging = Lodging(
        source=RepairSource(pushed.source),
        external=pushed.external,
        lodged_on=pushed.lodged_on,
        pushed_on=pushed.pushed_on,
    )
    handed = {"duty_done": pushed.duty_done} if pushed.duty_done else {}
    case = take_application(
        pushed.code,
        pushed.document_no,
        lodging,
        Application(handed=handed, pledged=pushed.pledged),
        policy=policy_in_force(on=day_of(now)),
        now=now,
    )
    return Status(201, {"number": case.number, "state": case.state})


@router.post(
    "/results", response={200: ResultTaken, 422: ProblemDocument}, summary="推送修复、撤回、异议结果"
)
def push_result(request: HttpRequest, pushed: PushedResult) -> dict[str, Any]:
    """收到即终止本级全部效果；重复推送不再改变什么。"""
    platform_above(request)
    now = timezone.now()
    news = News(
        source=RepairSource(pushed.source),
        external=pushed.external,
        outcome=UpperOutcome(pushed.outcome),
        code=pushed.code,
        document_no=pushed.document_no,
        decided_on=pushed.decided_on,
    )
    return told_of(take_result(news, policy=policy_in_force(on=day_of(now)), now=now))
