"""Checks by key from within approval and tender systems: what applies to an enterprise in a matter, never a verdict.

The desk that decides sees grounds, bases and days; no field says yes or no, and none gives a grade (legal guards G14, G16).
"""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from ninja import Field, Router, Schema
from ninja.params.functions import Query

from xinheng.interfaces.api.keys import key_of
from xinheng.services.measures_applying import PARTS, line_words
from xinheng.services.measures_by_key import ABOUT, Check, Checked, check_by_key
from xinheng.services.policies import policy_in_force
from xinheng.services.time import day_of

router = Router(tags=["核查"])


class CheckedLine(Schema):
    """One thing that applies. ``until_on`` is the first day on which it applies no more; empty: as long as its ground."""

    title: str
    basis: str = Field(description="法律依据")
    ground: str = Field(description="所依据的记录或者名单")
    body: str = Field(description="作出的单位")
    number: str = Field(description="文号或者事项编号")
    from_on: str
    until_on: str


class CheckedSubject(Schema):
    code: str | None
    name: str


class CheckAnswer(Schema):
    """What applies on this day, as of one version of the file."""

    subject: CheckedSubject
    occasion: str
    on: str
    commitments: list[CheckedLine]
    lists: list[CheckedLine]
    measures: list[CheckedLine]
    bans: list[CheckedLine]
    incentives: list[CheckedLine]
    not_checked: str = Field(description="没有核查的内容，须另行核查")
    note: str
    snapshot: str = Field(description="本次答复的摘要值；与档案版本、规则版本一起存入贵系统的卷宗")
    subject_version: int
    policy: str


@router.get("/{code}", response=CheckAnswer, summary="核查一个主体在某个事项上适用的名单、措施、禁入和激励")
def check_subject(
    request: HttpRequest,
    code: str,
    purpose: str = Query("", max_length=20, description="用途代码，须与批准的一致，如 permit、tender"),
    occasion: str = Query("", max_length=20, description="事项代码，如 licensing、tender"),
    reference: str = Query("", max_length=100, description="受理编号、项目编号等"),
    field: str = Query("", max_length=40, description="事项所属领域的代码；主管单位只有一个领域的不填"),
) -> HttpResponse:
    """答复只列事实和依据，不是准入结论。每次核查计次、记录，并向该主体公开单位和事由。"""
    now = timezone.now()
    check = Check(
        code=code[:18].upper(), purpose=purpose, occasion=occasion, reference=reference, field=field
    )
    found = check_by_key(key_of(request), check, policy=policy_in_force(on=day_of(now)), now=now)
    response = JsonResponse(_told(found), json_dumps_params={"ensure_ascii": False})
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _told(found: Checked) -> dict[str, Any]:
    applies = found.applies
    return {
        "subject": {"code": applies.subject.code, "name": applies.subject.name},
        "occasion": applies.occasion.value,
        "on": applies.on.isoformat(),
        **{part: [line_words(one) for one in getattr(applies, part)] for part in PARTS},
        "not_checked": applies.persons,
        "note": ABOUT,
        "snapshot": found.snapshot,
        "subject_version": applies.subject_version,
        "policy": applies.policy_digest,
    }
